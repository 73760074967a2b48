import { ed25519Verify } from './native/ed25519.ts'
import { xed25519VerifyWith } from './xed25519.ts'

// What `sodium-native` lacks, or does no faster, is what the Node backend does.
export { secretboxOpen, secretboxSeal, xchacha20poly1305Decrypt, xchacha20poly1305Encrypt } from './native/aead.ts'
export { x25519, x25519KeyPair, x25519KeyPairFromSecret } from './native/curve25519.ts'
export {
  ed25519KeyPairFromSeed,
  ed25519KeyPairToX25519,
  ed25519PublicKeyToX25519,
  ed25519Sign,
  ed25519Verify,
  ed25519VerifyBatch,
} from './native/ed25519.ts'
export { argon2id, blake2b } from './native/hash.ts'
export {
  ed25519ScalarMult,
  ed25519ScalarMultBase,
  isValidEd25519Point,
  scalarAdd,
  scalarNegate,
  scalarReduce,
} from './native/scalar.ts'
export { sealedBoxOpen, sealedBoxSeal } from './native/sealed-box.ts'
export { aes256CbcDecrypt, aes256CbcEncrypt, aes256GcmDecrypt, aes256GcmEncrypt } from './node/aes.ts'
export { hmacSha256, sha256, sha512 } from './node/hash.ts'
export { createHmacSha256, createSha256 } from './node/incremental.ts'
export { secretstreamPull, secretstreamPush } from './node/secretstream.ts'
export { randomBytes } from './random.ts'
export { sha3_256, sha3_512, shake256 } from './sodium/hash.ts'
export { createBlake2b } from './sodium/incremental.ts'
export { mlKem768Decapsulate, mlKem768Encapsulate, mlKem768KeyPair } from './sodium/ml-kem.ts'
export { scalarMultiply } from './sodium/scalar.ts'
export { xchacha20 } from './sodium/stream-cipher.ts'
export { ready } from './sodium/wasm.ts'
export { xed25519PublicKey, xed25519Sign } from './xed25519.ts'

/** The backend of this entry point. */
export const backendName: 'node' | 'portable' | 'native' = 'native'
/** Whether an XEd25519 signature under an X25519 key is good. Protocol page 01, section 7. */
export const xed25519Verify: typeof ed25519Verify = xed25519VerifyWith(ed25519Verify)
