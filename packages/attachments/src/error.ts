import { SessionKitError } from '@sessionkit/bytes'

/** The codes that this package throws. */
export type AttachmentErrorCode =
  | 'ATTACHMENT_BAD_INPUT'
  | 'ATTACHMENT_BAD_KEY'
  | 'ATTACHMENT_SCHEME_MISMATCH'
  | 'ATTACHMENT_EMPTY'
  | 'ATTACHMENT_TOO_LARGE'
  | 'ATTACHMENT_TOO_SHORT'
  | 'ATTACHMENT_NOT_AUTHENTIC'
  | 'ATTACHMENT_BAD_DIGEST'
  | 'ATTACHMENT_WRONG_SIZE'
  | 'ATTACHMENT_SOURCE_CHANGED'
  | 'ATTACHMENT_ABORTED'
  | 'ATTACHMENT_NO_URL'
  | 'ATTACHMENT_BAD_URL'
  | 'ATTACHMENT_UNKNOWN_SERVER'
  | 'ATTACHMENT_TOO_MANY_PIXELS'

/** What `attachments` throws. Messages name sizes and steps, never keys or content. */
export class AttachmentError extends SessionKitError {
  declare readonly code: AttachmentErrorCode

  constructor(code: AttachmentErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(code, message, options)
  }
}
