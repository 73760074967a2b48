import { useBackend } from './backend-chosen.ts'
import * as native from './backend-native.ts'

export type {
  AeadDecryptInput,
  AeadEncryptInput,
  Argon2idInput,
  Blake2bInput,
  CbcDecryptInput,
  CbcEncryptInput,
  CbcPadding,
  CryptoBackend,
  IncrementalHash,
  RandomOption,
  SecretstreamInput,
  SecretstreamPull,
  SecretstreamPush,
  SecretstreamTag,
  SignedMessage,
} from './backend.ts'
export {
  aes256CbcDecrypt,
  aes256CbcEncrypt,
  aes256GcmDecrypt,
  aes256GcmEncrypt,
  argon2id,
  backendName,
  blake2b,
  createBlake2b,
  createHmacSha256,
  createSha256,
  ed25519KeyPairFromSeed,
  ed25519KeyPairToX25519,
  ed25519PublicKeyToX25519,
  ed25519ScalarMult,
  ed25519ScalarMultBase,
  ed25519Sign,
  ed25519Verify,
  ed25519VerifyBatch,
  hmacSha256,
  isValidEd25519Point,
  mlKem768Decapsulate,
  mlKem768Encapsulate,
  mlKem768KeyPair,
  randomBytes,
  ready,
  scalarAdd,
  scalarMultiply,
  scalarNegate,
  scalarReduce,
  sealedBoxOpen,
  sealedBoxSeal,
  secretboxOpen,
  secretboxSeal,
  secretstreamPull,
  secretstreamPush,
  sha3_256,
  sha3_512,
  sha256,
  sha512,
  shake256,
  x25519,
  x25519KeyPair,
  x25519KeyPairFromSecret,
  xchacha20,
  xchacha20poly1305Decrypt,
  xchacha20poly1305Encrypt,
  xed25519PublicKey,
  xed25519Sign,
  xed25519Verify,
} from './backend-native.ts'
export { CryptoError, type CryptoErrorCode } from './error.ts'
export type { Ed25519KeyPair, MlKem768KeyPair, X25519KeyPair } from './keys.ts'
export type { KeyBytes } from './length.ts'
export { MAX_RANDOM_BYTES } from './random.ts'
export { ARGON2ID_LIMITS, MAX_SHAKE_BYTES } from './sodium/hash.ts'
export { SEALED_BOX_OVERHEAD } from './sodium/sealed-box.ts'

// Importing this entry point is the choice: `@sessionkit/crypto` itself runs on `sodium-native` from here on.
useBackend(native)
