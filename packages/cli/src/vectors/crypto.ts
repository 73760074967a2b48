import { bytesToBase64, concatBytes, SecretBytes } from '@sessionkit/bytes'
import {
  blake2b,
  ed25519KeyPairFromSeed,
  ed25519KeyPairToX25519,
  ed25519PublicKeyToX25519,
  ed25519Sign,
  ed25519Verify,
} from '@sessionkit/crypto'
import {
  isName,
  nameHash,
  nameKey,
  openNameRecord,
  openRawNameRecord,
  rawNameHash,
  rawNameKey,
  sealNameRecord,
} from '@sessionkit/names'
import { decryptNotification } from '@sessionkit/push'
import { accountFromSeed, parseSessionId, sessionIdFromEd25519 } from '@sessionkit/session-id'
import { bytes, integer, optional, text } from './entry.ts'
import { expectField, expectRefusal, expectSame } from './expect.ts'
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
    const name = text(entry, 'name')
    const record = { encryptedValue: bytes(entry, 'ciphertext'), nonce: bytes(entry, 'nonce') }
    // The reference hashes any text as it is, a name or not.
    expectField(entry, 'name_hash_b64', bytesToBase64(rawNameHash(name)))
    expectField(entry, 'key', rawNameKey(name))
    expectField(entry, 'session_id', openRawNameRecord({ name, record }))
    if (!isName(name) || name !== name.toLowerCase()) return
    expectField(entry, 'name_hash_b64', bytesToBase64(nameHash(name)), 'name_hash_b64 of the name')
    expectField(entry, 'key', nameKey(name), 'key of the name')
    expectField(entry, 'session_id', openNameRecord({ name, record }), 'session_id of the name')
    const sessionId = parseSessionId(text(entry, 'session_id'))
    const { encryptedValue } = sealNameRecord({ name, sessionId, random: () => record.nonce })
    expectField(entry, 'ciphertext', encryptedValue)
  },

  ons_reject: (entry) => {
    const name = text(entry, 'name')
    const record = { encryptedValue: bytes(entry, 'ciphertext'), nonce: bytes(entry, 'nonce') }
    // As any text: a name that is none would be refused whatever the record is.
    expectRefusal('ons', () => openRawNameRecord({ name, record }))
    expectRefusal('ons of the name', () => openNameRecord({ name, record }))
  },

  push_notification_decrypt: (entry) => {
    const encKey = bytes(entry, 'enc_key')
    const payload = bytes(entry, 'payload')
    const { plaintext, padding } = decryptNotification({ payload, encKey })
    expectField(entry, 'plaintext', plaintext)
    expectField(entry, 'zero_padding_bytes', padding)
    const base64 = decryptNotification({ payload: bytesToBase64(payload), encKey })
    expectSame('plaintext of the base64', plaintext, base64.plaintext)
  },

  push_notification_reject: (entry) => {
    const input = { encKey: bytes(entry, 'enc_key'), payload: bytes(entry, 'payload') }
    expectRefusal('notification', () => decryptNotification(input))
  },
}
