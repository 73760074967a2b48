import { equalBytes, SecretBytes } from '@sessionkit/bytes'
import type { SignedMessage } from '../backend.ts'
import { CryptoError } from '../error.ts'
import { edwardsToMontgomery, isCanonicalY } from '../field.ts'
import { createKeyCache } from '../key-cache.ts'
import type { Ed25519KeyPair, X25519KeyPair } from '../keys.ts'
import { checkBytes, secretBytes } from '../length.ts'
import { withMemory } from './wasm.ts'

/** Public keys by their seed. A signature made under another public key would give the secret away. */
const publicKeys = new WeakMap<SecretBytes, Uint8Array>()

/** The Ed25519 key pair of a 32-byte seed (RFC 8032). Protocol page 01, section 1. Throws `CRYPTO_WRONG_LENGTH`. */
export function ed25519KeyPairFromSeed(seed: SecretBytes): Ed25519KeyPair {
  return { publicKey: new Uint8Array(ed25519PublicKey(seed)), seed }
}

/** The public key of a seed, derived once for each `SecretBytes` object. Not to be handed out. */
function ed25519PublicKey(seed: SecretBytes): Uint8Array {
  const bytes = secretBytes(seed, 'seed', 32)
  const known = publicKeys.get(seed)
  if (known !== undefined) return known
  const publicKey = withMemory(128, (wasm, at) => {
    wasm.HEAPU8.set(bytes, at)
    wasm._crypto_sign_seed_keypair!(at + 32, at + 64, at)
    return wasm.HEAPU8.slice(at + 32, at + 64)
  })
  publicKeys.set(seed, publicKey)
  return publicKey
}

/**
 * The 64-byte Ed25519 signature of `message`; deterministic.
 *
 * Throws `CRYPTO_BAD_KEY_PAIR` where `publicKey` is not that of `seed`: two signatures of one message under different
 * public keys would give the secret away.
 */
export function ed25519Sign(input: { readonly message: Uint8Array; readonly keyPair: Ed25519KeyPair }): Uint8Array {
  const { message, keyPair } = input
  checkBytes(message, 'message')
  const publicKey = ed25519PublicKey(keyPair?.seed)
  checkOwnPublicKey(keyPair.publicKey, publicKey)
  const seed = keyPair.seed.reveal()
  return withMemory(128 + message.length, (wasm, at) => {
    wasm.HEAPU8.set(seed, at)
    wasm.HEAPU8.set(publicKey, at + 32)
    wasm.HEAPU8.set(message, at + 128)
    wasm._crypto_sign_detached!(at + 64, 0, at + 128, message.length, 0, at)
    return wasm.HEAPU8.slice(at + 64, at + 128)
  })
}

export function checkOwnPublicKey(given: Uint8Array, derived: Uint8Array): void {
  checkBytes(given, 'publicKey', 32)
  if (!equalBytes(given, derived)) {
    throw new CryptoError('CRYPTO_BAD_KEY_PAIR', 'keyPair: the public key is not that of the secret')
  }
}

/**
 * Whether an Ed25519 signature is good, by libsodium's rules: canonical S and A, neither A nor R of small order, the
 * equation without cofactor. Protocol page 02, section 10.3. Throws `CRYPTO_WRONG_LENGTH`.
 */
export function ed25519Verify(input: SignedMessage): boolean {
  checkSigned(input)
  const { message, signature, publicKey } = input
  return withMemory(96 + message.length, (wasm, at) => {
    wasm.HEAPU8.set(signature, at)
    wasm.HEAPU8.set(publicKey, at + 64)
    wasm.HEAPU8.set(message, at + 96)
    return wasm._crypto_sign_verify_detached!(at, at + 96, message.length, 0, at + 64) === 0
  })
}

export function checkSigned(input: SignedMessage): void {
  checkBytes(input?.message, 'message')
  checkBytes(input.signature, 'signature', 64)
  checkBytes(input.publicKey, 'publicKey', 32)
}

/** One answer for each signature, in order. */
export function ed25519VerifyBatch(items: readonly SignedMessage[]): boolean[] {
  if (!Array.isArray(items)) throw new CryptoError('CRYPTO_NOT_BYTES', 'items: expected a list')
  return items.map((item) => ed25519Verify(item))
}

/** X25519 keys of received Ed25519 keys that passed the checks: checking costs as much as verifying a signature. */
const converted = createKeyCache<Uint8Array>(512)

/**
 * The X25519 key of a received Ed25519 key. Protocol page 01, section 1.
 *
 * Throws `CRYPTO_BAD_PUBLIC_KEY` for an encoding that is not canonical, a point off the curve, of small order, or outside
 * the prime-order subgroup. The last 512 keys that passed are remembered.
 */
export function ed25519PublicKeyToX25519(publicKey: Uint8Array): Uint8Array {
  checkBytes(publicKey, 'publicKey', 32)
  const known = converted.get(publicKey)
  if (known !== undefined) return new Uint8Array(known)
  // libsodium checks curve, order and subgroup here, but not that the encoding is canonical.
  if (!isCanonicalY(publicKey)) throw badPoint()
  const x25519PublicKey = withMemory(64, (wasm, at) => {
    wasm.HEAPU8.set(publicKey, at)
    if (wasm._crypto_sign_ed25519_pk_to_curve25519!(at + 32, at) !== 0) throw badPoint()
    return wasm.HEAPU8.slice(at + 32, at + 64)
  })
  converted.set(publicKey, x25519PublicKey)
  return new Uint8Array(x25519PublicKey)
}

export const badPoint = (): CryptoError =>
  new CryptoError('CRYPTO_BAD_PUBLIC_KEY', 'publicKey: not a canonical Ed25519 key of prime order')

/** The X25519 key pair of an Ed25519 key pair; its secret is clamped. Protocol page 01, section 1. */
export function ed25519KeyPairToX25519(keyPair: Ed25519KeyPair): X25519KeyPair {
  const secret = clampedSecret(secretBytes(keyPair?.seed, 'seed', 32))
  // Our own key needs no check, so the public half is converted rather than derived anew.
  return { publicKey: edwardsToMontgomery(ed25519PublicKey(keyPair?.seed)), secretKey: SecretBytes.take(secret) }
}

/** The first half of SHA-512 of the seed, clamped: the X25519 secret of an Ed25519 key. */
export function clampedSecret(seed: Uint8Array): Uint8Array {
  return withMemory(96, (wasm, at) => {
    wasm.HEAPU8.set(seed, at)
    // Reads the seed only, not the public key behind it.
    wasm._crypto_sign_ed25519_sk_to_curve25519!(at + 64, at)
    return wasm.HEAPU8.slice(at + 64, at + 96)
  })
}
