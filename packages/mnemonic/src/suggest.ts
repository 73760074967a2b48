import { MnemonicError } from './error.ts'
import { fold, type WordList, wordsOf } from './wordlist.ts'
import { english } from './wordlists/english.ts'

export interface SuggestWordsOptions {
  /** English when absent. */
  readonly language?: Pick<WordList, 'words'> | undefined
  /** How many at most. Default 5. */
  readonly limit?: number | undefined
}

const maxTyped = 40
const maxDistance = 3

/**
 * Words of the list that a misspelt word may stand for, nearest first: by edit distance with swaps, accents aside.
 *
 * Empty when none is near, and always for lists of single characters. A suggestion is a guess: it must be shown to the
 * person who typed, never put in silently. Never throws for any text; throws `MNEMONIC_BAD_WORD_LIST` for a language
 * that is none.
 */
export function suggestWords(word: string, options: SuggestWordsOptions = {}): string[] {
  if (typeof word !== 'string') return []
  const typed = fold(word.slice(0, maxTyped).normalize('NFC')).trim()
  const bare = withoutMarks(typed)
  const most = Math.min(maxDistance, bare.length - 1)
  if (most < 0) return []
  const found: { candidate: string; near: number; exact: number; index: number }[] = []
  wordsOf(list(options)).forEach((candidate, index) => {
    const folded = fold(candidate)
    const near = editDistance(bare, withoutMarks(folded))
    if (near <= most && near < folded.length) {
      found.push({ candidate, near, exact: editDistance(typed, folded), index })
    }
  })
  found.sort((x, y) => x.near - y.near || x.exact - y.exact || x.index - y.index)
  return found.slice(0, Math.max(0, options?.limit ?? 5)).map(({ candidate }) => candidate)
}

function list(options: SuggestWordsOptions): WordList {
  const language = options?.language ?? english
  if (typeof language.words === 'string') return language as WordList
  throw new MnemonicError('MNEMONIC_BAD_WORD_LIST', 'language: expected a word list, such as the english export')
}

const withoutMarks = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '')

/** Optimal string alignment: insert, delete, replace, swap neighbours. */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > maxDistance) return maxDistance + 1
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2]! + 1)
      row.push(best)
    }
    before = last
    last = row
  }
  return last[b.length]!
}
