import { SessionKitError } from '@sessionkit/bytes'

/** The codes that this package throws, or names as the reason of a message that was not accepted. */
export type ConfigErrorCode =
  | 'CONFIG_BAD_ARGUMENT'
  | 'CONFIG_BAD_BENCODE'
  | 'CONFIG_TOO_DEEP'
  | 'CONFIG_TOO_LARGE'
  | 'CONFIG_UNREADABLE_VERSION'
  | 'CONFIG_BAD_MESSAGE'
  | 'CONFIG_BAD_SEQNO'
  | 'CONFIG_BAD_DATA'
  | 'CONFIG_BAD_LAGS'
  | 'CONFIG_BAD_DIFF'
  | 'CONFIG_BAD_SIGNATURE'
  | 'CONFIG_NOTHING_TO_MERGE'
  | 'CONFIG_TOO_SHORT'
  | 'CONFIG_DECRYPT_FAILED'
  | 'CONFIG_BAD_BODY'
  | 'CONFIG_BAD_COMPRESSION'
  | 'CONFIG_BAD_PART'
  | 'CONFIG_BAD_DUMP'
  | 'CONFIG_READ_ONLY'
  | 'CONFIG_BAD_ID'
  | 'CONFIG_BAD_VALUE'
  | 'CONFIG_BAD_URL'

/** What `config` throws for malformed input. */
export class ConfigError extends SessionKitError {
  declare readonly code: ConfigErrorCode

  constructor(code: ConfigErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(code, message, options)
  }
}
