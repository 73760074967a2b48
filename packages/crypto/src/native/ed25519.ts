import { SecretBytes } from '@sessionkit/bytes'
import type { SignedMessage } from '../backend.ts'
import { CryptoError } from '../error.ts'
import { edwardsToMontgomery, isCanonicalY } from '../field.ts'
import { createKeyCache } from '../key-cache.ts'
import type { Ed25519KeyPair, X25519KeyPair } from '../keys.ts'
import { checkBytes, secretBytes } from '../length.ts'
import { badPoint, checkOwnPublicKey, checkSigned } from '../sodium/ed25519.ts'
import { sodium, succeeds, unshared } from './sodium.ts'

/** Public keys by their seed. A signature made under another public key would give the secret away. */
const publicKeys = new WeakMap<SecretBytes, Uint8Array>()
/** libsodium's form of a secret, seed ‖ public key, for the time of one call. */
const expanded: Uint8Array = new Uint8Array(64)

/** The Ed25519 key pair of a 32-byte seed (RFC 8032). Protocol page 01, section 1. Throws `CRYPTO_WRONG_LENGTH`. */
export function ed25519KeyPairFromSeed(seed: SecretBytes): Ed25519KeyPair {
  return { publicKey: new Uint8Array(ed25519PublicKey(seed)), seed }
}

/** The public key of a seed, derived once for each `SecretBytes` object. Not to be handed out. */
function ed25519PublicKey(seed: SecretBytes): Uint8Array {
  const bytes = secretBytes(seed, 'seed', 32)
  const known = publicKeys.get(seed)
  if (known !== undefined) return known
  const publicKey = new Uint8Array(32)
  sodium.crypto_sign_seed_keypair(publicKey, expanded, bytes)
  expanded.fill(0)
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
  expanded.set(keyPair.seed.reveal())
  expanded.set(publicKey, 32)
  const signature = new Uint8Array(64)
  sodium.crypto_sign_detached(signature, message, expanded)
  expanded.fill(0)
  return signature
}

/**
 * Whether an Ed25519 signature is good, by libsodium's rules: canonical S and A, neither A nor R of small order, the
 * equation without cofactor. Protocol page 02, section 10.3. Throws `CRYPTO_WRONG_LENGTH`.
 */
export function ed25519Verify(input: SignedMessage): boolean {
  checkSigned(input)
  const { message, signature, publicKey } = input
  return sodium.crypto_sign_verify_detached(unshared(signature), unshared(message), unshared(publicKey)) === true
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
  const out = new Uint8Array(32)
  // libsodium checks curve, order and subgroup here, but not that the encoding is canonical.
  if (!isCanonicalY(publicKey) || !succeeds(() => sodium.crypto_sign_ed25519_pk_to_curve25519(out, publicKey))) {
    throw badPoint()
  }
  converted.set(publicKey, out)
  return new Uint8Array(out)
}

/** The X25519 key pair of an Ed25519 key pair; its secret is clamped. Protocol page 01, section 1. */
export function ed25519KeyPairToX25519(keyPair: Ed25519KeyPair): X25519KeyPair {
  const publicKey = ed25519PublicKey(keyPair?.seed)
  expanded.set(keyPair.seed.reveal())
  const secret = new Uint8Array(32)
  // Reads the seed only, not the public key behind it.
  sodium.crypto_sign_ed25519_sk_to_curve25519(secret, expanded)
  expanded.fill(0)
  // Our own key needs no check, so the public half is converted rather than derived anew.
  return { publicKey: edwardsToMontgomery(publicKey), secretKey: SecretBytes.take(secret) }
}
