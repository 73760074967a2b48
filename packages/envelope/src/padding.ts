import { requireBytes } from './bytes-argument.ts'

const BLOCK = 160
const END = 0x80

/** Length after padding of a content of `length` bytes. Protocol page 02, section 9 (the form of today's clients). */
export function paddedLength(length: number): number {
  return BLOCK * (Math.floor((length + 1) / BLOCK) + 1)
}

/**
 * Content, `80`, and zeros up to a multiple of 160 bytes. A whole block is added when content and `80` fill the last
 * one exactly, as the official clients do. Protocol page 02, section 9.
 */
export function pad(content: Uint8Array): Uint8Array {
  requireBytes(content, 'content')
  const padded = new Uint8Array(paddedLength(content.length))
  padded.set(content)
  padded[content.length] = END
  return padded
}

/**
 * The content without its padding, as a copy. Lenient: what has no `80` before its trailing zeros was sent unpadded
 * and comes back unchanged. Protocol page 02, section 9 ("Ours").
 */
export function unpad(padded: Uint8Array): Uint8Array {
  requireBytes(padded, 'padded')
  return new Uint8Array(padded.subarray(0, unpaddedLength(padded)))
}

export function unpaddedLength(padded: Uint8Array): number {
  let end = padded.length - 1
  while (end >= 0 && padded[end] === 0) end--
  return end >= 0 && padded[end] === END ? end : padded.length
}
