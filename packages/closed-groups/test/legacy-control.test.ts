import { bytesToHex, hexToBytes, SecretBytes } from '@sessionkit/bytes'
import { ready, type X25519KeyPair, x25519KeyPairFromSecret } from '@sessionkit/crypto'
import {
  type ClosedGroupControlMessage,
  type Content,
  decodeContent,
  encodeContent,
  openMessage,
  sealMessage,
} from '@sessionkit/envelope'
import { type Account, idFromPublicKey, idToBytes, type SessionId } from '@sessionkit/session-id'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  applyLegacyControl,
  buildLegacyControl,
  createLegacyGroup,
  type LegacyControlDraft,
  type LegacyGroup,
  MAX_LEGACY_KEY_PAIRS,
  MAX_LEGACY_MEMBERS,
  openLegacyMessage,
  readLegacyControl,
  sealLegacyMessage,
  wrapLegacyKeyPair,
} from '../src/index.ts'
import { account, codeOf } from './update-world.ts'

beforeAll(() => ready)

const T = 1_700_000_000_000
const id = (n: number): SessionId => account(n).sessionId
const pair = (n: number): X25519KeyPair => x25519KeyPairFromSecret(SecretBytes.from(new Uint8Array(32).fill(n)))
const fill = (value: number) => (length: number) => new Uint8Array(length).fill(value)

/** Account 1 is the admin; 2 and 3 are members. */
const groupOf = (change: Partial<LegacyGroup> = {}): LegacyGroup => ({
  ...createLegacyGroup({ name: 'Chess', creator: id(1), members: [id(2), id(3)], timestamp: T, random: fill(7) }),
  ...change,
})

const _visible: Content = { dataMessage: { body: 'hello' } }

describe('control messages', () => {
  const wire = (control: LegacyControlDraft, timestamp = T + 1): ClosedGroupControlMessage => {
    const content = decodeContent(encodeContent(buildLegacyControl({ control, timestamp })))
    return content.dataMessage!.closedGroupControlMessage!
  }
  const content = (closedGroupControlMessage: unknown, more: object = {}) =>
    ({ dataMessage: { closedGroupControlMessage }, ...more }) as Content
  const read = (message: unknown, change: object = {}) => {
    const group = groupOf()
    const groups = new Map([[group.id, group]])
    const input = {
      content: content(message),
      timestamp: T + 1,
      sender: id(1),
      from: group.id,
      self: account(2),
      groups,
    }
    return readLegacyControl({ ...input, ...change })
  }
  const reason = (message: unknown, change: object = {}) => {
    const reading = read(message, change)
    return reading.valid || reading.reason
  }
  const contact = { from: 'contact', isApproved: true }

  it('are written as the page has them', () => {
    const group = groupOf({ expirationSeconds: 60 })
    const secret = group.keyPairs[0]!.secretKey.reveal()
    expect(wire({ type: 'new', group })).toEqual({
      type: 'NEW',
      publicKey: hexToBytes(group.id),
      name: 'Chess',
      encryptionKeyPair: { publicKey: group.keyPairs[0]!.publicKey, privateKey: new Uint8Array(secret) },
      members: [id(1), id(2), id(3)].map(hexToBytes),
      admins: [hexToBytes(id(1))],
      expirationTimer: 60,
    })
    const bytes = (control: LegacyControlDraft) =>
      bytesToHex(encodeContent(buildLegacyControl({ control, timestamp: 1 })))
    // Content.1 { DataMessage.104 { 1: type, ... } }, Content.15
    expect(bytes({ type: 'member-left' })).toBe('0a05c20602080778' + '01')
    expect(bytes({ type: 'name-change', name: 'abc' })).toBe('0a0ac206070804' + '1a03616263' + '7801')
    expect(bytes({ type: 'members-added', members: [id(2)] })).toBe(`0a28c20625${'0805'}2a21${id(2)}7801`)
    expect(bytes({ type: 'members-removed', members: [id(2)] })).toBe(`0a28c20625${'0806'}2a21${id(2)}7801`)
    const wrappers = [{ publicKey: Uint8Array.of(1), encryptedKeyPair: Uint8Array.of(2) }]
    expect(bytes({ type: 'key-pair', wrappers })).toBe('0a0dc2060a08033a060a010112010' + '27801')
    expect(bytes({ type: 'key-pair', wrappers, group: group.id })).toBe(
      `0a30c2062d0803${'1221'}${group.id}3a060a01011201027801`,
    )
  })

  it('are not built of what they cannot hold', () => {
    const build = (control: unknown, timestamp = T) =>
      codeOf(() => buildLegacyControl({ control: control as LegacyControlDraft, timestamp }))
    const wrong: [unknown, string][] = [
      [null, 'GROUP_BAD_ARGUMENT'],
      [{ type: 'x' }, 'GROUP_BAD_ARGUMENT'],
      [{ type: 'name-change', name: '' }, 'GROUP_BAD_ARGUMENT'],
      [{ type: 'name-change', name: '\ud800' }, 'GROUP_BAD_ARGUMENT'],
      [{ type: 'name-change', name: 'x'.repeat(101) }, 'GROUP_BAD_ARGUMENT'],
      [{ type: 'members-added', members: [] }, 'GROUP_BAD_ARGUMENT'],
      [{ type: 'members-added', members: [id(2), id(2)] }, 'GROUP_BAD_ARGUMENT'],
      [{ type: 'members-removed', members: ['x'] }, 'GROUP_BAD_ID'],
      [{ type: 'key-pair', wrappers: [] }, 'GROUP_BAD_ARGUMENT'],
      [{ type: 'key-pair', wrappers: [1], group: 'x' }, 'GROUP_BAD_ID'],
      [{ type: 'new', group: null }, 'GROUP_BAD_ID'],
      [{ type: 'new', group: groupOf({ keyPairs: [] }) }, 'GROUP_NO_KEY'],
    ]
    for (const [control, code] of wrong) expect([control, build(control)]).toEqual([control, code])
    expect(build({ type: 'member-left' }, 0)).toBe('GROUP_BAD_ARGUMENT')
    const many = Array.from({ length: MAX_LEGACY_MEMBERS + 1 }, () => id(2))
    expect(codeOf(() => createLegacyGroup({ name: 'n', creator: id(1), members: many, timestamp: T }))).toBe(
      'GROUP_BAD_ARGUMENT',
    )
    expect(codeOf(() => createLegacyGroup({ name: 'n', creator: 'x' as SessionId, members: [], timestamp: T }))).toBe(
      'GROUP_BAD_ID',
    )
  })

  it('are dropped where they are none, or of another time', () => {
    expect(reason(undefined)).toBe('not-a-control-message')
    expect(reason(null, { content: null })).toBe('not-a-control-message')
    const left = { type: 'MEMBER_LEFT' }
    expect(reason(left)).toBe(true)
    expect(reason(left, { timestamp: 0 })).toBe('bad-timestamp')
    expect(reason(left, { content: content(left, { sigTimestamp: T }) })).toBe('timestamp-mismatch')
    expect(reason(left, { from: 'x' })).toBe('wrong-conversation')
    expect(reason({ type: 'ENCRYPTION_KEY_PAIR_REQUEST' })).toBe('unsupported')
    expect(reason({ type: 'OTHER' })).toBe('unsupported')
    for (const input of [null, {}, { self: account(1) }, { groups: new Map() }]) {
      expect(codeOf(() => readLegacyControl(input as never))).toBe('GROUP_BAD_ARGUMENT')
    }
  })

  it('NEW: all fields, to us, of an approved admin, 1-to-1, newer than the config', () => {
    const message = wire({ type: 'new', group: groupOf({ expirationSeconds: 5 }) })
    const reading = read(message, contact)
    expect(reading.valid && reading.control).toMatchObject({
      type: 'new',
      group: { id: groupOf().id, name: 'Chess', members: [id(1), id(2), id(3)], admins: [id(1)], expirationSeconds: 5 },
    })
    const bad = (change: object, more: object = {}) => reason({ ...message, ...change }, { ...contact, ...more })
    for (const field of ['publicKey', 'name', 'encryptionKeyPair', 'members', 'admins']) {
      expect([field, bad({ [field]: undefined })]).toEqual([field, 'missing-field'])
    }
    expect(bad({ expirationTimer: undefined })).toBe(true)
    expect(bad({ expirationTimer: 'x' })).toBe('malformed')
    expect(bad({ name: '' })).toBe('missing-field')
    expect(bad({ name: 5 })).toBe('malformed')
    expect(bad({ publicKey: new Uint8Array(33) })).toBe('malformed')
    expect(bad({ publicKey: hexToBytes(`03${'11'.repeat(32)}`) })).toBe('malformed')
    expect(bad({ members: [] })).toBe('missing-field')
    expect(bad({ members: 5 })).toBe('malformed')
    expect(bad({ members: [new Uint8Array(32)] })).toBe('malformed')
    expect(bad({ members: Array.from({ length: MAX_LEGACY_MEMBERS + 1 }, () => idToBytes(id(2))) })).toBe('too-many')
    expect(bad({ encryptionKeyPair: { publicKey: new Uint8Array(32), privateKey: new Uint8Array(32) } })).toBe(
      'bad-key-pair',
    )
    for (const pairOf of [
      null,
      {},
      { publicKey: 5, privateKey: new Uint8Array(32) },
      { publicKey: pair(5).publicKey },
    ]) {
      expect(bad({ encryptionKeyPair: pairOf })).toBe('bad-key-pair')
    }
    expect(bad({ members: [idToBytes(id(1))] })).toBe('not-addressed')
    expect(bad({ admins: [idToBytes(id(3))] })).toBe('not-admin')
    expect(bad({ admins: [idToBytes(id(1)), idToBytes(id(3))] })).toBe('not-admin')
    expect(bad({}, { sender: id(3) })).toBe('not-admin')
    expect(bad({}, { isApproved: false })).toBe('not-approved')
    expect(bad({}, { isApproved: undefined })).toBe('not-approved')
    expect(bad({}, { configTimestamp: T + 2 })).toBe('outdated')
    expect(bad({}, { configTimestamp: T + 1 })).toBe(true)
    expect(bad({}, { from: groupOf().id })).toBe('wrong-conversation')
  })

  it('NEW: neither takes over a known group, nor sets it back, nor has the id of an account', () => {
    const message = wire({ type: 'new', group: groupOf() })
    const known = (change: Partial<LegacyGroup>) => ({ ...contact, groups: new Map([[groupOf().id, groupOf(change)]]) })
    expect(reason(message, known({ joinedAt: T }))).toBe(true)
    expect(reason(message, known({ joinedAt: T + 1 }))).toBe('outdated')
    expect(reason(message, known({ admins: [id(3)] }))).toBe('not-admin')
    expect(reason({ ...message, publicKey: idToBytes(id(2)) }, contact)).toBe('malformed')
    expect(reason({ ...message, expirationTimer: -1 }, contact)).toBe('malformed')
  })

  it('ENCRYPTION_KEY_PAIR: of an admin, for us, not known yet', () => {
    const wrap = (from: number, members: number[], keyPair = pair(5)) =>
      wrapLegacyKeyPair({ keyPair, from: account(from), members: members.map(id) })
    const group = groupOf()
    const inGroup = wire({ type: 'key-pair', wrappers: wrap(1, [2, 3]) })
    const reading = read(inGroup)
    expect(reading.valid && reading.control.type === 'key-pair' && reading.control.keyPair.publicKey).toEqual(
      pair(5).publicKey,
    )
    const direct = wire({ type: 'key-pair', wrappers: wrap(1, [2]), group: group.id })
    expect(reason(direct, { from: 'contact' })).toBe(true)
    expect(reason(inGroup, { from: 'contact' })).toBe('missing-field')
    expect(reason({ ...direct, publicKey: idToBytes(id(9)) }, { from: 'contact' })).toBe('unknown-group')
    expect(reason(inGroup, { from: id(9) })).toBe('unknown-group')
    expect(reason(wire({ type: 'key-pair', wrappers: wrap(3, [2]) }), { sender: id(3) })).toBe('not-admin')
    // A member's pair under the admin's name.
    expect(reason(wire({ type: 'key-pair', wrappers: wrap(3, [2]) }))).toBe('bad-key-pair')
    expect(reason(wire({ type: 'key-pair', wrappers: wrap(1, [3]) }))).toBe('not-addressed')
    expect(reason({ ...inGroup, wrappers: undefined })).toBe('missing-field')
    expect(reason({ ...inGroup, wrappers: Array.from({ length: MAX_LEGACY_MEMBERS + 1 }, () => null) })).toBe(
      'too-many',
    )
    expect(reason(wire({ type: 'key-pair', wrappers: wrap(1, [2], group.keyPairs[0]!) }))).toBe('duplicate')
  })

  it('NAME_CHANGE and MEMBERS_ADDED: of a member, in the group, newer than joining', () => {
    for (const message of [
      wire({ type: 'name-change', name: 'New' }),
      wire({ type: 'members-added', members: [id(4)] }),
    ]) {
      expect(reason(message, { sender: id(3) })).toBe(true)
      expect(reason(message, { sender: id(4) })).toBe('not-member')
      expect(reason(message, { timestamp: T })).toBe('outdated')
      expect(reason(message, contact)).toBe('wrong-conversation')
      expect(reason(message, { from: id(9) })).toBe('unknown-group')
    }
    expect(reason({ type: 'NAME_CHANGE' })).toBe('missing-field')
    expect(reason({ type: 'MEMBERS_ADDED' })).toBe('missing-field')
    expect(reason({ type: 'MEMBERS_ADDED', members: [Uint8Array.of(5)] })).toBe('malformed')
  })

  it('MEMBERS_REMOVED: of the admin only, who cannot be removed', () => {
    const message = wire({ type: 'members-removed', members: [id(3)] })
    expect(read(message)).toEqual({
      valid: true,
      control: { type: 'members-removed', members: [id(3)], includesSelf: false },
    })
    expect(read(message, { self: account(3) })).toMatchObject({ control: { includesSelf: true } })
    expect(reason(message, { sender: id(2) })).toBe('not-admin')
    expect(reason(message, { sender: id(4) })).toBe('not-member')
    expect(reason(message, contact)).toBe('wrong-conversation')
    expect(reason(wire({ type: 'members-removed', members: [id(3), id(1)] }))).toBe('admin-removed')
  })

  it('MEMBER_LEFT: ends the group when the admin or we did', () => {
    const message = { type: 'MEMBER_LEFT' }
    const left = (sender: number) => {
      const reading = read(message, { sender: id(sender) })
      return reading.valid && reading.control
    }
    expect(left(3)).toEqual({ type: 'member-left', member: id(3), endsGroup: false })
    expect(left(1)).toEqual({ type: 'member-left', member: id(1), endsGroup: true })
    expect(left(2)).toEqual({ type: 'member-left', member: id(2), endsGroup: true })
    expect(reason(message, { sender: id(4) })).toBe('not-member')
    expect(reason(message, contact)).toBe('wrong-conversation')
  })
})

describe('a group from its start to its end', () => {
  it('with messages as they travel', () => {
    const [admin, bob] = [account(1), account(2)]
    const group = groupOf()
    const content = buildLegacyControl({ control: { type: 'new', group }, timestamp: T })
    const invited = openMessage(sealMessage({ content, from: admin, to: bob.sessionId, timestamp: T }), {
      recipient: bob,
    })
    const first = readLegacyControl({ ...invited, from: 'contact', self: bob, groups: new Map(), isApproved: true })
    if (!first.valid) throw new Error(first.reason)
    let state = applyLegacyControl({ group: undefined, control: first.control })
    expect(state).toMatchObject({ id: group.id, name: 'Chess', admins: [id(1)], joinedAt: T })
    expect(state?.keyPairs[0]?.publicKey).toEqual(group.keyPairs[0]?.publicKey)

    let time = T
    const hear = (control: LegacyControlDraft, from: Account, key = state!.keyPairs[0]!): void => {
      const built = buildLegacyControl({ control, timestamp: ++time })
      const bytes = sealLegacyMessage({
        ...{ content: built, from, group: group.id, encryptionKey: key.publicKey, timestamp: time },
      })
      const opened = openLegacyMessage({ bytes, group: group.id, keyPairs: state!.keyPairs })
      expect(opened.kind).toBe('legacy-group')
      const groups = new Map([[group.id, state!]])
      const reading = readLegacyControl({ ...opened, from: group.id, self: bob, groups })
      if (!reading.valid) throw new Error(reading.reason)
      state = applyLegacyControl({ group: state!, control: reading.control })
    }
    hear({ type: 'name-change', name: 'Go' }, account(3))
    hear({ type: 'members-added', members: [id(4)] }, admin)
    expect(state).toMatchObject({ name: 'Go', members: [id(1), id(2), id(3), id(4)] })
    hear({ type: 'members-removed', members: [id(3)] }, admin)
    const next = pair(12)
    const wrappers = wrapLegacyKeyPair({ keyPair: next, from: admin, members: [id(1), id(2), id(4)] })
    hear({ type: 'key-pair', wrappers }, admin)
    expect(state!.keyPairs.map((one) => one.publicKey)).toEqual([next.publicKey, group.keyPairs[0]!.publicKey])
    hear({ type: 'member-left' }, account(4), group.keyPairs[0])
    expect(state!.members).toEqual([id(1), id(2)])
    hear({ type: 'member-left' }, admin)
    expect(state).toBeNull()
  })

  it('a removed member has no group any more, and a change needs one', () => {
    const members = [id(2)]
    expect(
      applyLegacyControl({ group: groupOf(), control: { type: 'members-removed', members, includesSelf: true } }),
    ).toBeNull()
    const control = { type: 'name-change', name: 'x' } as const
    expect(codeOf(() => applyLegacyControl({ group: undefined, control }))).toBe('GROUP_BAD_ARGUMENT')
  })

  it('key pairs and members have limits', () => {
    const keyPairs = Array.from({ length: MAX_LEGACY_KEY_PAIRS }, () => pair(6))
    const after = applyLegacyControl({ group: groupOf({ keyPairs }), control: { type: 'key-pair', keyPair: pair(5) } })
    expect(after!.keyPairs).toHaveLength(MAX_LEGACY_KEY_PAIRS)
    expect(after!.keyPairs[0]!.publicKey).toEqual(pair(5).publicKey)
    const many = Array.from({ length: MAX_LEGACY_MEMBERS }, (_, i) => {
      return idFromPublicKey({ prefix: '05', publicKey: new Uint8Array(32).fill(1 + (i % 255), 0, 1 + (i >> 8)) })
    })
    const grown = applyLegacyControl({ group: groupOf(), control: { type: 'members-added', members: many } })
    expect(grown!.members.length).toBeLessThanOrEqual(MAX_LEGACY_MEMBERS)
  })
})
