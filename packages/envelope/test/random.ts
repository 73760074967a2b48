/** A seeded generator (xorshift32) for repeatable runs. */
export function seeded(seed: number): { int: (below: number) => number; bytes: (length: number) => Uint8Array } {
  let state = seed
  const next = () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
  const int = (below: number) => next() % below
  return { int, bytes: (length) => Uint8Array.from({ length }, () => int(256)) }
}

/** Hands out the recorded strings in order and refuses another length. */
export function replay(list: readonly Uint8Array[]): { random: (length: number) => Uint8Array; left: () => number } {
  const queue = [...list]
  return {
    random: (length) => {
      const next = queue.shift()
      if (next === undefined || next.length !== length) throw new Error(`random(${length}) was not recorded`)
      return next
    },
    left: () => queue.length,
  }
}
