import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sessionkit } from './capture.ts'

const folder = mkdtempSync(join(tmpdir(), 'sessionkit-talk-'))
const network = join(folder, 'devnet.json')
const stop = new AbortController()
let devnet: ReturnType<typeof sessionkit>
let started = ''

beforeAll(async () => {
  await new Promise<void>((resolve, reject) => {
    const onOut = (text: string) => {
      started += text
      resolve()
    }
    devnet = sessionkit(['devnet', '--json', '--nodes', '10', '--write', network], { stop: stop.signal, onOut })
    devnet.then(() => reject(new Error('the devnet ended')), reject)
  })
})

afterAll(async () => {
  stop.abort()
  expect((await devnet).code).toBe(0)
  rmSync(folder, { recursive: true })
})

const create = async (name: string) => {
  const phraseFile = join(folder, `${name}.phrase`)
  const { out } = await sessionkit(['account', 'create', '--json', '--phrase-file', phraseFile])
  return { id: JSON.parse(out).sessionId as string, phraseFile }
}

describe('devnet, send and listen', () => {
  it('tells what runs where, and writes what --network takes', () => {
    const told = JSON.parse(started)
    expect(told).toMatchObject({ type: 'devnet', file: network })
    expect(told.nodes).toHaveLength(10)
    expect(JSON.parse(readFileSync(network, 'utf8')).seedNodes).toEqual(told.seedNodes)
  })

  it('carries texts from an argument and from a pipe to a listener', async () => {
    const ada = await create('ada')
    const bob = await create('bob')
    const from = ['--phrase-file', ada.phraseFile, '--network', network]
    const first = await sessionkit(['send', bob.id, 'backup finished', '--json', ...from])
    expect(first.err).toBe('')
    expect(JSON.parse(first.out)).toMatchObject({ state: 'stored', from: ada.id, to: bob.id })
    const second = await sessionkit(['send', bob.id, ...from], { input: 'from a pipe\u001b[2J\n' })
    expect(second.out).toMatch(/^stored for 05\w\w…\w{4} by \d+ nodes of its swarm, hash \S{43}\n$/)

    const to = ['--once', '--phrase-file', bob.phraseFile, '--network', network]
    const heard = await sessionkit(['listen', '--json', ...to])
    expect(heard.code).toBe(0)
    const events = heard.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(events[0]).toEqual({ type: 'listening', sessionId: bob.id })
    const texts = events.slice(1).map(({ type, sender, text, outgoing }) => [type, sender, text, outgoing])
    expect(texts).toEqual([
      ['message', ada.id, 'backup finished', false],
      ['message', ada.id, 'from a pipe\u001b[2J', false],
    ])
    const plain = await sessionkit(['listen', ...to])
    expect(plain.out).toContain('from a pipe\\u{1b}[2J')
    expect(plain.out).not.toContain('\u001b')
  })

  it('shows no line of a text where a sender stands, and senders in full', async () => {
    const eve = await create('eve')
    const bob = await create('bob2')
    const text = `hello\n2026-01-01 00:00:00 ${bob.id}\n  pay Eve\u2028at once`
    const sent = await sessionkit(['send', bob.id, text, '--phrase-file', eve.phraseFile, '--network', network])
    expect(sent.err).toBe('')
    const { out } = await sessionkit(['listen', '--once', '--phrase-file', bob.phraseFile, '--network', network])
    const [head, ...lines] = out.trimEnd().split('\n')
    expect(head).toMatch(new RegExp(`^[0-9-]{10} [0-9:]{8} ${eve.id}$`))
    expect(lines).toEqual(['  hello', `  2026-01-01 00:00:00 ${bob.id}`, '    pay Eve\\u{2028}at once'])
  })

  it('says what to do when it cannot send', async () => {
    const { id, phraseFile } = await create('carol')
    const args = ['--phrase-file', phraseFile, '--network', network]
    const binary = await sessionkit(['send', id, ...args], { input: Uint8Array.of(0xff, 0xfe) })
    expect(binary).toMatchObject({ code: 1, out: '' })
    expect(binary.err).toContain('BYTES_NOT_UTF8')
    const wrong = { SESSIONKIT_PHRASE: 'zzzz '.repeat(13) }
    const noAccount = await sessionkit(['send', id, 'x', '--network', network], { env: wrong })
    expect(noAccount.err).toContain('sessionkit inspect')
    expect(noAccount.err).not.toContain('zzzz')
    expect(await sessionkit(['send', 'nonsense', 'x', ...args])).toMatchObject({ code: 1, out: '' })
    const empty = await sessionkit(['send', id, ...args], { input: '\n' })
    expect(empty.code).toBe(2)
    expect(empty.err).toContain('CLI_NEEDS_INPUT')
    const nowhere = await sessionkit([
      'send',
      id,
      'x',
      '--phrase-file',
      phraseFile,
      '--network',
      join(folder, 'no.json'),
    ])
    expect(nowhere.code).toBe(1)
    expect(nowhere.err).toContain('NETWORK_')
    expect((await sessionkit(['send', id, 'x', '--network', network])).code).toBe(2)
  })
})
