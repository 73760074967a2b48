import { SessionKitError } from '@sessionkit/bytes'

/** The codes that this package throws. */
export type OnionErrorCode =
  | 'ONION_BAD_INPUT'
  | 'ONION_TOO_LARGE'
  | 'ONION_TOO_MANY_HOPS'
  | 'ONION_TRUNCATED'
  | 'ONION_BAD_JSON'
  | 'ONION_BAD_EPHEMERAL_KEY'
  | 'ONION_UNKNOWN_ENCRYPTION'
  | 'ONION_BAD_HOP_NUMBER'
  | 'ONION_LAYER_AUTH'
  | 'ONION_BAD_URL'
  | 'ONION_RESPONSE_AUTH'
  | 'ONION_RESPONSE_TOO_SHORT'
  | 'ONION_RESPONSE_NOT_BASE64'
  | 'ONION_BAD_ANSWER'
  | 'ONION_BAD_V4'

/** What `onion` throws. Messages name layers and lengths, never keys or content. */
export class OnionError extends SessionKitError {
  declare readonly code: OnionErrorCode

  constructor(code: OnionErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(code, message, options)
  }
}
