import type { SecretBytes } from '@sessionkit/bytes'
import { MnemonicError } from './error.ts'
import { splitWords } from './split.ts'
import { prepare, type WordList } from './wordlist.ts'
import { english } from './wordlists/english.ts'
import { decodeSplit, encodeWords, seedBytes } from './words.ts'

/** The longest text, in UTF-16 code units, that `decodePhrase` takes. */
export const MAX_PHRASE_LENGTH = 4096

export interface EncodePhraseOptions {
  /** English when absent: what every present client makes and expects. */
  readonly language?: WordList | undefined
  /** `false` leaves the checksum word out: 12 or 24 words. Default `true`. */
  readonly checksum?: boolean | undefined
}

export interface DecodePhraseOptions {
  /** English when absent: no client stores the language of a phrase. */
  readonly language?: WordList | undefined
  /** Accept 12 words, a phrase without its checksum word, whose typing errors go unnoticed. */
  readonly allow12?: boolean | undefined
  /** Accept 25 words, and 24 without the checksum word. */
  readonly allow24?: boolean | undefined
  /** Accept 25 words. */
  readonly allow25?: boolean | undefined
}

/**
 * - `MNEMONIC_ALL_WORDS_EQUAL`: one word, repeated. A valid phrase that anybody may guess.
 * - `MNEMONIC_NO_CHECKSUM`: 12 or 24 words; a wrong word gives another account, not an error.
 * - `MNEMONIC_ZERO_PADDED`: 16 bytes and 16 zero bytes, the same account as the phrase of the first 13 words' seed.
 * - `MNEMONIC_FOLDED_CHECKSUM`: the checksum word is that of the newest libsession, not that of Monero (German only).
 */
export type PhraseWarning =
  | 'MNEMONIC_ALL_WORDS_EQUAL'
  | 'MNEMONIC_NO_CHECKSUM'
  | 'MNEMONIC_ZERO_PADDED'
  | 'MNEMONIC_FOLDED_CHECKSUM'

export interface DecodedPhrase {
  /** 16 or 32 bytes. */
  readonly seed: SecretBytes
  /** What a person should be told; empty for an ordinary phrase. */
  readonly warnings: readonly PhraseWarning[]
}

/**
 * The recovery phrase of a seed: 13 words for 16 bytes, 25 for 32; one fewer with `checksum: false`.
 *
 * Official clients accept 13 words only. German uses Monero's checksum word. Throws `MNEMONIC_BAD_SEED` and
 * `MNEMONIC_BAD_SEED_LENGTH`. Protocol page 01, section 3.
 */
export function encodePhrase(seed: SecretBytes | Uint8Array, options: EncodePhraseOptions = {}): string {
  const { length } = seedBytes(seed)
  if (length !== 16 && length !== 32) {
    throw new MnemonicError('MNEMONIC_BAD_SEED_LENGTH', `seed: expected 16 or 32 bytes, got ${length}`)
  }
  return encodeWords(seed, { language: options.language, checksum: options.checksum ?? true }).join(' ')
}

/**
 * The seed of a recovery phrase: 16 bytes for 13 words, and for the lengths that options allow.
 *
 * Only the beginning of each word counts, in either case. Throws, in this order, `MNEMONIC_NOT_TEXT`,
 * `_INPUT_TOO_LONG`, `_TOO_FEW_WORDS`, `_TOO_MANY_WORDS` or `_WRONG_WORD_COUNT`, `_UNKNOWN_WORD`, `_AMBIGUOUS_WORD` or
 * `_OVERFLOW` from the left, `_CHECKSUM`; the error's `index` says which word. Protocol page 01, section 3.8.
 */
export function decodePhrase(phrase: string, options: DecodePhraseOptions = {}): SecretBytes {
  return decodePhraseDetailed(phrase, options).seed
}

/** As `decodePhrase`, with warnings about phrases that are valid and still worth a word. */
export function decodePhraseDetailed(phrase: string, options: DecodePhraseOptions = {}): DecodedPhrase {
  const typed = splitWords(phrase, MAX_PHRASE_LENGTH)
  checkCount(typed.length, options)
  const decoded = decodeSplit(typed, prepare(options.language ?? english))
  const bytes = decoded.seed.reveal()
  const warnings: PhraseWarning[] = []
  if (decoded.allEqual) warnings.push('MNEMONIC_ALL_WORDS_EQUAL')
  if (!decoded.hasChecksum) warnings.push('MNEMONIC_NO_CHECKSUM')
  if (bytes.length === 32 && bytes.subarray(16).every((byte) => byte === 0)) warnings.push('MNEMONIC_ZERO_PADDED')
  if (decoded.foldedChecksum) warnings.push('MNEMONIC_FOLDED_CHECKSUM')
  return { seed: decoded.seed, warnings }
}

function checkCount(count: number, { allow12, allow24, allow25 }: DecodePhraseOptions): void {
  const long = allow24 === true || allow25 === true
  const allowed = [...(allow12 ? [12] : []), 13, ...(allow24 ? [24] : []), ...(long ? [25] : [])]
  if (allowed.includes(count)) return
  const expected = `expected ${allowed.join(' or ')} words, got ${count}`
  const most = long ? 25 : 13
  if (count < 13) throw new MnemonicError('MNEMONIC_TOO_FEW_WORDS', expected, { index: count })
  if (count > most) throw new MnemonicError('MNEMONIC_TOO_MANY_WORDS', expected, { index: most })
  throw new MnemonicError('MNEMONIC_WRONG_WORD_COUNT', expected, { index: count })
}
