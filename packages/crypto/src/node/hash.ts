import { createHash, createHmac } from 'node:crypto'
import { checkBytes, type KeyBytes, keyBytes } from '../length.ts'

/** SHA-256. */
export function sha256(message: Uint8Array): Uint8Array {
  checkBytes(message, 'message')
  return new Uint8Array(createHash('sha256').update(message).digest())
}

/** SHA-512. */
export function sha512(message: Uint8Array): Uint8Array {
  checkBytes(message, 'message')
  return new Uint8Array(createHash('sha512').update(message).digest())
}

/** HMAC-SHA-256, 32 bytes, under a key of any length. */
export function hmacSha256(input: { readonly key: KeyBytes; readonly message: Uint8Array }): Uint8Array {
  const key = keyBytes(input.key, 'key')
  checkBytes(input.message, 'message')
  return new Uint8Array(createHmac('sha256', key).update(input.message).digest())
}
