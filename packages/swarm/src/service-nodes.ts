import { base64ToBytes, bytesToHex, hexToBytes, isHex, isSessionKitError } from '@sessionkit/bytes'
import { CryptoError, ed25519PublicKeyToX25519 } from '@sessionkit/crypto'
import {
  type AnswerHead,
  counts,
  field,
  headOf,
  isCount,
  isObject,
  type JsonObject,
  MAX_BODY_CHARACTERS,
  objectOf,
} from './answer-body.ts'
import { badAnswer, SwarmError } from './error.ts'
import { quoteLongIntegers } from './long-integers.ts'
import { NO_SWARM, parseSwarmId } from './swarm-map.ts'

/** Most nodes of one list; the public network has about two thousand. */
export const MAX_NODES = 20_000
/** Bytes of one record of the binary list. */
export const ACTIVE_NODE_LENGTH = 51

/** A service node that a client can use. */
export interface ServiceNode {
  /** Its Ed25519 key, 64 lower-case hex digits. */
  readonly id: string
  readonly ed25519: Uint8Array
  readonly x25519: Uint8Array
  /** IPv4, dotted. */
  readonly ip: string
  /** HTTPS. */
  readonly port: number
  /** OxenMQ and QUIC; 0 when the list does not say. */
  readonly omqPort: number
  /** Undefined when the list does not say, or when the node is in no swarm. */
  readonly swarmId: bigint | undefined
  readonly version: readonly [number, number, number] | undefined
  /** The height at which it leaves; 0 when it does not, undefined when the list does not say. */
  readonly requestedUnlockHeight: number | undefined
}

export interface ServiceNodes extends AnswerHead {
  /** Never empty, every key once. */
  readonly nodes: readonly ServiceNode[]
  /** How many were left out: no public IPv4, port 0, bad keys, a second time. */
  readonly skipped: number
  readonly height: number | undefined
  readonly blockHash: string | undefined
}

const noNodes = (): SwarmError =>
  new SwarmError('SWARM_NO_NODES', 'the list has no usable node', { retry: 'other-node' })

/** An IPv4 address in its plain form, or null; so are 0.0.0.0 and 255.255.255.255, which name nobody. */
function ipOf(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > 15) return null
  const parts = value.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return null
  return value === '0.0.0.0' || value === '255.255.255.255' ? null : value
}

function portOf(value: unknown): number {
  const port = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value
  return isCount(port) && port <= 65_535 ? port : 0
}

function keyOf(value: unknown): string | null {
  if (typeof value !== 'string' || value.length !== 64 || !isHex(value.toLowerCase(), 32)) return null
  return /^0+$/.test(value) ? null : value.toLowerCase()
}

function swarmIdOf(value: unknown): bigint | undefined {
  // A number above 2^53 was rounded by whoever parsed it, so it is not believed.
  const isExact = isCount(value) || (typeof value === 'string' && /^\d{1,20}$/.test(value))
  const id = isExact ? BigInt(value) : NO_SWARM
  return id < NO_SWARM ? id : undefined
}

interface NodeFields {
  readonly ed25519: unknown
  readonly x25519: unknown
  readonly ip: unknown
  readonly port: unknown
  readonly omqPort: unknown
  readonly swarmId: bigint | undefined
  readonly version?: unknown
  readonly unlockHeight?: unknown
}

function nodeOf(fields: NodeFields): ServiceNode | null {
  const id = keyOf(fields.ed25519)
  const x25519 = keyOf(fields.x25519)
  const ip = ipOf(fields.ip)
  const port = portOf(fields.port)
  if (id === null || x25519 === null || ip === null || port === 0) return null
  return {
    id,
    ed25519: hexToBytes(id),
    x25519: hexToBytes(x25519),
    ip,
    port,
    omqPort: portOf(fields.omqPort),
    swarmId: fields.swarmId,
    version: counts(fields.version, 3) as [number, number, number] | undefined,
    requestedUnlockHeight: isCount(fields.unlockHeight) ? fields.unlockHeight : undefined,
  }
}

function collect(list: readonly unknown[], read: (item: JsonObject) => ServiceNode | null): Map<string, ServiceNode> {
  if (list.length > MAX_NODES) throw badAnswer('the list has too many nodes')
  const nodes = new Map<string, ServiceNode>()
  for (const item of list) {
    const node = isObject(item) ? read(item) : null
    if (node !== null && !nodes.has(node.id)) nodes.set(node.id, node)
  }
  return nodes
}

/**
 * Reads a list of service nodes: of a seed (`get_n_service_nodes`), of a node (`oxend_request`), or a bare
 * `{height, service_node_states}`. Give it the text: swarm ids have 64 bits, which `JSON.parse` rounds; here they are
 * exact. Protocol page 03, sections 10.2 and 10.3; page 04, section 5.12.
 *
 * Nodes that are not usable are left out. Throws `SWARM_BAD_ANSWER`, and `SWARM_NO_NODES` when none is left.
 */
export function parseServiceNodes(text: string): ServiceNodes {
  if (typeof text !== 'string' || text.length > MAX_BODY_CHARACTERS) throw badAnswer('the list is no text, or too long')
  const body = objectOf(quoteLongIntegers(text))
  const inner = field(body, 'result')
  const result = isObject(inner) ? inner : body
  const list = field(result, 'service_node_states')
  if (!Array.isArray(list)) throw badAnswer('the answer has no list of nodes')
  const nodes = collect(list, (item) =>
    nodeOf({
      ed25519: field(item, 'pubkey_ed25519'),
      x25519: field(item, 'pubkey_x25519'),
      ip: field(item, 'public_ip'),
      port: field(item, 'storage_port'),
      omqPort: field(item, 'storage_lmq_port'),
      swarmId: swarmIdOf(field(item, 'swarm_id')),
      version: field(item, 'storage_server_version'),
      unlockHeight: field(item, 'requested_unlock_height'),
    }),
  )
  if (nodes.size === 0) throw noNodes()
  const height = field(result, 'height')
  const blockHash = field(result, 'block_hash')
  return {
    ...headOf(body),
    nodes: [...nodes.values()],
    skipped: list.length - nodes.size,
    height: isCount(height) ? height : undefined,
    blockHash: keyOf(blockHash) === null ? undefined : (blockHash as string).toLowerCase(),
  }
}

/**
 * Reads the binary list: bytes, or base64 as it stands inside JSON. Records without address, port or usable key are
 * left out; the X25519 key is made from the Ed25519 one. Protocol page 04, section 5.14.
 *
 * Throws `SWARM_BAD_ANSWER`, and `SWARM_NO_NODES` when none is left.
 */
export function parseActiveNodesBin(data: Uint8Array | string): {
  readonly nodes: readonly ServiceNode[]
  readonly skipped: number
} {
  const bytes = typeof data === 'string' ? fromBase64(data) : data
  if (!(bytes instanceof Uint8Array) || bytes.length % ACTIVE_NODE_LENGTH !== 0) {
    throw badAnswer(`the list is not made of records of ${ACTIVE_NODE_LENGTH} bytes`)
  }
  const count = bytes.length / ACTIVE_NODE_LENGTH
  if (count > MAX_NODES) throw badAnswer('the list has too many nodes')
  const nodes = new Map<string, ServiceNode>()
  for (let i = 0; i < count; i++) {
    const record = bytes.subarray(i * ACTIVE_NODE_LENGTH, (i + 1) * ACTIVE_NODE_LENGTH)
    const node = activeNode(record)
    if (node !== null && !nodes.has(node.id)) nodes.set(node.id, node)
  }
  if (nodes.size === 0) throw noNodes()
  return { nodes: [...nodes.values()], skipped: count - nodes.size }
}

function activeNode(record: Uint8Array): ServiceNode | null {
  const view = new DataView(record.buffer, record.byteOffset, record.length)
  const ed25519 = record.slice(0, 32)
  // The cheap tests come first: converting a key is the dear part.
  if (view.getUint32(40) === 0 || view.getUint16(44) === 0 || ed25519.every((byte) => byte === 0)) return null
  const swarmId = view.getBigUint64(32)
  return nodeOf({
    ed25519: bytesToHex(ed25519),
    x25519: x25519Hex(ed25519),
    ip: record.subarray(40, 44).join('.'),
    port: view.getUint16(44),
    omqPort: view.getUint16(46),
    swarmId: swarmId === NO_SWARM ? undefined : swarmId,
    version: [...record.subarray(48, 51)],
  })
}

function x25519Hex(ed25519: Uint8Array): string | null {
  try {
    return bytesToHex(ed25519PublicKeyToX25519(ed25519))
  } catch (error) {
    if (error instanceof CryptoError && error.code === 'CRYPTO_BAD_PUBLIC_KEY') return null
    throw error
  }
}

function fromBase64(text: string): Uint8Array {
  if (text.length > MAX_BODY_CHARACTERS) throw badAnswer('the list is too long')
  try {
    return base64ToBytes(text)
  } catch (error) {
    if (!isSessionKitError(error)) throw error
    throw badAnswer('the list is no base64')
  }
}

export interface SwarmNodes extends AnswerHead {
  /** Usable members, every key once. */
  readonly nodes: readonly ServiceNode[]
  readonly skipped: number
  /** Undefined when the node knows of no swarm. */
  readonly swarmId: bigint | undefined
}

function readSwarm(body: JsonObject): SwarmNodes {
  const list = field(body, 'snodes')
  if (!Array.isArray(list)) throw badAnswer('the answer has no list of nodes')
  const swarmId = parseSwarmId(field(body, 'swarm'))
  const nodes = collect(list, (item) =>
    nodeOf({
      ed25519: field(item, 'pubkey_ed25519'),
      x25519: field(item, 'pubkey_x25519'),
      ip: field(item, 'ip'),
      port: portOf(field(item, 'port_https')) || field(item, 'port'),
      omqPort: field(item, 'port_omq'),
      swarmId,
    }),
  )
  return { ...headOf(body), nodes: [...nodes.values()], skipped: list.length - nodes.size, swarmId }
}

/**
 * Reads the answer of a get_swarm. It is one node's word: check the nodes against an own list. Throws
 * `SWARM_BAD_ANSWER`, and `SWARM_NO_NODES` when no node is usable. Protocol page 04, section 5.10.
 */
export function parseGetSwarmResponse(input: { readonly body: unknown }): SwarmNodes {
  const swarm = readSwarm(objectOf(input.body))
  if (swarm.nodes.length === 0) throw noNodes()
  return swarm
}

/**
 * The nodes, Ed25519 hex, that a 421 names for the account that the request was about. Empty for a body that is not
 * usable, and for a redirect to nobody whom `isKnown` knows: then drop the node that answered from that swarm.
 * Never throws for what a node wrote. Protocol page 04, section 7.
 */
export function parseRedirect(body: unknown, isKnown: (node: string) => boolean = () => true): readonly string[] {
  try {
    return readSwarm(objectOf(body))
      .nodes.map(({ id }) => id)
      .filter(isKnown)
  } catch (error) {
    if (error instanceof SwarmError) return []
    throw error
  }
}

/** The encrypted record of a name. Protocol page 01, names. */
export interface OnsRecord extends AnswerHead {
  /** Undefined when the name is not registered. */
  readonly encryptedValue: Uint8Array | undefined
  /** 24 bytes; undefined for legacy records. */
  readonly nonce: Uint8Array | undefined
}

/** Most bytes of a name's encrypted value. */
export const MAX_ONS_VALUE_BYTES = 256

/** Reads the answer of `ons_resolve`. Any node can lie: ask three and compare. */
export function parseOnsResponse(input: { readonly body: unknown }): OnsRecord {
  const body = objectOf(input.body)
  const result = field(body, 'result')
  if (!isObject(result)) throw badAnswer('the answer has no result')
  const value = hexField(result, 'encrypted_value', MAX_ONS_VALUE_BYTES)
  const nonce = hexField(result, 'nonce', 24)
  if (nonce && nonce.length !== 24) throw badAnswer('the nonce has not 24 bytes')
  return { ...headOf(body), encryptedValue: value, nonce }
}

function hexField(object: JsonObject, name: string, maxBytes: number): Uint8Array | undefined {
  const value = field(object, name)
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value !== 'string' || value.length > 2 * maxBytes || !isHex(value.toLowerCase())) {
    throw badAnswer(`${name} is no hex, or too long`)
  }
  return hexToBytes(value.toLowerCase())
}
