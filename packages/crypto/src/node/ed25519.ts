import { sign, verify } from 'node:crypto'
import { SecretBytes } from '@sessionkit/bytes'
import type { SignedMessage } from '../backend.ts'
import { CryptoError } from '../error.ts'
import { edwardsToMontgomery } from '../field.ts'
import type { Ed25519KeyPair, X25519KeyPair } from '../keys.ts'
import { checkBytes, secretBytes } from '../length.ts'
import { checkOwnPublicKey, checkSigned, clampedSecret } from '../sodium/ed25519.ts'
import { isStrictSignature } from '../strict-signature.ts'
import { privateKeyObject, publicKeyObject } from './key-objects.ts'

/** The Ed25519 key pair of a 32-byte seed (RFC 8032). Protocol page 01, section 1. Throws `CRYPTO_WRONG_LENGTH`. */
export function ed25519KeyPairFromSeed(seed: SecretBytes): Ed25519KeyPair {
  return { publicKey: new Uint8Array(privateKeyObject('Ed25519', seed, 'seed').publicKey), seed }
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
  const { key, publicKey } = privateKeyObject('Ed25519', keyPair?.seed, 'seed')
  checkOwnPublicKey(keyPair.publicKey, publicKey)
  return new Uint8Array(sign(null, message, key))
}

/**
 * Whether an Ed25519 signature is good, by libsodium's rules: canonical S and A, neither A nor R of small order, the
 * equation without cofactor. Protocol page 02, section 10.3. Throws `CRYPTO_WRONG_LENGTH`.
 */
export function ed25519Verify(input: SignedMessage): boolean {
  checkSigned(input)
  const { message, signature, publicKey } = input
  // OpenSSL takes small orders and other encodings of A; libsodium, and so the network, does not.
  if (!isStrictSignature(signature, publicKey)) return false
  return verify(null, message, publicKeyObject('Ed25519', publicKey), signature)
}

/** One answer for each signature, in order. */
export function ed25519VerifyBatch(items: readonly SignedMessage[]): boolean[] {
  if (!Array.isArray(items)) throw new CryptoError('CRYPTO_NOT_BYTES', 'items: expected a list')
  return items.map((item) => ed25519Verify(item))
}

/** The X25519 key pair of an Ed25519 key pair; its secret is clamped. Protocol page 01, section 1. */
export function ed25519KeyPairToX25519(keyPair: Ed25519KeyPair): X25519KeyPair {
  const { publicKey } = privateKeyObject('Ed25519', keyPair?.seed, 'seed')
  const secret = clampedSecret(secretBytes(keyPair?.seed, 'seed', 32))
  // Our own key needs no check, so the public half is converted rather than derived anew.
  return { publicKey: edwardsToMontgomery(publicKey), secretKey: SecretBytes.take(secret) }
}
