import { isSessionKitError, type RandomSource } from '@sessionkit/bytes'
import type { Account, AccountId } from '@sessionkit/session-id'
import { buildInfo, buildRetrieve, buildStore, messageHash, parseBatchResponse, parseRedirect, parseRetrieveResponse, parseStoreResponse } from '@sessionkit/swarm'
import { AttemptFailed, type Call } from './call.ts'
import type { NetworkClock } from './clock.ts'
import { NetworkError } from './error.ts'
import type { InnerRouter } from './onion-router.ts'
import type { NodePool, PoolNode } from './pool.ts'
import type { Swarms } from './swarms.ts'

/** Namespaces of one `retrieve`, and requests of one `batch`. Protocol page 04, section 5.13. */
export const MAX_BATCH = 20
/** Pages that one `retrieve` reads of a namespace. A node that always has more is not believed. */
export const MAX_PAGES = 50
const DEFAULT_TTL_MS = 1_209_600_000
const CLOCK_WITNESSES = 3

export interface StoreOptions {
  /** Whose swarm stores it. */
  readonly to: AccountId
  /** The message's bytes, at most 76,800. */
  readonly data: Uint8Array
  /** How long it is kept, in ms. Default 14 days. */
  readonly ttl?: number
  /** Default 0, the inbox that everybody may write to. */
  readonly namespace?: number
  /** Signs the request; needed in every namespace but the inbox. */
  readonly account?: Account
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
  /** The asked node's clock, ms. */
  readonly timestamp: number
  /** When the message goes, ms. */
  readonly expiry: number
  /** Members that confirmed with a valid signature; never empty. */
  readonly members: readonly StoredMember[]
  /** How many members the swarm has by the node list. */
  readonly swarmSize: number
}

export interface RetrieveOptions {
  readonly account: Account
  /** At most 20. */
  readonly namespaces: readonly number[]
  /** The last hash known from this node (Ed25519 hex) in this namespace. Every node has an order of its own. */
  readonly lastHash?: (node: string, namespace: number) => string | undefined | Promise<string | undefined>
  readonly signal?: AbortSignal | undefined
}

export interface RetrievedMessage {
  readonly hash: string
  /** The sender's claim, ms. */
  readonly timestamp: number
  readonly expiration: number
  readonly data: Uint8Array
}

export interface RetrievedNamespace {
  readonly namespace: number
  /** In the node's order; only messages whose hash was recomputed and is right. */
  readonly messages: readonly RetrievedMessage[]
  /** How many were dropped because the hash was not theirs. */
  readonly dropped: number
  /** To be given as `lastHash` the next time; undefined when nothing was ever delivered. */
  readonly lastHash: string | undefined
}

export interface Retrieved {
  /** Who answered: Ed25519 hex. */
  readonly node: string
  readonly namespaces: readonly RetrievedNamespace[]
}

/** One element of a batch answer. */
export interface BatchAnswer {
  readonly status: number
  readonly body: unknown
}

/** Typed calls to a swarm. Every call tries other members and other paths before it throws a NetworkError. */
export interface Storage {
  /** Protocol page 04, section 5.1. Throws NETWORK_NOT_STORED when no member confirmed. */
  store(options: StoreOptions): Promise<StoreResult>
  /** Protocol page 04, section 5.2: all pages of every namespace, from one member of the account's swarm. */
  retrieve(options: RetrieveOptions): Promise<Retrieved>
  /** Protocol page 04, section 5.13: up to 20 requests made with the builders of `swarm`, to one member. */
  batch(options: {
    readonly to: AccountId
    readonly requests: readonly { readonly method: string; readonly params: object }[]
    readonly signal?: AbortSignal | undefined
  }): Promise<readonly BatchAnswer[]>
}

interface Request {
  readonly method: string
  readonly params: object
}

/** One call to a swarm: who, what (made anew for each attempt, as it may be signed with the time), and how to read it. */
interface SwarmCall<T> {
  readonly account: AccountId
  readonly request: (node: PoolNode) => Request | Promise<Request>
  /** Reads a 200's body; throws a SessionKitError for one that is not right, and another member is asked. */
  readonly read: (body: unknown, node: PoolNode) => T
}

export interface CreateStorageOptions {
  readonly router: InnerRouter
  readonly swarms: Swarms
  readonly pool: NodePool
  readonly clock: NetworkClock
  readonly random: RandomSource
}

export function createStorage({ router, swarms, pool, clock, random }: CreateStorageOptions): Storage {
  /** Sets the clock by the median of a few nodes' `info`. */
  const correctClock = async (call: Call) => {
    const times: number[] = []
    for (const node of pool.shuffled().slice(0, CLOCK_WITNESSES)) {
      try {
        const { body, status } = await router.inCall(call, { node, ...buildInfo() })
        const t = status === 200 ? timeOf(parseJson(body)) : undefined
        if (t !== undefined) times.push(t)
      } catch (error) {
        if (!(error instanceof AttemptFailed)) throw error
      }
    }
    times.sort((a, b) => a - b)
    clock.correct(times[times.length >> 1])
  }

  const blameNode = (account: AccountId, node: PoolNode) => {
    if (pool.strike(node.id)) swarms.drop(account, node.id)
  }

  /** Protocol page 04, section 7: asks members until one answers as it should, or the call's budget is spent. */
  const askSwarm = async <T>(call: Call, { account, request, read }: SwarmCall<T>) => {
    const tried = new Set<string>()
    let clockCorrected = false
    for (;;) {
      const members = swarms.members(account)
      let node = members.find(({ id }) => !tried.has(id))
      if (!node) {
        tried.clear()
        node = members[0] as PoolNode
      }
      tried.add(node.id)
      let failure: NetworkError
      try {
        const { status, body, ms } = await router.inCall(call, { node, ...(await request(node)) })
        const json = parseJson(body)
        clock.observe(timeOf(json), ms)
        const error = errorOfStatus({ status, body })
        if (!error) return { value: read(json, node), node }
        throw error
      } catch (error) {
        if (error instanceof AttemptFailed) {
          failure = error.error
          blame(account, node)
        } else if (error instanceof SwarmError) {
          failure = networkError(error)
          if (error.retry === 'never') throw failure
          if (error.retry === 'redirect') follow(account, node, redirectOf(error))
          else if (error.retry !== 'resign') blame(account, node)
          else if (clockCorrected) throw failure
          else {
            clockCorrected = true
            await correctClock(call)
            tried.delete(node.id)
          }
        } else throw error
      }
      await router.pause(call, failure)
    }
  }

  return {} as Storage
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function timeOf(json: unknown): number | undefined {
  const t = typeof json === 'object' && json !== null && 't' in json ? json.t : undefined
  return typeof t === 'number' ? t : undefined
}
