import { bytesToHex, hexToBytes, SecretBytes } from '@sessionkit/bytes'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32 } from '../src/crc32.ts'
import {
  type DecodePhraseOptions,
  decodePhrase,
  decodePhraseDetailed,
  decodeWords,
  encodePhrase,
  encodeWords,
  english,
  MAX_PHRASE_LENGTH,
  MAX_WORDS_LENGTH,
  MnemonicError,
} from '../src/index.ts'
import { wordsOf } from '../src/wordlist.ts'
import { german } from '../src/wordlists/german.ts'
import { japanese } from '../src/wordlists/japanese.ts'
import { russian } from '../src/wordlists/russian.ts'
import { spanish } from '../src/wordlists/spanish.ts'
import { codeOf } from './code-of.ts'
import { listOf, lists, vectors } from './lists.ts'

const phrase = 'amaze buffet cake entrance symptoms tiger lamb maze nestle python dusted faxed faxed'
const seed = '000102030405060708090a0b0c0d0e0f'
const hexOf = (secret: SecretBytes): string => bytesToHex(secret.reveal())
const words = phrase.split(' ')
const replaced = (index: number, word: string): string => words.map((w, i) => (i === index ? word : w)).join(' ')

/** Code and index of the error. */
function faultOf(run: () => unknown): [string, number | undefined] {
  try {
    run()
  } catch (error) {
    if (error instanceof MnemonicError) return [error.code, error.index]
    throw error
  }
  return ['nothing thrown', undefined]
}

describe('known answers', () => {
  it.each([...vectors.phrases_english])('$phrase', (v: { phrase: string; seed: string }) => {
    expect(encodePhrase(hexToBytes(v.seed))).toBe(v.phrase)
    expect(hexOf(decodePhrase(v.phrase, { allow24: true }))).toBe(v.seed)
    expect(hexOf(decodeWords(v.phrase))).toBe(v.seed)
  })

  it.each([...vectors.accept_english])('accepts $phrase', (v: { phrase: string; seed: string }) => {
    expect(hexOf(decodePhrase(v.phrase))).toBe(v.seed)
  })

  it.each([...vectors.reject_english])('rejects $phrase', (v: { phrase: string; error: string }) => {
    const codes: Record<string, string> = {
      checksum: 'MNEMONIC_CHECKSUM',
      unknown_word: 'MNEMONIC_UNKNOWN_WORD',
      word_count: 'MNEMONIC_WRONG_WORD_COUNT',
      overflow: 'MNEMONIC_OVERFLOW',
    }
    expect(codeOf(() => decodeWords(v.phrase))).toBe(codes[v.error])
    if (v.phrase.split(' ').length === 13) expect(codeOf(() => decodePhrase(v.phrase))).toBe(codes[v.error])
    else expect(codeOf(() => decodePhrase(v.phrase))).toBe('MNEMONIC_TOO_FEW_WORDS')
  })

  it.each(Object.entries<string>(vectors.encode_48_words_no_checksum.words))('48 words, %s', (name, text) => {
    const language = listOf(name)
    const bytes = hexToBytes(vectors.encode_48_words_no_checksum.seed)
    expect(encodeWords(bytes, { language }).join(' ')).toBe(text)
    expect(hexOf(decodeWords(text, { language }))).toBe(vectors.encode_48_words_no_checksum.seed)
  })

  const all = vectors.phrases_all_languages_16_bytes
  type InLanguage = { words: string; checksum_raw_prefix: string; checksum_casefold_prefix: string }
  it.each(Object.entries<InLanguage>(all.phrases))('13 words, %s', (name, v) => {
    const language = listOf(name)
    const bytes = hexToBytes(all.seed)
    expect(encodePhrase(bytes, { language })).toBe(`${v.words} ${v.checksum_raw_prefix}`)
    expect(encodePhrase(bytes, { language, checksum: false })).toBe(v.words)
    for (const checksum of [v.checksum_raw_prefix, v.checksum_casefold_prefix]) {
      const decoded = decodePhraseDetailed(`${v.words} ${checksum}`, { language })
      expect(hexOf(decoded.seed)).toBe(all.seed)
      expect(decoded.warnings).toEqual(checksum === v.checksum_raw_prefix ? [] : ['MNEMONIC_FOLDED_CHECKSUM'])
    }
    expect(hexOf(decodePhrase(v.words, { language, allow12: true }))).toBe(all.seed)
  })

  it.each([...vectors.chunk_arithmetic])(
    'chunk $bytes',
    (v: { bytes: string; indices: number[]; english: string[] }) => {
      expect(encodeWords(hexToBytes(v.bytes))).toEqual(v.english)
      expect(v.indices.map((i) => wordsOf(english)[i])).toEqual(v.english)
    },
  )

  it('CRC-32 of the check text', () => {
    expect(crc32([new TextEncoder().encode('1234'), new TextEncoder().encode('56789')])).toBe(0xcbf43926)
  })
})

describe.each(lists)('round trip in $name', (language) => {
  it('of seeds of both lengths', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.boolean(), (half, long) => {
        const bytes = long ? Uint8Array.from([...half, ...half]) : new Uint8Array(half)
        const text = encodePhrase(bytes, { language })
        expect(text.split(' ').length).toBe(long ? 25 : 13)
        for (const form of [text, text.normalize('NFD'), `\ufeff ${text.replaceAll(' ', '\u3000\n')}\t`]) {
          expect(decodePhrase(form, { language, allow25: true }).reveal()).toEqual(bytes)
        }
        const typed = language.name === 'German' ? text : text.toUpperCase()
        expect(decodePhrase(typed, { language, allow25: true }).reveal()).toEqual(bytes)
      }),
      { numRuns: 40 },
    )
  })

  it('of any 4·m bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.boolean(), (bytes, checksum) => {
        const data = new Uint8Array(bytes.length * 4).map((_, i) => bytes[i >> 2]! * (i + 1))
        const text = encodeWords(SecretBytes.from(data), { language, checksum }).join(' ')
        expect(decodeWords(text, { language }).reveal()).toEqual(data)
      }),
      { numRuns: 40 },
    )
  })

  it('of every word, in full, by its prefix, and in the other case', () => {
    const colliding = /^(Flos|Floß|Maßa|Maßk)/
    for (const [i, word] of wordsOf(language).entries()) {
      const prefix = [...word].slice(0, language.prefixLength).join('')
      const forms = [word, prefix, word.toLowerCase(), word.toUpperCase()]
      for (const form of forms) {
        const skip = language.name === 'German' && (colliding.test(word) || colliding.test(form))
        if (skip && form !== word) continue
        const value = decodeWords(`${form} ${form} ${form}`, { language })
        expect(new DataView(value.copy().buffer).getUint32(0, true)).toBe(i)
      }
    }
  })
})

describe('German', () => {
  const decode = (text: string): number =>
    new DataView(decodeWords(`${text} ${text} ${text}`, { language: german }).copy().buffer).getUint32(0, true)

  it('keeps the colliding words apart', () => {
    for (const pair of vectors.german_casefold_collisions.pairs as [number, string][][]) {
      for (const [i, word] of pair) {
        expect(wordsOf(german)[i]).toBe(word)
        expect(decode(word)).toBe(i)
        expect(decode(word.toLowerCase())).toBe(i)
      }
    }
    expect(decode('Flos')).toBe(640)
    expect(decode('MASSKRUG')).toBe(1105)
    expect(decode('MASSANZUG')).toBe(1104)
  })

  it('refuses a folded prefix that may be two words', () => {
    for (const typed of ['flos', 'FLOSK', 'mass', 'Mass', 'massk']) {
      expect(faultOf(() => decode(typed))).toEqual(['MNEMONIC_AMBIGUOUS_WORD', 0])
    }
  })
})

describe('input', () => {
  it('may hold any whitespace, marks that nobody sees, and decomposed letters', () => {
    const forms = [
      `\ufeff${phrase}\n`,
      words.join('\u3000'),
      words.join('\r\n'),
      words.join('\u00a0\t'),
      words.join('\u0085\u2028'),
      `\u200b${words.join('\u200b ')}\u2060`,
      phrase.replace('buffet', 'buf\u200dfet').replace('cake', 'c\u00adake'),
    ]
    for (const form of forms) expect(hexOf(decodePhrase(form))).toBe(seed)
    expect(wordsOf(russian)).toContain('тайна')
    const text = encodePhrase(new Uint8Array(16).fill(9), { language: spanish })
    expect(hexOf(decodePhrase(text.normalize('NFD'), { language: spanish }))).toBe('09'.repeat(16))
    const tajna = wordsOf(russian).indexOf('тайна')
    const decoded = decodeWords('тайна тайна тайна'.normalize('NFD'), { language: russian }).reveal()
    expect(decoded[0]! + 256 * decoded[1]!).toBe(tajna)
    expect(encodePhrase(hexToBytes(seed), { language: japanese })).not.toContain('\u3000')
  })

  it('is refused with the place of the fault', () => {
    const cases: [string, DecodePhraseOptions, string, number][] = [
      ['', {}, 'MNEMONIC_TOO_FEW_WORDS', 0],
      [' \u200b\n', {}, 'MNEMONIC_TOO_FEW_WORDS', 0],
      [words.slice(0, 11).join(' '), { allow12: true }, 'MNEMONIC_TOO_FEW_WORDS', 11],
      [words.slice(0, 12).join(' '), {}, 'MNEMONIC_TOO_FEW_WORDS', 12],
      [`${phrase} abbey`, {}, 'MNEMONIC_TOO_MANY_WORDS', 13],
      [`${phrase} abbey`, { allow24: true }, 'MNEMONIC_WRONG_WORD_COUNT', 14],
      [Array(24).fill('abbey').join(' '), { allow25: true }, 'MNEMONIC_WRONG_WORD_COUNT', 24],
      [Array(25).fill('abbey').join(' '), {}, 'MNEMONIC_TOO_MANY_WORDS', 13],
      [Array(26).fill('abbey').join(' '), { allow24: true }, 'MNEMONIC_TOO_MANY_WORDS', 25],
      [replaced(0, 'qqq'), {}, 'MNEMONIC_UNKNOWN_WORD', 0],
      [replaced(7, 'qqq'), {}, 'MNEMONIC_UNKNOWN_WORD', 7],
      [replaced(12, 'qqq'), {}, 'MNEMONIC_UNKNOWN_WORD', 12],
      [replaced(3, 'am'), {}, 'MNEMONIC_UNKNOWN_WORD', 3],
      [replaced(12, 'amaze'), {}, 'MNEMONIC_CHECKSUM', 12],
      [replaced(2, 'zoom'), {}, 'MNEMONIC_CHECKSUM', 12],
      [`${'abbey '.repeat(5)}zoom ${'abbey '.repeat(7)}`, {}, 'MNEMONIC_OVERFLOW', 3],
    ]
    for (const [text, options, code, index] of cases) {
      expect([text, ...faultOf(() => decodePhrase(text, options))]).toEqual([text, code, index])
    }
  })

  it('is checked in libsession order', () => {
    // The overflow of the first triple comes before the unknown word of the second, and that before the checksum.
    expect(faultOf(() => decodeWords('abbey abbey zoom qqq abbey abbey'))).toEqual(['MNEMONIC_OVERFLOW', 0])
    expect(faultOf(() => decodeWords('abbey abbey qqq abbey abbey zoom'))).toEqual(['MNEMONIC_UNKNOWN_WORD', 2])
    expect(faultOf(() => decodeWords('abbey abbey zoom qqq'))).toEqual(['MNEMONIC_OVERFLOW', 0])
    expect(faultOf(() => decodeWords('abbey qqq'))).toEqual(['MNEMONIC_WRONG_WORD_COUNT', 2])
  })

  it('in another language is unknown', () => {
    const text = encodePhrase(hexToBytes(seed), { language: russian })
    expect(faultOf(() => decodePhrase(text))).toEqual(['MNEMONIC_UNKNOWN_WORD', 0])
  })

  it('of the wrong kind or size is refused first', () => {
    for (const value of [undefined, null, 13, {}, words, new Uint8Array(16)]) {
      expect(codeOf(() => decodePhrase(value as never))).toBe('MNEMONIC_NOT_TEXT')
      expect(codeOf(() => decodeWords(value as never))).toBe('MNEMONIC_NOT_TEXT')
    }
    expect(codeOf(() => decodePhrase(' '.repeat(MAX_PHRASE_LENGTH + 1)))).toBe('MNEMONIC_INPUT_TOO_LONG')
    expect(codeOf(() => decodeWords(' '.repeat(MAX_WORDS_LENGTH + 1)))).toBe('MNEMONIC_INPUT_TOO_LONG')
    expect(codeOf(() => decodeWords('abbey '.repeat(1000)))).toBe('MNEMONIC_TOO_MANY_WORDS')
  })

  it('never shows up in an error', () => {
    for (const text of [replaced(3, 'hunter2x'), `${phrase} hunter2x`, replaced(12, 'zoom'), 'hunter2x']) {
      try {
        decodePhrase(text)
        expect.unreachable()
      } catch (error) {
        const shown = `${String(error)} ${JSON.stringify(error)} ${(error as Error).stack?.split('\n')[0]}`
        for (const word of text.split(' ')) if (word !== 'maze') expect(shown).not.toMatch(new RegExp(`\\b${word}\\b`))
        expect((error as Error).cause).toBeUndefined()
      }
    }
  })

  it('gives a seed or a typed error for 10,000 random and mutated phrases', () => {
    let state = 7
    const next = (n: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0
      return Math.floor((state / 2 ** 32) * n)
    }
    const odd = [
      '',
      ' ',
      '\u200b',
      '\ud800',
      'ß',
      'ﬁ',
      'İ',
      '\0',
      'q',
      '__proto__',
      'constructor',
      '\u0301',
      '😀',
      '的',
    ]
    const pool = lists.flatMap((language) => wordsOf(language).slice(0, 200))
    const seen = new Set<string>()
    for (let i = 0; i < 10_000; i++) {
      const language = lists[next(lists.length)]!
      const bytes = new Uint8Array(next(2) ? 16 : 32).map(() => next(256))
      const list = i % 3 ? encodePhrase(bytes, { language }).split(' ') : Array.from({ length: next(27) }, () => 'zoo')
      for (let n = next(3); n > 0; n--) {
        const extra = next(2) ? odd[next(odd.length)]! : pool[next(pool.length)]!
        list.splice(next(list.length + 1), next(3), next(2) ? extra : (list[0] ?? '') + extra)
      }
      const text = list.join(' ')
      const options = { language, allow12: next(2) === 0, allow24: next(2) === 0 }
      seen.add(codeOf(() => decodePhrase(text, options)))
      seen.add(codeOf(() => decodeWords(text, options)))
    }
    for (const code of seen) expect(code).toMatch(/^(nothing thrown|MNEMONIC_[A-Z_]+)$/)
    expect(seen).toContain('nothing thrown')
    expect(seen).toContain('MNEMONIC_UNKNOWN_WORD')
  })
})

describe('warnings', () => {
  it('name what is odd about valid phrases', () => {
    const warningsOf = (text: string, options?: DecodePhraseOptions): readonly string[] =>
      decodePhraseDetailed(text, options).warnings
    expect(warningsOf(phrase)).toEqual([])
    expect(warningsOf(Array(13).fill('love').join(' '))).toEqual(['MNEMONIC_ALL_WORDS_EQUAL'])
    expect(warningsOf(words.slice(0, 12).join(' '), { allow12: true })).toEqual(['MNEMONIC_NO_CHECKSUM'])
    const padded = encodePhrase(hexToBytes(seed + '00'.repeat(16)))
    expect(warningsOf(padded, { allow25: true })).toEqual(['MNEMONIC_ZERO_PADDED'])
    expect(warningsOf(Array(24).fill('abbey').join(' '), { allow24: true })).toEqual([
      'MNEMONIC_ALL_WORDS_EQUAL',
      'MNEMONIC_NO_CHECKSUM',
      'MNEMONIC_ZERO_PADDED',
    ])
  })
})

describe('seeds', () => {
  it('of other lengths and kinds are refused', () => {
    for (const length of [0, 4, 15, 17, 20, 31, 64]) {
      expect(codeOf(() => encodePhrase(new Uint8Array(length)))).toBe('MNEMONIC_BAD_SEED_LENGTH')
    }
    for (const length of [0, 3, 5, 1028]) {
      expect(codeOf(() => encodeWords(new Uint8Array(length)))).toBe('MNEMONIC_BAD_SEED_LENGTH')
    }
    for (const value of [undefined, null, seed, { length: 16 }]) {
      expect(codeOf(() => encodePhrase(value as never))).toBe('MNEMONIC_BAD_SEED')
    }
    const wiped = SecretBytes.from(new Uint8Array(16))
    wiped.wipe()
    expect(codeOf(() => encodePhrase(wiped))).toBe('BYTES_SECRET_WIPED')
  })

  it('are not changed by encoding', () => {
    const secret = SecretBytes.from(hexToBytes(seed))
    expect(encodePhrase(secret)).toBe(phrase)
    expect(hexOf(secret)).toBe(seed)
  })
})

it('refuses what is no word list', () => {
  const short = { ...english, words: 'a b c' }
  const twice = { ...english, words: english.words.replace('abbey', 'zoom') }
  for (const language of [short, twice, {}, 'German', 1, { ...english, prefixLength: 0 }]) {
    expect(codeOf(() => decodePhrase(phrase, { language: language as never }))).toBe('MNEMONIC_BAD_WORD_LIST')
  }
})
