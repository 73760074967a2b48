import type { RandomOption } from '../backend.ts'
import type { X25519KeyPair } from '../keys.ts'
import { checkBytes, secretBytes, wrongLength } from '../length.ts'
import { draw } from '../random.ts'
import { openFailed } from './aead.ts'
import { smallOrderKey } from './curve25519.ts'
import { withMemory } from './wasm.ts'

/** What a sealed box is longer than its message: an ephemeral key and a tag. */
export const SEALED_BOX_OVERHEAD: number = 48

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
  const ephemeral = draw(input.random, 32)
  return withMemory(56 + 64 + 16 + message.length, (wasm, at) => {
    const nonce = at + 32
    const keys = at + 56 // ephemeral key ‖ recipient's key: what the nonce hashes; the box takes the latter's place
    wasm.HEAPU8.set(ephemeral, at)
    ephemeral.fill(0)
    wasm._crypto_scalarmult_base!(keys, at)
    wasm.HEAPU8.set(publicKey, keys + 32)
    wasm._crypto_generichash_blake2b!(nonce, 24, keys, 64, 0, 0, 0)
    wasm.HEAPU8.set(message, keys + 80)
    if (wasm._crypto_box_beforenm!(at, keys + 32, at) !== 0) throw smallOrderKey()
    wasm._crypto_box_easy_afternm!(keys + 32, keys + 80, message.length, 0, nonce, at)
    const out = new Uint8Array(message.length + SEALED_BOX_OVERHEAD)
    out.set(wasm.HEAPU8.subarray(keys, keys + 48 + message.length))
    return out
  })
}

/** The message of a sealed box. Throws `CRYPTO_OPEN_FAILED`, and `CRYPTO_WRONG_LENGTH` below 48 bytes. */
export function sealedBoxOpen(input: { readonly box: Uint8Array; readonly keyPair: X25519KeyPair }): Uint8Array {
  const { box, keyPair } = input
  checkSealedBox(box)
  checkBytes(keyPair?.publicKey, 'publicKey', 32)
  const secret = secretBytes(keyPair.secretKey, 'secretKey', 32)
  return withMemory(64 + box.length, (wasm, at) => {
    wasm.HEAPU8.set(keyPair.publicKey, at)
    wasm.HEAPU8.set(secret, at + 32)
    wasm.HEAPU8.set(box, at + 64)
    if (wasm._crypto_box_seal_open!(at + 112, at + 64, box.length, 0, at, at + 32) !== 0) throw openFailed()
    return wasm.HEAPU8.slice(at + 112, at + 64 + box.length)
  })
}

export function checkSealedBox(box: Uint8Array): void {
  checkBytes(box, 'box')
  if (box.length < SEALED_BOX_OVERHEAD) throw wrongLength('box', `at least ${SEALED_BOX_OVERHEAD}`, box.length)
}
