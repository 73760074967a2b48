import { SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { blake2b, CryptoError, xchacha20poly1305Decrypt, xchacha20poly1305Encrypt } from '@sessionkit/crypto'
import { ConfigError } from './error.ts'

/** Bytes that the encryption adds: tag and nonce. */
export const CONFIG_OVERHEAD = 40
const NONCE = 24
const noncePrefix = 'libsessionutil-config-encrypted-'

/** A base key of 32 bytes: of user configs the account's Ed25519 seed. */
export type ConfigKey = SecretBytes | Uint8Array

/**
 * Encrypts padded bytes. Equal input, equal bytes. Protocol page 05, section 5.
 * Throws `CONFIG_BAD_ARGUMENT` for a domain that is not 1 to 24 ASCII characters or a key that is not 32 bytes.
 */
export function encryptConfig(input: {
  readonly padded: Uint8Array
  readonly key: ConfigKey
  readonly domain: string
}): Uint8Array {
  const { padded, domain } = input
  const nonce = blake2b({ message: padded, length: NONCE, key: utf8ToBytes(noncePrefix + checkedDomain(domain)) })
  const key = messageKey(input.key, padded.length, domain)
  const ciphertext = xchacha20poly1305Encrypt({ key, nonce, message: padded })
  key.fill(0)
  const stored = new Uint8Array(ciphertext.length + NONCE)
  stored.set(ciphertext)
  stored.set(nonce, ciphertext.length)
  return stored
}

/**
 * Decrypts with the first of `keys` that fits. The nonce is not recomputed: it depends on the writer's compressor.
 * Throws `CONFIG_TOO_SHORT` and `CONFIG_DECRYPT_FAILED`. Protocol page 05, section 5.
 */
export function decryptConfig(input: {
  readonly encrypted: Uint8Array
  readonly keys: readonly ConfigKey[]
  readonly domain: string
}): Uint8Array {
  const { encrypted, domain } = input
  checkedDomain(domain)
  if (!(encrypted instanceof Uint8Array)) throw new ConfigError('CONFIG_BAD_ARGUMENT', 'encrypted: no Uint8Array')
  if (encrypted.length < CONFIG_OVERHEAD) {
    throw new ConfigError('CONFIG_TOO_SHORT', `encrypted: ${encrypted.length} bytes, at least ${CONFIG_OVERHEAD}`)
  }
  const split = encrypted.length - NONCE
  const nonce = encrypted.slice(split)
  const ciphertext = encrypted.slice(0, split)
  for (const base of input.keys) {
    const key = messageKey(base, encrypted.length - CONFIG_OVERHEAD, domain)
    try {
      return xchacha20poly1305Decrypt({ key, nonce, ciphertext })
    } catch (cause) {
      if (!(cause instanceof CryptoError) || cause.code === 'CRYPTO_NOT_READY') throw cause
    } finally {
      key.fill(0)
    }
  }
  throw new ConfigError('CONFIG_DECRYPT_FAILED', 'no key opens the message')
}

function messageKey(base: ConfigKey, length: number, domain: string): Uint8Array {
  const bytes = base instanceof SecretBytes ? base.reveal() : base
  if (!(bytes instanceof Uint8Array) || bytes.length !== 32) {
    throw new ConfigError('CONFIG_BAD_ARGUMENT', 'key: expected 32 bytes')
  }
  const size = new Uint8Array(8)
  new DataView(size.buffer).setBigUint64(0, BigInt(length))
  return blake2b({ message: [bytes, size, utf8ToBytes(domain)], length: 32 })
}

function checkedDomain(domain: string): string {
  if (typeof domain !== 'string' || !/^[\x20-\x7e]{1,24}$/.test(domain)) {
    throw new ConfigError('CONFIG_BAD_ARGUMENT', 'domain: expected 1 to 24 ASCII characters')
  }
  return domain
}
