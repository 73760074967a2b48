import { diffieHellman, type KeyObject } from 'node:crypto'
import { SecretBytes } from '@sessionkit/bytes'
import type { RandomOption } from '../backend.ts'
import type { X25519KeyPair } from '../keys.ts'
import { checkBytes } from '../length.ts'
import { draw } from '../random.ts'
import { smallOrderKey } from '../sodium/curve25519.ts'
import { privateKeyObject, publicKeyObject } from './key-objects.ts'

/** A fresh X25519 key pair. `random` is asked for 32 bytes once: the secret. */
export function x25519KeyPair(options: RandomOption = {}): X25519KeyPair {
  return x25519KeyPairFromSecret(SecretBytes.take(draw(options.random, 32)))
}

/** The key pair of a 32-byte X25519 secret, which is clamped at use. Throws `CRYPTO_WRONG_LENGTH`. */
export function x25519KeyPairFromSecret(secretKey: SecretBytes): X25519KeyPair {
  const { publicKey } = privateKeyObject('X25519', secretKey, 'secretKey')
  return { publicKey: new Uint8Array(publicKey), secretKey }
}

/**
 * The 32-byte shared secret of X25519 (RFC 7748).
 *
 * Throws `CRYPTO_BAD_PUBLIC_KEY` where it would be all zeros, as it is under a public key of small order.
 */
export function x25519(input: { readonly secretKey: SecretBytes; readonly publicKey: Uint8Array }): Uint8Array {
  const { key } = privateKeyObject('X25519', input.secretKey, 'secretKey')
  checkBytes(input.publicKey, 'publicKey', 32)
  return sharedSecret(key, publicKeyObject('X25519', input.publicKey))
}

export function sharedSecret(privateKey: KeyObject, publicKey: KeyObject): Uint8Array {
  let shared: Uint8Array
  try {
    shared = diffieHellman({ privateKey, publicKey })
  } catch {
    throw smallOrderKey() // OpenSSL refuses to give an all-zero secret
  }
  let bits = 0
  for (const byte of shared) bits |= byte
  if (bits === 0) throw smallOrderKey()
  const out = new Uint8Array(shared)
  shared.fill(0)
  return out
}
