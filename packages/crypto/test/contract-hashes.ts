import { argon2id } from '@noble/hashes/argon2.js'
import { blake2b } from '@noble/hashes/blake2.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import { bytesToHex, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { expect, it } from 'vitest'
import type { CryptoBackend } from '../src/index.ts'
import { bytes, coded, once } from './material.ts'

export function hashes(crypto: CryptoBackend): void {
  it('known hashes', () => {
    const abc = utf8ToBytes('abc')
    const hex = (hash: Uint8Array): string => bytesToHex(hash)
    expect(hex(crypto.sha256(abc))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(hex(crypto.sha512(abc)).slice(0, 32)).toBe('ddaf35a193617abacc417349ae204131')
    expect(hex(crypto.sha3_256(abc))).toBe('3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532')
    expect(hex(crypto.sha3_512(abc)).slice(0, 32)).toBe('b751850b1a57168a5693cd924b6b096e')
    expect(hex(crypto.shake256({ message: new Uint8Array(0), length: 8 }))).toBe('46b9dd2b0ba88d13')
    const mac = crypto.hmacSha256({ key: utf8ToBytes('Jefe'), message: utf8ToBytes('what do ya want for nothing?') })
    expect(hex(mac)).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843')
  })

  it('HMAC-SHA-256 takes keys of any length', () => {
    for (const size of [0, 1, 32, 64, 65, 200]) {
      const key = bytes(size)
      const message = bytes(50)
      expect(crypto.hmacSha256({ key: SecretBytes.from(key), message })).toEqual(hmac(nobleSha256, key, message))
    }
  })

  it('BLAKE2b with key, salt and personalization, in parts or whole', () => {
    const message = bytes(500)
    const parts = [message.subarray(0, 1), message.subarray(1, 1), message.subarray(1, 300), message.subarray(300)]
    for (const length of [1, 16, 32, 64]) {
      for (const key of [undefined, bytes(1), bytes(26), bytes(64)]) {
        for (const salt of [undefined, bytes(16, 3)]) {
          for (const personalization of [undefined, bytes(16, 9)]) {
            const options = { ...(key && { key }), ...(salt && { salt }), ...(personalization && { personalization }) }
            const expected = blake2b(message, { dkLen: length, ...options })
            const hash = crypto.blake2b({ message, length, ...options })
            expect(hash).toEqual(expected)
            expect(crypto.blake2b({ message: parts, length, ...options })).toEqual(hash)
          }
        }
      }
    }
    expect(crypto.blake2b({ message, length: 32, key: new Uint8Array(0) })).toEqual(blake2b(message, { dkLen: 32 }))
  })

  it('Argon2id', () => {
    const input = { password: utf8ToBytes('password'), salt: bytes(16), opsLimit: 2, memLimit: 65_536, length: 32 }
    const expected = argon2id(input.password, input.salt, { t: 2, m: 64, p: 1, dkLen: 32 })
    expect(crypto.argon2id(input)).toEqual(expected)
    for (const bad of [
      { opsLimit: 0 },
      { opsLimit: 1e9 },
      { memLimit: 1 },
      { memLimit: 2 ** 40 },
      { memLimit: 8192.5 },
    ]) {
      expect(() => crypto.argon2id({ ...input, ...bad })).toThrow(coded('CRYPTO_BAD_LIMIT'))
    }
  })
}

export function postQuantum(crypto: CryptoBackend): void {
  it('ML-KEM-768', () => {
    const seed = SecretBytes.from(bytes(64))
    const pair = crypto.mlKem768KeyPair({ seed })
    const judge = ml_kem768.keygen(bytes(64))
    expect(pair.publicKey).toEqual(judge.publicKey)
    expect(pair.secretKey.copy()).toEqual(judge.secretKey)
    const sent = crypto.mlKem768Encapsulate({ publicKey: pair.publicKey, random: once(bytes(32)) })
    const expected = ml_kem768.encapsulate(judge.publicKey, bytes(32))
    expect(sent.ciphertext).toEqual(expected.cipherText)
    expect(sent.sharedSecret).toEqual(expected.sharedSecret)
    const { ciphertext } = sent
    expect(crypto.mlKem768Decapsulate({ ciphertext, secretKey: pair.secretKey })).toEqual(sent.sharedSecret)
    ciphertext[9]! ^= 1
    const implicit = crypto.mlKem768Decapsulate({ ciphertext, secretKey: pair.secretKey })
    expect(implicit).toEqual(ml_kem768.decapsulate(ciphertext, judge.secretKey))
    expect(implicit).not.toEqual(sent.sharedSecret)
    const random = crypto.mlKem768Encapsulate({ publicKey: pair.publicKey })
    const { secretKey } = pair
    expect(crypto.mlKem768Decapsulate({ ciphertext: random.ciphertext, secretKey })).toEqual(random.sharedSecret)
    const overflowing = new Uint8Array(1184).fill(255)
    expect(() => crypto.mlKem768Encapsulate({ publicKey: overflowing })).toThrow(coded('CRYPTO_BAD_PUBLIC_KEY'))
  })
}
