import { readFileSync } from 'node:fs'
import { bytesToHex, hexToBytes, isSessionKitError, SecretBytes } from '@sessionkit/bytes'
import { ready, type X25519KeyPair, x25519KeyPairFromSecret } from '@sessionkit/crypto'
import {
  type ClosedGroupControlMessage,
  type Content,
  decodeContent,
  encodeContent,
  encryptV1,
  openMessage,
  sealMessage,
  wrapEnvelope,
} from '@sessionkit/envelope'
import { type Account, accountFromSeed, idFromPublicKey, idToBytes, type SessionId } from '@sessionkit/session-id'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  applyLegacyControl,
  buildLegacyControl,
  createLegacyGroup,
  decodeLegacyKeyPair,
  encodeLegacyKeyPair,
  type LegacyControlDraft,
  type LegacyGroup,
  MAX_LEGACY_KEY_PAIRS,
  MAX_LEGACY_MEMBERS,
  openLegacyKeyPair,
  openLegacyMessage,
  readLegacyControl,
  sealLegacyMessage,
  wrapLegacyKeyPair,
} from '../src/index.ts'

beforeAll(() => ready)

// biome-ignore lint/suspicious/noExplicitAny: the tests themselves check the entries of the file.
type Entry = any

const vectors: Record<string, Entry[]> = JSON.parse(
  readFileSync(new URL('../../../vectors/ours/closed-group-updates.json', import.meta.url), 'utf8'),
).operations

const T = 1_700_000_000_000
const account = (n: number): Account => accountFromSeed(new Uint8Array(32).fill(n))
const id = (n: number): SessionId => account(n).sessionId
const pair = (n: number): X25519KeyPair => x25519KeyPairFromSecret(SecretBytes.from(new Uint8Array(32).fill(n)))
const fill = (value: number) => (length: number) => new Uint8Array(length).fill(value)

/** Account 1 is the admin; 2 and 3 are members. */
const groupOf = (change: Partial<LegacyGroup> = {}): LegacyGroup => ({
  ...createLegacyGroup({ name: 'Chess', creator: id(1), members: [id(2), id(3)], timestamp: T, random: fill(7) }),
  ...change,
})

function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (isSessionKitError(error)) return error.code
    throw error
  }
  return 'none'
}

const visible: Content = { dataMessage: { body: 'hello' } }

describe('known answers', () => {
  it.each(vectors.legacy_message!.map((entry, i) => [i, entry] as const))('legacy_message %i', (_, entry) => {
    const from = accountFromSeed(hexToBytes(entry.sender_ed25519_seed))
    const secretKey = SecretBytes.from(hexToBytes(entry.encryption_secret_key))
    const keyPair = x25519KeyPairFromSecret(secretKey)
    expect(bytesToHex(keyPair.publicKey)).toBe(entry.encryption_public_key)
    const content = decodeContent(hexToBytes(entry.content))
    const stored = sealLegacyMessage({
      ...{ content, from, group: entry.group_id, encryptionKey: keyPair.publicKey, timestamp: entry.timestamp_ms },
      random: () => hexToBytes(entry.rng[0]),
    })
    expect(bytesToHex(stored)).toBe(entry.stored)
    const opened = openLegacyMessage({
      ...{ bytes: hexToBytes(entry.stored), group: entry.group_id, keyPairs: [pair(9), keyPair, pair(8)] },
    })
    expect(opened).toMatchObject({
      ...{ sender: entry.sender_session_id, content, timestamp: entry.timestamp_ms, keyPairIndex: 1 },
      timestampAuthenticated: true,
    })
    expect(bytesToHex(opened.senderEd25519)).toBe(bytesToHex(from.ed25519.publicKey))
  })

  it.each(vectors.legacy_key_pair!.map((entry, i) => [i, entry] as const))('legacy_key_pair %i', (_, entry) => {
    const admin = accountFromSeed(hexToBytes(entry.admin_ed25519_seed))
    const recipient = accountFromSeed(hexToBytes(entry.member_ed25519_seed))
    const keyPair = x25519KeyPairFromSecret(SecretBytes.from(hexToBytes(entry.secret_key)))
    expect(bytesToHex(encodeLegacyKeyPair(keyPair))).toBe(entry.key_pair)
    const random = () => hexToBytes(entry.rng[0])
    const wrappers = wrapLegacyKeyPair({ keyPair, from: admin, members: [recipient.sessionId], random })
    expect(wrappers.map((w) => [bytesToHex(w.publicKey), bytesToHex(w.encryptedKeyPair)])).toEqual([
      [entry.wrapper_public_key, entry.encrypted_key_pair],
    ])
    const opened = openLegacyKeyPair({ wrappers, from: admin.sessionId, recipient })
    expect(bytesToHex(opened!.publicKey)).toBe(entry.public_key)
    expect(bytesToHex(opened!.secretKey.reveal())).toBe(entry.secret_key)
  })
})

describe('messages', () => {
  const seal = (change: object = {}) =>
    sealLegacyMessage({
      ...{ content: visible, from: account(2), group: groupOf().id, encryptionKey: pair(5).publicKey, timestamp: T },
      ...change,
    })
  const open = (bytes: Uint8Array, change: object = {}) =>
    openLegacyMessage({ bytes, group: groupOf().id, keyPairs: [pair(5)], ...change })
  const openCode = (bytes: Uint8Array, change: object = {}) => codeOf(() => open(bytes, change))

  it('are opened by the first key pair that fits', () => {
    const bytes = seal()
    expect(open(bytes, { keyPairs: [pair(6), pair(5)] })).toMatchObject({
      keyPairIndex: 1,
      kind: 'visible',
      sender: id(2),
    })
    expect(openCode(bytes, { keyPairs: [pair(6)] })).toBe('GROUP_DECRYPT_FAILED')
    expect(openCode(bytes, { keyPairs: [] })).toBe('GROUP_NO_KEY')
    expect(openCode(bytes, { keyPairs: null })).toBe('GROUP_NO_KEY')
    expect(openCode(bytes, { keyPairs: [null] })).toBe('GROUP_BAD_ARGUMENT')
    expect(openCode(bytes, { keyPairs: [{ publicKey: new Uint8Array(32) }] })).toBe('GROUP_BAD_ARGUMENT')
    const many = Array.from({ length: MAX_LEGACY_KEY_PAIRS }, () => pair(6))
    expect(openCode(bytes, { keyPairs: [...many, pair(5)] })).toBe('GROUP_DECRYPT_FAILED')
  })

  it('say which group they are of, and only that one opens them', () => {
    const bytes = seal()
    expect(openCode(bytes, { group: id(4) })).toBe('GROUP_BAD_MESSAGE')
    expect(openCode(bytes, { group: `03${id(4).slice(2)}` })).toBe('GROUP_BAD_ID')
    const content = encryptV1({ message: encodeContent(visible), sender: account(2), recipient: pair(5).publicKey })
    const type = 'CLOSED_GROUP_MESSAGE'
    expect(openCode(wrapEnvelope({ type, timestamp: T, content }))).toBe('GROUP_BAD_MESSAGE')
    // Not padded, as old senders did, and the id in upper case.
    expect(openCode(wrapEnvelope({ type, source: groupOf().id.toUpperCase(), timestamp: T, content }))).toBe('none')
  })

  it('must be for the key pair that opens them, and of the time that they say', () => {
    const source = groupOf().id
    const type = 'CLOSED_GROUP_MESSAGE'
    const sealed = (content: Content, recipient = pair(5).publicKey) =>
      encryptV1({ message: encodeContent(content), sender: account(2), recipient })
    const stamped = { ...visible, sigTimestamp: T + 1 }
    const wrap = (content: Uint8Array) => wrapEnvelope({ type, source, timestamp: T, content })
    expect(openCode(wrap(sealed(stamped)))).toBe('ENVELOPE_TIMESTAMP_MISMATCH')
    expect(open(wrap(sealed(visible))).timestampAuthenticated).toBe(false)
    expect(openCode(wrap(sealed(visible, pair(6).publicKey)))).toBe('GROUP_DECRYPT_FAILED')
    expect(openCode(wrap(new Uint8Array(143)))).toBe('ENVELOPE_TOO_SHORT')
    expect(openCode(new Uint8Array(0))).toBe('ENVELOPE_EMPTY')
  })

  it('are of the kinds that groups had', () => {
    const refused: Content[] = [
      { typingMessage: { timestamp: T, action: 'STARTED' } },
      { receiptMessage: { type: 'READ', timestamp: [T] } },
      { callMessage: { type: 'END_CALL', uuid: 'u' } },
      { messageRequestResponse: { isApproved: true } },
      { dataExtractionNotification: { type: 'SCREENSHOT' } },
      { dataMessage: { groupUpdateMessage: { inviteResponse: { isApproved: true } } } },
    ]
    for (const content of refused) {
      expect(codeOf(() => seal({ content }))).toBe('GROUP_BAD_MESSAGE')
      const sealed = encryptV1({ message: encodeContent(content), sender: account(2), recipient: pair(5).publicKey })
      const envelope = { type: 'CLOSED_GROUP_MESSAGE', source: groupOf().id, timestamp: T, content: sealed } as const
      expect(openCode(wrapEnvelope(envelope))).toMatch(/^(GROUP_BAD_MESSAGE|ENVELOPE_WRONG_CONVERSATION)$/)
    }
    const accepted: Content[] = [
      { dataMessage: { flags: 2 }, expirationTimer: 5 },
      { unsendRequest: { timestamp: 1, author: id(2) } },
      { dataMessage: { reaction: { id: 1, author: id(2), emoji: 'x', action: 'REACT' } } },
    ]
    for (const content of accepted) expect(openCode(seal({ content }))).toBe('none')
    expect(openCode(seal({ content: { dataMessage: { body: 'x', syncTarget: id(2) } } }))).toBe('GROUP_BAD_MESSAGE')
    expect(codeOf(() => seal({ content: {} }))).toBe('ENVELOPE_NO_PAYLOAD')
  })

  it('are not sealed for anything that is no group or no key', () => {
    expect(codeOf(() => seal({ group: 'x' }))).toBe('GROUP_BAD_ID')
    expect(codeOf(() => seal({ timestamp: 0 }))).toBe('GROUP_BAD_ARGUMENT')
    expect(codeOf(() => seal({ content: { ...visible, sigTimestamp: T + 1 } }))).toBe('GROUP_BAD_ARGUMENT')
    expect(codeOf(() => seal({ encryptionKey: new Uint8Array(33) }))).toBe('GROUP_BAD_ARGUMENT')
    expect(codeOf(() => seal({ encryptionKey: new Uint8Array(32) }))).toBe('ENVELOPE_BAD_RECIPIENT')
    const body = (length: number) => ({ content: { dataMessage: { body: 'a'.repeat(length) } } })
    expect(codeOf(() => seal(body(76_478)))).toBe('GROUP_TOO_LARGE')
    expect(codeOf(() => seal(body(76_460)))).toBe('none')
  })
})

describe('key pairs', () => {
  const bytes = () => encodeLegacyKeyPair(pair(5))

  it('are written as two fields of 32 bytes', () => {
    const secret = '05'.repeat(32)
    expect(bytesToHex(bytes())).toBe(`0a20${bytesToHex(pair(5).publicKey)}1220${secret}`)
    expect(codeOf(() => encodeLegacyKeyPair({ ...pair(5), publicKey: new Uint8Array(31) }))).toBe('GROUP_BAD_ARGUMENT')
  })

  it('are refused where they are none', () => {
    const other = bytes()
    other.set(pair(6).publicKey, 2)
    const wrong: unknown[] = [
      null,
      new Uint8Array(0),
      new Uint8Array(97),
      bytes().subarray(0, 34),
      bytes().subarray(34),
      bytes().subarray(0, 67),
      other,
      hexToBytes(`0a21${'05'}${bytesToHex(pair(5).publicKey)}1220${'05'.repeat(32)}`),
    ]
    for (const value of wrong) expect(codeOf(() => decodeLegacyKeyPair(value as Uint8Array))).toBe('GROUP_BAD_KEY_PAIR')
    // Unknown fields are skipped.
    expect(decodeLegacyKeyPair(new Uint8Array([...bytes(), 0x18, 1])).publicKey).toEqual(pair(5).publicKey)
  })

  it('are opened by the member whose wrapper it is, of the sender who sealed it', () => {
    const wrappers = wrapLegacyKeyPair({ keyPair: pair(5), from: account(1), members: [id(3), id(2)] })
    const open = (change: object = {}) => openLegacyKeyPair({ wrappers, from: id(1), recipient: account(2), ...change })
    expect(open()?.publicKey).toEqual(pair(5).publicKey)
    expect(open({ recipient: account(4) })).toBeNull()
    expect(codeOf(() => open({ from: id(3) }))).toBe('GROUP_DECRYPT_FAILED')
    const swapped = [{ publicKey: idToBytes(id(2)), encryptedKeyPair: wrappers[0]!.encryptedKeyPair }]
    expect(codeOf(() => open({ wrappers: swapped }))).toBe('GROUP_DECRYPT_FAILED')
    const short = [{ publicKey: idToBytes(id(2)), encryptedKeyPair: new Uint8Array(3) }]
    expect(codeOf(() => open({ wrappers: short }))).toBe('GROUP_DECRYPT_FAILED')
    const empty = encryptV1({ message: new Uint8Array(0), sender: account(1), recipient: id(2) })
    expect(codeOf(() => open({ wrappers: [{ publicKey: idToBytes(id(2)), encryptedKeyPair: empty }] }))).toBe(
      'GROUP_BAD_KEY_PAIR',
    )
    expect(open({ wrappers: [null, { publicKey: 5 }, { publicKey: new Uint8Array(3) }] })).toBeNull()
    expect(codeOf(() => open({ wrappers: 5 }))).toBe('GROUP_BAD_ARGUMENT')
    const none = { keyPair: pair(5), from: account(1), members: ['x'] as unknown as SessionId[] }
    expect(codeOf(() => wrapLegacyKeyPair(none))).toBe('GROUP_BAD_ID')
  })
})

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

describe('properties', () => {
  const key = fc.uint8Array({ minLength: 32, maxLength: 32 })

  it('a key pair comes back as it was', () => {
    fc.assert(
      fc.property(key, (secret) => {
        const one = x25519KeyPairFromSecret(SecretBytes.from(secret))
        const back = decodeLegacyKeyPair(encodeLegacyKeyPair(one))
        expect(back.publicKey).toEqual(one.publicKey)
        expect(back.secretKey.reveal()).toEqual(secret)
      }),
      { numRuns: 100, seed: 1 },
    )
  })

  it('a message comes back as it was, with any number of other key pairs around', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), key, fc.nat(3), fc.nat(3), (body, secret, a, b) => {
        const one = x25519KeyPairFromSecret(SecretBytes.from(secret))
        const around = (n: number) => Array.from({ length: n }, (_, i) => pair(30 + i))
        const bytes = sealLegacyMessage({
          ...{ content: { dataMessage: { body } }, from: account(2), group: id(9) },
          ...{ encryptionKey: one.publicKey, timestamp: T },
        })
        const opened = openLegacyMessage({ bytes, group: id(9), keyPairs: [...around(a), one, ...around(b)] })
        expect([opened.content.dataMessage?.body, opened.keyPairIndex, opened.sender]).toEqual([body, a, id(2)])
      }),
      { numRuns: 50, seed: 2 },
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

  function changed(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
    if (random(4) === 0) return Uint8Array.from({ length: random(bytes.length + 10) }, () => random(256))
    const copy = bytes.slice(0, random(5) === 0 ? random(bytes.length + 1) : bytes.length)
    for (let n = random(4); n > 0 && copy.length > 0; n--) copy[random(copy.length)] = random(256)
    return copy
  }

  it('decodeLegacyKeyPair', () => {
    const random = generator(1)
    const good = encodeLegacyKeyPair(pair(5))
    for (let i = 0; i < RUNS; i++) {
      expect(codeOf(() => decodeLegacyKeyPair(changed(good, random)))).toMatch(/^(none|GROUP_BAD_KEY_PAIR)$/)
    }
  })

  it('openLegacyMessage, changed outside the encryption', () => {
    const random = generator(2)
    const good = hexToBytes(vectors.legacy_message![0].stored)
    const keyPairs = [pair(5)]
    const group = vectors.legacy_message![0].group_id
    for (let i = 0; i < RUNS; i++) codeOf(() => openLegacyMessage({ bytes: changed(good, random), group, keyPairs }))
  })

  it('openLegacyKeyPair', () => {
    const random = generator(3)
    const [wrapper] = wrapLegacyKeyPair({ keyPair: pair(5), from: account(1), members: [id(2)] })
    const recipient = account(2)
    for (let i = 0; i < RUNS; i++) {
      const publicKey = random(3) === 0 ? changed(wrapper!.publicKey, random) : wrapper!.publicKey
      const wrappers = [{ publicKey, encryptedKeyPair: changed(wrapper!.encryptedKeyPair, random) }]
      codeOf(() => openLegacyKeyPair({ wrappers, from: id(1), recipient }))
    }
  })

  it('readLegacyControl gives a reading for whatever an object holds', () => {
    const random = generator(4)
    const group = groupOf()
    const groups = new Map([[group.id, group]])
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
      new Uint8Array(33),
      Number.NaN,
      2n,
    ]
    const types = ['NEW', 'ENCRYPTION_KEY_PAIR', 'NAME_CHANGE', 'MEMBERS_ADDED', 'MEMBERS_REMOVED', 'MEMBER_LEFT', 'x']
    const full: Record<string, unknown> = {
      ...buildLegacyControl({ control: { type: 'new', group }, timestamp: T }).dataMessage!.closedGroupControlMessage,
      wrappers: wrapLegacyKeyPair({ keyPair: pair(5), from: account(1), members: [id(2)] }),
    }
    const self = account(2)
    let valid = 0
    for (let i = 0; i < RUNS; i++) {
      const message: Record<string, unknown> = { ...full, type: types[random(types.length)] }
      for (const name of Object.keys(full)) if (random(12) === 0) message[name] = junk[random(junk.length)]
      const content = { dataMessage: { closedGroupControlMessage: random(30) === 0 ? junk[random(9)] : message } }
      const from = random(2) === 0 ? 'contact' : group.id
      const reading = readLegacyControl({
        ...{ content: content as Content, timestamp: T + random(3), sender: id(1 + random(3)), from, self, groups },
        isApproved: true,
      })
      if (reading.valid) valid++
    }
    expect(valid).toBeGreaterThan(100)
  })
})
