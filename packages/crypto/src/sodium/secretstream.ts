import type { SecretstreamInput, SecretstreamPull, SecretstreamPush, SecretstreamTag } from '../backend.ts'
import { CryptoError } from '../error.ts'
import { checkBytes, keyBytes, wrongLength } from '../length.ts'
import { openFailed } from './aead.ts'
import { unfinished } from './incremental.ts'
import { withMemory } from './wasm.ts'

/** Bytes that a piece is longer than its message. */
export const SECRETSTREAM_OVERHEAD: number = 17

/** k (32) ‖ n (12) ‖ unused (8). */
const STATE = 52
const TAGS: readonly SecretstreamTag[] = ['message', 'push', 'rekey', 'final']

/** The state after libsodium's `init_push` would have drawn `header`: `init_pull` sets up the same one. */
export function secretstreamState({ key, header }: SecretstreamInput): Uint8Array {
  const bytes = keyBytes(key, 'key', 32)
  checkBytes(header, 'header', 24)
  return withMemory(STATE + 56, (wasm, at) => {
    wasm.HEAPU8.set(header, at + STATE)
    wasm.HEAPU8.set(bytes, at + STATE + 24)
    wasm._crypto_secretstream_xchacha20poly1305_init_pull!(at, at + STATE, at + STATE + 24)
    return wasm.HEAPU8.slice(at, at + STATE)
  })
}

/** One piece; moves `state` on. */
export function pushWith(state: Uint8Array, message: Uint8Array, tag: SecretstreamTag): Uint8Array {
  const length = message.length + SECRETSTREAM_OVERHEAD
  return withMemory(STATE + message.length + length, (wasm, at) => {
    const text = at + STATE
    const out = text + message.length
    wasm.HEAPU8.set(state, at)
    wasm.HEAPU8.set(message, text)
    const call = wasm._crypto_secretstream_xchacha20poly1305_push!
    call(at, out, 0, text, message.length, 0, 0, 0, 0, TAGS.indexOf(tag))
    state.set(wasm.HEAPU8.subarray(at, at + STATE))
    return wasm.HEAPU8.slice(out, out + length)
  })
}

/** Opens one piece; moves `state` on, or answers nothing and leaves it. */
export function pullWith(
  state: Uint8Array,
  piece: Uint8Array,
): { message: Uint8Array; tag: SecretstreamTag } | undefined {
  const length = piece.length - SECRETSTREAM_OVERHEAD
  return withMemory(STATE + 8 + piece.length + length, (wasm, at) => {
    const box = at + STATE + 8
    const out = box + piece.length
    wasm.HEAPU8.set(state, at)
    wasm.HEAPU8.set(piece, box)
    const call = wasm._crypto_secretstream_xchacha20poly1305_pull!
    if (call(at, out, 0, at + STATE, box, piece.length, 0, 0, 0, 0) !== 0) return undefined
    state.set(wasm.HEAPU8.subarray(at, at + STATE))
    const tag = TAGS[wasm.HEAPU8[at + STATE]!]
    return tag === undefined ? undefined : { message: wasm.HEAPU8.slice(out, out + length), tag }
  })
}

/**
 * Encrypts a stream as libsodium's `crypto_secretstream_xchacha20poly1305`, under a header that the caller gives: its own
 * call draws one. Protocol page 07, section 3.3. Throws `CRYPTO_WRONG_LENGTH`.
 */
export function secretstreamPush(input: SecretstreamInput): SecretstreamPush {
  return pusher(input, pushWith)
}

/** Opens a stream of libsodium's `crypto_secretstream_xchacha20poly1305`. Throws `CRYPTO_WRONG_LENGTH`. */
export function secretstreamPull(input: SecretstreamInput): SecretstreamPull {
  return puller(input, pullWith)
}

export function pusher(input: SecretstreamInput, push: typeof pushWith): SecretstreamPush {
  let state: Uint8Array | undefined = secretstreamState(input)
  return {
    push: ({ message, tag }) => {
      checkBytes(message, 'message')
      if (!TAGS.includes(tag)) throw new CryptoError('CRYPTO_BAD_LIMIT', `tag: expected one of ${TAGS.join(', ')}`)
      return push(unfinished(state), message, tag)
    },
    wipe: () => {
      state?.fill(0)
      state = undefined
    },
  }
}

export function puller(input: SecretstreamInput, pull: typeof pullWith): SecretstreamPull {
  let state: Uint8Array | undefined = secretstreamState(input)
  const wipe = (): void => {
    state?.fill(0)
    state = undefined
  }
  return {
    pull: (piece) => {
      checkBytes(piece, 'piece')
      if (piece.length < SECRETSTREAM_OVERHEAD) {
        throw wrongLength('piece', `at least ${SECRETSTREAM_OVERHEAD}`, piece.length)
      }
      const opened = pull(unfinished(state), piece)
      if (opened !== undefined) return opened
      wipe()
      throw openFailed()
    },
    wipe,
  }
}
