import { assertBytes, assertText } from './assert.ts'
import { BytesError } from './error.ts'

const alphabet = 'ybndrfg8ejkmcpqxot1uwisza345h769'

/** z-base-32, most significant bits first, no padding: 32 bytes give 52 characters. Used in `.snode` addresses. */
export function bytesToBase32z(bytes: Uint8Array): string {
  assertBytes(bytes, 'bytes')
  let text = ''
  let held = 0
  let bits = 0
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += alphabet[(held >> bits) & 31]
    }
  }
  return bits > 0 ? text + alphabet[(held << (5 - bits)) & 31] : text
}

/** Reads z-base-32 in lower case. Throws `BYTES_NOT_BASE32Z` for other characters, impossible lengths, stray bits. */
export function base32zToBytes(text: string): Uint8Array {
  assertText(text, 'base32z')
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8))
  let held = 0
  let bits = 0
  let at = 0
  for (let i = 0; i < text.length; i++) {
    const value = alphabet.indexOf(text[i]!)
    if (value < 0) throw new BytesError('BYTES_NOT_BASE32Z', `base32z: character outside the alphabet at position ${i}`)
    held = ((held << 5) | value) & 0xfff
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (held >> bits) & 0xff
    }
  }
  if (bits >= 5 || (held & ((1 << bits) - 1)) !== 0) {
    throw new BytesError('BYTES_NOT_BASE32Z', 'base32z: impossible length or stray bits at the end')
  }
  return bytes
}
