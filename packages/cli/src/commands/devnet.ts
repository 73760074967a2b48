import type { Devnet } from '@sessionkit/devnet'
import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { printable, styleOf, table } from '../style.ts'
import { wholeNumber } from '../whole-number.ts'

interface Options {
  readonly nodes: number
  readonly seed?: number
  readonly port: number
  readonly write: string
  readonly json?: true
}

export function addDevnet(program: Command, context: CommandContext): void {
  program
    .command('devnet')
    .description('Runs a Session network on this machine until Ctrl-C: service nodes in swarms, and a seed node.')
    .option('--nodes <number>', 'service nodes, at most 250', wholeNumber('--nodes', 1, 250), 12)
    .option('--seed <number>', 'the same keys every time', wholeNumber('--seed', 0, Number.MAX_SAFE_INTEGER))
    .option(
      '--port <number>',
      'port of the seed node, the others follow; 0 takes free ones',
      wholeNumber('--port', 0, 65_535),
      0,
    )
    .option('--write <file>', 'where to write what --network takes', 'devnet.json')
    .option('--json', 'one JSON object when the network is up')
    .addHelpText('after', '\nExample:\n  sessionkit devnet --nodes 20 --write devnet.json')
    .action((options: Options) => devnet(options, context))
}

async function devnet(options: Options, { io }: CommandContext): Promise<void> {
  const { nodes, seed, port, write } = options
  const { stop } = io
  const { startDevnet } = await import('@sessionkit/devnet')
  const network = await startDevnet({ nodes, port, writeTo: write, ...(seed === undefined ? {} : { seed }) })
  try {
    if (options.json) io.out(`${JSON.stringify(describe(network, write))}\n`)
    else {
      const { bold, dim } = styleOf(io)
      io.out(`${table(rowsOf(network))}\n\n`)
      io.out(`${bold(`${nodes} service nodes run.`)} Clients read ${printable(write)}:\n`)
      io.out(`  sessionkit listen --network ${printable(write)}\n`)
      io.out(`${dim('Ctrl-C ends it; messages are kept in memory only.')}\n`)
    }
    await aborted(stop)
  } finally {
    await network.close()
  }
}

function describe(network: Devnet, file: string): object {
  return {
    type: 'devnet',
    file,
    ...network.networkFile(),
    nodes: network.nodes.map(({ ed25519, x25519, url, swarmId }) => ({ ed25519, x25519, url, swarm: swarmId })),
  }
}

function rowsOf(network: Devnet): string[][] {
  return [
    ['what', 'where', 'swarm', 'Ed25519 key'],
    ...network.seedNodes.map(({ url }) => ['seed node', url, '', '']),
    ...network.nodes.map(({ index, url, swarmId, ed25519 }) => [`node ${index + 1}`, url, swarmId, ed25519]),
  ]
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  // The timer keeps the process alive, whatever the servers do.
  return new Promise((resolve) => {
    const timer = setInterval(() => {}, 3_600_000)
    const done = (): void => {
      clearInterval(timer)
      resolve()
    }
    signal.addEventListener('abort', done, { once: true })
  })
}
