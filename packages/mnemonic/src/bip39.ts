import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { SecretBytes } from '@sessionkit/bytes'
import { MnemonicError } from './error.ts'
import { MAX_PHRASE_LENGTH } from './phrase.ts'
import { splitWords } from './split.ts'
import { suggestWords } from './suggest.ts'
import { seedBytes } from './words.ts'

export { MnemonicError, type MnemonicErrorCode } from './error.ts'

let indexOf: Map<string, number> | undefined

/**
 * A seed as an English BIP-39 phrase: 12 words for 16 bytes, 24 for 32. The seed is BIP-39's *entropy*; its PBKDF2
 * step and passphrase play no part, and no Session client reads this form.
 *
 * Throws `MNEMONIC_BAD_SEED` and `MNEMONIC_BAD_SEED_LENGTH`.
 */
export function encodeBip39(seed: SecretBytes | Uint8Array): string {
  const bytes = seedBytes(seed)
  if (bytes.length !== 16 && bytes.length !== 32) {
    throw new MnemonicError('MNEMONIC_BAD_SEED_LENGTH', `seed: expected 16 or 32 bytes, got ${bytes.length}`)
  }
  return entropyToMnemonic(new Uint8Array(bytes), wordlist)
}

/**
 * The seed, 16 or 32 bytes, of an English BIP-39 phrase of 12 or 24 words. Words must be complete, in either case.
 *
 * Throws `MNEMONIC_NOT_TEXT`, `_INPUT_TOO_LONG`, `_TOO_FEW_WORDS`, `_TOO_MANY_WORDS`, `_WRONG_WORD_COUNT`,
 * `_UNKNOWN_WORD` (with `index`) and `_CHECKSUM`.
 */
export function decodeBip39(phrase: string): SecretBytes {
  const typed = splitWords(phrase, MAX_PHRASE_LENGTH).map((word) => word.toLowerCase())
  const count = typed.length
  if (count !== 12 && count !== 24) {
    const code =
      count < 12 ? 'MNEMONIC_TOO_FEW_WORDS' : count > 24 ? 'MNEMONIC_TOO_MANY_WORDS' : 'MNEMONIC_WRONG_WORD_COUNT'
    throw new MnemonicError(code, `expected 12 or 24 words, got ${count}`, { index: Math.min(count, 24) })
  }
  indexOf ??= new Map(wordlist.map((word, index) => [word, index]))
  const unknown = typed.findIndex((word) => !indexOf!.has(word))
  if (unknown !== -1) {
    throw new MnemonicError('MNEMONIC_UNKNOWN_WORD', `word ${unknown + 1} is not in the BIP-39 word list`, {
      index: unknown,
    })
  }
  let entropy: Uint8Array
  try {
    entropy = mnemonicToEntropy(typed.join(' '), wordlist)
  } catch {
    // Not chained: the library's messages may hold a word.
    throw new MnemonicError('MNEMONIC_CHECKSUM', 'the checksum does not match: a word is wrong or out of place', {
      index: count - 1,
    })
  }
  return SecretBytes.take(entropy)
}

/** As `suggestWords`, from the BIP-39 list. */
export function suggestBip39Words(word: string, options: { readonly limit?: number | undefined } = {}): string[] {
  return suggestWords(word, { language: { words: wordlist.join(' ') }, limit: options.limit })
}
