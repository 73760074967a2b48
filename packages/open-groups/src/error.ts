import { SessionKitError } from '@sessionkit/bytes'

/** The codes that this package throws. */
export type OpenGroupErrorCode =
  // What the caller gave.
  | 'OPEN_GROUP_BAD_ARGUMENT'
  | 'OPEN_GROUP_BAD_SERVER_KEY'
  | 'OPEN_GROUP_BAD_ROOM'
  | 'OPEN_GROUP_BAD_REQUEST'
  | 'OPEN_GROUP_BAD_ID'
  | 'OPEN_GROUP_BAD_POINT'
  // Community URLs.
  | 'OPEN_GROUP_URL_NO_KEY'
  | 'OPEN_GROUP_URL_BAD_KEY'
  | 'OPEN_GROUP_URL_NO_ROOM'
  | 'OPEN_GROUP_URL_BAD_SCHEME'
  | 'OPEN_GROUP_URL_BAD_HOST'
  | 'OPEN_GROUP_URL_BAD_PORT'
  | 'OPEN_GROUP_URL_HAS_PATH'
  | 'OPEN_GROUP_URL_TOO_LONG'
  | 'OPEN_GROUP_KEY_CHANGED'
  // Direct messages.
  | 'OPEN_GROUP_MIXED_PREFIXES'
  | 'OPEN_GROUP_TOO_SHORT'
  | 'OPEN_GROUP_UNKNOWN_VERSION'
  | 'OPEN_GROUP_OPEN_FAILED'
  | 'OPEN_GROUP_BAD_SENDER_KEY'
  | 'OPEN_GROUP_SENDER_MISMATCH'
  | 'OPEN_GROUP_OWN_MESSAGE'
  // Messages of a room.
  | 'OPEN_GROUP_UNTRUSTED_AUTHOR'
  | 'OPEN_GROUP_BAD_SIGNATURE'
  | 'OPEN_GROUP_BAD_CONTENT'
  | 'OPEN_GROUP_NOT_VISIBLE'
  | 'OPEN_GROUP_CLOCK'
  | 'OPEN_GROUP_BAD_PRO_SIGNATURE'
  | 'OPEN_GROUP_NOT_APPROVED'
  // What a server answered.
  | 'OPEN_GROUP_BAD_ANSWER'
  | 'OPEN_GROUP_TOO_LARGE'
  | 'OPEN_GROUP_STATUS'
  | 'OPEN_GROUP_BLINDING_REQUIRED'

/** What `open-groups` throws: for malformed arguments, messages and answers, and for statuses. */
export class OpenGroupError extends SessionKitError {
  declare readonly code: OpenGroupErrorCode
  /** The status of the answer, where the error is one. */
  readonly status: number | undefined

  constructor(
    code: OpenGroupErrorCode,
    message: string,
    options: { readonly status?: number | undefined; readonly cause?: unknown } = {},
  ) {
    super(code, message, 'cause' in options ? { cause: options.cause } : undefined)
    this.status = options.status
  }
}
