import { cbc, gcm } from '@noble/ciphers/aes.js'
import type { AeadDecryptInput, AeadEncryptInput, CbcDecryptInput, CbcEncryptInput } from '../backend.ts'
import { checkCbcBlocks, checkPadding } from '../cbc.ts'
import { CryptoError } from '../error.ts'
import { checkBytes, keyBytes } from '../length.ts'
import { checkTagged, openFailed } from '../sodium/aead.ts'

/** AES-256-GCM: ciphertext ‖ tag (16). `key` 32 bytes, `iv` 12 bytes, never the same pair twice. */
export function aes256GcmEncrypt(input: AeadEncryptInput & { readonly iv: Uint8Array }): Uint8Array {
  const { iv, message, associatedData } = input
  const key = keyBytes(input.key, 'key', 32)
  checkBytes(iv, 'iv', 12)
  checkBytes(message, 'message')
  if (associatedData !== undefined) checkBytes(associatedData, 'associatedData')
  return gcm(key, iv, associatedData).encrypt(message)
}

/** The message of an AES-256-GCM ciphertext. Throws `CRYPTO_OPEN_FAILED`. */
export function aes256GcmDecrypt(input: AeadDecryptInput & { readonly iv: Uint8Array }): Uint8Array {
  const { iv, ciphertext, associatedData } = input
  const key = keyBytes(input.key, 'key', 32)
  checkBytes(iv, 'iv', 12)
  checkTagged(ciphertext, 'ciphertext')
  if (associatedData !== undefined) checkBytes(associatedData, 'associatedData')
  try {
    return gcm(key, iv, associatedData).decrypt(ciphertext)
  } catch {
    throw openFailed()
  }
}

/** AES-256-CBC. With padding `none` the message must be whole blocks, else `CRYPTO_WRONG_LENGTH`. Not authenticated. */
export function aes256CbcEncrypt(input: CbcEncryptInput): Uint8Array {
  const { iv, message, padding = 'pkcs7' } = input
  const key = keyBytes(input.key, 'key', 32)
  checkBytes(iv, 'iv', 16)
  checkBytes(message, 'message')
  checkPadding(padding)
  if (padding === 'none') checkCbcBlocks(message, 'message', 0)
  return cbc(key, iv, { disablePadding: padding === 'none' }).encrypt(message)
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
  if (ciphertext.length === 0) return new Uint8Array(0)
  try {
    return cbc(key, iv, { disablePadding: padding === 'none' }).decrypt(ciphertext)
  } catch {
    throw new CryptoError('CRYPTO_BAD_PADDING', 'wrong key, or the ciphertext was changed')
  }
}
