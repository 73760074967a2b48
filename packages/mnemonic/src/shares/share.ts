import { MnemonicError } from '../error.ts'
import { splitWords } from '../split.ts'
import { CHECKSUM_WORDS, checksumOf, isChecksumGood } from './checksum.ts'
import { shareWords } from './words.ts'

/** The longest text, in UTF-16 code units, that is taken for one share. */
export const MAX_SHARE_LENGTH = 1024
/** The longest secret that shares may hold, in bytes. */
export const MAX_SHARED_BYTES = 64

const HEADER_WORDS = 4
const WORD_BITS = 10
const MIN_WORDS = HEADER_WORDS + 13 + CHECKSUM_WORDS
const MAX_WORDS = HEADER_WORDS + Math.ceil((8 * MAX_SHARED_BYTES) / WORD_BITS) + CHECKSUM_WORDS

/** What all shares of one set have in common. */
export interface ShareSet {
  /** 15 random bits. */
  readonly identifier: number
  /** Whether further sets of the same secret may be made under the same passphrase; their identifiers may differ. */
  readonly extendable: boolean
  /** PBKDF2 takes 10,000 · 2^this steps. */
  readonly iterationExponent: number
  readonly groupThreshold: number
  readonly groupCount: number
}

/** What a share says about itself in the open: nothing of the secret. */
export interface ShareInfo extends ShareSet {
  /** From 0. */
  readonly groupIndex: number
  /** How many members of this group are needed. */
  readonly memberThreshold: number
  /** From 0. */
  readonly memberIndex: number
  /** Bytes of the secret. */
  readonly secretLength: number
}

export interface Share extends ShareInfo {
  readonly value: Uint8Array
}

export function encodeShare(share: Omit<Share, 'secretLength'>): string {
  const header =
    (BigInt(share.identifier) << 25n) |
    (BigInt(share.extendable ? 1 : 0) << 24n) |
    (BigInt(share.iterationExponent) << 20n) |
    BigInt(
      (share.groupIndex << 16) |
        ((share.groupThreshold - 1) << 12) |
        ((share.groupCount - 1) << 8) |
        (share.memberIndex << 4) |
        (share.memberThreshold - 1),
    )
  const words = [30n, 20n, 10n, 0n].map((shift) => Number((header >> shift) & 1023n))
  words.push(...valueWords(share.value))
  words.push(...checksumOf(words, share.extendable))
  const list = shareWords()
  return words.map((word) => list.words[word]!).join(' ')
}

/** The value as words, with zero bits in front that fill up the first one. */
function valueWords(value: Uint8Array): number[] {
  const count = Math.ceil((8 * value.length) / WORD_BITS)
  const words: number[] = []
  let bits = count * WORD_BITS - 8 * value.length
  let rest = 0
  for (const byte of value) {
    rest = (rest << 8) | byte
    bits += 8
    if (bits >= WORD_BITS) {
      bits -= WORD_BITS
      words.push(rest >> bits)
      rest &= (1 << bits) - 1
    }
  }
  return words
}

/** Reads one share. `index` of an error is a word; `share`, its place in the list, is added by who has the list. */
export function decodeShare(text: string): Share {
  const typed = splitWords(text, MAX_SHARE_LENGTH)
  const count = typed.length
  if (count < MIN_WORDS) {
    throw new MnemonicError('MNEMONIC_TOO_FEW_WORDS', `expected ${MIN_WORDS} words or more, got ${count}`, {
      index: count,
    })
  }
  if (count > MAX_WORDS) {
    throw new MnemonicError('MNEMONIC_TOO_MANY_WORDS', `expected at most ${MAX_WORDS} words, got ${count}`, {
      index: MAX_WORDS,
    })
  }
  // A value is whole pairs of bytes, and fills its words but for 8 bits or fewer.
  const valueBits = (count - HEADER_WORDS - CHECKSUM_WORDS) * WORD_BITS
  const padding = valueBits % 16
  if (padding > 8) {
    throw new MnemonicError('MNEMONIC_WRONG_WORD_COUNT', `no share has ${count} words`, { index: count })
  }
  const list = shareWords()
  const words = typed.map((word, index) => {
    const found = list.find(word)
    if (found === undefined) {
      throw new MnemonicError('MNEMONIC_UNKNOWN_WORD', `word ${index + 1} is not in the SLIP-39 word list`, { index })
    }
    return found
  })
  const extendable = ((words[1]! >> 4) & 1) === 1
  if (!isChecksumGood(words, extendable)) {
    throw new MnemonicError('MNEMONIC_CHECKSUM', 'the checksum does not match: a word is wrong or out of place')
  }
  const value = valueBytes(words.slice(HEADER_WORDS, -CHECKSUM_WORDS), padding)
  words.fill(0, HEADER_WORDS)
  const [first, second, third, fourth] = words as [number, number, number, number]
  const share: Share = {
    identifier: (first << 5) | (second >> 5),
    extendable,
    iterationExponent: second & 15,
    groupIndex: third >> 6,
    groupThreshold: ((third >> 2) & 15) + 1,
    groupCount: (((third & 3) << 2) | (fourth >> 8)) + 1,
    memberIndex: (fourth >> 4) & 15,
    memberThreshold: (fourth & 15) + 1,
    secretLength: value.length,
    value,
  }
  if (share.groupThreshold > share.groupCount || share.groupIndex >= share.groupCount) {
    value.fill(0)
    throw new MnemonicError('MNEMONIC_BAD_SHARE', 'the share names more groups than its set has')
  }
  return share
}

function valueBytes(words: number[], padding: number): Uint8Array {
  if (words[0]! >> (WORD_BITS - padding) !== 0) {
    throw new MnemonicError('MNEMONIC_BAD_PADDING', 'the bits that fill up the share are not zero')
  }
  const out = new Uint8Array((words.length * WORD_BITS - padding) / 8)
  let at = 0
  let rest = 0
  let bits = -padding
  for (const word of words) {
    rest = (rest << WORD_BITS) | word
    bits += WORD_BITS
    while (bits >= 8) {
      bits -= 8
      out[at++] = rest >> bits
      rest &= (1 << bits) - 1
    }
  }
  words.fill(0)
  return out
}
