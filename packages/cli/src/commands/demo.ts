import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import type { DemoEvent } from '../demo/events.ts'
import { linesOf } from '../demo/lines.ts'
import { liveScreen } from '../demo/live.ts'
import type { ObservedNode } from '../demo/observe.ts'
import { CliError } from '../error.ts'
import type { Io } from '../io.ts'
import { styleOf } from '../style.ts'
import { wholeNumber } from '../whole-number.ts'

interface Options {
  readonly nodes: number
  readonly json?: true
}

export function addDemo(program: Command, context: CommandContext): void {
  program
    .command('demo')
    .description('Two accounts talk through three-hop onion requests over a network on this machine, live.')
    .option('--nodes <number>', 'service nodes, 8 to 100', wholeNumber('--nodes', 8, 100), 12)
    .option('--json', 'one JSON line an event')
    .addHelpText(
      'after',
      '\nExample:\n  sessionkit demo --json | jq .\n\nEverything that is shown is checked; exit code 1 says that something did not happen as told.',
    )
    .action((options: Options) => demo(options, context))
}

/** Far more than it takes; a demo that hangs has failed. */
const DEMO_TIMEOUT_MS = 60_000

async function demo({ nodes, json }: Options, { io }: CommandContext): Promise<void> {
  const screen = json ? jsonLines(io) : io.outIsTerminal && io.env.TERM !== 'dumb' ? liveScreen(io) : plainLines(io)
  const timeout = AbortSignal.timeout(DEMO_TIMEOUT_MS)
  const signal = AbortSignal.any([io.stop, timeout])
  try {
    const started = performance.now()
    screen.show({ type: 'step', step: 1, title: `A network of ${nodes} service nodes on this machine` })
    const [{ startDevnet }, { playStory }] = await Promise.all([
      import('@sessionkit/devnet'),
      import('../demo/story.ts'),
    ])
    const devnet = await startDevnet({ nodes })
    try {
      const observed: ObservedNode[] = devnet.nodes.map((node) => ({
        number: node.index + 1,
        ed25519: node.ed25519,
        address: `${node.ip}:${node.port}`,
        swarm: node.swarmId,
        records: () => node.records,
        isRunning: () => node.running,
        holds: (owner, hash) => node.storage.database.find(owner, hash) !== undefined,
        stop: () => devnet.stopNode(node.id),
      }))
      const ms = Math.round(performance.now() - started)
      const shown = observed.map(({ number, ed25519, address, swarm }) => ({ number, ed25519, address, swarm }))
      screen.show({ type: 'devnet', nodes: shown, ms })
      const swarmOf = (id: string): string => devnet.swarmOf(id)[0]?.swarmId ?? ''
      await playStory({ network: devnet.networkFile(), nodes: observed, swarmOf, emit: screen.show, signal })
    } finally {
      await devnet.close()
    }
  } catch (error) {
    if (io.stop.aborted) throw new CliError('CLI_CANCELLED', 'the demo was stopped', { cause: error })
    if (timeout.aborted) throw new CliError('CLI_DEMO_CLAIM', 'the demo took longer than a minute', { cause: error })
    throw error
  } finally {
    screen.close()
  }
}

/** Where the events of the demo go. */
export interface Screen {
  show(event: DemoEvent): void
  close(): void
}

function jsonLines(io: Io): Screen {
  return { show: (event) => io.out(`${JSON.stringify(event)}\n`), close: () => {} }
}

function plainLines(io: Io): Screen {
  const style = styleOf(io)
  const show = (event: DemoEvent): void => io.out(`${linesOf(event, style).join('\n')}\n`)
  return { show, close: () => {} }
}
