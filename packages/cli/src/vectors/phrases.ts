import { bytesToHex, utf8ToBytes } from '@sessionkit/bytes'
import { sha256 } from '@sessionkit/crypto'
import {
  decodePhrase,
  decodeWords,
  encodePhrase,
  encodeWords,
  english,
  MnemonicError,
  type WordList,
} from '@sessionkit/mnemonic'
import { languageNames, loadWordList } from '@sessionkit/mnemonic/languages'
import { expectAccount } from './account.ts'
import { bytes, flag, has, list, object, text } from './entry.ts'
import { expectField, expectRefusal, expectSame } from './expect.ts'
import { Mismatch, Unsupported } from './outcome.ts'
import type { VectorHandler } from './runner.ts'

/** The recovery phrases of `identity.json`, protocol page 01, section 3. */
export const phraseHandlers: Readonly<Record<string, VectorHandler>> = {
  word_lists: async (entry) => {
    const name = text(entry, 'english_name')
    const found = await loadWordList(name).catch((error: unknown) => {
      if (error instanceof MnemonicError && error.code === 'MNEMONIC_UNKNOWN_LANGUAGE') return undefined
      throw error
    })
    // A list that libsession does not have is one that we refuse as it does; its other fields say what we do without.
    if (has(entry, 'in_libsession_2026')) {
      if (flag(entry, 'in_libsession_2026') && found === undefined) throw new Unsupported(`word list ${name}`)
      expectField(entry, 'in_libsession_2026', found !== undefined)
    } else if (found === undefined) throw new Unsupported(`word list ${name}`)
    if (found === undefined) return
    const words = found.words.split(' ')
    const joined = utf8ToBytes(words.join('\n'))
    expectField(entry, 'id', idOf(found.name))
    expectField(entry, 'native_name', found.nativeName)
    expectField(entry, 'prefix_length', found.prefixLength)
    expectField(entry, 'words', words.length)
    expectField(entry, 'first', words[0])
    expectField(entry, 'last', words.at(-1))
    expectField(entry, 'sha256_newline_joined', sha256(joined))
    expectField(entry, 'joined_utf8_bytes', joined.length)
    expectSame('by its native name', found.name, (await loadWordList(found.nativeName)).name)
  },

  phrases_english: (entry) => {
    const seed = bytes(entry, 'seed')
    expectField(entry, 'seed', seedOf(text(entry, 'phrase')))
    expectField(entry, 'phrase', encodePhrase(seed))
    expectAccount(entry, seed)
  },

  encode_48_words_no_checksum: async (entry) => {
    const seed = bytes(entry, 'seed')
    const byLanguage = object(entry, 'words')
    for (const name of Object.keys(byLanguage)) {
      const language = await listOf(name)
      expectField(byLanguage, name, encodeWords(seed, { language }).join(' '), `words.${name}`)
      expectSame(`seed from ${name}`, entry.seed, decodeWords(text(byLanguage, name), { language }).copy())
    }
  },

  phrases_all_languages_16_bytes: async (entry) => {
    const seed = bytes(entry, 'seed')
    const byLanguage = object(entry, 'phrases')
    for (const id of Object.keys(byLanguage)) {
      const phrase = object(byLanguage, id)
      const language = await listOf(id)
      const words = text(phrase, 'words')
      expectField(phrase, 'words', encodePhrase(seed, { language, checksum: false }), `phrases.${id}.words`)
      const ours = encodePhrase(seed, { language }).split(' ').at(-1)
      expectField(phrase, 'checksum_raw_prefix', ours, `phrases.${id}.checksum_raw_prefix`)
      for (const rule of ['checksum_raw_prefix', 'checksum_casefold_prefix']) {
        if (!has(phrase, rule)) continue
        // The checksum word repeats a data word; as a prefix alone, others would do.
        expectSame(`phrases.${id}.${rule} repeats a word`, true, words.split(' ').includes(text(phrase, rule)))
        const got = decodePhrase(`${words} ${text(phrase, rule)}`, { language }).copy()
        expectSame(`phrases.${id}: seed with ${rule}`, entry.seed, got)
      }
    }
  },

  accept_english: (entry) => {
    expectField(entry, 'seed', seedOf(text(entry, 'phrase')))
  },

  reject_english: (entry) => {
    const phrase = text(entry, 'phrase')
    expectRefusal('decodePhrase', () => decodePhrase(phrase, anyLength))
    // The generic decoder checks in libsession's order, whatever the number of words.
    const error = expectRefusal('decodeWords', () => decodeWords(phrase)) as MnemonicError
    const expected = text(entry, 'error')
    const names = Object.keys(errorNames).filter((name) => errorNames[name]!.includes(error.code))
    if (!Object.hasOwn(errorNames, expected)) throw new Unsupported(`error ${expected}`)
    expectField(entry, 'error', names.length === 1 ? names[0] : error.code)
    const words = phrase.trim().split(/\s+/)
    expectField(entry, 'word', words[error.index ?? -1])
    if (has(entry, 'value')) expectField(entry, 'value', tripleValue(words.slice(error.index, (error.index ?? 0) + 3)))
  },

  chunk_arithmetic: (entry) => {
    const chunk = bytes(entry, 'bytes')
    const words = encodeWords(chunk)
    const all = english.words.split(' ')
    const indices = words.map((word) => all.indexOf(word))
    expectField(entry, 'english', words)
    expectField(entry, 'indices', indices)
    expectField(entry, 'little_endian_u32', tripleValue(words))
    expectField(entry, 'bytes', decodeWords(words.join(' ')).copy())
  },

  german_casefold_collisions: async (entry) => {
    const language = await listOf('German')
    const all = language.words.split(' ')
    for (const [i, pair] of list(entry, 'pairs').entries()) {
      if (!Array.isArray(pair)) throw new Mismatch(`pairs[${i}]: not a list`)
      const seeds = pair.map((item, j) => {
        const path = `pairs[${i}][${j}]`
        if (!Array.isArray(item)) throw new Mismatch(`${path}: not a list`)
        const [index, word] = item as readonly unknown[]
        if (typeof word !== 'string') throw new Mismatch(`${path}: no word`)
        expectSame(path, index, all.indexOf(word))
        // A triple of one word is the word's own index: the same word must come back.
        const seed = decodeWords(`${word} ${word} ${word}`, { language }).copy()
        expectSame(`${path} decoded and encoded`, word, encodeWords(seed, { language })[0])
        return bytesToHex(seed)
      })
      expectSame(`pairs[${i}]: different seeds`, seeds.length, new Set(seeds).size)
    }
  },
}

const anyLength = { allow12: true, allow24: true, allow25: true }

const seedOf = (phrase: string): Uint8Array => decodePhrase(phrase, anyLength).copy()

const errorNames: Readonly<Record<string, readonly string[]>> = {
  checksum: ['MNEMONIC_CHECKSUM'],
  unknown_word: ['MNEMONIC_UNKNOWN_WORD'],
  word_count: ['MNEMONIC_WRONG_WORD_COUNT', 'MNEMONIC_TOO_FEW_WORDS', 'MNEMONIC_TOO_MANY_WORDS'],
  overflow: ['MNEMONIC_OVERFLOW'],
}

const idOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z]+/g, '_')
    .replace(/_$/, '')

/** A list by its English name or by its id in the files. */
async function listOf(name: string): Promise<WordList> {
  const found = languageNames.find((each) => each === name || idOf(each) === name)
  if (found === undefined) throw new Unsupported(`word list ${name}`)
  return await loadWordList(found)
}

/** The number that three English words stand for. Protocol page 01, section 3.3. */
function tripleValue(words: readonly string[]): number {
  const all = english.words.split(' ')
  const [a, b, c] = words.map((word) => all.indexOf(word)) as [number, number, number]
  const n = all.length
  return a + n * ((n - a + b) % n) + n * n * ((n - b + c) % n)
}
