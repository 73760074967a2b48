import { assertBytes, type RandomSource, utf8ToBytes } from '@sessionkit/bytes'
import { type JsonPiece, writeCombined } from './combined.ts'
import { OnionError } from './error.ts'
import { type Agreement, agree, type BlobParts, encrypt, type OnionEncryption } from './layer.ts'
import { MAX_ONION_BYTES, MAX_PATH_LENGTH } from './limits.ts'
import { checkEncryption } from './response-secret.ts'
import { OnionSecret } from './secret.ts'
import { isPort, isServerUrl } from './server-url.ts'

/** A service node on the way: both public keys, 32 bytes each. */
export interface OnionHop {
  readonly ed25519: Uint8Array
  readonly x25519: Uint8Array
}

/** A service node as the destination. */
export interface OnionNodeDestination extends OnionHop {
  readonly type: 'node'
}

/** A server that the last hop calls. Protocol page 03, section 6.4. */
export interface OnionServerDestination {
  readonly type: 'server'
  readonly host: string
  /** `/oxen/v4/lsrpc` today. */
  readonly target: string
  readonly protocol: 'http' | 'https'
  /** Default 443 for https, 80 for http; always written. */
  readonly port?: number | undefined
  readonly x25519: Uint8Array
}

export type OnionDestination = OnionNodeDestination | OnionServerDestination

/** Flags for a destination node. Protocol page 03, section 3.2. */
export interface OnionControl {
  /** The answer's body as JSON instead of JSON text. Node's default false. */
  readonly json?: boolean
  /** Whether the answer comes as base64. Node's default true. */
  readonly base64?: boolean
}

export interface BuildOnionRequestInput {
  /** Guard first; at most `MAX_PATH_LENGTH`. Empty: the destination node itself is called. */
  readonly path: readonly OnionHop[]
  readonly destination: OnionDestination
  /** Node: the RPC body. Server: the encoded v4 request. */
  readonly payload: Uint8Array
  /** Default `xchacha20`. */
  readonly encryption?: OnionEncryption
  readonly control?: OnionControl
  /** Draws 32, then 12 or 24 bytes, for the destination, then for the last hop … the first. */
  readonly random?: RandomSource | undefined
}

export interface OnionRequest {
  /** The POST body for the guard's `/onion_req/v2`. */
  readonly body: Uint8Array
  readonly secret: OnionSecret
}

const text = (value: string): JsonPiece => ({ text: utf8ToBytes(value) })

/** The constant pieces of the JSON; only keys change from layer to layer. */
const pieces = (encryption: OnionEncryption) => ({
  toNode: text('{"destination":"'),
  afterNode: text(`","enc_type":"${encryption}","ephemeral_key":"`),
  ephemeral: text(`{"enc_type":"${encryption}","ephemeral_key":"`),
  end: text('"}'),
})
const constants = { xchacha20: pieces('xchacha20'), 'aes-gcm': pieces('aes-gcm') }
const headersOnly: readonly JsonPiece[] = [text('{"headers":""}')]

/**
 * Builds a request for a path, inside out, byte for byte as libsession does. Protocol page 03, section 2.3.
 *
 * Throws `ONION_BAD_PATH`, `ONION_BAD_DESTINATION`, `ONION_BAD_KEY` (a key that gives no shared secret),
 * `ONION_TOO_LARGE`, `ONION_BAD_OPTION`, and `BYTES_WRONG_LENGTH` for a key that is not 32 bytes.
 */
export function buildOnionRequest(input: BuildOnionRequestInput): OnionRequest {
  const { path, destination, payload, encryption = 'xchacha20', control, random } = input
  checkInput(path, destination, payload, encryption)
  const { toNode, afterNode, ephemeral, end } = constants[encryption]
  const made: Agreement[] = []
  try {
    let agreement = agree(new Uint8Array(destination.x25519), random)
    made.push(agreement)
    const message =
      destination.type === 'server' ? payload : writeCombined(payload, control ? controlJson(control) : headersOnly)
    let blob: BlobParts = encrypt(agreement, encryption, message, random)
    for (let i = path.length - 1; i >= 0; i--) {
      const next = i === path.length - 1 ? destination : path[i + 1]!
      const key = { key: agreement.ephemeralKey }
      const json: readonly JsonPiece[] =
        'ed25519' in next
          ? [toNode, { key: next.ed25519 }, afterNode, key, end]
          : [ephemeral, key, serverJson(next as OnionServerDestination)]
      agreement = agree(new Uint8Array(path[i]!.x25519), random)
      made.push(agreement)
      blob = encrypt(agreement, encryption, writeCombined(blob, json), random)
    }
    const body = writeCombined(blob, [ephemeral, { key: agreement.ephemeralKey }, end])
    const secret = new OnionSecret(encryption, answerEncoding(destination, control), {
      destination: made[0]!,
      hops: made.slice(1).reverse(),
    })
    return { body, secret }
  } catch (error) {
    for (const { shared } of made) shared.wipe()
    throw error
  }
}

function checkInput(
  path: readonly OnionHop[],
  destination: OnionDestination,
  payload: Uint8Array,
  encryption: OnionEncryption,
): void {
  checkEncryption(encryption)
  assertBytes(payload, 'payload')
  if (payload.length > MAX_ONION_BYTES) {
    throw new OnionError('ONION_TOO_LARGE', `payload of ${payload.length} bytes, at most ${MAX_ONION_BYTES} fit`)
  }
  if (!Array.isArray(path) || path.length > MAX_PATH_LENGTH) {
    throw new OnionError('ONION_BAD_PATH', `path: expected a list of at most ${MAX_PATH_LENGTH} hops`)
  }
  for (const hop of path) {
    if (typeof hop !== 'object' || hop === null) throw new OnionError('ONION_BAD_PATH', 'path: a hop is not an object')
    assertBytes(hop.ed25519, 'ed25519', 32)
    assertBytes(hop.x25519, 'x25519', 32)
  }
  if (destination?.type === 'node') assertBytes(destination.ed25519, 'ed25519', 32)
  else if (destination?.type === 'server') {
    if (path.length === 0) throw new OnionError('ONION_BAD_PATH', 'path: a server needs a hop that calls it')
    const { protocol, host, target, port } = destination
    if (!isServerUrl(protocol, host, target) || (port !== undefined && !isPort(port))) {
      throw new OnionError('ONION_BAD_DESTINATION', 'destination: nodes call no such protocol, host, target or port')
    }
  } else throw new OnionError('ONION_BAD_DESTINATION', 'destination: expected the type node or server')
  assertBytes(destination.x25519, 'x25519', 32)
}

function serverJson(destination: OnionServerDestination): JsonPiece {
  const { host, target, protocol, port = protocol === 'https' ? 443 : 80 } = destination
  const names = `"port":${port},"protocol":"${protocol}","target":${JSON.stringify(target)}}`
  return text(`","host":${JSON.stringify(host)},"method":"POST",${names}`)
}

function controlJson({ json, base64 }: OnionControl): readonly JsonPiece[] {
  for (const flag of [json, base64]) {
    if (flag !== undefined && typeof flag !== 'boolean') {
      throw new OnionError('ONION_BAD_OPTION', 'control: json and base64 are booleans')
    }
  }
  const before = base64 === undefined ? '' : `"base64":${base64},`
  return [text(`{${before}"headers":""${json === undefined ? '' : `,"json":${json}`}}`)]
}

function answerEncoding(destination: OnionDestination, control: OnionControl | undefined): 'base64' | 'raw' {
  if (destination.type === 'node') return control?.base64 === false ? 'raw' : 'base64'
  return destination.target.includes('/v4/') ? 'raw' : 'base64'
}
