import { open } from 'node:fs/promises'
import type { Command } from 'commander'
import type { CommandContext } from '../context.ts'
import { CliError } from '../error.ts'
import type { Finding } from '../inspect/finding.ts'
import { MAX_INPUT_BYTES } from '../io.ts'
import { printable, styleOf, table } from '../style.ts'

export function addInspect(program: Command, context: CommandContext): void {
  program
    .command('inspect')
    .description('What is this? Ids, phrases, envelopes, onion layers, bencode and files, in words.')
    .argument('<what>', 'a file, or hex, or base64, or an id; - reads standard input')
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  sessionkit inspect 05d2ad010eeb72d72e561d9de7bd7b6989af77dcabffa03a5111a6c859ae5c3a72\n\nA recovery phrase belongs into a file or a pipe, not into an argument: others can see those.\nIt is never shown, and neither is its seed.',
    )
    .action((what: string, options: { readonly json?: true }) => inspect(what, options, context))
}

async function inspect(what: string, options: { readonly json?: true }, { io }: CommandContext): Promise<void> {
  const { ready } = await import('../inspect/text.ts')
  await ready
  const finding = what === '-' ? await inspectContent(await io.readInput()) : await inspectArgument(what)
  if (finding === null) {
    throw new CliError('CLI_FAILED', 'this is nothing that sessionkit knows', {
      hint: 'A file, hex, base64, an id or a recovery phrase can be inspected; - reads standard input.',
    })
  }
  const fromArgument = finding.kind === 'phrase' && what !== '-' && /\s/.test(what.trim())
  if (options.json) io.out(`${JSON.stringify(finding)}\n`)
  else {
    io.out(`${styleOf(io).bold(printable(finding.title))}\n`)
    const rows = Object.entries(finding.facts).map(([name, value]) => [`  ${name}`, printable(shown(value))])
    if (rows.length > 0) io.out(`${table(rows)}\n`)
  }
  if (fromArgument) {
    io.err('A recovery phrase in an argument can be seen by other programs and stays in the shell’s history.\n')
  }
}

const shown = (value: Finding['facts'][string]): string =>
  typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value)

async function inspectArgument(what: string): Promise<Finding | null> {
  const file = await readBytes(what)
  if (file !== undefined) return inspectContent(file)
  const { inspectText } = await import('../inspect/text.ts')
  return inspectText(what)
}

/** What a file or a pipe held: a text where it is one that is known, else bytes. */
async function inspectContent(content: Uint8Array): Promise<Finding | null> {
  const [{ inspectText }, { inspectBytes }] = await Promise.all([
    import('../inspect/text.ts'),
    import('../inspect/bytes.ts'),
  ])
  const asText = textOf(content)
  return (asText === undefined ? null : await inspectText(asText)) ?? inspectBytes(content)
}

/** The content of a file, or undefined when there is none of that name. */
async function readBytes(path: string): Promise<Uint8Array | undefined> {
  if (path.length > 4096 || path.includes('\0')) return undefined
  try {
    const handle = await open(path)
    try {
      const { size } = await handle.stat()
      if (size > MAX_INPUT_BYTES) throw new CliError('CLI_BAD_FILE', `${path}: larger than ${MAX_INPUT_BYTES} bytes`)
      return new Uint8Array(await handle.readFile())
    } finally {
      await handle.close()
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENAMETOOLONG' || code === 'ENOTDIR') return undefined
    if (cause instanceof CliError) throw cause
    throw new CliError('CLI_NO_FILE', `${path}: cannot be read (${code})`, { cause })
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    // A text that somebody meant to be read has no control characters but white space.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    return /[\u0000-\u0008\u000e-\u001f\u007f]/.test(text) ? undefined : text
  } catch {
    return undefined
  }
}
