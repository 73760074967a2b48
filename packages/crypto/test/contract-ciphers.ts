import { bytesToHex, hexToBytes, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { describe, expect, it } from 'vitest'
import type { CryptoBackend } from '../src/index.ts'
import { bytes, coded, once } from './material.ts'

export function symmetric(crypto: CryptoBackend): void {
  describe('ciphers', () => {
    const key = bytes(32)
    const sizes = [0, 1, 15, 16, 17, 300, 3055, 3056, 3071, 3072, 5000, 70_000]

    it('XChaCha20-Poly1305 of the draft', () => {
      const message = utf8ToBytes(
        "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
      )
      const ciphertext = crypto.xchacha20poly1305Encrypt({
        key: Uint8Array.from({ length: 32 }, (_, i) => 0x80 + i),
        nonce: Uint8Array.from({ length: 24 }, (_, i) => 0x40 + i),
        associatedData: hexToBytes('50515253c0c1c2c3c4c5c6c7'),
        message,
      })
      expect(bytesToHex(ciphertext.subarray(message.length))).toBe('c0875924c1c7987947deafd8780acf49')
    })

    it('XChaCha20: from block 1 on it is the tagged form; twice gives the message', () => {
      const nonce = bytes(24)
      const message = bytes(300)
      const stream = crypto.xchacha20({ key, nonce, message: new Uint8Array(364) })
      const tagged = crypto.xchacha20poly1305Encrypt({ key, nonce, message })
      expect(
        crypto.xchacha20({ key, nonce, message: new Uint8Array([...new Uint8Array(64), ...message]) }).subarray(64),
      ).toEqual(tagged.subarray(0, 300))
      expect(stream.subarray(64).map((byte, i) => byte ^ message[i]!)).toEqual(tagged.subarray(0, 300))
      expect(
        crypto.xchacha20({ key, nonce, message: crypto.xchacha20({ key: SecretBytes.from(key), nonce, message }) }),
      ).toEqual(message)
      expect(crypto.xchacha20({ key, nonce, message: new Uint8Array(0) })).toEqual(new Uint8Array(0))
    })

    it('XChaCha20 of a known answer', () => {
      const key = Uint8Array.from({ length: 32 }, (_, i) => 0x80 + i)
      const nonce = hexToBytes('404142434445464748494a4b4c4d4e4f5051525354555658')
      expect(bytesToHex(crypto.xchacha20({ key, nonce, message: new Uint8Array(16) }))).toBe(
        '1131ce9a2a20ae0d67c8935c7789fa10',
      )
    })

    it('AES-256-GCM of the NIST examples', () => {
      const sealed = crypto.aes256GcmEncrypt({
        key: new Uint8Array(32),
        iv: new Uint8Array(12),
        message: new Uint8Array(16),
      })
      expect(bytesToHex(sealed)).toBe('cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919')
    })

    it('AES-256-CBC of NIST SP 800-38A', () => {
      const sealed = crypto.aes256CbcEncrypt({
        key: hexToBytes('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4'),
        iv: hexToBytes('000102030405060708090a0b0c0d0e0f'),
        message: hexToBytes('6bc1bee22e409f96e93d7e117393172a'),
        padding: 'none',
      })
      expect(bytesToHex(sealed)).toBe('f58c4c04d6e5f1ba779eabfb5f7bfbd6')
    })

    it('open what they sealed, and nothing that was changed', () => {
      const nonce = bytes(24)
      const iv = bytes(12)
      const associatedData = bytes(40)
      for (const size of sizes) {
        const message = bytes(size)
        for (const data of [undefined, associatedData]) {
          const xchacha = crypto.xchacha20poly1305Encrypt({ key, nonce, message, associatedData: data })
          const open = (ciphertext: Uint8Array, other = data): Uint8Array =>
            crypto.xchacha20poly1305Decrypt({ key: SecretBytes.from(key), nonce, ciphertext, associatedData: other })
          expect(open(xchacha)).toEqual(message)
          const gcm = crypto.aes256GcmEncrypt({ key, iv, message, associatedData: data })
          const openGcm = (ciphertext: Uint8Array, other = data): Uint8Array =>
            crypto.aes256GcmDecrypt({ key, iv, ciphertext, associatedData: other })
          expect(openGcm(gcm)).toEqual(message)
          for (const at of [0, xchacha.length - 1, xchacha.length >> 1]) {
            xchacha[at]! ^= 1
            gcm[at]! ^= 1
            expect(() => open(xchacha)).toThrow(coded('CRYPTO_OPEN_FAILED'))
            expect(() => openGcm(gcm)).toThrow(coded('CRYPTO_OPEN_FAILED'))
            xchacha[at]! ^= 1
            gcm[at]! ^= 1
          }
          expect(() => open(xchacha, bytes(3))).toThrow(coded('CRYPTO_OPEN_FAILED'))
          expect(() => openGcm(gcm, bytes(3))).toThrow(coded('CRYPTO_OPEN_FAILED'))
        }
        const box = crypto.secretboxSeal({ key, nonce, message })
        expect(crypto.secretboxOpen({ key, nonce, box })).toEqual(message)
        box[0]! ^= 1
        expect(() => crypto.secretboxOpen({ key, nonce, box })).toThrow(coded('CRYPTO_OPEN_FAILED'))
      }
    })

    it('CBC: padding, whole blocks, and bad padding', () => {
      const iv = bytes(16)
      for (const size of [0, 1, 15, 16, 17, 5000]) {
        const message = bytes(size)
        const ciphertext = crypto.aes256CbcEncrypt({ key, iv, message })
        expect(ciphertext.length).toBe(16 * Math.floor(size / 16) + 16)
        expect(crypto.aes256CbcDecrypt({ key, iv, ciphertext })).toEqual(message)
        if (size % 16 === 0) {
          const bare = crypto.aes256CbcEncrypt({ key, iv, message, padding: 'none' })
          expect(bare).toEqual(ciphertext.subarray(0, size))
          expect(crypto.aes256CbcDecrypt({ key, iv, ciphertext: bare, padding: 'none' })).toEqual(message)
        }
      }
      const wrong = coded('CRYPTO_WRONG_LENGTH')
      expect(() => crypto.aes256CbcEncrypt({ key, iv, message: bytes(15), padding: 'none' })).toThrow(wrong)
      for (const size of [0, 15, 17]) {
        expect(() => crypto.aes256CbcDecrypt({ key, iv, ciphertext: bytes(size) })).toThrow(wrong)
      }
      for (const last of [0, 17, 255]) {
        const message = bytes(16)
        message[15] = last
        const ciphertext = crypto.aes256CbcEncrypt({ key, iv, message, padding: 'none' })
        expect(() => crypto.aes256CbcDecrypt({ key, iv, ciphertext })).toThrow(coded('CRYPTO_BAD_PADDING'))
      }
    })

    it('sealed boxes: the ephemeral key is the randomness, and only the recipient opens', () => {
      const keyPair = crypto.x25519KeyPair()
      const other = crypto.x25519KeyPair()
      for (const size of [0, 1, 320, 5000, 40_000]) {
        const message = bytes(size)
        const box = crypto.sealedBoxSeal({ message, publicKey: keyPair.publicKey, random: once(bytes(32)) })
        const ephemeral = crypto.x25519KeyPairFromSecret(SecretBytes.from(bytes(32)))
        expect(box.subarray(0, 32)).toEqual(ephemeral.publicKey)
        expect(box.length).toBe(size + 48)
        expect(crypto.sealedBoxOpen({ box, keyPair })).toEqual(message)
        expect(() => crypto.sealedBoxOpen({ box, keyPair: other })).toThrow(coded('CRYPTO_OPEN_FAILED'))
        box[box.length - 1]! ^= 1
        expect(() => crypto.sealedBoxOpen({ box, keyPair })).toThrow(coded('CRYPTO_OPEN_FAILED'))
      }
    })
  })
}
