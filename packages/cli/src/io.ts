import { Readable } from 'node:stream'
import { CliError } from './error.ts'

/** Everything that a command may touch of the process it runs in, so that tests run commands in-process. */
export interface Io {
  /** Writes to standard output. */
  out(text: string): void
  /** Writes to standard error. */
  err(text: string): void
  /** All of standard input; only called by commands that were told to read it. Throws CLI_BAD_FILE when it is too long. */
  readInput(): Promise<Uint8Array>
  /** Asks a person for a secret without showing it; undefined when they cancel. Only when `inIsTerminal`. */
  askSecret(message: string): Promise<string | undefined>
  /** Whether standard output is a terminal: live screens and colours. */
  readonly outIsTerminal: boolean
  /** Whether standard error is a terminal: progress bars. */
  readonly errIsTerminal: boolean
  /** Whether a person can be asked. */
  readonly inIsTerminal: boolean
  readonly columns: number
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborted when the user asks the program to stop (Ctrl-C, SIGTERM). */
  readonly stop: AbortSignal
}

/**
 * The real process. A command that reads `stop` takes over SIGINT and SIGTERM: the first one aborts it, a second one
 * kills. For all other commands they kill at once, as the shell expects.
 */
export function processIo(): Io {
  let controller: AbortController | undefined
  const stop = (): AbortSignal => {
    if (controller === undefined) {
      const made = new AbortController()
      controller = made
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => made.abort(name))
    }
    return controller.signal
  }
  // `sessionkit … | head` closes the pipe early: that ends the program, quietly.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    readInput: () => readAll(process.stdin),
    askSecret: async (message) => {
      const { isCancel, password } = await import('@clack/prompts')
      const answer = await password({ message, output: process.stderr })
      return isCancel(answer) ? undefined : answer
    },
    outIsTerminal: process.stdout.isTTY === true,
    errIsTerminal: process.stderr.isTTY === true,
    inIsTerminal: process.stdin.isTTY === true,
    // Anew each time: a window changes its size.
    get columns() {
      return process.stdout.columns ?? 80
    },
    env: process.env,
    get stop() {
      return stop()
    },
  }
}

/** Most text that is read from a pipe: a message is far shorter, a known-answer file a few megabytes. */
export const MAX_INPUT_BYTES: number = 64 * 1024 * 1024

async function readAll(stream: NodeJS.ReadStream): Promise<Uint8Array> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of Readable.from(stream)) {
    size += part.length
    if (size > MAX_INPUT_BYTES) {
      throw new CliError('CLI_BAD_FILE', `standard input: more than ${MAX_INPUT_BYTES} bytes`)
    }
    parts.push(Buffer.from(part))
  }
  return new Uint8Array(Buffer.concat(parts))
}
