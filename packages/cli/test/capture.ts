import type { Io } from '../src/index.ts'
import { run } from '../src/index.ts'

export interface Captured {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface CaptureOptions {
  readonly input?: string | Uint8Array
  readonly env?: Readonly<Record<string, string>>
  readonly terminal?: boolean
  readonly secret?: string
  readonly stop?: AbortSignal
  readonly onOut?: (text: string) => void
}

/** Runs one command line in this process, with captured output. */
export async function sessionkit(args: readonly string[], options: CaptureOptions = {}): Promise<Captured> {
  let out = ''
  let err = ''
  const { terminal = false, input, env = {}, secret, stop = new AbortController().signal } = options
  const io: Io = {
    out: (text) => {
      out += text
      options.onOut?.(text)
    },
    err: (text) => {
      err += text
    },
    readInput: async () => {
      if (input === undefined) throw new Error('standard input was read')
      return typeof input === 'string' ? new TextEncoder().encode(input) : input
    },
    askSecret: async () => secret,
    outIsTerminal: terminal,
    errIsTerminal: terminal,
    inIsTerminal: secret !== undefined,
    columns: 100,
    env,
    stop,
  }
  const code = await run(args, io)
  return { code, out, err }
}
