import type { RandomSource } from '@sessionkit/bytes'
import { checkBytes, checkCount } from './length.ts'

const POOL_SIZE = 4096
const MAX_REQUEST = 65_536 // getRandomValues refuses more in one call

const pool = new Uint8Array(POOL_SIZE)
let used = POOL_SIZE

/** The longest answer of `randomBytes`, in bytes. */
export const MAX_RANDOM_BYTES: number = 16_777_216

/**
 * `length` random bytes of the platform's generator (`globalThis.crypto`).
 *
 * Small requests are cut from a pool, since a call into the platform costs more than the bytes; what was handed out is
 * wiped from the pool at once. Never needs `ready`. Throws `CRYPTO_WRONG_LENGTH`.
 */
export function randomBytes(length: number): Uint8Array {
  checkCount(length, 'length', 0, MAX_RANDOM_BYTES)
  const out = new Uint8Array(length)
  if (length > POOL_SIZE / 4) {
    for (let i = 0; i < length; i += MAX_REQUEST) crypto.getRandomValues(out.subarray(i, i + MAX_REQUEST))
    return out
  }
  if (used + length > POOL_SIZE) {
    crypto.getRandomValues(pool)
    used = 0
  }
  const end = used + length
  for (let i = 0; used < end; i++, used++) {
    out[i] = pool[used]!
    pool[used] = 0
  }
  return out
}

/** `length` bytes of `random`, checked and copied, or of the platform. */
export function draw(random: RandomSource | undefined, length: number): Uint8Array {
  if (random === undefined) return randomBytes(length)
  const bytes: unknown = typeof random === 'function' ? random(length) : undefined
  checkBytes(bytes, 'random', length)
  return new Uint8Array(bytes)
}
