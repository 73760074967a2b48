import { BytesError, base64ToBytes, SecretBytes } from '@sessionkit/bytes'
import { CryptoError, xchacha20poly1305Decrypt } from '@sessionkit/crypto'
import { PushError } from './error.ts'

/** Bytes of the key that device and push server share. */
export const ENC_KEY_LENGTH = 32
export const NONCE_LENGTH = 24
/** A nonce and a tag. */
export const MIN_PAYLOAD_BYTES = 40
/** More than any server sends: services refuse above about 4096. */
export const MAX_PAYLOAD_BYTES = 65_536

/** Throws `PUSH_BAD_KEY`. */
export function checkEncKey(key: unknown): Uint8Array {
  const bytes = key instanceof SecretBytes ? key.reveal() : key
  if (!(bytes instanceof Uint8Array) || bytes.length !== ENC_KEY_LENGTH) {
    throw new PushError('PUSH_BAD_KEY', `encKey: expected ${ENC_KEY_LENGTH} bytes`)
  }
  return bytes
}

/**
 * The plaintext of a notification's `enc_payload`, without the zeros that pad it, and how many these were. A plaintext
 * of zeros only is left as it is. `payload` is the base64 text, or its bytes.
 *
 * Throws `PUSH_BAD_KEY`, `PUSH_BAD_PAYLOAD` (no base64; shorter than 40 bytes; longer than `MAX_PAYLOAD_BYTES`),
 * `PUSH_OPEN_FAILED`. Protocol page 09, section 5.1.
 */
export function decryptNotification(input: {
  readonly payload: string | Uint8Array
  readonly encKey: SecretBytes | Uint8Array
}): { readonly plaintext: Uint8Array; readonly padding: number } {
  const key = checkEncKey(input.encKey)
  const bytes = payloadBytes(input.payload)
  if (bytes.length < MIN_PAYLOAD_BYTES || bytes.length > MAX_PAYLOAD_BYTES) {
    throw new PushError('PUSH_BAD_PAYLOAD', `payload: expected ${MIN_PAYLOAD_BYTES} to ${MAX_PAYLOAD_BYTES} bytes`)
  }
  let padded: Uint8Array
  try {
    const nonce = bytes.subarray(0, NONCE_LENGTH)
    padded = xchacha20poly1305Decrypt({ key, nonce, ciphertext: bytes.subarray(NONCE_LENGTH) })
  } catch (cause) {
    if (!(cause instanceof CryptoError) || cause.code !== 'CRYPTO_OPEN_FAILED') throw cause
    throw new PushError('PUSH_OPEN_FAILED', 'payload: not one of this key, or changed', { cause })
  }
  const end = padded.findLastIndex((byte) => byte !== 0) + 1
  if (end === 0) return { plaintext: padded, padding: 0 }
  return { plaintext: padded.slice(0, end), padding: padded.length - end }
}

function payloadBytes(payload: unknown): Uint8Array {
  if (payload instanceof Uint8Array) return payload
  if (typeof payload !== 'string' || payload.length > 2 * MAX_PAYLOAD_BYTES) {
    throw new PushError('PUSH_BAD_PAYLOAD', 'payload: expected base64, or bytes')
  }
  try {
    return base64ToBytes(payload)
  } catch (cause) {
    if (!(cause instanceof BytesError)) throw cause
    throw new PushError('PUSH_BAD_PAYLOAD', 'payload: not base64', { cause })
  }
}
