import { createRequire } from 'node:module'
import { CryptoError } from '../error.ts'

type Bytes = Uint8Array

/** The functions of `sodium-native` that we call. They throw where libsodium answers with a failure. */
interface SodiumNative {
  crypto_scalarmult_base(out: Bytes, secret: Bytes): void
  crypto_scalarmult(out: Bytes, secret: Bytes, point: Bytes): void
  crypto_sign_seed_keypair(publicKey: Bytes, secretKey: Bytes, seed: Bytes): void
  crypto_sign_detached(out: Bytes, message: Bytes, secretKey: Bytes): void
  crypto_sign_verify_detached(signature: Bytes, message: Bytes, publicKey: Bytes): boolean
  crypto_sign_ed25519_pk_to_curve25519(out: Bytes, publicKey: Bytes): void
  crypto_sign_ed25519_sk_to_curve25519(out: Bytes, secretKey: Bytes): void
  crypto_box_easy(out: Bytes, message: Bytes, nonce: Bytes, publicKey: Bytes, secretKey: Bytes): void
  crypto_box_seal(out: Bytes, message: Bytes, publicKey: Bytes): void
  crypto_box_seal_open(out: Bytes, box: Bytes, publicKey: Bytes, secretKey: Bytes): boolean
  crypto_secretbox_easy(out: Bytes, message: Bytes, nonce: Bytes, key: Bytes): void
  crypto_secretbox_open_easy(out: Bytes, box: Bytes, nonce: Bytes, key: Bytes): boolean
  crypto_aead_xchacha20poly1305_ietf_encrypt(
    out: Bytes,
    message: Bytes,
    associatedData: Bytes | null,
    unused: null,
    nonce: Bytes,
    key: Bytes,
  ): number
  crypto_aead_xchacha20poly1305_ietf_decrypt(
    out: Bytes,
    unused: null,
    ciphertext: Bytes,
    associatedData: Bytes | null,
    nonce: Bytes,
    key: Bytes,
  ): number
  crypto_generichash(out: Bytes, message: Bytes, key?: Bytes): void
  crypto_pwhash(out: Bytes, password: Bytes, salt: Bytes, opsLimit: number, memLimit: number, algorithm: number): void
  readonly crypto_pwhash_ALG_ARGON2ID13: number
  crypto_core_ed25519_is_valid_point(point: Bytes): boolean
  crypto_core_ed25519_scalar_reduce(out: Bytes, wide: Bytes): void
  crypto_core_ed25519_scalar_add(out: Bytes, a: Bytes, b: Bytes): void
  crypto_core_ed25519_scalar_negate(out: Bytes, a: Bytes): void
  crypto_scalarmult_ed25519_base_noclamp(out: Bytes, scalar: Bytes): void
  crypto_scalarmult_ed25519_noclamp(out: Bytes, scalar: Bytes, point: Bytes): void
}

/** An optional peer, so it is looked up when this module is imported, and its absence is said plainly. */
export const sodium: SodiumNative = load()

function load(): SodiumNative {
  try {
    return createRequire(import.meta.url)('sodium-native') as SodiumNative
  } catch (cause) {
    throw new CryptoError(
      'CRYPTO_BACKEND_MISSING',
      '@sessionkit/crypto/native needs the package sodium-native with a binary for this platform: install it, or do not import this entry point',
      { cause },
    )
  }
}

/**
 * Bytes that `sodium-native` reads in every call: in some it does nothing with memory that threads share, and does not say so.
 */
export const unshared = (bytes: Uint8Array): Uint8Array =>
  bytes.buffer instanceof SharedArrayBuffer ? new Uint8Array(bytes) : bytes

/** Whether libsodium took the call: `sodium-native` throws a bare `Error` where it did not. */
export function succeeds(call: () => void): boolean {
  try {
    call()
    return true
  } catch {
    return false
  }
}

/** Whether a box opened. Only a plain yes counts: a call that did nothing leaves zeros for a message. */
export function opens(call: () => boolean): boolean {
  try {
    return call() === true
  } catch {
    return false
  }
}
