import { createHash, createHmac } from 'node:crypto'
import { checkBytes, type KeyBytes, keyBytes } from '../length.ts'

export function sha256(message: Uint8Array): Uint8Array {
  checkBytes(message, 'message')
  return new Uint8Array(createHash('sha256').update(message).digest())
}

export function sha512(message: Uint8Array): Uint8Array {
  checkBytes(message, 'message')
  return new Uint8Array(createHash('sha512').update(message).digest())
}

export function hmacSha256(input: { readonly key: KeyBytes; readonly message: Uint8Array }): Uint8Array {
  const key = keyBytes(input.key, 'key')
  checkBytes(input.message, 'message')
  return new Uint8Array(createHmac('sha256', key).update(input.message).digest())
}
