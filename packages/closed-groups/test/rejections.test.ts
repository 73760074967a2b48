import { type BencodeInput, encodeBencode, SecretBytes } from '@sessionkit/bytes'
import { ed25519KeyPairToX25519, ed25519Sign, ready, xchacha20poly1305Encrypt } from '@sessionkit/crypto'
import { encodeContent, encodeEnvelope } from '@sessionkit/envelope'
import { type GroupId, idFromPublicKey } from '@sessionkit/session-id'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  decryptGroupMessage,
  encryptGroupMessage,
  GroupInfo,
  GroupKeys,
  groupFromSeed,
  KICKED_DOMAIN,
  MAX_GROUP_PLAINTEXT,
  multiDecrypt,
  multiEncrypt,
  openGroupContent,
  openKickedMessage,
  sealGroupContent,
  sealKickedMessage,
} from '../src/index.ts'
import { MEMBER_KEY_DOMAIN } from '../src/key-derivation.ts'
import { buildKeyMessage } from '../src/key-message.ts'
import { openBox, sealEntry } from '../src/multi-encrypt.ts'
import { signDict } from '../src/signed-dict.ts'
import { group, person } from './people.ts'

beforeAll(() => ready)

const g = group()
const alice = person('alice')
const bob = person('bob')
const refusal = (code: string): Error => expect.objectContaining({ code })
const time = 1_737_000_000_000

describe('group ids', () => {
  it.each([
    ['another prefix', alice.sessionId as unknown as GroupId],
    ['too short', g.groupId.slice(0, 64) as GroupId],
    ['no hex', `03${'g'.repeat(64)}` as GroupId],
    ['no point', `03${'02'.padEnd(64, '0')}` as GroupId],
    ['a point of small order', `03${'01'.padEnd(64, '0')}` as GroupId],
  ])('%s', (_, groupId) => {
    expect(() => new GroupKeys({ groupId, member: bob })).toThrow(refusal('GROUP_BAD_ID'))
    expect(() => new GroupInfo({ groupId })).toThrow(refusal('GROUP_BAD_ID'))
  })

  it('seeds of another length, and key pairs of another group', () => {
    expect(() => groupFromSeed(new Uint8Array(31))).toThrow(refusal('GROUP_BAD_ARGUMENT'))
    expect(() => new GroupInfo({ groupId: g.groupId, admin: group('other') })).toThrow(refusal('GROUP_WRONG_SEED'))
    for (const admin of [{ ...group('other'), groupId: g.groupId }, { groupId: g.groupId }, null]) {
      expect(() => new GroupInfo({ groupId: g.groupId, admin: admin as never })).toThrow(refusal('GROUP_WRONG_SEED'))
    }
    const seed = SecretBytes.from(new Uint8Array(32))
    expect(() => new GroupKeys({ groupId: g.groupId, member: bob, adminSeed: seed })).toThrow(
      refusal('GROUP_WRONG_SEED'),
    )
  })
})

describe('key messages', () => {
  const sample = buildKeyMessage({ group: g, memberIds: [alice.sessionId, bob.sessionId].sort(), generation: 3 })
  const nonce = sample.message.slice(8, 32)
  type Fields = Map<string, BencodeInput>
  const fields = (change: Record<string, BencodeInput | null> = {}): Fields => {
    const all: Fields = new Map<string, BencodeInput>([
      ['#', nonce],
      ['G', 3],
      ['K', new Uint8Array(48)],
      ['k', Array.from({ length: 75 }, () => new Uint8Array(48))],
    ])
    for (const [key, value] of Object.entries(change)) value === null ? all.delete(key) : all.set(key, value)
    return all
  }
  const signed = (change: Record<string, BencodeInput | null> = {}): Uint8Array => signDict(fields(change), g.ed25519)
  const supplementOf = (list: BencodeInput, from = g): Uint8Array => {
    const entry = sealEntry({
      message: encodeBencode(list),
      sender: ed25519KeyPairToX25519(from.ed25519),
      recipient: bob.x25519.publicKey,
      domain: MEMBER_KEY_DOMAIN,
      nonce,
    }) as Uint8Array
    return signed({ K: null, k: null, '+': [entry] })
  }
  const key = (change: Record<string, BencodeInput | null> = {}): Fields => {
    const all: Fields = new Map<string, BencodeInput>([
      ['g', 0],
      ['k', new Uint8Array(32).fill(7)],
      ['t', time],
    ])
    for (const [name, value] of Object.entries(change)) value === null ? all.delete(name) : all.set(name, value)
    return all
  }
  const text = (value: string): Uint8Array => Uint8Array.from(value, (char) => char.charCodeAt(0))
  const joined = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]))

  const cases: [string, () => Uint8Array, string][] = [
    ['empty', () => new Uint8Array(), 'GROUP_BAD_KEY_MESSAGE'],
    ['no bencode', () => text('hello'), 'GROUP_BAD_KEY_MESSAGE'],
    ['cut', () => sample.message.slice(0, -1), 'GROUP_BAD_KEY_MESSAGE'],
    ['an empty dict', () => text('de'), 'GROUP_BAD_SIGNATURE'],
    ['a list', () => text('le'), 'GROUP_BAD_KEY_MESSAGE'],
    ['trailing bytes', () => joined(sample.message, text('x')), 'GROUP_BAD_KEY_MESSAGE'],
    ['keys out of order', () => joined(text('d1:Gi3e1:#0:e')), 'GROUP_BAD_KEY_MESSAGE'],
    ['larger than can be stored', () => new Uint8Array(76_801), 'GROUP_TOO_LARGE'],
    ['a nonce of 23 bytes', () => signed({ '#': new Uint8Array(23) }), 'GROUP_BAD_KEY_MESSAGE'],
    ['a nonce of 25 bytes', () => signed({ '#': new Uint8Array(25) }), 'GROUP_BAD_KEY_MESSAGE'],
    ['no nonce', () => signed({ '#': null }), 'GROUP_BAD_KEY_MESSAGE'],
    ['no generation', () => signed({ G: null }), 'GROUP_BAD_KEY_MESSAGE'],
    ['a negative generation', () => signed({ G: -1 }), 'GROUP_BAD_KEY_MESSAGE'],
    ['a generation above 2^53', () => signed({ G: 2n ** 53n }), 'GROUP_BAD_KEY_MESSAGE'],
    ['a generation that is text', () => signed({ G: '3' }), 'GROUP_BAD_KEY_MESSAGE'],
    ['no admin entry', () => signed({ K: null }), 'GROUP_BAD_KEY_MESSAGE'],
    ['an admin entry of 47 bytes', () => signed({ K: new Uint8Array(47) }), 'GROUP_BAD_KEY_MESSAGE'],
    ['no entries', () => signed({ k: null }), 'GROUP_BAD_KEY_MESSAGE'],
    ['entries that are no list', () => signed({ k: 'k' }), 'GROUP_BAD_KEY_MESSAGE'],
    ['entries that are numbers', () => signed({ k: [1] }), 'GROUP_BAD_KEY_MESSAGE'],
    ['74 entries', () => signed({ k: Array.from({ length: 74 }, () => new Uint8Array(48)) }), 'GROUP_BAD_KEY_MESSAGE'],
    [
      'an entry of 49 bytes',
      () => signed({ k: Array.from({ length: 75 }, (_, i) => new Uint8Array(i === 74 ? 49 : 48)) }),
      'GROUP_BAD_KEY_MESSAGE',
    ],
    [
      'an entry of a supplement of 67 bytes',
      () => signed({ K: null, k: null, '+': [new Uint8Array(67)] }),
      'GROUP_BAD_KEY_MESSAGE',
    ],
    ['a supplement that is no list', () => signed({ '+': 'x' }), 'GROUP_BAD_KEY_MESSAGE'],
    ['a supplement without generation', () => signed({ G: null, '+': [new Uint8Array(70)] }), 'GROUP_BAD_KEY_MESSAGE'],
    ['no signature', () => encodeBencode(fields()), 'GROUP_BAD_SIGNATURE'],
    [
      'a signature of 63 bytes',
      () => encodeBencode(new Map([...fields(), ['~', new Uint8Array(63)]])),
      'GROUP_BAD_SIGNATURE',
    ],
    [
      'a wrong signature',
      () => encodeBencode(new Map([...fields(), ['~', new Uint8Array(64)]])),
      'GROUP_BAD_SIGNATURE',
    ],
    ['the signature of another group', () => signDict(fields(), group('other').ed25519), 'GROUP_BAD_SIGNATURE'],
    ['a key after the signature', () => joined(signed().slice(0, -1), text('2:~~0:e')), 'GROUP_BAD_SIGNATURE'],
    ['a supplement of no keys', () => supplementOf([]), 'GROUP_BAD_KEY_MESSAGE'],
    [
      'a supplement of numbers',
      () => supplementOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]),
      'GROUP_BAD_KEY_MESSAGE',
    ],
    ['a supplement key without generation', () => supplementOf([key({ g: null })]), 'GROUP_BAD_KEY_MESSAGE'],
    ['a supplement key of a negative generation', () => supplementOf([key({ g: -1 })]), 'GROUP_BAD_KEY_MESSAGE'],
    [
      'a supplement key without key',
      () => supplementOf([key({ k: null, z: new Uint8Array(40) })]),
      'GROUP_BAD_KEY_MESSAGE',
    ],
    ['a supplement key of 31 bytes', () => supplementOf([key({ k: new Uint8Array(31) })]), 'GROUP_BAD_KEY_MESSAGE'],
    [
      'a supplement key without time',
      () => supplementOf([key({ t: null, z: new Uint8Array(20) })]),
      'GROUP_BAD_KEY_MESSAGE',
    ],
    ['a supplement key of the future', () => supplementOf([key({ t: time + 86_400_001 })]), 'GROUP_BAD_KEY_MESSAGE'],
    [
      'a supplement of 1001 keys',
      () => supplementOf(Array.from({ length: 1001 }, (_, g) => key({ g }))),
      'GROUP_TOO_LARGE',
    ],
  ]

  it.each(cases)('%s', (_, make, code) => {
    const keys = new GroupKeys({ groupId: g.groupId, member: bob })
    keys.loadMessage({ hash: 'good', message: sample.message, timestamp: time })
    const before = keys.dump()
    expect(() => keys.loadMessage({ hash: 'h', message: make(), timestamp: time })).toThrow(refusal(code))
    expect(keys.makeDump()).toEqual(before)
    expect(keys.needsDump).toBe(false)
  })

  it('an admin entry that does not open', () => {
    const keys = new GroupKeys({ groupId: g.groupId, member: alice, adminSeed: g.ed25519.seed })
    const input = { hash: 'h', message: signed(), timestamp: time }
    expect(() => keys.loadMessage(input)).toThrow(refusal('GROUP_DECRYPT_FAILED'))
    expect([keys.size, keys.activeHashes]).toEqual([0, []])
  })

  it('arguments that are none', () => {
    const keys = new GroupKeys({ groupId: g.groupId, member: bob })
    const { message } = sample
    for (const input of [
      { hash: '', message, timestamp: time },
      { hash: 'h', message: 'x' as unknown as Uint8Array, timestamp: time },
      { hash: 'h', message, timestamp: -1 },
      { hash: 'h', message, timestamp: 0.5 },
    ]) {
      expect(() => keys.loadMessage(input)).toThrow(refusal('GROUP_BAD_ARGUMENT'))
    }
  })

  it.each([
    ['no hashes', 'd1:Llee'],
    ['no keys', 'd1:Alee'],
    ['a key of 31 bytes', `d1:Ale1:Lld1:gi0e1:k31:${'k'.repeat(31)}1:ti1eeee`],
    ['keys out of order', `d1:Ale1:Lld1:gi1e1:k32:${'k'.repeat(32)}1:ti1eed1:gi0e1:k32:${'k'.repeat(32)}1:ti1eeee`],
    ['the same key twice', `d1:Ale1:Lld1:gi0e1:k32:${'k'.repeat(32)}1:ti1eed1:gi0e1:k32:${'k'.repeat(32)}1:ti1eeee`],
    ['generations of hashes out of order', 'd1:Alli1eeli0eee1:Llee'],
    ['a hash that is a number', 'd1:Alli1ei2eee1:Llee'],
    ['an incomplete pending key', 'd1:Ale1:Lle1:Pdee'],
    ['a pending key that is a list', 'd1:Ale1:Lle1:Plee'],
  ])('a dump with %s', (_, dump) => {
    const options = { groupId: g.groupId, member: bob, dump: text(dump) }
    expect(() => new GroupKeys(options)).toThrow(refusal('GROUP_BAD_DUMP'))
  })
})

describe('group messages', () => {
  const key = new Uint8Array(32).fill(9)
  const message = new Uint8Array([1, 2, 3])
  const common = { sender: alice, groupId: g.groupId, key }
  const good = (): Uint8Array => encryptGroupMessage({ ...common, message })

  it('is opened by the key that made it only, for its group only', () => {
    const ciphertext = good()
    expect(decryptGroupMessage({ ciphertext, groupId: g.groupId, keys: [key] }).sender).toBe(alice.sessionId)
    const open = (change: object): unknown =>
      decryptGroupMessage({ ciphertext, groupId: g.groupId, keys: [key], ...change })
    expect(() => open({ keys: [] })).toThrow(refusal('GROUP_NO_KEY'))
    expect(() => open({ keys: [new Uint8Array(32)] })).toThrow(refusal('GROUP_DECRYPT_FAILED'))
    expect(() => open({ keys: [new Uint8Array(31)] })).toThrow(refusal('GROUP_BAD_ARGUMENT'))
    expect(() => open({ groupId: group('other').groupId })).toThrow(refusal('GROUP_BAD_SIGNATURE'))
    expect(() => open({ ciphertext: ciphertext.slice(0, 39) })).toThrow(refusal('GROUP_TOO_SHORT'))
    expect(() => open({ ciphertext: new Uint8Array(1_200_000) })).toThrow(refusal('GROUP_TOO_LARGE'))
    expect(() => open({ signatureForm: 'any' })).toThrow(refusal('GROUP_BAD_ARGUMENT'))
  })

  const inner = (change: Record<string, BencodeInput | null>, tail: readonly number[] = []): Uint8Array => {
    const data = [change.z, change.d].find((value) => value instanceof Uint8Array) ?? message
    const signed = Uint8Array.of(...data, ...g.ed25519.publicKey)
    const fields = new Map<string, BencodeInput>([
      ['', 1],
      ['a', alice.ed25519.publicKey],
      ['d', message],
      ['s', ed25519Sign({ message: signed, keyPair: alice.ed25519 })],
    ])
    for (const [name, value] of Object.entries(change)) value === null ? fields.delete(name) : fields.set(name, value)
    const plain = Uint8Array.of(...encodeBencode(fields), ...tail)
    const nonce = new Uint8Array(24)
    return Uint8Array.of(...nonce, ...xchacha20poly1305Encrypt({ key, nonce, message: plain }))
  }
  const bomb = (): Uint8Array => {
    // One frame of run-length blocks of 128 KiB: nine of them are more than a message may become.
    const header = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]
    const block = (last: number): number[] => [0x02 | last, 0x00, 0x10, 0x41]
    return Uint8Array.of(...header, ...Array.from({ length: 9 }, (_, i) => block(i === 8 ? 1 : 0)).flat())
  }

  it.each([
    ['no version', () => inner({ '': null }), 'GROUP_BAD_MESSAGE'],
    ['version 2', () => inner({ '': 2 }), 'GROUP_BAD_MESSAGE'],
    ['a version that is text', () => inner({ '': '1' }), 'GROUP_BAD_MESSAGE'],
    ['an author key of 31 bytes', () => inner({ a: new Uint8Array(31) }), 'GROUP_BAD_MESSAGE'],
    ['an author key that does not convert', () => inner({ a: new Uint8Array(32).fill(0, 1) }), 'GROUP_BAD_MESSAGE'],
    ['an author key of small order', () => inner({ a: Uint8Array.of(1, ...new Uint8Array(31)) }), 'GROUP_BAD_MESSAGE'],
    ['a signature of 63 bytes', () => inner({ s: new Uint8Array(63) }), 'GROUP_BAD_MESSAGE'],
    ['a wrong signature', () => inner({ s: new Uint8Array(64) }), 'GROUP_BAD_SIGNATURE'],
    ["another author's signature", () => inner({ a: bob.ed25519.publicKey }), 'GROUP_BAD_SIGNATURE'],
    ['plain and compressed data', () => inner({ z: message }), 'GROUP_BAD_MESSAGE'],
    ['neither', () => inner({ d: null }), 'GROUP_BAD_MESSAGE'],
    ['empty data', () => inner({ d: new Uint8Array() }), 'GROUP_BAD_MESSAGE'],
    ['data that is a number', () => inner({ d: 1 }), 'GROUP_BAD_MESSAGE'],
    ['empty compressed data', () => inner({ d: null, z: new Uint8Array() }), 'GROUP_BAD_MESSAGE'],
    ['a damaged frame', () => inner({ d: null, z: message }), 'GROUP_BAD_COMPRESSION'],
    ['a frame that becomes too large', () => inner({ d: null, z: bomb() }), 'GROUP_TOO_LARGE'],
    ['a byte after the dict', () => inner({}, [1]), 'GROUP_BAD_MESSAGE'],
  ])('is dropped with %s', (_, make, code) => {
    expect(() => decryptGroupMessage({ ciphertext: make(), groupId: g.groupId, keys: [key] })).toThrow(refusal(code))
    expect(decryptGroupMessage({ ciphertext: inner({}, [0]), groupId: g.groupId, keys: [key] }).message).toEqual(
      message,
    )
  })

  it('is dropped when the signed time is not the time of the envelope', () => {
    const open = (sigTimestamp: number): unknown => {
      const content = encodeContent({ dataMessage: { body: 'hello' }, sigTimestamp })
      const envelope = encodeEnvelope({ type: 'CLOSED_GROUP_MESSAGE', timestamp: 1_737_331_200_000, content })
      const ciphertext = encryptGroupMessage({ ...common, message: envelope })
      return openGroupContent({ ciphertext, groupId: g.groupId, keys: [key] })
    }
    expect(open(1_737_331_200_000)).toMatchObject({ sender: alice.sessionId })
    expect(() => open(1_737_331_200_001)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^ENVELOPE_/) }),
    )
  })

  it('of the old form is not taken from the network', () => {
    const ciphertext = encryptGroupMessage({ ...common, message, signatureForm: 'legacy-2025-01' })
    const input = { ciphertext, groupId: g.groupId, keys: [key] }
    expect(() => decryptGroupMessage(input)).toThrow(refusal('GROUP_BAD_SIGNATURE'))
    expect(decryptGroupMessage({ ...input, signatureForm: 'legacy-2025-01' }).message).toEqual(message)
    // It says nothing of the group, which is why.
    const moved = { ...input, groupId: group('other').groupId, signatureForm: 'legacy-2025-01' as const }
    expect(decryptGroupMessage(moved).message).toEqual(message)
  })

  it('has limits', () => {
    const encrypt = (change: object): unknown => encryptGroupMessage({ ...common, message, ...change })
    expect(() => encrypt({ message: new Uint8Array(MAX_GROUP_PLAINTEXT + 1) })).toThrow(refusal('GROUP_TOO_LARGE'))
    expect(() => encrypt({ message: new Uint8Array() })).toThrow(refusal('GROUP_BAD_ARGUMENT'))
    expect(() => encrypt({ key: new Uint8Array(31) })).toThrow(refusal('GROUP_BAD_ARGUMENT'))
    expect(() => encrypt({ padding: -1 })).toThrow(refusal('GROUP_BAD_ARGUMENT'))
    const broken = (): Uint8Array => new Uint8Array(1)
    expect(() => encrypt({ compress: broken })).toThrow(refusal('GROUP_BAD_COMPRESSION'))
    const largest = encryptGroupMessage({ ...common, message: new Uint8Array(MAX_GROUP_PLAINTEXT).fill(1) })
    expect(decryptGroupMessage({ ciphertext: largest, groupId: g.groupId, keys: [key] }).message.length).toBe(1_000_000)
  })

  it('holds an envelope whose time is the signed one', () => {
    const timestamp = 1_737_331_200_000
    const content = { dataMessage: { body: 'hello' } }
    const ciphertext = sealGroupContent({ content, from: alice, groupId: g.groupId, key, timestamp })
    const open = (stored: Uint8Array): unknown =>
      openGroupContent({ ciphertext: stored, groupId: g.groupId, keys: [key] })
    expect(open(ciphertext)).toMatchObject({ sender: alice.sessionId, timestamp, kind: 'visible', keyIndex: 0 })
    expect(ciphertext.length % 256).toBe(0)
    expect(() =>
      sealGroupContent({ content: { ...content, sigTimestamp: 1 }, from: alice, groupId: g.groupId, key, timestamp }),
    ).toThrow(refusal('GROUP_BAD_ARGUMENT'))
    expect(() => open(good())).toThrow(expect.objectContaining({ code: expect.stringMatching(/^ENVELOPE_/) }))
  })
})

describe('containers and kicked messages', () => {
  const sender = ed25519KeyPairToX25519(g.ed25519)
  const seal = (plaintext: Uint8Array, recipient = bob): Uint8Array =>
    multiEncrypt({ messages: [plaintext], recipients: [recipient.x25519.publicKey], sender, domain: KICKED_DOMAIN })
  const open = (message: Uint8Array, currentGeneration = 0): unknown =>
    openKickedMessage({ message, groupId: g.groupId, member: bob, currentGeneration })
  const withDigits = (digits: string, key = bob.x25519.publicKey): Uint8Array =>
    Uint8Array.of(...key, ...new TextEncoder().encode(digits))

  it.each([
    ['no generation', withDigits('')],
    ['a sign', withDigits('-1')],
    ['a letter', withDigits('1a')],
    ['a number above 2^53', withDigits('9007199254740993')],
    ['too many digits', withDigits('0'.repeat(20))],
    ["another member's key", withDigits('1', alice.x25519.publicKey)],
  ])('are ignored with %s', (_, plaintext) => {
    expect(open(seal(plaintext))).toBeNull()
  })

  it('are ignored when they are for others, by others, or old', () => {
    expect(open(seal(withDigits('3')), 3)).toEqual({ generation: 3 })
    expect(open(seal(withDigits('3')), 4)).toBeNull()
    expect(open(sealKickedMessage({ group: g, members: [alice.sessionId], generation: 3 }))).toBeNull()
    expect(open(sealKickedMessage({ group: group('other'), members: [bob.sessionId], generation: 3 }))).toBeNull()
  })

  it.each([
    ['no bencode', 'x', 'GROUP_BAD_CONTAINER'],
    ['no nonce', 'd1:elee', 'GROUP_BAD_CONTAINER'],
    ['a short nonce', 'd1:#1:x1:elee', 'GROUP_BAD_CONTAINER'],
    ['no entries', `d1:#24:${'n'.repeat(24)}e`, 'GROUP_BAD_CONTAINER'],
    ['entries that are numbers', `d1:#24:${'n'.repeat(24)}1:eli1eee`, 'GROUP_BAD_CONTAINER'],
    ['too many entries', `d1:#24:${'n'.repeat(24)}1:el${'0:'.repeat(5000)}ee`, 'GROUP_TOO_LARGE'],
    ['too many bytes', 'x'.repeat(76_801), 'GROUP_TOO_LARGE'],
  ])('are refused with %s', (_, text, code) => {
    const container = Uint8Array.from(text, (char) => char.charCodeAt(0))
    const input = { container, recipient: bob.x25519, sender: sender.publicKey, domain: 'd' }
    expect(() => multiDecrypt(input)).toThrow(refusal(code))
    expect(() => open(container)).toThrow(refusal(code))
  })

  it('refuse arguments', () => {
    const good = { messages: [new Uint8Array(4)], recipients: [bob.x25519.publicKey], sender, domain: 'd' }
    for (const change of [
      { recipients: [] },
      { recipients: [new Uint8Array(31)] },
      { recipients: [new Uint8Array(32)] },
      { messages: [] },
      { messages: [new Uint8Array(1), new Uint8Array(1)] },
      { messages: ['x' as unknown as Uint8Array] },
      { nonce: new Uint8Array(23) },
      { padTo: -1 },
    ]) {
      expect(() => multiEncrypt({ ...good, ...change })).toThrow(refusal('GROUP_BAD_ARGUMENT'))
    }
    expect(() => sealKickedMessage({ group: g, members: [], generation: 0 })).toThrow(refusal('GROUP_BAD_ARGUMENT'))
    expect(() => sealKickedMessage({ group: g, members: ['x'], generation: 0 })).toThrow(refusal('GROUP_BAD_ID'))
    expect(() => sealKickedMessage({ group: g, members: [bob.sessionId], generation: -1 })).toThrow(
      refusal('GROUP_BAD_ARGUMENT'),
    )
  })

  it('has entries that no other key opens', () => {
    const nonce = new Uint8Array(24)
    const box = xchacha20poly1305Encrypt({ key: new Uint8Array(32), nonce, message: new Uint8Array(3) })
    expect(openBox(new Uint8Array(32).fill(1), nonce, box)).toBeNull()
    expect(openBox(new Uint8Array(32), nonce, box.slice(0, 15))).toBeNull()
    expect(idFromPublicKey({ prefix: '05', publicKey: bob.x25519.publicKey })).toBe(bob.sessionId)
  })
})
