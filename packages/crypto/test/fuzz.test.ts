import { SecretBytes } from '@sessionkit/bytes'
import { beforeAll, expect, it } from 'vitest'
import * as native from '../src/backend-native.ts'
import { type CryptoBackend, CryptoError } from '../src/index.ts'
import * as node from '../src/node.ts'
import * as portable from '../src/portable.ts'

const RUNS = 10_000

/** A small seeded generator: the run is the same every time. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

function fuzz(crypto: CryptoBackend): void {
  const random = generator(20261124)
  const some = (right: number): Uint8Array => {
    const length = random() < 0.9 ? right : Math.floor(random() * 100)
    return Uint8Array.from({ length }, () => Math.floor(random() * 256))
  }
  const any = (): Uint8Array => some(Math.floor(random() * 200))
  const keyPair = crypto.x25519KeyPair({ random: (length) => some(length).slice(0, length).fill(7) })
  const calls: (() => unknown)[] = [
    () => crypto.sealedBoxOpen({ box: any(), keyPair }),
    () => crypto.secretboxOpen({ key: some(32), nonce: some(24), box: any() }),
    () => crypto.xchacha20poly1305Decrypt({ key: some(32), nonce: some(24), ciphertext: any() }),
    () => crypto.aes256GcmDecrypt({ key: some(32), iv: some(12), ciphertext: any(), associatedData: any() }),
    () => crypto.aes256CbcDecrypt({ key: some(32), iv: some(16), ciphertext: some(32) }),
    () => crypto.ed25519Verify({ message: any(), signature: some(64), publicKey: some(32) }),
    () => crypto.xed25519Verify({ message: any(), signature: some(64), publicKey: some(32) }),
    () => crypto.ed25519PublicKeyToX25519(some(32)),
    () => crypto.xed25519PublicKey(some(32)),
    () => crypto.x25519({ secretKey: keyPair.secretKey, publicKey: some(32) }),
    () => crypto.mlKem768Encapsulate({ publicKey: some(1184) }),
    () => crypto.mlKem768Decapsulate({ ciphertext: some(1088), secretKey: SecretBytes.take(some(2400)) }),
    () => crypto.ed25519ScalarMult({ scalar: some(32), point: some(32) }),
    () => crypto.isValidEd25519Point(some(32)),
    () => crypto.blake2b({ message: [any(), any()], length: Math.floor(random() * 70), key: any() }),
    () => crypto.secretstreamPull({ key: some(32), header: some(24) }).pull(any()),
    () => crypto.shake256({ message: any(), length: Math.floor(random() * 70) }),
  ]
  for (let i = 0; i < RUNS; i++) {
    try {
      calls[i % calls.length]!()
    } catch (error) {
      if (!(error instanceof CryptoError)) throw error
    }
  }
}

beforeAll(() => portable.ready)

it.each([
  ['portable', portable],
  ['node', node],
  ['native', native],
] as const)('%s: random input gives an answer or a CryptoError', (_name, crypto) => {
  expect(() => fuzz(crypto)).not.toThrow()
})
