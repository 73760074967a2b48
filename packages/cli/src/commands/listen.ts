import type { ClientEvents } from '@sessionkit/client'
import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { addNetworkOption, type NetworkOption, networkOf } from '../network-option.ts'
import { PHRASE_HELP, type PhraseOptions, readPhrase } from '../phrase.ts'
import { printable, styleOf } from '../style.ts'

interface Options extends NetworkOption, PhraseOptions {
  readonly json?: true
  readonly once?: true
}

export function addListen(program: Command, context: CommandContext): void {
  const command = program
    .command('listen')
    .description('Prints messages as they come, until Ctrl-C.')
    .option('--phrase-file <file>', 'read the recovery phrase from this file')
    .option('--once', 'print what is waiting and end')
    .option('--json', 'one JSON line an event')
  addNetworkOption(command)
    .addHelpText(
      'after',
      `\nExample:\n  sessionkit listen --json --phrase-file bob.phrase --network devnet.json\n\n${PHRASE_HELP}`,
    )
    .action((options: Options) => listen(options, context))
}

async function listen(options: Options, { io }: CommandContext): Promise<void> {
  const phrase = await readPhrase(options, io)
  const { Client } = await import('@sessionkit/client')
  const client = await Client.open({ network: networkOf(options, io), account: { phrase } })
  const style = styleOf(io)
  const json = (event: object): void => io.out(`${JSON.stringify(event)}\n`)
  try {
    client.on('message', ({ reply: _, ...message }) => {
      if (options.json) json({ type: 'message', ...message })
      else io.out(`${messageText(message, style)}\n`)
    })
    client.on('undecryptable', (event) => {
      if (options.json) json({ type: 'undecryptable', ...event })
      else io.err(`a message could not be opened (${printable(event.reason)})\n`)
    })
    client.on('error', (error) => {
      const { code } = error as { code?: string }
      if (options.json) json({ type: 'error', code: code ?? 'CLI_FAILED', message: error.message })
      else io.err(`${printable(error.message)}${code === undefined ? '' : ` (${code})`}\n`)
    })
    if (options.json) json({ type: 'listening', sessionId: client.sessionId })
    else io.err(`${client.sessionId} listens${options.once ? '' : '; Ctrl-C ends it'}\n`)
    if (options.once) await client.poll({ signal: io.stop })
    else await client.start({ signal: io.stop })
  } finally {
    await client.close()
  }
}

type Message = Omit<ClientEvents['message'], 'reply'>

/**
 * One line of who and when, then the text, indented: a stranger's text has lines of its own, and none of them may look
 * like the head of another message. The id in full, because one with the same few digits is quickly made.
 */
function messageText(message: Message, style: ReturnType<typeof styleOf>): string {
  const time = new Date(message.timestamp).toISOString().replace('T', ' ').slice(0, 19)
  const who = message.outgoing ? `me to ${message.conversation}` : message.sender
  return `${style.dim(time)} ${style.bold(who)}\n  ${printable(message.text).replaceAll('\n', '\n  ')}`
}
