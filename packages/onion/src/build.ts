import { assertBytes, bytesToHex, isSessionKitError, type RandomSource } from '@sessionkit/bytes'
import { combine, combineSealed } from './combined.ts'
import { checkHop, checkServer, type OnionDestination, type OnionHop } from './destination.ts'
import { OnionError } from './error.ts'
import { ClientLayer, type OnionEncryption } from './layer.ts'
import { MAX_HOPS, MAX_ONION_BYTES } from './limits.ts'
import { OnionSecret } from './secret.ts'

/** How a node destination should answer. Protocol page 03, section 3.5. */
export interface NodeControl {
  /** The answer's body as a JSON value instead of JSON in a string. Default false. */
  readonly json?: boolean
  /** The answer as base64 text. Default true. */
  readonly base64?: boolean
}

export interface BuildOnionRequestOptions {
  /** Guard first. May be empty (no anonymity; for tests), at most 15. */
  readonly path: readonly OnionHop[]
  readonly destination: OnionDestination
  /** For a node: the storage request's JSON. For a server: the v4 request (`encodeServerRequest`). */
  readonly payload: Uint8Array
  /** Default `xchacha20`. */
  readonly encryption?: OnionEncryption
  readonly control?: NodeControl
  readonly random?: RandomSource
}

export interface BuildOnionRequestResult {
  /** The body to POST to the guard's `/onion_req/v2`. */
  readonly body: Uint8Array
  /** What opens the answer. Wipe it when the answer is open or given up. */
  readonly secret: OnionSecret
}

/**
 * Wraps a payload in one layer for the destination and one for each hop, inside out. Protocol page 03, section 2.3.
 * The JSON of the layers is libsession's to the byte: keys sorted, no white space.
 *
 * `random` is asked for 32 bytes (ephemeral secret), then 24 or 12 (nonce), for the destination first, then for the last
 * hop … the guard. Throws `ONION_BAD_INPUT`, `ONION_BAD_URL`, `ONION_TOO_MANY_HOPS`, `ONION_TOO_LARGE`.
 */
export function buildOnionRequest(options: BuildOnionRequestOptions): BuildOnionRequestResult {
  checkInput(options)
  const layers: ClientLayer[] = []
  try {
    return { body: wrap(options, layers), secret: new OnionSecret(layers) }
  } catch (error) {
    for (const layer of layers) layer.wipe()
    throw error
  }
}

/** The request; its layers are put into `layers`, also when it fails in the middle. */
function wrap(options: BuildOnionRequestOptions, layers: ClientLayer[]): Uint8Array {
  const { path, destination, payload, encryption = 'xchacha20', random } = options
  const first = ClientLayer.fresh(encryption, destination.x25519, random)
  layers.push(first)
  let sealed = first.seal(
    destination.type === 'node' ? combine(payload, nodeControl(options.control)) : payload,
    random,
  )
  let route = routeTo(destination, encryption, first)
  for (let i = path.length - 1; i >= 0; i--) {
    const plaintext = combineSealed(sealed, route)
    const hop = path[i]!
    const layer = ClientLayer.fresh(encryption, hop.x25519, random)
    layers.push(layer)
    sealed = layer.seal(plaintext, random)
    route = nodeRoute(hop.ed25519, encryption, layer)
  }
  const outermost = layers[layers.length - 1]!
  const control = `{"enc_type":"${encryption}","ephemeral_key":"${bytesToHex(outermost.ephemeral.publicKey)}"}`
  const body = combineSealed(sealed, control)
  if (body.length > MAX_ONION_BYTES) {
    throw new OnionError(
      'ONION_TOO_LARGE',
      `onion request of ${body.length} bytes, at most ${MAX_ONION_BYTES} are relayed`,
    )
  }
  return body
}

function checkInput({ path, destination, payload, encryption }: BuildOnionRequestOptions): void {
  try {
    assertBytes(payload, 'payload')
  } catch (cause) {
    if (isSessionKitError(cause)) throw new OnionError('ONION_BAD_INPUT', cause.message, { cause })
    throw cause
  }
  if (payload.length > MAX_ONION_BYTES) throw new OnionError('ONION_TOO_LARGE', `payload of ${payload.length} bytes`)
  if (!Array.isArray(path)) throw new OnionError('ONION_BAD_INPUT', 'path: expected a list of hops')
  if (path.length > MAX_HOPS)
    throw new OnionError('ONION_TOO_MANY_HOPS', `${path.length} hops, at most ${MAX_HOPS} are forwarded`)
  path.forEach((hop, i) => void checkHop(hop, `path[${i}]`))
  if (encryption !== undefined && encryption !== 'xchacha20' && encryption !== 'aes-gcm') {
    throw new OnionError('ONION_UNKNOWN_ENCRYPTION', 'encryption: expected xchacha20 or aes-gcm')
  }
  if (destination?.type === 'node') checkHop(destination, 'destination')
  else if (destination?.type === 'server') {
    checkServer(destination)
    if (path.length === 0) throw new OnionError('ONION_BAD_INPUT', 'path: a server needs a hop that calls it')
  } else throw new OnionError('ONION_BAD_INPUT', 'destination: expected a node or a server')
}

function routeTo(destination: OnionDestination, encryption: OnionEncryption, layer: ClientLayer): string {
  if (destination.type === 'node') return nodeRoute(destination.ed25519, encryption, layer)
  const port = checkServer(destination)
  const key = bytesToHex(layer.ephemeral.publicKey)
  const { host, protocol, target } = destination
  return `{"enc_type":"${encryption}","ephemeral_key":"${key}","host":"${host}","method":"POST","port":${port},"protocol":"${protocol}","target":"${target}"}`
}

const nodeRoute = (ed25519: Uint8Array, encryption: OnionEncryption, layer: ClientLayer): string =>
  `{"destination":"${bytesToHex(ed25519)}","enc_type":"${encryption}","ephemeral_key":"${bytesToHex(layer.ephemeral.publicKey)}"}`

function nodeControl(control: NodeControl = {}): string {
  const base64 = control.base64 === undefined ? '' : `"base64":${control.base64 === true},`
  const json = control.json === undefined ? '' : `,"json":${control.json === true}`
  return `{${base64}"headers":""${json}}`
}
