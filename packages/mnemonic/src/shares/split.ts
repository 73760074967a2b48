import { assertBytes, type RandomSource, type SecretBytes } from '@sessionkit/bytes'
import { MnemonicError } from '../error.ts'
import { seedBytes } from '../words.ts'
import { encryptSecret } from './cipher.ts'
import { splitSecret } from './secret-sharing.ts'
import { encodeShare } from './share.ts'

/** The most shares of a set. */
export const MAX_SHARES = 16

export interface SplitSeedInput {
  /** 16 bytes, what 13 words stand for, or 32. */
  readonly seed: SecretBytes | Uint8Array
  /** How many shares give the seed back. */
  readonly threshold: number
  /** How many shares there are, at most 16. */
  readonly count: number
  /**
   * Printable ASCII; empty when absent. It is not checked when joining: another passphrase gives another seed, not an
   * error.
   */
  readonly passphrase?: string | undefined
  /** 0 to 15: every step doubles the work of guessing the passphrase, and of joining. Default 1. */
  readonly iterationExponent?: number | undefined
  /** Where random bytes come from; the platform's generator when absent. */
  readonly random?: RandomSource | undefined
}

/**
 * A seed as SLIP-39 shares, one group, any `threshold` of which give it back: 20 words each for 16 bytes, 33 for 32.
 * Fewer say nothing about it. The shares are extendable ones (the bit that SLIP-39 got in 2023).
 *
 * `random` is asked for 2 bytes, the identifier, then for the points. Throws `MNEMONIC_BAD_SEED`, `_BAD_SEED_LENGTH`,
 * `_BAD_SHARE_COUNT`, `_BAD_ITERATIONS`, `_BAD_PASSPHRASE`. Protocol page 01, section 3.9.
 */
export function splitSeed(input: SplitSeedInput): string[] {
  const { threshold, count, passphrase = '', iterationExponent = 1 } = input
  const seed = seedBytes(input.seed)
  if (seed.length !== 16 && seed.length !== 32) {
    throw new MnemonicError('MNEMONIC_BAD_SEED_LENGTH', `seed: expected 16 or 32 bytes, got ${seed.length}`)
  }
  checkCounts(threshold, count)
  checkExponent(iterationExponent, 'iterationExponent')
  const random = checkedRandom(input.random)
  const drawn = random(2)
  const set = {
    identifier: ((drawn[0]! << 8) | drawn[1]!) & 0x7fff,
    extendable: true,
    iterationExponent,
    groupThreshold: 1,
    groupCount: 1,
    groupIndex: 0,
    memberThreshold: threshold,
  }
  const encrypted = encryptSecret(seed, { ...set, passphrase })
  const points = splitSecret(encrypted, threshold, count, random)
  const shares = points.map(({ x, value }) => encodeShare({ ...set, memberIndex: x, value }))
  for (const { value } of points) value.fill(0)
  encrypted.fill(0)
  return shares
}

function checkCounts(threshold: number, count: number): void {
  const isCount = (n: number): boolean => Number.isInteger(n) && n >= 1 && n <= MAX_SHARES
  // SLIP-39 has no 1 of many: that would be copies of one share.
  if (!isCount(threshold) || !isCount(count) || threshold > count || (threshold === 1 && count > 1)) {
    throw new MnemonicError(
      'MNEMONIC_BAD_SHARE_COUNT',
      `expected 2 or more needed shares of at most ${MAX_SHARES}, or 1 of 1`,
    )
  }
}

export function checkExponent(value: number, name: string): void {
  if (!Number.isInteger(value) || value < 0 || value > 15) {
    throw new MnemonicError('MNEMONIC_BAD_ITERATIONS', `${name}: expected an integer from 0 to 15`)
  }
}

function checkedRandom(random: RandomSource | undefined): RandomSource {
  return (length) => {
    if (random === undefined) return crypto.getRandomValues(new Uint8Array(length))
    const bytes: unknown = random(length)
    assertBytes(bytes, 'random', length)
    return new Uint8Array(bytes)
  }
}
