import { assertBytes, assertText } from './assert.ts'
import { BytesError } from './error.ts'

const pairs: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Value of a hex digit by character code; 255 for everything else. */
const digits: Uint8Array = new Uint8Array(128).fill(255)
for (let i = 0; i < 16; i++) {
  digits['0123456789abcdef'.charCodeAt(i)] = i
  digits['0123456789ABCDEF'.charCodeAt(i)] = i
}

/** Lower-case hex, two digits a byte. */
export function bytesToHex(bytes: Uint8Array): string {
  assertBytes(bytes, 'bytes')
  let text = ''
  for (let i = 0; i < bytes.length; i++) text += pairs[bytes[i]!]
  return text
}

/** Reads hex of either case. Throws `BYTES_NOT_HEX` for another character or an odd number of digits. */
export function hexToBytes(text: string): Uint8Array {
  assertText(text, 'hex')
  if (text.length % 2 !== 0) throw new BytesError('BYTES_NOT_HEX', `hex: odd number of digits (${text.length})`)
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) {
    const high = digits[text.charCodeAt(2 * i)] ?? 255
    const low = digits[text.charCodeAt(2 * i + 1)] ?? 255
    if (high > 15 || low > 15) {
      throw new BytesError('BYTES_NOT_HEX', `hex: not a hex digit at position ${high > 15 ? 2 * i : 2 * i + 1}`)
    }
    bytes[i] = (high << 4) | low
  }
  return bytes
}

/** Whether `text` is hex of either case, of exactly `byteLength` bytes where that is given. */
export function isHex(text: unknown, byteLength?: number): text is string {
  if (typeof text !== 'string' || text.length % 2 !== 0) return false
  if (byteLength !== undefined && text.length !== 2 * byteLength) return false
  for (let i = 0; i < text.length; i++) if ((digits[text.charCodeAt(i)] ?? 255) > 15) return false
  return true
}
