import { SecretBytes } from '@sessionkit/bytes'
import type { RandomOption } from '../backend.ts'
import type { X25519KeyPair } from '../keys.ts'
import { checkBytes, secretBytes } from '../length.ts'
import { draw } from '../random.ts'
import { smallOrderKey } from '../sodium/curve25519.ts'
import { sodium } from './sodium.ts'

/** A fresh X25519 key pair. `random` is asked for 32 bytes once: the secret. */
export function x25519KeyPair(options: RandomOption = {}): X25519KeyPair {
  return x25519KeyPairFromSecret(SecretBytes.take(draw(options.random, 32)))
}

/** The key pair of a 32-byte X25519 secret, which is clamped at use. Throws `CRYPTO_WRONG_LENGTH`. */
export function x25519KeyPairFromSecret(secretKey: SecretBytes): X25519KeyPair {
  const publicKey = new Uint8Array(32)
  sodium.crypto_scalarmult_base(publicKey, secretBytes(secretKey, 'secretKey', 32))
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
  const shared = new Uint8Array(32)
  try {
    sodium.crypto_scalarmult(shared, secret, input.publicKey)
  } catch {
    throw smallOrderKey()
  }
  return shared
}
