import { SessionKitError } from '@sessionkit/bytes'

/** The codes that this package throws. */
export type SwarmErrorCode =
  // What the caller gave.
  | 'SWARM_BAD_ID'
  | 'SWARM_BAD_SWARM_ID'
  | 'SWARM_BAD_NAMESPACE'
  | 'SWARM_BAD_PARAM'
  | 'SWARM_BAD_TTL'
  | 'SWARM_DATA_TOO_LARGE'
  | 'SWARM_BAD_SIGNER'
  | 'SWARM_BAD_SIGNING_VALUE'
  // What a node answered.
  | 'SWARM_BAD_ANSWER'
  | 'SWARM_WRONG_COUNT'
  | 'SWARM_NO_VALID_ENTRY'
  | 'SWARM_NO_NODES'
  // The status that a node answered.
  | 'SWARM_BAD_REQUEST'
  | 'SWARM_UNAUTHORIZED'
  | 'SWARM_FORBIDDEN'
  | 'SWARM_NOT_FOUND'
  | 'SWARM_CLOCK'
  | 'SWARM_REFUSED_BY_TRANSPORT'
  | 'SWARM_WRONG_SWARM'
  | 'SWARM_RATE_LIMITED'
  | 'SWARM_NODE_FAILED'
  | 'SWARM_NEXT_NODE'
  | 'SWARM_NODE_UNAVAILABLE'
  | 'SWARM_UNEXPECTED_STATUS'

/**
 * What to do after an error. `never`: the same request fails everywhere. `other-node`: ask another member. `resign`:
 * set the clock by the network, sign again, once. `redirect`: take the swarm that the 421 names, then another node.
 * `back-off`: wait. Protocol page 04, section 7.
 */
export type RetryAdvice = 'never' | 'other-node' | 'resign' | 'redirect' | 'back-off'

/** What `swarm` throws: for malformed arguments, for answers that are not right, and for statuses. */
export class SwarmError extends SessionKitError {
  declare readonly code: SwarmErrorCode
  readonly retry: RetryAdvice
  /** The status of the answer, where the error is a status. */
  readonly status: number | undefined
  /** For `SWARM_NEXT_NODE`: the Ed25519 key, hex, of the node that could not be reached. */
  readonly nextNode: string | undefined

  constructor(
    code: SwarmErrorCode,
    message: string,
    options: {
      readonly retry?: RetryAdvice
      readonly status?: number
      readonly nextNode?: string | undefined
      readonly cause?: unknown
    } = {},
  ) {
    super(code, message, 'cause' in options ? { cause: options.cause } : undefined)
    this.retry = options.retry ?? 'never'
    this.status = options.status
    this.nextNode = options.nextNode
  }
}

export const badAnswer = (message: string): SwarmError =>
  new SwarmError('SWARM_BAD_ANSWER', message, { retry: 'other-node' })

export const badParam = (message: string): SwarmError => new SwarmError('SWARM_BAD_PARAM', message)
