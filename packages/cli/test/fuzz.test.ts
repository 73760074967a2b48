import { readFileSync } from 'node:fs'
import { bytesToBase64, bytesToHex } from '@sessionkit/bytes'
import { ready } from '@sessionkit/crypto'
import { encodePhrase } from '@sessionkit/mnemonic'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { runVectors } from '../src/index.ts'
import { inspectBytes } from '../src/inspect/bytes.ts'
import { inspectText } from '../src/inspect/text.ts'

beforeAll(() => ready)

/** A small seeded generator, so that a failure can be had again. */
function generator(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../vectors/${name}.json`, import.meta.url), 'utf8'))

describe('inspect', () => {
  it('says something about 10,000 random and changed byte strings', () => {
    const below = generator(7)
    const onion = Buffer.from(read('libsession-onion').operations.onion_request[0].request, 'hex')
    const samples = [new Uint8Array(onion), new TextEncoder().encode('d1:ai1e1:bl2:xyee'), new Uint8Array(33).fill(5)]
    for (let i = 0; i < 10_000; i++) {
      const sample = samples[below(samples.length)]!
      const bytes =
        i % 2 === 0 ? new Uint8Array(below(120)).map(() => below(256)) : sample.slice(0, sample.length - below(3))
      if (i % 2 === 1) bytes[below(bytes.length)] = below(256)
      const { kind, title } = inspectBytes(bytes)
      expect(kind.length * title.length).toBeGreaterThan(0)
    }
  })

  it('never throws for a text', async () => {
    const phrase = encodePhrase(new Uint8Array(16))
    const text = fc.oneof(
      fc.string({ maxLength: 200, unit: 'binary' }),
      fc.json(),
      fc.uint8Array().map(bytesToHex),
      fc.uint8Array().map((bytes) => bytesToBase64(bytes)),
      fc
        .tuple(fc.nat(phrase.length), fc.string({ maxLength: 3 }))
        .map(([at, extra]) => phrase.slice(0, at) + extra + phrase.slice(at)),
    )
    const property = fc.asyncProperty(text, async (given) => {
      const finding = await inspectText(given)
      expect(finding === null || typeof finding.title === 'string').toBe(true)
    })
    await fc.assert(property, { numRuns: 500, seed: 11 })
  })
})

describe('the runner', () => {
  it('reports whatever an entry holds, and never throws', async () => {
    const files = [
      'libsession-crypto',
      'libsession-groups',
      'libsession-onion',
      'libsession-session-protocol',
      'libsession-xed25519',
      'storage',
    ]
    const below = generator(13)
    const values = [null, true, -1, 1e21, '', 'zz', '00', 'ab'.repeat(40), [], [[]], {}, { a: null }]
    for (const stem of files) {
      const file = read(stem)
      const operations = Object.fromEntries(
        Object.entries<Record<string, unknown>[]>(file.operations).map(([name, entries]) => [
          name,
          Array.from({ length: 60 }, () => {
            const entry = structuredClone(entries[below(entries.length)]!)
            const fields = Object.keys(entry)
            entry[fields[below(fields.length)]!] = values[below(values.length)]
            return entry
          }),
        ]),
      )
      const report = await runVectors(`${stem}.json`, { ...file, operations })
      for (const { passed, failed, unsupported, failures } of report.operations) {
        expect(passed + failed + unsupported).toBe(60)
        expect(failures.filter(({ detail }) => /^(TypeError|RangeError)/.test(detail))).toEqual([])
      }
    }
  })

  it('takes any JSON for a file', async () => {
    const property = fc.asyncProperty(fc.jsonValue(), async (content) => {
      const { operations, refused } = await runVectors('identity.json', content)
      expect(refused !== null || operations.length > 0).toBe(true)
    })
    await fc.assert(property, { numRuns: 200, seed: 17 })
  })
})
