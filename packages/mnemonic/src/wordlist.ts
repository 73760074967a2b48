import { utf8ToBytes } from '@sessionkit/bytes'
import { MnemonicError } from './error.ts'

/** Words in every list. Three words hold 32 bits, as 1626³ is a little more than 2³². */
export const WORDS_IN_LIST = 1626

/** One language. Its module is `@sessionkit/mnemonic/<language>`. */
export interface WordList {
  /** In English: `German`. */
  readonly name: string
  /** In itself: `Deutsch`. */
  readonly nativeName: string
  /** How many leading code points tell the words apart. */
  readonly prefixLength: number
  /** All 1626, joined by single spaces, in NFC. */
  readonly words: string
}

/** A list made ready: its words, and the maps from what people type to a word's index. */
export interface PreparedList {
  readonly name: string
  readonly words: readonly string[]
  readonly rawPrefixes: readonly Uint8Array[]
  readonly foldedPrefixes: readonly Uint8Array[]
  /** The index of what is typed, or why there is none. */
  readonly find: (typed: string) => number | 'unknown' | 'ambiguous'
}

const ambiguous = -1
const preparedLists = new WeakMap<WordList, PreparedList>()

export const wordsOf = (list: WordList): string[] => list.words.split(' ')

/** Splits and indexes a list at its first use. */
export function prepare(list: WordList): PreparedList {
  const known = typeof list === 'object' && list !== null ? preparedLists.get(list) : undefined
  if (known !== undefined) return known
  const prepared = build(list)
  preparedLists.set(list, prepared)
  return prepared
}

function build(list: WordList): PreparedList {
  const { prefixLength } = list ?? {}
  if (typeof list?.words !== 'string' || !Number.isInteger(prefixLength) || prefixLength! < 1) {
    throw new MnemonicError('MNEMONIC_BAD_WORD_LIST', 'language: expected a word list, such as the english export')
  }
  const words = wordsOf(list)
  const cut = prefixLength!
  const byRaw = new Map<string, number>()
  const byFolded = new Map<string, number>()
  const byWholeFolded = new Map<string, number>()
  words.forEach((word, index) => {
    const folded = fold(word)
    const foldedPrefix = firstCodePoints(folded, cut)
    byRaw.set(firstCodePoints(word, cut), index)
    byFolded.set(foldedPrefix, byFolded.has(foldedPrefix) ? ambiguous : index)
    byWholeFolded.set(folded, byWholeFolded.has(folded) ? ambiguous : index)
  })
  if (words.length !== WORDS_IN_LIST || byRaw.size !== WORDS_IN_LIST) {
    throw new MnemonicError(
      'MNEMONIC_BAD_WORD_LIST',
      `language: expected ${WORDS_IN_LIST} words with distinct prefixes`,
    )
  }
  const find = (typed: string): number | 'unknown' | 'ambiguous' => {
    const raw = byRaw.get(firstCodePoints(typed, cut))
    if (raw !== undefined) return raw
    const folded = fold(typed)
    const index = byFolded.get(firstCodePoints(folded, cut))
    if (index === undefined) return 'unknown'
    if (index !== ambiguous) return index
    // German: the prefix alone does not say which of two words it is, the whole word may.
    const whole = byWholeFolded.get(folded)
    return whole === undefined || whole === ambiguous ? 'ambiguous' : whole
  }
  return {
    name: String(list.name),
    words,
    rawPrefixes: words.map((word) => utf8ToBytes(firstCodePoints(word, cut))),
    foldedPrefixes: words.map((word) => utf8ToBytes(firstCodePoints(fold(word), cut))),
    find,
  }
}

/** Unicode case folding, as far as words go: through upper case, so that `ß` becomes `ss`. */
export const fold = (text: string): string => text.toUpperCase().toLowerCase()

function firstCodePoints(text: string, count: number): string {
  let end = 0
  for (let n = 0; n < count && end < text.length; n++) end += text.codePointAt(end)! > 0xffff ? 2 : 1
  return text.slice(0, end)
}
