import { base64ToBytes, bytesToBase64, SessionKitError, utf8ToBytes } from '@sessionkit/bytes'
import { readId, requireBytes, requireInteger } from './argument.ts'
import { OpenGroupError } from './error.ts'
import { MAX_LIST_LIMIT, MAX_REACTION_LENGTH, MAX_REACTORS } from './limits.ts'
import { requireRoom } from './room-token.ts'

export type CommunityMethod = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** A request to a server, unsigned: what a v4 onion request or plain HTTP carries. */
export interface CommunityRequest {
  readonly method: CommunityMethod
  /** Path, percent-encoded, and query. */
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

/** Which parameters of a list of messages the server gets; its own defaults where absent. */
export interface ListOptions {
  /** 1 to 256; the server's default is 100. */
  readonly limit?: number | undefined
  /** Reactors that come with each reaction, 0 to 20; the server's default is 4. */
  readonly reactors?: number | undefined
}

export const JSON_TYPE = 'application/json'
export const BYTES_TYPE = 'application/octet-stream'

export function get(
  endpoint: string,
  query: Readonly<Record<string, string | number | undefined>> = {},
): CommunityRequest {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  const text = given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')
  return { method: 'GET', endpoint: text === '' ? endpoint : `${endpoint}?${text}`, headers: {} }
}

export const remove = (endpoint: string): CommunityRequest => ({ method: 'DELETE', endpoint, headers: {} })

/** A request with a JSON body; fields that are undefined are left out. */
export function sendJson(method: 'POST' | 'PUT', endpoint: string, json: object): CommunityRequest {
  return { method, endpoint, headers: { 'Content-Type': JSON_TYPE }, body: jsonBytes(json) }
}

/** Throws `OPEN_GROUP_BAD_ARGUMENT` for text that has no UTF-8. */
export function jsonBytes(json: unknown): Uint8Array {
  return onText(() => utf8ToBytes(JSON.stringify(json)))
}

export function roomPath(room: string): string {
  requireRoom(room)
  return `/room/${room}`
}

export const idPath = (value: unknown, name: string): string => String(requireInteger(value, name))

/** `05…` or `15…`, in lower case: what the server's paths accept. */
export function userPath(user: string): string {
  const { id, prefix } = readId(user, 'user')
  if (prefix === '05' || prefix === '15') return id
  throw new OpenGroupError('OPEN_GROUP_BAD_ID', `user: expected the prefix 05 or 15, got ${prefix}`)
}

/** A reaction: any text of 1 to 12 code points. */
export function isReaction(emoji: unknown): emoji is string {
  if (typeof emoji !== 'string' || emoji.length === 0 || emoji.length > 2 * MAX_REACTION_LENGTH) return false
  return [...emoji].length <= MAX_REACTION_LENGTH && !/\p{Surrogate}/u.test(emoji)
}

export function reactionPath(emoji: string): string {
  if (isReaction(emoji)) return encodeURIComponent(emoji)
  throw new OpenGroupError('OPEN_GROUP_BAD_ARGUMENT', `emoji: expected 1 to ${MAX_REACTION_LENGTH} code points`)
}

export function listQuery(options: ListOptions): { limit: number | undefined; reactors: number | undefined } {
  const { limit, reactors } = options
  return { limit: inRange(limit, 'limit', 1, MAX_LIST_LIMIT), reactors: inRange(reactors, 'reactors', 0, MAX_REACTORS) }
}

export function inRange(value: number | undefined, name: string, least: number, most: number): number | undefined {
  if (value === undefined) return undefined
  if (requireInteger(value, name) >= least && value <= most) return value
  throw new OpenGroupError('OPEN_GROUP_BAD_ARGUMENT', `${name}: expected ${least} to ${most}`)
}

export function base64Field(value: unknown, name: string, length?: number): string {
  requireBytes(value, name, length)
  return bytesToBase64(value)
}

/** Undefined for what is not base64. */
export function bytesOfBase64(text: string): Uint8Array | undefined {
  try {
    return base64ToBytes(text)
  } catch (error) {
    if (error instanceof SessionKitError) return undefined
    throw error
  }
}

export function onText<T>(run: () => T): T {
  try {
    return run()
  } catch (cause) {
    if (cause instanceof SessionKitError || cause instanceof URIError) {
      throw new OpenGroupError('OPEN_GROUP_BAD_ARGUMENT', 'a text has no UTF-8 form', { cause })
    }
    throw cause
  }
}
