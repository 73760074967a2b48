import { bytesToHex, hexToBytes, SecretBytes } from '@sessionkit/bytes'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBip39, encodeBip39, suggestBip39Words } from '../src/bip39.ts'
import { MnemonicError } from '../src/index.ts'
import { codeOf } from './code-of.ts'

const about = `${'abandon '.repeat(11)}about`

/** Published vectors of BIP-39's reference implementation: entropy and phrase. */
const published: [string, string][] = [
  ['00'.repeat(16), about],
  ['7f'.repeat(16), 'legal winner thank year wave sausage worth useful legal winner thank yellow'],
  ['80'.repeat(16), 'letter advice cage absurd amount doctor acoustic avoid letter advice cage above'],
  ['ff'.repeat(16), `${'zoo '.repeat(11)}wrong`],
  ['00'.repeat(32), `${'abandon '.repeat(23)}art`],
  ['ff'.repeat(32), `${'zoo '.repeat(23)}vote`],
]

function faultOf(run: () => unknown): [string, number | undefined] {
  try {
    run()
  } catch (error) {
    if (!(error instanceof MnemonicError)) throw error
    expect(`${error} ${error.cause}`).not.toMatch(/abandon|hunter2/)
    return [error.code, error.index]
  }
  return ['nothing thrown', undefined]
}

describe('BIP-39', () => {
  it.each(published)('%s', (entropy, phrase) => {
    expect(encodeBip39(hexToBytes(entropy))).toBe(phrase)
    expect(bytesToHex(decodeBip39(phrase).reveal())).toBe(entropy)
  })

  it('round-trips both lengths, in any case and spacing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.boolean(), (half, long) => {
        const seed = long ? Uint8Array.from([...half, ...half]) : new Uint8Array(half)
        const phrase = encodeBip39(SecretBytes.from(seed))
        expect(decodeBip39(`\ufeff${phrase.toUpperCase().replaceAll(' ', ' \u3000')}\n`).reveal()).toEqual(seed)
      }),
    )
  })

  it('refuses with the place of the fault', () => {
    expect(faultOf(() => decodeBip39(''))).toEqual(['MNEMONIC_TOO_FEW_WORDS', 0])
    expect(faultOf(() => decodeBip39('abandon '.repeat(11)))).toEqual(['MNEMONIC_TOO_FEW_WORDS', 11])
    expect(faultOf(() => decodeBip39('abandon '.repeat(15)))).toEqual(['MNEMONIC_WRONG_WORD_COUNT', 15])
    expect(faultOf(() => decodeBip39('abandon '.repeat(25)))).toEqual(['MNEMONIC_TOO_MANY_WORDS', 24])
    expect(faultOf(() => decodeBip39('abandon '.repeat(12)))).toEqual(['MNEMONIC_CHECKSUM', 11])
    expect(faultOf(() => decodeBip39(about.replace('abandon', 'hunter2')))).toEqual(['MNEMONIC_UNKNOWN_WORD', 0])
    expect(faultOf(() => decodeBip39(null as never))).toEqual(['MNEMONIC_NOT_TEXT', undefined])
    expect(faultOf(() => decodeBip39('x'.repeat(5000)))).toEqual(['MNEMONIC_INPUT_TOO_LONG', undefined])
    expect(codeOf(() => encodeBip39(new Uint8Array(20)))).toBe('MNEMONIC_BAD_SEED_LENGTH')
  })

  it('gives a seed or a typed error for 10,000 mutated phrases', () => {
    const pool = [...about.split(' '), 'zoo', 'qqq', '', '\u0301', '__proto__', 'ABANDON', '的']
    let state = 3
    const next = (n: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0
      return Math.floor((state / 2 ** 32) * n)
    }
    for (let i = 0; i < 10_000; i++) {
      const words = next(2) ? about.split(' ') : Array.from({ length: next(26) }, () => pool[next(pool.length)]!)
      words[next(words.length)] = pool[next(pool.length)]!
      expect(codeOf(() => decodeBip39(words.join(' ')))).toMatch(/^(nothing thrown|MNEMONIC_[A-Z_]+)$/)
    }
  })

  it('suggests words of its own list', () => {
    expect(suggestBip39Words('abandn')[0]).toBe('abandon')
    expect(suggestBip39Words('zo', { limit: 1 })).toEqual(['zoo'])
  })
})
