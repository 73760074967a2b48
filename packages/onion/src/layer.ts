import { bytesToHex, type RandomSource, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import {
  aes256GcmDecrypt,
  aes256GcmEncrypt,
  blake2b,
  hmacSha256,
  randomBytes,
  type X25519KeyPair,
  x25519,
  x25519KeyPair,
  xchacha20poly1305Decrypt,
  xchacha20poly1305Encrypt,
} from '@sessionkit/crypto'
import { OnionError } from './error.ts'

/** How a layer is encrypted. Protocol page 03, section 2.1. `aes-cbc` is neither sent nor accepted. */
export type OnionEncryption = 'xchacha20' | 'aes-gcm'

const NONCE_BYTES: Record<OnionEncryption, number> = { xchacha20: 24, 'aes-gcm': 12 }
const TAG_BYTES = 16
const LOKI = utf8ToBytes('LOKI')

/** Bytes that a layer adds to its plaintext: nonce or IV in front, tag behind. */
export const layerOverhead = (encryption: OnionEncryption): number => NONCE_BYTES[encryption] + TAG_BYTES

/** The name on the wire, or its alias, as an encryption; undefined for what we do not accept. Absent means AES-GCM. */
export function encryptionFromName(name: unknown): OnionEncryption | undefined {
  if (name === undefined || name === 'aes-gcm' || name === 'gcm') return 'aes-gcm'
  if (name === 'xchacha20' || name === 'xchacha20-poly1305') return 'xchacha20'
  return undefined
}

/**
 * The key of a layer, the same on both sides. XChaCha20 binds the client's ephemeral key and the recipient's, in that
 * order in both directions; AES-GCM binds neither.
 */
export function layerKey(input: {
  readonly encryption: OnionEncryption
  readonly own: X25519KeyPair
  readonly other: Uint8Array
  readonly ownIsClient: boolean
}): SecretBytes {
  const { encryption, own, other, ownIsClient } = input
  const shared = x25519({ secretKey: own?.secretKey, publicKey: other })
  const key =
    encryption === 'aes-gcm'
      ? hmacSha256({ key: LOKI, message: shared })
      : blake2b({
          message: ownIsClient ? [shared, own.publicKey, other] : [shared, other, own.publicKey],
          length: 32,
        })
  shared.fill(0)
  return SecretBytes.take(key)
}

/** nonce ‖ ciphertext ‖ tag, as two parts to spare a copy. */
export interface SealedParts {
  readonly nonce: Uint8Array
  readonly ciphertext: Uint8Array
}

export function sealParts(
  encryption: OnionEncryption,
  key: SecretBytes,
  message: Uint8Array,
  random: RandomSource = randomBytes,
): SealedParts {
  const nonce: unknown = typeof random === 'function' ? random(NONCE_BYTES[encryption]) : undefined
  if (!(nonce instanceof Uint8Array) || nonce.length !== NONCE_BYTES[encryption]) {
    throw new OnionError('ONION_BAD_INPUT', `random: expected ${NONCE_BYTES[encryption]} bytes`)
  }
  const ciphertext =
    encryption === 'aes-gcm'
      ? aes256GcmEncrypt({ key, iv: nonce, message })
      : xchacha20poly1305Encrypt({ key, nonce, message })
  return { nonce, ciphertext }
}

/** The plaintext of a blob, or undefined when it is too short or does not authenticate. */
export function openBlob(encryption: OnionEncryption, key: SecretBytes, blob: Uint8Array): Uint8Array | undefined {
  if (blob.length < layerOverhead(encryption)) return undefined
  const nonce = blob.subarray(0, NONCE_BYTES[encryption])
  const ciphertext = blob.subarray(NONCE_BYTES[encryption])
  try {
    return encryption === 'aes-gcm'
      ? aes256GcmDecrypt({ key, iv: nonce, ciphertext })
      : xchacha20poly1305Decrypt({ key, nonce, ciphertext })
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'CRYPTO_OPEN_FAILED') return undefined
    throw cause
  }
}

/** The client's side of one layer: a fresh key pair for one recipient. */
export class ClientLayer {
  readonly encryption: OnionEncryption
  readonly ephemeral: X25519KeyPair
  readonly recipient: Uint8Array
  readonly #key: SecretBytes

  constructor(encryption: OnionEncryption, recipient: Uint8Array, ephemeral: X25519KeyPair) {
    this.encryption = encryption
    this.recipient = recipient
    this.ephemeral = ephemeral
    this.#key = layerKey({ encryption, own: ephemeral, other: recipient, ownIsClient: true })
  }

  static fresh(encryption: OnionEncryption, recipient: Uint8Array, random: RandomSource | undefined): ClientLayer {
    const pair = x25519KeyPair(random === undefined ? {} : { random })
    try {
      return new ClientLayer(encryption, new Uint8Array(recipient), pair)
    } catch (cause) {
      pair.secretKey.wipe()
      if ((cause as { code?: unknown }).code !== 'CRYPTO_BAD_PUBLIC_KEY') throw cause
      throw new OnionError('ONION_BAD_INPUT', `the X25519 key ${bytesToHex(recipient)} is no usable public key`, {
        cause,
      })
    }
  }

  seal(message: Uint8Array, random: RandomSource | undefined): SealedParts {
    return sealParts(this.encryption, this.#key, message, random)
  }

  open(blob: Uint8Array): Uint8Array | undefined {
    return openBlob(this.encryption, this.#key, blob)
  }

  /** The same key pairs under the other cipher: for servers that answer errors in AES-GCM. */
  openAs(encryption: OnionEncryption, blob: Uint8Array): Uint8Array | undefined {
    const key = layerKey({ encryption, own: this.ephemeral, other: this.recipient, ownIsClient: true })
    try {
      return openBlob(encryption, key, blob)
    } finally {
      key.wipe()
    }
  }

  wipe(): void {
    this.#key.wipe()
    this.ephemeral.secretKey.wipe()
  }
}
