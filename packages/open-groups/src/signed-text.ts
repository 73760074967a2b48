import { bytesToUtf8, concatBytes, SessionKitError, utf8ToBytes } from '@sessionkit/bytes'
import { blake2b } from '@sessionkit/crypto'
import { requireBytes } from './argument.ts'
import { OpenGroupError } from './error.ts'

const bad = (message: string, cause?: unknown): OpenGroupError =>
  new OpenGroupError('OPEN_GROUP_BAD_REQUEST', message, cause === undefined ? {} : { cause })

export function requireMethod(method: unknown): asserts method is string {
  if (typeof method !== 'string' || !/^[A-Z]{1,16}$/.test(method)) throw bad('method: expected upper-case letters')
}

export function requireEndpoint(endpoint: unknown): asserts endpoint is string {
  if (typeof endpoint !== 'string' || !endpoint.startsWith('/')) throw bad('endpoint: must start with /')
  // A fragment would not reach the server; the rest cannot stand in a request.
  if (/[\p{Cc}\p{Surrogate}#]/u.test(endpoint)) {
    throw bad('endpoint: a character that no endpoint has')
  }
}

export interface SignedRequest {
  /** Upper case. */
  readonly method: string
  /** Path and query as sent; the path may be percent-encoded or raw. */
  readonly endpoint: string
  readonly body?: Uint8Array | undefined
}

/**
 * What the signature of a request is over: server key, nonce, timestamp, method, decoded path, query, hash of the body.
 * Throws `OPEN_GROUP_BAD_REQUEST`, `OPEN_GROUP_BAD_ARGUMENT`. Protocol page 08, section 5.2.
 */
export function requestSignedBytes(
  input: SignedRequest & {
    readonly serverPublicKey: Uint8Array
    /** 16 bytes. */
    readonly nonce: Uint8Array
    /** As in the header. */
    readonly timestamp: string
  },
): Uint8Array {
  const { serverPublicKey, nonce, timestamp, method, endpoint, body } = input
  requireMethod(method)
  requireEndpoint(endpoint)
  if (body !== undefined) requireBytes(body, 'body')
  const mark = endpoint.indexOf('?')
  const path = percentDecoded(mark < 0 ? endpoint : endpoint.slice(0, mark))
  const query = mark < 0 || mark === endpoint.length - 1 ? '' : endpoint.slice(mark)
  return concatBytes(
    serverPublicKey,
    nonce,
    utf8ToBytes(timestamp + method),
    path,
    utf8ToBytes(query),
    body === undefined || body.length === 0 ? new Uint8Array(0) : blake2b({ message: body, length: 64 }),
  )
}

/** UTF-8 of a path whose percent-encoding is undone; a `%` that encodes nothing stands for itself. */
function percentDecoded(path: string): Uint8Array {
  const given = utf8ToBytes(path)
  const bytes = new Uint8Array(given.length)
  let length = 0
  for (let i = 0; i < given.length; i++) {
    const value = given[i] === 0x25 ? hexDigit(given[i + 1]) * 16 + hexDigit(given[i + 2]) : Number.NaN
    if (Number.isNaN(value)) bytes[length++] = given[i]!
    else {
      bytes[length++] = value
      i += 2
    }
  }
  const decoded = bytes.slice(0, length)
  try {
    bytesToUtf8(decoded)
  } catch (cause) {
    if (cause instanceof SessionKitError) throw bad('endpoint: the path is not UTF-8', cause)
    throw cause
  }
  return decoded
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return Number.NaN
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : Number.NaN
}
