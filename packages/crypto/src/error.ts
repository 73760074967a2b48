import { SessionKitError } from '@sessionkit/bytes'

/** The codes that this package throws. */
export type CryptoErrorCode =
  | 'CRYPTO_NOT_READY'
  | 'CRYPTO_BACKEND_MISSING'
  | 'CRYPTO_NOT_BYTES'
  | 'CRYPTO_WRONG_LENGTH'
  | 'CRYPTO_BAD_PUBLIC_KEY'
  | 'CRYPTO_BAD_KEY_PAIR'
  | 'CRYPTO_BAD_SCALAR'
  | 'CRYPTO_BAD_LIMIT'
  | 'CRYPTO_BAD_PADDING'
  | 'CRYPTO_OPEN_FAILED'
  | 'CRYPTO_FINISHED'
  | 'CRYPTO_OUT_OF_MEMORY'

/** What `crypto` throws for malformed input and failed authentication. */
export class CryptoError extends SessionKitError {
  declare readonly code: CryptoErrorCode

  constructor(code: CryptoErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(code, message, options)
  }
}
