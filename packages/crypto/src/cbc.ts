import { CryptoError } from './error.ts'
import { checkBytes, wrongLength } from './length.ts'

/** Throws unless `value` is whole AES blocks, and at least `min` of them. */
export function checkCbcBlocks(value: Uint8Array, name: string, min: number): void {
  checkBytes(value, name)
  if (value.length % 16 !== 0 || value.length < min * 16) {
    throw wrongLength(name, min === 0 ? 'a multiple of 16' : 'a positive multiple of 16', value.length)
  }
}

/** Throws for a name that is none: one backend would pad where the other does not. */
export function checkPadding(padding: unknown): void {
  if (padding === 'pkcs7' || padding === 'none') return
  throw new CryptoError('CRYPTO_BAD_PADDING', 'padding: expected pkcs7 or none')
}
