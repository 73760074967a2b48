import { assertBytes, assertText } from './assert.ts'
import { BytesError } from './error.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const values: Uint8Array = new Uint8Array(128).fill(255)
for (let i = 0; i < 64; i++) values[alphabet.charCodeAt(i)] = i

/** Standard base64, with `=` unless `padding` is false (message hashes are written without). */
export function bytesToBase64(bytes: Uint8Array, options: { readonly padding?: boolean } = {}): string {
  assertBytes(bytes, 'bytes')
  // Built in chunks: one string per byte would be slow, one apply for all would overflow the stack.
  let binary = ''
  for (let i = 0; i < bytes.length; i += 8192) {
    binary += String.fromCharCode.apply(null, bytes.subarray(i, i + 8192) as unknown as number[])
  }
  const text = btoa(binary)
  return options.padding === false ? text.replace(/=+$/, '') : text
}

/**
 * Reads standard base64 with full padding or none. Throws `BYTES_NOT_BASE64` for white space, URL-safe characters, a
 * wrong number of `=`, or a length of 4n+1. Unused low bits of the last character are ignored, as the storage server
 * does (protocol page 04, section 5.0).
 */
export function base64ToBytes(text: string): Uint8Array {
  assertText(text, 'base64')
  let end = text.length
  while (end > 0 && text.length - end < 2 && text.charCodeAt(end - 1) === 0x3d) end--
  const padding = text.length - end
  if (end % 4 === 1 || (padding > 0 && (end + padding) % 4 !== 0)) {
    throw new BytesError('BYTES_NOT_BASE64', `base64: impossible length (${end} characters, ${padding} of padding)`)
  }
  const bytes = new Uint8Array(Math.floor((end * 3) / 4))
  let held = 0
  let bits = 0
  let at = 0
  for (let i = 0; i < end; i++) {
    const value = values[text.charCodeAt(i)] ?? 255
    if (value > 63) throw new BytesError('BYTES_NOT_BASE64', `base64: character outside the alphabet at position ${i}`)
    held = ((held << 6) | value) & 0xfff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (held >> bits) & 0xff
    }
  }
  return bytes
}
