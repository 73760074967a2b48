import { isSessionKitError, type RandomSource, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { randomBytes, ready } from '@sessionkit/crypto'
import { createTimestampSource } from '@sessionkit/envelope'
import { decodePhrase, encodePhrase } from '@sessionkit/mnemonic'
import {
  type CreateNetworkOptions,
  createNetwork,
  loadNetwork,
  type Network,
  type NetworkDefinitionInput,
} from '@sessionkit/network'
import { type Account, accountFromSeed, createAccount, type SessionId } from '@sessionkit/session-id'
import { NAMESPACES } from '@sessionkit/swarm'
import { createEmitter, type Emitter } from './emitter.ts'
import { ClientError } from './error.ts'
import type { ClientEvents, MessageEvent } from './events.ts'
import { openInboxItem } from './inbox.ts'
import { memoryStore } from './memory-store.ts'
import { type Draft, MESSAGE_TTL_MS, type Sent, sendText } from './outbox.ts'
import { type Scheduler, timerScheduler } from './scheduler.ts'
import type { ClientStore, StoreChange, StoredMessage } from './store.ts'

const POLL_INTERVAL_MS = 5_000
/** Nodes keep nothing longer, so a later expiry is not believed. Protocol page 04, section 9. */
const LONGEST_EXPIRY_MS = 30 * 24 * 60 * 60 * 1000
const MAX_DISPLAY_NAME_BYTES = 100

/** Who the client is. `phrase` is 13 or 25 words, `seed` 16 or 32 bytes (copied). */
export type AccountSource =
  | { readonly phrase: string }
  | { readonly seed: Uint8Array | SecretBytes }
  | { readonly create: { readonly displayName?: string | undefined } }

export interface OpenOptions {
  /** `mainnet`, `testnet`, a definition, or the path of a definition's file. */
  readonly network: 'mainnet' | 'testnet' | NetworkDefinitionInput | (string & {})
  readonly account: AccountSource
  /** Default `memoryStore()`. */
  readonly store?: ClientStore | undefined
  /** Handed to `createNetwork` as they are. */
  readonly networkOptions?: Omit<CreateNetworkOptions, 'network' | 'random' | 'now'> | undefined
  /** Time between the end of a poll and the next, ms. Default 5,000. */
  readonly pollInterval?: number | undefined
  /** The poll loop's timer, the only one of this package. */
  readonly scheduler?: Scheduler | undefined
  readonly random?: RandomSource | undefined
  /** Local time in ms. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** What one poll brought. */
export interface PollResult {
  readonly messages: number
  readonly undecryptable: number
}

interface Parts {
  readonly account: Account
  readonly displayName: string | undefined
  readonly network: Network
  readonly store: ClientStore
  readonly scheduler: Scheduler
  readonly random: RandomSource
  readonly pollInterval: number
}

/** One account on one network. Make it with `Client.open`. */
export class Client {
  readonly sessionId: SessionId
  readonly network: Network
  readonly #parts: Parts
  readonly #events: Emitter<ClientEvents> = createEmitter<ClientEvents>()
  readonly #closing = new AbortController()
  readonly #nextTimestamp: () => number
  #polling: Promise<unknown> = Promise.resolve()
  #running: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined

  private constructor(parts: Parts) {
    this.#parts = parts
    this.sessionId = parts.account.sessionId
    this.network = parts.network
    this.#nextTimestamp = createTimestampSource({ now: parts.network.clock.now })
    parts.network.onRequest((event) => this.#events.emit('request', event))
  }

  /**
   * Opens an account. Makes no connection yet.
   *
   * Throws CLIENT_BAD_ACCOUNT (its cause says why), NETWORK_BAD_DEFINITION.
   */
  static async open(options: OpenOptions): Promise<Client> {
    await ready
    const definition = await loadNetwork(options.network)
    const { random = randomBytes, now } = options
    const { account, displayName } = openAccount(options.account, random)
    const network = createNetwork({ ...options.networkOptions, network: definition, random, now })
    return new Client({
      account,
      displayName,
      network,
      store: options.store ?? memoryStore(),
      scheduler: options.scheduler ?? timerScheduler,
      random,
      pollInterval: options.pollInterval ?? POLL_INTERVAL_MS,
    })
  }

  /** Whether `start` is polling. */
  get isRunning(): boolean {
    return this.#running !== undefined
  }

  /** Adds a listener; the answer removes it. A listener that throws becomes an `error` event. */
  on<K extends keyof ClientEvents>(name: K, listener: (event: ClientEvents[K]) => unknown): () => void {
    return this.#events.on(name, listener)
  }

  /** The recovery phrase, 13 or 25 words. Whoever reads it owns the account. Throws CLIENT_CLOSED. */
  exportPhrase(): string {
    this.#assertOpen()
    return encodePhrase(this.#parts.account.seed)
  }

  /**
   * Sends a text of at most 2,000 code points to a Session ID, and a copy to the own devices.
   *
   * Throws CLIENT_BAD_CONVERSATION, CLIENT_EMPTY_MESSAGE, CLIENT_TEXT_TOO_LONG, CLIENT_CLOSED, NETWORK_….
   */
  async send(to: string, draft: Draft, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<Sent> {
    this.#assertOpen()
    const { account, displayName, network, store, random } = this.#parts
    const sent = await sendText({
      account,
      network,
      store,
      random,
      displayName,
      to,
      draft,
      signal,
      nextTimestamp: this.#nextTimestamp,
      report: (error) => this.#events.report(error),
    })
    this.#events.emit('sent', sent)
    return sent
  }

  /**
   * One tick: fetches what is new, opens and verifies it, stores it, then emits. What strangers sent never makes it
   * throw. Ticks do not overlap: a call while one is under way waits for it.
   *
   * Throws NETWORK_… when the swarm could not be reached, CLIENT_CLOSED.
   */
  poll({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<PollResult> {
    const tick = this.#polling.then(() => this.#tick(signal))
    this.#polling = tick.catch(() => {})
    return tick
  }

  /** What the store holds, by time. */
  messages(options: { readonly conversation?: SessionId | undefined } = {}): Promise<readonly StoredMessage[]> {
    return this.#parts.store.messages(options)
  }

  /**
   * Polls until `stop`, `close` or the signal; the promise settles then. A tick that fails is an `error` event. A
   * second call while it runs gives the same promise.
   */
  start({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    this.#assertOpen()
    if (!this.#running) {
      const stop = new AbortController()
      const ended = this.#loop(stop.signal).finally(() => {
        this.#running = undefined
      })
      this.#running = { stop, ended }
    }
    const { stop, ended } = this.#running
    const abort = () => stop.abort()
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort, { once: true })
    return ended.finally(() => signal?.removeEventListener('abort', abort))
  }

  /** Ends the polling; settles when the tick under way is over. */
  async stop(): Promise<void> {
    this.#running?.stop.abort()
    await this.#running?.ended
  }

  /** Stops, closes the connections and wipes the keys. The client is of no use afterwards. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return
    this.#closing.abort()
    this.#running?.stop.abort()
    // First of all: it ends the tick under way, which nobody could wait for otherwise when nodes are silent.
    await this.network.close()
    await this.stop()
    await this.#polling
    this.#events.clear()
    this.#parts.account.wipe()
  }

  toJSON(): object {
    return { sessionId: this.sessionId }
  }

  // Written so because a computed method name cannot be declared without the type checker.
  static {
    Object.defineProperty(Client.prototype, Symbol.for('nodejs.util.inspect.custom'), {
      value(this: Client): string {
        return `Client(${this.sessionId})`
      },
    })
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw new ClientError('CLIENT_CLOSED', 'the client is closed')
  }

  async #loop(signal: AbortSignal): Promise<void> {
    const { scheduler, pollInterval } = this.#parts
    while (!signal.aborted) {
      try {
        await this.poll({ signal })
      } catch (error) {
        if (!signal.aborted) this.#events.report(error)
      }
      if (signal.aborted) break
      await new Promise<void>((resolve) => {
        const cancel = scheduler(done, pollInterval)
        function done() {
          signal.removeEventListener('abort', done)
          cancel()
          resolve()
        }
        signal.addEventListener('abort', done, { once: true })
      })
    }
  }

  async #tick(signal: AbortSignal | undefined): Promise<PollResult> {
    this.#assertOpen()
    const { account, network, store } = this.#parts
    const startedAt = network.clock.now()
    const retrieved = await network.storage.retrieve({
      signer: account,
      namespaces: [NAMESPACES.messages],
      lastHash: (node, namespace) => store.cursor({ node, account: account.sessionId, namespace }),
      signal,
    })
    const now = network.clock.now()
    const emits: (() => void)[] = []
    const seen: { key: string; until: number }[] = []
    const messages: StoredMessage[] = []
    let undecryptable = 0

    const items = retrieved.namespaces.flatMap((result) => result.messages)
    const forged = retrieved.namespaces.reduce((count, { dropped }) => count + dropped.length, 0)
    if (forged > 0) {
      const error = new ClientError('CLIENT_FALSE_HASH', `a node delivered ${forged} messages under a false hash`)
      emits.push(() => this.#events.report(error))
    }
    const known = new Set(await store.seen(items.map(({ hash }) => hash)))
    const opened = items
      .filter(({ hash }) => !known.has(hash) && known.add(hash))
      .map((item) => ({ item, result: openInboxItem({ item, account }) }))
    const ids = opened.flatMap(({ result }) => (result.kind === 'message' ? [result.message.id] : []))
    const knownIds = new Set(await store.seen(ids))

    for (const { item, result } of opened) {
      const until = Math.min(item.expiration, now + LONGEST_EXPIRY_MS)
      seen.push({ key: item.hash, until })
      if (result.kind === 'undecryptable') {
        undecryptable += 1
        const event = { hash: item.hash, timestamp: item.timestamp, reason: result.reason }
        emits.push(() => this.#events.emit('undecryptable', event))
      }
      if (result.kind !== 'message' || knownIds.has(result.message.id)) continue
      const { message } = result
      knownIds.add(message.id)
      seen.push({ key: message.id, until: Math.max(until, now + MESSAGE_TTL_MS) })
      messages.push(message)
      emits.push(() => this.#events.emit('message', this.#messageEvent(message)))
    }

    const cursors: NonNullable<StoreChange['cursors']> = retrieved.namespaces.flatMap(({ namespace, lastHash }) =>
      lastHash === undefined ? [] : [{ node: retrieved.node, account: account.sessionId, namespace, lastHash }],
    )
    await store.commit({ now, seen, cursors, messages })
    for (const emit of emits) emit()
    const result = { messages: messages.length, undecryptable }
    this.#events.emit('poll', { ...result, ms: Math.max(0, network.clock.now() - startedAt) })
    return result
  }

  #messageEvent(message: StoredMessage): MessageEvent {
    return { ...message, reply: (draft) => this.send(message.conversation, draft) }
  }
}

function openAccount(
  source: AccountSource,
  random: RandomSource,
): { readonly account: Account; readonly displayName: string | undefined } {
  if (typeof source !== 'object' || source === null) {
    throw new ClientError('CLIENT_BAD_ACCOUNT', 'account: expected { phrase }, { seed } or { create }')
  }
  if ('create' in source) {
    const displayName = source.create?.displayName
    const isName = typeof displayName === 'string' && utf8ToBytes(displayName).length <= MAX_DISPLAY_NAME_BYTES
    if (displayName !== undefined && !isName) {
      throw new ClientError('CLIENT_BAD_ACCOUNT', `displayName: at most ${MAX_DISPLAY_NAME_BYTES} bytes of UTF-8`)
    }
    return { account: createAccount({ random }), displayName: displayName || undefined }
  }
  let seed: SecretBytes | undefined
  try {
    if ('phrase' in source) seed = decodePhrase(source.phrase, { allow25: true })
    else
      seed = source.seed instanceof SecretBytes ? SecretBytes.take(source.seed.copy()) : SecretBytes.from(source.seed)
    return { account: accountFromSeed(seed), displayName: undefined }
  } catch (error) {
    // The code alone: a cause would carry whatever the lower package says about the words.
    const code = isSessionKitError(error) ? error.code : 'not usable'
    throw new ClientError('CLIENT_BAD_ACCOUNT', `account: ${code}`)
  } finally {
    // The account has a copy of its own.
    seed?.wipe()
  }
}
