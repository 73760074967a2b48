import { assertBytes, hexToBytes, isHex, isSessionKitError } from '@sessionkit/bytes'
import type { X25519KeyPair } from '@sessionkit/crypto'
import { split } from './combined.ts'
import { isAllowedUrl, isPort } from './destination.ts'
import { OnionError } from './error.ts'
import { encryptionFromName, layerOverhead, type OnionEncryption } from './layer.ts'
import { MAX_ONION_BYTES } from './limits.ts'
import { OnionResponseSecret } from './secret.ts'

/** This node is the destination: `payload` is the storage request's JSON. */
export interface FinalLayer {
  readonly type: 'final'
  readonly payload: Uint8Array
  /** The sender wants the body as a JSON value. */
  readonly json: boolean
  /** The sender wants base64 text (the default). */
  readonly base64: boolean
  readonly secret: OnionResponseSecret
}

/** Hand `blob` on to the node with that Ed25519 key. */
export interface RelayLayer {
  readonly type: 'relay'
  readonly destination: Uint8Array
  readonly blob: Uint8Array
  readonly ephemeralKey: Uint8Array
  readonly encryption: OnionEncryption
  readonly secret: OnionResponseSecret
}

/** POST `plaintext` to a server. Whether the host may be reached is the node's own rule. */
export interface ServerLayer {
  readonly type: 'server'
  readonly host: string
  readonly target: string
  readonly protocol: 'http' | 'https'
  readonly port: number
  /** The whole decrypted layer: the server parses the same combined payload. */
  readonly plaintext: Uint8Array
  readonly secret: OnionResponseSecret
}

/** The layer opened but says nothing usable: answer `reason`, sealed with `secret`. */
export interface InvalidLayer {
  readonly type: 'invalid'
  readonly reason: 'Invalid json' | 'Invalid url'
  readonly secret: OnionResponseSecret
}

export type PeeledLayer = FinalLayer | RelayLayer | ServerLayer | InvalidLayer

export interface OuterLayer {
  readonly blob: Uint8Array
  readonly ephemeralKey: Uint8Array
  readonly encryption: OnionEncryption
  /** `hop_no` of the outer JSON; 0 when absent or negative. */
  readonly hopNumber: number
}

/**
 * Reads the body of `POST /onion_req/v2`, without opening it. Protocol page 03, section 3.1 row 4. Throws
 * `ONION_TOO_LARGE`, `ONION_TRUNCATED`, `ONION_BAD_JSON`, `ONION_BAD_EPHEMERAL_KEY`, `ONION_UNKNOWN_ENCRYPTION`,
 * `ONION_BAD_HOP_NUMBER`.
 */
export function parseOnionRequest(body: Uint8Array): OuterLayer {
  checkBytes(body, 'body')
  if (body.length > MAX_ONION_BYTES) {
    throw new OnionError(
      'ONION_TOO_LARGE',
      `onion request of ${body.length} bytes, at most ${MAX_ONION_BYTES} accepted`,
    )
  }
  const { blob, control } = split(body)
  const { ephemeral_key: key, hop_no: hop = 0 } = control
  if (!isHex(key, 32)) throw new OnionError('ONION_BAD_EPHEMERAL_KEY', 'ephemeral_key: expected 64 hex digits')
  const encryption = encryptionFromName(control.enc_type)
  if (encryption === undefined)
    throw new OnionError('ONION_UNKNOWN_ENCRYPTION', 'enc_type: expected aes-gcm or xchacha20')
  if (typeof hop !== 'number' || !Number.isSafeInteger(hop))
    throw new OnionError('ONION_BAD_HOP_NUMBER', 'hop_no: expected a whole number')
  return { blob: new Uint8Array(blob), ephemeralKey: hexToBytes(key), encryption, hopNumber: Math.max(0, hop) }
}

/** Reads and opens the body of `POST /onion_req/v2`. Throws as `parseOnionRequest` and `peelOnionBlob` do. */
export function peelOnionLayer(input: {
  readonly body: Uint8Array
  readonly keyPair: X25519KeyPair
}): PeeledLayer & { readonly hopNumber: number } {
  const { hopNumber, ...layer } = parseOnionRequest(input.body)
  return { ...peelOnionBlob({ ...layer, keyPair: input.keyPair }), hopNumber }
}

/**
 * Opens one layer with the node's key and says what to do with it. Protocol page 03, section 3.2. Throws
 * `ONION_LAYER_AUTH` (`Invalid ciphertext` on the wire) when it is too short, does not authenticate, or its ephemeral
 * key gives no shared secret.
 */
export function peelOnionBlob(input: {
  readonly blob: Uint8Array
  readonly ephemeralKey: Uint8Array
  readonly encryption: OnionEncryption
  readonly keyPair: X25519KeyPair
}): PeeledLayer {
  const { blob, ephemeralKey, encryption, keyPair } = input
  checkBytes(blob, 'blob')
  checkBytes(ephemeralKey, 'ephemeralKey', 32)
  if (encryption !== 'xchacha20' && encryption !== 'aes-gcm') {
    throw new OnionError('ONION_UNKNOWN_ENCRYPTION', 'encryption: expected xchacha20 or aes-gcm')
  }
  if (blob.length > MAX_ONION_BYTES) throw new OnionError('ONION_TOO_LARGE', `onion layer of ${blob.length} bytes`)
  if (blob.length < layerOverhead(encryption)) {
    throw new OnionError('ONION_LAYER_AUTH', `onion layer of ${blob.length} bytes is too short for ${encryption}`)
  }
  let secret: OnionResponseSecret
  try {
    secret = OnionResponseSecret.fromLayer({ encryption, keyPair, ephemeralKey })
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'CRYPTO_BAD_PUBLIC_KEY') throw cause
    throw new OnionError('ONION_LAYER_AUTH', 'the ephemeral key gives no shared secret', { cause })
  }
  const plaintext = secret.open(blob)
  if (plaintext === undefined) throw new OnionError('ONION_LAYER_AUTH', 'the onion layer does not authenticate')
  return route(plaintext, secret)
}

function route(plaintext: Uint8Array, secret: OnionResponseSecret): PeeledLayer {
  let parts: ReturnType<typeof split>
  try {
    parts = split(plaintext)
  } catch (error) {
    if (isSessionKitError(error)) return { type: 'invalid', reason: 'Invalid json', secret }
    throw error
  }
  const { blob, control } = parts
  if (Object.hasOwn(control, 'headers')) return final(blob, control, secret)
  if (typeof control.host === 'string') return server(plaintext, control, secret)
  return relay(blob, control, secret)
}

function final(payload: Uint8Array, control: Record<string, unknown>, secret: OnionResponseSecret): PeeledLayer {
  const { json = false, base64 = true } = control
  if (typeof json !== 'boolean' || typeof base64 !== 'boolean')
    return { type: 'invalid', reason: 'Invalid json', secret }
  return { type: 'final', payload, json, base64, secret }
}

function server(plaintext: Uint8Array, control: Record<string, unknown>, secret: OnionResponseSecret): PeeledLayer {
  const { host, target, protocol = 'https', port = 443 } = control
  if (typeof target !== 'string' || typeof protocol !== 'string' || !isPort(port))
    return { type: 'invalid', reason: 'Invalid json', secret }
  if (!isAllowedUrl({ protocol, host: host as string, target }))
    return { type: 'invalid', reason: 'Invalid url', secret }
  return {
    type: 'server',
    host: host as string,
    target,
    protocol: protocol as 'http' | 'https',
    port,
    plaintext,
    secret,
  }
}

function relay(blob: Uint8Array, control: Record<string, unknown>, secret: OnionResponseSecret): PeeledLayer {
  const { destination, ephemeral_key: key } = control
  const encryption = encryptionFromName(control.enc_type)
  if (!isHex(destination, 32) || !isHex(key, 32) || encryption === undefined)
    return { type: 'invalid', reason: 'Invalid json', secret }
  return {
    type: 'relay',
    destination: hexToBytes(destination),
    blob,
    ephemeralKey: hexToBytes(key),
    encryption,
    secret,
  }
}

function checkBytes(value: unknown, name: string, length?: number): void {
  try {
    assertBytes(value, name, length)
  } catch (cause) {
    throw new OnionError('ONION_BAD_INPUT', `${name}: expected ${length ?? 'some'} bytes`, { cause })
  }
}
