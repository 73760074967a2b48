import { OnionError } from './error.ts'
import type { BlobParts } from './layer.ts'
import { MAX_CONTROL_BYTES, MAX_ONION_BYTES } from './limits.ts'

const hexDigits = new Uint8Array(16)
for (let i = 0; i < 16; i++) hexDigits[i] = '0123456789abcdef'.charCodeAt(i)

/** A combined payload: blob, then JSON as pieces of text bytes; a 32-byte key in the list is written as hex. */
export type JsonPiece = { readonly text: Uint8Array } | { readonly key: Uint8Array }

/** Writes `LE32(len(blob)) ‖ blob ‖ json` once, into an array of the exact size. Protocol page 03, section 2.2. */
export function writeCombined(blob: BlobParts | Uint8Array, json: readonly JsonPiece[]): Uint8Array {
  const whole = blob instanceof Uint8Array
  const blobLength = whole ? blob.length : blob.nonce.length + blob.ciphertext.length
  let length = 4 + blobLength
  for (const piece of json) length += 'text' in piece ? piece.text.length : 2 * piece.key.length
  if (length > MAX_ONION_BYTES) throw tooLarge(length)
  const out = new Uint8Array(length)
  out[0] = blobLength
  out[1] = blobLength >>> 8
  out[2] = blobLength >>> 16
  out[3] = blobLength >>> 24
  if (whole) out.set(blob, 4)
  else {
    out.set(blob.nonce, 4)
    out.set(blob.ciphertext, 4 + blob.nonce.length)
  }
  let at = 4 + blobLength
  for (const piece of json) {
    if ('text' in piece) {
      out.set(piece.text, at)
      at += piece.text.length
      continue
    }
    for (let i = 0; i < piece.key.length; i++) {
      const byte = piece.key[i]!
      out[at++] = hexDigits[byte >> 4]!
      out[at++] = hexDigits[byte & 15]!
    }
  }
  return out
}

/** Cuts a combined payload in two views. Throws `ONION_TRUNCATED`, `ONION_TOO_LARGE`, `ONION_BAD_JSON`. */
export function splitCombined(bytes: Uint8Array): { readonly blob: Uint8Array; readonly json: Uint8Array } {
  if (bytes.length > MAX_ONION_BYTES) throw tooLarge(bytes.length)
  if (bytes.length < 4) throw new OnionError('ONION_TRUNCATED', `${bytes.length} bytes hold no length prefix`)
  const length = (bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16) | (bytes[3]! << 24)) >>> 0
  if (length > bytes.length - 4) {
    throw new OnionError('ONION_TRUNCATED', `the length prefix says ${length}, only ${bytes.length - 4} bytes follow`)
  }
  const json = bytes.subarray(4 + length)
  if (json.length === 0) throw new OnionError('ONION_BAD_JSON', 'no JSON after the blob')
  if (json.length > MAX_CONTROL_BYTES) {
    throw new OnionError('ONION_TOO_LARGE', `JSON of ${json.length} bytes, at most ${MAX_CONTROL_BYTES} are accepted`)
  }
  return { blob: bytes.subarray(4, 4 + length), json }
}

export const tooLarge = (length: number): OnionError =>
  new OnionError('ONION_TOO_LARGE', `${length} bytes, at most ${MAX_ONION_BYTES} are accepted`)
