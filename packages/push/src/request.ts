import { bytesToHex, type SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { PushError } from './error.ts'
import { checkEncKey } from './payload.ts'
import { checkService, type PushService } from './service.ts'
import { checkNamespaces, checkTimestamp, monitorText, unsubscribeText } from './signed-text.ts'
import { credentialsOf, type PushSigner } from './signer.ts'

/** Most bytes of a request's body. */
export const MAX_PUSH_BODY_BYTES = 100_000
/** Most requests in one body. */
export const MAX_PUSH_REQUESTS = 100

/** A request as it is sent: one JSON object, or one of several in an array. */
export type PushRequest = Readonly<Record<string, unknown>>

export interface BuildUnsubscribeInput {
  readonly signer: PushSigner
  /** When it is signed, in whole seconds; by the network's time where that is known. */
  readonly timestamp: number
  readonly service: PushService
  /** What the service gave the device. */
  readonly token: string
}

export interface BuildSubscribeInput extends BuildUnsubscribeInput {
  /** Which messages to be told of. Any order, each once. */
  readonly namespaces: readonly number[]
  /** Whether notifications bring the message itself. Default true: without it a typing notice looks like a message. */
  readonly data?: boolean | undefined
  /** 32 bytes of the device's own, with which the server encrypts. */
  readonly encKey: SecretBytes | Uint8Array
}

/**
 * The object that asks the push server (`POST /subscribe`) to tell a device of an account's messages. Send it again,
 * newly signed, well before 14 days have passed: the server then forgets it.
 *
 * Throws `PUSH_BAD_SIGNER`, `PUSH_BAD_NAMESPACES`, `PUSH_BAD_TIMESTAMP`, `PUSH_BAD_SERVICE`, `PUSH_BAD_TOKEN`,
 * `PUSH_BAD_KEY`, `PUSH_BAD_INPUT`. Protocol page 09, section 3.
 */
export function buildSubscribe(input: BuildSubscribeInput): PushRequest {
  const { service, token, data = true } = input
  const timestamp = checkTimestamp(input.timestamp)
  checkService(service, token)
  const key = checkEncKey(input.encKey)
  const namespaces = ascending(input.namespaces)
  checkNamespaces(namespaces)
  const { account, fields, sign } = credentialsOf(input.signer)
  const signature = sign(monitorText({ account, timestamp, data, namespaces }))
  return {
    pubkey: account,
    ...fields,
    namespaces: namespaces.map((namespace) => namespace + 0),
    data,
    sig_ts: timestamp,
    signature,
    service,
    service_info: { token },
    enc_key: bytesToHex(key),
  }
}

/**
 * The object that asks the push server (`POST /unsubscribe`) to forget a device. It needs the token: keep an old one
 * until this has succeeded.
 *
 * Throws `PUSH_BAD_SIGNER`, `PUSH_BAD_TIMESTAMP`, `PUSH_BAD_SERVICE`, `PUSH_BAD_TOKEN`. Protocol page 09, section 4.
 */
export function buildUnsubscribe(input: BuildUnsubscribeInput): PushRequest {
  const { service, token } = input
  const timestamp = checkTimestamp(input.timestamp)
  checkService(service, token)
  const { account, fields, sign } = credentialsOf(input.signer)
  const signature = sign(unsubscribeText({ account, timestamp }))
  return { pubkey: account, ...fields, sig_ts: timestamp, signature, service, service_info: { token } }
}

/**
 * The body of a request: one object, or an array for several; UTF-8 JSON.
 *
 * Throws `PUSH_BAD_INPUT` for none or more than `MAX_PUSH_REQUESTS`, `PUSH_TOO_LARGE`. Protocol page 09, section 2.
 */
export function encodePushBody(requests: PushRequest | readonly PushRequest[]): Uint8Array {
  if (Array.isArray(requests) && (requests.length < 1 || requests.length > MAX_PUSH_REQUESTS)) {
    throw new PushError('PUSH_BAD_INPUT', `requests: expected 1 to ${MAX_PUSH_REQUESTS}`)
  }
  if (typeof requests !== 'object' || requests === null) throw new PushError('PUSH_BAD_INPUT', 'requests: none given')
  const body = jsonBytes(requests)
  if (body.length > MAX_PUSH_BODY_BYTES) {
    throw new PushError('PUSH_TOO_LARGE', `a body has at most ${MAX_PUSH_BODY_BYTES} bytes, got ${body.length}`)
  }
  return body
}

function jsonBytes(value: object): Uint8Array {
  try {
    return utf8ToBytes(JSON.stringify(value))
  } catch (cause) {
    throw new PushError('PUSH_BAD_INPUT', 'requests: not what can be written as JSON', { cause })
  }
}

/** What is no list of numbers stays as it is, for `checkNamespaces` to refuse. */
function ascending(namespaces: unknown): unknown {
  if (!Array.isArray(namespaces) || !namespaces.every((namespace) => typeof namespace === 'number')) return namespaces
  return [...namespaces].sort((a, b) => a - b)
}
