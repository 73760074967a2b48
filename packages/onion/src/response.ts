import { assertBytes, base64ToBytes, bytesToBase64, bytesToUtf8, type RandomSource, utf8ToBytes } from '@sessionkit/bytes'
import { tooLarge } from './combined.ts'
import { OnionError } from './error.ts'
import { decrypt, encrypt, type OnionEncryption } from './layer.ts'
import { MAX_ONION_BYTES } from './limits.ts'
import { OnionResponseSecret } from './response-secret.ts'
import { type OnionAnswerEncoding, OnionSecret } from './secret.ts'

export interface SealOnionResponseInput {
  readonly secret: OnionResponseSecret
  readonly message: Uint8Array
  /** The answer as the ASCII bytes of padded base64. Default false: the bare blob. */
  readonly base64?: boolean
  /** Draws 12 or 24 bytes once. */
  readonly random?: RandomSource | undefined
}

/**
 * Seals an answer with the key of the request's layer. Protocol page 03, sections 2.1 and 3.5.
 * Throws `ONION_TOO_LARGE`, `ONION_SECRET_WIPED`.
 */
export function sealOnionResponse(input: SealOnionResponseInput): Uint8Array {
  const { secret, message, base64 = false, random } = input
  assertBytes(message, 'message')
  const agreement = OnionResponseSecret.agreementOf(secret)
  const { nonce, ciphertext } = encrypt(agreement, secret.encryption, message, random)
  const length = nonce.length + ciphertext.length
  const written = base64 ? 4 * Math.ceil(length / 3) : length
  if (written > MAX_ONION_BYTES) throw tooLarge(written)
  const blob = new Uint8Array(length)
  blob.set(nonce)
  blob.set(ciphertext, nonce.length)
  return base64 ? utf8ToBytes(bytesToBase64(blob)) : blob
}

export interface OpenOnionResponseInput {
  /** The body of the guard's answer, HTTP status 200. */
  readonly response: Uint8Array
  readonly secret: OnionSecret
  /** Default: as the destination of the request writes. */
  readonly encoding?: OnionAnswerEncoding
}

export interface OpenedOnionResponse {
  readonly message: Uint8Array
  /** How the answer was encrypted. `aes-gcm` for an `xchacha20` request: see `downgraded`. */
  readonly encryption: OnionEncryption
  /** Whether an `xchacha20` request was answered in `aes-gcm`. Protocol page 03, section 5, step 4. */
  readonly downgraded: boolean
  /** Who sealed it: the destination, or the hop at this index of the path (0 is the guard). */
  readonly madeBy: 'destination' | number
}

/**
 * Opens an answer: as the destination's, then as the destination's in `aes-gcm`, then as one of the last hop … the
 * first, which seal `Invalid json` and `Invalid url` themselves. Protocol page 03, sections 3.4 and 5.
 *
 * Does not wipe the secret. Throws `ONION_TOO_LARGE`, `ONION_NOT_BASE64`, `ONION_OPEN_FAILED` (too short, changed, or
 * for another request), `ONION_SECRET_WIPED`.
 */
export function openOnionResponse(input: OpenOnionResponseInput): OpenedOnionResponse {
  const { response, secret, encoding = secret.answerEncoding } = input
  assertBytes(response, 'response')
  if (response.length > MAX_ONION_BYTES) throw tooLarge(response.length)
  const { destination, hops } = OnionSecret.layersOf(secret)
  const { encryption } = secret
  const blob = encoding === 'raw' ? response : decodeBase64Answer(response)

  const message = decrypt(destination, encryption, blob)
  if (message !== null) return { message, encryption, downgraded: false, madeBy: 'destination' }
  if (encryption === 'xchacha20') {
    const downgraded = decrypt(destination, 'aes-gcm', blob)
    if (downgraded !== null) {
      return { message: downgraded, encryption: 'aes-gcm', downgraded: true, madeBy: 'destination' }
    }
  }
  // Relays write base64 whatever the destination does.
  const relayed = encoding === 'base64' ? blob : base64OrNull(response)
  for (let i = hops.length - 1; relayed !== null && i >= 0; i--) {
    const text = decrypt(hops[i]!, encryption, relayed)
    if (text !== null) return { message: text, encryption, downgraded: false, madeBy: i }
  }
  throw new OnionError('ONION_OPEN_FAILED', 'the answer is too short, was changed, or is for another request')
}

/** Base64 text, or the old push server's `{"result":"<base64>"}`. Protocol page 03, section 5, step 2. */
function decodeBase64Answer(response: Uint8Array): Uint8Array {
  try {
    let text = bytesToUtf8(response)
    if (text.startsWith('{')) {
      const wrapped = JSON.parse(text) as { readonly result?: unknown }
      if (typeof wrapped.result !== 'string') throw new Error('no result')
      text = wrapped.result
    }
    return base64ToBytes(text.endsWith('\n') ? text.slice(0, -1) : text)
  } catch {
    throw new OnionError('ONION_NOT_BASE64', 'the answer is not base64')
  }
}

function base64OrNull(response: Uint8Array): Uint8Array | null {
  try {
    return decodeBase64Answer(response)
  } catch {
    return null
  }
}
