// Two copies of a package in one program have two classes; the registered symbol is the same in both.
const brand: unique symbol = Symbol.for('sessionkit.error')

/**
 * The base class of every error that sessionkit throws: a stable `code` for programs, a `message` for people, and
 * only public facts. Messages never hold a key, a seed, a phrase or a plaintext.
 */
export class SessionKitError extends Error {
  readonly code: string
  constructor(code: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = new.target.name
    this.code = code
    Object.defineProperty(this, brand, { value: true })
  }
}

/** Whether a caught value is an error of sessionkit's, also one from another copy of these packages. */
export function isSessionKitError(value: unknown): value is SessionKitError {
  return value instanceof Error && brand in value && typeof (value as { code?: unknown }).code === 'string'
}

/** The codes that this package throws. */
export type BytesErrorCode =
  | 'BYTES_NOT_BYTES'
  | 'BYTES_WRONG_LENGTH'
  | 'BYTES_NOT_HEX'
  | 'BYTES_NOT_BASE64'
  | 'BYTES_NOT_BASE32Z'
  | 'BYTES_NOT_UTF8'
  | 'BYTES_NOT_TEXT'
  | 'BYTES_SECRET_WIPED'
  | 'BENCODE_TOO_LARGE'
  | 'BENCODE_TOO_DEEP'
  | 'BENCODE_TOO_MANY_ITEMS'
  | 'BENCODE_TRUNCATED'
  | 'BENCODE_TRAILING_BYTES'
  | 'BENCODE_NOT_CANONICAL'
  | 'BENCODE_INTEGER_RANGE'
  | 'BENCODE_BAD_TOKEN'
  | 'BENCODE_BAD_VALUE'

/** What `bytes` throws for malformed input. */
export class BytesError extends SessionKitError {
  declare readonly code: BytesErrorCode

  constructor(code: BytesErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(code, message, options)
  }
}
