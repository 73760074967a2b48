import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as index from '../src/index.ts'
import {
  assertBytes,
  BytesError,
  compareBytes,
  concatBytes,
  equalBytes,
  isSessionKitError,
  SecretBytes,
  SessionKitError,
} from '../src/index.ts'
import { codeOf } from './code-of.ts'

const bytes = fc.uint8Array({ maxLength: 80 })

describe('comparison and concatenation', () => {
  it('agree with Buffer', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0)
        expect(equalBytes(a, new Uint8Array(a))).toBe(true)
        expect(compareBytes(a, b)).toBe(Buffer.compare(a, b))
        expect(concatBytes(a, b)).toEqual(new Uint8Array(Buffer.concat([a, b])))
      }),
    )
  })
  it('refuse what is not bytes', () => {
    expect(codeOf(() => equalBytes('aa' as never, new Uint8Array(2)))).toBe('BYTES_NOT_BYTES')
    expect(codeOf(() => concatBytes([1] as never))).toBe('BYTES_NOT_BYTES')
  })
})

describe('assertBytes', () => {
  it('names the parameter and the lengths', () => {
    expect(() => assertBytes(new Uint8Array(31), 'publicKey', 32)).toThrow('publicKey: expected 32 bytes, got 31')
    expect(() => assertBytes('x', 'publicKey', 32)).toThrow('publicKey: expected a Uint8Array, got string')
  })
})

describe('errors', () => {
  it('carry name, code and cause, and are recognized without instanceof', () => {
    class OtherError extends SessionKitError {}
    const cause = new Error('inner')
    const error = new OtherError('OTHER_CODE', 'what happened', { cause })
    expect(error).toMatchObject({ name: 'OtherError', code: 'OTHER_CODE', message: 'what happened', cause })
    expect(isSessionKitError(error)).toBe(true)
    expect(isSessionKitError(new BytesError('BYTES_NOT_HEX', 'x'))).toBe(true)
    for (const other of [new Error('x'), { code: 'X' }, null, 'x', Object.assign(new Error('x'), { code: 'X' })]) {
      expect(isSessionKitError(other)).toBe(false)
    }
  })
})

describe('SecretBytes', () => {
  const raw = () => Uint8Array.from({ length: 32 }, (_, i) => 0xa0 + i)
  const hex = Buffer.from(raw()).toString('hex')

  it('never prints its bytes', () => {
    const secret = SecretBytes.from(raw())
    const shown = [
      String(secret),
      `${secret}`,
      JSON.stringify({ secret }),
      inspect(secret, { showHidden: true, depth: 9 }),
      inspect({ secret }),
    ]
    for (const text of shown) {
      expect(text).toContain('[SecretBytes]')
      expect(text).not.toContain(hex.slice(0, 8))
      expect(text).not.toContain('160')
    }
  })
  it('copies or takes, reveals, compares and wipes', () => {
    const source = raw()
    const copied = SecretBytes.from(source)
    const taken = SecretBytes.take(source)
    expect(copied.equals(taken)).toBe(true)
    expect(copied.copy()).not.toBe(copied.reveal())
    taken.wipe()
    taken.wipe()
    expect(source).toEqual(new Uint8Array(32))
    expect(taken.isWiped).toBe(true)
    expect(taken.length).toBe(32)
    expect(codeOf(() => taken.reveal())).toBe('BYTES_SECRET_WIPED')
    expect(codeOf(() => taken.copy())).toBe('BYTES_SECRET_WIPED')
    expect(codeOf(() => copied.equals(taken))).toBe('BYTES_SECRET_WIPED')
    expect(copied.reveal()).toEqual(raw())
  })
})

it('exports exactly these names', () => {
  expect(Object.keys(index).sort()).toEqual([
    'BENCODE_MAX_INTEGER',
    'BENCODE_MIN_INTEGER',
    'BytesError',
    'SecretBytes',
    'SessionKitError',
    'assertBytes',
    'base32zToBytes',
    'base64ToBytes',
    'bytesToBase32z',
    'bytesToBase64',
    'bytesToHex',
    'bytesToUtf8',
    'compareBytes',
    'concatBytes',
    'decodeBencode',
    'encodeBencode',
    'equalBytes',
    'hexToBytes',
    'isHex',
    'isSessionKitError',
    'utf8ToBytes',
  ])
})
