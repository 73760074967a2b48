import { SecretBytes } from '@sessionkit/bytes'
import { MnemonicError } from '../error.ts'
import { decryptSecret } from './cipher.ts'
import type { Point } from './gf256.ts'
import { joinSecret } from './secret-sharing.ts'
import { decodeShare, type Share, type ShareInfo } from './share.ts'
import { checkExponent } from './split.ts'

/** The most shares that a set may have: 16 groups of 16. */
export const MAX_JOINED_SHARES = 256

export interface JoinSharesInput {
  /** In any order. More than are needed may be given, and all of them must fit then. */
  readonly shares: readonly string[]
  /** What the set was made with; empty when absent. */
  readonly passphrase?: string | undefined
  /**
   * The largest exponent that is worked through, 0 to 15. A share may ask for 327,680,000 steps, which takes minutes;
   * the default, 6, stands for 640,000.
   */
  readonly maxIterationExponent?: number | undefined
}

/**
 * The secret of a SLIP-39 set, single shares or groups of them, extendable or not: 16 to 64 bytes.
 *
 * Throws `MNEMONIC_TOO_FEW_SHARES`, `_SHARES_OF_DIFFERENT_SETS`, `_DUPLICATE_SHARE`, `_WRONG_DIGEST` (a share that
 * belongs to another secret), `_BAD_SHARE`, `_BAD_PADDING`, `_TOO_MANY_SHARES`, `_TOO_MANY_ITERATIONS`, and for the words
 * of one share `_NOT_TEXT`, `_INPUT_TOO_LONG`, `_TOO_FEW_WORDS`, `_TOO_MANY_WORDS`, `_WRONG_WORD_COUNT`,
 * `_UNKNOWN_WORD`, `_CHECKSUM`. `share` of the error is the place in the list. Protocol page 01, section 3.9.
 */
export function joinShares(input: JoinSharesInput): SecretBytes {
  const { passphrase = '', maxIterationExponent = 6 } = input
  checkExponent(maxIterationExponent, 'maxIterationExponent')
  const shares: Share[] = []
  const values: Uint8Array[] = []
  try {
    for (const share of readShares(input.shares)) {
      shares.push(share)
      values.push(share.value)
    }
    const first = shares[0]!
    const groups = groupsOf(shares)
    if (first.iterationExponent > maxIterationExponent) {
      throw new MnemonicError(
        'MNEMONIC_TOO_MANY_ITERATIONS',
        `the shares ask for an iteration exponent of ${first.iterationExponent}, more than maxIterationExponent`,
      )
    }
    const joined: Point[] = []
    for (const group of completeGroups(groups, first.groupThreshold)) {
      const value = joinOrFail(pointsOf(group), group[0]!.memberThreshold)
      values.push(value)
      joined.push({ x: group[0]!.groupIndex, value })
    }
    const encrypted = joinOrFail(joined, first.groupThreshold)
    values.push(encrypted)
    return SecretBytes.take(decryptSecret(encrypted, { ...first, passphrase }))
  } finally {
    for (const value of values) value.fill(0)
  }
}

/** What a share says in the open: how many belong to it, and which it is. Throws as `joinShares` does for its words. */
export function inspectShare(text: string): ShareInfo {
  const { value, ...info } = decodeShare(text)
  value.fill(0)
  return info
}

function* readShares(texts: readonly string[]): Generator<Share> {
  if (!Array.isArray(texts)) throw new MnemonicError('MNEMONIC_NOT_TEXT', 'shares: expected a list of texts')
  if (texts.length === 0) throw new MnemonicError('MNEMONIC_TOO_FEW_SHARES', 'shares: the list is empty')
  if (texts.length > MAX_JOINED_SHARES) {
    throw new MnemonicError('MNEMONIC_TOO_MANY_SHARES', `shares: expected at most ${MAX_JOINED_SHARES}`)
  }
  for (const [place, text] of texts.entries()) {
    try {
      yield decodeShare(text)
    } catch (error) {
      if (!(error instanceof MnemonicError)) throw error
      throw new MnemonicError(error.code, `share ${place + 1}: ${error.message}`, { index: error.index, share: place })
    }
  }
}

const common = [
  'identifier',
  'extendable',
  'iterationExponent',
  'groupThreshold',
  'groupCount',
  'secretLength',
] as const

/** The shares by group. Throws where they do not belong together. */
function groupsOf(shares: readonly Share[]): Share[][] {
  const groups = new Map<number, Share[]>()
  for (const [place, share] of shares.entries()) {
    const group = groups.get(share.groupIndex) ?? []
    const other = group[0] ?? share
    if (common.some((name) => share[name] !== shares[0]![name]) || share.memberThreshold !== other.memberThreshold) {
      throw new MnemonicError('MNEMONIC_SHARES_OF_DIFFERENT_SETS', `share ${place + 1} is of another set`, {
        share: place,
      })
    }
    if (group.some((known) => known.memberIndex === share.memberIndex)) {
      throw new MnemonicError('MNEMONIC_DUPLICATE_SHARE', `share ${place + 1} has the place of an earlier one`, {
        share: place,
      })
    }
    groups.set(share.groupIndex, [...group, share])
  }
  return [...groups.values()]
}

function completeGroups(groups: readonly Share[][], needed: number): readonly Share[][] {
  const complete = groups.filter((group) => group.length >= group[0]!.memberThreshold)
  if (complete.length >= needed) return complete
  const missing = groups
    .filter((group) => !complete.includes(group))
    .map((group) => `${group.length} of ${group[0]!.memberThreshold} in group ${group[0]!.groupIndex + 1}`)
  const groupsText = `${complete.length} of ${needed} groups are complete`
  throw new MnemonicError('MNEMONIC_TOO_FEW_SHARES', [groupsText, ...missing].join(', '))
}

const pointsOf = (group: readonly Share[]): Point[] =>
  group.map(({ memberIndex, value }) => ({ x: memberIndex, value }))

function joinOrFail(points: readonly Point[], threshold: number): Uint8Array {
  const secret = joinSecret(points, threshold)
  if (secret !== undefined) return secret
  throw new MnemonicError('MNEMONIC_WRONG_DIGEST', 'the shares do not fit together: one of them is of another secret')
}
