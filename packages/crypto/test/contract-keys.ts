import { bytesToHex, hexToBytes, SecretBytes } from '@sessionkit/bytes'
import { describe, expect, it } from 'vitest'
import type { CryptoBackend } from '../src/index.ts'
import { bytes, coded, L, littleEndian, once, secret, toBigInt } from './material.ts'

export function keyPairs(crypto: CryptoBackend): void {
  describe('key pairs', () => {
    it('agree on a shared secret', () => {
      const a = crypto.x25519KeyPair()
      const b = crypto.x25519KeyPair({ random: once(bytes(32)) })
      expect(b.secretKey.copy()).toEqual(bytes(32))
      expect(crypto.x25519KeyPairFromSecret(SecretBytes.from(bytes(32))).publicKey).toEqual(b.publicKey)
      const shared = crypto.x25519({ secretKey: a.secretKey, publicKey: b.publicKey })
      expect(crypto.x25519({ secretKey: b.secretKey, publicKey: a.publicKey })).toEqual(shared)
    })

    it('computes the X25519 of RFC 7748, with bit 255 of the key ignored', () => {
      const secretKey = secret('a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4')
      const publicKey = hexToBytes('e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c')
      const shared = 'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552'
      expect(bytesToHex(crypto.x25519({ secretKey, publicKey }))).toBe(shared)
      publicKey[31]! |= 0x80
      expect(bytesToHex(crypto.x25519({ secretKey, publicKey }))).toBe(shared)
    })

    it('hand out copies', () => {
      const seed = SecretBytes.from(bytes(32))
      crypto.ed25519KeyPairFromSeed(seed).publicKey.fill(0)
      const pair = crypto.ed25519KeyPairFromSeed(seed)
      expect(pair.publicKey.some((byte) => byte !== 0)).toBe(true)
      crypto.ed25519PublicKeyToX25519(pair.publicKey).fill(0)
      expect(crypto.ed25519PublicKeyToX25519(pair.publicKey)).toEqual(crypto.ed25519KeyPairToX25519(pair).publicKey)
      const known = crypto.xed25519PublicKey(bytes(32))
      crypto.xed25519PublicKey(bytes(32)).fill(0)
      expect(crypto.xed25519PublicKey(bytes(32))).toEqual(known)
    })

    it('are useless once wiped', () => {
      const pair = crypto.x25519KeyPair()
      const signer = crypto.ed25519KeyPairFromSeed(SecretBytes.from(bytes(32)))
      pair.secretKey.wipe()
      signer.seed.wipe()
      const wiped = coded('BYTES_SECRET_WIPED')
      expect(() => crypto.x25519({ secretKey: pair.secretKey, publicKey: bytes(32) })).toThrow(wiped)
      expect(() => crypto.ed25519Sign({ message: bytes(3), keyPair: signer })).toThrow(wiped)
      expect(() => crypto.ed25519KeyPairToX25519(signer)).toThrow(wiped)
      expect(() => crypto.sealedBoxOpen({ box: bytes(60), keyPair: pair })).toThrow(wiped)
    })

    it('do not sign under a public key that is not theirs', () => {
      const { seed } = crypto.ed25519KeyPairFromSeed(SecretBytes.from(bytes(32)))
      const keyPair = { seed, publicKey: bytes(32) }
      expect(() => crypto.ed25519Sign({ message: bytes(3), keyPair })).toThrow(coded('CRYPTO_BAD_KEY_PAIR'))
    })
  })
}

export function scalars(crypto: CryptoBackend): void {
  it('scalars', () => {
    const [a, b] = [toBigInt(bytes(32)) % L, toBigInt(bytes(32, 77)) % L]
    const [left, right] = [littleEndian(a), littleEndian(b)]
    expect(crypto.scalarAdd(left, right)).toEqual(littleEndian((a + b) % L))
    expect(crypto.scalarMultiply(left, right)).toEqual(littleEndian((a * b) % L))
    expect(crypto.scalarNegate(left)).toEqual(littleEndian(L - a))
    expect(crypto.scalarReduce(bytes(64))).toEqual(littleEndian(toBigInt(bytes(64)) % L))
    const point = crypto.ed25519ScalarMultBase(left)
    const product = crypto.ed25519ScalarMult({ scalar: right, point })
    expect(product).toEqual(crypto.ed25519ScalarMultBase(crypto.scalarMultiply(left, right)))
    expect(crypto.isValidEd25519Point(product)).toBe(true)
  })
}
