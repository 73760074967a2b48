import type { SecretBytes } from '@sessionkit/bytes'
import type { RandomOption, SignedMessage } from './backend.ts'
import { CryptoError } from './error.ts'
import { montgomeryToEdwards } from './field.ts'
import { createKeyCache } from './key-cache.ts'
import { checkBytes, secretBytes } from './length.ts'
import { draw } from './random.ts'
import { blake2b, sha512 } from './sodium/hash.ts'
import { ed25519ScalarMultBase, scalarAdd, scalarMultiply, scalarNegate, scalarReduce } from './sodium/scalar.ts'

const PERSONALIZATION = new TextEncoder().encode('xed25519signatur')

const converted = createKeyCache<Uint8Array>(256)

/**
 * The Ed25519 key, sign bit 0, of an X25519 key. Protocol page 01, section 7.
 *
 * Throws `CRYPTO_BAD_PUBLIC_KEY` for u = p − 1, which has none.
 */
export function xed25519PublicKey(x25519PublicKey: Uint8Array): Uint8Array {
  checkBytes(x25519PublicKey, 'publicKey', 32)
  const known = converted.get(x25519PublicKey)
  if (known !== undefined) return new Uint8Array(known)
  const publicKey = montgomeryToEdwards(x25519PublicKey)
  converted.set(x25519PublicKey, publicKey)
  return new Uint8Array(publicKey)
}

/**
 * An XEd25519 signature (64 bytes) with an X25519 secret. `random` is asked for 64 bytes once. Protocol page 01,
 * section 7.
 */
export function xed25519Sign(
  input: { readonly message: Uint8Array; readonly secretKey: SecretBytes } & RandomOption,
): Uint8Array {
  const { message } = input
  checkBytes(message, 'message')
  let scalar: Uint8Array = new Uint8Array(secretBytes(input.secretKey, 'secretKey', 32))
  scalar[0]! &= 248
  scalar[31] = (scalar[31]! & 127) | 64
  const publicKey = ed25519ScalarMultBase(scalar)
  if (publicKey[31]! & 0x80) {
    const negated = scalarNegate(scalar)
    scalar.fill(0)
    scalar = negated
    publicKey[31]! &= 0x7f
  }
  const noise = draw(input.random, 64)
  const wide = blake2b({ message: [scalar, message, noise], length: 64, personalization: PERSONALIZATION })
  const nonce = scalarReduce(wide)
  const signature = new Uint8Array(64)
  signature.set(ed25519ScalarMultBase(nonce))
  const hashed = new Uint8Array(64 + message.length)
  hashed.set(signature.subarray(0, 32))
  hashed.set(publicKey, 32)
  hashed.set(message, 64)
  const product = scalarMultiply(scalarReduce(sha512(hashed)), scalar)
  signature.set(scalarAdd(nonce, product), 32)
  for (const secret of [scalar, noise, wide, nonce, product]) secret.fill(0)
  return signature
}

/** XEd25519 verification on top of a backend's Ed25519 verification. */
export function xed25519VerifyWith(verify: (input: SignedMessage) => boolean): (input: SignedMessage) => boolean {
  return (input) => {
    try {
      return verify({ ...input, publicKey: xed25519PublicKey(input.publicKey) })
    } catch (error) {
      if (error instanceof CryptoError && error.code === 'CRYPTO_BAD_PUBLIC_KEY') return false
      throw error
    }
  }
}
