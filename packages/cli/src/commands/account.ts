import { bytesToHex, utf8ToBytes } from '@sessionkit/bytes'
import { parseSessionId } from '@sessionkit/session-id/id'
import type { Command } from 'commander'
import { renderUnicodeCompact } from 'uqr'
import type { CommandContext } from '../context.ts'
import { CliError } from '../error.ts'
import { PHRASE_HELP, readPhrase, writePhraseFile } from '../phrase.ts'
import { printable, styleOf, table } from '../style.ts'

/** Longest display name in UTF-8 bytes. Protocol page 01, section 5. */
const MAX_NAME_BYTES = 100

export function addAccount(program: Command, context: CommandContext): void {
  const account = program.command('account').description('Makes a new account, or shows one.')

  account
    .command('create')
    .description('Makes a new account. Nothing is sent anywhere: an account is its recovery phrase.')
    .option('--name <name>', 'a display name, printed beside the id')
    .option('--show-phrase', 'print the recovery phrase, the only way back into the account')
    .option('--phrase-file <file>', 'write the recovery phrase to a new file that only you can read')
    .option('--json', 'one JSON object')
    .addHelpText('after', '\nExample:\n  sessionkit account create --name Ada --phrase-file ada.phrase')
    .action((options: CreateOptions) => create(options, context))

  account
    .command('show')
    .description('Shows the Session ID and the public key of a recovery phrase.')
    .option('--phrase-file <file>', 'read the recovery phrase from this file')
    .option('--qr', 'draw the Session ID as a QR code')
    .option('--compare <id>', 'words and digits to read out to the owner of that id: theirs must be the same')
    .option('--json', 'one JSON object')
    .addHelpText('after', `\nExample:\n  sessionkit account show --phrase-file ada.phrase --qr\n\n${PHRASE_HELP}`)
    .action((options: ShowOptions) => show(options, context))
}

interface CreateOptions {
  readonly name?: string
  readonly showPhrase?: true
  readonly phraseFile?: string
  readonly json?: true
}

async function create(options: CreateOptions, { io }: CommandContext): Promise<void> {
  const { name } = options
  if (name !== undefined && (name.trim() === '' || utf8ToBytes(name).length > MAX_NAME_BYTES)) {
    throw new CliError('CLI_USAGE', `--name: between 1 and ${MAX_NAME_BYTES} bytes of text are needed`)
  }
  const { createAccount, encodePhrase } = await keys()
  const account = createAccount()
  const phrase = encodePhrase(account.seed)
  const sessionId = account.sessionId
  account.wipe()
  if (options.phraseFile !== undefined) await writePhraseFile(options.phraseFile, phrase)
  if (options.json) {
    const shown = { sessionId, ...(name === undefined ? {} : { name }), ...(options.showPhrase ? { phrase } : {}) }
    io.out(`${JSON.stringify(shown)}\n`)
  } else {
    const style = styleOf(io)
    const rows = [['Session ID', style.bold(sessionId)]]
    if (name !== undefined) rows.unshift(['Name', printable(name)])
    if (options.showPhrase) rows.push(['Recovery phrase', style.yellow(phrase)])
    if (options.phraseFile !== undefined) rows.push(['Phrase file', printable(options.phraseFile)])
    io.out(`${table(rows)}\n`)
  }
  if (options.showPhrase === undefined && options.phraseFile === undefined) {
    io.err('The recovery phrase was not shown and is not kept: this account cannot be opened again.\n')
    io.err('  Use --phrase-file FILE to keep it, or --show-phrase to write it down.\n')
  }
}

interface ShowOptions {
  readonly phraseFile?: string
  readonly qr?: true
  readonly compare?: string
  readonly json?: true
}

async function show(options: ShowOptions, { io }: CommandContext): Promise<void> {
  const { accountFromSeed, decodePhrase, fingerprint } = await keys()
  const theirs = options.compare === undefined ? undefined : parseSessionId(options.compare.trim())
  const account = accountFromSeed(decodePhrase(await readPhrase(options, io)))
  const { sessionId } = account
  const ed25519 = bytesToHex(account.ed25519.publicKey)
  account.wipe()
  const common = theirs === undefined ? undefined : fingerprint({ ours: sessionId, theirs })
  if (options.json) {
    const compare =
      common === undefined ? {} : { compare: { with: theirs, words: common.words, digits: common.digits } }
    io.out(`${JSON.stringify({ sessionId, ed25519, ...compare })}\n`)
    return
  }
  const rows = [
    ['Session ID', styleOf(io).bold(sessionId)],
    ['Ed25519 key', ed25519],
  ]
  if (common !== undefined) {
    rows.push(['Words', common.words], ['Digits', common.digits])
  }
  io.out(`${table(rows)}\n`)
  if (options.qr) io.out(`${renderUnicodeCompact(sessionId)}\n`)
}

/** What makes keys, loaded and ready when it is needed: `--help` waits for no libsodium. */
async function keys() {
  const [{ ready }, sessionId, mnemonic] = await Promise.all([
    import('@sessionkit/crypto'),
    import('@sessionkit/session-id'),
    import('@sessionkit/mnemonic'),
  ])
  await ready
  return { ...sessionId, ...mnemonic }
}
