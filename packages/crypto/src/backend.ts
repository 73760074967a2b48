import type { RandomSource, SecretBytes } from '@sessionkit/bytes'
import type { Ed25519KeyPair, MlKem768KeyPair, X25519KeyPair } from './keys.ts'
import type { KeyBytes } from './length.ts'

export interface RandomOption {
  /** Where random bytes come from; the platform's generator when absent. */
  readonly random?: RandomSource | undefined
}

export interface SignedMessage {
  readonly message: Uint8Array
  /** 64 bytes. */
  readonly signature: Uint8Array
  /** 32 bytes. */
  readonly publicKey: Uint8Array
}

export interface AeadEncryptInput {
  readonly key: KeyBytes
  readonly message: Uint8Array
  readonly associatedData?: Uint8Array | undefined
}

export interface AeadDecryptInput {
  readonly key: KeyBytes
  readonly ciphertext: Uint8Array
  readonly associatedData?: Uint8Array | undefined
}

export interface Blake2bInput {
  /** One array, or several that are hashed as if joined. */
  readonly message: Uint8Array | readonly Uint8Array[]
  /** Digest length, 1 to 64 bytes: a parameter of the hash, not a cut. */
  readonly length: number
  /** At most 64 bytes. */
  readonly key?: KeyBytes | undefined
  /** 16 bytes. */
  readonly salt?: Uint8Array | undefined
  /** 16 bytes. */
  readonly personalization?: Uint8Array | undefined
}

export interface Argon2idInput {
  readonly password: KeyBytes
  /** 16 bytes. */
  readonly salt: Uint8Array
  /** Passes over the memory. */
  readonly opsLimit: number
  /** Memory in bytes. */
  readonly memLimit: number
  /** 16 to 1024 bytes. */
  readonly length: number
}

export type CbcPadding = 'pkcs7' | 'none'

export interface CbcEncryptInput {
  readonly key: KeyBytes
  /** 16 bytes. */
  readonly iv: Uint8Array
  readonly message: Uint8Array
  readonly padding?: CbcPadding | undefined
}

export interface CbcDecryptInput {
  readonly key: KeyBytes
  /** 16 bytes. */
  readonly iv: Uint8Array
  readonly ciphertext: Uint8Array
  readonly padding?: CbcPadding | undefined
}

/** A hash or MAC that is fed piece by piece. Its state holds what the key gave: call `digest`, or drop it. */
export interface IncrementalHash {
  update(message: Uint8Array): void
  /** The result, once: afterwards both methods throw `CRYPTO_FINISHED`. */
  digest(): Uint8Array
}

/** What a secretstream piece says about itself. Only `message` and `final` are ever sent by Session. */
export type SecretstreamTag = 'message' | 'push' | 'rekey' | 'final'

export interface SecretstreamInput {
  /** 32 bytes. */
  readonly key: KeyBytes
  /** 24 bytes: the nonce, stored in front of the pieces. Never the same pair of key and header for two streams. */
  readonly header: Uint8Array
}

export interface SecretstreamPush {
  /** The next piece: encrypted tag (1) ‖ ciphertext ‖ MAC (16). */
  push(input: { readonly message: Uint8Array; readonly tag: SecretstreamTag }): Uint8Array
  /** Overwrites the state; `push` throws `CRYPTO_FINISHED` afterwards. */
  wipe(): void
}

export interface SecretstreamPull {
  /** Opens the next piece. Throws `CRYPTO_OPEN_FAILED` and is then finished. */
  pull(piece: Uint8Array): { message: Uint8Array; tag: SecretstreamTag }
  /** Overwrites the state; `pull` throws `CRYPTO_FINISHED` afterwards. */
  wipe(): void
}

/**
 * The function set of every backend: the same bytes for the same input, and the same errors. Each function is described
 * where it is exported.
 */
export interface CryptoBackend {
  readonly backendName: 'node' | 'portable' | 'native'
  readonly ready: Promise<void>
  randomBytes(length: number): Uint8Array

  x25519KeyPair(options?: RandomOption): X25519KeyPair
  x25519KeyPairFromSecret(secretKey: SecretBytes): X25519KeyPair
  x25519(input: { readonly secretKey: SecretBytes; readonly publicKey: Uint8Array }): Uint8Array

  ed25519KeyPairFromSeed(seed: SecretBytes): Ed25519KeyPair
  ed25519Sign(input: { readonly message: Uint8Array; readonly keyPair: Ed25519KeyPair }): Uint8Array
  ed25519Verify(input: SignedMessage): boolean
  ed25519VerifyBatch(items: readonly SignedMessage[]): boolean[]
  ed25519PublicKeyToX25519(publicKey: Uint8Array): Uint8Array
  ed25519KeyPairToX25519(keyPair: Ed25519KeyPair): X25519KeyPair

  xed25519PublicKey(x25519PublicKey: Uint8Array): Uint8Array
  xed25519Sign(input: { readonly message: Uint8Array; readonly secretKey: SecretBytes } & RandomOption): Uint8Array
  xed25519Verify(input: SignedMessage): boolean

  sealedBoxSeal(input: { readonly message: Uint8Array; readonly publicKey: Uint8Array } & RandomOption): Uint8Array
  sealedBoxOpen(input: { readonly box: Uint8Array; readonly keyPair: X25519KeyPair }): Uint8Array
  secretboxSeal(input: { readonly key: KeyBytes; readonly nonce: Uint8Array; readonly message: Uint8Array }): Uint8Array
  secretboxOpen(input: { readonly key: KeyBytes; readonly nonce: Uint8Array; readonly box: Uint8Array }): Uint8Array

  xchacha20poly1305Encrypt(input: AeadEncryptInput & { readonly nonce: Uint8Array }): Uint8Array
  xchacha20poly1305Decrypt(input: AeadDecryptInput & { readonly nonce: Uint8Array }): Uint8Array
  xchacha20(input: { readonly key: KeyBytes; readonly nonce: Uint8Array; readonly message: Uint8Array }): Uint8Array
  aes256GcmEncrypt(input: AeadEncryptInput & { readonly iv: Uint8Array }): Uint8Array
  aes256GcmDecrypt(input: AeadDecryptInput & { readonly iv: Uint8Array }): Uint8Array
  aes256CbcEncrypt(input: CbcEncryptInput): Uint8Array
  aes256CbcDecrypt(input: CbcDecryptInput): Uint8Array

  hmacSha256(input: { readonly key: KeyBytes; readonly message: Uint8Array }): Uint8Array
  sha256(message: Uint8Array): Uint8Array
  sha512(message: Uint8Array): Uint8Array
  sha3_256(message: Uint8Array): Uint8Array
  sha3_512(message: Uint8Array): Uint8Array
  shake256(input: { readonly message: Uint8Array; readonly length: number }): Uint8Array
  blake2b(input: Blake2bInput): Uint8Array
  createSha256(): IncrementalHash
  createHmacSha256(input: { readonly key: KeyBytes }): IncrementalHash
  createBlake2b(input: Omit<Blake2bInput, 'message'>): IncrementalHash
  secretstreamPush(input: SecretstreamInput): SecretstreamPush
  secretstreamPull(input: SecretstreamInput): SecretstreamPull
  argon2id(input: Argon2idInput): Uint8Array

  mlKem768KeyPair(input: { readonly seed: SecretBytes }): MlKem768KeyPair
  mlKem768Encapsulate(input: { readonly publicKey: Uint8Array } & RandomOption): {
    ciphertext: Uint8Array
    sharedSecret: Uint8Array
  }
  mlKem768Decapsulate(input: { readonly ciphertext: Uint8Array; readonly secretKey: SecretBytes }): Uint8Array

  scalarReduce(wide: Uint8Array): Uint8Array
  scalarMultiply(a: Uint8Array, b: Uint8Array): Uint8Array
  scalarAdd(a: Uint8Array, b: Uint8Array): Uint8Array
  scalarNegate(a: Uint8Array): Uint8Array
  ed25519ScalarMultBase(scalar: Uint8Array): Uint8Array
  ed25519ScalarMult(input: { readonly scalar: Uint8Array; readonly point: Uint8Array }): Uint8Array
  isValidEd25519Point(point: Uint8Array): boolean
}
