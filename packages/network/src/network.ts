import type { RandomSource } from '@sessionkit/bytes'
import { ready as cryptoReady, randomBytes } from '@sessionkit/crypto'
import { defaultTransport } from '#platform'
import { type Sleep, timerSleep } from './attempts.ts'
import { createClock, type NetworkClock } from './clock.ts'
import { type NetworkDefinition, type NetworkDefinitionInput, parseNetworkDefinition } from './definition.ts'
import { NetworkError } from './error.ts'
import { createRouter, type OnionRouter, type RequestEvent } from './onion-router.ts'
import { createPaths, type Paths } from './paths.ts'
import { createPool, type NodePool } from './pool.ts'
import { type NetworkName, presets } from './presets.ts'
import { fetchNodeList } from './seeds.ts'
import { createStorage, type Storage } from './storage.ts'
import { createSwarms, type Swarms } from './swarms.ts'
import type { Transport } from './transport.ts'

/** A node list older than this is asked for again. Protocol page 03, section 10.4. */
const LIST_AGE_MS = 2 * 60 * 60 * 1000
/** When an old list could not be replaced, the next try. */
const LIST_RETRY_MS = 60_000
/** The seeds are not asked more often than this while a list is there. */
const LIST_PAUSE_MS = 10_000

export interface CreateNetworkOptions {
  /** A preset's name or a definition; for a file use `loadNetwork` first. */
  readonly network: NetworkName | NetworkDefinitionInput
  /** Default: HTTPS through undici on Node. */
  readonly transport?: Transport | undefined
  readonly random?: RandomSource | undefined
  /** Local time in ms. Default `Date.now`. */
  readonly now?: (() => number) | undefined
  /** Waits between attempts. Default a timer; a test gives one that does not wait. */
  readonly sleep?: Sleep | undefined
  /** Hops of a path. Default 3; fewer hide less, so it is never a silent fallback. */
  readonly pathLength?: number | undefined
  /** Paths kept. Default 2. */
  readonly pathCount?: number | undefined
  /** Time for one attempt of one request, ms. Default 10,000. */
  readonly requestTimeout?: number | undefined
  /** Time for a whole call with its attempts, ms. Default 60,000. */
  readonly callTimeout?: number | undefined
  /** Called after every attempt of an onion request. What it throws is swallowed. */
  readonly onRequest?: ((event: RequestEvent) => void) | undefined
}

export interface Network {
  readonly definition: NetworkDefinition
  readonly storage: Storage
  readonly router: OnionRouter
  readonly pool: NodePool
  readonly paths: Paths
  readonly swarms: Swarms
  readonly clock: NetworkClock
  /** Loads the node list if there is none or it is old; every call does it by itself. Throws NETWORK_NO_SEED. */
  ready(options?: { readonly signal?: AbortSignal | undefined }): Promise<void>
  /** Adds an observer of requests; the answer removes it. */
  onRequest(listener: (event: RequestEvent) => void): () => void
  /** Ends what is under way with NETWORK_CLOSED, and every connection. */
  close(): Promise<void>
}

/** Protocol pages 03 and 04. Makes no connection before the first call. Throws NETWORK_BAD_DEFINITION. */
export function createNetwork(options: CreateNetworkOptions): Network {
  const { network, random = randomBytes, now = Date.now, sleep = timerSleep } = options
  const { pathLength = 3, pathCount = 2, requestTimeout = 10_000, callTimeout = 60_000 } = options
  if (typeof network === 'string' && !Object.hasOwn(presets, network)) {
    throw new NetworkError('NETWORK_BAD_DEFINITION', `unknown network '${network}'`)
  }
  if (!Number.isInteger(pathLength) || pathLength < 1 || pathLength > 8) {
    throw new NetworkError('NETWORK_BAD_DEFINITION', 'pathLength: 1 to 8 hops')
  }
  const definition = typeof network === 'string' ? presets[network] : parseNetworkDefinition(network)
  const transport = options.transport ?? defaultTransport()
  const closing = new AbortController()
  const observers = new Set<(event: RequestEvent) => void>()
  if (options.onRequest) observers.add(options.onRequest)

  const pool = createPool({ random })
  const { subnetRule } = definition
  const paths = createPaths({ pool, random, length: pathLength, count: pathCount, subnetRule })
  const swarms = createSwarms({ pool, random })
  const clock = createClock({ now })

  let loading: Promise<void> | undefined
  let loadedAt = Number.NEGATIVE_INFINITY
  const load = (): Promise<void> => {
    // One load for all who wait; no single caller's signal ends it.
    loading ??= fetchNodeList({ definition, transport, random, signal: closing.signal })
      .then((nodes) => {
        pool.replace(nodes)
        loadedAt = now()
      })
      .catch((error) => {
        throw closing.signal.aborted ? new NetworkError('NETWORK_CLOSED', 'the network was closed') : error
      })
      .finally(() => {
        loading = undefined
      })
    return loading
  }
  const ready: Network['ready'] = async ({ signal } = {}) => {
    if (closing.signal.aborted) throw new NetworkError('NETWORK_CLOSED', 'the network is closed')
    await cryptoReady
    if (pool.size > 0 && now() - loadedAt < LIST_AGE_MS) return
    try {
      await untilAborted(load(), signal)
    } catch (error) {
      // An old list is better than none.
      if (pool.size === 0 || closing.signal.aborted || signal?.aborted) throw error
      loadedAt = now() - LIST_AGE_MS + LIST_RETRY_MS
    }
  }
  const reload = async (signal?: AbortSignal) => {
    if (now() - loadedAt < LIST_PAUSE_MS) return false
    await untilAborted(load(), signal)
    return true
  }

  const router = createRouter({
    transport,
    paths,
    pool,
    random,
    now,
    sleep,
    requestTimeout,
    callTimeout,
    ready,
    reload,
    closing: closing.signal,
    observe: (event) => {
      for (const observer of [...observers]) {
        try {
          observer(event)
        } catch {
          // An observer's failure is its own.
        }
      }
    },
  })
  const storage = createStorage({ router, swarms, pool, clock })

  return {
    definition,
    storage,
    router,
    pool,
    paths,
    swarms,
    clock,
    ready,
    onRequest(listener) {
      const own = (event: RequestEvent) => listener(event)
      observers.add(own)
      return () => void observers.delete(own)
    },
    async close() {
      closing.abort()
      await transport.close()
    },
  }
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const abort = () => reject(new NetworkError('NETWORK_ABORTED', 'the request was aborted'))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
