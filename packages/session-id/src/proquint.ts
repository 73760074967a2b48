const consonants = 'bdfghjklmnprstvz'
const vowels = 'aiou'

/**
 * Bytes as proquints, five pronounceable letters for 16 bits: consonant, vowel, consonant, vowel, consonant, with
 * 4, 2, 4, 2 and 4 bits, most significant first (D. S. Wilkerson, arXiv:0901.4016). `127.0.0.1` is `lusab babad`.
 */
export function proquints(bytes: Uint8Array): string[] {
  const words: string[] = []
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    const v = (bytes[i]! << 8) | bytes[i + 1]!
    words.push(
      consonants[v >> 12]! +
        vowels[(v >> 10) & 3]! +
        consonants[(v >> 6) & 15]! +
        vowels[(v >> 4) & 3]! +
        consonants[v & 15]!,
    )
  }
  return words
}
