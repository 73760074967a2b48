import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { bytesToBase64, bytesToHex, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { ready } from '@sessionkit/crypto'
import { type Devnet, startDevnet } from '@sessionkit/devnet'
import { sealMessage } from '@sessionkit/envelope'
import { encodePhrase } from '@sessionkit/mnemonic'
import { accountFromSeed, createAccount } from '@sessionkit/session-id'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Client, type ClientEvents, type MessageEvent, memoryStore, type OpenOptions } from '../src/index.ts'

let devnet: Devnet
const open: Client[] = []

beforeAll(async () => {
  await ready
  devnet = await startDevnet({ nodes: 12, seed: 4 })
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()))
  for (const node of devnet.nodes) node.setFault(null)
})
afterAll(() => devnet.close())

const openClient = async (options: Partial<OpenOptions> = {}): Promise<Client> => {
  const client = await Client.open({ network: devnet.networkFile(), account: { create: {} }, ...options })
  open.push(client)
  return client
}
const record = <K extends keyof ClientEvents>(client: Client, name: K): ClientEvents[K][] => {
  const events: ClientEvents[K][] = []
  client.on(name, (event) => events.push(event))
  return events
}
const texts = (events: readonly MessageEvent[]) => events.map(({ text }) => text)
const coded = (code: string) => expect.objectContaining({ code })

describe('sending and receiving', () => {
  it('carries a text to another account, verified, and a copy to the own devices', async () => {
    const seed = new Uint8Array(16).fill(7)
    const ada = await openClient({ account: { seed } })
    const adasPhone = await openClient({ account: { seed } })
    const bob = await openClient()
    const sentEvents = record(ada, 'sent')
    const sent = await ada.send(bob.sessionId, { text: 'hello 👋' })
    expect(sent).toMatchObject({ state: 'stored', conversation: bob.sessionId, text: 'hello 👋' })
    expect(sent.members).toHaveLength(sent.swarmSize)
    expect(sent.members.length).toBeGreaterThanOrEqual(5)
    expect(sentEvents).toEqual([sent])

    const bobs = record(bob, 'message')
    expect(await bob.poll()).toEqual({ messages: 1, undecryptable: 0 })
    const { reply, ...got } = bobs[0] as MessageEvent
    expect(got).toEqual({
      id: sent.id,
      conversation: ada.sessionId,
      sender: ada.sessionId,
      text: 'hello 👋',
      timestamp: sent.timestamp,
      outgoing: false,
      hash: sent.hash,
    })

    const phones = record(adasPhone, 'message')
    await adasPhone.poll()
    expect(phones[0]).toMatchObject({
      id: sent.id,
      conversation: bob.sessionId,
      sender: ada.sessionId,
      outgoing: true,
      hash: sent.syncHash,
    })

    const adas = record(ada, 'message')
    await reply({ text: 'hi' })
    await ada.poll()
    expect(texts(adas)).toEqual(['hi'])
    expect((await ada.messages({ conversation: bob.sessionId })).map(({ text }) => text)).toEqual(['hello 👋', 'hi'])
  })

  it('keeps notes to oneself in one copy', async () => {
    const ada = await openClient({ account: { seed: new Uint8Array(16).fill(8) } })
    const phone = await openClient({ account: { seed: new Uint8Array(16).fill(8) } })
    const sent = await ada.send(ada.sessionId, { text: 'milk' })
    expect(sent.syncHash).toBe(sent.hash)
    const notes = record(phone, 'message')
    await phone.poll()
    expect(notes).toHaveLength(1)
    expect(notes[0]).toMatchObject({ conversation: ada.sessionId, outgoing: true, text: 'milk' })
    expect(await ada.poll()).toEqual({ messages: 0, undecryptable: 0 })
  })

  it('brings each message once, whichever member answers', async () => {
    const ada = await openClient()
    const bob = await openClient()
    const got = record(bob, 'message')
    for (let i = 0; i < 3; i++) await ada.send(bob.sessionId, { text: `${i}` })
    for (let i = 0; i < 8; i++) await bob.poll()
    await Promise.all([bob.poll(), bob.poll()])
    expect(texts(got)).toEqual(['0', '1', '2'])
  })

  it('asks a node only for what came after the last', async () => {
    const ada = await openClient()
    const bob = await openClient()
    await ada.send(bob.sessionId, { text: 'x'.repeat(1_900) })
    await bob.poll()
    const sizes = record(bob, 'request')
    for (let i = 0; i < 20; i++) await bob.poll()
    // Whichever members were asked: each hands the long message out once at most, and one did so before.
    const withMessage = sizes.filter(({ bytesIn }) => bytesIn > 2_000)
    expect(withMessage.length).toBeLessThan(devnet.swarmOf(bob.sessionId).length)
  })

  it('gives a new device of the phrase what waits: received texts and own sync copies', async () => {
    const seed = new Uint8Array(16).fill(9)
    const phrase = encodePhrase(seed)
    const old = await openClient({ account: { phrase } })
    const bob = await openClient()
    await old.send(bob.sessionId, { text: 'from me' })
    await bob.send(old.sessionId, { text: 'to me' })
    await old.close()

    const restored = await openClient({ account: { phrase } })
    const got = record(restored, 'message')
    await restored.poll()
    expect(got.map(({ text, outgoing }) => [text, outgoing])).toEqual([
      ['from me', true],
      ['to me', false],
    ])
    expect(restored.exportPhrase()).toBe(phrase)
  })

  it('pages through more than one answer holds', async () => {
    const ada = accountFromSeed(new Uint8Array(16).fill(11))
    const bob = await openClient()
    await bob.network.ready()
    const count = 25
    for (let i = 0; i < count; i++) {
      const timestamp = Date.now() + i
      const data = sealMessage({
        content: { dataMessage: { body: `${i}`.padEnd(50_000, '.') }, sigTimestamp: timestamp },
        from: ada,
        to: bob.sessionId,
        timestamp,
      })
      await bob.network.storage.store({ to: bob.sessionId, data })
    }
    const got = record(bob, 'message')
    await bob.poll()
    expect(got.map(({ text }) => Number.parseInt(text, 10))).toEqual(Array.from({ length: count }, (_, i) => i))
    expect(Math.max(...got.map(({ text }) => text.length))).toBe(10_000)
  })
})

describe('what strangers send', () => {
  it('costs one event each and never the others', async () => {
    const ada = await openClient()
    const bob = await openClient()
    const stranger = createAccount()
    const { storage } = bob.network
    const put = (data: Uint8Array) => storage.store({ to: bob.sessionId, data })
    const timestamp = Date.now()
    const seal = (dataMessage: object, sigTimestamp = timestamp) =>
      sealMessage({
        content: { dataMessage, sigTimestamp } as Parameters<typeof sealMessage>[0]['content'],
        from: stranger,
        to: bob.sessionId,
        timestamp,
      })
    await ada.send(bob.sessionId, { text: 'first' })
    await put(Uint8Array.of(1))
    await put(utf8ToBytes('no envelope at all'))
    const torn = seal({ body: 'torn' })
    torn[torn.length - 80]! ^= 1
    await put(torn)
    await put(seal({ body: 'not yours', syncTarget: ada.sessionId }))
    await put(seal({ body: ' \n ' }))
    await ada.send(bob.sessionId, { text: 'last' })

    const got = record(bob, 'message')
    const bad = record(bob, 'undecryptable')
    const errors = record(bob, 'error')
    expect(await bob.poll()).toEqual({ messages: 2, undecryptable: 4 })
    expect(texts(got)).toEqual(['first', 'last'])
    expect(bad).toHaveLength(4)
    expect(bad.map(({ reason }) => reason)).toContain('ENVELOPE_SYNC_FROM_OTHER')
    for (const { reason } of bad) expect(reason).toMatch(/^(ENVELOPE|CLIENT|CRYPTO)_[A-Z_]+$/)
    for (let i = 0; i < 4; i++) await bob.poll()
    expect(bad).toHaveLength(4)
    expect(errors).toEqual([])
  })

  it('is reported when a node gives it a false hash', async () => {
    const bob = await openClient()
    const storage = bob.network.storage as { retrieve: typeof bob.network.storage.retrieve }
    storage.retrieve = async () => ({
      node: 'ab'.repeat(32),
      namespaces: [{ namespace: 0, messages: [], dropped: ['A'.repeat(43)], lastHash: 'A'.repeat(43) }],
    })
    const errors = record(bob, 'error')
    expect(await bob.poll()).toEqual({ messages: 0, undecryptable: 0 })
    expect(errors).toEqual([coded('CLIENT_FALSE_HASH')])
  })

  it('is shown once when it comes twice under two hashes', async () => {
    const ada = createAccount()
    const bob = await openClient()
    const timestamp = Date.now()
    for (let i = 0; i < 2; i++) {
      const content = { dataMessage: { body: 'twice' }, sigTimestamp: timestamp }
      const data = sealMessage({ content, from: ada, to: bob.sessionId, timestamp })
      await bob.network.storage.store({ to: bob.sessionId, data })
    }
    const got = record(bob, 'message')
    await bob.poll()
    expect(texts(got)).toEqual(['twice'])
  })
})

describe('drafts', () => {
  it('are checked before anything is sent', async () => {
    const ada = await openClient()
    const to = ada.sessionId
    await expect(ada.send('05zz', { text: 'x' })).rejects.toEqual(coded('CLIENT_BAD_CONVERSATION'))
    await expect(ada.send(`03${to.slice(2)}`, { text: 'x' })).rejects.toEqual(coded('CLIENT_BAD_CONVERSATION'))
    await expect(ada.send(undefined as never, { text: 'x' })).rejects.toEqual(coded('CLIENT_BAD_CONVERSATION'))
    await expect(ada.send(to, { text: ' ' })).rejects.toEqual(coded('CLIENT_EMPTY_MESSAGE'))
    await expect(ada.send(to, undefined as never)).rejects.toEqual(coded('CLIENT_EMPTY_MESSAGE'))
    await expect(ada.send(to, { text: 'x'.repeat(2_001) })).rejects.toEqual(coded('CLIENT_TEXT_TOO_LONG'))
    await expect(ada.send(to, { text: '👋'.repeat(2_001) })).rejects.toEqual(coded('CLIENT_TEXT_TOO_LONG'))
    expect((await ada.send(to, { text: '👋'.repeat(2_000) })).state).toBe('stored')
  })

  it('never get the same time twice', async () => {
    const frozen = Date.now()
    const ada = await openClient({ now: () => frozen })
    const bob = await openClient()
    const sent = await Promise.all([1, 2, 3].map((i) => ada.send(bob.sessionId, { text: `${i}` })))
    expect(new Set(sent.map(({ timestamp }) => timestamp)).size).toBe(3)
  })
})

describe('the loop', () => {
  it('polls until it is stopped, on the given timer only', async () => {
    const waiting: { callback: () => void; ms: number }[] = []
    let cancelled = 0
    const bob = await openClient({
      pollInterval: 1_234,
      scheduler: (callback, ms) => {
        waiting.push({ callback, ms })
        return () => {
          cancelled += 1
        }
      },
    })
    const ada = await openClient()
    const got = record(bob, 'message')
    const tick = () => new Promise<void>((resolve) => void bob.on('poll', () => resolve()))
    let ticked = tick()
    const ended = bob.start()
    expect(bob.isRunning).toBe(true)
    await ticked
    await ada.send(bob.sessionId, { text: 'while running' })
    ticked = tick()
    await new Promise((resolve) => setImmediate(resolve))
    expect(waiting).toHaveLength(1)
    expect(waiting[0]?.ms).toBe(1_234)
    waiting[0]?.callback()
    await ticked
    expect(texts(got)).toEqual(['while running'])
    await bob.stop()
    await ended
    expect(bob.isRunning).toBe(false)
    expect(cancelled).toBe(waiting.length)
  })

  it('ends with a signal, and reports a tick that failed without ending', async () => {
    const callbacks: (() => void)[] = []
    let fail = true
    const store = memoryStore()
    const bob = await openClient({
      store: {
        ...store,
        seen: async (keys) => {
          if (fail) throw new Error('disk full')
          return store.seen(keys)
        },
      },
      scheduler: (callback) => {
        callbacks.push(callback)
        return () => {}
      },
    })
    const errors = record(bob, 'error')
    const reported = new Promise<void>((resolve) => void bob.on('error', () => resolve()))
    const polled = new Promise<void>((resolve) => void bob.on('poll', () => resolve()))
    const controller = new AbortController()
    const ended = bob.start({ signal: controller.signal })
    await reported
    await new Promise((resolve) => setImmediate(resolve))
    fail = false
    callbacks[0]?.()
    await polled
    controller.abort()
    await ended
    expect(errors.map(({ message }) => message)).toEqual(['disk full'])
  })

  it('reports a listener that throws and gives the others their event', async () => {
    const bob = await openClient()
    const ada = await openClient()
    bob.on('message', () => {
      throw new Error('my own fault')
    })
    const got = record(bob, 'message')
    const errors = record(bob, 'error')
    await ada.send(bob.sessionId, { text: 'a' })
    await ada.send(bob.sessionId, { text: 'b' })
    await bob.poll()
    expect(texts(got)).toEqual(['a', 'b'])
    expect(errors.map(({ message }) => message)).toEqual(['my own fault', 'my own fault'])
  })
})

describe('secrets', () => {
  it('are in no event, error or inspection', async () => {
    const seed = Uint8Array.from({ length: 16 }, (_, i) => 0xa0 + i * 3)
    const phrase = encodePhrase(seed)
    const account = accountFromSeed(seed)
    const secrets = [
      phrase,
      phrase.split(' ').slice(0, 3).join(' '),
      ...[seed, account.x25519.secretKey.copy()].flatMap((bytes) => [
        bytesToHex(bytes),
        bytesToBase64(bytes, { padding: false }),
        [...bytes].join(','),
        [...bytes].join(', '),
      ]),
    ]
    const shown: string[] = []
    const show = (value: unknown) => {
      shown.push(String(value), inspect(value, { depth: 12, showHidden: true, maxArrayLength: null }))
      shown.push(JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `${v}` : v)) ?? '')
      if (value instanceof Error) show(value.cause)
    }
    const ada = await openClient({ account: { phrase } })
    const bob = await openClient()
    for (const name of ['message', 'sent', 'undecryptable', 'error', 'request', 'poll'] as const) ada.on(name, show)
    await bob.send(ada.sessionId, { text: 'hello' })
    await bob.network.storage.store({ to: ada.sessionId, data: Uint8Array.of(3) })
    await ada.send(bob.sessionId, { text: 'hello' })
    await ada.poll()
    await ada.send('05', { text: phrase }).catch(show)
    await Client.open({ network: 'mainnet', account: { phrase: `${phrase} ${phrase}` } }).catch(show)
    await Client.open({ network: 'mainnet', account: { phrase: phrase.replace(/^\w+/, 'zzz') } }).catch(show)
    await Client.open({ network: 'mainnet', account: { seed: seed.subarray(1) } }).catch(show)
    show(ada)
    await ada.close()
    await ada.send(bob.sessionId, { text: 'late' }).catch(show)
    expect(() => ada.exportPhrase()).toThrow(coded('CLIENT_CLOSED'))
    const all = shown.join('\n').toLowerCase()
    expect(all).toContain('client_bad_account')
    for (const secret of secrets) expect(all).not.toContain(secret.toLowerCase())
  })

  it('are copied on entry and wiped at the end', async () => {
    const seed = new Uint8Array(16).fill(5)
    const secret = SecretBytes.from(seed)
    const ada = await openClient({ account: { seed: secret } })
    secret.wipe()
    expect(ada.exportPhrase()).toBe(encodePhrase(seed))
  })
})

describe('opening', () => {
  it.each([
    null,
    'phrase',
    {},
    { phrase: 'one two' },
    { seed: new Uint8Array(15) },
    { create: { displayName: 'x'.repeat(101) } },
  ])('refuses the account %j', async (account) => {
    const options = { network: 'mainnet', account } as unknown as OpenOptions
    await expect(Client.open(options)).rejects.toEqual(coded('CLIENT_BAD_ACCOUNT'))
  })

  it('refuses a network that is none', async () => {
    const account = { create: {} }
    await expect(Client.open({ network: 'nonet', account })).rejects.toEqual(coded('NETWORK_BAD_DEFINITION'))
    const definition = { name: 'x', seedNodes: [] }
    await expect(Client.open({ network: definition, account })).rejects.toEqual(coded('NETWORK_BAD_DEFINITION'))
  })

  it('reads the network from the file that a devnet wrote', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sessionkit-'))
    const network = join(folder, 'devnet.json')
    writeFileSync(network, JSON.stringify(devnet.networkFile()))
    try {
      const ada = await openClient({ network })
      expect(await ada.poll()).toEqual({ messages: 0, undecryptable: 0 })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('makes no connection by itself, and closes at any time', async () => {
    const ada = await openClient({ network: 'mainnet' })
    expect(ada.network.pool.size).toBe(0)
    await ada.close()
    await ada.close()
    await expect(ada.poll()).rejects.toEqual(coded('CLIENT_CLOSED'))
  })

  it('closes at once while silent nodes keep a tick waiting that the loop waits for', async () => {
    let asked = () => {}
    const underWay = new Promise<void>((resolve) => {
      asked = resolve
    })
    const post = ({ signal }: { readonly signal?: AbortSignal | undefined }) =>
      new Promise<never>((_, reject) => {
        signal?.addEventListener('abort', () => reject(new Error('aborted')))
        asked()
      })
    const ada = await openClient({ networkOptions: { transport: { post, close: async () => {} } } })
    const tick = ada.poll().catch((error) => error)
    await underWay
    const loop = ada.start()
    await ada.close()
    expect(await tick).toEqual(coded('NETWORK_CLOSED'))
    await loop
  }, 8_000)
})
