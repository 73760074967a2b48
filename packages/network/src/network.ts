import type { RandomSource } from '@sessionkit/bytes'
import type { NetworkClock } from './clock.ts'
import type { NetworkDefinition, NetworkDefinitionInput } from './definition.ts'
import type { OnionRouter, RequestEvent } from './onion-router.ts'
import type { Paths } from './paths.ts'
import type { NodePool } from './pool.ts'
import type { NetworkName } from './presets.ts'
import type { Storage } from './storage.ts'
import type { Swarms } from './swarms.ts'
import type { Transport } from './transport.ts'

export interface CreateNetworkOptions {
  /** A preset's name or a definition; for a file use `loadNetwork` first. */
  readonly network: NetworkName | NetworkDefinitionInput
  /** Default: HTTPS through undici on Node. */
  readonly transport?: Transport
  readonly random?: RandomSource
  /** Local time in ms. Default `Date.now`. */
  readonly now?: () => number
  /** Waits between attempts. Default a timer; a test gives one that does not wait. */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>
  /** Hops of a path. Default 3; fewer hide less, so never a silent fallback. */
  readonly pathLength?: number
  /** Paths kept. Default 2. */
  readonly pathCount?: number
  /** Time for one attempt of one request, ms. Default 10,000. */
  readonly requestTimeout?: number
  /** Time for a whole call with its attempts, ms. Default 60,000. */
  readonly callTimeout?: number
  /** Called after every onion request. What it throws is swallowed. */
  readonly onRequest?: (event: RequestEvent) => void
}

export interface Network {
  readonly definition: NetworkDefinition
  readonly storage: Storage
  readonly router: OnionRouter
  readonly pool: NodePool
  readonly paths: Paths
  readonly swarms: Swarms
  readonly clock: NetworkClock
  /** Loads the node list if there is none yet; every call does it by itself. */
  ready(options?: { readonly signal?: AbortSignal }): Promise<void>
  /** Adds an observer of requests; the answer removes it. */
  onRequest(listener: (event: RequestEvent) => void): () => void
  /** Ends what is under way with NETWORK_CLOSED and every connection. */
  close(): Promise<void>
}

/** Protocol pages 03 and 04. Makes no connection before the first call. Throws NETWORK_BAD_DEFINITION. */
export declare function createNetwork(options: CreateNetworkOptions): Network
