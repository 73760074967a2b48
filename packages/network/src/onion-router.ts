import { bytesToUtf8, isSessionKitError, type RandomSource, utf8ToBytes } from '@sessionkit/bytes'
import { buildOnionRequest, classifyPathError, openOnionResponse, parseNodeAnswer } from '@sessionkit/onion'
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

type Blame = 'path' | 'either' | 'destination'

export function createRouter(options: CreateRouterOptions): InnerRouter {
  const { transport, paths, pool, random, now, sleep, requestTimeout, callTimeout, closing } = options
  let nextId = 1

  const pickPath = async (node: PoolNode, call: Call): Promise<Path> => {
    const wanted = { avoid: new Set([node.id]), not: call.failedPath }
    try {
      return paths.pick(wanted)
    } catch (error) {
      if (!(await options.reload(call.signal).catch(() => false))) throw error
      return paths.pick(wanted)
    }
  }

  /** Carries out one attempt; answers who is to blame where it failed, having punished the path already. */
  const attempt = async (call: Call, { node, method, params }: ToNodeOptions) => {
    const path = await pickPath(node, call)
    const guard = path.hops[0] as PoolNode
    const payload = utf8ToBytes(JSON.stringify({ method, params }))
    const { body, secret } = buildOnionRequest({
      path: path.hops,
      destination: { type: 'node', ed25519: node.ed25519, x25519: node.x25519 },
      payload,
      random,
    })
    const startedAt = now()
    const done = paths.use(path)
    call.attempt += 1
    let response: TransportResponse | undefined
    let answer: { readonly status: number; readonly body: string } | undefined
    let failure: { readonly blame: Blame; readonly error: NetworkError } | undefined
    try {
      response = await transport.post({
        url: `https://${guard.ip}:${guard.port}/onion_req/v2`,
        body,
        certificate: { type: 'any' },
        timeoutMs: Math.max(1, Math.min(requestTimeout, call.deadline - startedAt)),
        signal: call.signal,
      })
      if (response.status === 200) answer = openAnswer(response.body, secret)
      else failure = punishPathError(path, node, response)
    } catch (error) {
      const ended = endedError(call, closing)
      if (ended) throw ended
      failure = punish(path, guard, error)
    } finally {
      done()
      const ms = Math.max(0, now() - startedAt)
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
        ms,
      })
    }
    if (failure) call.failedPath = path.id
    return { answer, failure, ms: Math.max(0, now() - startedAt) }
  }

  /** A guard that does not answer as one, and answers that nobody can read. */
  const punish = (path: Path, guard: PoolNode, thrown: unknown): { blame: Blame; error: NetworkError } => {
    const error =
      thrown instanceof NetworkError
        ? thrown
        : new NetworkError('NETWORK_BAD_ANSWER', 'the answer could not be opened', { cause: thrown })
    if (error.code === 'NETWORK_UNREACHABLE' || error.code === 'NETWORK_BAD_CERTIFICATE') {
      strikeNode(guard.id)
      paths.strike(path)
      return { blame: 'path', error }
    }
    paths.strike(path)
    // A redirect is the guard's own; silence, too much and nonsense may also come from the destination.
    return { blame: error.code === 'NETWORK_REDIRECT' ? 'path' : 'either', error }
  }

  /** What a guard's error text says. Protocol page 03, section 8.1. */
  const punishPathError = (path: Path, node: PoolNode, response: TransportResponse): Failure => {
    const { status } = response
    const guard = path.hops[0] as PoolNode
    const fault = classifyPathError({ status, body: response.body })
    const error = new NetworkError('NETWORK_PATH_FAILED', `the path answered with status ${status}`, { status })
    return { blame: 'path', error }
  }

  const strikeNode = (id: string) => {
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
  }

  const startCall: InnerRouter['startCall'] = async (signal) => {
    await options.ready({ signal })
    return {
      id: nextId++,
      signal: signal ? AbortSignal.any([signal, closing]) : closing,
      deadline: now() + callTimeout,
      attempt: 0,
      failedPath: undefined,
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

function publicFacts({ id, ip, port }: PoolNode): RequestNode {
  return { ed25519: id, ip, port }
}
