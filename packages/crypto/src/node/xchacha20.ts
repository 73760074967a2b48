import { createCipheriv, createDecipheriv, getCiphers } from 'node:crypto'
import type { AeadDecryptInput, AeadEncryptInput } from '../backend.ts'
import { checkBytes, keyBytes } from '../length.ts'
import {
  checkTagged,
  openFailed,
  xchacha20poly1305Decrypt as sodiumDecrypt,
  xchacha20poly1305Encrypt as sodiumEncrypt,
} from '../sodium/aead.ts'
import { withMemory } from '../sodium/wasm.ts'
import { join, plain } from './aes.ts'

const CIPHER = 'chacha20-poly1305'
/**
 * From this many bytes on, OpenSSL's ChaCha20-Poly1305 behind HChaCha20 is faster than libsodium in wasm. Bun's
 * `node:crypto` does not have it.
 */
const OPENSSL_FROM = getCiphers().includes(CIPHER) ? 3072 : Number.POSITIVE_INFINITY
const TAG = 16

/** XChaCha20-Poly1305 (IETF): ciphertext ‖ tag (16). `key` 32 bytes, `nonce` 24 bytes, never the same pair twice. */
export function xchacha20poly1305Encrypt(input: AeadEncryptInput & { readonly nonce: Uint8Array }): Uint8Array {
  const { nonce, message, associatedData } = input
  checkBytes(message, 'message')
  if (message.length < OPENSSL_FROM) return sodiumEncrypt(input)
  const key = keyBytes(input.key, 'key', 32)
  checkBytes(nonce, 'nonce', 24)
  const subkey = hchacha20(key, nonce)
  const cipher = createCipheriv(CIPHER, subkey, innerNonce(nonce), { authTagLength: TAG })
  subkey.fill(0)
  if (associatedData !== undefined) {
    checkBytes(associatedData, 'associatedData')
    cipher.setAAD(associatedData, { plaintextLength: message.length })
  }
  const ciphertext = cipher.update(message)
  cipher.final()
  return join(ciphertext, cipher.getAuthTag())
}

/** The message of an XChaCha20-Poly1305 ciphertext. Throws `CRYPTO_OPEN_FAILED`. */
export function xchacha20poly1305Decrypt(input: AeadDecryptInput & { readonly nonce: Uint8Array }): Uint8Array {
  const { nonce, ciphertext, associatedData } = input
  checkTagged(ciphertext, 'ciphertext')
  if (ciphertext.length < OPENSSL_FROM) return sodiumDecrypt(input)
  const key = keyBytes(input.key, 'key', 32)
  checkBytes(nonce, 'nonce', 24)
  const end = ciphertext.length - TAG
  const subkey = hchacha20(key, nonce)
  const decipher = createDecipheriv(CIPHER, subkey, innerNonce(nonce), { authTagLength: TAG })
  subkey.fill(0)
  if (associatedData !== undefined) {
    checkBytes(associatedData, 'associatedData')
    decipher.setAAD(associatedData, { plaintextLength: end })
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

function hchacha20(key: Uint8Array, nonce: Uint8Array): Uint8Array {
  return withMemory(88, (wasm, at) => {
    wasm.HEAPU8.set(key, at)
    wasm.HEAPU8.set(nonce, at + 32)
    wasm._crypto_core_hchacha20!(at + 56, at + 32, at, 0)
    return wasm.HEAPU8.slice(at + 56, at + 88)
  })
}

/** Four zero bytes and the part of the nonce that HChaCha20 did not take. */
function innerNonce(nonce: Uint8Array): Uint8Array {
  const inner = new Uint8Array(12)
  inner.set(nonce.subarray(16), 4)
  return inner
}
