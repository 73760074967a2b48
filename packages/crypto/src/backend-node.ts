import { ed25519Verify } from './node/ed25519.ts'
import { xed25519VerifyWith } from './xed25519.ts'

export { aes256CbcDecrypt, aes256CbcEncrypt, aes256GcmDecrypt, aes256GcmEncrypt } from './node/aes.ts'
export { x25519, x25519KeyPair, x25519KeyPairFromSecret } from './node/curve25519.ts'
export {
  ed25519KeyPairFromSeed,
  ed25519KeyPairToX25519,
  ed25519Sign,
  ed25519Verify,
  ed25519VerifyBatch,
} from './node/ed25519.ts'
export { hmacSha256, sha256, sha512 } from './node/hash.ts'
export { createHmacSha256, createSha256 } from './node/incremental.ts'
export { sealedBoxOpen, sealedBoxSeal } from './node/sealed-box.ts'
export { secretstreamPull, secretstreamPush } from './node/secretstream.ts'
export { xchacha20poly1305Decrypt, xchacha20poly1305Encrypt } from './node/xchacha20.ts'
export { randomBytes } from './random.ts'
export { secretboxOpen, secretboxSeal } from './sodium/aead.ts'
export { ed25519PublicKeyToX25519 } from './sodium/ed25519.ts'
export { argon2id, blake2b, sha3_256, sha3_512, shake256 } from './sodium/hash.ts'
export { createBlake2b } from './sodium/incremental.ts'
export { mlKem768Decapsulate, mlKem768Encapsulate, mlKem768KeyPair } from './sodium/ml-kem.ts'
export {
  ed25519ScalarMult,
  ed25519ScalarMultBase,
  isValidEd25519Point,
  scalarAdd,
  scalarMultiply,
  scalarNegate,
  scalarReduce,
} from './sodium/scalar.ts'
export { xchacha20 } from './sodium/stream-cipher.ts'
export { ready } from './sodium/wasm.ts'
export { xed25519PublicKey, xed25519Sign } from './xed25519.ts'

/** Which backend the export conditions chose. */
export const backendName: 'node' | 'portable' | 'native' = 'node'
/** Whether an XEd25519 signature under an X25519 key is good. Protocol page 01, section 7. */
export const xed25519Verify: typeof ed25519Verify = xed25519VerifyWith(ed25519Verify)
