import { bytesToUtf8, isSessionKitError, type RandomSource, SecretBytes } from '@sessionkit/bytes'
import {
  aes256GcmDecrypt,
  aes256GcmEncrypt,
  blake2b,
  hmacSha256,
  randomBytes,
  x25519,
  x25519KeyPair,
  xchacha20poly1305Decrypt,
  xchacha20poly1305Encrypt,
} from '@sessionkit/crypto'
import { OnionError } from './error.ts'
import { MIN_BLOB_BYTES } from './limits.ts'

/** How a layer is encrypted. Protocol page 03, section 2.1. */
export type OnionEncryption = 'xchacha20' | 'aes-gcm'

const LOKI = new Uint8Array([0x4c, 0x4f, 0x4b, 0x49])

/** Bytes of the nonce before the ciphertext. */
export const nonceLength = (encryption: OnionEncryption): number => (encryption === 'xchacha20' ? 24 : 12)

/** What encrypts both ways between a client and one recipient: the DH result and both public keys. */
export interface Agreement {
  readonly shared: SecretBytes
  /** The client's ephemeral key. */
  readonly ephemeralKey: Uint8Array
  /** The hop's or destination's key. */
  readonly recipient: Uint8Array
}

/** A fresh key pair against a recipient; the ephemeral secret does not outlive the call. */
export function agree(recipient: Uint8Array, random: RandomSource | undefined): Agreement {
  const { publicKey, secretKey } = random === undefined ? x25519KeyPair() : x25519KeyPair({ random })
  try {
    return { shared: sharedSecret(secretKey, recipient), ephemeralKey: publicKey, recipient }
  } finally {
    secretKey.wipe()
  }
}

/** Throws `ONION_BAD_KEY` for a low-order point. */
export function sharedSecret(secretKey: SecretBytes, publicKey: Uint8Array): SecretBytes {
  try {
    return SecretBytes.take(x25519({ secretKey, publicKey }))
  } catch (error) {
    if (isSessionKitError(error) && error.code === 'CRYPTO_BAD_PUBLIC_KEY') {
      throw new OnionError('ONION_BAD_KEY', 'the X25519 key gives no shared secret', { cause: error })
    }
    throw error
  }
}

function layerKey(agreement: Agreement, encryption: OnionEncryption): Uint8Array {
  const shared = agreement.shared.reveal()
  if (encryption === 'aes-gcm') return hmacSha256({ key: LOKI, message: shared })
  const message = new Uint8Array(96)
  message.set(shared)
  message.set(agreement.ephemeralKey, 32)
  message.set(agreement.recipient, 64)
  const key = blake2b({ message, length: 32 })
  message.fill(0, 0, 32)
  return key
}

/** Nonce and ciphertext with tag: a blob in two parts, as the next layer is written in one go. */
export interface BlobParts {
  readonly nonce: Uint8Array
  readonly ciphertext: Uint8Array
}

export function encrypt(
  agreement: Agreement,
  encryption: OnionEncryption,
  message: Uint8Array,
  random: RandomSource = randomBytes,
): BlobParts {
  const key = layerKey(agreement, encryption)
  const nonce = random(nonceLength(encryption))
  const ciphertext =
    encryption === 'xchacha20'
      ? xchacha20poly1305Encrypt({ key, nonce, message })
      : aes256GcmEncrypt({ key, iv: nonce, message })
  key.fill(0)
  return { nonce, ciphertext }
}

/** The plaintext, or null: too short, another key, or changed. */
export function decrypt(agreement: Agreement, encryption: OnionEncryption, blob: Uint8Array): Uint8Array | null {
  if (blob.length < MIN_BLOB_BYTES[encryption]) return null
  const key = layerKey(agreement, encryption)
  const at = nonceLength(encryption)
  const nonce = blob.subarray(0, at)
  const ciphertext = blob.subarray(at)
  try {
    return encryption === 'xchacha20'
      ? xchacha20poly1305Decrypt({ key, nonce, ciphertext })
      : aes256GcmDecrypt({ key, iv: nonce, ciphertext })
  } catch (error) {
    if (isSessionKitError(error) && error.code === 'CRYPTO_OPEN_FAILED') return null
    throw error
  } finally {
    key.fill(0)
  }
}

/** Reads `enc_type`, aliases included; null for a name that is not accepted (`aes-cbc` is not). */
export function encryptionFromName(name: unknown): OnionEncryption | null {
  if (name === undefined || name === 'aes-gcm' || name === 'gcm') return 'aes-gcm'
  return name === 'xchacha20' || name === 'xchacha20-poly1305' ? 'xchacha20' : null
}

/** A JSON object of strict UTF-8, or null. */
export function jsonObject(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(bytesToUtf8(bytes))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}
