/**
 * Ways a node can misbehave: random bytes, silence, a body over the limit, a redirect, an answer sealed with another
 * key, an empty body, or a true answer that is late.
 */
export type FaultKind = 'garbage' | 'hang' | 'huge' | 'redirect' | 'wrong-key' | 'empty' | 'delay'

export interface Fault {
  readonly kind: FaultKind
  /** Milliseconds of `delay`. Default 1000. */
  readonly ms?: number
}

const KINDS: readonly string[] = ['garbage', 'hang', 'huge', 'redirect', 'wrong-key', 'empty', 'delay']

export function isFault(value: unknown): value is Fault {
  if (typeof value !== 'object' || value === null) return false
  const { kind, ms } = value as { kind?: unknown; ms?: unknown }
  return KINDS.includes(kind as string) && (ms === undefined || (Number.isSafeInteger(ms) && (ms as number) >= 0))
}
