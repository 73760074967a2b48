import { compareBytes } from '@sessionkit/bytes'
import { Decompress } from 'fzstd'
import { ConfigError } from './error.ts'
import { MAX_PLAINTEXT } from './limits.ts'

/** Compresses to one zstd frame; level 1 of upstream zstd reproduces the bytes of the official clients. */
export type Compress = (bytes: Uint8Array) => Uint8Array

const Z = 0x7a
const D = 0x64

/**
 * The body of a message: `z` and the frame where that is shorter, else the plaintext. Protocol page 05, section 6.
 * Throws `CONFIG_BAD_COMPRESSION` for a frame that does not give the plaintext back: it would reach every device as a
 * config that none can read, and one started more than once in a process was seen to do that.
 */
export function compressBody(plaintext: Uint8Array, compress?: Compress | undefined): Uint8Array {
  if (compress === undefined) return plaintext
  const frame = compress(plaintext)
  if (!(frame instanceof Uint8Array)) throw new ConfigError('CONFIG_BAD_ARGUMENT', 'compress: gave no Uint8Array')
  if (frame.length + 1 >= plaintext.length) return plaintext
  if (!givesBack(frame, plaintext)) throw bad('the compressor made other bytes')
  const body = new Uint8Array(frame.length + 1)
  body[0] = Z
  body.set(frame, 1)
  return body
}

/**
 * The plaintext of an unpadded body. `maxBytes` bounds what a compressed one may become.
 * Throws `CONFIG_BAD_BODY`, `CONFIG_BAD_COMPRESSION` and `CONFIG_TOO_LARGE`. Protocol page 05, sections 6 and 17.
 */
export function decompressBody(body: Uint8Array, maxBytes: number = MAX_PLAINTEXT): Uint8Array {
  if (!(body instanceof Uint8Array)) throw new ConfigError('CONFIG_BAD_ARGUMENT', 'body: expected a Uint8Array')
  if (body[0] === D) return body.slice()
  if (body[0] !== Z) throw new ConfigError('CONFIG_BAD_BODY', 'body: neither plain nor compressed')
  const plaintext = decompressFrames(body.slice(1), maxBytes)
  if (plaintext[0] !== D) throw new ConfigError('CONFIG_BAD_COMPRESSION', 'the decompressed bytes are no message')
  return plaintext
}

function givesBack(frame: Uint8Array, plaintext: Uint8Array): boolean {
  try {
    return compareBytes(decompressFrames(frame, plaintext.length), plaintext) === 0
  } catch (error) {
    if (error instanceof ConfigError) return false
    throw error
  }
}

/**
 * The content of one or more zstd frames, of at most `maxBytes`; what they claim is checked before anything is allocated.
 * Throws `CONFIG_BAD_COMPRESSION` and `CONFIG_TOO_LARGE`.
 */
export function decompressFrames(frames: Uint8Array, maxBytes: number): Uint8Array {
  checkFrames(frames, maxBytes)
  const chunks: Uint8Array[] = []
  let total = 0
  try {
    const stream = new Decompress((chunk) => {
      total += chunk.length
      if (total > maxBytes) throw tooLarge(maxBytes)
      chunks.push(chunk.slice())
    })
    // Small pieces: the library calls back after each, which is where the limit is noticed.
    for (let at = 0; at < frames.length; at += 1024) {
      stream.push(frames.subarray(at, at + 1024), at + 1024 >= frames.length)
    }
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause
    throw bad('a damaged zstd frame', cause)
  }
  const plaintext = new Uint8Array(total)
  let at = 0
  for (const chunk of chunks) {
    plaintext.set(chunk, at)
    at += chunk.length
  }
  return plaintext
}

/**
 * Walks frames and blocks without decompressing: what a header claims is what a decoder allocates, and a decoder that
 * works on a stream does not notice a frame that is cut off or followed by something else.
 */
function checkFrames(bytes: Uint8Array, maxBytes: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  let claimed = 0n
  let windows = 0n
  const need = (count: number): number => {
    if (at + count > bytes.length) throw bad('cut off')
    at += count
    return at - count
  }
  if (bytes.length === 0) throw bad('empty')
  while (at < bytes.length) {
    if (view.getUint32(need(4), true) !== 0xfd2fb528) throw bad('no zstd frame')
    const descriptor = bytes[need(1)]!
    const single = (descriptor & 0x20) !== 0
    if ((descriptor & 0x0b) !== 0) throw bad('a dictionary or a reserved bit')
    if (!single) {
      const byte = bytes[need(1)]!
      const base = 1n << BigInt(10 + (byte >> 3))
      // All together: a decoder allocates one a frame, and thousands of empty frames fit one message.
      windows += base + (base / 8n) * BigInt(byte & 7)
    }
    const sizeFlag = descriptor >> 6
    if (sizeFlag === 0 && single) claimed += BigInt(bytes[need(1)]!)
    else if (sizeFlag === 1) claimed += BigInt(view.getUint16(need(2), true) + 256)
    else if (sizeFlag === 2) claimed += BigInt(view.getUint32(need(4), true))
    else if (sizeFlag === 3) claimed += view.getBigUint64(need(8), true)
    if (claimed > BigInt(maxBytes) || windows > BigInt(MAX_PLAINTEXT)) throw tooLarge(maxBytes)
    let last = false
    while (!last) {
      const start = need(3)
      const header = bytes[start]! | (bytes[start + 1]! << 8) | (bytes[start + 2]! << 16)
      last = (header & 1) === 1
      const type = (header >> 1) & 3
      if (type === 3) throw bad('a reserved block type')
      if (header >> 3 > 131_072) throw bad('a block above 128 KiB')
      need(type === 1 ? 1 : header >> 3)
    }
    if ((descriptor & 4) !== 0) need(4)
  }
}

function tooLarge(maxBytes: number): ConfigError {
  return new ConfigError('CONFIG_TOO_LARGE', `decompresses to more than ${maxBytes} bytes`)
}

function bad(what: string, cause?: unknown): ConfigError {
  return new ConfigError('CONFIG_BAD_COMPRESSION', `zstd: ${what}`, cause === undefined ? {} : { cause })
}
