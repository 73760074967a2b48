import { SessionKitError } from '@sessionkit/bytes'

/** The codes that this package throws. */
export type NetworkErrorCode =
  /** The network definition is not of the right form, or the named network is unknown. */
  | 'NETWORK_BAD_DEFINITION'
  /** A connection could not be made or broke. */
  | 'NETWORK_UNREACHABLE'
  /** The peer showed another certificate than the pinned one. Nothing was sent. */
  | 'NETWORK_BAD_CERTIFICATE'
  | 'NETWORK_TIMEOUT'
  /** The caller's signal fired. */
  | 'NETWORK_ABORTED'
  | 'NETWORK_RESPONSE_TOO_LARGE'
  | 'NETWORK_REDIRECT'
  /** No seed node gave a usable node list. */
  | 'NETWORK_NO_SEED'
  /** Too few usable nodes for a path of the wanted length. */
  | 'NETWORK_TOO_FEW_NODES'
  /** The node list holds no swarm for the account. */
  | 'NETWORK_NO_SWARM'
  /** A hop or guard failed; `status` is the guard's HTTP status where there was one. */
  | 'NETWORK_PATH_FAILED'
  /** An answer that is not authentic or not of the right form. */
  | 'NETWORK_BAD_ANSWER'
  /** The destination answered with an error; `status` says which. */
  | 'NETWORK_REFUSED'
  /** The node's clock and ours differ also after one correction. */
  | 'NETWORK_CLOCK'
  /** A store that no swarm member confirmed with a valid signature. */
  | 'NETWORK_NOT_STORED'
  /** `close` was called. */
  | 'NETWORK_CLOSED'

/** What `network` throws. `status` is a status of HTTP or of the storage server where the failure has one. */
export class NetworkError extends SessionKitError {
  declare readonly code: NetworkErrorCode
  readonly status: number | undefined

  constructor(
    code: NetworkErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly status?: number } = {},
  ) {
    super(code, message, 'cause' in options ? { cause: options.cause } : undefined)
    this.status = options.status
  }
}
