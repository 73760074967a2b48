import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { languageNames, loadWordList } from '../src/languages.ts'
import { wordsOf } from '../src/wordlist.ts'
import { lists, vectors } from './lists.ts'

/** SHA-256 of the words joined by a line feed, as the protocol page lists them. */
const sha256: Record<string, string> = {
  English: '998df55cb16d2318130c5cf7e9d4408247c8c4674935ee6e07d53f2f00ccf19b',
  'Chinese (simplified)': 'a59c728abd8481ca0b8745e68630ec6a9209304efcef9f5530a1c82cb529f67c',
  Dutch: '2ffcdd53f50a125f2a8c15f6a43438a471821289b61db594bd814982640334e7',
  Esperanto: 'c63babcbf7ad9bee7864470dbd0692bce93b66926ee9f2c932363c1cbc8e7597',
  French: '2a55ea07dfe12068a3f6b83751ca299e468a6fe875686855094eef226d3ea37f',
  German: '075b4ffbabe753e2d58206df7812afa4df03ab8b871381ce1c4f17204d6bdb82',
  Italian: '4c580dd95afb208806618b4427454dd266fecef6682ef1aefef4df0a2b5471f2',
  Japanese: '792fbb8305d73a3ac7a3cffcd98cb81e31baefcc469f98c1434cb3f62ecf83b4',
  Lojban: 'b754cdcf4d43b3d74f0718c2248c4bdaf53d43c9fde43b8c6597e83936e7c83b',
  Portuguese: 'ec5b2cf062f3f2185a1caec7508a89dcba59b6f57e5244e5d9d38d53a80ba910',
  Russian: '79debc65deb57dba8b8cc2d9e39c989cc9f24603e30ca79d68b63e4f8ea29c91',
  Spanish: 'a9cdd2935fd52fd2c65a3c943ebcf26f1f69d969e13ab2b763001b34dfc02e18',
}

describe.each(lists)('$name', (list) => {
  const words = wordsOf(list)

  it('has the pinned words', () => {
    expect(createHash('sha256').update(words.join('\n')).digest('hex')).toBe(sha256[list.name])
    expect(new Set(words).size).toBe(1626)
    for (const word of words) expect(word).toBe(word.normalize('NFC'))
  })

  it('is as the known answers say', () => {
    const entry = vectors.word_lists.find((w: Record<string, unknown>) => w.english_name === list.name)
    expect(entry).toMatchObject({
      native_name: list.nativeName,
      prefix_length: list.prefixLength,
      words: words.length,
      first: words[0],
      last: words.at(-1),
      sha256_newline_joined: sha256[list.name],
      joined_utf8_bytes: Buffer.byteLength(words.join('\n')),
    })
  })

  it('loads by both its names', async () => {
    expect(await loadWordList(list.name)).toBe(list)
    expect(await loadWordList(list.nativeName)).toBe(list)
  })
})

it('refuses unknown languages', async () => {
  for (const name of ['Klingon', 'english', '', null, undefined, 1]) {
    await expect(loadWordList(name as string)).rejects.toMatchObject({ code: 'MNEMONIC_UNKNOWN_LANGUAGE' })
  }
})

it('has an entry point for every list, and no other list', () => {
  const { exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const files = readdirSync(new URL('../src/wordlists', import.meta.url)).map((file) => file.replace('.ts', ''))
  expect(files.length).toBe(lists.length)
  expect(languageNames).toEqual(lists.map((list) => list.name))
  for (const file of files) {
    expect(exports[`./${file}`]).toEqual({
      '@sessionkit/source': `./src/wordlists/${file}.ts`,
      types: `./dist/wordlists/${file}.d.ts`,
      default: `./dist/wordlists/${file}.js`,
    })
  }
})
