import { bytesToUtf8 } from '@sessionkit/bytes'
import { parseSessionId, shortenId } from '@sessionkit/session-id/id'
import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { CliError } from '../error.ts'
import { addNetworkOption, type NetworkOption, networkOf } from '../network-option.ts'
import { PHRASE_HELP, type PhraseOptions, readPhrase } from '../phrase.ts'
import { styleOf } from '../style.ts'

interface Options extends NetworkOption, PhraseOptions {
  readonly json?: true
}

export function addSend(program: Command, context: CommandContext): void {
  const command = program
    .command('send')
    .description('Sends a text, end-to-end encrypted, over a path of three nodes.')
    .argument('<id>', 'the recipient’s Session ID')
    .argument('[text]', 'the message; standard input is read when it is left out')
    .option('--phrase-file <file>', 'read the sender’s recovery phrase from this file')
    .option('--json', 'one JSON object')
  addNetworkOption(command)
    .addHelpText(
      'after',
      `\nExample:\n  df -h | sessionkit send 05… --phrase-file ada.phrase --network devnet.json\n\n${PHRASE_HELP}`,
    )
    .action((id: string, text: string | undefined, options: Options) => send(id, text, options, context))
}

async function send(id: string, given: string | undefined, options: Options, { io }: CommandContext): Promise<void> {
  const to = parseSessionId(id.trim())
  const phrase = await readPhrase(options, io)
  const text = given ?? (await textFromInput(io))
  const { Client } = await import('@sessionkit/client')
  const client = await Client.open({ network: networkOf(options, io), account: { phrase } })
  try {
    const sent = await client.send(to, { text }, { signal: io.stop })
    if (options.json) {
      const { state, hash, timestamp, members, conversation } = sent
      io.out(`${JSON.stringify({ state, to: conversation, from: client.sessionId, hash, timestamp, members })}\n`)
    } else {
      const style = styleOf(io)
      io.out(
        `${style.green('stored')} for ${shortenId(to)} by ${sent.members.length} nodes of its swarm, hash ${sent.hash}\n`,
      )
    }
  } finally {
    await client.close()
  }
}

async function textFromInput(io: CommandContext['io']): Promise<string> {
  if (io.inIsTerminal) io.err('Type the message, then Ctrl-D:\n')
  const text = bytesToUtf8(await io.readInput()).replace(/\r?\n$/, '')
  if (text !== '') return text
  throw new CliError('CLI_NEEDS_INPUT', 'there is no text to send', {
    hint: 'Give it after the id, or through a pipe: echo done | sessionkit send 05…',
  })
}
