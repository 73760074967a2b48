import { SecretBytes } from '@sessionkit/bytes'
import { CryptoError } from './error.ts'

/** A symmetric key: wrapped where it lives long, bare where it was just derived. */
export type KeyBytes = SecretBytes | Uint8Array

/** Throws unless `value` is a `Uint8Array`, of exactly `length` bytes where a length is given. */
export function checkBytes(value: unknown, name: string, length?: number): asserts value is Uint8Array {
  if (!(value instanceof Uint8Array)) throw new CryptoError('CRYPTO_NOT_BYTES', `${name}: expected a Uint8Array`)
  if (length !== undefined && value.length !== length) throw wrongLength(name, `${length}`, value.length)
}

/** The live bytes of a key, of exactly `length` bytes where a length is given. */
export function keyBytes(value: KeyBytes, name: string, length?: number): Uint8Array {
  const bytes = value instanceof SecretBytes ? value.reveal() : value
  checkBytes(bytes, name, length)
  return bytes
}

/** The live bytes of a long-lived secret, which must come wrapped. */
export function secretBytes(value: SecretBytes, name: string, length: number): Uint8Array {
  if (!(value instanceof SecretBytes)) throw new CryptoError('CRYPTO_NOT_BYTES', `${name}: expected SecretBytes`)
  if (value.length !== length) throw wrongLength(name, `${length}`, value.length)
  return value.reveal()
}

export function checkCount(value: unknown, name: string, min: number, max: number): asserts value is number {
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
    throw new CryptoError('CRYPTO_WRONG_LENGTH', `${name}: expected an integer from ${min} to ${max}`)
  }
}

export const wrongLength = (name: string, expected: string, got: number): CryptoError =>
  new CryptoError('CRYPTO_WRONG_LENGTH', `${name}: expected ${expected} bytes, got ${got}`)
