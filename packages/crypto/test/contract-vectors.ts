import { bytesToHex, hexToBytes, utf8ToBytes } from '@sessionkit/bytes'
import { describe, expect, it } from 'vitest'
import type { CryptoBackend } from '../src/index.ts'
import { once, secret, vectors } from './material.ts'

export function vectorsPass(crypto: CryptoBackend): void {
  describe('vectors', () => {
    it('BLAKE2b', () => {
      for (const row of vectors('libsession-crypto', 'hash')) {
        const key = row.key === null ? undefined : hexToBytes(row.key)
        const hash = crypto.blake2b({ message: hexToBytes(row.message), length: row.size, key })
        expect(bytesToHex(hash)).toBe(row.hash)
      }
      for (const row of vectors('identity', 'blake2b')) {
        const key = row.key_ascii === null ? undefined : utf8ToBytes(row.key_ascii)
        const hash = crypto.blake2b({ message: utf8ToBytes(row.message_ascii), length: row.size, key })
        expect(bytesToHex(hash)).toBe(row.hash)
      }
    })

    it('Ed25519 to X25519', () => {
      for (const row of vectors('libsession-crypto', 'ed25519_to_x25519')) {
        const pair = crypto.ed25519KeyPairFromSeed(secret(row.ed25519_seed))
        expect(bytesToHex(pair.publicKey)).toBe(row.ed25519_pk)
        const x25519 = crypto.ed25519KeyPairToX25519(pair)
        expect(bytesToHex(x25519.publicKey)).toBe(row.x25519_pk)
        expect(bytesToHex(x25519.secretKey.copy())).toBe(row.x25519_sk)
        expect(bytesToHex(crypto.ed25519PublicKeyToX25519(pair.publicKey))).toBe(row.x25519_pk)
      }
      for (const row of vectors('identity', 'ed25519_to_x25519')) {
        const publicKey = hexToBytes(row.ed25519_public)
        if (row.x25519_public) {
          expect(bytesToHex(crypto.ed25519PublicKeyToX25519(publicKey))).toBe(row.x25519_public)
        }
        if (row.ed25519_seed) {
          const pair = crypto.ed25519KeyPairFromSeed(secret(row.ed25519_seed))
          expect(bytesToHex(pair.publicKey)).toBe(row.ed25519_public)
          expect(bytesToHex(crypto.ed25519KeyPairToX25519(pair).secretKey.copy())).toBe(row.x25519_secret)
        }
      }
    })

    it('Ed25519 signatures', () => {
      const rows = [...vectors('libsession-crypto', 'ed25519_sign'), ...vectors('identity', 'ed25519_sign')]
      for (const row of rows) {
        const keyPair = crypto.ed25519KeyPairFromSeed(secret(row.ed25519_seed ?? row.seed))
        const message = row.message === undefined ? utf8ToBytes(row.message_utf8) : hexToBytes(row.message)
        const signature = crypto.ed25519Sign({ message, keyPair })
        expect(bytesToHex(signature)).toBe(row.signature)
        expect(crypto.ed25519Verify({ message, signature, publicKey: keyPair.publicKey })).toBe(true)
      }
    })

    it('XEd25519', () => {
      for (const row of vectors('libsession-xed25519', 'sign')) {
        const message = hexToBytes(row.message)
        const random = once(hexToBytes(row.rng[0]))
        const signature = crypto.xed25519Sign({ message, secretKey: secret(row.x25519_sk), random })
        expect(bytesToHex(signature)).toBe(row.signature)
        expect(crypto.xed25519Verify({ message, signature, publicKey: hexToBytes(row.x25519_pk) })).toBe(true)
      }
      for (const row of vectors('libsession-xed25519', 'pubkey')) {
        const converted = crypto.xed25519PublicKey(hexToBytes(row.x25519_pk))
        expect(bytesToHex(converted)).toBe(row.ed25519_pk_positive)
      }
      for (const row of vectors('libsession-xed25519', 'verify_modified')) {
        const { message, signature, x25519_pk } = row
        const input = {
          message: hexToBytes(message),
          signature: hexToBytes(signature),
          publicKey: hexToBytes(x25519_pk),
        }
        expect(crypto.xed25519Verify(input), row.why).toBe(row.valid)
      }
      for (const row of vectors('identity', 'xed25519_pubkey')) {
        const converted = crypto.xed25519PublicKey(hexToBytes(row.x25519_public))
        expect(bytesToHex(converted)).toBe(row.positive_ed25519)
      }
    })
  })
}
