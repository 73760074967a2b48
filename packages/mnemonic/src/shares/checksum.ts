const GENERATOR = [
  0xe0e040, 0x1c1c080, 0x3838100, 0x7070200, 0xe0e0009, 0x1c0c2412, 0x38086c24, 0x3090fc48, 0x21b1f890, 0x3f3f120,
]

/** Words of the checksum. */
export const CHECKSUM_WORDS = 3

/** RS1024: finds any three wrong words, and misses other errors once in 10⁹. */
export function isChecksumGood(words: readonly number[], extendable: boolean): boolean {
  return polymod(words, extendable) === 1
}

/** The three words behind `words`. */
export function checksumOf(words: readonly number[], extendable: boolean): number[] {
  const rest = polymod([...words, 0, 0, 0], extendable) ^ 1
  return [(rest >> 20) & 1023, (rest >> 10) & 1023, rest & 1023]
}

function polymod(words: readonly number[], extendable: boolean): number {
  let rest = 1
  const step = (word: number): void => {
    const top = rest >>> 20
    rest = ((rest & 0xfffff) << 10) ^ word
    for (let i = 0; i < 10; i++) rest ^= GENERATOR[i]! & -((top >> i) & 1)
  }
  for (const char of extendable ? 'shamir_extendable' : 'shamir') step(char.charCodeAt(0))
  for (const word of words) step(word)
  return rest
}
