import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type BencodeInput,
  type BencodeValue,
  decodeBencode,
  encodeBencode,
  isSessionKitError,
  utf8ToBytes,
} from '../src/index.ts'
import { codeOf } from './code-of.ts'

const code = (text: string, options = {}) => codeOf(() => decodeBencode(utf8ToBytes(text), options))

const latin1 = fc.uint8Array({ maxLength: 12 }).map((b) => String.fromCharCode(...b))
const { value } = fc.letrec<{ value: BencodeValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.uint8Array({ maxLength: 40 }),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.array(fc.tuple(latin1, tie('value')), { maxLength: 6 }).map((entries) => {
      return new Map([...new Map(entries)].sort(([a], [b]) => (a < b ? -1 : 1)))
    }),
  ) as fc.Arbitrary<BencodeValue>,
}))

describe('bencode', () => {
  it('decodes what it encodes, and encodes what it decodes to the same bytes', () => {
    fc.assert(
      fc.property(value, (v) => {
        const bytes = encodeBencode(v as BencodeInput)
        const back = decodeBencode(bytes)
        expect(back).toEqual(v)
        expect(encodeBencode(back as BencodeInput)).toEqual(bytes)
      }),
    )
  })

  it('writes text, numbers and unsorted dicts canonically', () => {
    const dict = new Map<string, BencodeInput>([
      ['b', 1],
      ['a', ['é', -5n]],
    ])
    expect(encodeBencode(dict)).toEqual(utf8ToBytes('d1:al2:éi-5ee1:bi1ee'))
  })

  it.each([
    ['', 'BENCODE_TRUNCATED'],
    ['i1', 'BENCODE_TRUNCATED'],
    ['5:abc', 'BENCODE_TRUNCATED'],
    ['99999999999999999999:a', 'BENCODE_TRUNCATED'],
    ['l', 'BENCODE_TRUNCATED'],
    ['d1:a', 'BENCODE_TRUNCATED'],
    ['i1ei2e', 'BENCODE_TRAILING_BYTES'],
    ['i01e', 'BENCODE_NOT_CANONICAL'],
    ['i-0e', 'BENCODE_NOT_CANONICAL'],
    ['01:a', 'BENCODE_NOT_CANONICAL'],
    ['d1:bi1e1:ai1ee', 'BENCODE_NOT_CANONICAL'],
    ['d1:ai1e1:ai1ee', 'BENCODE_NOT_CANONICAL'],
    ['ie', 'BENCODE_BAD_TOKEN'],
    ['i-e', 'BENCODE_BAD_TOKEN'],
    ['i+1e', 'BENCODE_BAD_TOKEN'],
    ['i1.5e', 'BENCODE_BAD_TOKEN'],
    ['di1ei2ee', 'BENCODE_BAD_TOKEN'],
    ['x', 'BENCODE_BAD_TOKEN'],
    ['e', 'BENCODE_BAD_TOKEN'],
    ['-1:a', 'BENCODE_BAD_TOKEN'],
    ['i9223372036854775808e', 'BENCODE_INTEGER_RANGE'],
    ['i-9223372036854775809e', 'BENCODE_INTEGER_RANGE'],
    [`i${'9'.repeat(100)}e`, 'BENCODE_INTEGER_RANGE'],
  ])('refuses %j with %s', (text, expected) => {
    expect(code(text)).toBe(expected)
  })

  it('keeps int64 exact', () => {
    expect(decodeBencode(utf8ToBytes('i9223372036854775807e'))).toBe(2n ** 63n - 1n)
    expect(decodeBencode(utf8ToBytes('i-9223372036854775808e'))).toBe(-(2n ** 63n))
  })

  it('bounds depth, size and count', () => {
    expect(code('l'.repeat(100_000))).toBe('BENCODE_TOO_DEEP')
    expect(code(`l${'le'.repeat(100_001)}e`)).toBe('BENCODE_TOO_MANY_ITEMS')
    expect(code('3:abc', { maxBytes: 4 })).toBe('BENCODE_TOO_LARGE')
    expect(code('llee', { maxDepth: 1 })).toBe('BENCODE_TOO_DEEP')
    expect(codeOf(() => encodeBencode(circular()))).toBe('BENCODE_TOO_DEEP')
  })

  it('refuses values without a bencode form', () => {
    for (const bad of [1.5, Number.NaN, 2 ** 53, 2n ** 63n]) {
      expect(codeOf(() => encodeBencode(bad))).toBe('BENCODE_INTEGER_RANGE')
    }
    for (const bad of [null, undefined, true, {}, () => 0, new Map([['ā', 1]]), new Map([[1, 1]])]) {
      expect(codeOf(() => encodeBencode(bad as never))).toBe('BENCODE_BAD_VALUE')
    }
  })

  it('does not alias its input', () => {
    const input = Buffer.from('3:abc')
    const value = decodeBencode(input) as Uint8Array
    input.fill(0)
    expect(value).toEqual(utf8ToBytes('abc'))
  })

  it('only returns or throws its typed error on 10,000 random and mutated inputs', () => {
    const seeds = ['d1:al2:abi-5ee1:bi1ee', 'l4:spam4:eggse', 'i-42e', 'd3:key5:valuee'].map(utf8ToBytes)
    const alphabet = fc.constantFrom(...utf8ToBytes('0123456789ilde:-abc'))
    const random = fc.array(alphabet, { maxLength: 60 }).map((list) => Uint8Array.from(list))
    const mutated = fc.tuple(fc.constantFrom(...seeds), fc.nat(), fc.nat(255)).map(([seed, at, byte]) => {
      const copy = new Uint8Array(seed)
      copy[at % copy.length] = byte
      return copy
    })
    fc.assert(
      fc.property(fc.oneof(random, mutated, fc.uint8Array({ maxLength: 60 })), (input) => {
        try {
          const value = decodeBencode(input)
          expect(encodeBencode(value as BencodeInput)).toEqual(new Uint8Array(input))
        } catch (e) {
          expect(isSessionKitError(e)).toBe(true)
        }
      }),
      { numRuns: 10_000, seed: 20_260_101 },
    )
  })

  it('nests no deeper than the stack allows, whatever the option says', () => {
    const nested = (depth: number) => new TextEncoder().encode('l'.repeat(depth) + 'e'.repeat(depth))
    const options = { maxDepth: Number.POSITIVE_INFINITY }
    expect(() => decodeBencode(nested(512), options)).not.toThrow()
    expect(() => decodeBencode(nested(513), options)).toThrow(expect.objectContaining({ code: 'BENCODE_TOO_DEEP' }))
    expect(() => decodeBencode(nested(50_000), options)).toThrow(expect.objectContaining({ code: 'BENCODE_TOO_DEEP' }))
  })
})

function circular(): BencodeInput {
  const list: BencodeInput[] = []
  list.push(list)
  return list
}
