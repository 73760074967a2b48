import { ed25519Sign, ready } from '@sessionkit/crypto'
import { type Content, openMessage, sealMessage } from '@sessionkit/envelope'
import type { GroupId } from '@sessionkit/session-id'
import { createSigningValue, subaccountToken } from '@sessionkit/swarm'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  buildUpdate,
  MAX_UPDATE_LIST_LENGTH,
  openGroupContent,
  readUpdate,
  sealGroupContent,
  type UpdateDraft,
  verifyAuthData,
} from '../src/index.ts'
import { account, codeOf, groupOf, summary, TS } from './update-world.ts'

beforeAll(() => ready)

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

  it('verifyAuthData refuses another prefix than 03, but for tokens of any prefix', () => {
    const grant = { group: group(), member: self().sessionId }
    const point = subaccountToken(grant).subarray(4)
    const factor = signingValue().subarray(4, 36)
    const withHead = (...head: number[]) => {
      const message = Uint8Array.of(...head, 0, 0, ...point)
      const signature = ed25519Sign({ message, keyPair: group().ed25519 })
      const authData = Uint8Array.of(...head, 0, 0, ...factor, ...signature)
      return verifyAuthData({ groupId: group().groupId, authData, memberEd25519: self().ed25519.publicKey })
    }
    expect(withHead(3, 3)).toBe(true)
    expect(withHead(5, 3)).toBe(false)
    expect(withHead(5, 3 | 8)).toBe(true)
    expect([withHead(3, 1), withHead(3, 2), withHead(3, 0)]).toEqual([false, false, false])
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
