import { bytesToBase64, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import {
  blake2b,
  ed25519KeyPairFromSeed,
  ed25519KeyPairToX25519,
  ed25519PublicKeyToX25519,
  ed25519Sign,
  ed25519Verify,
  xed25519PublicKey,
} from '@sessionkit/crypto'
import {
  isName,
  legacyNameKey,
  nameHash,
  nameKey,
  openNameRecord,
  openRawNameRecord,
  rawNameHash,
  rawNameKey,
  sealNameRecord,
} from '@sessionkit/names'
import { accountFromSeed, idFromPublicKey, parseSessionId } from '@sessionkit/session-id'
import { expectAccount } from './account.ts'
import { bytes, type Entry, has, integer, optional, text, texts } from './entry.ts'
import { expectField, expectRefusal, expectSame } from './expect.ts'
import { phraseHandlers } from './phrases.ts'
import type { VectorHandler } from './runner.ts'

/** `identity.json`, protocol page 01. */
export const identityHandlers: Readonly<Record<string, VectorHandler>> = {
  ...phraseHandlers,

  accounts: (entry) => {
    const account = accountFromSeed(bytes(entry, 'seed'))
    expectAccount(entry, bytes(entry, 'seed'))
    expectField(entry, 'unblinded_id', idFromPublicKey({ prefix: '00', publicKey: account.ed25519.publicKey }))
    expectSame('seed kept', entry.seed, account.seed.copy())
  },

  ed25519_to_x25519: (entry) => {
    if (!has(entry, 'ed25519_seed')) {
      expectField(entry, 'x25519_public', ed25519PublicKeyToX25519(bytes(entry, 'ed25519_public')))
      return
    }
    const keyPair = ed25519KeyPairFromSeed(SecretBytes.from(bytes(entry, 'ed25519_seed')))
    const x25519 = ed25519KeyPairToX25519(keyPair)
    expectField(entry, 'ed25519_public', keyPair.publicKey)
    expectField(entry, 'x25519_secret', x25519.secretKey.copy())
    expectField(entry, 'x25519_public', x25519.publicKey)
    expectSame('x25519 of the public key', ed25519PublicKeyToX25519(keyPair.publicKey), x25519.publicKey)
  },

  ed25519_sign: (entry) => {
    const message = utf8ToBytes(text(entry, 'message_utf8'))
    const keyPair = ed25519KeyPairFromSeed(SecretBytes.from(bytes(entry, 'seed')))
    const signature = ed25519Sign({ message, keyPair })
    expectField(entry, 'signature', signature)
    expectSame('our signature verifies', true, ed25519Verify({ message, signature, publicKey: keyPair.publicKey }))
  },

  xed25519_pubkey: (entry) => {
    const { publicKey } = ed25519KeyPairFromSeed(SecretBytes.from(bytes(entry, 'ed25519_seed')))
    const positive = xed25519PublicKey(bytes(entry, 'x25519_public'))
    expectField(entry, 'ed25519_public', publicKey)
    expectField(entry, 'x25519_public', ed25519PublicKeyToX25519(publicKey))
    expectField(entry, 'positive_ed25519', positive)
    expectField(entry, 'sign_bit_lost', positive[31] !== publicKey[31])
  },

  version_blinding_07: (entry) => {
    const key = utf8ToBytes(text(entry, 'hash_key_ascii'))
    const derived = blake2b({ message: bytes(entry, 'ed25519_seed'), length: 32, key })
    const keyPair = ed25519KeyPairFromSeed(SecretBytes.from(derived))
    const message = utf8ToBytes(text(entry, 'signed_ascii'))
    expectField(entry, 'derived_seed', derived)
    expectField(entry, 'ed25519_public', keyPair.publicKey)
    expectField(entry, 'signature', ed25519Sign({ message, keyPair }))
  },

  blake2b: (entry) => {
    const key = optional(entry, 'key_ascii', text)
    const input = { message: utf8ToBytes(text(entry, 'message_ascii')), length: integer(entry, 'size') }
    expectField(entry, 'hash', blake2b(key === undefined ? input : { ...input, key: utf8ToBytes(key) }))
  },

  ons: (entry) => {
    const name = text(entry, 'name')
    const nonce = optional(entry, 'nonce', bytes)
    const hash = isPlainName(name) ? nameHash(name) : rawNameHash(name)
    expectField(entry, 'name_hash', hash)
    expectField(entry, 'name_hash_base64', bytesToBase64(hash))
    // A record without a nonce is one from before hard fork 16.
    const legacyKey = nonce === undefined ? legacyNameKey(name) : undefined
    expectField(entry, 'key', legacyKey ?? rawNameKey(name))
    const record = { encryptedValue: bytes(entry, 'encrypted_value'), nonce }
    expectField(entry, 'account_id', openRawNameRecord({ name, record, legacyKey }))
    if (!isPlainName(name)) return
    if (legacyKey === undefined) expectField(entry, 'key', nameKey(name), 'key of the name')
    expectField(entry, 'account_id', openNameRecord({ name, record, legacyKey }), 'account_id of the name')
    const sessionId = parseSessionId(text(entry, 'account_id'))
    const again = sealNameRecord({ name, sessionId, legacyKey, random: nonce && (() => nonce) })
    expectField(entry, 'encrypted_value', again.encryptedValue)
  },

  ons_reject: (entry) => {
    const name = text(entry, 'name')
    const record = { encryptedValue: bytesOrAscii(entry, 'encrypted_value'), nonce: bytesOrAscii(entry, 'nonce') }
    // As any text: a name that is none would be refused whatever the record is.
    expectRefusal('ons', () => openRawNameRecord({ name, record }))
    expectRefusal('ons of the name', () => openNameRecord({ name, record }))
  },

  ons_names: (entry) => {
    for (const name of texts(entry, 'valid_session')) expectSame(`valid ${JSON.stringify(name)}`, true, isName(name))
    for (const name of texts(entry, 'invalid_session')) {
      expectSame(`valid ${JSON.stringify(name)}`, false, isName(name))
    }
  },
}

/** A name that is hashed as it is written. */
const isPlainName = (name: string): boolean => isName(name) && name === name.toLowerCase()

const bytesOrAscii = (entry: Entry, name: string): Uint8Array =>
  has(entry, `${name}_ascii`) ? utf8ToBytes(text(entry, `${name}_ascii`)) : bytes(entry, name)
