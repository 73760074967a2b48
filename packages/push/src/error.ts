import { SessionKitError } from '@sessionkit/bytes'

/** The codes that this package throws. */
export type PushErrorCode =
  | 'PUSH_BAD_SIGNER'
  | 'PUSH_BAD_NAMESPACES'
  | 'PUSH_BAD_TIMESTAMP'
  | 'PUSH_BAD_SERVICE'
  | 'PUSH_BAD_TOKEN'
  | 'PUSH_BAD_KEY'
  | 'PUSH_BAD_INPUT'
  | 'PUSH_TOO_LARGE'
  | 'PUSH_BAD_ANSWER'
  | 'PUSH_BAD_REQUEST'
  | 'PUSH_BAD_SIGNATURE'
  | 'PUSH_BAD_PAYLOAD'
  | 'PUSH_OPEN_FAILED'
  | 'PUSH_BAD_LIST'
  | 'PUSH_BAD_METADATA'
  | 'PUSH_NOT_SUBSCRIBED'
  | 'PUSH_EXPIRED'

/** What `push` throws. */
export class PushError extends SessionKitError {
  declare readonly code: PushErrorCode

  constructor(code: PushErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(code, message, options)
  }
}
