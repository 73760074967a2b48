import { readFileSync } from 'node:fs'
import { bytesToHex, hexToBytes, isSessionKitError } from '@sessionkit/bytes'
import { ready } from '@sessionkit/crypto'
import { type Content, decodeContent, encodeContent, openMessage, sealMessage } from '@sessionkit/envelope'
import { type Account, accountFromSeed, type GroupId, parseGroupId, type SessionId } from '@sessionkit/session-id'
import { createSigningValue, verifySigningValue } from '@sessionkit/swarm'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  buildUpdate,
  type GroupAdmin,
  type GroupUpdateReading,
  groupFromSeed,
  MAX_UPDATE_LIST_LENGTH,
  openGroupContent,
  readUpdate,
  type SignedUpdate,
  sealGroupContent,
  signUpdate,
  type UpdateDraft,
  updateSignedBytes,
  verifyAuthData,
  verifyUpdate,
} from '../src/index.ts'

beforeAll(() => ready)

// biome-ignore lint/suspicious/noExplicitAny: the tests themselves check the entries of the files.
type Entry = any

const vectors = (name: string): Record<string, Entry[]> =>
  JSON.parse(readFileSync(new URL(`../../../vectors/${name}.json`, import.meta.url), 'utf8')).operations

const TS = 1_764_000_000_123
const account = (n: number): Account => accountFromSeed(new Uint8Array(32).fill(n))
const groupOf = (n: number): GroupAdmin => groupFromSeed(new Uint8Array(32).fill(n))

function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (isSessionKitError(error)) return error.code
    throw error
  }
  return 'none'
}

/** ASCII by hand, not by the code that is tested. */
const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0))

describe('the signed texts', () => {
  const A = `05${'ab'.repeat(32)}`
  const B = `05${'cd'.repeat(32)}`

  it.each<[SignedUpdate, string]>([
    [
      { type: 'invite', member: A, timestamp: 1737331200000 },
      'INVITE05abababababababababababababababababababababababababababababababab1737331200000',
    ],
    [{ type: 'info-change', change: 'NAME', timestamp: 1737331200000 }, 'INFO_CHANGE11737331200000'],
    [{ type: 'info-change', change: 'AVATAR', timestamp: 7 }, 'INFO_CHANGE27'],
    [{ type: 'info-change', change: 'DISAPPEARING_MESSAGES', timestamp: 10 }, 'INFO_CHANGE310'],
    [{ type: 'member-change', change: 'ADDED', timestamp: 1737331200000 }, 'MEMBER_CHANGE11737331200000'],
    [{ type: 'member-change', change: 'REMOVED', timestamp: 1 }, 'MEMBER_CHANGE21'],
    [{ type: 'member-change', change: 'PROMOTED', timestamp: 9007199254740991 }, 'MEMBER_CHANGE39007199254740991'],
    [
      { type: 'delete-content', members: [B, A], hashes: ['hashA', 'hashB'], timestamp: 1737331200000 },
      'DELETE_CONTENT1737331200000' +
        '05cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd' +
        '05abababababababababababababababababababababababababababababababab' +
        'hashAhashB',
    ],
    [{ type: 'delete-content', members: [], hashes: [], timestamp: 5 }, 'DELETE_CONTENT5'],
  ])('%j', (update, text) => {
    expect(updateSignedBytes(update)).toEqual(ascii(text))
  })

  it('are refused for anything else', () => {
    const wrong: unknown[] = [
      null,
      {},
      { type: 'promote', timestamp: 1 },
      { type: 'toString', timestamp: 1 },
      { type: 'info-change', change: 'toString', timestamp: 1 },
      { type: 'info-change', change: 1, timestamp: 1 },
      { type: 'member-change', change: 'NAME', timestamp: 1 },
      { type: 'invite', member: 5, timestamp: 1 },
      { type: 'invite', member: '\ud800', timestamp: 1 },
      { type: 'delete-content', members: 'x', hashes: [], timestamp: 1 },
      { type: 'delete-content', members: [1], hashes: [], timestamp: 1 },
      ...[0, -1, 1.5, 2 ** 53, '1', undefined, 1n].map((timestamp) => ({ type: 'invite', member: A, timestamp })),
    ]
    for (const update of wrong) {
      expect(codeOf(() => updateSignedBytes(update as SignedUpdate))).toBe('GROUP_BAD_ARGUMENT')
      const input = { update: update as SignedUpdate, signature: new Uint8Array(64), groupId: groupOf(1).groupId }
      expect(verifyUpdate(input)).toBe(false)
    }
  })
})

describe('known answers', () => {
  it.each(vectors('ours/closed-group-updates').signed_text!.map((entry, i) => [i, entry] as const))(
    'signed_text %i',
    (_, entry) => {
      const update: SignedUpdate = {
        ...{ type: entry.type, timestamp: entry.timestamp_ms },
        ...{ member: entry.member, change: entry.change, members: entry.members, hashes: entry.hashes },
      }
      const group = groupFromSeed(hexToBytes(entry.group_ed25519_seed))
      const signature = hexToBytes(entry.signature)
      expect(group.groupId).toBe(entry.group_id)
      expect(updateSignedBytes(update)).toEqual(ascii(entry.signed_text))
      expect(bytesToHex(signUpdate({ update, group }))).toBe(entry.signature)
      expect(verifyUpdate({ update, signature, groupId: entry.group_id })).toBe(true)
      expect(verifyUpdate({ update: { ...update, timestamp: 2 }, signature, groupId: entry.group_id })).toBe(false)
      expect(verifyUpdate({ update, signature, groupId: groupOf(9).groupId })).toBe(false)
      expect(verifyUpdate({ update, signature: signature.subarray(1), groupId: entry.group_id })).toBe(false)
      for (const groupId of ['', entry.group_id.toUpperCase(), `05${entry.group_id.slice(2)}`, null]) {
        expect(verifyUpdate({ update, signature, groupId: groupId as GroupId })).toBe(false)
      }
    },
  )

  it.each(vectors('ours/closed-group-updates').update_content!.map((entry, i) => [i, entry] as const))(
    'update_content %i',
    (_, entry) => {
      const { draft, timestamp_ms: timestamp } = entry
      const group = groupFromSeed(hexToBytes(entry.group_ed25519_seed))
      const self = accountFromSeed(hexToBytes(entry.self.ed25519_seed))
      const isUnsigned = draft.signed === false
      const update = {
        ...{ type: draft.type, change: draft.change, name: draft.name, member: draft.member, members: draft.members },
        ...{ hashes: draft.hashes, historyShared: draft.history_shared, expirationSeconds: draft.expiration_seconds },
        ...(draft.auth_data === undefined ? {} : { authData: hexToBytes(draft.auth_data) }),
      } as UpdateDraft
      const built = buildUpdate({
        ...{ update, timestamp, ...(isUnsigned ? {} : { group }) },
        expirationTimerSeconds: draft.timer_seconds,
      })
      expect(bytesToHex(encodeContent(built))).toBe(entry.content)
      const from = entry.from === 'contact' ? 'contact' : parseGroupId(entry.group_id)
      const content = decodeContent(hexToBytes(entry.content))
      const reading = readUpdate({ content, timestamp, from, self })
      expect(reading.valid).toBe(true)
      expect(summary(reading)).toEqual(expectedOf(entry))
    },
  )

  it.each(vectors('libsession-groups').subaccount_verify!.map((entry, i) => [i, entry] as const))(
    'subaccount_verify %i: as swarm says',
    (_, entry) => {
      const authData = hexToBytes(entry.signing_value)
      const memberEd25519 = hexToBytes(entry.member.ed25519_pk ?? entry.member)
      const ours = verifyAuthData({ groupId: entry.group_id, authData, memberEd25519 })
      expect(ours).toBe(verifySigningValue({ groupId: entry.group_id, signingValue: authData, memberEd25519 }))
      if (entry.require_write && !entry.require_delete) expect(ours).toBe(entry.valid)
    },
  )
})

function summary(reading: GroupUpdateReading): unknown {
  if (!reading.valid) return reading
  const { update } = reading
  if (update.type === 'promote') return { type: 'promote', groupId: update.group.groupId, name: update.name }
  if (update.type === 'invite') return { ...update, authData: bytesToHex(update.authData) }
  return update
}

function expectedOf({ draft, group_id: groupId }: Entry): unknown {
  const { type, change, name, members, hashes } = draft
  if (type === 'invite') return { type, groupId, name, authData: draft.auth_data }
  if (type === 'promote') return { type, groupId, name }
  if (type === 'member-change') return { type, change, members, historyShared: draft.history_shared ?? false }
  if (type === 'delete-content') return { type, authority: draft.signed ? 'admin' : 'sender', members, hashes }
  if (change === 'NAME') return { type, change, name }
  if (change === 'DISAPPEARING_MESSAGES') return { type, change, expirationSeconds: draft.expiration_seconds }
  return change === undefined ? { type } : { type, change }
}

describe('buildUpdate', () => {
  const member = () => account(2).sessionId
  const authData = new Uint8Array(100)
  const build = (update: unknown, more: object = { group: groupOf(1) }) =>
    codeOf(() => buildUpdate({ update: update as UpdateDraft, timestamp: TS, ...more }))

  it('needs the group of an admin for all that only admins say', () => {
    const drafts: unknown[] = [
      { type: 'invite', member: member(), name: 'n', authData },
      { type: 'promote', name: 'n' },
      { type: 'info-change', change: 'AVATAR' },
      { type: 'member-change', change: 'ADDED', members: [member()] },
      { type: 'delete-content', members: [member()] },
    ]
    for (const draft of drafts) {
      expect(build(draft)).toBe('none')
      expect(build(draft, {})).toBe('GROUP_NOT_ADMIN')
      expect(build(draft, { group: {} })).toBe('GROUP_NOT_ADMIN')
    }
  })

  it('refuses what no client sends', () => {
    const wrong: [unknown, string][] = [
      [null, 'GROUP_BAD_ARGUMENT'],
      [{ type: 'nothing' }, 'GROUP_BAD_ARGUMENT'],
      [{ type: 'invite', member: groupOf(1).groupId, name: 'n', authData }, 'GROUP_BAD_ID'],
      [{ type: 'invite', member: member(), name: '', authData }, 'GROUP_BAD_ARGUMENT'],
      [{ type: 'invite', member: member(), name: 'n', authData: authData.subarray(1) }, 'GROUP_BAD_ARGUMENT'],
      [{ type: 'promote', name: 'é'.repeat(51) }, 'GROUP_BAD_ARGUMENT'],
      [{ type: 'promote', name: 'a\0' }, 'GROUP_BAD_ARGUMENT'],
      [{ type: 'promote', name: '\udc00' }, 'GROUP_BAD_ARGUMENT'],
      [{ type: 'info-change', change: 'NAME' }, 'GROUP_BAD_ARGUMENT'],
      [{ type: 'info-change', change: 'COLOUR' }, 'GROUP_BAD_ARGUMENT'],
      [{ type: 'info-change', change: 'DISAPPEARING_MESSAGES', expirationSeconds: -1 }, 'GROUP_BAD_ARGUMENT'],
      [{ type: 'info-change', change: 'DISAPPEARING_MESSAGES', expirationSeconds: 2 ** 32 }, 'GROUP_BAD_ARGUMENT'],
      [{ type: 'member-change', change: 'ADDED', members: [] }, 'GROUP_BAD_ARGUMENT'],
      [{ type: 'member-change', change: 'ADDED', members: [member(), member()] }, 'GROUP_BAD_ARGUMENT'],
      [{ type: 'member-change', change: 'ADDED', members: [`15${'00'.repeat(32)}`] }, 'GROUP_BAD_ID'],
      [{ type: 'member-change', change: 'ADDED', members: 'x' }, 'GROUP_BAD_ARGUMENT'],
      [{ type: 'delete-content' }, 'GROUP_BAD_ARGUMENT'],
      [{ type: 'delete-content', hashes: [''] }, 'GROUP_BAD_ARGUMENT'],
      [{ type: 'delete-content', hashes: ['a b'] }, 'GROUP_BAD_ARGUMENT'],
      [{ type: 'delete-content', hashes: ['x'.repeat(129)] }, 'GROUP_BAD_ARGUMENT'],
      [
        { type: 'delete-content', hashes: Array.from({ length: MAX_UPDATE_LIST_LENGTH + 1 }, (_, i) => `h${i}`) },
        'GROUP_BAD_ARGUMENT',
      ],
    ]
    for (const [draft, code] of wrong) expect([draft, build(draft)]).toEqual([draft, code])
    expect(build({ type: 'member-left' }, { timestamp: 0 })).toBe('GROUP_BAD_ARGUMENT')
    expect(build({ type: 'member-left' }, { expirationTimerSeconds: 0.5 })).toBe('GROUP_BAD_ARGUMENT')
  })

  it('adds profile and timer only where the page has them', () => {
    const group = groupOf(1)
    const more = { timestamp: TS, group, profile: { displayName: 'p' }, profileKey: new Uint8Array(32) }
    const drafts: [UpdateDraft, boolean, boolean][] = [
      [{ type: 'invite', member: member(), name: 'n', authData }, true, false],
      [{ type: 'info-change', change: 'AVATAR' }, false, true],
      [{ type: 'member-change', change: 'ADDED', members: [member()] }, false, true],
      [{ type: 'promote', name: 'n' }, true, false],
      [{ type: 'member-left' }, false, false],
      [{ type: 'invite-response' }, true, false],
      [{ type: 'delete-content', hashes: ['h'] }, false, false],
      [{ type: 'member-left-notification' }, false, true],
    ]
    for (const [update, hasProfile, hasTimer] of drafts) {
      const content = buildUpdate({ update, ...more, expirationTimerSeconds: 30 })
      expect(content.dataMessage?.profile !== undefined).toBe(hasProfile)
      expect(content.dataMessage?.profileKey !== undefined).toBe(hasProfile)
      expect([content.expirationType, content.expirationTimer]).toEqual(
        hasTimer ? ['DELETE_AFTER_SEND', 30] : ['UNKNOWN', 0],
      )
      expect(content.sigTimestamp).toBe(TS)
    }
  })

  it('keeps nothing of the caller', () => {
    const bytes = new Uint8Array(100).fill(1)
    const update: UpdateDraft = { type: 'invite', member: member(), name: 'n', authData: bytes }
    const content = buildUpdate({ update, timestamp: TS, group: groupOf(1) })
    bytes.fill(2)
    expect(content.dataMessage?.groupUpdateMessage?.inviteMessage?.memberAuthData[0]).toBe(1)
    const promoted = buildUpdate({ update: { type: 'promote', name: 'n' }, timestamp: TS, group: groupOf(1) })
    promoted.dataMessage?.groupUpdateMessage?.promoteMessage?.groupIdentitySeed.fill(0)
    expect(groupOf(1).ed25519.seed.reveal()[0]).toBe(1)
  })
})

describe('readUpdate', () => {
  const self = () => account(2)
  const group = () => groupOf(1)
  const signingValue = () => createSigningValue({ group: group(), member: self().sessionId })
  const reasonOf = (content: unknown, more: object = {}): string | true => {
    const base = {
      content: content as Content,
      timestamp: TS,
      from: group().groupId as GroupId | 'contact',
      self: self(),
    }
    const reading = readUpdate({ ...base, ...more })
    return reading.valid || reading.reason
  }
  const update = (groupUpdateMessage: unknown) => ({ dataMessage: { groupUpdateMessage }, sigTimestamp: TS }) as Content
  const contact = { from: 'contact' }
  const built = (draft: UpdateDraft, more: object = {}) =>
    buildUpdate({ update: draft, timestamp: TS, group: group(), ...more })
  const invite = () => built({ type: 'invite', member: self().sessionId, name: 'n', authData: signingValue() })
  const changed = (content: Content, field: string, change: object) => {
    const message = content.dataMessage?.groupUpdateMessage as Record<string, object>
    return update({ [field]: { ...message[field], ...change } })
  }

  it('drops what is no update, of no kind, or of several', () => {
    for (const content of [null, undefined, 1, {}, { dataMessage: null }, { dataMessage: { body: 'x' } }]) {
      expect(reasonOf(content)).toBe('not-an-update')
    }
    expect(reasonOf(update({}))).toBe('no-kind')
    expect(reasonOf(update({ memberLeftMessage: {}, memberLeftNotificationMessage: {} }))).toBe('several-kinds')
    expect(reasonOf(update({ memberLeftMessage: 5 }))).toBe('malformed')
  })

  it('says the type of what it drops', () => {
    const content = update({ memberLeftMessage: {} })
    const reading = readUpdate({ content, timestamp: TS, from: 'contact', self: self() })
    expect(reading).toEqual({ valid: false, type: 'member-left', reason: 'wrong-conversation' })
  })

  it('drops a timestamp that is not the signed one', () => {
    const left = built({ type: 'member-left' })
    expect(reasonOf(left)).toBe(true)
    expect(reasonOf(left, { timestamp: TS + 1 })).toBe('timestamp-mismatch')
    expect(reasonOf(left, { timestamp: 0 })).toBe('bad-timestamp')
    expect(reasonOf({ ...left, sigTimestamp: undefined })).toBe(true)
    const avatar = built({ type: 'info-change', change: 'AVATAR' })
    expect(reasonOf({ ...avatar, sigTimestamp: undefined }, { timestamp: TS + 1 })).toBe('bad-signature')
  })

  it('drops each kind where it may not be', () => {
    const seed = built({ type: 'promote', name: 'n' })
    expect(reasonOf(invite(), contact)).toBe(true)
    expect(reasonOf(seed, contact)).toBe(true)
    expect(reasonOf(invite())).toBe('wrong-conversation')
    expect(reasonOf(seed)).toBe('wrong-conversation')
    const inGroup: UpdateDraft[] = [
      { type: 'info-change', change: 'AVATAR' },
      { type: 'member-change', change: 'ADDED', members: [self().sessionId] },
      { type: 'member-left' },
      { type: 'invite-response' },
      { type: 'delete-content', hashes: ['h'] },
      { type: 'member-left-notification' },
    ]
    for (const draft of inGroup) {
      expect(reasonOf(built(draft))).toBe(true)
      expect(reasonOf(built(draft), contact)).toBe('wrong-conversation')
      expect(reasonOf(built(draft), { from: self().sessionId })).toBe('wrong-conversation')
    }
  })

  it('drops invites and promotions of the blocked, and nothing else of them', () => {
    expect(reasonOf(invite(), { ...contact, isBlocked: true })).toBe('blocked-sender')
    expect(reasonOf(built({ type: 'promote', name: 'n' }), { ...contact, isBlocked: true })).toBe('blocked-sender')
    expect(reasonOf(built({ type: 'member-left' }), { isBlocked: true })).toBe(true)
  })

  it('drops invites that do not hold', () => {
    const bad = (change: object) => reasonOf(changed(invite(), 'inviteMessage', change), contact)
    expect(bad({})).toBe(true)
    expect(bad({ groupSessionId: group().groupId.toUpperCase() })).toBe(true)
    expect(bad({ groupSessionId: self().sessionId })).toBe('bad-group-id')
    expect(bad({ groupSessionId: 5 })).toBe('bad-group-id')
    // 2 is no y of a point; 1 is the neutral one.
    expect(bad({ groupSessionId: `0302${'00'.repeat(31)}` })).toBe('bad-group-id')
    expect(bad({ groupSessionId: `0301${'00'.repeat(31)}` })).toBe('bad-group-id')
    expect(bad({ groupSessionId: groupOf(5).groupId })).toBe('bad-signature')
    expect(bad({ adminSignature: new Uint8Array(64) })).toBe('bad-signature')
    expect(bad({ adminSignature: new Uint8Array(63) })).toBe('bad-signature')
    expect(bad({ adminSignature: undefined })).toBe('bad-signature')
    expect(bad({ memberAuthData: signingValue().subarray(0, 99) })).toBe('bad-auth-data')
    expect(bad({ memberAuthData: new Uint8Array(100) })).toBe('bad-auth-data')
    expect(bad({ memberAuthData: undefined })).toBe('bad-auth-data')
    const readOnly = createSigningValue({ group: group(), member: self().sessionId, write: false })
    expect(bad({ memberAuthData: readOnly })).toBe('bad-auth-data')
    const ofOther = createSigningValue({ group: group(), member: account(3).sessionId })
    expect(bad({ memberAuthData: ofOther })).toBe('bad-auth-data')
    expect(bad({ name: undefined })).toBe('malformed')
    expect(bad({ name: '\ud800' })).toBe('malformed')
    // Made for somebody else.
    expect(reasonOf(invite(), { ...contact, self: account(3) })).toBe('bad-signature')
  })

  it('cuts the names of others to 100 bytes', () => {
    const content = changed(invite(), 'inviteMessage', { name: `a${'é'.repeat(80)}` })
    const reading = readUpdate({ content, timestamp: TS, from: 'contact', self: self() })
    expect(reading.valid && reading.update.type === 'invite' && reading.update.name).toBe(`a${'é'.repeat(49)}`)
  })

  it('drops promotions with another seed than one of 32 bytes, and names the group of the seed', () => {
    const bad = (groupIdentitySeed: unknown) =>
      reasonOf(update({ promoteMessage: { groupIdentitySeed, name: 'n' } }), contact)
    expect(bad(new Uint8Array(31))).toBe('bad-seed')
    expect(bad(new Uint8Array(64))).toBe('bad-seed')
    expect(bad(undefined)).toBe('bad-seed')
    const content = built({ type: 'promote', name: 'n' })
    const reading = readUpdate({ content, timestamp: TS, from: 'contact', self: self() })
    expect(summary(reading)).toEqual({ type: 'promote', groupId: group().groupId, name: 'n' })
  })

  it('drops notices that are not signed by the group', () => {
    const info = built({ type: 'info-change', change: 'NAME', name: 'n' })
    const members = built({ type: 'member-change', change: 'ADDED', members: [self().sessionId] })
    for (const [content, field] of [
      [info, 'infoChangeMessage'],
      [members, 'memberChangeMessage'],
    ] as const) {
      expect(reasonOf(content)).toBe(true)
      expect(reasonOf(content, { from: groupOf(7).groupId })).toBe('bad-signature')
      expect(reasonOf(changed(content, field, { adminSignature: undefined }))).toBe('bad-signature')
      expect(reasonOf(changed(content, field, { adminSignature: new Uint8Array(65) }))).toBe('bad-signature')
      expect(reasonOf(changed(content, field, { type: 'OTHER' }))).toBe('unknown-change')
      expect(reasonOf(changed(content, field, { type: undefined }))).toBe('unknown-change')
    }
    expect(reasonOf(changed(info, 'infoChangeMessage', { type: 'AVATAR' }))).toBe('bad-signature')
    expect(reasonOf(changed(members, 'memberChangeMessage', { type: 'REMOVED' }))).toBe('bad-signature')
    expect(reasonOf(changed(info, 'infoChangeMessage', { updatedName: 5 }))).toBe('malformed')
    const timer = built({ type: 'info-change', change: 'DISAPPEARING_MESSAGES', expirationSeconds: 5 })
    expect(reasonOf(changed(timer, 'infoChangeMessage', { updatedExpiration: 1.5 }))).toBe('malformed')
    expect(reasonOf(changed(members, 'memberChangeMessage', { memberSessionIds: 'x' }))).toBe('malformed')
    expect(reasonOf(changed(members, 'memberChangeMessage', { memberSessionIds: [5] }))).toBe('malformed')
    const many = Array.from({ length: MAX_UPDATE_LIST_LENGTH + 1 }, () => 'x')
    expect(reasonOf(changed(members, 'memberChangeMessage', { memberSessionIds: many }))).toBe('too-many')
  })

  it('ignores ids that are no members and ids that stand twice', () => {
    const one = self().sessionId
    const content = changed(built({ type: 'member-change', change: 'ADDED', members: [one] }), 'memberChangeMessage', {
      memberSessionIds: ['', 'x', one.toUpperCase(), one, `15${one.slice(2)}`, group().groupId],
    })
    const reading = readUpdate({ content, timestamp: TS, from: group().groupId, self: self() })
    expect(reading.valid && reading.update).toMatchObject({ members: [one] })
  })

  it('gives a deletion without signature no authority over members, and one with a bad signature none at all', () => {
    const one = self().sessionId
    const signed = built({ type: 'delete-content', members: [one], hashes: ['a', 'b'] })
    const read = (content: Content) => readUpdate({ content, timestamp: TS, from: group().groupId, self: self() })
    const type = 'delete-content'
    expect(read(signed)).toEqual({
      valid: true,
      update: { type, authority: 'admin', members: [one], hashes: ['a', 'b'] },
    })
    const unsigned = changed(signed, 'deleteMemberContent', { adminSignature: undefined })
    expect(read(unsigned)).toEqual({
      valid: true,
      update: { type, authority: 'sender', members: [], hashes: ['a', 'b'] },
    })
    const bad = (change: object) => reasonOf(changed(signed, 'deleteMemberContent', change))
    expect(bad({ adminSignature: new Uint8Array(64) })).toBe('bad-signature')
    expect(bad({ adminSignature: new Uint8Array(0) })).toBe('bad-signature')
    expect(bad({ messageHashes: ['b', 'a'] })).toBe('bad-signature')
    expect(bad({ memberSessionIds: [] })).toBe('bad-signature')
    expect(bad({ messageHashes: Array.from({ length: MAX_UPDATE_LIST_LENGTH + 1 }, () => 'x') })).toBe('too-many')
    expect(bad({ messageHashes: [null] })).toBe('malformed')
  })

  it('ignores a refused invite', () => {
    expect(reasonOf(update({ inviteResponse: { isApproved: false } }))).toBe('not-approved')
    expect(reasonOf(update({ inviteResponse: {} }))).toBe('not-approved')
  })

  it('needs an account to read for', () => {
    for (const input of [null, {}, { self: {} }, { self: { ed25519: {} } }]) {
      expect(codeOf(() => readUpdate(input as never))).toBe('GROUP_BAD_ARGUMENT')
    }
  })

  it('verifyAuthData is false for malformed values', () => {
    const groupId = group().groupId
    const memberEd25519 = self().ed25519.publicKey
    expect(verifyAuthData({ groupId, authData: signingValue(), memberEd25519 })).toBe(true)
    for (const wrong of [
      { authData: null },
      { authData: new Uint8Array(101) },
      { memberEd25519: new Uint8Array(31) },
      { memberEd25519: new Uint8Array(32) },
      { groupId: '03' },
    ]) {
      const input = { groupId, authData: signingValue(), memberEd25519, ...wrong }
      expect(verifyAuthData(input as never)).toBe(false)
    }
  })
})

describe('as it travels', () => {
  it('an invite 1-to-1, a notice in the group', () => {
    const group = groupOf(1)
    const [admin, bob] = [account(1), account(2)]
    const authData = createSigningValue({ group, member: bob.sessionId })
    const update: UpdateDraft = { type: 'invite', member: bob.sessionId, name: 'Chess', authData }
    const invite = buildUpdate({ update, timestamp: TS, group })
    const got = openMessage(sealMessage({ content: invite, from: admin, to: bob.sessionId, timestamp: TS }), {
      recipient: bob,
    })
    expect(readUpdate({ ...got, from: 'contact', self: bob })).toMatchObject({
      valid: true,
      update: { type: 'invite' },
    })

    const key = new Uint8Array(32).fill(3)
    const content = buildUpdate({ update: { type: 'delete-content', hashes: ['h'] }, timestamp: TS, group })
    const { groupId } = group
    const ciphertext = sealGroupContent({ content, from: admin, groupId, key, timestamp: TS })
    const opened = openGroupContent({ ciphertext, groupId, keys: [key] })
    expect(readUpdate({ ...opened, from: groupId, self: bob })).toMatchObject({
      ...{ valid: true, update: { authority: 'admin', hashes: ['h'] } },
    })
  })
})

describe('properties', () => {
  const ids = fc.uniqueArray(
    fc.integer({ min: 1, max: 60 }).map((n) => account(n).sessionId),
    { maxLength: 5 },
  )
  const hashes = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 128, unit: fc.constantFrom(...'aZ09+/=_-') }), {
    maxLength: 5,
  })
  const name = fc.string({ minLength: 1, maxLength: 25, unit: 'grapheme' }).filter((text) => {
    return !text.includes('\0') && new TextEncoder().encode(text).length <= 100
  })
  const drafts: fc.Arbitrary<UpdateDraft> = fc.oneof(
    name.map((text): UpdateDraft => ({ type: 'info-change', change: 'NAME', name: text })),
    fc.constant<UpdateDraft>({ type: 'info-change', change: 'AVATAR' }),
    fc
      .nat({ max: 0xffff_ffff })
      .map((n): UpdateDraft => ({ type: 'info-change', change: 'DISAPPEARING_MESSAGES', expirationSeconds: n })),
    fc
      .tuple(fc.constantFrom('ADDED', 'REMOVED', 'PROMOTED'), ids, fc.boolean())
      .filter(([, members]) => members.length > 0)
      .map(([change, members, historyShared]): UpdateDraft => {
        return { type: 'member-change', change: change as 'ADDED', members, historyShared }
      }),
    fc
      .tuple(ids, hashes)
      .filter(([a, b]) => a.length + b.length > 0)
      .map(([members, list]): UpdateDraft => ({ type: 'delete-content', members, hashes: list })),
  )

  it('what is built is read as it was meant, and no byte of a signed part may change', () => {
    const group = groupOf(1)
    const self = account(2)
    fc.assert(
      fc.property(drafts, fc.integer({ min: 1, max: 2 ** 53 - 1 }), (draft, timestamp) => {
        const content = decodeContent(encodeContent(buildUpdate({ update: draft, timestamp, group })))
        const input = { content, timestamp, from: group.groupId, self }
        expect(readUpdate(input)).toEqual({
          valid: true,
          update: draft.type === 'delete-content' ? { ...draft, authority: 'admin' } : draft,
        })
        expect(readUpdate({ ...input, timestamp: timestamp === 1 ? 2 : timestamp - 1 }).valid).toBe(false)
        expect(readUpdate({ ...input, from: groupOf(3).groupId }).valid).toBe(false)
      }),
      { numRuns: 100, seed: 6 },
    )
  })

  it('different updates never share a signed text, but for where lists are cut', () => {
    const all = fc.record({
      a: fc.constantFrom<SignedUpdate>(
        { type: 'info-change', change: 'NAME', timestamp: 1 },
        { type: 'member-change', change: 'ADDED', timestamp: 1 },
      ),
      b: fc.integer({ min: 1, max: 2 ** 53 - 1 }),
      c: fc.integer({ min: 1, max: 2 ** 53 - 1 }),
    })
    fc.assert(
      fc.property(all, ({ a, b, c }) => {
        const texts = [b, c].map((timestamp) => bytesToHex(updateSignedBytes({ ...a, timestamp })))
        expect(texts[0] === texts[1]).toBe(b === c)
      }),
      { numRuns: 200, seed: 7 },
    )
  })
})

describe('10,000 random and changed inputs', () => {
  const RUNS = 10_000

  function generator(seed: number): (below: number) => number {
    let state = seed
    return (below) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((state / 2 ** 32) * below)
    }
  }

  it('readUpdate gives a reading for whatever an object holds', () => {
    const random = generator(11)
    const self = account(2)
    const group = groupOf(1)
    const junk: unknown[] = [
      null,
      true,
      0,
      -1,
      1.5,
      '',
      'x',
      '\ud800',
      [],
      {},
      [[]],
      new Uint8Array(64),
      Number.NaN,
      2n,
    ]
    const authData = createSigningValue({ group, member: self.sessionId })
    const full = {
      inviteMessage: { groupSessionId: group.groupId, name: 'n', memberAuthData: authData, adminSignature: authData },
      infoChangeMessage: { type: 'NAME', updatedName: 'n', updatedExpiration: 1, adminSignature: authData.slice(36) },
      memberChangeMessage: { type: 'ADDED', memberSessionIds: [self.sessionId], adminSignature: authData.slice(36) },
      promoteMessage: { groupIdentitySeed: new Uint8Array(32), name: 'n' },
      memberLeftMessage: {},
      inviteResponse: { isApproved: true },
      deleteMemberContent: { memberSessionIds: [self.sessionId], messageHashes: ['h'] },
      memberLeftNotificationMessage: {},
    }
    const names = Object.keys(full) as (keyof typeof full)[]
    let valid = 0
    for (let i = 0; i < RUNS; i++) {
      const kind = names[random(names.length)]!
      const body: Record<string, unknown> = { ...full[kind] }
      for (const key of Object.keys(body)) if (random(4) === 0) body[key] = junk[random(junk.length)]
      const update: Record<string, unknown> = { [kind]: random(20) === 0 ? junk[random(junk.length)] : body }
      if (random(20) === 0) update[names[random(names.length)]!] = {}
      const content = {
        dataMessage: { groupUpdateMessage: update },
        sigTimestamp: random(9) === 0 ? junk[random(9)] : TS,
      }
      const from = random(2) === 0 ? 'contact' : random(9) === 0 ? junk[random(junk.length)] : group.groupId
      const reading = readUpdate({ content: content as Content, timestamp: TS, from: from as GroupId, self })
      if (reading.valid) valid++
    }
    expect(valid).toBeGreaterThan(100)
  })

  it('decoded contents with changed bytes', () => {
    const random = generator(12)
    const entries = vectors('ours/closed-group-updates').update_content!
    for (let i = 0; i < RUNS; i++) {
      const entry = entries[random(entries.length)]
      const bytes = hexToBytes(entry.content)
      for (let n = 1 + random(3); n > 0; n--) bytes[random(bytes.length)] = random(256)
      let content: Content
      try {
        content = decodeContent(bytes)
      } catch (error) {
        if (!isSessionKitError(error)) throw error
        continue
      }
      const from = entry.from === 'contact' ? 'contact' : entry.group_id
      const self = { sessionId: entry.self.session_id as SessionId, ed25519: account(2).ed25519 }
      readUpdate({ content, timestamp: entry.timestamp_ms, from, self })
    }
  })
})
