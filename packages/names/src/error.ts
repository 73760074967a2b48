import { SessionKitError } from '@sessionkit/bytes'

/** The codes that this package throws. */
export type NamesErrorCode =
  | 'NAMES_BAD_NAME'
  | 'NAMES_BAD_RECORD'
  | 'NAMES_NOT_FOUND'
  | 'NAMES_LEGACY_RECORD'
  | 'NAMES_TOO_FEW_ANSWERS'
  | 'NAMES_NODE_FAILED'
  | 'NAMES_DISAGREEMENT'
  | 'NAMES_BAD_INPUT'

/**
 * What to tell a person: nobody has the name; the search did not work, try again; what was typed, or what is stored
 * under it, is no name of a Session account. Protocol page 01, section 6.4.
 */
export type NamesFailure = 'not-found' | 'unable' | 'not-recognised'

const failures: Readonly<Record<NamesErrorCode, NamesFailure>> = {
  NAMES_BAD_NAME: 'not-recognised',
  NAMES_BAD_RECORD: 'not-recognised',
  NAMES_NOT_FOUND: 'not-found',
  NAMES_LEGACY_RECORD: 'unable',
  NAMES_TOO_FEW_ANSWERS: 'unable',
  NAMES_NODE_FAILED: 'unable',
  NAMES_DISAGREEMENT: 'unable',
  NAMES_BAD_INPUT: 'unable',
}

/** What `names` throws. */
export class NamesError extends SessionKitError {
  declare readonly code: NamesErrorCode
  /** Which of the three things a person has to know. It follows from `code`. */
  readonly failure: NamesFailure

  constructor(code: NamesErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(code, message, options)
    this.failure = failures[code]
  }
}
