import { MnemonicError } from './error.ts'

// BOM, zero-width and bidirectional marks, soft hyphen: what pasting adds and nobody sees.
const invisible = /[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g
const whitespace = /\p{White_Space}+/u

/**
 * The words of a text: in NFC, without invisible characters, split at any run of Unicode whitespace.
 * Protocol page 01, section 3.8.
 */
export function splitWords(text: string, maxLength: number): string[] {
  if (typeof text !== 'string') throw new MnemonicError('MNEMONIC_NOT_TEXT', 'a phrase is text')
  if (text.length > maxLength) {
    throw new MnemonicError('MNEMONIC_INPUT_TOO_LONG', `expected at most ${maxLength} characters, got ${text.length}`)
  }
  return text
    .replace(invisible, '')
    .normalize('NFC')
    .split(whitespace)
    .filter((word) => word !== '')
}
