import type { SecretBytes } from '@sessionkit/bytes'

/** An X25519 key pair. The secret is the raw 32 bytes; it is clamped at use. */
export interface X25519KeyPair {
  readonly publicKey: Uint8Array
  readonly secretKey: SecretBytes
}

/** An Ed25519 key pair, with the 32-byte seed of RFC 8032 as its secret. */
export interface Ed25519KeyPair {
  readonly publicKey: Uint8Array
  readonly seed: SecretBytes
}

/** An ML-KEM-768 key pair: public key 1184 bytes, secret key 2400 bytes (FIPS 203 expanded form). */
export interface MlKem768KeyPair {
  readonly publicKey: Uint8Array
  readonly secretKey: SecretBytes
}
