import { SecretBytes } from '@sessionkit/bytes'
import type { RandomOption } from '../backend.ts'
import { CryptoError } from '../error.ts'
import type { X25519KeyPair } from '../keys.ts'
import { checkBytes, secretBytes } from '../length.ts'
import { draw } from '../random.ts'
import { withMemory } from './wasm.ts'

/** A fresh X25519 key pair. `random` is asked for 32 bytes once: the secret. */
export function x25519KeyPair(options: RandomOption = {}): X25519KeyPair {
  return x25519KeyPairFromSecret(SecretBytes.take(draw(options.random, 32)))
}

/** The key pair of a 32-byte X25519 secret, which is clamped at use. Throws `CRYPTO_WRONG_LENGTH`. */
export function x25519KeyPairFromSecret(secretKey: SecretBytes): X25519KeyPair {
  const secret = secretBytes(secretKey, 'secretKey', 32)
  const publicKey = withMemory(64, (wasm, at) => {
    wasm.HEAPU8.set(secret, at)
    wasm._crypto_scalarmult_base!(at + 32, at)
    return wasm.HEAPU8.slice(at + 32, at + 64)
  })
  return { publicKey, secretKey }
}

/**
 * The 32-byte shared secret of X25519 (RFC 7748).
 *
 * Throws `CRYPTO_BAD_PUBLIC_KEY` where it would be all zeros, as it is under a public key of small order.
 */
export function x25519(input: { readonly secretKey: SecretBytes; readonly publicKey: Uint8Array }): Uint8Array {
  const secret = secretBytes(input.secretKey, 'secretKey', 32)
  checkBytes(input.publicKey, 'publicKey', 32)
  return withMemory(96, (wasm, at) => {
    wasm.HEAPU8.set(secret, at)
    wasm.HEAPU8.set(input.publicKey, at + 32)
    // Fails where the shared secret would be all zeros.
    if (wasm._crypto_scalarmult!(at + 64, at, at + 32) !== 0) throw smallOrderKey()
    return wasm.HEAPU8.slice(at + 64, at + 96)
  })
}

export const smallOrderKey = (): CryptoError =>
  new CryptoError('CRYPTO_BAD_PUBLIC_KEY', 'publicKey: a point of small order gives no shared secret')
