import { bytesToBase64, bytesToHex, utf8ToBytes } from '@sessionkit/bytes'
import {
  argon2id,
  blake2b,
  secretboxOpen,
  secretboxSeal,
  xchacha20poly1305Decrypt,
  xchacha20poly1305Encrypt,
} from '@sessionkit/crypto'
import { parseSessionId } from '@sessionkit/session-id'

// Names have no package of their own yet: the formulas of protocol page 01, section 6, over public crypto functions.

/** Names as the network hashes them: ASCII letters in lower case. */
export function onsName(name: string): Uint8Array {
  return utf8ToBytes(name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()))
}

/** Protocol page 01, section 6.1. */
export function isOnsName(name: string): boolean {
  const bytes = onsName(name)
  return bytes.length <= 64 && /^[a-z0-9_]([a-z0-9\-_]*[a-z0-9_])?$/.test(String.fromCharCode(...bytes))
}

export function onsKeys(name: string): { hash: Uint8Array; hashBase64: string; key: Uint8Array } {
  const message = onsName(name)
  const hash = blake2b({ message, length: 32 })
  return { hash, hashBase64: bytesToBase64(hash), key: blake2b({ message, length: 32, key: hash }) }
}

/** The key of records from before hard fork 16: 256 MiB of memory and a second or two. */
export function onsLegacyKey(name: string): Uint8Array {
  const salt = new Uint8Array(16)
  return argon2id({ password: onsName(name), salt, opsLimit: 3, memLimit: 268_435_456, length: 32 })
}

/** The id in a record. Throws a typed error when it is not authentic or not a Session ID. */
export function openOns(key: Uint8Array, nonce: Uint8Array | undefined, value: Uint8Array): string {
  return parseSessionId(
    bytesToHex(
      nonce === undefined
        ? secretboxOpen({ key, nonce: new Uint8Array(24), box: value })
        : xchacha20poly1305Decrypt({ key, nonce, ciphertext: value }),
    ),
  )
}

export function sealOns(key: Uint8Array, nonce: Uint8Array | undefined, id: Uint8Array): Uint8Array {
  return nonce === undefined
    ? secretboxSeal({ key, nonce: new Uint8Array(24), message: id })
    : xchacha20poly1305Encrypt({ key, nonce, message: id })
}
