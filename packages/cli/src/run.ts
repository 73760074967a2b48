import { createRequire } from 'node:module'
import { isSessionKitError } from '@sessionkit/bytes'
import { Command, CommanderError } from 'commander'
import { addAccount } from './commands/account.ts'
import { addDemo } from './commands/demo.ts'
import { addDevnet } from './commands/devnet.ts'
import { addInspect } from './commands/inspect.ts'
import { addListen } from './commands/listen.ts'
import { addSend } from './commands/send.ts'
import { addVectors } from './commands/vectors.ts'
import type { CommandContext } from './context.ts'
import { EXIT_OK, EXIT_USAGE, exitCodeOf, hintOf } from './error.ts'
import type { Io } from './io.ts'
import { printable } from './style.ts'

/**
 * Runs one command line (without `node` and the program's path) and answers its exit code: 0 done, 1 failed, 2 the
 * command line was wrong. Never throws and never ends the process.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const program = new Command('sessionkit')
    .description('Session accounts, messages, known answers and a local network from the command line.')
    .version(version(), '-V, --version')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) })
    .showHelpAfterError('(add --help for an example)')
    .addHelpText('after', '\nExample:\n  sessionkit demo\n\nExit codes: 0 done, 1 failed, 2 wrong command line.')
  const context: CommandContext = { io, exitCode: EXIT_OK }
  for (const add of [addDemo, addAccount, addSend, addListen, addInspect, addVectors, addDevnet]) add(program, context)
  try {
    await program.parseAsync([...args], { from: 'user' })
    return context.exitCode
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version come as an error with exit code 0; everything else of commander's is the command line.
      return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE
    }
    report(error, args.includes('--json'), io)
    return exitCodeOf(error)
  }
}

const version = (): string => createRequire(import.meta.url)('../package.json').version

function report(error: unknown, json: boolean, io: Io): void {
  const code = isSessionKitError(error) ? error.code : 'CLI_FAILED'
  const message = printable(error instanceof Error ? error.message : String(error))
  const hint = hintOf(error)
  if (json) {
    io.out(`${JSON.stringify({ type: 'error', code, message, ...(hint === undefined ? {} : { hint }) })}\n`)
    return
  }
  io.err(`sessionkit: ${message} (${code})\n`)
  if (hint !== undefined) io.err(`  ${hint}\n`)
}
