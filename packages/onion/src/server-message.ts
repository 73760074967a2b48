import { bytesToUtf8, concatBytes, utf8ToBytes } from '@sessionkit/bytes'
import { OnionError } from './error.ts'
import { MAX_ONION_BYTES } from './limits.ts'

// v4 (protocol page 03, section 6): a bencoded list of one or two byte strings, `l` meta [body] `e`; meta is JSON.

/** The onion target of every current server. */
export const SERVER_TARGET = '/oxen/v4/lsrpc'

export interface ServerRequest {
  readonly method: string
  /** Starts with `/`; may have a query. */
  readonly endpoint: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

export interface ServerResponse {
  /** 100 to 599. */
  readonly code: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** The payload of an onion request to a server. Throws `ONION_BAD_V4`, `ONION_TOO_LARGE`. */
export function encodeServerRequest(request: ServerRequest): Uint8Array {
  const { method, endpoint, headers = {}, body } = request
  if (typeof method !== 'string' || !/^[A-Z]{1,16}$/.test(method))
    throw new OnionError('ONION_BAD_V4', 'method: expected upper-case letters')
  if (typeof endpoint !== 'string' || !endpoint.startsWith('/'))
    throw new OnionError('ONION_BAD_V4', 'endpoint: must start with /')
  return encodeList(
    `{"endpoint":${JSON.stringify(endpoint)},"headers":${headersJson(headers)},"method":"${method}"}`,
    body,
  )
}

/** The server's side. Throws `ONION_BAD_V4`; a server then answers code 400 inside the encryption. */
export function decodeServerRequest(bytes: Uint8Array): ServerRequest {
  const { meta, body } = decodeList(bytes)
  const { method, endpoint } = meta
  if (typeof method !== 'string' || typeof endpoint !== 'string' || !endpoint.startsWith('/')) {
    throw new OnionError('ONION_BAD_V4', 'v4 request: method or endpoint missing')
  }
  return { method, endpoint, headers: headersOf(meta.headers), ...(body === undefined ? {} : { body }) }
}

/** The server's side: always two strings. */
export function encodeServerResponse(response: ServerResponse): Uint8Array {
  checkCode(response.code)
  return encodeList(`{"code":${response.code},"headers":${headersJson(response.headers)}}`, response.body)
}

/** Reads a server's decrypted answer. Throws `ONION_BAD_V4`. */
export function decodeServerResponse(bytes: Uint8Array): ServerResponse {
  const { meta, body } = decodeList(bytes)
  checkCode(meta.code)
  return { code: meta.code as number, headers: headersOf(meta.headers), body: body ?? new Uint8Array(0) }
}

/** Sorted by hand: an object puts names that look like numbers first. */
function headersJson(headers: unknown): string {
  const checked = headersOf(headers)
  const names = Object.keys(checked).sort()
  return `{${names.map((name) => `${JSON.stringify(name)}:${JSON.stringify(checked[name])}`).join(',')}}`
}

function encodeList(meta: string, body: Uint8Array | undefined): Uint8Array {
  if (body !== undefined && !(body instanceof Uint8Array))
    throw new OnionError('ONION_BAD_V4', 'v4 message: the body is not bytes')
  const bytes = utf8ToBytes(meta)
  const parts = [utf8ToBytes(`l${bytes.length}:`), bytes]
  if (body !== undefined) parts.push(utf8ToBytes(`${body.length}:`), body)
  const list = concatBytes(...parts, utf8ToBytes('e'))
  if (list.length > MAX_ONION_BYTES) throw new OnionError('ONION_TOO_LARGE', `v4 message of ${list.length} bytes`)
  return list
}

function decodeList(bytes: Uint8Array): { meta: Record<string, unknown>; body: Uint8Array | undefined } {
  if (!(bytes instanceof Uint8Array)) throw new OnionError('ONION_BAD_V4', 'v4 message: expected bytes')
  if (bytes.length > MAX_ONION_BYTES) throw new OnionError('ONION_TOO_LARGE', `v4 message of ${bytes.length} bytes`)
  if (bytes[0] !== 0x6c || bytes[bytes.length - 1] !== 0x65)
    throw new OnionError('ONION_BAD_V4', 'v4 message: not a list')
  const end = bytes.length - 1
  const first = readString(bytes, 1, end)
  const second = first.next === end ? undefined : readString(bytes, first.next, end)
  if ((second ?? first).next !== end) throw new OnionError('ONION_BAD_V4', 'v4 message: more than two strings')
  let meta: unknown
  try {
    meta = JSON.parse(bytesToUtf8(first.value))
  } catch {
    throw new OnionError('ONION_BAD_V4', 'v4 message: metadata is not JSON')
  }
  if (typeof meta !== 'object' || meta === null || Array.isArray(meta))
    throw new OnionError('ONION_BAD_V4', 'v4 message: metadata is not an object')
  return { meta: meta as Record<string, unknown>, body: second?.value }
}

function readString(bytes: Uint8Array, at: number, end: number): { value: Uint8Array; next: number } {
  let length = 0
  let i = at
  for (; i < end && bytes[i]! >= 0x30 && bytes[i]! <= 0x39 && length <= end; i++)
    length = length * 10 + bytes[i]! - 0x30
  if (i === at || bytes[i] !== 0x3a || (bytes[at] === 0x30 && i - at > 1) || i + 1 + length > end) {
    throw new OnionError('ONION_BAD_V4', 'v4 message: bad string length')
  }
  return { value: new Uint8Array(bytes.subarray(i + 1, i + 1 + length)), next: i + 1 + length }
}

function checkCode(code: unknown): void {
  if (typeof code !== 'number' || !Number.isInteger(code) || code < 100 || code > 599) {
    throw new OnionError('ONION_BAD_V4', 'v4 answer: code must be a whole number from 100 to 599')
  }
}

function headersOf(value: unknown): Record<string, string> {
  if (value === undefined) return {}
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new OnionError('ONION_BAD_V4', 'v4 message: headers is not an object')
  const entries = Object.entries(value)
  if (entries.length > 100 || entries.some(([, v]) => typeof v !== 'string' && typeof v !== 'number')) {
    throw new OnionError('ONION_BAD_V4', 'v4 message: headers must be at most 100 texts')
  }
  return Object.fromEntries(entries.map(([k, v]) => [k, String(v)]))
}
