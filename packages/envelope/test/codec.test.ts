import { fromBinary, toBinary } from '@bufbuild/protobuf'
import { bytesToHex, concatBytes, hexToBytes } from '@sessionkit/bytes'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ContentSchema } from '../src/gen/session_pb.ts'
import { type Content, decodeContent, encodeContent } from '../src/index.ts'
import { codeOf } from './code-of.ts'

const text = fc.string({ unit: 'binary', maxLength: 20 })
const bytes = fc.uint8Array({ maxLength: 40 })
const number = fc.maxSafeNat()
const u32 = fc.nat({ max: 0xffff_ffff })
const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { minLength: 1, maxLength: 3 })
const attachment = fc.record(
  { id: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), contentType: text, key: bytes, size: u32, url: text, width: u32 },
  { requiredKeys: ['id'] },
)
const profile = fc.record({ displayName: text, profilePicture: text, lastUpdateSeconds: number }, { requiredKeys: [] })
const data = fc.record(
  {
    body: text,
    attachments: some(attachment),
    flags: u32,
    profileKey: bytes,
    quote: fc.record({ id: number, author: text, text }, { requiredKeys: ['id', 'author'] }),
    preview: some(fc.record({ url: text, title: text, image: attachment }, { requiredKeys: ['url'] })),
    reaction: fc.record({ id: number, author: text, emoji: text, action: fc.constantFrom('REACT', 'REMOVE') }),
    profile,
    syncTarget: text,
    blocksCommunityMessageRequests: fc.boolean(),
    groupUpdateMessage: fc.record({
      memberChangeMessage: fc.record({
        type: fc.constantFrom('ADDED', 'REMOVED', 'PROMOTED'),
        memberSessionIds: some(text),
        historyShared: fc.boolean(),
        adminSignature: bytes,
      }),
      memberLeftMessage: fc.constant({}),
    }),
  },
  { requiredKeys: [] },
)
const content = fc.record(
  {
    dataMessage: data,
    callMessage: fc.record({
      type: fc.constantFrom('PRE_OFFER', 'ICE_CANDIDATES'),
      sdps: some(text),
      sdpMLineIndexes: some(u32),
      sdpMids: some(text),
      uuid: text,
    }),
    receiptMessage: fc.record({ type: fc.constant('READ'), timestamp: some(number) }),
    expirationType: fc.constantFrom('UNKNOWN', 'DELETE_AFTER_READ', 'DELETE_AFTER_SEND'),
    expirationTimer: u32,
    sigTimestamp: number,
    sharedConfigMessage: fc.record({
      kind: fc.constant('CONTACTS'),
      seqno: fc.maxSafeInteger(),
      data: bytes,
    }),
    proMessage: fc.record({ profileBitset: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Content>

describe('the content codec', () => {
  test('decode after encode is identity', () => {
    fc.assert(
      fc.property(content, (value) => {
        expect(encodeContent(decodeContent(encodeContent(value)))).toEqual(encodeContent(value))
        expect(decodeContent(encodeContent(value))).toEqual(value)
      }),
    )
  })

  test('the bytes are those of the protobuf runtime', () => {
    fc.assert(
      fc.property(content, (value) => {
        const encoded = encodeContent(value)
        expect(toBinary(ContentSchema, fromBinary(ContentSchema, encoded))).toEqual(encoded)
      }),
    )
  })

  test('unknown fields survive, at every level, last', () => {
    // 99 at the top, and 50 inside the data message.
    const bytes = hexToBytes('9a06036162630a060a0161920300')
    const decoded = decodeContent(bytes)
    expect(bytesToHex(decoded.unknownFields as Uint8Array)).toBe('9a0603616263')
    expect(bytesToHex(decoded.dataMessage?.unknownFields as Uint8Array)).toBe('920300')
    expect(bytesToHex(encodeContent(decoded))).toBe('0a060a01619203009a0603616263')
  })

  test('a known number with a foreign wire type is an unknown field', () => {
    const decoded = decodeContent(hexToBytes('08057a0131'))
    expect(decoded.dataMessage).toBeUndefined()
    expect(decoded.sigTimestamp).toBeUndefined()
    expect(bytesToHex(decoded.unknownFields as Uint8Array)).toBe('08057a0131')
  })

  test('an unknown value of an optional enum is an unknown field', () => {
    const decoded = decodeContent(hexToBytes('6009'))
    expect(decoded.expirationType).toBeUndefined()
    expect(bytesToHex(decoded.unknownFields as Uint8Array)).toBe('6009')
  })

  test('repeated numbers are written unpacked and read packed too', () => {
    expect(bytesToHex(encodeContent({ receiptMessage: { type: 'READ', timestamp: [1, 2] } }))).toBe('2a06080110011002')
    expect(decodeContent(hexToBytes('2a06080112020102')).receiptMessage?.timestamp).toEqual([1, 2])
  })

  test('duplicates merge: the last scalar wins', () => {
    const twice = concatBytes(hexToBytes('0a030a0161'), hexToBytes('0a030a0162'), hexToBytes('0a022002'))
    expect(decodeContent(twice).dataMessage).toEqual({ body: 'b', flags: 2 })
  })

  test.each([
    ['truncated', '0a05', 'ENVELOPE_BAD_PROTOBUF'],
    ['field number 0', '0000', 'ENVELOPE_BAD_PROTOBUF'],
    ['a typing message without its action', '32020801', 'ENVELOPE_MISSING_FIELD'],
    ['an attachment without its id', '0a051203120161', 'ENVELOPE_MISSING_FIELD'],
    ['a preview image without its id', '0a0a52080a01611a03120161', 'ENVELOPE_MISSING_FIELD'],
    ['an unknown value of a required enum', '320408011009', 'ENVELOPE_UNSUPPORTED_KIND'],
    ['text that is not UTF-8', '0a030a01ff', 'ENVELOPE_BAD_TEXT'],
    ['a timestamp of 2^53', '788080808080808010', 'ENVELOPE_NUMBER_RANGE'],
  ])('refuses %s', (_, hex, code) => {
    expect(codeOf(() => decodeContent(hexToBytes(hex)))).toBe(code)
  })

  test('refuses more than a million bytes', () => {
    expect(codeOf(() => decodeContent(new Uint8Array(1_000_001)))).toBe('ENVELOPE_TOO_LARGE')
  })

  test.each<[string, unknown, string]>([
    ['a required field that is missing', { typingMessage: { timestamp: 1 } }, 'ENVELOPE_MISSING_FIELD'],
    ['a field that does not exist', { dataMessage: { text: 'a' } }, 'ENVELOPE_BAD_FIELD'],
    ['a negative timestamp', { sigTimestamp: -1 }, 'ENVELOPE_BAD_FIELD'],
    ['a fraction', { sigTimestamp: 1.5 }, 'ENVELOPE_BAD_FIELD'],
    ['a timer of 33 bits', { expirationTimer: 2 ** 32 }, 'ENVELOPE_BAD_FIELD'],
    ['a number for text', { dataMessage: { body: 1 } }, 'ENVELOPE_BAD_FIELD'],
    ['text for bytes', { dataMessage: { profileKey: 'a' } }, 'ENVELOPE_BAD_FIELD'],
    ['an unknown name of an enum', { expirationType: 'NEVER' }, 'ENVELOPE_BAD_FIELD'],
    ['one item for a list', { dataMessage: { attachments: {} } }, 'ENVELOPE_BAD_FIELD'],
    ['null for a message', { dataMessage: null }, 'ENVELOPE_BAD_FIELD'],
    ['half a surrogate pair', { dataMessage: { body: '\ud800' } }, 'ENVELOPE_BAD_TEXT'],
  ])('does not write %s', (_, value, code) => {
    expect(codeOf(() => encodeContent(value as Content))).toBe(code)
  })

  test('gives copies, also of what a Buffer holds', () => {
    const buffer = Buffer.from(hexToBytes('0a0532037878780a03b83e01'))
    const content = decodeContent(buffer)
    buffer.fill(0)
    expect(content).toStrictEqual({
      dataMessage: { profileKey: new Uint8Array(3).fill(0x78), unknownFields: hexToBytes('b83e01') },
    })
  })

  test('merges the occurrences of a message in linear time, each read by itself', () => {
    expect(decodeContent(hexToBytes('32020801' + '32021000'))).toStrictEqual({
      typingMessage: { timestamp: 1, action: 'STARTED' },
    })
    // "hello" cut in two is two malformed messages, not one good one.
    expect(codeOf(() => decodeContent(hexToBytes('0a030a05680a04656c6c6f')))).toBe('ENVELOPE_BAD_PROTOBUF')
    const count = 240_000
    const hostile = new Uint8Array(4 * count)
    for (let i = 0; i < count; i++) hostile.set([0x0a, 2, 0x78, 1], 4 * i)
    // Appending each to the ones before would copy 58 GB here and run into the time limit.
    expect(decodeContent(hostile).dataMessage?.unknownFields).toHaveLength(2 * count)
  })
})
