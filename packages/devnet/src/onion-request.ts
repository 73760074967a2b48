import {
  bytesToBase64,
  bytesToHex,
  decodeBencode,
  encodeBencode,
  isSessionKitError,
  utf8ToBytes,
} from '@sessionkit/bytes'
import type { X25519KeyPair } from '@sessionkit/crypto'
import {
  encryptionFromName,
  type FinalLayer,
  type InvalidLayer,
  MAX_HOP_NUMBER,
  type OuterLayer,
  type PeeledLayer,
  parseOnionRequest,
  peelOnionBlob,
  type RelayLayer,
  type ServerLayer,
  sealNodeAnswer,
} from '@sessionkit/onion'
import { bodyToJson } from './body.ts'
import { HOP_TIMEOUT_MS, MAX_BODY_BYTES } from './limits.ts'
import type { LinkAnswer } from './peer-link.ts'
import type { NodeRecord } from './record.ts'
import { methodOf } from './rpc-method.ts'
import { askServer } from './server-relay.ts'
import type { PeerAnswer, RpcAnswer, StorageNode } from './storage-node.ts'
import type { ServiceNodeContact } from './swarm-table.ts'

/** What a node saw of an onion request, before its own address and hashes are added. */
export interface OnionSight
  extends Pick<
    NodeRecord,
    'role' | 'next' | 'bytesOut' | 'answerBytes' | 'hopNumber' | 'plaintextVisible' | 'method' | 'status'
  > {
  readonly blobIn: Uint8Array
  readonly blobOut: Uint8Array | null
}

export interface OnionContext {
  readonly id: string
  readonly keyPair: X25519KeyPair
  readonly ready: boolean
  readonly storage: StorageNode
  readonly allowedServers: readonly string[]
  send(peer: ServiceNodeContact, body: Uint8Array, ms: number): Promise<LinkAnswer>
  record(sight: OnionSight): void
}

/** The statuses that travel back unchanged; others become 500. Protocol page 03, section 3.3. */
const PASSED = new Set([200, 400, 401, 403, 404, 406, 410, 413, 421, 429, 500, 502, 503, 504])

/** Reads the message of a client, or tells what is wrong with it. Protocol page 03, section 3.1. */
export function parseOuter(body: Uint8Array): OuterLayer | string {
  try {
    return parseOnionRequest(body)
  } catch (error) {
    if (isSessionKitError(error)) return error.message
    throw error
  }
}

/** Reads the message of another node (`sn.onion_request`), or gives the text of its refusal. */
export function parseInternal(body: Uint8Array): OuterLayer | string {
  const wrong = 'Invalid internal onion request: '
  let dict: unknown
  try {
    dict = decodeBencode(body, { maxBytes: MAX_BODY_BYTES })
  } catch {
    return `${wrong}not a bencoded dict`
  }
  if (!(dict instanceof Map)) return `${wrong}not a bencoded dict`
  const blob: unknown = dict.get('data')
  const ephemeralKey: unknown = dict.get('ephemeral_key')
  if (!(blob instanceof Uint8Array)) return `${wrong}data missing`
  if (!(ephemeralKey instanceof Uint8Array) || ephemeralKey.length !== 32) return `${wrong}ephemeral_key missing`
  const name: unknown = dict.get('enc_type')
  const encryption = encryptionFromName(name instanceof Uint8Array ? Buffer.from(name).toString('latin1') : name)
  if (encryption === undefined) return `${wrong}unknown enc_type`
  const hop: unknown = dict.get('hop_no')
  const hopNumber = typeof hop === 'bigint' && hop >= 1n ? Number(hop) : 1
  if (hopNumber > MAX_HOP_NUMBER) return 'onion request max path length exceeded'
  return { blob, ephemeralKey, encryption, hopNumber }
}

/** Peels one layer and does what it says. Protocol page 03, sections 3.2 to 3.5. */
export async function answerOnion(layer: OuterLayer, context: OnionContext): Promise<PeerAnswer> {
  if (!context.ready) return plain(503, `Snode not ready: ${context.id}`)
  let peeled: PeeledLayer
  try {
    peeled = peelOnionBlob({ ...layer, keyPair: context.keyPair })
  } catch (error) {
    if (isSessionKitError(error)) return plain(400, 'Invalid ciphertext')
    throw error
  }
  try {
    return await act(layer, peeled, context)
  } finally {
    peeled.secret.wipe()
  }
}

async function act(layer: OuterLayer, peeled: PeeledLayer, context: OnionContext): Promise<PeerAnswer> {
  switch (peeled.type) {
    case 'invalid':
      return sealed(peeled, { status: 400, body: peeled.reason })
    case 'final':
      return final(layer, peeled, context)
    case 'server':
      return relayToServer(layer, peeled, context)
    case 'relay':
      return relayToNode(layer, peeled, context)
  }
}

async function final(layer: OuterLayer, peeled: FinalLayer, context: OnionContext): Promise<PeerAnswer> {
  const answer = await context.storage.handleJson(peeled.payload)
  const out = sealed(peeled, answer)
  context.record({
    role: 'destination',
    next: null,
    bytesOut: 0,
    answerBytes: out.body.length,
    hopNumber: layer.hopNumber,
    plaintextVisible: true,
    method: methodOf(peeled.payload),
    status: out.status,
    blobIn: layer.blob,
    blobOut: null,
  })
  return out
}

async function relayToNode(layer: OuterLayer, peeled: RelayLayer, context: OnionContext): Promise<PeerAnswer> {
  const key = bytesToHex(peeled.destination)
  const peer = context.storage.index.node(key)
  const body = encodeBencode(
    new Map<string, Uint8Array | string | number>([
      ['data', peeled.blob],
      ['enc_type', peeled.encryption],
      ['ephemeral_key', peeled.ephemeralKey],
      ['hop_no', layer.hopNumber + 1],
    ]),
  )
  const answer = peer === undefined ? plain(502, `Next node not found: ${key}`) : await hop(peer, body, context)
  context.record({
    role: layer.hopNumber === 0 ? 'guard' : 'middle',
    next: key,
    bytesOut: peer === undefined ? 0 : body.length,
    answerBytes: answer.body.length,
    hopNumber: layer.hopNumber,
    plaintextVisible: false,
    method: null,
    status: answer.status,
    blobIn: layer.blob,
    blobOut: peeled.blob,
  })
  return answer
}

async function hop(peer: ServiceNodeContact, body: Uint8Array, context: OnionContext): Promise<PeerAnswer> {
  const answer = await context.send(peer, body, HOP_TIMEOUT_MS)
  // Newer nodes say so at once; 2.8.0 answers 504 here too. Protocol page 03, section 3.3.
  if (answer === 'unreachable') return plain(502, `Next node is currently unreachable: ${peer.pubkeyEd25519}`)
  if (answer === null) return plain(504, 'Request time out')
  if (answer === 'broken') return plain(500, 'Invalid response from snode')
  return PASSED.has(answer.status) ? answer : { status: 500, body: answer.body }
}

async function relayToServer(layer: OuterLayer, peeled: ServerLayer, context: OnionContext): Promise<PeerAnswer> {
  const allowed = context.allowedServers.includes(`${peeled.host}:${peeled.port}`)
  const answer = allowed
    ? await askServer(peeled)
    : sealed({ type: 'invalid', reason: 'Invalid url', secret: peeled.secret }, { status: 400, body: 'Invalid url' })
  context.record({
    role: 'exit',
    next: peeled.host.slice(0, 255),
    bytesOut: allowed ? peeled.plaintext.length : 0,
    answerBytes: answer.body.length,
    hopNumber: layer.hopNumber,
    plaintextVisible: false,
    method: null,
    status: answer.status,
    blobIn: layer.blob,
    blobOut: allowed ? peeled.plaintext : null,
  })
  return answer
}

function plain(status: number, text: string): PeerAnswer {
  return { status, body: utf8ToBytes(text) }
}

/** The answer of a destination, encrypted to its layer. The real status is inside. */
function sealed(layer: FinalLayer | InvalidLayer, answer: RpcAnswer): PeerAnswer {
  const { status, body } = answer
  if (typeof body === 'string') return { status: 200, body: sealNodeAnswer({ layer, status, body }) }
  if (body instanceof Uint8Array)
    return { status: 200, body: sealNodeAnswer({ layer, status, body: bytesToBase64(body) }) }
  return { status: 200, body: sealNodeAnswer({ layer, status, body: bodyToJson(body), isJson: true }) }
}
