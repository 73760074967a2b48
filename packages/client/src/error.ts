import { SessionKitError } from '@sessionkit/bytes'

/** The codes that this package throws; errors of the packages below pass through as they are. */
export type ClientErrorCode =
  /** `open` was given no usable account. */
  | 'CLIENT_BAD_ACCOUNT'
  /** A message without text. */
  | 'CLIENT_EMPTY_MESSAGE'
  /** More than 2,000 code points. */
  | 'CLIENT_TEXT_TOO_LONG'
  /** Not a conversation that this version can send to. */
  | 'CLIENT_BAD_CONVERSATION'
  /** An `error` event only: a node delivered messages that are not what it says they are. They were left out. */
  | 'CLIENT_FALSE_HASH'
  /** `close` was called. */
  | 'CLIENT_CLOSED'

/** What `client` throws. */
export class ClientError extends SessionKitError {
  declare readonly code: ClientErrorCode

  constructor(code: ClientErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(code, message, options)
  }
}
