import type { KeyObject } from 'node:crypto'
import type { RandomOption } from '../backend.ts'
import { CryptoError } from '../error.ts'
import type { X25519KeyPair } from '../keys.ts'
import { checkBytes } from '../length.ts'
import { draw } from '../random.ts'
import { openFailed } from '../sodium/aead.ts'
import { checkSealedBox, SEALED_BOX_OVERHEAD } from '../sodium/sealed-box.ts'
import { type Wasm, withMemory } from '../sodium/wasm.ts'
import { sharedSecret } from './curve25519.ts'
import { importPrivateKey, importPublicKey, privateKeyObject, publicKeyObject } from './key-objects.ts'

// X25519 by OpenSSL, three times as fast as wasm; the hashes and ciphers, which it does not have, by libsodium.

/**
 * A libsodium sealed box: ephemeral key (32) ‖ tag (16) ‖ ciphertext. Protocol page 02, section 10.1.
 *
 * `random` is asked for 32 bytes once: the ephemeral secret. Throws `CRYPTO_BAD_PUBLIC_KEY` for a key of small order.
 */
export function sealedBoxSeal(
  input: { readonly message: Uint8Array; readonly publicKey: Uint8Array } & RandomOption,
): Uint8Array {
  const { message, publicKey } = input
  checkBytes(message, 'message')
  checkBytes(publicKey, 'publicKey', 32)
  const secret = draw(input.random, 32)
  const ephemeral = importPrivateKey('X25519', secret)
  secret.fill(0)
  const shared = sharedSecret(ephemeral.key, publicKeyObject('X25519', publicKey))
  return withMemory(168 + message.length, (wasm, at) => {
    const keys = at + 72
    const nonce = boxKey(wasm, at, shared, ephemeral.publicKey, publicKey)
    wasm.HEAPU8.set(message, keys + 96)
    wasm._crypto_secretbox_easy!(keys + 32, keys + 96, message.length, 0, nonce, at)
    return wasm.HEAPU8.slice(keys, keys + SEALED_BOX_OVERHEAD + message.length)
  })
}

/** The message of a sealed box. Throws `CRYPTO_OPEN_FAILED`, and `CRYPTO_WRONG_LENGTH` below 48 bytes. */
export function sealedBoxOpen(input: { readonly box: Uint8Array; readonly keyPair: X25519KeyPair }): Uint8Array {
  const { box, keyPair } = input
  checkSealedBox(box)
  checkBytes(keyPair?.publicKey, 'publicKey', 32)
  const { key } = privateKeyObject('X25519', keyPair.secretKey, 'secretKey')
  const ephemeral = box.subarray(0, 32)
  const shared = sharedOrFailed(key, ephemeral)
  return withMemory(168 + box.length, (wasm, at) => {
    const boxAt = at + 136
    const nonce = boxKey(wasm, at, shared, ephemeral, keyPair.publicKey)
    wasm.HEAPU8.set(box.subarray(32), boxAt)
    const text = boxAt + 16
    if (wasm._crypto_secretbox_open_easy!(text, boxAt, box.length - 32, 0, nonce, at) !== 0) throw openFailed()
    return wasm.HEAPU8.slice(text, boxAt + box.length - 32)
  })
}

/**
 * Lays out at `at`: the box key (32), the nonce (24), and two public keys (64, from `at + 72`), which the nonce
 * hashes. Wipes `shared` and gives the address of the nonce.
 */
function boxKey(wasm: Wasm, at: number, shared: Uint8Array, ephemeral: Uint8Array, recipient: Uint8Array): number {
  const nonce = at + 32
  const zeros = at + 56
  const keys = at + 72
  wasm.HEAPU8.set(shared, at)
  shared.fill(0)
  wasm.HEAPU8.fill(0, zeros, keys)
  wasm.HEAPU8.set(ephemeral, keys)
  wasm.HEAPU8.set(recipient, keys + 32)
  wasm._crypto_core_hsalsa20!(at, zeros, at, 0)
  wasm._crypto_generichash_blake2b!(nonce, 24, keys, 64, 0, 0, 0)
  return nonce
}

function sharedOrFailed(key: KeyObject, ephemeral: Uint8Array): Uint8Array {
  try {
    return sharedSecret(key, importPublicKey('X25519', ephemeral)) // not kept: it comes once
  } catch (error) {
    // A stranger chose the ephemeral key: a bad one is a box that does not open, as with libsodium.
    if (error instanceof CryptoError && error.code === 'CRYPTO_BAD_PUBLIC_KEY') throw openFailed()
    throw error
  }
}
