import { SessionKitError } from '@sessionkit/bytes'

/** The codes that this package throws. */
export type DevnetErrorCode =
  | 'DEVNET_BAD_OPTION'
  | 'DEVNET_UNKNOWN_NODE'
  | 'DEVNET_LISTEN_FAILED'
  | 'DEVNET_CLOSED'
  | 'DEVNET_BAD_SCENARIO'

/** What `devnet` throws: a wrong option, a node that does not exist, a port that cannot be had. */
export class DevnetError extends SessionKitError {
  declare readonly code: DevnetErrorCode

  constructor(code: DevnetErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(code, message, options)
  }
}
