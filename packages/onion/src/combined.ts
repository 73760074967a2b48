import { bytesToUtf8 } from '@sessionkit/bytes'
import { OnionError } from './error.ts'
import type { SealedParts } from './layer.ts'
import { MAX_CONTROL_BYTES } from './limits.ts'

// A combined payload (protocol page 03, section 2.2):
//
//   offset  size  name
//   0       4     length of the blob, little-endian
//   4       n     blob
//   4 + n   rest  control: a JSON object in UTF-8

/** Control JSON is ASCII throughout: hex, names, and hosts that were checked. */
function writeAscii(target: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) target[at + i] = text.charCodeAt(i)
}

function writeLength(target: Uint8Array, length: number): void {
  target[0] = length & 0xff
  target[1] = (length >>> 8) & 0xff
  target[2] = (length >>> 16) & 0xff
  target[3] = length >>> 24
}

/** A combined payload around a blob in one piece. */
export function combine(blob: Uint8Array, control: string): Uint8Array {
  const bytes = new Uint8Array(4 + blob.length + control.length)
  writeLength(bytes, blob.length)
  bytes.set(blob, 4)
  writeAscii(bytes, 4 + blob.length, control)
  return bytes
}

/** A combined payload around a sealed layer, each byte copied once. */
export function combineSealed({ nonce, ciphertext }: SealedParts, control: string): Uint8Array {
  const length = nonce.length + ciphertext.length
  const bytes = new Uint8Array(4 + length + control.length)
  writeLength(bytes, length)
  bytes.set(nonce, 4)
  bytes.set(ciphertext, 4 + nonce.length)
  writeAscii(bytes, 4 + length, control)
  return bytes
}

/** Takes a combined payload apart. The blob is a view of `bytes`. */
export function split(bytes: Uint8Array): { blob: Uint8Array; control: Record<string, unknown> } {
  if (bytes.length < 4)
    throw new OnionError('ONION_TRUNCATED', `onion payload of ${bytes.length} bytes, at least 4 needed`)
  const length = (bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16) | (bytes[3]! << 24)) >>> 0
  if (length > bytes.length - 4) {
    throw new OnionError('ONION_TRUNCATED', `onion payload announces ${length} bytes, ${bytes.length - 4} follow`)
  }
  const json = bytes.subarray(4 + length)
  if (json.length > MAX_CONTROL_BYTES) {
    throw new OnionError(
      'ONION_TOO_LARGE',
      `onion control of ${json.length} bytes, at most ${MAX_CONTROL_BYTES} accepted`,
    )
  }
  let control: unknown
  try {
    control = JSON.parse(bytesToUtf8(json))
  } catch {
    // The parser's own message quotes its input.
    throw new OnionError('ONION_BAD_JSON', 'onion control is not JSON')
  }
  if (typeof control !== 'object' || control === null || Array.isArray(control)) {
    throw new OnionError('ONION_BAD_JSON', 'onion control is not a JSON object')
  }
  return { blob: bytes.subarray(4, 4 + length), control: control as Record<string, unknown> }
}
