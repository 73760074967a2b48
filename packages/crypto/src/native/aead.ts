import type { AeadDecryptInput, AeadEncryptInput } from '../backend.ts'
import { checkBytes, type KeyBytes, keyBytes } from '../length.ts'
import { checkTagged, openFailed } from '../sodium/aead.ts'
import { opens, sodium } from './sodium.ts'

const TAG = 16

/** XChaCha20-Poly1305 (IETF): ciphertext ‖ tag (16). `key` 32 bytes, `nonce` 24 bytes, never the same pair twice. */
export function xchacha20poly1305Encrypt(input: AeadEncryptInput & { readonly nonce: Uint8Array }): Uint8Array {
  const { nonce, message, associatedData } = input
  const key = keyBytes(input.key, 'key', 32)
  checkBytes(nonce, 'nonce', 24)
  checkBytes(message, 'message')
  if (associatedData !== undefined) checkBytes(associatedData, 'associatedData')
  const out = new Uint8Array(message.length + TAG)
  sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(out, message, associatedData ?? null, null, nonce, key)
  return out
}

/** The message of an XChaCha20-Poly1305 ciphertext. Throws `CRYPTO_OPEN_FAILED`. */
export function xchacha20poly1305Decrypt(input: AeadDecryptInput & { readonly nonce: Uint8Array }): Uint8Array {
  const { nonce, ciphertext, associatedData } = input
  const key = keyBytes(input.key, 'key', 32)
  checkBytes(nonce, 'nonce', 24)
  checkTagged(ciphertext, 'ciphertext')
  if (associatedData !== undefined) checkBytes(associatedData, 'associatedData')
  const out = new Uint8Array(ciphertext.length - TAG)
  try {
    sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(out, null, ciphertext, associatedData ?? null, nonce, key)
  } catch {
    throw openFailed()
  }
  return out
}

/** XSalsa20-Poly1305: tag (16) ‖ ciphertext. `key` 32 bytes, `nonce` 24 bytes, never the same pair twice. */
export function secretboxSeal(input: {
  readonly key: KeyBytes
  readonly nonce: Uint8Array
  readonly message: Uint8Array
}): Uint8Array {
  const { nonce, message } = input
  const key = keyBytes(input.key, 'key', 32)
  checkBytes(nonce, 'nonce', 24)
  checkBytes(message, 'message')
  const out = new Uint8Array(message.length + TAG)
  sodium.crypto_secretbox_easy(out, message, nonce, key)
  return out
}

/** The message of a secretbox. Throws `CRYPTO_OPEN_FAILED`. */
export function secretboxOpen(input: {
  readonly key: KeyBytes
  readonly nonce: Uint8Array
  readonly box: Uint8Array
}): Uint8Array {
  const { nonce, box } = input
  const key = keyBytes(input.key, 'key', 32)
  checkBytes(nonce, 'nonce', 24)
  checkTagged(box, 'box')
  const out = new Uint8Array(box.length - TAG)
  if (!opens(() => sodium.crypto_secretbox_open_easy(out, box, nonce, key))) throw openFailed()
  return out
}
