import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as index from '../src/index.ts'
import { english, suggestWords } from '../src/index.ts'
import { wordsOf } from '../src/wordlist.ts'
import { chineseSimplified } from '../src/wordlists/chinese-simplified.ts'
import { german } from '../src/wordlists/german.ts'
import { spanish } from '../src/wordlists/spanish.ts'
import { codeOf } from './code-of.ts'
import { lists } from './lists.ts'

describe('suggestions', () => {
  it('put the likely word first', () => {
    expect(suggestWords('bufet')[0]).toBe('buffet')
    expect(suggestWords('bfufet')[0]).toBe('buffet')
    expect(suggestWords('PYTHN')[0]).toBe('python')
    expect(suggestWords('symtoms')[0]).toBe('symptoms')
    expect(suggestWords('abaco', { language: spanish })[0]).toBe('ábaco')
    expect(suggestWords('flosss', { language: german })[0]).toBe('Floß')
  })

  it('are few, and none when nothing is near', () => {
    expect(suggestWords('bufet', { limit: 1 })).toEqual(['buffet'])
    expect(suggestWords('bufet', { limit: 0 })).toEqual([])
    expect(suggestWords('xxxxxxxxxxxxxxxx')).toEqual([])
    expect(suggestWords('')).toEqual([])
    expect(suggestWords(undefined as never)).toEqual([])
    expect(suggestWords('猫', { language: chineseSimplified })).toEqual([])
  })

  it('are refused for a language that is none', () => {
    for (const language of [1, 'x', {}, { words: 1 }]) {
      expect(codeOf(() => suggestWords('bufet', { language: language as never }))).toBe('MNEMONIC_BAD_WORD_LIST')
    }
  })

  it('are always words of the list', () => {
    const sets = new Map(lists.map((language) => [language, new Set(wordsOf(language))]))
    fc.assert(
      fc.property(fc.constantFrom(...lists), fc.string({ unit: 'grapheme', maxLength: 12 }), (language, text) => {
        const found = suggestWords(text, { language, limit: 9 })
        expect(found.length).toBeLessThanOrEqual(9)
        for (const word of found) expect(sets.get(language)!.has(word)).toBe(true)
      }),
    )
  })

  it('find any English word after one slip', () => {
    const words = wordsOf(english)
    fc.assert(
      fc.property(fc.nat(words.length - 1), fc.nat(), (at, where) => {
        const word = words[at]!
        const i = 1 + (where % (word.length - 1))
        const slip = word.slice(0, i) + word.slice(i + 1)
        expect(suggestWords(slip, { limit: 40 })).toContain(word)
      }),
    )
  })
})

it('exports these names', () => {
  expect(Object.keys(index).sort()).toEqual([
    'MAX_PHRASE_LENGTH',
    'MAX_WORDS_BYTES',
    'MAX_WORDS_LENGTH',
    'MnemonicError',
    'WORDS_IN_LIST',
    'decodePhrase',
    'decodePhraseDetailed',
    'decodeWords',
    'encodePhrase',
    'encodeWords',
    'english',
    'suggestWords',
  ])
})
