import { SessionKitError } from '@sessionkit/bytes'

/** The codes that this package throws. */
export type MnemonicErrorCode =
  | 'MNEMONIC_NOT_TEXT'
  | 'MNEMONIC_INPUT_TOO_LONG'
  | 'MNEMONIC_TOO_FEW_WORDS'
  | 'MNEMONIC_TOO_MANY_WORDS'
  | 'MNEMONIC_WRONG_WORD_COUNT'
  | 'MNEMONIC_UNKNOWN_WORD'
  | 'MNEMONIC_AMBIGUOUS_WORD'
  | 'MNEMONIC_OVERFLOW'
  | 'MNEMONIC_CHECKSUM'
  | 'MNEMONIC_BAD_SEED'
  | 'MNEMONIC_BAD_SEED_LENGTH'
  | 'MNEMONIC_BAD_WORD_LIST'
  | 'MNEMONIC_UNKNOWN_LANGUAGE'
  | 'MNEMONIC_TOO_FEW_SHARES'
  | 'MNEMONIC_TOO_MANY_SHARES'
  | 'MNEMONIC_SHARES_OF_DIFFERENT_SETS'
  | 'MNEMONIC_DUPLICATE_SHARE'
  | 'MNEMONIC_WRONG_DIGEST'
  | 'MNEMONIC_BAD_SHARE'
  | 'MNEMONIC_BAD_PADDING'
  | 'MNEMONIC_BAD_SHARE_COUNT'
  | 'MNEMONIC_BAD_PASSPHRASE'
  | 'MNEMONIC_BAD_ITERATIONS'
  | 'MNEMONIC_TOO_MANY_ITERATIONS'

/** What `mnemonic` throws. It names positions and never holds a word of the phrase. */
export class MnemonicError extends SessionKitError {
  declare readonly code: MnemonicErrorCode
  /**
   * Where the phrase is wrong, counted from 0: the unknown or ambiguous word, the first word of an impossible triple,
   * the checksum word, the first missing word, or the first surplus word. Undefined where the fault is no word's.
   */
  readonly index: number | undefined
  /** Which share of a list is wrong, counted from 0. Undefined where it is none of them alone. */
  readonly share: number | undefined

  constructor(
    code: MnemonicErrorCode,
    message: string,
    options?: {
      readonly index?: number | undefined
      readonly share?: number | undefined
      readonly cause?: unknown
    },
  ) {
    super(code, message, options)
    this.index = options?.index
    this.share = options?.share
  }
}
