import { open } from 'node:fs/promises'
import { CliError } from './error.ts'
import type { Io } from './io.ts'

/** Longest file that can hold a phrase: 25 words of any list are far shorter. */
const MAX_PHRASE_BYTES = 4096

export interface PhraseOptions {
  readonly phraseFile?: string
}

export const PHRASE_HELP =
  'The recovery phrase is asked for, or read from the environment variable\nSESSIONKIT_PHRASE or from --phrase-file; never from an argument, which others can see.'

/** The recovery phrase of the account to use. It is never echoed, logged or part of an error. */
export async function readPhrase(options: PhraseOptions, io: Io): Promise<string> {
  if (options.phraseFile !== undefined) return readPhraseFile(options.phraseFile)
  const fromEnv = io.env.SESSIONKIT_PHRASE
  if (fromEnv !== undefined && fromEnv.trim() !== '') return fromEnv
  if (io.inIsTerminal) {
    const answer = await io.askSecret('Recovery phrase')
    if (answer === undefined) throw new CliError('CLI_CANCELLED', 'cancelled')
    return answer
  }
  throw new CliError('CLI_NEEDS_INPUT', 'which account? There is no recovery phrase and nobody to ask for it', {
    hint: 'Set SESSIONKIT_PHRASE, or give --phrase-file FILE. `sessionkit account create` makes a new account.',
  })
}

async function readPhraseFile(file: string): Promise<string> {
  try {
    const handle = await open(file)
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(MAX_PHRASE_BYTES + 1), 0, MAX_PHRASE_BYTES + 1, 0)
      if (bytesRead > MAX_PHRASE_BYTES) {
        throw new CliError(
          'CLI_BAD_FILE',
          `${file}: too long for a recovery phrase (${MAX_PHRASE_BYTES} bytes at most)`,
        )
      }
      const text = buffer.subarray(0, bytesRead).toString('utf8').trim()
      buffer.fill(0)
      return text
    } finally {
      await handle.close()
    }
  } catch (cause) {
    if (cause instanceof CliError) throw cause
    const hint = '`sessionkit account create --phrase-file FILE` writes one.'
    throw new CliError('CLI_NO_FILE', `${file}: cannot be read`, { hint, cause })
  }
}

/** Writes a phrase where only its owner can read it. Never overwrites: the old file may be the only copy of another. */
export async function writePhraseFile(file: string, phrase: string): Promise<void> {
  try {
    const handle = await open(file, 'wx', 0o600)
    try {
      await handle.writeFile(`${phrase}\n`)
    } finally {
      await handle.close()
    }
  } catch (cause) {
    const exists = (cause as NodeJS.ErrnoException).code === 'EEXIST'
    throw new CliError('CLI_NO_FILE', `${file}: ${exists ? 'exists already' : 'cannot be written'}`, {
      hint: 'Name a file that does not exist yet, in a folder that you may write to.',
      cause,
    })
  }
}
