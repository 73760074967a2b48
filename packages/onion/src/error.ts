import { SessionKitError } from '@sessionkit/bytes'
import type { OnionResponseSecret } from './response-secret.ts'

/** The codes that this package throws. */
export type OnionErrorCode =
  | 'ONION_BAD_OPTION'
  | 'ONION_BAD_PATH'
  | 'ONION_BAD_DESTINATION'
  | 'ONION_BAD_KEY'
  | 'ONION_TOO_LARGE'
  | 'ONION_TRUNCATED'
  | 'ONION_BAD_JSON'
  | 'ONION_BAD_EPHEMERAL_KEY'
  | 'ONION_UNKNOWN_ENCRYPTION'
  | 'ONION_BAD_HOP_NUMBER'
  | 'ONION_HOP_LIMIT'
  | 'ONION_INVALID_CIPHERTEXT'
  | 'ONION_INVALID_LAYER'
  | 'ONION_INVALID_URL'
  | 'ONION_BAD_RPC_BODY'
  | 'ONION_NOT_BASE64'
  | 'ONION_OPEN_FAILED'
  | 'ONION_BAD_ANSWER'
  | 'ONION_BAD_SERVER_REQUEST'
  | 'ONION_BAD_SERVER_ANSWER'
  | 'ONION_SECRET_WIPED'

export interface OnionErrorOptions {
  readonly cause?: unknown
  readonly answer?: string
  readonly secret?: OnionResponseSecret
}

/** What `onion` throws for malformed input and failed authentication. */
export class OnionError extends SessionKitError {
  declare readonly code: OnionErrorCode
  /** The exact text that a service node answers in this case, where it has one. */
  readonly answer: string | undefined
  /**
   * With `ONION_INVALID_LAYER` and `ONION_INVALID_URL`, which a node answers sealed to the layer that it just opened:
   * seal `answer` with it (base64, HTTP status 200). Protocol page 03, sections 3.2 and 3.4.
   */
  readonly secret: OnionResponseSecret | undefined

  constructor(code: OnionErrorCode, message: string, options: OnionErrorOptions = {}) {
    super(code, message, 'cause' in options ? { cause: options.cause } : undefined)
    this.answer = options.answer
    this.secret = options.secret
  }
}
