import type { AeadDecryptInput, AeadEncryptInput } from '../backend.ts'
import { CryptoError } from '../error.ts'
import { checkBytes, type KeyBytes, keyBytes, wrongLength } from '../length.ts'
import { withMemory } from './wasm.ts'

const TAG = 16
const NONE: Uint8Array = new Uint8Array(0)

/** XChaCha20-Poly1305 (IETF): ciphertext ‖ tag (16). `key` 32 bytes, `nonce` 24 bytes, never the same pair twice. */
export function xchacha20poly1305Encrypt(input: AeadEncryptInput & { readonly nonce: Uint8Array }): Uint8Array {
  const { nonce, message, associatedData = NONE } = input
  const key = keyBytes(input.key, 'key', 32)
  checkBytes(nonce, 'nonce', 24)
  checkBytes(message, 'message')
  checkBytes(associatedData, 'associatedData')
  return withMemory(56 + associatedData.length + message.length + TAG, (wasm, at) => {
    wasm.HEAPU8.set(key, at)
    wasm.HEAPU8.set(nonce, at + 32)
    wasm.HEAPU8.set(associatedData, at + 56)
    const text = at + 56 + associatedData.length
    wasm.HEAPU8.set(message, text)
    const call = wasm._crypto_aead_xchacha20poly1305_ietf_encrypt!
    call(text, 0, text, message.length, 0, at + 56, associatedData.length, 0, 0, at + 32, at)
    return wasm.HEAPU8.slice(text, text + message.length + TAG)
  })
}

/** The message of an XChaCha20-Poly1305 ciphertext. Throws `CRYPTO_OPEN_FAILED`. */
export function xchacha20poly1305Decrypt(input: AeadDecryptInput & { readonly nonce: Uint8Array }): Uint8Array {
  const { nonce, ciphertext, associatedData = NONE } = input
  const key = keyBytes(input.key, 'key', 32)
  checkBytes(nonce, 'nonce', 24)
  checkTagged(ciphertext, 'ciphertext')
  checkBytes(associatedData, 'associatedData')
  return withMemory(56 + associatedData.length + ciphertext.length, (wasm, at) => {
    wasm.HEAPU8.set(key, at)
    wasm.HEAPU8.set(nonce, at + 32)
    wasm.HEAPU8.set(associatedData, at + 56)
    const text = at + 56 + associatedData.length
    wasm.HEAPU8.set(ciphertext, text)
    const call = wasm._crypto_aead_xchacha20poly1305_ietf_decrypt!
    const status = call(text, 0, 0, text, ciphertext.length, 0, at + 56, associatedData.length, 0, at + 32, at)
    if (status !== 0) throw openFailed()
    return wasm.HEAPU8.slice(text, text + ciphertext.length - TAG)
  })
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
  return withMemory(56 + TAG + message.length, (wasm, at) => {
    wasm.HEAPU8.set(key, at)
    wasm.HEAPU8.set(nonce, at + 32)
    const box = at + 56
    wasm.HEAPU8.set(message, box + TAG)
    wasm._crypto_secretbox_easy!(box, box + TAG, message.length, 0, at + 32, at)
    return wasm.HEAPU8.slice(box, box + TAG + message.length)
  })
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
  return withMemory(56 + box.length, (wasm, at) => {
    wasm.HEAPU8.set(key, at)
    wasm.HEAPU8.set(nonce, at + 32)
    const boxAt = at + 56
    wasm.HEAPU8.set(box, boxAt)
    if (wasm._crypto_secretbox_open_easy!(boxAt + TAG, boxAt, box.length, 0, at + 32, at) !== 0) throw openFailed()
    return wasm.HEAPU8.slice(boxAt + TAG, boxAt + box.length)
  })
}

/** Throws unless `value` is long enough to hold a tag. */
export function checkTagged(value: Uint8Array, name: string): void {
  checkBytes(value, name)
  if (value.length < TAG) throw wrongLength(name, `at least ${TAG}`, value.length)
}

export const openFailed = (): CryptoError =>
  new CryptoError('CRYPTO_OPEN_FAILED', 'wrong key, or the ciphertext was changed')
