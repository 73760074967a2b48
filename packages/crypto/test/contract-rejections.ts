import { hexToBytes, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { describe, expect, it } from 'vitest'
import type { CryptoBackend } from '../src/index.ts'
import { badEdwardsKeys, bytes, coded, L, littleEndian, mixedOrderKeys, once, P, toBigInt } from './material.ts'

export function rejections(crypto: CryptoBackend): void {
  describe('rejections', () => {
    const message = utf8ToBytes('strict')

    it('X25519 keys of small order', () => {
      const { secretKey } = crypto.x25519KeyPair()
      const orderEight = [
        'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
        '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
      ]
      for (const publicKey of [...[0n, 1n, P - 1n, P, P + 1n].map(littleEndian), ...orderEight.map(hexToBytes)]) {
        expect(() => crypto.x25519({ secretKey, publicKey })).toThrow(coded('CRYPTO_BAD_PUBLIC_KEY'))
        expect(() => crypto.sealedBoxSeal({ message, publicKey })).toThrow(coded('CRYPTO_BAD_PUBLIC_KEY'))
        const box = new Uint8Array(60)
        box.set(publicKey)
        const keyPair = crypto.x25519KeyPair()
        expect(() => crypto.sealedBoxOpen({ box, keyPair })).toThrow(coded('CRYPTO_OPEN_FAILED'))
      }
    })

    it('Ed25519 keys that do not convert', () => {
      const offCurve = [littleEndian(2n), littleEndian(7n)]
      for (const publicKey of [...badEdwardsKeys(), ...offCurve]) {
        expect(() => crypto.ed25519PublicKeyToX25519(publicKey)).toThrow(coded('CRYPTO_BAD_PUBLIC_KEY'))
        expect(crypto.isValidEd25519Point(publicKey)).toBe(false)
      }
    })

    it('Ed25519 keys outside the prime-order subgroup', () => {
      for (const publicKey of mixedOrderKeys()) {
        expect(() => crypto.ed25519PublicKeyToX25519(publicKey)).toThrow(coded('CRYPTO_BAD_PUBLIC_KEY'))
        expect(crypto.isValidEd25519Point(publicKey)).toBe(false)
      }
    })

    it('signatures under keys of small order or with other encodings', () => {
      // With A of small order and S = 0, R = identity fits any message whose hash the order divides.
      const zero = new Uint8Array(32)
      for (const publicKey of badEdwardsKeys()) {
        for (const R of badEdwardsKeys()) {
          const signature = new Uint8Array([...R, ...zero])
          expect(crypto.ed25519Verify({ message, signature, publicKey })).toBe(false)
        }
      }
    })

    it('a small-order R under an honest key', () => {
      // R = identity, S = k·a: it fits the equation.
      const a = crypto.scalarReduce(bytes(64))
      const publicKey = crypto.ed25519ScalarMultBase(a)
      for (const R of [littleEndian(1n), littleEndian(P + 1n)]) {
        const k = crypto.scalarReduce(crypto.sha512(new Uint8Array([...R, ...publicKey, ...message])))
        const signature = new Uint8Array([...R, ...crypto.scalarMultiply(k, a)])
        expect(crypto.ed25519Verify({ message, signature, publicKey })).toBe(false)
      }
    })

    it('a signature with S + L, S + 2L, or high bits set', () => {
      const keyPair = crypto.ed25519KeyPairFromSeed(SecretBytes.from(bytes(32)))
      const good = crypto.ed25519Sign({ message, keyPair })
      const S = toBigInt(good.subarray(32))
      for (const other of [S + L, S + 2n * L, S + 2n ** 253n, S + 2n ** 255n]) {
        const signature = new Uint8Array([...good.subarray(0, 32), ...littleEndian(other)])
        expect(crypto.ed25519Verify({ message, signature, publicKey: keyPair.publicKey })).toBe(false)
      }
    })

    it('any changed byte, one item at a time in a batch', () => {
      const keyPair = crypto.ed25519KeyPairFromSeed(SecretBytes.from(bytes(32)))
      const { publicKey } = keyPair
      const signature = crypto.ed25519Sign({ message, keyPair })
      const items = Array.from({ length: 64 }, (_, i) => {
        const changed = new Uint8Array(signature)
        if (i % 2 === 1) changed[i]! ^= 1
        return { message, signature: changed, publicKey }
      })
      expect(crypto.ed25519VerifyBatch(items)).toEqual(items.map((_, i) => i % 2 === 0))
      expect(crypto.ed25519VerifyBatch([])).toEqual([])
    })

    it('u = p - 1 as an XEd25519 key', () => {
      for (const publicKey of [littleEndian(P - 1n), littleEndian(P - 1n + 2n ** 255n)]) {
        expect(() => crypto.xed25519PublicKey(publicKey)).toThrow(coded('CRYPTO_BAD_PUBLIC_KEY'))
        expect(crypto.xed25519Verify({ message, signature: new Uint8Array(64), publicKey })).toBe(false)
      }
    })

    it('XEd25519 signatures of either sign verify', () => {
      for (let i = 0; i < 8; i++) {
        const pair = crypto.x25519KeyPair({ random: once(bytes(32, i)) })
        const signature = crypto.xed25519Sign({ message, secretKey: pair.secretKey })
        expect(crypto.xed25519Verify({ message, signature, publicKey: pair.publicKey })).toBe(true)
        signature[5]! ^= 4
        expect(crypto.xed25519Verify({ message, signature, publicKey: pair.publicKey })).toBe(false)
      }
    })

    it('points and scalars that have no product', () => {
      const point = crypto.ed25519ScalarMultBase(littleEndian(5n))
      const zero = littleEndian(0n)
      expect(() => crypto.ed25519ScalarMultBase(zero)).toThrow(coded('CRYPTO_BAD_SCALAR'))
      expect(() => crypto.ed25519ScalarMult({ scalar: zero, point })).toThrow(coded('CRYPTO_BAD_SCALAR'))
      for (const bad of [...badEdwardsKeys(), ...mixedOrderKeys()]) {
        const input = { scalar: littleEndian(5n), point: bad }
        expect(() => crypto.ed25519ScalarMult(input)).toThrow(coded('CRYPTO_BAD_PUBLIC_KEY'))
      }
    })

    it('arguments of the wrong kind', () => {
      const bad = (value: unknown) => value as never
      const publicKey = crypto.x25519KeyPair().publicKey
      const aes = { key: new Uint8Array(32), iv: new Uint8Array(16) }
      for (const value of [null, 1, 'x', {}, () => 'x']) {
        expect(() => crypto.x25519KeyPair({ random: bad(value) })).toThrow(coded('CRYPTO_NOT_BYTES'))
        expect(() => crypto.sealedBoxSeal({ message, publicKey, random: bad(value) })).toThrow(
          coded('CRYPTO_NOT_BYTES'),
        )
        expect(() => crypto.ed25519Sign({ message, keyPair: bad(value) })).toThrow(coded('CRYPTO_NOT_BYTES'))
        expect(() => crypto.ed25519KeyPairToX25519(bad(value))).toThrow(coded('CRYPTO_NOT_BYTES'))
        expect(() => crypto.sealedBoxOpen({ box: new Uint8Array(60), keyPair: bad(value) })).toThrow(
          coded('CRYPTO_NOT_BYTES'),
        )
        expect(() => crypto.ed25519VerifyBatch(bad(value))).toThrow(coded('CRYPTO_NOT_BYTES'))
        expect(() => crypto.ed25519VerifyBatch([bad(value)])).toThrow(coded('CRYPTO_NOT_BYTES'))
      }
      for (const padding of [null, '', 'PKCS7', 'zero', 0]) {
        for (const data of [new Uint8Array(5), new Uint8Array(16)]) {
          const input = { ...aes, padding: bad(padding) }
          expect(() => crypto.aes256CbcEncrypt({ ...input, message: data })).toThrow(coded('CRYPTO_BAD_PADDING'))
          expect(() => crypto.aes256CbcDecrypt({ ...input, ciphertext: data })).toThrow(coded('CRYPTO_BAD_PADDING'))
        }
      }
    })
  })
}
