const TOKENS = 600
const REFILL_PER_MS = 0.3
const MAX_CLIENTS = 10_000

/** Token bucket for each IPv4 address: 600 requests at once, 300 a second. Protocol page 04, section 2. */
export class RateLimit {
  readonly #buckets = new Map<string, { tokens: number; at: number }>()

  allows(address: string, now: number): boolean {
    let bucket = this.#buckets.get(address)
    if (bucket === undefined) {
      if (this.#buckets.size >= MAX_CLIENTS) this.#forgetIdle(now)
      if (this.#buckets.size >= MAX_CLIENTS) return false
      bucket = { tokens: TOKENS, at: now }
      this.#buckets.set(address, bucket)
    }
    bucket.tokens = Math.min(TOKENS, bucket.tokens + Math.max(0, now - bucket.at) * REFILL_PER_MS)
    bucket.at = now
    if (bucket.tokens < 1) return false
    bucket.tokens--
    return true
  }

  #forgetIdle(now: number): void {
    for (const [address, bucket] of this.#buckets) {
      if ((now - bucket.at) * REFILL_PER_MS >= TOKENS) this.#buckets.delete(address)
    }
  }
}
