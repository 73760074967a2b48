import {
  type BencodeDict,
  bytesToHex,
  bytesToUtf8,
  decodeBencode,
  encodeBencode,
  isSessionKitError,
  utf8ToBytes,
} from '@sessionkit/bytes'
import { type Ed25519KeyPair, ed25519Sign } from '@sessionkit/crypto'
import { namespaceClass } from '@sessionkit/swarm'
import { RECURSIVE_METHODS } from '@sessionkit/swarm/node'
import { type MethodContext, planAccountRequest } from './account-methods.ts'
import { type BodyObject, type BodyValue, bodyToBencode, entryFromBencode } from './body.ts'
import { Database, type MessageRow } from './database.ts'
import { MissedWrites } from './missed-writes.ts'
import { activeNodesBin, serviceNodeList } from './node-list.ts'
import { ParamError, Params } from './params.ts'
import { parseJson } from './parse-json.ts'
import { isMethod, parseRequest } from './parse-request.ts'
import { decodeRows, encodeRows, piecesOf } from './pushed-rows.ts'
import type { AccountRequest, IfElseRequest, NodeRequest, OxendRequest } from './request.ts'
import { forwardedParams } from './signed-params.ts'
import { NO_SWARM, type ServiceNodeContact, SwarmIndex, type SwarmTable } from './swarm-table.ts'
import { STORAGE_VERSION } from './version.ts'

/** A request of a client: the JSON of the wire. */
export interface RpcRequest {
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
}

/** An answer: text on errors, an object on success, bytes from `active_nodes_bin`. */
export interface RpcAnswer {
  readonly status: number
  readonly body: string | BodyObject | Uint8Array
}

/** What comes back from another member: text or bencode, with its status. */
export interface PeerAnswer {
  readonly status: number
  readonly body: Uint8Array
}

/** Asks another member of the swarm; null when it did not answer in time. */
export type Forward = (peer: ServiceNodeContact, method: string, params: Uint8Array) => Promise<PeerAnswer | null>

/** One name of the in-memory name system: what `ons_resolve` returns for a base64 name hash. */
export interface NameRecord {
  readonly encryptedValue: string
  readonly nonce?: string
}

export interface StorageNodeOptions {
  readonly keyPair: Ed25519KeyPair
  readonly table: SwarmTable
  /** The node's clock in milliseconds. */
  readonly now: () => number
  readonly forward: Forward
  readonly nameRecords?: ReadonlyMap<string, NameRecord>
}

const RECURSIVE: ReadonlySet<string> = new Set(RECURSIVE_METHODS)

/**
 * One storage node without a network: database, table, clock and the whole RPC. `handle` never throws.
 * Protocol page 04, sections 2 to 6.
 */
export class StorageNode {
  readonly publicKey: string
  readonly database: Database = new Database()
  readonly #options: StorageNodeOptions
  readonly #missed = new MissedWrites()
  #index: SwarmIndex
  #swarmId: bigint

  constructor(options: StorageNodeOptions) {
    this.#options = options
    this.publicKey = bytesToHex(options.keyPair.publicKey)
    this.#index = new SwarmIndex(options.table)
    this.#swarmId = this.#index.node(this.publicKey)?.swarmId ?? NO_SWARM
  }

  get index(): SwarmIndex {
    return this.#index
  }

  get swarmId(): bigint {
    return this.#swarmId
  }

  /**
   * Takes a new table, and hands rows over as the change asks for. Resolves when the pushes are done; failures are
   * dropped, as nodes only log them. Protocol page 04, sections 12.3 and 12.5.
   */
  async setTable(table: SwarmTable): Promise<void> {
    const before = this.#index
    const oldId = this.#swarmId
    this.#index = new SwarmIndex(table)
    this.#swarmId = this.#index.node(this.publicKey)?.swarmId ?? NO_SWARM
    const pushes = new Map<string, { peer: ServiceNodeContact; rows: MessageRow[] }>()
    for (const { peer, row } of this.#handOver(before, oldId)) {
      const push = pushes.get(peer.pubkeyEd25519)
      if (push === undefined) pushes.set(peer.pubkeyEd25519, { peer, rows: [row] })
      else push.rows.push(row)
    }
    const pieces = [...pushes.values()].flatMap(({ peer, rows }) => piecesOf(rows).map((piece) => ({ peer, piece })))
    await Promise.all(pieces.map(({ peer, piece }) => this.#ask(peer, 'sn.data', encodeRows(piece))))
  }

  /** Who gets which row when the table changes. Nothing is pushed after a return from no swarm. */
  *#handOver(before: SwarmIndex, oldId: bigint): Generator<{ peer: ServiceNodeContact; row: MessageRow }> {
    if (oldId === NO_SWARM) return
    const dissolved = this.#swarmId !== oldId && this.#index.members(oldId).length === 0
    if (this.#swarmId !== oldId && !dissolved) return
    const known = new Set(before.members(oldId).map((node) => node.pubkeyEd25519))
    const joined = dissolved
      ? []
      : this.#index
          .members(oldId)
          .filter((node) => node.pubkeyEd25519 !== this.publicKey && !known.has(node.pubkeyEd25519))
    for (const row of this.database.all()) {
      const id = this.#index.swarmOf(row.owner)
      const isNew = before.members(id).length === 0
      const moved = id !== this.#swarmId && (dissolved || isNew) ? this.#index.members(id) : []
      for (const peer of [...joined, ...moved]) yield { peer, row }
    }
  }

  /** Drops expired messages. */
  sweep(): number {
    return this.database.sweep(this.#options.now())
  }

  /** Answers the bytes of a JSON request, framing errors included. */
  async handleJson(body: Uint8Array): Promise<RpcAnswer> {
    let request: unknown
    try {
      request = parseJson(bytesToUtf8(body))
    } catch {
      return { status: 400, body: 'invalid json' }
    }
    const { method, params } = isObject(request) ? request : ({} as Record<string, unknown>)
    if (typeof method !== 'string') return { status: 400, body: 'invalid json: no `method` field' }
    if (!isObject(params)) return { status: 400, body: 'invalid json: no `params` field' }
    return this.handle({ method, params })
  }

  /** Answers one request of a client; effects on this node are done before the first await. */
  async handle(request: RpcRequest): Promise<RpcAnswer> {
    const { method, params } = request
    if (!isMethod(method)) return { status: 400, body: `no method ${method}` }
    try {
      return await this.#execute(parseRequest(method, Params.fromJson(params)))
    } catch (error) {
      return failure(error)
    }
  }

  /** Answers a request that another member forwarded (`sn.storage_cc`). Protocol page 04, section 12.4. */
  handleForwarded(method: string, params: Uint8Array): PeerAnswer {
    try {
      if (!RECURSIVE.has(method)) {
        return textAnswer(400, 'invalid request: received invalid forwarded non-forwardable request')
      }
      const values = decodeDict(params)
      if (values === null) return textAnswer(400, 'invalid request: not a bencoded dict')
      const request = parseRequest(method, new Params(values, true)) as AccountRequest
      const answer = this.#runHere(request, this.#context(true))
      if (typeof answer.body === 'string') return textAnswer(answer.status, answer.body)
      return { status: answer.status, body: bodyToBencode(answer.body) }
    } catch (error) {
      const { status, body } = failure(error)
      return textAnswer(status, body as string)
    }
  }

  /** Stores rows that another node pushed (`sn.data`) and tells how many were new. Protocol page 04, section 6. */
  receiveData(data: Uint8Array): number {
    let added = 0
    for (const row of decodeRows(data)) {
      if (row.expiry <= this.#options.now() || !this.#makesWay(row)) continue
      if (!this.database.insert(row).already) added++
    }
    return added
  }

  /** An outbox keeps one message, and of two pushed ones the later. */
  #makesWay(row: MessageRow): boolean {
    if (!namespaceClass(row.namespace).publicOutbox) return true
    const others = this.database.rows(row.owner, row.namespace).filter((other) => other.hash !== row.hash)
    if (others.some((other) => other.timestamp > row.timestamp)) return false
    for (const other of others) this.database.remove(other)
    return true
  }

  /** Sends a peer what it missed, in order, until it is silent again; tells how much it took. */
  flushMissed(peer: ServiceNodeContact): Promise<number> {
    return this.#missed.flush(peer.pubkeyEd25519, async (missed) => {
      if (missed.kind === 'command') return (await this.#ask(peer, missed.method, missed.params)) !== null
      if (missed.row.expiry <= this.#options.now()) return true
      return (await this.#ask(peer, 'sn.data', encodeRows([missed.row]))) !== null
    })
  }

  /** Peers for which something waits. */
  missedPeers(): ServiceNodeContact[] {
    return this.#missed.peers().flatMap((key) => this.#index.node(key) ?? [])
  }

  #context(forwarded: boolean): MethodContext {
    return {
      now: this.#options.now(),
      forwarded,
      database: this.database,
      sign: (message) => ed25519Sign({ message, keyPair: this.#options.keyPair }),
    }
  }

  #common(now: number): { t: number; hf: readonly number[] } {
    return { t: now, hf: this.#index.table.hardFork }
  }

  async #execute(request: NodeRequest): Promise<RpcAnswer> {
    const now = this.#options.now()
    switch (request.method) {
      case 'info':
        return { status: 200, body: { version: STORAGE_VERSION, timestamp: now, ...this.#common(now) } }
      case 'get_swarm':
        return { status: 200, body: { ...this.#index.describe(request.owner), ...this.#common(now) } }
      case 'active_nodes_bin':
        return { status: 200, body: activeNodesBin(this.#index.table) }
      case 'oxend_request':
        return this.#oxend(request, now)
      case 'batch': {
        const answers = await Promise.all(request.requests.map((item) => this.#execute(item)))
        return { status: 200, body: { results: answers.map(subAnswer) } }
      }
      case 'sequence': {
        const results: BodyObject[] = []
        for (const item of request.requests) {
          const answer = await this.#execute(item)
          results.push(subAnswer(answer))
          if (answer.status < 200 || answer.status > 299) break
        }
        return { status: 200, body: { results } }
      }
      case 'ifelse':
        return this.#ifElse(request)
      default:
        return this.#account(request, now)
    }
  }

  #oxend(request: OxendRequest, now: number): RpcAnswer {
    const { endpoint, params } = request
    const table = this.#index.table
    if (endpoint === 'get_service_nodes') {
      return { status: 200, body: { result: serviceNodeList(table, params), ...this.#common(now) } }
    }
    const { name_hash: nameHash } = params
    if (typeof nameHash !== 'string') return { status: 400, body: 'Unknown oxend error' }
    const record = this.#options.nameRecords?.get(nameHash)
    const result: BodyObject =
      record === undefined
        ? { status: 'OK' }
        : {
            encrypted_value: record.encryptedValue,
            ...(record.nonce === undefined ? {} : { nonce: record.nonce }),
            status: 'OK',
          }
    return { status: 200, body: { result, ...this.#common(now) } }
  }

  async #ifElse(request: IfElseRequest): Promise<RpcAnswer> {
    const { hardFork, height } = this.#index.table
    const have = { hf: hardFork, v: STORAGE_VERSION, height: [height] }
    const condition = Object.entries(request.conditions).every(([name, bound]) => {
      const order = compareLists(have[name.replace(/_(at_least|before)$/, '') as keyof typeof have], bound)
      return name.endsWith('_before') ? order < 0 : order >= 0
    })
    const branch = condition ? request.then : request.else
    const answer = branch === undefined ? null : subAnswer(await this.#execute(branch))
    const body = { hf: hardFork, v: STORAGE_VERSION, height, condition }
    return { status: 200, body: answer === null ? body : { ...body, result: answer } }
  }

  /** 421, or what the plan of the method says; without telling the other members. */
  #runHere(request: AccountRequest, context: MethodContext): RpcAnswer {
    const misdirected = this.#misdirected(request, context.now)
    if (misdirected !== null) return misdirected
    const plan = planAccountRequest(request, context)
    return 'apply' in plan ? { status: 200, body: plan.apply() } : plan
  }

  #misdirected(request: AccountRequest, now: number): RpcAnswer | null {
    if (this.#swarmId !== NO_SWARM && this.#index.swarmOf(request.owner) === this.#swarmId) return null
    return { status: 421, body: { ...this.#index.describe(request.owner), ...this.#common(now) } }
  }

  async #account(request: AccountRequest, now: number): Promise<RpcAnswer> {
    const misdirected = this.#misdirected(request, now)
    if (misdirected !== null) return misdirected
    const plan = planAccountRequest(request, this.#context(false))
    if (!('apply' in plan)) return plan
    if (!RECURSIVE.has(request.method)) {
      const own = plan.apply()
      return { status: 200, body: request.method === 'get_expiries' ? own : { ...own, ...this.#common(now) } }
    }
    // Members are asked before the own write, but not waited for. Protocol page 04, section 12.4.
    const peers = this.#index.members(this.#swarmId).filter((peer) => peer.pubkeyEd25519 !== this.publicKey)
    const params = encodeBencode(forwardedParams(request))
    const asked = peers.map((peer) => this.#ask(peer, request.method, params))
    const own = plan.apply()
    const answers = await Promise.all(asked)
    const swarm: Record<string, Record<string, BodyValue>> = { [this.publicKey]: own }
    for (const [index, peer] of peers.entries()) {
      const answer = answers[index] ?? null
      swarm[peer.pubkeyEd25519] = memberEntry(answer)
      if (answer === null) this.#remember(peer, request, own, params)
    }
    const body = { swarm, ...this.#common(now), ...(request.method === 'store' ? { hash: own.hash! } : {}) }
    if (request.method !== 'delete' || !request.required) return { status: 200, body }
    return { status: anythingDeleted(swarm) ? 200 : 404, body }
  }

  async #ask(peer: ServiceNodeContact, method: string, params: Uint8Array): Promise<PeerAnswer | null> {
    try {
      return await this.#options.forward(peer, method, params)
    } catch {
      return null
    }
  }

  #remember(
    peer: ServiceNodeContact,
    request: AccountRequest,
    own: Record<string, BodyValue>,
    params: Uint8Array,
  ): void {
    const key = peer.pubkeyEd25519
    // A store is handed over as data, because its signature time would be stale by then. Protocol page 04, section 6.
    const row = request.method === 'store' ? this.database.find(request.owner, String(own.hash)) : undefined
    if (row !== undefined) this.#missed.add(key, { kind: 'data', row })
    else if (request.method !== 'store') this.#missed.add(key, { kind: 'command', method: request.method, params })
  }
}

/** Looking for deletions, the reference leaves `deleted: null` in failed entries. Protocol page 04, section 5.3. */
function anythingDeleted(swarm: Record<string, Record<string, BodyValue>>): boolean {
  for (const name of Object.keys(swarm).sort()) {
    const entry = swarm[name]!
    entry.deleted ??= null
    if (Array.isArray(entry.deleted) && entry.deleted.length > 0) return true
  }
  return false
}

function memberEntry(answer: PeerAnswer | null): Record<string, BodyValue> {
  if (answer === null) return { failed: true, timeout: true }
  if (answer.status !== 200) {
    return { failed: true, code: String(answer.status), reason: Buffer.from(answer.body).toString('utf8') }
  }
  return entryFromBencode(answer.body) ?? { failed: true, bad_peer_response: true }
}

function subAnswer(answer: RpcAnswer): BodyObject {
  return { code: answer.status, body: answer.body }
}

function failure(error: unknown): RpcAnswer {
  // What `swarm` refuses to sign or to read is a parameter that cannot be used, too.
  if (error instanceof ParamError || isSessionKitError(error))
    return { status: 400, body: `invalid request: ${error.message}` }
  return { status: 500, body: 'request failed' }
}

function textAnswer(status: number, body: string): PeerAnswer {
  return { status, body: utf8ToBytes(body) }
}

function decodeDict(bytes: Uint8Array): BencodeDict | null {
  try {
    const value = decodeBencode(bytes)
    return value instanceof Map ? value : null
  } catch {
    return null
  }
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    const difference = value - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
