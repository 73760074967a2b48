import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { AeadDecryptInput, AeadEncryptInput, CbcDecryptInput, CbcEncryptInput } from '../backend.ts'
import { checkCbcBlocks, checkPadding } from '../cbc.ts'
import { CryptoError } from '../error.ts'
import { checkBytes, keyBytes } from '../length.ts'
import { checkTagged, openFailed } from '../sodium/aead.ts'

const TAG = 16

/** AES-256-GCM: ciphertext ‖ tag (16). `key` 32 bytes, `iv` 12 bytes, never the same pair twice. */
export function aes256GcmEncrypt(input: AeadEncryptInput & { readonly iv: Uint8Array }): Uint8Array {
  const { iv, message, associatedData } = input
  const key = keyBytes(input.key, 'key', 32)
  checkBytes(iv, 'iv', 12)
  checkBytes(message, 'message')
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  if (associatedData !== undefined) {
    checkBytes(associatedData, 'associatedData')
    cipher.setAAD(associatedData)
  }
  const ciphertext = cipher.update(message)
  cipher.final()
  return join(ciphertext, cipher.getAuthTag())
}

/** The message of an AES-256-GCM ciphertext. Throws `CRYPTO_OPEN_FAILED`. */
export function aes256GcmDecrypt(input: AeadDecryptInput & { readonly iv: Uint8Array }): Uint8Array {
  const { iv, ciphertext, associatedData } = input
  const key = keyBytes(input.key, 'key', 32)
  checkBytes(iv, 'iv', 12)
  checkTagged(ciphertext, 'ciphertext')
  const end = ciphertext.length - TAG
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG })
  if (associatedData !== undefined) {
    checkBytes(associatedData, 'associatedData')
    decipher.setAAD(associatedData)
  }
  decipher.setAuthTag(ciphertext.subarray(end))
  const message = decipher.update(ciphertext.subarray(0, end))
  try {
    decipher.final()
  } catch {
    message.fill(0)
    throw openFailed()
  }
  return plain(message)
}

/** AES-256-CBC. With padding `none` the message must be whole blocks, else `CRYPTO_WRONG_LENGTH`. Not authenticated. */
export function aes256CbcEncrypt(input: CbcEncryptInput): Uint8Array {
  const { iv, message, padding = 'pkcs7' } = input
  const key = keyBytes(input.key, 'key', 32)
  checkBytes(iv, 'iv', 16)
  checkBytes(message, 'message')
  checkPadding(padding)
  if (padding === 'none') checkCbcBlocks(message, 'message', 0)
  const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(padding === 'pkcs7')
  if (padding === 'none') return plain(cipher.update(message))
  return join(cipher.update(message), cipher.final())
}

/**
 * The message of an AES-256-CBC ciphertext. Check its MAC first: an answer of `CRYPTO_BAD_PADDING` to a stranger is an
 * oracle.
 */
export function aes256CbcDecrypt(input: CbcDecryptInput): Uint8Array {
  const { iv, ciphertext, padding = 'pkcs7' } = input
  const key = keyBytes(input.key, 'key', 32)
  checkBytes(iv, 'iv', 16)
  checkPadding(padding)
  checkCbcBlocks(ciphertext, 'ciphertext', padding === 'none' ? 0 : 1)
  const decipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(padding === 'pkcs7')
  if (padding === 'none') return plain(decipher.update(ciphertext))
  const start = decipher.update(ciphertext)
  try {
    return join(start, decipher.final())
  } catch {
    start.fill(0)
    throw new CryptoError('CRYPTO_BAD_PADDING', 'wrong key, or the ciphertext was changed')
  }
}

/** Both parts in an array of its own: a small Buffer is a window on memory that Node shares out. */
export function join(start: Uint8Array, end: Uint8Array): Uint8Array {
  const out = new Uint8Array(start.length + end.length)
  out.set(start)
  out.set(end, start.length)
  return out
}

/** A plain array of a Buffer: the same memory where the Buffer has it for itself, else a copy. */
export function plain(buffer: Uint8Array): Uint8Array {
  return buffer.length === buffer.buffer.byteLength ? new Uint8Array(buffer.buffer) : new Uint8Array(buffer)
}
