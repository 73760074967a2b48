import { bytesToHex, hexToBytes } from '@sessionkit/bytes'
import { ready } from '@sessionkit/crypto'
import { decodeContent, encodeContent } from '@sessionkit/envelope'
import { accountFromSeed, type GroupId, parseGroupId } from '@sessionkit/session-id'
import { verifySigningValue } from '@sessionkit/swarm'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  buildUpdate,
  groupFromSeed,
  MAX_UPDATE_LIST_LENGTH,
  readUpdate,
  type SignedUpdate,
  signUpdate,
  type UpdateDraft,
  updateSignedBytes,
  verifyAuthData,
  verifyUpdate,
} from '../src/index.ts'
import { account, codeOf, type Entry, groupOf, summary, TS, vectors } from './update-world.ts'

beforeAll(() => ready)

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
