import sodium from 'libsodium-wrappers-sumo'
import { CryptoError } from '../error.ts'

type Call = (...args: number[]) => number

/** The raw C functions of libsodium. 64-bit lengths are two arguments, low half first. */
export interface Wasm {
  HEAPU8: Uint8Array
  _malloc(size: number): number
  _free(pointer: number): void
  readonly [name: `_crypto_${string}`]: Call
}

const SCRATCH_SIZE = 16_384

let wasm: Wasm | undefined
let scratch = 0

/**
 * Settles when libsodium has started. Functions that need it throw `CRYPTO_NOT_READY` before.
 *
 * We take libsodium's raw functions, not its wrappers: those allocate and free every argument, ask it for randomness
 * byte by byte, and lack salt and personalization of BLAKE2b and the deterministic form of ML-KEM.
 */
export const ready: Promise<void> = sodium.ready.then(() => {
  const started = (sodium as unknown as { libsodium: Wasm }).libsodium
  scratch = started._malloc(SCRATCH_SIZE)
  wasm = started
})

/** The started libsodium. Throws `CRYPTO_NOT_READY`. */
export function libsodium(): Wasm {
  if (wasm === undefined) throw new CryptoError('CRYPTO_NOT_READY', 'libsodium has not started: await `ready` first')
  return wasm
}

/**
 * Runs `body` with `size` bytes of wasm memory and wipes them afterwards. Not to be nested: small requests share one
 * region.
 */
export function withMemory<T>(size: number, body: (wasm: Wasm, at: number) => T): T {
  const wasm = libsodium()
  const own = size > SCRATCH_SIZE
  const at = own ? wasm._malloc(size) : scratch
  if (at === 0) throw new CryptoError('CRYPTO_OUT_OF_MEMORY', `libsodium could not get ${size} bytes of memory`)
  try {
    return body(wasm, at)
  } finally {
    wasm.HEAPU8.fill(0, at, at + size)
    if (own) wasm._free(at)
  }
}
