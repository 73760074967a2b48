import { SecretBytes } from '@sessionkit/bytes'
import { crc32 } from './crc32.ts'
import { MnemonicError } from './error.ts'
import { splitWords } from './split.ts'
import { type PreparedList, prepare, WORDS_IN_LIST, type WordList } from './wordlist.ts'
import { english } from './wordlists/english.ts'

/** The most bytes that `encodeWords` takes. */
export const MAX_WORDS_BYTES = 1024
/** The longest text, in UTF-16 code units, that `decodeWords` takes. */
export const MAX_WORDS_LENGTH = 32_768

const N = WORDS_IN_LIST

export interface EncodeWordsOptions {
  /** English when absent. */
  readonly language?: WordList | undefined
  /** Whether a checksum word is appended. Default `false`. */
  readonly checksum?: boolean | undefined
}

export interface DecodeWordsOptions {
  /** English when absent. */
  readonly language?: WordList | undefined
}

/**
 * Any 4·m bytes as 3·m words; recovery phrases use `encodePhrase` instead.
 *
 * Throws `MNEMONIC_BAD_SEED` and `MNEMONIC_BAD_SEED_LENGTH` (none, not a multiple of 4, or over `MAX_WORDS_BYTES`).
 * Protocol page 01, sections 3.1 to 3.4.
 */
export function encodeWords(bytes: SecretBytes | Uint8Array, options: EncodeWordsOptions = {}): string[] {
  const data = seedBytes(bytes)
  if (data.length === 0 || data.length % 4 !== 0 || data.length > MAX_WORDS_BYTES) {
    throw new MnemonicError(
      'MNEMONIC_BAD_SEED_LENGTH',
      `expected a multiple of 4 bytes up to ${MAX_WORDS_BYTES}, got ${data.length}`,
    )
  }
  const list = prepare(options.language ?? english)
  const indices: number[] = []
  for (let i = 0; i < data.length; i += 4) {
    const v = (data[i]! | (data[i + 1]! << 8) | (data[i + 2]! << 16) | (data[i + 3]! << 24)) >>> 0
    const a = v % N
    const b = (Math.floor(v / N) + a) % N
    const c = (Math.floor(v / (N * N)) + b) % N
    indices.push(a, b, c)
  }
  if (options.checksum === true) indices.push(checksumIndex(indices, list.rawPrefixes))
  const words = indices.map((index) => list.words[index]!)
  indices.fill(0)
  return words
}

/**
 * The bytes of 3·m words, or of 3·m+1 words where the last is the checksum word, in libsession's order of checks:
 * count; each word and each triple from the left; the checksum word; the checksum.
 *
 * Throws `MNEMONIC_WRONG_WORD_COUNT`, `_UNKNOWN_WORD`, `_AMBIGUOUS_WORD`, `_OVERFLOW`, `_CHECKSUM`, `_INPUT_TOO_LONG`.
 * Protocol page 01, sections 3.3 to 3.8.
 */
export function decodeWords(words: string, options: DecodeWordsOptions = {}): SecretBytes {
  const typed = splitWords(words, MAX_WORDS_LENGTH)
  if (typed.length < 3 || typed.length % 3 === 2) {
    throw new MnemonicError(
      'MNEMONIC_WRONG_WORD_COUNT',
      `expected a multiple of 3 words, or one more for the checksum, got ${typed.length}`,
      { index: typed.length },
    )
  }
  if (typed.length > (MAX_WORDS_BYTES / 4) * 3 + 1) {
    throw new MnemonicError('MNEMONIC_TOO_MANY_WORDS', `too many words: ${typed.length}`, {
      index: (MAX_WORDS_BYTES / 4) * 3 + 1,
    })
  }
  return decodeSplit(typed, prepare(options.language ?? english)).seed
}

interface DecodedWords {
  readonly seed: SecretBytes
  readonly allEqual: boolean
  readonly hasChecksum: boolean
  /** The checksum word is the one of case-folded prefixes, not the one that Monero's rule gives. */
  readonly foldedChecksum: boolean
}

/** Decodes words whose count has been checked. */
export function decodeSplit(typed: readonly string[], list: PreparedList): DecodedWords {
  const dataWords = typed.length - (typed.length % 3)
  const bytes = new Uint8Array((dataWords / 3) * 4)
  const indices = new Uint16Array(dataWords)
  try {
    for (let i = 0, at = 0; i < dataWords; i += 3, at += 4) {
      const a = lookUp(list, typed, i)
      const b = lookUp(list, typed, i + 1)
      const c = lookUp(list, typed, i + 2)
      // At most N³ - 1, far below 2^53.
      const x = a + N * ((N - a + b) % N) + N * N * ((N - b + c) % N)
      if (x >= 2 ** 32) {
        throw new MnemonicError('MNEMONIC_OVERFLOW', `words ${i + 1} to ${i + 3} cannot follow each other`, {
          index: i,
        })
      }
      bytes[at] = x
      bytes[at + 1] = x >>> 8
      bytes[at + 2] = x >>> 16
      bytes[at + 3] = x >>> 24
      indices.set([a, b, c], i)
    }
    const hasChecksum = typed.length > dataWords
    const foldedChecksum = hasChecksum && checkChecksum(list, typed, indices)
    const allEqual = indices.every((index) => index === indices[0])
    return { seed: SecretBytes.take(bytes), allEqual, hasChecksum, foldedChecksum }
  } catch (error) {
    bytes.fill(0)
    throw error
  } finally {
    indices.fill(0)
  }
}

/** Throws unless the last word is the checksum word; answers whether it is so by the folded rule only. */
function checkChecksum(list: PreparedList, typed: readonly string[], indices: Uint16Array): boolean {
  const position = indices.length
  const actual = lookUp(list, typed, position)
  if (actual === checksumIndex(indices, list.rawPrefixes)) return false
  if (actual === checksumIndex(indices, list.foldedPrefixes)) return true
  throw new MnemonicError('MNEMONIC_CHECKSUM', 'the last word does not match: a word is wrong or out of place', {
    index: position,
  })
}

function lookUp(list: PreparedList, typed: readonly string[], position: number): number {
  const found = list.find(typed[position]!)
  if (typeof found === 'number') return found
  if (found === 'ambiguous') {
    throw new MnemonicError('MNEMONIC_AMBIGUOUS_WORD', `word ${position + 1} could be two words: write it in full`, {
      index: position,
    })
  }
  throw new MnemonicError('MNEMONIC_UNKNOWN_WORD', `word ${position + 1} is not in the ${list.name} word list`, {
    index: position,
  })
}

function checksumIndex(indices: ArrayLike<number>, prefixes: readonly Uint8Array[]): number {
  const parts = Array.from(indices, (index) => prefixes[index]!)
  return indices[crc32(parts) % indices.length]!
}

/** The live bytes of a seed, not copied. */
export function seedBytes(seed: SecretBytes | Uint8Array): Uint8Array {
  const bytes = seed instanceof SecretBytes ? seed.reveal() : seed
  if (bytes instanceof Uint8Array) return bytes
  throw new MnemonicError('MNEMONIC_BAD_SEED', 'seed: expected SecretBytes or a Uint8Array')
}
