import type { RandomSource } from '@sessionkit/bytes'

/** Hands out the recorded randomness of an entry, and remembers every deviation from it. */
export interface Replay {
  readonly random: RandomSource
  /** The first deviation, also when it was caught inside; after the run, also bytes nobody asked for. */
  problem(): string | undefined
}

export function replay(recorded: readonly Uint8Array[]): Replay {
  let next = 0
  let problem: string | undefined
  const refuse = (text: string): never => {
    problem ??= text
    throw new Error(text)
  }
  return {
    random: (length) => {
      const bytes = recorded[next]
      if (bytes === undefined) {
        return refuse(`rng[${next}]: asked for ${length} bytes, but the list has ${recorded.length} strings`)
      }
      if (bytes.length !== length) {
        return refuse(`rng[${next}]: asked for ${length} bytes, but the list has ${bytes.length} there`)
      }
      next++
      return new Uint8Array(bytes)
    },
    problem: () =>
      problem ??
      (next < recorded.length ? `rng: ${recorded.length - next} of ${recorded.length} strings not used` : undefined),
  }
}
