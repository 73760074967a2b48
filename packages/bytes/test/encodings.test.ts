import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  base32zToBytes,
  base64ToBytes,
  bytesToBase32z,
  bytesToBase64,
  bytesToHex,
  bytesToUtf8,
  hexToBytes,
  isHex,
  isSessionKitError,
  utf8ToBytes,
} from '../src/index.ts'
import { codeOf, garbage } from './code-of.ts'

const bytes = fc.uint8Array({ maxLength: 300 })

describe('hex', () => {
  it('round-trips and emits lower case', () => {
    fc.assert(
      fc.property(bytes, (b) => {
        expect(bytesToHex(b)).toBe(Buffer.from(b).toString('hex'))
        expect(hexToBytes(bytesToHex(b).toUpperCase())).toEqual(b)
        expect(isHex(bytesToHex(b), b.length)).toBe(true)
      }),
    )
  })
  it.each(['0', '0g', 'zz', ' 00', '00 ', '０0', '0x00', 'é0'])('refuses %j', (text) => {
    expect(codeOf(() => hexToBytes(text))).toBe('BYTES_NOT_HEX')
    expect(isHex(text)).toBe(false)
  })
})

describe('base64', () => {
  it('round-trips with and without padding', () => {
    fc.assert(
      fc.property(bytes, (b) => {
        const text = Buffer.from(b).toString('base64')
        expect(bytesToBase64(b)).toBe(text)
        expect(bytesToBase64(b, { padding: false })).toBe(text.replace(/=+$/, ''))
        expect(base64ToBytes(text)).toEqual(b)
        expect(base64ToBytes(text.replace(/=+$/, ''))).toEqual(b)
      }),
    )
  })
  it.each(['A', 'AAAAA', 'AA=', 'AAA==', 'AA===', '=', '==', 'A=A=', 'AA A', 'AA-_', 'AAAA\n', 'AAAA='])(
    'refuses %j',
    (text) => {
      expect(codeOf(() => base64ToBytes(text))).toBe('BYTES_NOT_BASE64')
    },
  )
  it('ignores unused low bits, as the storage server does', () => {
    expect(base64ToBytes('AAB')).toEqual(base64ToBytes('AAA'))
  })
})

describe('base32z', () => {
  it('round-trips', () => {
    fc.assert(
      fc.property(bytes, (b) => {
        expect(base32zToBytes(bytesToBase32z(b))).toEqual(b)
      }),
    )
  })
  it('knows the answer of the protocol pages', () => {
    const key = hexToBytes('0123456789abcdef'.repeat(4))
    expect(bytesToBase32z(key)).toBe('yrtwk3hjixg66yjdeiuauk6p7hy1gtm8tgih55abrpnsxnpm3zzo')
  })
  it.each(['y', 'Y', '0', 'yb', 'yyy', 'l'])('refuses %j', (text) => {
    expect(codeOf(() => base32zToBytes(text))).toBe('BYTES_NOT_BASE32Z')
  })
})

describe('utf8', () => {
  it('round-trips every well-formed text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(bytesToUtf8(utf8ToBytes(text))).toBe(text)
      }),
    )
  })
  it('refuses malformed bytes and lone surrogates', () => {
    for (const hex of ['ff', 'c080', 'eda080', 'f4908080', 'e282']) {
      expect(codeOf(() => bytesToUtf8(hexToBytes(hex)))).toBe('BYTES_NOT_UTF8')
    }
    expect(codeOf(() => utf8ToBytes('a\ud800'))).toBe('BYTES_NOT_UTF8')
  })
})

describe('garbage in every position', () => {
  it('gives a typed error, never a TypeError', () => {
    const functions = [
      bytesToHex,
      hexToBytes,
      bytesToBase64,
      base64ToBytes,
      bytesToBase32z,
      base32zToBytes,
      utf8ToBytes,
      bytesToUtf8,
    ]
    for (const f of functions) {
      for (const g of garbage) {
        try {
          ;(f as (x: unknown) => unknown)(g)
        } catch (e) {
          expect(isSessionKitError(e), `${f.name}(${String(g)})`).toBe(true)
        }
      }
    }
  })
})
