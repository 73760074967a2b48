import { concatBytes, SecretBytes } from '@sessionkit/bytes'
import {
  blake2b,
  ed25519KeyPairFromSeed,
  ed25519KeyPairToX25519,
  ed25519PublicKeyToX25519,
  ed25519Sign,
  ed25519Verify,
  xchacha20poly1305Decrypt,
  xchacha20poly1305Encrypt,
} from '@sessionkit/crypto'
import { accountFromSeed, sessionIdFromEd25519 } from '@sessionkit/session-id'
import { bytes, integer, optional, text } from './entry.ts'
import { expectField, expectRefusal, expectSame } from './expect.ts'
import { onsKeys, openOns, sealOns } from './ons.ts'
import type { VectorHandler } from './runner.ts'

/** `libsession-crypto.json`, protocol pages 01 and 09. */
export const cryptoHandlers: Readonly<Record<string, VectorHandler>> = {
  hash: (entry) => {
    const key = optional(entry, 'key', bytes)
    const input = { message: bytes(entry, 'message'), length: integer(entry, 'size') }
    expectField(entry, 'hash', blake2b(key === undefined ? input : { ...input, key }))
  },

  ed25519_to_x25519: (entry) => {
    const seed = bytes(entry, 'ed25519_seed')
    const keyPair = ed25519KeyPairFromSeed(SecretBytes.from(seed))
    const x25519 = ed25519KeyPairToX25519(keyPair)
    expectField(entry, 'ed25519_pk', keyPair.publicKey)
    expectField(entry, 'ed25519_sk', concatBytes(seed, keyPair.publicKey))
    expectField(entry, 'x25519_sk', x25519.secretKey.copy())
    expectField(entry, 'x25519_pk', x25519.publicKey)
    expectField(entry, 'x25519_pk', ed25519PublicKeyToX25519(keyPair.publicKey), 'x25519_pk from the public key')
    expectField(entry, 'session_id', sessionIdFromEd25519(keyPair.publicKey))
    expectField(entry, 'session_id', accountFromSeed(seed).sessionId, 'session_id of the account')
  },

  ed25519_sign: (entry) => {
    const message = bytes(entry, 'message')
    const keyPair = ed25519KeyPairFromSeed(SecretBytes.from(bytes(entry, 'ed25519_seed')))
    const signature = ed25519Sign({ message, keyPair })
    expectField(entry, 'ed25519_pk', keyPair.publicKey)
    expectField(entry, 'signature', signature)
    expectSame('our signature verifies', true, ed25519Verify({ message, signature, publicKey: keyPair.publicKey }))
  },

  ons_decrypt: (entry) => {
    const { hashBase64, key } = onsKeys(text(entry, 'name'))
    const nonce = bytes(entry, 'nonce')
    expectField(entry, 'name_hash_b64', hashBase64)
    expectField(entry, 'key', key)
    expectField(entry, 'session_id', openOns(key, nonce, bytes(entry, 'ciphertext')))
    expectField(entry, 'ciphertext', sealOns(key, nonce, bytes(entry, 'session_id')))
  },

  ons_reject: (entry) => {
    const { key } = onsKeys(text(entry, 'name'))
    const nonce = bytes(entry, 'nonce')
    const value = bytes(entry, 'ciphertext')
    expectRefusal('ons', () => openOns(key, nonce, value))
  },

  push_notification_decrypt: (entry) => {
    const key = bytes(entry, 'enc_key')
    const payload = bytes(entry, 'payload')
    const nonce = payload.subarray(0, 24)
    const padded = xchacha20poly1305Decrypt({ key, nonce, ciphertext: payload.subarray(24) })
    const plaintext = padded.subarray(0, padded.findLastIndex((byte) => byte !== 0) + 1)
    expectField(entry, 'plaintext', plaintext)
    expectField(entry, 'zero_padding_bytes', padded.length - plaintext.length)
    const again = concatBytes(bytes(entry, 'plaintext'), new Uint8Array(integer(entry, 'zero_padding_bytes')))
    expectField(entry, 'payload', concatBytes(nonce, xchacha20poly1305Encrypt({ key, nonce, message: again })))
  },

  push_notification_reject: (entry) => {
    const key = bytes(entry, 'enc_key')
    const payload = bytes(entry, 'payload')
    expectRefusal('notification', () =>
      xchacha20poly1305Decrypt({ key, nonce: payload.slice(0, 24), ciphertext: payload.slice(24) }),
    )
  },
}
