import { readFileSync } from 'node:fs'
import type { WordList } from '../src/index.ts'
import { chineseSimplified } from '../src/wordlists/chinese-simplified.ts'
import { dutch } from '../src/wordlists/dutch.ts'
import { english } from '../src/wordlists/english.ts'
import { esperanto } from '../src/wordlists/esperanto.ts'
import { french } from '../src/wordlists/french.ts'
import { german } from '../src/wordlists/german.ts'
import { italian } from '../src/wordlists/italian.ts'
import { japanese } from '../src/wordlists/japanese.ts'
import { lojban } from '../src/wordlists/lojban.ts'
import { portuguese } from '../src/wordlists/portuguese.ts'
import { russian } from '../src/wordlists/russian.ts'
import { spanish } from '../src/wordlists/spanish.ts'

export const vectors = JSON.parse(readFileSync(new URL('../../../vectors/identity.json', import.meta.url), 'utf8'))

export const lists: readonly WordList[] = [
  english,
  chineseSimplified,
  dutch,
  esperanto,
  french,
  german,
  italian,
  japanese,
  lojban,
  portuguese,
  russian,
  spanish,
]

/** The list that a known answer names: in English, or by the vector file's identifier. */
export function listOf(name: string): WordList {
  const entry = vectors.word_lists.find((w: Record<string, unknown>) => w.id === name || w.english_name === name)
  const found = lists.find((list) => list.name === entry?.english_name)
  if (found === undefined) throw new Error(`no list ${name}`)
  return found
}
