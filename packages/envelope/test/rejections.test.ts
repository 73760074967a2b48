import { bytesToHex, concatBytes, hexToBytes } from '@sessionkit/bytes'
import {
  ed25519ScalarMultBase,
  ed25519Sign,
  ready,
  scalarAdd,
  scalarMultiply,
  scalarReduce,
  sealedBoxSeal,
  sha512,
} from '@sessionkit/crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  type CheckContentInput,
  type Content,
  checkContent,
  checkSelfRules,
  decodeEnvelope,
  decryptV1,
  type EnvelopeErrorCode,
  encodeContent,
  encryptV1,
  openMessage,
  pad,
  sealMessage,
  unwrapEnvelope,
  wrapEnvelope,
} from '../src/index.ts'
import { codeOf } from './code-of.ts'
import { people, timestamp } from './people.ts'

// One test for each row of protocol page 02, section 18, that this package answers for.
beforeAll(() => ready)

const { alice, bob, carol } = (() => {
  let made: ReturnType<typeof people> | undefined
  const get = () => {
    made ??= people()
    return made
  }
  return { alice: () => get().alice, bob: () => get().bob, carol: () => get().carol }
})()
const group = `03${'ab'.repeat(32)}`

describe('the wrapper', () => {
  test.each<[string, string, EnvelopeErrorCode]>([
    ['empty', '', 'ENVELOPE_EMPTY'],
    ['a first byte of 00', '0001', 'ENVELOPE_VERSION_2'],
    ['unparsable', '0801120a', 'ENVELOPE_BAD_PROTOBUF'],
    ['no request', '0801', 'ENVELOPE_NO_REQUEST'],
    ['no body', '080112020a00', 'ENVELOPE_NO_BODY'],
  ])('%s', (_, hex, code) => {
    expect(codeOf(() => unwrapEnvelope(hexToBytes(hex)))).toBe(code)
    expect(codeOf(() => openMessage(hexToBytes(hex), { recipient: bob() }))).toBe(code)
  })

  test('more than 76,800 bytes', () => {
    expect(codeOf(() => unwrapEnvelope(new Uint8Array(76_801)))).toBe('ENVELOPE_TOO_LARGE')
    const envelope = { type: 'SESSION_MESSAGE', timestamp, content: new Uint8Array(76_800) } as const
    expect(codeOf(() => wrapEnvelope(envelope))).toBe('ENVELOPE_TOO_LARGE')
  })
})

describe('the envelope', () => {
  test.each<[string, string, EnvelopeErrorCode]>([
    ['unparsable', '08', 'ENVELOPE_BAD_PROTOBUF'],
    ['no type', '2801420101', 'ENVELOPE_MISSING_FIELD'],
    ['an unknown type', '08092801420101', 'ENVELOPE_UNSUPPORTED_KIND'],
    ['no timestamp', '0806420101', 'ENVELOPE_MISSING_FIELD'],
    ['a timestamp of 0', '08062800420101', 'ENVELOPE_BAD_TIMESTAMP'],
    ['a timestamp of 2^53', '0806288080808080808010420101', 'ENVELOPE_NUMBER_RANGE'],
    ['no content', '08062801', 'ENVELOPE_NO_CONTENT'],
    ['an empty content', '080628014200', 'ENVELOPE_NO_CONTENT'],
    ['a source that is no id', '08061201302801420101', 'ENVELOPE_BAD_SOURCE'],
    ['a proSig of 1 byte', '080628014201015a0101', 'ENVELOPE_BAD_PRO_SIGNATURE'],
  ])('%s', (_, hex, code) => {
    expect(codeOf(() => decodeEnvelope(hexToBytes(hex)))).toBe(code)
  })

  test('an empty source and one of 66 digits are fine', () => {
    expect(decodeEnvelope(hexToBytes('080612002801420101')).source).toBe('')
    const id = `1242${'3035'.repeat(33)}`
    expect(decodeEnvelope(hexToBytes(`0806${id}2801420101`)).source).toBe('05'.repeat(33))
  })
})

describe('Session Protocol v1', () => {
  const message = new Uint8Array(160)
  const sealed = () => encryptV1({ message, sender: alice(), recipient: bob().sessionId })
  const forged = (inner: Uint8Array) => sealedBoxSeal({ message: inner, publicKey: bob().x25519.publicKey })
  const refused = (ciphertext: Uint8Array) => codeOf(() => decryptV1({ ciphertext, recipient: bob() }))

  test('143 bytes', () => {
    expect(refused(new Uint8Array(143))).toBe('ENVELOPE_TOO_SHORT')
  })

  test('144 bytes, the empty message, are fine', () => {
    const ciphertext = encryptV1({ message: new Uint8Array(0), sender: alice(), recipient: bob().sessionId })
    expect(decryptV1({ ciphertext, recipient: bob() }).message.length).toBe(0)
  })

  test('a box for somebody else, a changed one, and an ephemeral key of small order', () => {
    expect(codeOf(() => decryptV1({ ciphertext: sealed(), recipient: carol() }))).toBe('ENVELOPE_NOT_FOR_RECIPIENT')
    const changed = sealed()
    changed[100] = (changed[100] as number) ^ 1
    expect(refused(changed)).toBe('ENVELOPE_NOT_FOR_RECIPIENT')
    expect(refused(sealed().fill(0, 0, 32))).toBe('ENVELOPE_NOT_FOR_RECIPIENT')
  })

  test('a bad signature', () => {
    const inner = concatBytes(message, alice().ed25519.publicKey, new Uint8Array(64))
    expect(refused(forged(inner))).toBe('ENVELOPE_BAD_SIGNATURE')
  })

  test('a signature made for another recipient, sealed again', () => {
    const publicKey = alice().ed25519.publicKey
    const signed = concatBytes(message, publicKey, carol().x25519.publicKey)
    const signature = ed25519Sign({ message: signed, keyPair: alice().ed25519 })
    expect(refused(forged(concatBytes(message, publicKey, signature)))).toBe('ENVELOPE_BAD_SIGNATURE')
  })

  test('a sender key of small order', () => {
    // The identity with R the identity and S = 0 satisfies the bare equation; strict verifiers refuse it.
    const identity = hexToBytes(`01${'00'.repeat(31)}`)
    expect(refused(forged(concatBytes(message, identity, identity, new Uint8Array(32))))).toBe('ENVELOPE_BAD_SIGNATURE')
  })

  test('a sender key outside the prime-order subgroup, with a signature that verifies', () => {
    const secret = sha512(alice().ed25519.seed.reveal()).slice(0, 32)
    secret[0] = (secret[0] as number) & 248
    secret[31] = ((secret[31] as number) & 127) | 64
    const a = scalarReduce(concatBytes(secret, new Uint8Array(32)))
    // (x, y) plus the point (0, -1) of order 2 is (-x, -y).
    const mixed = alice().ed25519.publicKey.slice().reverse()
    const sign = (mixed[0] as number) & 0x80
    mixed[0] = (mixed[0] as number) & 0x7f
    const y = (2n ** 255n - 19n - BigInt(`0x${bytesToHex(mixed)}`)).toString(16).padStart(64, '0')
    const key = hexToBytes(y).reverse()
    key[31] = (key[31] as number) | (sign ^ 0x80)
    const r = scalarReduce(new Uint8Array(64).fill(5))
    const R = ed25519ScalarMultBase(r)
    for (let count = 0; count < 64; count++) {
      const text = new Uint8Array(160).fill(count)
      const k = scalarReduce(sha512(concatBytes(R, key, text, key, bob().x25519.publicKey)))
      // An even factor makes the point of order 2 vanish from the equation.
      if (((k[0] as number) & 1) !== 0) continue
      const signature = concatBytes(R, scalarAdd(r, scalarMultiply(k, a)))
      const refusal = refused(forged(concatBytes(text, key, signature)))
      expect(refusal).toBe('ENVELOPE_BAD_SENDER')
      return
    }
    expect.unreachable()
  })

  test('a recipient of another form, or of small order', () => {
    for (const recipient of [new Uint8Array(31), hexToBytes(`03${'11'.repeat(32)}`), new Uint8Array(32)]) {
      expect(codeOf(() => encryptV1({ message, sender: alice(), recipient }))).toBe('ENVELOPE_BAD_RECIPIENT')
    }
  })
})

const data = (dataMessage: Content['dataMessage']): Content => ({ dataMessage })
const invite = {
  groupSessionId: group,
  name: 'g',
  memberAuthData: new Uint8Array(100),
  adminSignature: new Uint8Array(64),
}
const update = (groupUpdateMessage: NonNullable<Content['dataMessage']>['groupUpdateMessage']) =>
  data({ groupUpdateMessage })
const id = `05${'ab'.repeat(32)}`
const ice = { type: 'ICE_CANDIDATES', uuid: 'u', sdps: ['a', 'b'], sdpMids: ['0', '1'] } as const

const broken: [string, Content, EnvelopeErrorCode, Partial<CheckContentInput>?][] = [
  ['Content: no payload', { expirationTimer: 1 }, 'ENVELOPE_NO_PAYLOAD'],
  [
    'Content: two payloads',
    { dataMessage: {}, unsendRequest: { timestamp: 1, author: id } },
    'ENVELOPE_SEVERAL_PAYLOADS',
  ],
  ['Content: another sigTimestamp', { dataMessage: {}, sigTimestamp: timestamp + 1 }, 'ENVELOPE_TIMESTAMP_MISMATCH'],
  ['DataMessage: flags 1', data({ flags: 1 }), 'ENVELOPE_BAD_FLAGS'],
  [
    'DataMessage: 33 attachments',
    data({ attachments: Array.from({ length: 33 }, () => ({ id: 0n })) }),
    'ENVELOPE_TOO_MANY_ATTACHMENTS',
  ],
  ['DataMessage: a syncTarget of a group', data({ syncTarget: group }), 'ENVELOPE_BAD_SYNC_TARGET'],
  ['DataMessage: flags 2 in a group', data({ flags: 2 }), 'ENVELOPE_WRONG_CONVERSATION', { conversation: 'group' }],
  [
    'DataMessage: flags 2 in a community',
    data({ flags: 2 }),
    'ENVELOPE_WRONG_CONVERSATION',
    { conversation: 'community' },
  ],
  [
    'DataMessage: a group update in a community',
    update({ memberLeftMessage: {} }),
    'ENVELOPE_WRONG_CONVERSATION',
    { conversation: 'community' },
  ],
  ['Reaction: id 0', data({ reaction: { id: 0, author: id, emoji: 'x', action: 'REACT' } }), 'ENVELOPE_BAD_REACTION'],
  [
    'Reaction: author',
    data({ reaction: { id: 1, author: group, emoji: 'x', action: 'REACT' } }),
    'ENVELOPE_BAD_REACTION',
  ],
  ['Reaction: no emoji', data({ reaction: { id: 1, author: id, action: 'REACT' } }), 'ENVELOPE_BAD_REACTION'],
  [
    'Reaction: a long emoji',
    data({ reaction: { id: 1, author: id, emoji: '😀'.repeat(17), action: 'REACT' } }),
    'ENVELOPE_BAD_REACTION',
  ],
  ['Quote: id 0', data({ quote: { id: 0, author: id } }), 'ENVELOPE_BAD_QUOTE'],
  ['Quote: a blinded author', data({ quote: { id: 1, author: `15${'ab'.repeat(32)}` } }), 'ENVELOPE_BAD_QUOTE'],
  ['Unsend: timestamp 0', { unsendRequest: { timestamp: 0, author: id } }, 'ENVELOPE_BAD_UNSEND', { sender: id }],
  ['Unsend: of another author', { unsendRequest: { timestamp: 1, author: id } }, 'ENVELOPE_BAD_UNSEND'],
  ['Typing: another timestamp', { typingMessage: { timestamp: 1, action: 'STARTED' } }, 'ENVELOPE_BAD_TYPING'],
  [
    'Typing: in a group',
    { typingMessage: { timestamp, action: 'STARTED' } },
    'ENVELOPE_BAD_TYPING',
    { conversation: 'group' },
  ],
  ['Receipt: DELIVERY', { receiptMessage: { type: 'DELIVERY', timestamp: [1] } }, 'ENVELOPE_BAD_RECEIPT'],
  ['Receipt: empty', { receiptMessage: { type: 'READ' } }, 'ENVELOPE_BAD_RECEIPT'],
  [
    'Receipt: 1001 entries',
    { receiptMessage: { type: 'READ', timestamp: new Array<number>(1001).fill(1) } },
    'ENVELOPE_BAD_RECEIPT',
  ],
  ['Request response: false', { messageRequestResponse: { isApproved: false } }, 'ENVELOPE_BAD_REQUEST_RESPONSE'],
  [
    'Request response: sender not 05',
    { messageRequestResponse: { isApproved: true } },
    'ENVELOPE_BAD_REQUEST_RESPONSE',
    { sender: `15${'ab'.repeat(32)}` },
  ],
  ['Call: empty uuid', { callMessage: { type: 'END_CALL', uuid: '' } }, 'ENVELOPE_BAD_CALL'],
  ['Call: no sdps', { callMessage: { type: 'OFFER', uuid: 'u' } }, 'ENVELOPE_BAD_CALL'],
  ['Call: unequal ICE lists', { callMessage: { ...ice, sdpMLineIndexes: [0] } }, 'ENVELOPE_BAD_CALL'],
  ['GroupUpdate: no kind', update({}), 'ENVELOPE_BAD_GROUP_UPDATE'],
  ['GroupUpdate: two kinds', update({ inviteMessage: invite, memberLeftMessage: {} }), 'ENVELOPE_BAD_GROUP_UPDATE'],
  [
    'GroupUpdate: an invite in a group',
    update({ inviteMessage: invite }),
    'ENVELOPE_WRONG_CONVERSATION',
    { conversation: 'group' },
  ],
  ['GroupUpdate: a leave by 1-to-1', update({ memberLeftMessage: {} }), 'ENVELOPE_WRONG_CONVERSATION'],
  [
    'GroupUpdate: groupSessionId',
    update({ inviteMessage: { ...invite, groupSessionId: id } }),
    'ENVELOPE_BAD_GROUP_UPDATE',
  ],
  [
    'GroupUpdate: memberAuthData',
    update({ inviteMessage: { ...invite, memberAuthData: new Uint8Array(99) } }),
    'ENVELOPE_BAD_GROUP_UPDATE',
  ],
  [
    'GroupUpdate: signature',
    update({ inviteMessage: { ...invite, adminSignature: new Uint8Array(63) } }),
    'ENVELOPE_BAD_GROUP_UPDATE',
  ],
  [
    'GroupUpdate: seed',
    update({ promoteMessage: { groupIdentitySeed: new Uint8Array(31), name: 'g' } }),
    'ENVELOPE_BAD_GROUP_UPDATE',
  ],
  [
    'Community: control messages',
    { unsendRequest: { timestamp: 1, author: id } },
    'ENVELOPE_WRONG_CONVERSATION',
    { conversation: 'community' },
  ],
]

describe('the content', () => {
  test.each(broken)('%s', (_, content, code, context = {}) => {
    const sender = alice().sessionId
    expect(codeOf(() => checkContent({ content, timestamp, sender, self: bob().sessionId, ...context }))).toBe(code)
  })

  test('the same rules stand in openMessage', () => {
    for (const [, content, code, context] of broken) {
      if (context !== undefined) continue
      const message = pad(encodeContent(content))
      const ciphertext = encryptV1({ message, sender: alice(), recipient: bob().sessionId })
      const stored = wrapEnvelope({ type: 'SESSION_MESSAGE', timestamp, content: ciphertext })
      expect(codeOf(() => openMessage(stored, { recipient: bob() }))).toBe(code)
    }
  })

  test('what is valid where', () => {
    const sender = alice().sessionId
    const kind = (content: Content, context: Partial<CheckContentInput> = {}) =>
      checkContent({ content, timestamp, sender, self: bob().sessionId, ...context })
    expect(kind(data({ body: 'a' }))).toBe('visible')
    expect(kind(data({ flags: 2 }))).toBe('timer-update')
    expect(kind(data({ flags: 3 }))).toBe('timer-update')
    expect(kind(data({ reaction: { id: 1, author: id, emoji: '👍', action: 'REACT' } }))).toBe('reaction')
    expect(kind(data({ closedGroupControlMessage: { type: 'NEW' } }))).toBe('legacy-group')
    expect(kind(update({ inviteMessage: invite }))).toBe('group-update')
    expect(kind(update({ deleteMemberContent: { messageHashes: ['a'] } }), { conversation: 'group' })).toBe(
      'group-update',
    )
    expect(kind({ callMessage: { ...ice, sdpMLineIndexes: [0, 0] } })).toBe('call')
    expect(kind({ callMessage: { type: 'PRE_OFFER', uuid: 'u' } })).toBe('call')
    expect(kind({ receiptMessage: { type: 'READ', timestamp: [1] } })).toBe('receipt')
    expect(kind({ typingMessage: { timestamp, action: 'STOPPED' } })).toBe('typing')
    expect(kind({ dataExtractionNotification: { type: 'SCREENSHOT' } })).toBe('extraction')
    expect(kind({ unsendRequest: { timestamp: 1, author: sender } })).toBe('unsend')
    expect(kind({ unsendRequest: { timestamp: 1, author: id } }, { self: sender })).toBe('unsend')
    expect(kind({ messageRequestResponse: { isApproved: true } })).toBe('request-response')
    const blinded = data({ quote: { id: 1, author: `25${'ab'.repeat(32)}` } })
    expect(kind({ ...blinded, sigTimestamp: 5 }, { conversation: 'community' })).toBe('visible')
  })
})

describe('the self rules', () => {
  const self = () => bob().sessionId
  test('syncTarget from another sender', () => {
    const content = data({ syncTarget: id })
    expect(codeOf(() => checkSelfRules({ content, sender: alice().sessionId, self: self() }))).toBe(
      'ENVELOPE_SYNC_FROM_OTHER',
    )
    const stored = sealMessage({ content, from: alice(), to: self(), timestamp })
    expect(codeOf(() => openMessage(stored, { recipient: bob() }))).toBe('ENVELOPE_SYNC_FROM_OTHER')
  })

  test.each<[string, Content, EnvelopeErrorCode | null]>([
    ['typing', { typingMessage: { timestamp, action: 'STARTED' } }, 'ENVELOPE_FORBIDDEN_FROM_SELF'],
    ['receipt', { receiptMessage: { type: 'READ', timestamp: [1] } }, 'ENVELOPE_FORBIDDEN_FROM_SELF'],
    ['extraction', { dataExtractionNotification: { type: 'MEDIA_SAVED' } }, 'ENVELOPE_FORBIDDEN_FROM_SELF'],
    ['call offer', { callMessage: { type: 'PRE_OFFER', uuid: 'u' } }, 'ENVELOPE_FORBIDDEN_FROM_SELF'],
    ['call answer', { callMessage: { type: 'ANSWER', uuid: 'u', sdps: ['s'] } }, null],
    ['call end', { callMessage: { type: 'END_CALL', uuid: 'u' } }, null],
    ['a sync copy', data({ body: 'a', syncTarget: id }), null],
    ['an unsend', { unsendRequest: { timestamp: 1, author: id } }, null],
  ])('%s from self', (_, content, code) => {
    const stored = sealMessage({ content, from: bob(), to: self(), timestamp })
    expect(codeOf(() => openMessage(stored, { recipient: bob() }))).toBe(code)
  })
})
