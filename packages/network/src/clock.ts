/** A node's time before this is absurd and ignored: 2021-01-01, in ms. Protocol page 03, section 11. */
const EARLIEST_MS = 1_609_459_200_000
const KEPT_OFFSETS = 10
/** Answers that are needed for more than a small step of the clock. */
const WITNESSES = 3
const SMALL_MS = 60_000

/**
 * Network time: the local clock corrected by the median of the last answers' `t`. The median, so that a few nodes with
 * a wrong clock move nothing.
 */
export interface NetworkClock {
  /** Network time in whole milliseconds. */
  now(): number
  /** Network time minus local time, ms. */
  readonly offset: number
  /** Takes in a node's `t` from an answer that took `roundTripMs`. Values that are no sane time are ignored. */
  observe(t: unknown, roundTripMs?: number): void
  /** Forgets what was learned and takes this node's time at once: what a 406 asks for. */
  correct(t: unknown): void
}

export function createClock({ now }: { readonly now: () => number }): NetworkClock {
  let offsets: number[] = []
  let offset = 0
  const offsetOf = (t: unknown, roundTripMs: number): number | undefined =>
    typeof t === 'number' && Number.isSafeInteger(t) && t >= EARLIEST_MS
      ? Math.round(t + roundTripMs / 2 - now())
      : undefined
  return {
    now: () => Math.floor(now() + offset),
    get offset() {
      return offset
    },
    observe(t, roundTripMs = 0) {
      const one = offsetOf(t, roundTripMs)
      if (one === undefined) return
      offsets.push(one)
      if (offsets.length > KEPT_OFFSETS) offsets.shift()
      const sorted = [...offsets].sort((a, b) => a - b)
      const median = sorted[sorted.length >> 1] ?? 0
      // One or two nodes alone do not move the clock far.
      if (offsets.length >= WITNESSES || Math.abs(median - offset) <= SMALL_MS) offset = median
    },
    correct(t) {
      const one = offsetOf(t, 0)
      if (one === undefined) return
      offsets = [one]
      offset = one
    },
  }
}
