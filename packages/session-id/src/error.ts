import { SessionKitError } from '@sessionkit/bytes'

/** The codes that this package throws. */
export type SessionIdErrorCode =
  | 'SESSION_ID_NOT_TEXT'
  | 'SESSION_ID_NOT_BYTES'
  | 'SESSION_ID_WRONG_LENGTH'
  | 'SESSION_ID_NOT_HEX'
  | 'SESSION_ID_NOT_CANONICAL'
  | 'SESSION_ID_UNKNOWN_PREFIX'
  | 'SESSION_ID_WRONG_PREFIX'
  | 'SESSION_ID_ZERO_KEY'
  | 'SESSION_ID_BAD_PUBLIC_KEY'
  | 'SESSION_ID_BAD_SEED'

/** What `session-id` throws for malformed input. */
export class SessionIdError extends SessionKitError {
  declare readonly code: SessionIdErrorCode

  constructor(code: SessionIdErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(code, message, options)
  }
}
