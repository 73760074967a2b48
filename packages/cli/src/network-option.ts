import type { Command } from 'commander'
import type { Io } from './io.ts'

export interface NetworkOption {
  readonly network?: string
}

/** `--network`, for every command that talks to one. */
export function addNetworkOption(command: Command): Command {
  return command.option(
    '--network <file|name>',
    'mainnet, testnet, or the file that `sessionkit devnet --write` wrote (default: SESSIONKIT_NETWORK, else mainnet)',
  )
}

export function networkOf(options: NetworkOption, io: Io): string {
  return options.network ?? io.env.SESSIONKIT_NETWORK ?? 'mainnet'
}
