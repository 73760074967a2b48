import { NetworkError } from './error.ts'
import type { Path } from './paths.ts'

/** Attempts of one call over all paths and nodes. */
export const MAX_ATTEMPTS = 8

/** What the attempts of one call share, so that router and storage spend one budget. */
export interface Call {
  readonly id: number
  readonly signal: AbortSignal
  /** Local time in ms after which no attempt starts. */
  readonly deadline: number
  attempt: number
  /** Paths that failed in this call; others are preferred. */
  readonly failedPaths: Path[]
  /** Hops that were named or proved not to work in this call, fewer than three strikes though they have. */
  readonly failedHops: Set<string>
  /** Paths whose guard could not be reached, not yet punished: it may be that nothing can be reached from here. */
  readonly unreachable: Path[]
}

/**
 * A failed attempt for which the destination may be to blame: the router does not repeat it, the caller may with
 * another node. Path failures never get this far unless the budget is spent.
 */
export class AttemptFailed extends Error {
  override readonly name = 'AttemptFailed'
  readonly error: NetworkError

  constructor(error: NetworkError) {
    super(error.message)
    this.error = error
  }
}

/** The error to throw when a call was ended from outside, undefined when it was not. */
export function endedError(call: Pick<Call, 'signal'>, closing: AbortSignal): NetworkError | undefined {
  if (closing.aborted) return new NetworkError('NETWORK_CLOSED', 'the network was closed')
  if (call.signal.aborted) return new NetworkError('NETWORK_ABORTED', 'the request was aborted')
  return undefined
}
