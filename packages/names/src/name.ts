import { NamesError } from './error.ts'
import { punycode } from './punycode.ts'

declare const kind: unique symbol
/** A name as the network hashes it: 1 to 64 lower-case ASCII characters. `parseName` makes it. */
export type SessionName = string & { readonly [kind]: 'SessionName' }

/** Most bytes of a name. */
export const MAX_NAME_BYTES = 64
/** Longest text that `parseName` looks at. */
export const MAX_INPUT_CHARACTERS = 256

const NAME = /^[a-z0-9_](?:[a-z0-9\-_]*[a-z0-9_])?$/

/**
 * The name that somebody typed: ASCII letters in lower case; text with other letters trimmed, in Unicode's composed
 * form, in lower case and as punycode (`Ü` and `ü` are `xn--tda`).
 *
 * Does not trim plain ASCII: a blank before or after is no part of a name, so call `trim` on what comes from a text
 * field. Throws `NAMES_BAD_NAME`. Protocol page 01, section 6.1.
 */
export function parseName(text: string): SessionName {
  if (typeof text !== 'string') throw badName('a name is text')
  if (text.length > MAX_INPUT_CHARACTERS) throw badName(`a name has at most ${MAX_NAME_BYTES} bytes`)
  const name = isAscii(text) ? text.toLowerCase() : international(text)
  if (name.length < 1 || name.length > MAX_NAME_BYTES) throw badName(`a name has 1 to ${MAX_NAME_BYTES} bytes`)
  if (!NAME.test(name)) throw badName('a name has letters, digits, _ and -, the last neither first nor last')
  return name as SessionName
}

/** Whether `text` is a name in ASCII; capital letters may be in it. */
export function isName(text: unknown): text is string {
  return typeof text === 'string' && text.length <= MAX_NAME_BYTES && isAscii(text) && NAME.test(text.toLowerCase())
}

const isAscii = (text: string): boolean => !/[\u0080-\uffff]/.test(text)

function international(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw badName('a name has no lone surrogates')
  // In lower case first: some capital letters take a combining mark with them.
  const folded = text.trim().toLowerCase().normalize('NFC')
  if (isAscii(folded)) return folded
  // Letters, their marks and digits; no dots of any script, which would make several labels, and nothing invisible.
  if (!/^[\p{L}\p{M}\p{N}_-]+$/u.test(folded) || /^[-\p{M}]|-$/u.test(folded)) {
    throw badName('a name has letters, digits, _ and -, the last neither first nor last')
  }
  return `xn--${punycode(folded)}`
}

const badName = (message: string): NamesError => new NamesError('NAMES_BAD_NAME', message)
