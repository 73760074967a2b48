import { inspect } from 'node:util'
import { bytesToBase64, bytesToHex, SecretBytes } from '@sessionkit/bytes'
import { expect, it } from 'vitest'
import type { CryptoBackend } from '../src/index.ts'
import { bytes, coded } from './material.ts'

export function lengths(crypto: CryptoBackend): void {
  it('wrong lengths and types are coded errors', () => {
    const wrong = coded('CRYPTO_WRONG_LENGTH')
    const key = bytes(32)
    const message = bytes(5)
    const nonce = bytes(24)
    const iv = bytes(12)
    const pair = crypto.x25519KeyPair()
    const keyPair = crypto.ed25519KeyPairFromSeed(SecretBytes.from(bytes(32)))
    const signature = bytes(64)
    const short = bytes(31)
    const calls: (() => unknown)[] = [
      () => crypto.x25519KeyPairFromSecret(SecretBytes.from(short)),
      () => crypto.x25519KeyPair({ random: () => short }),
      () => crypto.x25519({ secretKey: pair.secretKey, publicKey: short }),
      () => crypto.ed25519KeyPairFromSeed(SecretBytes.from(bytes(64))),
      () => crypto.ed25519Verify({ message, signature: bytes(63), publicKey: key }),
      () => crypto.ed25519Verify({ message, signature, publicKey: short }),
      () => crypto.ed25519PublicKeyToX25519(short),
      () => crypto.xed25519PublicKey(short),
      () => crypto.xed25519Sign({ message, secretKey: SecretBytes.from(short) }),
      () => crypto.sealedBoxSeal({ message, publicKey: short }),
      () => crypto.sealedBoxOpen({ box: bytes(47), keyPair: pair }),
      () => crypto.secretboxSeal({ key: short, nonce, message }),
      () => crypto.secretboxSeal({ key, nonce: iv, message }),
      () => crypto.secretboxOpen({ key, nonce, box: bytes(15) }),
      () => crypto.xchacha20({ key: short, nonce, message }),
      () => crypto.xchacha20({ key, nonce: iv, message }),
      () => crypto.xchacha20poly1305Encrypt({ key: short, nonce, message }),
      () => crypto.xchacha20poly1305Encrypt({ key, nonce: iv, message }),
      () => crypto.xchacha20poly1305Encrypt({ key, nonce: iv, message: bytes(9000) }),
      () => crypto.xchacha20poly1305Decrypt({ key, nonce, ciphertext: bytes(15) }),
      () => crypto.aes256GcmEncrypt({ key: short, iv, message }),
      () => crypto.aes256GcmEncrypt({ key, iv: nonce, message }),
      () => crypto.aes256GcmDecrypt({ key, iv, ciphertext: bytes(15) }),
      () => crypto.aes256CbcEncrypt({ key, iv, message }),
      () => crypto.blake2b({ message, length: 0 }),
      () => crypto.blake2b({ message, length: 65 }),
      () => crypto.blake2b({ message, length: 1.5 }),
      () => crypto.blake2b({ message, length: 32, key: bytes(65) }),
      () => crypto.blake2b({ message, length: 32, salt: bytes(15) }),
      () => crypto.blake2b({ message, length: 32, personalization: bytes(17) }),
      () => crypto.createBlake2b({ length: 65 }),
      () => crypto.createBlake2b({ length: 32, key: bytes(65) }),
      () => crypto.createBlake2b({ length: 32, salt: bytes(15) }),
      () => crypto.secretstreamPush({ key: short, header: nonce }),
      () => crypto.secretstreamPull({ key, header: iv }),
      () => crypto.secretstreamPull({ key, header: nonce }).pull(bytes(16)),
      () => crypto.shake256({ message, length: 0 }),
      () => crypto.argon2id({ password: key, salt: short, opsLimit: 1, memLimit: 8192, length: 32 }),
      () => crypto.mlKem768KeyPair({ seed: SecretBytes.from(key) }),
      () => crypto.mlKem768Encapsulate({ publicKey: key }),
      () => crypto.mlKem768Decapsulate({ ciphertext: key, secretKey: SecretBytes.from(bytes(2400)) }),
      () => crypto.scalarReduce(key),
      () => crypto.scalarAdd(key, short),
      () => crypto.scalarMultiply(short, key),
      () => crypto.scalarNegate(short),
      () => crypto.ed25519ScalarMultBase(short),
      () => crypto.ed25519ScalarMult({ scalar: key, point: short }),
      () => crypto.isValidEd25519Point(short),
      () => crypto.randomBytes(-1),
      () => crypto.randomBytes(0.5),
    ]
    for (const call of calls) expect(call, String(call)).toThrow(wrong)

    const notBytes = coded('CRYPTO_NOT_BYTES')
    const text = 'text' as never
    const others: (() => unknown)[] = [
      () => crypto.sha256(text),
      () => crypto.sha512(text),
      () => crypto.createSha256().update(text),
      () => crypto.createHmacSha256({ key: text }),
      () => crypto.createBlake2b({ length: 32, key: text }),
      () => crypto.secretstreamPush({ key, header: nonce }).push({ message: text, tag: 'message' }),
      () => crypto.secretstreamPull({ key, header: nonce }).pull(text),
      () => crypto.sha3_256(text),
      () => crypto.blake2b({ message: text, length: 32 }),
      () => crypto.blake2b({ message: [text], length: 32 }),
      () => crypto.hmacSha256({ key: text, message }),
      () => crypto.x25519({ secretKey: bytes(32) as never, publicKey: key }),
      () => crypto.ed25519Sign({ message: text, keyPair }),
      () => crypto.ed25519Verify({ message: text, signature, publicKey: key }),
      () => crypto.xchacha20poly1305Encrypt({ key, nonce, message: text }),
      () => crypto.aes256GcmEncrypt({ key, iv, message, associatedData: text }),
    ]
    for (const call of others) expect(call, String(call)).toThrow(notBytes)
  })

  it('randomBytes gives fresh arrays of any size', () => {
    for (const size of [0, 1, 32, 1024, 1025, 200_000]) {
      const drawn = crypto.randomBytes(size)
      expect(drawn.length).toBe(size)
      if (size >= 32) expect(drawn).not.toEqual(crypto.randomBytes(size))
    }
    const seen = new Set(Array.from({ length: 2000 }, () => bytesToHex(crypto.randomBytes(16))))
    expect(seen.size).toBe(2000)
  })
}

export function secrecy(crypto: CryptoBackend): void {
  it('neither a key pair nor an error shows a secret', () => {
    const hidden = bytes(32, 101)
    const pair = crypto.x25519KeyPairFromSecret(SecretBytes.from(hidden))
    const signer = crypto.ed25519KeyPairFromSeed(SecretBytes.from(hidden))
    const kem = crypto.mlKem768KeyPair({ seed: SecretBytes.from(bytes(64)) })
    const shown = [pair, signer, kem].flatMap((it) => [
      inspect(it, { depth: 9, showHidden: true }),
      JSON.stringify(it),
      `${it}`,
    ])
    const failures = [
      () => crypto.secretboxOpen({ key: hidden, nonce: bytes(24), box: bytes(40) }),
      () => crypto.xchacha20poly1305Decrypt({ key: hidden, nonce: bytes(24), ciphertext: bytes(9000) }),
      () => crypto.aes256GcmDecrypt({ key: hidden, iv: bytes(12), ciphertext: bytes(40) }),
      () => crypto.aes256CbcDecrypt({ key: hidden, iv: bytes(16), ciphertext: bytes(32) }),
      () => crypto.sealedBoxOpen({ box: bytes(60), keyPair: pair }),
      () => crypto.x25519({ secretKey: pair.secretKey, publicKey: new Uint8Array(32) }),
      () => crypto.ed25519Sign({ message: hidden, keyPair: { ...signer, publicKey: hidden } }),
      () => crypto.x25519KeyPairFromSecret(hidden as never),
    ]
    for (const fail of failures) {
      let caught: unknown
      try {
        fail()
      } catch (error) {
        caught = error
      }
      expect(caught).toMatchObject({ name: 'CryptoError' })
      shown.push(inspect(caught, { depth: 9, showHidden: true }))
    }
    const listed = Array.from(hidden.subarray(0, 6)).join(', ')
    for (const text of shown) {
      expect(text).not.toContain(bytesToHex(hidden).slice(0, 12))
      expect(text).not.toContain(bytesToBase64(hidden).slice(0, 12))
      expect(text).not.toContain(listed)
    }
  })
}
