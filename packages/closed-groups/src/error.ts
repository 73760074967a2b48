import { SessionKitError } from '@sessionkit/bytes'

/** The codes that this package throws by itself; configs throw the codes of `config` too. */
export type ClosedGroupErrorCode =
  | 'GROUP_BAD_ARGUMENT'
  | 'GROUP_BAD_ID'
  | 'GROUP_NOT_ADMIN'
  | 'GROUP_WRONG_SEED'
  | 'GROUP_NO_KEY'
  | 'GROUP_TOO_SHORT'
  | 'GROUP_TOO_LARGE'
  | 'GROUP_BAD_KEY_MESSAGE'
  | 'GROUP_BAD_SIGNATURE'
  | 'GROUP_BAD_DUMP'
  | 'GROUP_DECRYPT_FAILED'
  | 'GROUP_BAD_MESSAGE'
  | 'GROUP_BAD_COMPRESSION'
  | 'GROUP_BAD_CONTAINER'
  | 'GROUP_TOO_MANY_MEMBERS'
  | 'GROUP_UNKNOWN_MEMBER'
  | 'GROUP_BAD_KEY_PAIR'

/** What `closed-groups` throws for malformed input. */
export class ClosedGroupError extends SessionKitError {
  declare readonly code: ClosedGroupErrorCode

  constructor(code: ClosedGroupErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(code, message, options)
  }
}
