import type { Blake2bInput, IncrementalHash } from '../backend.ts'
import { CryptoError } from '../error.ts'
import { checkBytes, checkCount, type KeyBytes, keyBytes, wrongLength } from '../length.ts'
import { libsodium, type Wasm, withMemory } from './wasm.ts'

/** Bytes that go through wasm memory at a time. */
const PIECE = 65_536

interface StateFunctions {
  readonly size: number
  readonly length: number
  init(wasm: Wasm, state: number): void
  readonly update: `_crypto_${string}`
  final(wasm: Wasm, state: number, out: number): void
}

/** SHA-256 piece by piece. */
export function createSha256(): IncrementalHash {
  return incremental({
    size: libsodium()._crypto_hash_sha256_statebytes!(),
    length: 32,
    init: (wasm, state) => wasm._crypto_hash_sha256_init!(state),
    update: '_crypto_hash_sha256_update',
    final: (wasm, state, out) => wasm._crypto_hash_sha256_final!(state, out),
  })
}

/** HMAC-SHA-256 piece by piece, under a key of any length. */
export function createHmacSha256(input: { readonly key: KeyBytes }): IncrementalHash {
  const key = keyBytes(input.key, 'key')
  const size = libsodium()._crypto_auth_hmacsha256_statebytes!()
  return incremental(
    {
      size,
      length: 32,
      init: (wasm, state) => {
        wasm.HEAPU8.set(key, state + size + 32)
        wasm._crypto_auth_hmacsha256_init!(state, state + size + 32, key.length)
      },
      update: '_crypto_auth_hmacsha256_update',
      final: (wasm, state, out) => wasm._crypto_auth_hmacsha256_final!(state, out),
    },
    key.length,
  )
}

/** BLAKE2b piece by piece; parameters as in `blake2b`. Throws `CRYPTO_WRONG_LENGTH`. */
export function createBlake2b(input: Omit<Blake2bInput, 'message'>): IncrementalHash {
  const { length, salt, personalization } = input
  checkCount(length, 'length', 1, 64)
  const key = input.key === undefined ? new Uint8Array(0) : keyBytes(input.key, 'key')
  if (key.length > 64) throw wrongLength('key', 'at most 64', key.length)
  if (salt !== undefined) checkBytes(salt, 'salt', 16)
  if (personalization !== undefined) checkBytes(personalization, 'personalization', 16)
  const size = libsodium()._crypto_generichash_blake2b_statebytes!()
  return incremental(
    {
      size,
      length,
      init: (wasm, state) => {
        const keyAt = state + size + 64
        wasm.HEAPU8.set(key, keyAt)
        if (salt !== undefined) wasm.HEAPU8.set(salt, keyAt + 64)
        if (personalization !== undefined) wasm.HEAPU8.set(personalization, keyAt + 80)
        const saltAt = salt === undefined ? 0 : keyAt + 64
        const personalizationAt = personalization === undefined ? 0 : keyAt + 80
        const call = wasm._crypto_generichash_blake2b_init_salt_personal!
        call(state, key.length === 0 ? 0 : keyAt, key.length, length, saltAt, personalizationAt)
      },
      update: '_crypto_generichash_blake2b_update',
      final: (wasm, state, out) => wasm._crypto_generichash_blake2b_final!(state, out, length),
    },
    96,
  )
}

/** The state lives in JavaScript between calls, so that nothing leaks in wasm when a caller drops it half way. */
function incremental(hash: StateFunctions, initBytes: number = 0): IncrementalHash {
  const { size, length } = hash
  let state: Uint8Array | undefined = withMemory(size + 64 + initBytes, (wasm, at) => {
    hash.init(wasm, at)
    return wasm.HEAPU8.slice(at, at + size)
  })
  return {
    update: (message) => {
      checkBytes(message, 'message')
      const live = unfinished(state)
      for (let from = 0; from < message.length; from += PIECE) {
        const piece = message.subarray(from, from + PIECE)
        withMemory(size + piece.length, (wasm, at) => {
          wasm.HEAPU8.set(live, at)
          wasm.HEAPU8.set(piece, at + size)
          wasm[hash.update]!(at, at + size, piece.length, 0)
          live.set(wasm.HEAPU8.subarray(at, at + size))
        })
      }
    },
    digest: () => {
      const live = unfinished(state)
      state = undefined
      return withMemory(size + length, (wasm, at) => {
        wasm.HEAPU8.set(live, at)
        live.fill(0)
        hash.final(wasm, at, at + size)
        return wasm.HEAPU8.slice(at + size, at + size + length)
      })
    },
  }
}

/** The state, unless it was used up. */
export function unfinished<T>(state: T | undefined): T {
  if (state === undefined) throw new CryptoError('CRYPTO_FINISHED', 'this was finished before: make a new one')
  return state
}
