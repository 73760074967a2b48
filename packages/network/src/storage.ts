import {
  type BatchResult,
  buildBatch,
  buildInfo,
  buildRetrieve,
  buildStore,
  errorOfStatus,
  MAX_INBOX_TTL_MS,
  ownerOfSigner,
  parseBatchResponse,
  parseInfoResponse,
  parseRedirect,
  parseRetrieveResponse,
  parseStoreResponse,
  pollMaxSizes,
  type RetrieveAnswer,
  type RetrievedMessage,
  SwarmError,
  type SwarmRequest,
  type SwarmSigner,
} from '@sessionkit/swarm'
import { AttemptFailed, type Call } from './call.ts'
import type { NetworkClock } from './clock.ts'
import { NetworkError } from './error.ts'
import type { InnerRouter } from './onion-router.ts'
import type { NodePool, PoolNode } from './pool.ts'
import type { Swarms } from './swarms.ts'

/** Pages that one `retrieve` reads of a namespace; what is left comes with the next. */
export const MAX_PAGES = 20
/** Nodes whose clocks are asked when one said that ours is wrong. */
const CLOCK_WITNESSES = 3
/** A correction that may change a node's mind. Nodes allow 60 s, so what is less was not its reason. */
const CLOCK_MOVED_MS = 1_000

export interface StoreOptions {
  /** Whose swarm stores it: 66 hex digits. */
  readonly to: string
  /** The message's bytes, at most 76,800. */
  readonly data: Uint8Array
  /** How long it is kept, in ms. Default 14 days. */
  readonly ttl?: number | undefined
  /** Default 0, the inbox that everybody may write to. */
  readonly namespace?: number | undefined
  /** Signs the request; needed in every namespace but the inbox. An `Account` is one. */
  readonly signer?: SwarmSigner | undefined
  readonly signal?: AbortSignal | undefined
}

/** A swarm member whose signature over the hash is good. */
export interface StoredMember {
  /** Its Ed25519 key, hex. */
  readonly ed25519: string
  /** Whether it held the message before. */
  readonly already: boolean
}

export interface StoreResult {
  readonly hash: string
  /** Network time when the answer came, ms. */
  readonly timestamp: number
  /** When the message goes, ms: the earliest of the members' answers. */
  readonly expiry: number
  /** Members that confirmed with a valid signature; never empty. */
  readonly members: readonly StoredMember[]
  /** How many members the swarm has by the node list. */
  readonly swarmSize: number
}

export interface RetrieveOptions {
  /** Whose messages; signs the requests. An `Account` is one. */
  readonly signer: SwarmSigner
  /** 1 to 20, each once. */
  readonly namespaces: readonly number[]
  /** The last hash known from this node (Ed25519 hex) in this namespace. Every node has an order of its own. */
  readonly lastHash?: (node: string, namespace: number) => string | undefined | Promise<string | undefined>
  readonly signal?: AbortSignal | undefined
}

export interface RetrievedNamespace {
  readonly namespace: number
  /** In the node's order; only messages whose hash was recomputed and is right. */
  readonly messages: readonly RetrievedMessage[]
  /** Hashes of messages that were left out because their bytes have another hash. */
  readonly dropped: readonly string[]
  /** To be given as `lastHash` the next time; undefined when nothing was ever delivered. */
  readonly lastHash: string | undefined
}

export interface Retrieved {
  /** Who answered: Ed25519 hex. */
  readonly node: string
  readonly namespaces: readonly RetrievedNamespace[]
}

/** Typed calls to a swarm. Every call tries other members and other paths before it throws a NetworkError. */
export interface Storage {
  /**
   * Protocol page 04, section 5.1. Throws NETWORK_NOT_STORED when no member confirmed, and SWARM_… for arguments that
   * are not right.
   */
  store(options: StoreOptions): Promise<StoreResult>
  /** Protocol page 04, section 5.2: the pages of every namespace, from one member of the swarm. */
  retrieve(options: RetrieveOptions): Promise<Retrieved>
  /** Protocol page 04, section 5.13: 1 to 20 requests made with the builders of `swarm`, to one member. */
  batch(options: {
    readonly to: string
    readonly requests: readonly SwarmRequest[]
    readonly signal?: AbortSignal | undefined
  }): Promise<readonly BatchResult[]>
}

/** What one attempt asks (made anew for each, as it may be signed with the time), and how a 200 is read. */
interface Question<T> {
  readonly request: SwarmRequest
  readonly read: (body: unknown) => T
}

/** A node's refusal with the body that came with it. */
class Refused extends Error {
  override readonly name = 'Refused'
  readonly error: SwarmError
  readonly body: unknown

  constructor(error: SwarmError, body: unknown) {
    super(error.message)
    this.error = error
    this.body = body
  }
}

export interface CreateStorageOptions {
  readonly router: InnerRouter
  readonly swarms: Swarms
  readonly pool: NodePool
  readonly clock: NetworkClock
}

export function createStorage({ router, swarms, pool, clock }: CreateStorageOptions): Storage {
  /** Sets the clock by the median of a few nodes' `info`. */
  const correctClock = async (call: Call) => {
    const times: number[] = []
    for (const node of pool.shuffled().slice(0, CLOCK_WITNESSES)) {
      try {
        const { body, status, ms } = await router.inCall(call, { node, ...buildInfo() })
        if (status === 200) times.push(Math.round(parseInfoResponse({ body }).timestamp + ms / 2))
      } catch (error) {
        if (!(error instanceof AttemptFailed || error instanceof SwarmError)) throw error
      }
    }
    times.sort((a, b) => a - b)
    clock.correct(times[times.length >> 1])
  }

  const ask = async <T>(call: Call, node: PoolNode, { request, read }: Question<T>): Promise<T> => {
    const { status, body, ms } = await router.inCall(call, { node, ...request })
    const json = parseJson(body)
    clock.observe(timeOf(json), ms)
    check(status, json ?? body)
    return read(json)
  }

  /** Protocol page 04, section 7: asks members until one answers as it should, or the call's budget is spent. */
  const askSwarm = async <T>(
    account: string,
    signal: AbortSignal | undefined,
    question: (node: PoolNode) => Question<T> | Promise<Question<T>>,
  ): Promise<{ readonly value: T; readonly node: PoolNode }> => {
    const call = await router.startCall(signal)
    const tried = new Set<string>()
    let clockCorrected = false
    for (;;) {
      const members = swarms.members(account)
      if (members.every(({ id }) => tried.has(id))) tried.clear()
      const node = members.find(({ id }) => !tried.has(id)) as PoolNode
      tried.add(node.id)
      const asked = await question(node)
      let failure: NetworkError
      try {
        return { value: await ask(call, node, asked), node }
      } catch (error) {
        if (error instanceof AttemptFailed) {
          failure = error.error
          pool.strike(node.id)
        } else if (error instanceof Refused || error instanceof SwarmError) {
          const refusal = error instanceof Refused ? error.error : error
          failure = networkError(refusal)
          if (refusal.retry === 'never') throw failure
          if (refusal.retry === 'resign') {
            // Whoever still refuses, or refuses although the others agree with us, has a wrong clock itself.
            const before = clock.offset
            if (!clockCorrected) await correctClock(call)
            clockCorrected = true
            if (Math.abs(clock.offset - before) >= CLOCK_MOVED_MS) tried.delete(node.id)
            else pool.strike(node.id)
          } else if (refusal.retry === 'redirect') {
            const ids = parseRedirect(error instanceof Refused ? error.body : undefined)
            if (!swarms.redirect(account, ids)) {
              swarms.drop(account, node.id)
              pool.strike(node.id)
            }
          } else {
            if (refusal.nextNode !== undefined) pool.drop(refusal.nextNode)
            pool.strike(node.id)
          }
        } else throw error
      }
      await router.pause(call, failure)
    }
  }

  const readPage = (owner: string, namespace: number, body: unknown) =>
    parseRetrieveResponse({ body, owner, namespace, now: clock.now() })

  return {
    async store({ to, data, ttl = MAX_INBOX_TTL_MS, namespace, signer, signal }) {
      const { value } = await askSwarm(to, signal, () => {
        const request = buildStore({ owner: to, data, ttl, namespace, signer, timestamp: clock.now() })
        const nodes = swarms.listed(to).map(({ id }) => id)
        return {
          request,
          read: (body) => ({ ...parseStoreResponse({ body, request, nodes }), swarmSize: nodes.length }),
        }
      })
      for (const id of value.misbehaved) pool.strike(id)
      return {
        hash: value.hash,
        timestamp: clock.now(),
        expiry: Math.min(...value.confirmed.map(({ expiry }) => expiry)),
        members: value.confirmed.map(({ node, already }) => ({ ed25519: node, already })),
        swarmSize: value.swarmSize,
      }
    },

    async retrieve({ signer, namespaces, lastHash, signal }) {
      const owner = ownerOfSigner(signer)
      const sizes = pollMaxSizes(namespaces)
      const build = (namespace: number, last: string | undefined, maxSize: number | undefined) =>
        buildRetrieve({ signer, namespace, lastHash: last, maxSize, timestamp: clock.now() })
      const first = await askSwarm(owner, signal, async (node) => {
        const last = await Promise.all(namespaces.map((namespace) => lastHash?.(node.id, namespace)))
        const requests = namespaces.map((namespace, i) => build(namespace, last[i], sizes.get(namespace)))
        const { request, read } = bundle(requests)
        return {
          request,
          read: (body) =>
            read(body).map((item, i) => {
              const page = readPage(owner, namespaces[i] as number, item)
              return { ...page, lastHash: page.lastHash ?? last[i] }
            }),
        }
      })
      const { node } = first
      const results: RetrievedNamespace[] = []
      for (const [i, namespace] of namespaces.entries()) {
        const pages = [first.value[i] as RetrieveAnswer]
        // What a later page costs, a later call brings: its failure is none of the pages that came.
        for (let page = pages[0]; page?.more && pages.length < MAX_PAGES; ) {
          const last = page.lastHash
          const request = build(namespace, last, sizes.get(namespace))
          const question = { request, read: (body: unknown) => readPage(owner, namespace, body) }
          page = await quietly(async () => ask(await router.startCall(signal), node, question))
          if (!page || page.lastHash === undefined || page.lastHash === last) break
          pages.push(page)
        }
        const dropped = pages.flatMap((page) => page.dropped)
        if (dropped.length > 0) pool.strike(node.id)
        const messages = pages.flatMap((page) => page.messages)
        results.push({ namespace, messages, dropped, lastHash: pages.at(-1)?.lastHash })
      }
      return { node: node.id, namespaces: results }
    },

    async batch({ to, requests, signal }) {
      const request = buildBatch({ requests })
      const read = (body: unknown) => {
        const results = parseBatchResponse({ body, request })
        // One refusal of everything is a refusal of the batch, and other members may do better.
        const [one] = results
        if (one && results.every(({ status }) => status === one.status)) check(one.status, one.body)
        return results
      }
      return (await askSwarm(to, signal, () => ({ request, read }))).value
    },
  }
}

/** One request as it is, several as a batch, and how to get their bodies out of a 200 again. */
function bundle(requests: readonly SwarmRequest[]): Question<readonly unknown[]> {
  const [only] = requests
  if (only && requests.length === 1) return { request: only, read: (body) => [body] }
  const request = buildBatch({ requests })
  return {
    request,
    read: (body) =>
      parseBatchResponse({ body, request }).map((result) => {
        check(result.status, result.body)
        return result.body
      }),
  }
}

/** Throws Refused for every status but a success. */
function check(status: number, body: unknown): void {
  const error = errorOfStatus({ status, body })
  if (error) throw new Refused(error, body)
}

async function quietly<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run()
  } catch (error) {
    const expected = error instanceof AttemptFailed || error instanceof Refused || error instanceof SwarmError
    if (expected || (error instanceof NetworkError && !ENDED.has(error.code))) return undefined
    throw error
  }
}

const ENDED: ReadonlySet<string> = new Set(['NETWORK_ABORTED', 'NETWORK_CLOSED'])

function networkError(error: SwarmError): NetworkError {
  const { status } = error
  const options = { cause: error, ...(status === undefined ? {} : { status }) }
  if (error.code === 'SWARM_CLOCK') return new NetworkError('NETWORK_CLOCK', 'the clocks differ too much', options)
  if (error.code === 'SWARM_NO_VALID_ENTRY') {
    return new NetworkError('NETWORK_NOT_STORED', 'no member of the swarm confirmed the message', options)
  }
  const code = status === undefined ? 'NETWORK_BAD_ANSWER' : 'NETWORK_REFUSED'
  return new NetworkError(code, `a swarm member: ${error.message}`, options)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function timeOf(json: unknown): unknown {
  return typeof json === 'object' && json !== null && 't' in json ? json.t : undefined
}
