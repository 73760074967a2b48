import { bytesToHex, hexToBytes, SecretBytes } from '@sessionkit/bytes'
import { ready, type X25519KeyPair, x25519KeyPairFromSecret } from '@sessionkit/crypto'
import { type Content, decodeContent, encodeContent, encryptV1, wrapEnvelope } from '@sessionkit/envelope'
import { accountFromSeed, idToBytes, type SessionId } from '@sessionkit/session-id'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  buildLegacyControl,
  createLegacyGroup,
  decodeLegacyKeyPair,
  encodeLegacyKeyPair,
  type LegacyGroup,
  MAX_LEGACY_KEY_PAIRS,
  openLegacyKeyPair,
  openLegacyMessage,
  readLegacyControl,
  sealLegacyMessage,
  wrapLegacyKeyPair,
} from '../src/index.ts'
import { account, codeOf, generator, vectors } from './update-world.ts'

beforeAll(() => ready)

const answers = vectors('ours/closed-group-updates')
const T = 1_700_000_000_000
const id = (n: number): SessionId => account(n).sessionId
const pair = (n: number): X25519KeyPair => x25519KeyPairFromSecret(SecretBytes.from(new Uint8Array(32).fill(n)))
const fill = (value: number) => (length: number) => new Uint8Array(length).fill(value)

/** Account 1 is the admin; 2 and 3 are members. */
const groupOf = (change: Partial<LegacyGroup> = {}): LegacyGroup => ({
  ...createLegacyGroup({ name: 'Chess', creator: id(1), members: [id(2), id(3)], timestamp: T, random: fill(7) }),
  ...change,
})

const visible: Content = { dataMessage: { body: 'hello' } }

describe('known answers', () => {
  it.each(answers.legacy_message!.map((entry, i) => [i, entry] as const))('legacy_message %i', (_, entry) => {
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

  it.each(answers.legacy_key_pair!.map((entry, i) => [i, entry] as const))('legacy_key_pair %i', (_, entry) => {
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
    wrong.push(hexToBytes(`0a20${bytesToHex(pair(5).publicKey)}121f${'05'.repeat(31)}`))
    wrong.push(hexToBytes(`0a20${bytesToHex(pair(5).publicKey)}1221${'05'.repeat(33)}`))
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
    const good = hexToBytes(answers.legacy_message![0].stored)
    const keyPairs = [pair(5)]
    const group = answers.legacy_message![0].group_id
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
