import type { Io } from './io.ts'

/** What a command gets besides its own options. */
export interface CommandContext {
  readonly io: Io
  /** Set by a command whose work is done and whose result is a failure. */
  exitCode: number
}
