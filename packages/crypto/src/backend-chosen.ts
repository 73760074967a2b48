import type { CryptoBackend } from './backend.ts'
import * as node from './backend-node.ts'

/**
 * The Node backend, until `@sessionkit/crypto/native` is imported: the bindings below are live, so every package that
 * imports a function from `@sessionkit/crypto` calls the new one from then on, and a call costs what it did before.
 * Names that are not listed are the same functions in both.
 */
export * from './backend-node.ts'

export let backendName: CryptoBackend['backendName'] = node.backendName
export let argon2id: typeof node.argon2id = node.argon2id
export let blake2b: typeof node.blake2b = node.blake2b
export let ed25519KeyPairFromSeed: typeof node.ed25519KeyPairFromSeed = node.ed25519KeyPairFromSeed
export let ed25519KeyPairToX25519: typeof node.ed25519KeyPairToX25519 = node.ed25519KeyPairToX25519
export let ed25519PublicKeyToX25519: typeof node.ed25519PublicKeyToX25519 = node.ed25519PublicKeyToX25519
export let ed25519ScalarMult: typeof node.ed25519ScalarMult = node.ed25519ScalarMult
export let ed25519ScalarMultBase: typeof node.ed25519ScalarMultBase = node.ed25519ScalarMultBase
export let ed25519Sign: typeof node.ed25519Sign = node.ed25519Sign
export let ed25519Verify: typeof node.ed25519Verify = node.ed25519Verify
export let ed25519VerifyBatch: typeof node.ed25519VerifyBatch = node.ed25519VerifyBatch
export let isValidEd25519Point: typeof node.isValidEd25519Point = node.isValidEd25519Point
export let scalarAdd: typeof node.scalarAdd = node.scalarAdd
export let scalarNegate: typeof node.scalarNegate = node.scalarNegate
export let scalarReduce: typeof node.scalarReduce = node.scalarReduce
export let sealedBoxOpen: typeof node.sealedBoxOpen = node.sealedBoxOpen
export let sealedBoxSeal: typeof node.sealedBoxSeal = node.sealedBoxSeal
export let secretboxOpen: typeof node.secretboxOpen = node.secretboxOpen
export let secretboxSeal: typeof node.secretboxSeal = node.secretboxSeal
export let x25519: typeof node.x25519 = node.x25519
export let x25519KeyPair: typeof node.x25519KeyPair = node.x25519KeyPair
export let x25519KeyPairFromSecret: typeof node.x25519KeyPairFromSecret = node.x25519KeyPairFromSecret
export let xchacha20poly1305Decrypt: typeof node.xchacha20poly1305Decrypt = node.xchacha20poly1305Decrypt
export let xchacha20poly1305Encrypt: typeof node.xchacha20poly1305Encrypt = node.xchacha20poly1305Encrypt
export let xed25519Verify: typeof node.xed25519Verify = node.xed25519Verify

/** Keys, boxes and signatures of the backends are alike, so the change may come at any time. */
export function useBackend(backend: CryptoBackend): void {
  backendName = backend.backendName
  argon2id = backend.argon2id
  blake2b = backend.blake2b
  ed25519KeyPairFromSeed = backend.ed25519KeyPairFromSeed
  ed25519KeyPairToX25519 = backend.ed25519KeyPairToX25519
  ed25519PublicKeyToX25519 = backend.ed25519PublicKeyToX25519
  ed25519ScalarMult = backend.ed25519ScalarMult
  ed25519ScalarMultBase = backend.ed25519ScalarMultBase
  ed25519Sign = backend.ed25519Sign
  ed25519Verify = backend.ed25519Verify
  ed25519VerifyBatch = backend.ed25519VerifyBatch
  isValidEd25519Point = backend.isValidEd25519Point
  scalarAdd = backend.scalarAdd
  scalarNegate = backend.scalarNegate
  scalarReduce = backend.scalarReduce
  sealedBoxOpen = backend.sealedBoxOpen
  sealedBoxSeal = backend.sealedBoxSeal
  secretboxOpen = backend.secretboxOpen
  secretboxSeal = backend.secretboxSeal
  x25519 = backend.x25519
  x25519KeyPair = backend.x25519KeyPair
  x25519KeyPairFromSecret = backend.x25519KeyPairFromSecret
  xchacha20poly1305Decrypt = backend.xchacha20poly1305Decrypt
  xchacha20poly1305Encrypt = backend.xchacha20poly1305Encrypt
  xed25519Verify = backend.xed25519Verify
}
