import { setMaxListeners } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { bytesToHex } from '@sessionkit/bytes'
import { sha256 } from '@sessionkit/crypto'
import { Agent, buildConnector } from 'undici'
import { NetworkError } from './error.ts'
import {
  type CertificateRule,
  MAX_RESPONSE_BYTES,
  type Transport,
  type TransportRequest,
  type TransportResponse,
} from './transport.ts'

/** Shorter than a request's time, so that a peer that cannot be reached is told from one that does not answer. */
const CONNECT_TIMEOUT_MS = 5_000
const KEEP_ALIVE_MS = 60_000
/** A definition is a few hundred bytes; whatever is larger is another file. */
const MAX_DEFINITION_BYTES = 1_048_576

/** Reads the file of a network definition. */
export async function readDefinitionFile(path: string): Promise<string> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (cause) {
    throw new NetworkError('NETWORK_BAD_DEFINITION', `${path}: not a known network and not a readable file`, { cause })
  }
  if (bytes.length > MAX_DEFINITION_BYTES) throw new NetworkError('NETWORK_BAD_DEFINITION', `${path}: too large`)
  return new TextDecoder().decode(bytes)
}

/** HTTPS through undici: kept connections, one pool for each certificate rule. */
export function defaultTransport(): Transport {
  const agents = new Map<string, Agent>()
  let closed = false
  const agentFor = (rule: CertificateRule): Agent => {
    const key = rule.type === 'pinned' ? rule.sha256 : rule.type
    let agent = agents.get(key)
    if (!agent) {
      agent = new Agent({
        connect: connector(rule),
        maxResponseSize: MAX_RESPONSE_BYTES,
        keepAliveTimeout: KEEP_ALIVE_MS,
        keepAliveMaxTimeout: KEEP_ALIVE_MS,
      })
      agents.set(key, agent)
    }
    return agent
  }
  return {
    async post(request: TransportRequest): Promise<TransportResponse> {
      if (closed) throw new NetworkError('NETWORK_CLOSED', 'the transport is closed')
      const url = new URL(request.url)
      if (request.certificate.type === 'pinned' && url.protocol !== 'https:') {
        throw new NetworkError('NETWORK_BAD_CERTIFICATE', 'a pinned certificate needs https')
      }
      // Not AbortSignal.timeout and any: those leave timers and listeners behind for as long as the time-out is.
      const controller = new AbortController()
      const abort = () => controller.abort()
      let timedOut = false
      const timer = setTimeout(() => {
        timedOut = true
        controller.abort()
      }, request.timeoutMs)
      // Every request under way listens to the network's own signal; from the eleventh on Node would warn of a leak.
      if (request.signal) setMaxListeners(0, request.signal)
      if (request.signal?.aborted) abort()
      request.signal?.addEventListener('abort', abort)
      try {
        const response = await agentFor(request.certificate).request({
          origin: url.origin,
          path: url.pathname + url.search,
          method: 'POST',
          body: request.body,
          headers: { ...request.headers },
          signal: controller.signal,
        })
        const { statusCode: status } = response
        if (status >= 300 && status < 400) {
          response.body.on('error', () => {})
          response.body.destroy()
          throw new NetworkError('NETWORK_REDIRECT', 'the peer answered with a redirect', { status })
        }
        const type = response.headers['content-type']
        const body = new Uint8Array(await response.body.arrayBuffer())
        return { status, contentType: (typeof type === 'string' ? type : '').toLowerCase(), body }
      } catch (cause) {
        if (cause instanceof NetworkError) throw cause
        if (closed) throw new NetworkError('NETWORK_CLOSED', 'the transport was closed', { cause })
        if (timedOut) throw new NetworkError('NETWORK_TIMEOUT', `no answer in ${request.timeoutMs} ms`, { cause })
        if (request.signal?.aborted) throw new NetworkError('NETWORK_ABORTED', 'the request was aborted', { cause })
        if (codeOf(cause) === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
          const message = `the answer has more than ${MAX_RESPONSE_BYTES} bytes`
          throw new NetworkError('NETWORK_RESPONSE_TOO_LARGE', message, { cause })
        }
        throw new NetworkError('NETWORK_UNREACHABLE', `${url.host} could not be reached`, { cause })
      } finally {
        clearTimeout(timer)
        request.signal?.removeEventListener('abort', abort)
      }
    },
    async close() {
      closed = true
      await Promise.all([...agents.values()].map((agent) => agent.destroy()))
      agents.clear()
    },
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

function connector(rule: CertificateRule): buildConnector.connector {
  // A resumed TLS session carries no certificate that could be compared, so pinned connections never resume one.
  const sessions = rule.type === 'pinned' ? { maxCachedSessions: 0 } : {}
  const connect = buildConnector({
    timeout: CONNECT_TIMEOUT_MS,
    rejectUnauthorized: rule.type === 'public',
    ...sessions,
  })
  if (rule.type !== 'pinned') return connect
  return (options, callback) => {
    connect(options, (error, socket) => {
      if (error) return callback(error, null)
      if (certificateSha256(socket) === rule.sha256) return callback(null, socket)
      socket?.destroy()
      callback(new NetworkError('NETWORK_BAD_CERTIFICATE', `${options.hostname}: not the pinned certificate`), null)
    })
  }
}

function certificateSha256(socket: Socket | TLSSocket): string | undefined {
  const raw = 'getPeerCertificate' in socket ? socket.getPeerCertificate().raw : undefined
  return raw && bytesToHex(sha256(raw))
}
