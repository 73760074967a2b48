import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { bytesToHex, isSessionKitError, SecretBytes } from '@sessionkit/bytes'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checksumOf } from '../src/shares/checksum.ts'
import { interpolate } from '../src/shares/gf256.ts'
import { shareWords } from '../src/shares/words.ts'
import * as shares from '../src/shares.ts'
import { inspectShare, joinShares, MnemonicError, splitSeed } from '../src/shares.ts'
import { codeOf } from './code-of.ts'

interface JoinCase {
  readonly description: string
  readonly passphrase: string
  readonly shares: string[]
  readonly secret?: string
  readonly rejected?: boolean
}

const file = new URL('../../../vectors/slip39.json', import.meta.url)
const cases = (JSON.parse(readFileSync(file, 'utf8')) as { operations: { join: JoinCase[] } }).operations.join

/** A small seeded generator: the run is the same every time. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const byteSource = (seed: number): ((length: number) => Uint8Array) => {
  const random = generator(seed)
  return (length) => Uint8Array.from({ length }, () => Math.floor(random() * 256))
}

const split = (input: Partial<shares.SplitSeedInput> = {}): string[] =>
  splitSeed({
    seed: Uint8Array.from({ length: 16 }, (_, i) => i),
    threshold: 2,
    count: 3,
    iterationExponent: 0,
    random: byteSource(1),
    ...input,
  })

/** The text with other words and a checksum that matches them. */
function edited(text: string, edit: (words: number[]) => void): string {
  const list = shareWords()
  const words = text.split(' ').map((word) => list.find(word)!)
  edit(words)
  const front = words.slice(0, -3)
  const extendable = ((front[1]! >> 4) & 1) === 1
  return [...front, ...checksumOf(front, extendable)].map((index) => list.words[index]).join(' ')
}

function errorOf(run: () => unknown): MnemonicError {
  try {
    run()
  } catch (error) {
    if (error instanceof MnemonicError) return error
    throw error
  }
  throw new Error('nothing thrown')
}

describe("SLIP-39's own vectors", () => {
  it.each(cases)('$description', ({ shares, passphrase, secret }) => {
    if (secret !== undefined) expect(bytesToHex(joinShares({ shares, passphrase }).reveal())).toBe(secret)
    else expect(codeOf(() => joinShares({ shares, passphrase }))).toMatch(/^MNEMONIC_/)
  })

  it.each([
    ['invalid checksum', 'MNEMONIC_CHECKSUM'],
    ['invalid padding', 'MNEMONIC_BAD_PADDING'],
    ['different identifiers', 'MNEMONIC_SHARES_OF_DIFFERENT_SETS'],
    ['different iteration exponents', 'MNEMONIC_SHARES_OF_DIFFERENT_SETS'],
    ['mismatching group thresholds', 'MNEMONIC_SHARES_OF_DIFFERENT_SETS'],
    ['mismatching group counts', 'MNEMONIC_SHARES_OF_DIFFERENT_SETS'],
    ['greater group threshold than group counts', 'MNEMONIC_BAD_SHARE'],
    ['duplicate member indices', 'MNEMONIC_DUPLICATE_SHARE'],
    ['mismatching member thresholds', 'MNEMONIC_SHARES_OF_DIFFERENT_SETS'],
    ['invalid digest', 'MNEMONIC_WRONG_DIGEST'],
    ['Insufficient number of groups', 'MNEMONIC_TOO_FEW_SHARES'],
    ['insufficient number of members', 'MNEMONIC_TOO_FEW_SHARES'],
    ['insufficient length', 'MNEMONIC_TOO_FEW_WORDS'],
    ['invalid master secret length', 'MNEMONIC_WRONG_WORD_COUNT'],
  ])('%s: %s', (description, code) => {
    const rejected = cases.filter((it) => it.rejected && it.description.includes(description))
    for (const { shares, passphrase } of rejected) expect(codeOf(() => joinShares({ shares, passphrase }))).toBe(code)
  })

  it('the word list is the one whose hash is pinned', () => {
    const { words } = shareWords()
    expect(words.length).toBe(1024)
    expect(new Set(words.map((word) => word.slice(0, 4))).size).toBe(1024)
    expect(createHash('sha256').update(words.join('\n')).digest('hex')).toBe(
      '0e3ea826bde1b1bc77e39a8d9b3682efb2c0946087d911ee6550f29bd12e87c6',
    )
  })
})

describe('splitting and joining', () => {
  const shape = fc.integer({ min: 2, max: 16 }).chain((count) =>
    fc.record({
      count: fc.constant(count),
      threshold: fc.integer({ min: 2, max: count }),
      seed: fc.constantFrom(16, 32).chain((length) => fc.uint8Array({ minLength: length, maxLength: length })),
      order: fc.shuffledSubarray([...Array(count).keys()], { minLength: count, maxLength: count }),
      noise: fc.integer(),
      passphrase: fc.constantFrom('', 'TREZOR', ' ~'),
    }),
  )

  it('any k of n join, also more; fewer are refused', () => {
    fc.assert(
      fc.property(shape, ({ count, threshold, seed, order, noise, passphrase }) => {
        const made = split({ seed, threshold, count, passphrase, random: byteSource(noise) })
        expect(made.length).toBe(count)
        expect(made.every((text) => text.split(' ').length === (seed.length === 16 ? 20 : 33))).toBe(true)
        const picked = order.map((place) => made[place]!)
        const enough = picked.slice(0, threshold)
        expect(joinShares({ shares: enough, passphrase }).reveal()).toEqual(seed)
        expect(joinShares({ shares: picked, passphrase }).reveal()).toEqual(seed)
        const few = picked.slice(0, threshold - 1)
        expect(codeOf(() => joinShares({ shares: few, passphrase }))).toBe('MNEMONIC_TOO_FEW_SHARES')
      }),
      { numRuns: 20, seed: 20261124 },
    )
  })

  it('every pair of five', () => {
    const made = split({ count: 5 })
    for (let a = 0; a < 5; a++) {
      for (let b = 0; b < 5; b++) {
        if (a === b) continue
        const joined = joinShares({ shares: [made[a]!, made[b]!] })
        expect(joined.reveal()).toEqual(Uint8Array.from({ length: 16 }, (_, i) => i))
      }
    }
  })

  it('says what it is, and the same for the same randomness', () => {
    const made = split()
    expect(split()).toEqual(made)
    expect(split({ random: undefined })).not.toEqual(made)
    expect(made.map((text) => inspectShare(text))).toEqual(
      [0, 1, 2].map((memberIndex) => ({
        identifier: expect.any(Number),
        extendable: true,
        iterationExponent: 0,
        groupIndex: 0,
        groupThreshold: 1,
        groupCount: 1,
        memberIndex,
        memberThreshold: 2,
        secretLength: 16,
      })),
    )
    expect(inspectShare(splitSeed({ seed: new Uint8Array(16), threshold: 1, count: 1 })[0]!).iterationExponent).toBe(1)
  })

  it('another passphrase gives another seed, not an error', () => {
    const made = split({ passphrase: 'one' })
    const other = joinShares({ shares: made, passphrase: 'two' })
    expect(other.length).toBe(16)
    expect(other.equals(joinShares({ shares: made, passphrase: 'one' }))).toBe(false)
  })

  it('takes wrapped seeds, any case, the first four letters, and odd white space', () => {
    const seed = new Uint8Array(16).fill(9)
    const made = split({ seed: SecretBytes.from(seed) })
    const typed = made.map((text) => ` ${text.toUpperCase().replaceAll(/([A-Z]{4})[A-Z]*/g, '$1')}\n`)
    expect(joinShares({ shares: typed }).reveal()).toEqual(seed)
  })

  it('one of one', () => {
    const made = split({ threshold: 1, count: 1 })
    expect(joinShares({ shares: made }).length).toBe(16)
  })

  it('GF(256): interpolation agrees with plain arithmetic on tables', () => {
    const log: number[] = []
    const power: number[] = []
    for (let i = 0, x = 1; i < 255; i++) {
      power[i] = x
      log[x] = i
      x ^= x << 1
      if (x > 255) x ^= 0x11b
    }
    const times = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : power[(log[a]! + log[b]!) % 255]!)
    const points = fc.uniqueArray(fc.nat(255), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(points, fc.uint8Array({ minLength: 8, maxLength: 8 }), fc.nat(255), (xs, coefficients, at) => {
        const value = (x: number): number =>
          coefficients.slice(0, xs.length).reduceRight((sum, coefficient) => times(sum, x) ^ coefficient, 0)
        const through = xs.map((x) => ({ x, value: Uint8Array.of(value(x)) }))
        expect(interpolate(through, at)).toEqual(Uint8Array.of(value(at)))
      }),
      { numRuns: 500, seed: 20261124 },
    )
  })
})

describe('refusals', () => {
  it('of what may not be split', () => {
    const codes = (input: Partial<shares.SplitSeedInput>): string => codeOf(() => split(input))
    expect(codes({ seed: new Uint8Array(15) })).toBe('MNEMONIC_BAD_SEED_LENGTH')
    expect(codes({ seed: 'seed' as never })).toBe('MNEMONIC_BAD_SEED')
    for (const [threshold, count] of [
      [1, 2],
      [0, 1],
      [3, 2],
      [2, 17],
      [1.5, 3],
      [NaN, 2],
      ['2', 3],
    ] as [number, number][]) {
      expect(codes({ threshold, count }), `${threshold} of ${count}`).toBe('MNEMONIC_BAD_SHARE_COUNT')
    }
    for (const passphrase of ['pässword', '\n', 'x'.repeat(257), 5 as never]) {
      expect(codes({ passphrase })).toBe('MNEMONIC_BAD_PASSPHRASE')
    }
    for (const iterationExponent of [-1, 16, 0.5]) {
      expect(codes({ iterationExponent })).toBe('MNEMONIC_BAD_ITERATIONS')
    }
    expect(codes({ random: () => new Uint8Array(1) })).toBe('BYTES_WRONG_LENGTH')
  })

  it('of lists, with the place of the share and the word', () => {
    const made = split()
    expect(codeOf(() => joinShares({ shares: [] }))).toBe('MNEMONIC_TOO_FEW_SHARES')
    expect(codeOf(() => joinShares({ shares: 'academic' as never }))).toBe('MNEMONIC_NOT_TEXT')
    expect(codeOf(() => joinShares({ shares: [7 as never] }))).toBe('MNEMONIC_NOT_TEXT')
    expect(codeOf(() => joinShares({ shares: Array(257).fill(made[0]!) }))).toBe('MNEMONIC_TOO_MANY_SHARES')
    expect(codeOf(() => joinShares({ shares: ['x'.repeat(1025)] }))).toBe('MNEMONIC_INPUT_TOO_LONG')
    expect(codeOf(() => joinShares({ shares: [Array(60).fill('academic').join(' ')] }))).toBe('MNEMONIC_TOO_MANY_WORDS')
    for (const word of ['aca', 'academix', 'academics']) {
      const text = made[0]!.split(' ').map((other, i) => (i === 5 ? word : other))
      expect(codeOf(() => inspectShare(text.join(' ')))).toBe('MNEMONIC_UNKNOWN_WORD')
    }
    const wrong = made[1]!
      .split(' ')
      .map((word, i) => (i === 6 ? 'qqqq' : word))
      .join(' ')
    expect(errorOf(() => joinShares({ shares: [made[0]!, wrong] }))).toMatchObject({
      code: 'MNEMONIC_UNKNOWN_WORD',
      share: 1,
      index: 6,
    })
    expect(errorOf(() => joinShares({ shares: [made[0]!, made[0]!] }))).toMatchObject({
      code: 'MNEMONIC_DUPLICATE_SHARE',
      share: 1,
    })
    expect(errorOf(() => joinShares({ shares: [made[0]!, split({ random: byteSource(2) })[1]!] }))).toMatchObject({
      code: 'MNEMONIC_SHARES_OF_DIFFERENT_SETS',
      share: 1,
    })
    expect(errorOf(() => joinShares({ shares: [made[0]!] })).message).toContain('1 of 2 in group 1')
  })

  it('of one needed share given twice with different values', () => {
    const [one, two] = [byteSource(1), byteSource(2)].map((random) => {
      const fixed = (length: number) => (length === 2 ? new Uint8Array(2) : random(length))
      return splitSeed({ seed: random(16), threshold: 1, count: 1, random: fixed })[0]!
    })
    const second = (text: string): string =>
      edited(text, (words) => {
        words[3]! |= 1 << 4
      })
    expect(joinShares({ shares: [one!, second(one!)] }).length).toBe(16)
    expect(codeOf(() => joinShares({ shares: [one!, second(two!)] }))).toBe('MNEMONIC_WRONG_DIGEST')
  })

  it('of a seed in a Buffer, which stays as it was', () => {
    const seed = Buffer.from('00112233445566778899aabbccddeeff', 'hex')
    const made = splitSeed({ seed, threshold: 2, count: 2 })
    expect(seed.toString('hex')).toBe('00112233445566778899aabbccddeeff')
    expect(bytesToHex(joinShares({ shares: made }).reveal())).toBe('00112233445566778899aabbccddeeff')
  })

  it('of changed values, groups and exponents', () => {
    const made = split()
    const changed = edited(made[1]!, (words) => {
      words[10]! ^= 1
    })
    expect(codeOf(() => joinShares({ shares: [made[0]!, changed] }))).toBe('MNEMONIC_WRONG_DIGEST')
    // Also where the right ones are enough without it.
    expect(codeOf(() => joinShares({ shares: [made[0]!, made[2]!, changed] }))).toBe('MNEMONIC_WRONG_DIGEST')
    const padded = edited(made[0]!, (words) => {
      words[4]! |= 512
    })
    expect(codeOf(() => inspectShare(padded))).toBe('MNEMONIC_BAD_PADDING')
    const outside = edited(made[0]!, (words) => {
      words[2]! |= 1 << 6
    })
    expect(codeOf(() => inspectShare(outside))).toBe('MNEMONIC_BAD_SHARE')
    const slow = made.map((text) =>
      edited(text, (words) => {
        words[1]! |= 15
      }),
    )
    expect(codeOf(() => joinShares({ shares: slow }))).toBe('MNEMONIC_TOO_MANY_ITERATIONS')
    expect(codeOf(() => joinShares({ shares: made, maxIterationExponent: 16 }))).toBe('MNEMONIC_BAD_ITERATIONS')
  })

  it('10,000 mutated texts: an answer or a typed error, which holds no word', () => {
    const random = generator(20261124)
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
    const { words } = shareWords()
    const texts = [...new Set(cases.flatMap((it) => it.shares)), ...split({ count: 5 })]
    // What joins by itself costs a PBKDF2, so that it is taken less often.
    const parts = texts.filter((text) => codeOf(() => joinShares({ shares: [text] })) === 'MNEMONIC_TOO_FEW_SHARES')
    const mutate = (text: string): string => {
      const parts = text.split(' ')
      const at = Math.floor(random() * parts.length)
      const kind = Math.floor(random() * 8)
      if (kind === 0) return edited(text, (it) => it.splice(at, 1, Math.floor(random() * 1024)))
      if (kind === 1) parts.splice(at, 1)
      else if (kind === 2) parts.splice(at, 0, pick(words))
      else if (kind === 3) parts[at] = pick(words)
      else if (kind === 4) parts[at] = String.fromCharCode(...Array.from({ length: 4 }, () => random() * 65536))
      else if (kind === 5) return text.slice(0, Math.floor(random() * text.length))
      else if (kind === 6) return edited(text, (it) => it.splice(Math.min(at, 16), 1))
      return parts.join(' ')
    }
    const codes = new Set<string>()
    for (let i = 0; i < 10_000; i++) {
      const list = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
        mutate(pick(i % 20 === 0 ? texts : parts)),
      )
      try {
        // Exponents above 0 are refused, so that the run is not spent in PBKDF2.
        joinShares({ shares: i % 50 === 0 ? list : list.slice(0, 1), maxIterationExponent: 0 })
      } catch (error) {
        if (!isSessionKitError(error)) throw error
        codes.add(error.code)
        const leaked = list[0]!.split(' ').filter((word) => word.length > 6 && error.message.includes(word))
        if (leaked.length > 0) throw new Error(`${error.code} holds a word of the share`)
      }
    }
    expect(codes.size).toBeGreaterThan(7)
  })
})

it('the public names', () => {
  expect(Object.keys(shares).sort()).toEqual([
    'MAX_JOINED_SHARES',
    'MAX_SHARED_BYTES',
    'MAX_SHARES',
    'MAX_SHARE_LENGTH',
    'MnemonicError',
    'inspectShare',
    'joinShares',
    'splitSeed',
  ])
})
