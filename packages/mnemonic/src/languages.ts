import { MnemonicError } from './error.ts'
import type { WordList } from './wordlist.ts'

const loaders: readonly (readonly [name: string, nativeName: string, load: () => Promise<WordList>])[] = [
  ['English', 'English', () => import('./wordlists/english.ts').then((m) => m.english)],
  [
    'Chinese (simplified)',
    '简体中文 (中国)',
    () => import('./wordlists/chinese-simplified.ts').then((m) => m.chineseSimplified),
  ],
  ['Dutch', 'Nederlands', () => import('./wordlists/dutch.ts').then((m) => m.dutch)],
  ['Esperanto', 'Esperanto', () => import('./wordlists/esperanto.ts').then((m) => m.esperanto)],
  ['French', 'Français', () => import('./wordlists/french.ts').then((m) => m.french)],
  ['German', 'Deutsch', () => import('./wordlists/german.ts').then((m) => m.german)],
  ['Italian', 'Italiano', () => import('./wordlists/italian.ts').then((m) => m.italian)],
  ['Japanese', '日本語', () => import('./wordlists/japanese.ts').then((m) => m.japanese)],
  ['Lojban', 'Lojban', () => import('./wordlists/lojban.ts').then((m) => m.lojban)],
  ['Portuguese', 'Português', () => import('./wordlists/portuguese.ts').then((m) => m.portuguese)],
  ['Russian', 'русский язык', () => import('./wordlists/russian.ts').then((m) => m.russian)],
  ['Spanish', 'Español', () => import('./wordlists/spanish.ts').then((m) => m.spanish)],
]

/** The English names of the languages, English first. */
export const languageNames: readonly string[] = loaders.map(([name]) => name)

/**
 * Loads the list of a language by its exact English or native name, `German` or `Deutsch`.
 *
 * Rejects with `MNEMONIC_UNKNOWN_LANGUAGE`. A program that knows its language imports that one module instead.
 * Protocol page 01, section 3.6.
 */
export async function loadWordList(name: string): Promise<WordList> {
  const found = loaders.find(([english, native]) => name === english || name === native)
  if (found === undefined) {
    throw new MnemonicError('MNEMONIC_UNKNOWN_LANGUAGE', `language: expected one of ${languageNames.join(', ')}`)
  }
  return await found[2]()
}
