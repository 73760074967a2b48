import { isSessionKitError, SessionKitError } from '@sessionkit/bytes'

/**
 * - `CLI_USAGE`: the command line itself is wrong.
 * - `CLI_NO_FILE`: a file that was named does not exist or cannot be read.
 * - `CLI_BAD_FILE`: a file was read and is not what it should be.
 * - `CLI_NEEDS_INPUT`: something must be asked for and there is nobody to ask.
 * - `CLI_CANCELLED`: the user stopped it.
 * - `CLI_FAILED`: the work was done and its result is a failure.
 * - `CLI_DEMO_CLAIM`: the demo saw something else than what it claims.
 */
export type CliErrorCode =
  | 'CLI_USAGE'
  | 'CLI_NO_FILE'
  | 'CLI_BAD_FILE'
  | 'CLI_NEEDS_INPUT'
  | 'CLI_CANCELLED'
  | 'CLI_FAILED'
  | 'CLI_DEMO_CLAIM'

/** An error of the command line, with what to do next. */
export class CliError extends SessionKitError {
  declare readonly code: CliErrorCode
  /** What the user can do about it. */
  readonly hint: string | undefined

  constructor(code: CliErrorCode, message: string, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(code, message, options)
    this.hint = options.hint
  }
}

/** 0 done, 1 failed, 2 the command line was wrong. */
export const EXIT_OK = 0
export const EXIT_FAILURE = 1
export const EXIT_USAGE = 2

const usageCodes: ReadonlySet<string> = new Set(['CLI_USAGE', 'CLI_NO_FILE', 'CLI_NEEDS_INPUT'])

export function exitCodeOf(error: unknown): number {
  return error instanceof CliError && usageCodes.has(error.code) ? EXIT_USAGE : EXIT_FAILURE
}

const hints: readonly (readonly [codes: RegExp, hint: string])[] = [
  [/^SESSION_ID_/, 'A Session ID has 66 hex characters and starts with 05; `sessionkit inspect` says what an id is.'],
  [/^(MNEMONIC_|CLIENT_BAD_ACCOUNT$)/, '`sessionkit inspect -` says what is wrong with a phrase, and never shows it.'],
  [/^NETWORK_BAD_DEFINITION$/, '--network takes mainnet, testnet, or the file that `sessionkit devnet` wrote.'],
  [/^NETWORK_/, 'Does the network run, and is it the right one? `sessionkit devnet` starts one on this machine.'],
  [/^DEVNET_LISTEN_FAILED$/, 'Another program may have the port: --port 0 takes free ones.'],
]

/** What the user can do next, where that can be known. */
export function hintOf(error: unknown): string | undefined {
  if (error instanceof CliError) return error.hint
  if (!isSessionKitError(error)) return undefined
  return hints.find(([codes]) => codes.test(error.code))?.[1]
}
