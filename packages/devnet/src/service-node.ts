import type { IncomingMessage } from 'node:http'
import { bytesToBase64, bytesToHex, decodeBencode, encodeBencode, hexToBytes, utf8ToBytes } from '@sessionkit/bytes'
import { type Ed25519KeyPair, ed25519KeyPairToX25519, randomBytes, type X25519KeyPair } from '@sessionkit/crypto'
import { type BodyObject, bodyToJson } from './body.ts'
import type { Certificate } from './certificate.ts'
import type { Fault } from './fault.ts'
import { type HttpAnswer, HttpServer, readBody } from './http-server.ts'
import { FORWARD_TIMEOUT_MS, MAX_ACTIVE_REQUESTS, MAX_BODY_BYTES } from './limits.ts'
import { answerOnion, type OnionContext, parseInternal, parseOuter } from './onion-request.ts'
import { authenticatePeer, encodeAnswer, PeerLink } from './peer-link.ts'
import { RateLimit } from './rate-limit.ts'
import { blobHash, type NodeRecord, RecordRing } from './record.ts'
import { methodOf } from './rpc-method.ts'
import { type NameRecord, type PeerAnswer, type RpcAnswer, StorageNode } from './storage-node.ts'
import { NO_SWARM, type ServiceNodeContact, type SwarmTable } from './swarm-table.ts'
import { STORAGE_VERSION } from './version.ts'

/** Paths of the link between nodes; they stand for the real network's message bus. */
const PEER_PATHS = { onion: '/sn/onion_request', storage: '/sn/storage_cc', data: '/sn/data' }

export interface ServiceNodeOptions {
  readonly keyPair: Ed25519KeyPair
  readonly legacyPublicKey: string
  readonly certificate: Certificate
  readonly host: string
  readonly now: () => number
  readonly trace: boolean
  readonly allowedServers: readonly string[]
  readonly nameRecords: ReadonlyMap<string, NameRecord>
}

type Caller = Pick<NodeRecord, 'at' | 'previous' | 'previousIsNode'>

/** One node with its HTTPS server: what it answers, and what it saw. */
export class ServiceNode {
  readonly id: string
  readonly records: RecordRing = new RecordRing()
  readonly #options: ServiceNodeOptions
  readonly #x25519: X25519KeyPair
  readonly #server: HttpServer
  readonly #rateLimit = new RateLimit()
  #link: PeerLink
  #storage: StorageNode | null = null
  #clockOffset = 0
  #fault: Fault | null = null
  #notReady: readonly string[] = []
  #port = 0
  #running = false
  #active = 0

  constructor(options: ServiceNodeOptions) {
    this.#options = options
    this.id = bytesToHex(options.keyPair.publicKey)
    this.#x25519 = ed25519KeyPairToX25519(options.keyPair)
    const serverName = `Oxen Storage Server/${STORAGE_VERSION.join('.')}`
    this.#server = new HttpServer({ certificate: options.certificate, serverName, handler: (r) => this.#handle(r) })
    this.#link = this.#newLink()
  }

  get running(): boolean {
    return this.#running
  }

  get port(): number {
    return this.#port
  }

  get storage(): StorageNode {
    if (this.#storage === null) throw new Error('a service node is used before it has a table')
    return this.#storage
  }

  get clockOffset(): number {
    return this.#clockOffset
  }

  set clockOffset(milliseconds: number) {
    this.#clockOffset = milliseconds
  }

  get fault(): Fault | null {
    return this.#fault
  }

  set fault(fault: Fault | null) {
    this.#fault = fault
  }

  set notReady(reasons: readonly string[]) {
    this.#notReady = [...reasons]
  }

  contact(swarmId: bigint): ServiceNodeContact {
    return {
      swarmId,
      pubkeyLegacy: this.#options.legacyPublicKey,
      pubkeyEd25519: this.id,
      pubkeyX25519: bytesToHex(this.#x25519.publicKey),
      ip: this.#options.host,
      portHttps: this.#port,
      portOmq: this.#port,
      portQuic: this.#port,
    }
  }

  /** Listens, on the port of the last time if there was one. */
  async listen(port: number): Promise<void> {
    this.#port = await this.#server.listen(this.#options.host, this.#port || port)
    this.#running = true
  }

  async setTable(table: SwarmTable): Promise<void> {
    if (this.#storage !== null) return this.#storage.setTable(table)
    this.#storage = new StorageNode({
      keyPair: this.#options.keyPair,
      table,
      now: () => this.#now(),
      forward: (peer, method, params) => this.#forward(peer, method, params),
      nameRecords: this.#options.nameRecords,
    })
  }

  /** Stops listening and cuts every connection. The data stays. */
  async close(): Promise<void> {
    this.#running = false
    this.#link.close()
    this.#link = this.#newLink()
    await this.#server.close()
  }

  #newLink(): PeerLink {
    return new PeerLink({ keyPair: this.#options.keyPair, localAddress: this.#options.host })
  }

  #now(): number {
    return this.#options.now() + this.#clockOffset
  }

  #clientOf(request: IncomingMessage): Caller {
    const previous = `${clientAddress(request)}:${request.socket.remotePort ?? 0}`
    return { at: this.#now(), previous, previousIsNode: false }
  }

  #reasons(): readonly string[] {
    if (this.#notReady.length > 0) return this.#notReady
    return this.#storage === null || this.#storage.swarmId === NO_SWARM ? ['not in any swarm'] : []
  }

  #record(caller: Caller, rest: Omit<NodeRecord, 'node' | keyof Caller>): void {
    if (this.#options.trace) this.records.add({ node: this.id, ...caller, ...rest })
  }

  async #forward(peer: ServiceNodeContact, method: string, params: Uint8Array): Promise<PeerAnswer | null> {
    const [path, body] =
      method === 'sn.data' ? [PEER_PATHS.data, params] : [PEER_PATHS.storage, encodeBencode([method, params])]
    const answer = await this.#link.send(peer, path, body, FORWARD_TIMEOUT_MS)
    if (answer === 'unreachable') return null
    return answer === 'broken' ? { status: 200, body: new Uint8Array(0) } : answer
  }

  async #handle(request: IncomingMessage): Promise<HttpAnswer | null> {
    const { method = '', url = '' } = request
    const path = url.split('?')[0]!
    if (method === 'GET' && path === '/get_stats/v1') {
      return json({ version: STORAGE_VERSION.join('.') })
    }
    if (method !== 'POST') return notFound(method, path)
    switch (path) {
      case '/ping_test/v1': {
        const key = bytesToBase64(hexToBytes(this.#options.legacyPublicKey))
        return { status: 200, body: '', headers: { 'X-Oxen-Snode-Pubkey': key } }
      }
      case '/onion_req/v2':
        return this.#unlessFaulty(request, false, (body) => this.#guardOnion(request, body))
      case '/storage_rpc/v1':
        return this.#refuseStorage(request) ?? this.#unlessFaulty(request, false, (body) => this.#rpc(request, body))
      case PEER_PATHS.onion:
      case PEER_PATHS.storage:
      case PEER_PATHS.data:
        return this.#unlessFaulty(request, true, (body) => this.#peer(request, path, body))
      default:
        return notFound(method, path)
    }
  }

  /** Reads the body and answers it, or misbehaves as `fault` says. */
  async #unlessFaulty(
    request: IncomingMessage,
    internal: boolean,
    answer: (body: Uint8Array) => Promise<HttpAnswer>,
  ): Promise<HttpAnswer | null> {
    const reasons = this.#reasons()
    if (!internal && reasons.length > 0) {
      return { status: 503, body: `Service node is not ready: ${reasons.join('; ')}\n` }
    }
    const body = await readBody(request)
    if (!(body instanceof Uint8Array)) return body
    if (this.#active >= MAX_ACTIVE_REQUESTS) return { status: 503, body: 'Server busy, try again later' }
    this.#active++
    try {
      return await this.#answerOrFail(body, internal, answer)
    } finally {
      this.#active--
    }
  }

  async #answerOrFail(
    body: Uint8Array,
    internal: boolean,
    answer: (body: Uint8Array) => Promise<HttpAnswer>,
  ): Promise<HttpAnswer | null> {
    const fault = this.#fault
    if (fault === null) return answer(body)
    const wrap = (bytes: Uint8Array): HttpAnswer => ({
      status: 200,
      body: internal ? encodeAnswer({ status: 200, body: bytes }) : bytes,
    })
    switch (fault.kind) {
      case 'delay':
        await new Promise((resolve) => setTimeout(resolve, fault.ms ?? 1000).unref())
        return answer(body)
      case 'hang':
        return null
      case 'redirect':
        return { status: 302, body: '', headers: { Location: 'https://127.0.0.1:1/' } }
      case 'empty':
        return wrap(new Uint8Array(0))
      case 'garbage':
        return wrap(randomBytes(256))
      case 'huge':
        return wrap(new Uint8Array(MAX_BODY_BYTES + 65_536).fill(0x41))
      case 'wrong-key':
        // Sealed with a key that nobody has, an answer is random bytes. The request itself is carried out.
        await answer(body)
        return wrap(utf8ToBytes(bytesToBase64(randomBytes(240))))
    }
  }

  #refuseStorage(request: IncomingMessage): HttpAnswer | null {
    const reasons = this.#reasons()
    if (reasons.length > 0) return { status: 503, body: `Service node is not ready: ${reasons.join('; ')}\n` }
    const address = clientAddress(request)
    if (address.includes(':')) return { status: 400, body: 'Bad Request\n' }
    if (!this.#rateLimit.allows(address, this.#now())) return { status: 429, body: 'Too Many Requests\n' }
    if (request.headers['x-loki-long-poll']) {
      return { status: 410, body: 'long polling is no longer supported, client upgrade required' }
    }
    return null
  }

  async #rpc(request: IncomingMessage, body: Uint8Array): Promise<HttpAnswer> {
    const caller = this.#clientOf(request)
    const answer = await this.storage.handleJson(body)
    const out = httpAnswer(answer)
    this.#record(caller, {
      role: 'storage',
      next: null,
      bytesIn: body.length,
      bytesOut: 0,
      answerBytes: Buffer.byteLength(out.body),
      hopNumber: 0,
      plaintextVisible: true,
      method: methodOf(body),
      status: answer.status,
      blobHashIn: null,
      blobHashOut: null,
    })
    return out
  }

  async #guardOnion(request: IncomingMessage, body: Uint8Array): Promise<HttpAnswer> {
    const outer = parseOuter(body)
    if (typeof outer === 'string') return { status: 400, body: `Error parsing onion request: ${outer}` }
    return answerOnion(outer, this.#onionContext(this.#clientOf(request), body.length))
  }

  async #peer(request: IncomingMessage, path: string, body: Uint8Array): Promise<HttpAnswer> {
    const key = authenticatePeer({ headers: request.headers, path, own: hexToBytes(this.id), body })
    const sender = key === null ? undefined : this.storage.index.node(key)
    if (sender === undefined || sender.swarmId === NO_SWARM) return { status: 403, body: 'not an active node' }
    const caller: Caller = { at: this.#now(), previous: sender.pubkeyEd25519, previousIsNode: true }
    const answer = await this.#peerAnswer(caller, path, body)
    return { status: 200, body: encodeAnswer(answer), type: 'application/octet-stream' }
  }

  async #peerAnswer(caller: Caller, path: string, body: Uint8Array): Promise<PeerAnswer> {
    if (path === PEER_PATHS.data) {
      this.storage.receiveData(body)
      return { status: 200, body: new Uint8Array(0) }
    }
    if (path === PEER_PATHS.onion) {
      const internal = parseInternal(body)
      if (typeof internal === 'string') return { status: 400, body: utf8ToBytes(internal) }
      return answerOnion(internal, this.#onionContext(caller, body.length))
    }
    const command = parseCommand(body)
    if (command === null) return { status: 400, body: utf8ToBytes('invalid json') }
    const answer = this.storage.handleForwarded(command.method, command.params)
    this.#record(caller, {
      role: 'storage',
      next: null,
      bytesIn: body.length,
      bytesOut: 0,
      answerBytes: answer.body.length,
      hopNumber: 0,
      plaintextVisible: true,
      method: command.method.slice(0, 64),
      status: answer.status,
      blobHashIn: null,
      blobHashOut: null,
    })
    return answer
  }

  #onionContext(caller: Caller, bytesIn: number): OnionContext {
    return {
      id: this.id,
      keyPair: this.#x25519,
      ready: this.#reasons().length === 0,
      storage: this.storage,
      allowedServers: this.#options.allowedServers,
      send: (peer, body, ms) => this.#link.send(peer, PEER_PATHS.onion, body, ms),
      record: (seen) => {
        const { blobIn, blobOut, ...rest } = seen
        if (!this.#options.trace) return
        this.#record(caller, {
          ...rest,
          bytesIn,
          blobHashIn: blobHash(blobIn),
          blobHashOut: blobOut === null ? null : blobHash(blobOut),
        })
      },
    }
  }
}

function clientAddress(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
}

function notFound(method: string, path: string): HttpAnswer {
  return { status: 404, body: `${method} ${path} Not Found` }
}

function json(body: BodyObject): HttpAnswer {
  return { status: 200, body: bodyToJson(body), type: 'application/json' }
}

function httpAnswer({ status, body }: RpcAnswer): HttpAnswer {
  if (typeof body === 'string') return { status, body }
  if (body instanceof Uint8Array) return { status, body, type: 'application/octet-stream' }
  return { status, body: bodyToJson(body), type: 'application/json' }
}

function parseCommand(body: Uint8Array): { method: string; params: Uint8Array } | null {
  try {
    const parts = decodeBencode(body)
    if (!Array.isArray(parts)) return null
    const [method, params] = parts
    if (!(method instanceof Uint8Array) || !(params instanceof Uint8Array)) return null
    return { method: Buffer.from(method).toString('latin1'), params }
  } catch {
    return null
  }
}
