import { assertBytes, base64ToBytes, bytesToUtf8, type RandomSource } from '@sessionkit/bytes'
import { OnionError } from './error.ts'
import { layerOverhead, type OnionEncryption } from './layer.ts'
import { MAX_ONION_BYTES } from './limits.ts'
import { OnionResponseSecret, OnionSecret } from './secret.ts'

export interface OpenedResponse {
  readonly message: Uint8Array
  /** What it was encrypted with; `aes-gcm` to an `xchacha20` request is the fallback of old servers. */
  readonly encryption: OnionEncryption
  /** The destination, or the hop (0 = guard) that answered an error of its own. */
  readonly madeBy: 'destination' | number
}

/** Seals an answer to whoever sent the layer, with its own cipher: nonce ‖ ciphertext ‖ tag. */
export function sealOnionResponse(input: {
  readonly secret: OnionResponseSecret
  readonly message: Uint8Array
  /** Asked once, for 24 or 12 bytes. */
  readonly random?: RandomSource
}): Uint8Array {
  try {
    assertBytes(input.message, 'message')
  } catch (cause) {
    throw new OnionError('ONION_BAD_INPUT', 'message: expected bytes', { cause })
  }
  const { secret } = input
  if (!(secret instanceof OnionResponseSecret))
    throw new OnionError('ONION_BAD_INPUT', 'secret: expected one of a layer')
  return secret.seal(input.message, input.random)
}

/**
 * Opens the answer to an onion request: with the destination's layer, its AES-GCM fallback, then each hop's from the
 * last to the guard, so that errors made by a relay can be read. Protocol page 03, sections 3.4 and 5. Throws
 * `ONION_RESPONSE_TOO_SHORT`, `ONION_RESPONSE_AUTH`, `ONION_TOO_LARGE`.
 */
export function openOnionResponse(input: {
  /** The raw blob; for answers of nodes decode the base64 text first (`decodeNodeResponse`). */
  readonly response: Uint8Array
  readonly secret: OnionSecret
}): OpenedResponse {
  const { response, secret } = input
  try {
    assertBytes(response, 'response')
  } catch (cause) {
    throw new OnionError('ONION_BAD_INPUT', 'response: expected bytes', { cause })
  }
  if (!(secret instanceof OnionSecret)) throw new OnionError('ONION_BAD_INPUT', 'secret: expected one of a request')
  if (response.length > MAX_ONION_BYTES) throw new OnionError('ONION_TOO_LARGE', `answer of ${response.length} bytes`)
  if (response.length < layerOverhead('aes-gcm')) {
    throw new OnionError('ONION_RESPONSE_TOO_SHORT', `answer of ${response.length} bytes is no onion answer`)
  }
  for (let layer = 0; layer <= secret.hops; layer++) {
    const opened = secret.open(layer, response)
    if (opened) return { ...opened, madeBy: layer === 0 ? 'destination' : secret.hops - layer }
  }
  throw new OnionError('ONION_RESPONSE_AUTH', 'the answer authenticates under no layer of this request')
}

/**
 * The blob of a node's answer (v3): base64 text, or the old JSON object `{"result": "<base64>"}`. One newline at the end
 * is tolerated. Throws `ONION_RESPONSE_NOT_BASE64`.
 */
export function decodeNodeResponse(body: Uint8Array): Uint8Array {
  if (!(body instanceof Uint8Array)) throw new OnionError('ONION_BAD_INPUT', 'answer: expected bytes')
  if (body.length > MAX_ONION_BYTES) throw new OnionError('ONION_TOO_LARGE', `answer of ${body.length} bytes`)
  try {
    let text = bytesToUtf8(body).replace(/\n$/, '')
    if (text.startsWith('{')) {
      const { result } = JSON.parse(text) as { result?: unknown }
      if (typeof result === 'string') text = result
    }
    return base64ToBytes(text)
  } catch {
    throw new OnionError('ONION_RESPONSE_NOT_BASE64', `answer of ${body.length} bytes is not base64`)
  }
}
