import { assertBytes, hexToBytes, isHex } from '@sessionkit/bytes'
import type { X25519KeyPair } from '@sessionkit/crypto'
import { splitCombined } from './combined.ts'
import { OnionError } from './error.ts'
import { type Agreement, decrypt, encryptionFromName, jsonObject, type OnionEncryption, sharedSecret } from './layer.ts'
import { MAX_HOP_NUMBER, MAX_ONION_BYTES } from './limits.ts'
import { TEXT_INVALID_CIPHERTEXT, TEXT_INVALID_JSON, TEXT_INVALID_URL, TEXT_MAX_PATH_LENGTH } from './node-text.ts'
import { checkEncryption, OnionResponseSecret } from './response-secret.ts'
import { isPort, isServerUrl } from './server-url.ts'

/** What encrypts a blob, as the JSON beside it says. */
export interface OnionMessage {
  readonly blob: Uint8Array
  /** The client's X25519 key for this blob. */
  readonly ephemeralKey: Uint8Array
  readonly encryption: OnionEncryption
  /** How far the request says that it has come; 0 at a guard. */
  readonly hopNumber: number
}

/** This node is the destination: `payload` is an RPC body. */
export interface PeeledFinal {
  readonly type: 'final'
  readonly payload: Uint8Array
  readonly json: boolean
  readonly base64: boolean
  readonly secret: OnionResponseSecret
  readonly hopNumber: number
}

/** To be sent on to the node `destination` (Ed25519). */
export interface PeeledRelay {
  readonly type: 'relay'
  readonly destination: Uint8Array
  readonly blob: Uint8Array
  readonly ephemeralKey: Uint8Array
  readonly encryption: OnionEncryption
  readonly secret: OnionResponseSecret
  /** As it came in; the next node is told one more. */
  readonly hopNumber: number
}

/** To be posted to a server: `plaintext` is the whole body. */
export interface PeeledServer {
  readonly type: 'server'
  readonly host: string
  readonly target: string
  readonly protocol: 'http' | 'https'
  readonly port: number
  readonly plaintext: Uint8Array
  readonly secret: OnionResponseSecret
  readonly hopNumber: number
}

export type PeeledOnion = PeeledFinal | PeeledRelay | PeeledServer

/**
 * Reads the outer message that a guard or a server receives, decrypting nothing. Protocol page 03, section 2.2.
 *
 * Throws `ONION_TRUNCATED`, `ONION_TOO_LARGE`, `ONION_BAD_JSON`, `ONION_BAD_EPHEMERAL_KEY`,
 * `ONION_UNKNOWN_ENCRYPTION`, `ONION_BAD_HOP_NUMBER`.
 */
export function parseOnionMessage(input: { readonly body: Uint8Array }): OnionMessage {
  const { blob, ...rest } = readMessage(input.body)
  return { blob: new Uint8Array(blob), ...rest }
}

function readMessage(body: Uint8Array): OnionMessage {
  assertBytes(body, 'body')
  const { blob, json } = splitCombined(body)
  const control = jsonObject(json)
  if (control === null) throw new OnionError('ONION_BAD_JSON', 'the JSON after the blob is not an object')
  const { ephemeral_key: key, hop_no: hopNumber = 0 } = control
  if (!isHex(key, 32)) throw new OnionError('ONION_BAD_EPHEMERAL_KEY', 'ephemeral_key: expected 64 hex characters')
  const encryption = encryptionFromName(control['enc_type'])
  if (encryption === null) throw new OnionError('ONION_UNKNOWN_ENCRYPTION', 'enc_type: not a known name')
  if (!Number.isSafeInteger(hopNumber)) throw new OnionError('ONION_BAD_HOP_NUMBER', 'hop_no: expected an integer')
  return { blob, ephemeralKey: hexToBytes(key), encryption, hopNumber: Math.max(0, hopNumber as number) }
}

/**
 * Peels the outer message: `parseOnionMessage` and `peelOnionBlob` in one. Throws what both throw.
 */
export function peelOnionLayer(input: { readonly body: Uint8Array; readonly keyPair: X25519KeyPair }): PeeledOnion {
  return peel(readMessage(input.body), input.keyPair)
}

export interface PeelOnionBlobInput {
  readonly blob: Uint8Array
  readonly ephemeralKey: Uint8Array
  readonly encryption: OnionEncryption
  readonly keyPair: X25519KeyPair
  /** Default 0. */
  readonly hopNumber?: number
}

/**
 * Opens one layer and says what is to be done with it. Protocol page 03, section 3.2.
 *
 * Throws `ONION_HOP_LIMIT` and `ONION_INVALID_CIPHERTEXT`, whose `answer` is sent as plain text with HTTP status 400;
 * `ONION_INVALID_LAYER` and `ONION_INVALID_URL`, whose `answer` is sealed with the error's `secret`.
 */
export function peelOnionBlob(input: PeelOnionBlobInput): PeeledOnion {
  assertBytes(input.blob, 'blob')
  assertBytes(input.ephemeralKey, 'ephemeralKey', 32)
  checkEncryption(input.encryption)
  const { hopNumber = 0 } = input
  if (!Number.isSafeInteger(hopNumber)) throw new OnionError('ONION_BAD_HOP_NUMBER', 'hopNumber: expected an integer')
  const ephemeralKey = new Uint8Array(input.ephemeralKey)
  return peel({ blob: input.blob, ephemeralKey, encryption: input.encryption, hopNumber }, input.keyPair)
}

/** Opens the layer of a server destination; `request` is what the client wrote. Protocol page 03, section 3.4. */
export function openServerLayer(input: { readonly body: Uint8Array; readonly keyPair: X25519KeyPair }): {
  readonly request: Uint8Array
  readonly secret: OnionResponseSecret
} {
  const message = readMessage(input.body)
  const { plaintext, agreement } = open(message, input.keyPair)
  return { request: plaintext, secret: new OnionResponseSecret(message.encryption, agreement) }
}

function open(message: OnionMessage, keyPair: X25519KeyPair): { plaintext: Uint8Array; agreement: Agreement } {
  if (message.blob.length > MAX_ONION_BYTES) throw new OnionError('ONION_TOO_LARGE', 'blob: too large')
  let agreement: Agreement
  try {
    agreement = {
      shared: sharedSecret(keyPair.secretKey, message.ephemeralKey),
      ephemeralKey: message.ephemeralKey,
      recipient: new Uint8Array(keyPair.publicKey),
    }
  } catch (cause) {
    if (cause instanceof OnionError) throw invalidCiphertext(cause)
    throw cause
  }
  const plaintext = decrypt(agreement, message.encryption, message.blob)
  if (plaintext !== null) return { plaintext, agreement }
  agreement.shared.wipe()
  throw invalidCiphertext()
}

function invalidCiphertext(cause?: unknown): OnionError {
  return new OnionError('ONION_INVALID_CIPHERTEXT', 'this layer does not open with this key', {
    answer: TEXT_INVALID_CIPHERTEXT,
    cause,
  })
}

function peel(message: OnionMessage, keyPair: X25519KeyPair): PeeledOnion {
  const { hopNumber } = message
  if (hopNumber > MAX_HOP_NUMBER) {
    throw new OnionError('ONION_HOP_LIMIT', `hop ${hopNumber}, at most ${MAX_HOP_NUMBER} are served`, {
      answer: TEXT_MAX_PATH_LENGTH,
    })
  }
  const { plaintext, agreement } = open(message, keyPair)
  const secret = new OnionResponseSecret(message.encryption, agreement)
  const invalid = (why: string): OnionError =>
    new OnionError('ONION_INVALID_LAYER', `inside the layer: ${why}`, { answer: TEXT_INVALID_JSON, secret })

  let parts: ReturnType<typeof splitCombined>
  try {
    parts = splitCombined(plaintext)
  } catch (error) {
    throw invalid(error instanceof OnionError ? error.message : 'not a combined payload')
  }
  const route = jsonObject(parts.json)
  if (route === null) throw invalid('the JSON is not an object')

  if ('headers' in route) {
    const { json = false, base64 = true } = route
    if (typeof json !== 'boolean' || typeof base64 !== 'boolean') throw invalid('json or base64 is not a boolean')
    return { type: 'final', payload: parts.blob, json, base64, secret, hopNumber }
  }
  if ('host' in route) {
    const { host, target, protocol = 'https', port = 443 } = route
    if (typeof host !== 'string' || typeof target !== 'string' || typeof protocol !== 'string' || !isPort(port)) {
      throw invalid('host, target, protocol or port of a wrong type')
    }
    if (!isServerUrl(protocol, host, target)) {
      throw new OnionError('ONION_INVALID_URL', 'inside the layer: not a URL that is called', {
        answer: TEXT_INVALID_URL,
        secret,
      })
    }
    return { type: 'server', host, target, protocol: protocol as 'http' | 'https', port, plaintext, secret, hopNumber }
  }
  const { destination, ephemeral_key: key } = route
  const encryption = encryptionFromName(route['enc_type'])
  if (!isHex(destination, 32)) throw invalid('no headers, host or destination of 64 hex characters')
  if (!isHex(key, 32)) throw invalid('ephemeral_key is not 64 hex characters')
  if (encryption === null) throw invalid('enc_type is not a known name')
  return {
    type: 'relay',
    destination: hexToBytes(destination),
    blob: parts.blob,
    ephemeralKey: hexToBytes(key),
    encryption,
    secret,
    hopNumber,
  }
}
