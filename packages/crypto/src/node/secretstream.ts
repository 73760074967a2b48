import { createCipheriv, createDecipheriv, getCiphers } from 'node:crypto'
import type { SecretstreamInput, SecretstreamPull, SecretstreamPush, SecretstreamTag } from '../backend.ts'
import { puller, pullWith, pusher, pushWith } from '../sodium/secretstream.ts'
import { libsodium, withMemory } from '../sodium/wasm.ts'

const CIPHER = 'chacha20-poly1305'
/** As in `xchacha20.ts`; below it, the two calls cost more than they save. */
const OPENSSL_FROM = getCiphers().includes(CIPHER) ? 4096 : Number.POSITIVE_INFINITY
const BLOCK = 64
const TAG = 16

/** See the portable one: the same bytes. */
export function secretstreamPush(input: SecretstreamInput): SecretstreamPush {
  libsodium()
  return pusher(input, push)
}

/** See the portable one: the same bytes. */
export function secretstreamPull(input: SecretstreamInput): SecretstreamPull {
  libsodium()
  return puller(input, pull)
}

/**
 * A message of whole 16-byte blocks with tag `message` is, in a secretstream, ChaCha20-Poly1305 of RFC 8439 over
 * tag ‖ 0×63 ‖ message, of which 63 bytes are not sent: libsodium's unusual zero fill is empty there, and nothing is
 * rekeyed (the counter starts at 1 and does not come near 2³²).
 */
const fits = (length: number): boolean => length >= OPENSSL_FROM && length % 16 === 0

function push(state: Uint8Array, message: Uint8Array, tag: SecretstreamTag): Uint8Array {
  if (tag !== 'message' || !fits(message.length) || lastCounter(state)) return pushWith(state, message, tag)
  const cipher = createCipheriv(CIPHER, state.subarray(0, 32), state.subarray(32, 44), { authTagLength: TAG })
  const out = new Uint8Array(message.length + 17)
  out[0] = cipher.update(new Uint8Array(BLOCK))[0]!
  out.set(cipher.update(message), 1)
  cipher.final()
  const mac = cipher.getAuthTag()
  out.set(mac, 1 + message.length)
  advance(state, mac)
  return out
}

function pull(state: Uint8Array, piece: Uint8Array): { message: Uint8Array; tag: SecretstreamTag } | undefined {
  const length = piece.length - 17
  if (!fits(length) || lastCounter(state)) return pullWith(state, piece)
  const block = keystreamBlock(state)
  // Any other tag changes the state in other ways: rare, so it is left to libsodium.
  if (piece[0] !== block[0]) return pullWith(state, piece)
  const decipher = createDecipheriv(CIPHER, state.subarray(0, 32), state.subarray(32, 44), { authTagLength: TAG })
  const mac = piece.subarray(1 + length)
  decipher.setAuthTag(mac)
  decipher.update(block)
  const message = decipher.update(piece.subarray(1, 1 + length))
  try {
    decipher.final()
  } catch {
    message.fill(0)
    return undefined
  }
  advance(state, mac)
  return { message: new Uint8Array(message.buffer, message.byteOffset, message.length), tag: 'message' }
}

/** The 64 bytes of the stream that the tag is hidden with. */
function keystreamBlock(state: Uint8Array): Uint8Array {
  return withMemory(44 + BLOCK, (wasm, at) => {
    wasm.HEAPU8.set(state.subarray(0, 44), at)
    const out = at + 44
    // The output was wiped after its last use, but not before its first.
    wasm.HEAPU8.fill(0, out, out + BLOCK)
    wasm._crypto_stream_chacha20_ietf_xor_ic!(out, out, BLOCK, 0, at + 32, 1, at)
    return wasm.HEAPU8.slice(out, out + BLOCK)
  })
}

/** n[4..12) ^= mac[0..8), and the little-endian counter in n[0..4) goes up. */
function advance(state: Uint8Array, mac: Uint8Array): void {
  for (let i = 0; i < 8; i++) state[36 + i]! ^= mac[i]!
  for (let i = 32; i < 36; i++) {
    state[i] = (state[i]! + 1) & 255
    if (state[i] !== 0) return
  }
}

/** Whether the counter would wrap, which rekeys. */
const lastCounter = (state: Uint8Array): boolean =>
  state[32] === 255 && state[33] === 255 && state[34] === 255 && state[35] === 255
