import { createHash, createHmac } from 'node:crypto'
import { checkBytes, type KeyBytes, keyBytes } from '../length.ts'

/** SHA-256. */
export function sha256(message: Uint8Array): Uint8Array {
  checkBytes(message, 'message')
  return taken(createHash('sha256').update(message).digest())
}

/** SHA-512. */
export function sha512(message: Uint8Array): Uint8Array {
  checkBytes(message, 'message')
  return taken(createHash('sha512').update(message).digest())
}

/** HMAC-SHA-256, 32 bytes, under a key of any length. */
export function hmacSha256(input: { readonly key: KeyBytes; readonly message: Uint8Array }): Uint8Array {
  const key = keyBytes(input.key, 'key')
  checkBytes(input.message, 'message')
  return taken(createHmac('sha256', key).update(input.message).digest())
}

/** A plain array of a digest, which may be a key: nothing of it stays in memory that Node shares out. */
function taken(digest: Uint8Array): Uint8Array {
  const out = new Uint8Array(digest)
  digest.fill(0)
  return out
}
