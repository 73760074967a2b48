import { bytesToHex, type RandomSource, utf8ToBytes } from '@sessionkit/bytes'
import {
  buildOnionRequest,
  classifyPathError,
  decodeNodeResponse,
  type NodeAnswer as InnerAnswer,
  type OnionSecret,
  openOnionResponse,
  parseNodeAnswer,
} from '@sessionkit/onion'
import { backoffDelay, type Sleep } from './attempts.ts'
import { AttemptFailed, type Call, endedError, MAX_ATTEMPTS } from './call.ts'
import { NetworkError } from './error.ts'
import type { Path, Paths } from './paths.ts'
import type { NodePool, PoolNode } from './pool.ts'
import type { Transport, TransportResponse } from './transport.ts'

/** A node as events name it: public facts only. */
export interface RequestNode {
  /** Ed25519 key, hex. */
  readonly ed25519: string
  readonly ip: string
  readonly port: number
}

/** One attempt that is over, as an observer sees it. Holds no content and no keys but public ones. */
export interface RequestEvent {
  /** Counts up within a network; the attempts of one call share it. */
  readonly id: number
  /** Guard first. */
  readonly path: readonly RequestNode[]
  readonly destination: RequestNode
  /** `store`, `retrieve`, `batch` … */
  readonly method: string
  /** From 1. */
  readonly attempt: number
  /** Bytes of the POST body, and of its answer. */
  readonly bytesOut: number
  readonly bytesIn: number
  /** The destination's status where it answered, else the guard's, else undefined. */
  readonly status: number | undefined
  /** Code of the error where the attempt failed. */
  readonly error: string | undefined
  readonly ms: number
}

export interface ToNodeOptions {
  readonly node: PoolNode
  readonly method: string
  readonly params: object
  readonly signal?: AbortSignal | undefined
}

/** A destination's own answer, whatever its status. */
export interface NodeAnswer {
  readonly status: number
  /** The body as text: JSON for most answers. */
  readonly body: string
  readonly ms: number
}

/** A request to a node over a path. Other paths are tried here; other destinations are the caller's matter. */
export interface OnionRouter {
  /**
   * Protocol page 03, sections 7 to 9. Throws NETWORK_UNREACHABLE, NETWORK_TIMEOUT, NETWORK_PATH_FAILED,
   * NETWORK_BAD_ANSWER and the like for the last attempt; NETWORK_TOO_FEW_NODES, NETWORK_ABORTED, NETWORK_CLOSED.
   */
  toNode(options: ToNodeOptions): Promise<NodeAnswer>
}

/** What `storage` sees besides. */
export interface InnerRouter extends OnionRouter {
  startCall(signal: AbortSignal | undefined): Promise<Call>
  /** As `toNode` within a call. Throws AttemptFailed where another destination may help. */
  inCall(call: Call, options: ToNodeOptions): Promise<NodeAnswer>
  /** Waits before the next attempt; throws `last` when the budget is spent. */
  pause(call: Call, last: NetworkError): Promise<void>
}

export interface CreateRouterOptions {
  readonly transport: Transport
  readonly paths: Paths
  readonly pool: NodePool
  readonly random: RandomSource
  readonly now: () => number
  readonly sleep: Sleep
  readonly requestTimeout: number
  readonly callTimeout: number
  readonly closing: AbortSignal
  readonly ready: (options: { readonly signal?: AbortSignal | undefined }) => Promise<void>
  /** Asks for a new node list unless that was just done; answers whether it was. */
  readonly reload: (signal?: AbortSignal) => Promise<boolean>
  readonly observe: (event: RequestEvent) => void
}

/** Longest error text of a guard that is looked at. */
const MAX_ERROR_BYTES = 500

interface Failure {
  /** `path`: another path may do. `destination`: only another node. `either`: nobody can tell. */
  readonly blame: 'path' | 'either' | 'destination'
  readonly error: NetworkError
}

export function createRouter(options: CreateRouterOptions): InnerRouter {
  const { transport, paths, pool, random, now, sleep, requestTimeout, callTimeout, closing } = options
  let nextId = 1

  const pickPath = async (node: PoolNode, call: Call): Promise<Path> => {
    const wanted = { avoid: new Set([node.id, ...call.failedHops]), failed: call.failedPaths }
    try {
      return paths.pick(wanted)
    } catch (error) {
      if (!(await options.reload(call.signal).catch(() => false))) throw error
      return paths.pick(wanted)
    }
  }

  /** Carries out one attempt and punishes whom its failure points at. */
  const attempt = async (call: Call, { node, method, params }: ToNodeOptions) => {
    const path = await pickPath(node, call)
    const guard = path.hops[0] as PoolNode
    const { ed25519, x25519 } = node
    const payload = utf8ToBytes(JSON.stringify({ method, params }))
    const destination = { type: 'node', ed25519, x25519 } as const
    const { body, secret } = buildOnionRequest({ path: path.hops, destination, payload, random })
    const startedAt = now()
    const elapsed = () => Math.max(0, now() - startedAt)
    const done = paths.use(path)
    call.attempt += 1
    let response: TransportResponse | undefined
    let answer: InnerAnswer | undefined
    let failure: Failure | undefined
    try {
      response = await transport.post({
        url: `https://${guard.ip}:${guard.port}/onion_req/v2`,
        body,
        certificate: { type: 'any' },
        timeoutMs: Math.max(1, Math.min(requestTimeout, call.deadline - startedAt)),
        signal: call.signal,
      })
      // Somebody answers, so we are not offline and whoever did not is to blame.
      for (const dead of call.unreachable.splice(0)) punishGuard(call, dead)
      if (response.status === 200) answer = openAnswer(response.body, secret)
      else failure = pathFailure(call, path, node, response)
    } catch (error) {
      const ended = endedError(call, closing)
      if (ended) throw ended
      failure = exchangeFailure(call, path, error)
    } finally {
      secret.wipe()
      done()
      options.observe({
        id: call.id,
        path: path.hops.map(publicFacts),
        destination: publicFacts(node),
        method,
        attempt: call.attempt,
        bytesOut: body.length,
        bytesIn: response?.body.length ?? 0,
        status: answer?.status ?? response?.status,
        error: failure?.error.code,
        ms: elapsed(),
      })
    }
    if (failure) call.failedPaths.push(path)
    else paths.succeed(path)
    return { answer, failure, ms: elapsed() }
  }

  /** A guard that does not answer as one, and answers that nobody can read. */
  const exchangeFailure = (call: Call, path: Path, thrown: unknown): Failure => {
    const error =
      thrown instanceof NetworkError
        ? thrown
        : new NetworkError('NETWORK_BAD_ANSWER', 'the answer could not be opened', { cause: thrown })
    if (error.code === 'NETWORK_UNREACHABLE') {
      call.unreachable.push(path)
      call.failedHops.add((path.hops[0] as PoolNode).id)
      return { blame: 'path', error }
    }
    if (error.code === 'NETWORK_REDIRECT') {
      punishGuard(call, path)
      return { blame: 'path', error }
    }
    // Silence, too much and nonsense may come from the guard or from further on.
    paths.strike(path)
    return { blame: 'either', error }
  }

  /** What a guard's error text says. Protocol page 03, section 8.1. */
  const pathFailure = (call: Call, path: Path, node: PoolNode, { status, body }: TransportResponse): Failure => {
    const error = new NetworkError('NETWORK_PATH_FAILED', `the path answered with status ${status}`, { status })
    const { scope, blamed, gone } = classifyPathError({
      status,
      body: latin1(body.subarray(0, MAX_ERROR_BYTES)),
      path: path.hops.map(({ ed25519 }) => ed25519),
      destination: node.ed25519,
    })
    if (scope === 'destination') {
      if (gone) pool.drop(node.id)
      return { blame: 'destination', error }
    }
    // From here on somebody behind the guard failed, or the guard lies: then it pays for it in the end.
    if (scope === 'node' && blamed) {
      const id = bytesToHex(blamed)
      if (gone) {
        pool.drop(id)
        paths.repair(id)
      } else strikeHop(call, id)
      paths.strike(path, { guardAnswered: true })
      return { blame: 'path', error }
    }
    if (scope === 'guard') {
      strikeHop(call, (path.hops[0] as PoolNode).id)
      return { blame: 'path', error }
    }
    paths.strike(path, { guardAnswered: true })
    return { blame: 'either', error }
  }

  const punishGuard = (call: Call, path: Path) => {
    paths.strike(path)
    strikeHop(call, (path.hops[0] as PoolNode).id)
  }

  const strikeHop = (call: Call, id: string) => {
    call.failedHops.add(id)
    if (pool.strike(id)) paths.repair(id)
  }

  const inCall: InnerRouter['inCall'] = async (call, request) => {
    for (;;) {
      const { answer, failure, ms } = await attempt(call, request)
      if (answer) return { ...answer, ms }
      const error = failure?.error ?? new NetworkError('NETWORK_BAD_ANSWER', 'no answer')
      if (failure?.blame !== 'path') throw new AttemptFailed(error)
      await pause(call, error)
    }
  }

  const pause: InnerRouter['pause'] = async (call, last) => {
    const delay = backoffDelay(call.attempt, random)
    if (call.attempt >= MAX_ATTEMPTS || now() + delay >= call.deadline) throw last
    try {
      await sleep(delay, call.signal)
    } catch (error) {
      throw endedError(call, closing) ?? error
    }
    if (now() >= call.deadline) throw last
  }

  const startCall: InnerRouter['startCall'] = async (signal) => {
    await options.ready({ signal })
    return {
      id: nextId++,
      signal: signal ? AbortSignal.any([signal, closing]) : closing,
      deadline: now() + callTimeout,
      attempt: 0,
      failedPaths: [],
      failedHops: new Set(),
      unreachable: [],
    }
  }

  return {
    startCall,
    inCall,
    pause,
    async toNode(request) {
      const call = await startCall(request.signal)
      for (;;) {
        try {
          return await inCall(call, request)
        } catch (error) {
          if (!(error instanceof AttemptFailed)) throw error
          await pause(call, error.error)
        }
      }
    },
  }
}

/** Throws what onion throws, and NETWORK_BAD_ANSWER for a hop's answer in the place of the destination's. */
function openAnswer(body: Uint8Array, secret: OnionSecret): InnerAnswer {
  const { message, madeBy } = openOnionResponse({ response: decodeNodeResponse(body), secret })
  const answer = parseNodeAnswer(message)
  if (madeBy === 'destination') return answer
  const { status } = answer
  throw new NetworkError('NETWORK_BAD_ANSWER', `hop ${madeBy + 1} answered with status ${status}`, { status })
}

/** A stranger's text, byte for byte: only exact prefixes and hex digits are looked for in it. */
function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

function publicFacts({ id, ip, port }: PoolNode): RequestNode {
  return { ed25519: id, ip, port }
}
