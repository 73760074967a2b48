import { SessionKitError } from '@sessionkit/bytes'

/** The codes that `@sessionkit/envelope/v2` throws. */
export type V2ErrorCode =
  | 'V2_BAD_ARGUMENT'
  | 'V2_TOO_LARGE'
  | 'V2_BAD_FORMAT'
  | 'V2_UNKNOWN_VERSION'
  | 'V2_BAD_SIGNATURE'
  | 'V2_BAD_SENDER'
  | 'V2_BAD_RECIPIENT'
  | 'V2_NO_KEY'
  | 'V2_OTHER_TYPE'
  | 'V2_NOT_MEMBER'
  | 'V2_NO_REQUEST'
  | 'V2_EXPIRED'

/** What Session Protocol V2 throws for malformed input, and for what does not open. */
export class V2Error extends SessionKitError {
  declare readonly code: V2ErrorCode

  constructor(code: V2ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(code, message, options)
  }
}
