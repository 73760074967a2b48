import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bytesToBase64, bytesToHex, utf8ToBytes } from '@sessionkit/bytes'
import { ready, x25519KeyPair } from '@sessionkit/crypto'
import { sealMessage } from '@sessionkit/envelope'
import { encodePhrase } from '@sessionkit/mnemonic'
import { loadWordList } from '@sessionkit/mnemonic/languages'
import { buildOnionRequest } from '@sessionkit/onion'
import { accountFromSeed, createAccount, fingerprint } from '@sessionkit/session-id'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sessionkit } from './capture.ts'

beforeAll(() => ready)
const folder = mkdtempSync(join(tmpdir(), 'sessionkit-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (name: string) => join(folder, name)

const seed = new Uint8Array(16).map((_, i) => i)
const phrase = () => encodePhrase(seed)
const sessionId = () => accountFromSeed(seed).sessionId

describe('the command line', () => {
  const commands = [
    ['demo'],
    ['account'],
    ['account', 'create'],
    ['account', 'show'],
    ['send'],
    ['listen'],
    ['inspect'],
    ['vectors'],
    ['devnet'],
  ]

  it.each(commands.map((command) => [command.join(' '), command] as const))('%s --help', async (_, command) => {
    const { code, out, err } = await sessionkit([...command, '--help'])
    expect(code).toBe(0)
    expect(err).toBe('')
    expect(out).toContain(`Usage: sessionkit ${command.join(' ')}`)
    if (command.length > 1 || command[0] !== 'account') {
      expect(out).toContain('Example:\n  ')
      expect(out).toContain('--json')
    }
  })

  it('answers 2 for a wrong command line, with a hint', async () => {
    for (const args of [
      [],
      ['teleport'],
      ['inspect'],
      ['demo', '--nodes', '3'],
      ['devnet', '--port', 'x'],
      ['demo', '--bad'],
    ]) {
      const { code, out, err } = await sessionkit(args)
      expect(code, args.join(' ')).toBe(2)
      expect(out).toBe('')
      expect(err).not.toBe('')
    }
  })

  it('knows its version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
    expect(await sessionkit(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' })
  })

  it('has no colours in a pipe, nor with NO_COLOR', async () => {
    const pipe = await sessionkit(['account', 'create', '--show-phrase'])
    const plain = await sessionkit(['account', 'create', '--show-phrase'], { terminal: true, env: { NO_COLOR: '1' } })
    for (const { out } of [pipe, plain]) expect(out).not.toContain('\u001b')
  })
})

describe('account', () => {
  it('creates an account, and shows its phrase only when told', async () => {
    const { code, out, err } = await sessionkit(['account', 'create', '--name', 'Ada'])
    expect(code).toBe(0)
    expect(out).toMatch(/^Name\s+Ada\nSession ID\s+05[0-9a-f]{64}\n$/)
    expect(err).toContain('--phrase-file')
    const shown = JSON.parse((await sessionkit(['account', 'create', '--json', '--show-phrase'])).out)
    expect(shown.phrase.split(' ')).toHaveLength(13)
    const hidden = JSON.parse((await sessionkit(['account', 'create', '--json'])).out)
    expect(Object.keys(hidden)).toEqual(['sessionId'])
  })

  it('keeps a phrase in a file of its own, never over another', async () => {
    const file = at('ada.phrase')
    const { code, out } = await sessionkit(['account', 'create', '--json', '--phrase-file', file])
    expect(code).toBe(0)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const before = readFileSync(file, 'utf8')
    const again = await sessionkit(['account', 'create', '--phrase-file', file])
    expect(again).toMatchObject({ code: 2, out: '' })
    expect(again.err).toContain('exists already')
    expect(readFileSync(file, 'utf8')).toBe(before)
    const shown = await sessionkit(['account', 'show', '--json', '--phrase-file', file])
    expect(JSON.parse(shown.out).sessionId).toBe(JSON.parse(out).sessionId)
  })

  it('refuses impossible names', async () => {
    for (const name of ['', '   ', 'ü'.repeat(51)]) {
      expect((await sessionkit(['account', 'create', '--name', name])).code).toBe(2)
    }
  })

  it('reads the phrase from the environment, a file or a person', async () => {
    writeFileSync(at('phrase'), `  ${phrase()}\n`)
    const ways = [
      await sessionkit(['account', 'show', '--json'], { env: { SESSIONKIT_PHRASE: phrase() } }),
      await sessionkit(['account', 'show', '--json', '--phrase-file', at('phrase')]),
      await sessionkit(['account', 'show', '--json'], { secret: phrase() }),
    ]
    for (const { code, out } of ways) {
      expect(code).toBe(0)
      expect(JSON.parse(out)).toMatchObject({ sessionId: sessionId() })
    }
    const nobody = await sessionkit(['account', 'show'])
    expect(nobody.code).toBe(2)
    expect(nobody.err).toContain('SESSIONKIT_PHRASE')
    expect((await sessionkit(['account', 'show', '--phrase-file', at('nowhere')])).code).toBe(2)
  })

  it('never echoes a wrong phrase', async () => {
    const wrong = phrase().replace(/^\S+/, 'Geheimwort')
    const { code, out, err } = await sessionkit(['account', 'show', '--json'], { env: { SESSIONKIT_PHRASE: wrong } })
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({ type: 'error', code: 'MNEMONIC_UNKNOWN_WORD' })
    for (const word of wrong.split(' ')) expect(out + err).not.toContain(word)
  })

  it('draws a QR code, and words to compare that are the same on both sides', async () => {
    const env = { SESSIONKIT_PHRASE: phrase() }
    const other = createAccount().sessionId
    const { out } = await sessionkit(['account', 'show', '--qr', '--compare', other], { env })
    const { words, digits } = fingerprint({ ours: other, theirs: sessionId() })
    expect(out).toContain(words)
    expect(out).toContain(digits)
    expect(out).toMatch(/[█▀▄]{10}/)
    expect((await sessionkit(['account', 'show', '--compare', '05zz'], { env })).code).toBe(1)
  })
})

describe('inspect', () => {
  const inspect = async (what: string, input?: string) => {
    const { code, out } = await sessionkit(['inspect', '--json', what], input === undefined ? {} : { input })
    return { code, ...JSON.parse(out) }
  }

  it('knows ids of every prefix', async () => {
    for (const prefix of ['00', '03', '05', '07', '15', '25']) {
      const id = prefix + 'ab'.repeat(32)
      expect(await inspect(id.toUpperCase())).toMatchObject({ code: 0, kind: `id-${prefix}`, facts: { id } })
    }
  })

  it('knows phrases of every language, and gives away neither phrase nor seed', async () => {
    for (const language of ['English', 'German', 'Japanese', 'Russian']) {
      const text = encodePhrase(seed, { language: await loadWordList(language) })
      const { out, code } = await sessionkit(['inspect', '-'], { input: `${text}\n` })
      expect(code).toBe(0)
      expect(out).toContain(language)
      expect(out).toContain(sessionId())
      expect(out).not.toContain(bytesToHex(seed))
      for (const word of text.split(' ')) if (word.length > 3) expect(out).not.toContain(word)
    }
    const wrong = await sessionkit(['inspect', '-'], { input: phrase().replace(/\S+$/, 'amaze') })
    expect(wrong.out).toContain('MNEMONIC_CHECKSUM')
    expect(wrong.out).not.toContain('amaze')
    const seen = await sessionkit(['inspect', phrase()])
    expect(seen.err).toContain('history')
  })

  it('knows stored messages, onion layers and bencode, as hex, as base64 and as files', async () => {
    const ada = createAccount()
    const timestamp = 1_753_000_000_000
    const stored = sealMessage({
      content: { dataMessage: { body: 'top secret text', timestamp }, sigTimestamp: timestamp },
      from: ada,
      to: sessionId(),
      timestamp,
    })
    const hop = { ed25519: new Uint8Array(32).fill(7), x25519: x25519KeyPair().publicKey }
    const onion = buildOnionRequest({
      path: [hop],
      destination: { type: 'node', ...hop },
      payload: new Uint8Array(9),
    }).body
    const known: [string, Uint8Array][] = [
      ['stored-message', stored],
      ['onion-request', onion],
      ['bencode', utf8ToBytes('d1:ai1e1:bl2:xyee')],
    ]
    for (const [kind, bytes] of known) {
      expect(await inspect(bytesToHex(bytes))).toMatchObject({ code: 0, kind, facts: { form: 'hex' } })
      expect(await inspect('-', bytesToBase64(bytes))).toMatchObject({ kind, facts: { form: 'base64' } })
      writeFileSync(at('bytes'), bytes)
      expect(await inspect(at('bytes'))).toMatchObject({ kind })
    }
    const { out } = await sessionkit(['inspect', bytesToHex(stored)])
    expect((await sessionkit(['inspect', '-'], { input: stored })).out).toMatch(/^A stored message/)
    expect(out).not.toContain('secret')
    expect(out).toContain('2025-07-20')
  })

  it('knows networks, known answers and requests', async () => {
    const seedNodes = [{ url: 'https://127.0.0.1:1/json_rpc', certSha256: 'ab'.repeat(32) }]
    writeFileSync(at('net.json'), JSON.stringify({ name: 'devnet', seedNodes, subnetRule: false }))
    expect(await inspect(at('net.json'))).toMatchObject({ kind: 'network', facts: { name: 'devnet', pinned: true } })
    const vectors = new URL('../../../vectors/libsession-onion.json', import.meta.url).pathname
    expect(await inspect(vectors)).toMatchObject({ kind: 'vectors', facts: { handlers: 'libsession-onion' } })
    const request = JSON.stringify({ method: 'retrieve', params: { pubkey: sessionId(), signature: 'x' } })
    expect(await inspect('-', request)).toMatchObject({
      kind: 'storage-request',
      facts: { method: 'retrieve', signed: true },
    })
  })

  it('says what it can about the rest, and 1 about nothing', async () => {
    expect(await inspect('ab'.repeat(32))).toMatchObject({ kind: 'bytes-32' })
    expect(await inspect('ab'.repeat(33))).toMatchObject({ kind: 'bytes' })
    expect(await inspect('q2z+aIfjsiDVGXW8tUJhBQxeEl6Xfdac0lQEEj+tG6s')).toMatchObject({ kind: 'message-hash' })
    expect((await inspect('yrtwk3hjixg66yjdeiuauk6p7hy1gtm8tgih55abrpnsxnpm3zzo.snode')).kind).toBe('snode-address')
    const nothing = await sessionkit(['inspect', 'What could this be?'])
    expect(nothing).toMatchObject({ code: 1, out: '' })
    expect(nothing.err).toContain('CLI_FAILED')
  })

  it('shows no control characters of a stranger', async () => {
    const { out } = await sessionkit(['inspect', '-'], {
      input: JSON.stringify({ title: 'storage', operations: {}, x: 1, '\u001b[2J': 1 }),
    })
    expect(out).not.toContain('\u001b')
  })
})
