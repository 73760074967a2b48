import type { RandomSource } from '@sessionkit/bytes'
import { NetworkError } from './error.ts'
import { randomBelow } from './random.ts'

const FIRST_DELAY_MS = 200
const LONGEST_DELAY_MS = 5_000

/** Waits, or rejects with NETWORK_ABORTED as soon as the signal fires. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>

export const timerSleep: Sleep = (ms, signal) =>
  new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer)
      reject(new NetworkError('NETWORK_ABORTED', 'the request was aborted'))
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }, ms)
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })

/** Delay before attempt `attempt` + 1, ms: doubling from 200 to 5,000, its second half at random. */
export function backoffDelay(attempt: number, random: RandomSource): number {
  const full = Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), LONGEST_DELAY_MS)
  return full / 2 + randomBelow(full / 2 + 1, random)
}
