import {
  assertBytes,
  type BencodeDict,
  type BencodeValue,
  bytesToUtf8,
  decodeBencode,
  isSessionKitError,
} from '@sessionkit/bytes'
import { type AccountId, parseId, SessionIdError } from '@sessionkit/session-id'
import { PushError } from './error.ts'
import { MAX_PAYLOAD_BYTES } from './payload.ts'
import { isNamespace } from './signed-text.ts'

/** What a notification says of a message. Times in milliseconds. Protocol page 09, section 5.2. */
export interface NotificationMetadata {
  /** In whose swarm the message lies. */
  readonly account: AccountId
  /** Its storage hash. */
  readonly hash: string
  /** Undefined when the server gave null, or what is no namespace: then nobody knows where the message lies. */
  readonly namespace: number | undefined
  /** Undefined of servers before September 2023, as is `expiry`. */
  readonly timestamp: number | undefined
  readonly expiry: number | undefined
  /** Length of the data, also of data that was left out; undefined when none was asked for. */
  readonly dataLength: number | undefined
  /** Whether the data was left out because it is too long. */
  readonly isTruncated: boolean
}

export interface ParsedNotification {
  readonly metadata: NotificationMetadata
  readonly data: Uint8Array | undefined
  /** How the metadata was written. `dict` is what a server before January 2025 sent without data. */
  readonly form: 'json' | 'dict'
}

const MIN_HASH_CHARACTERS = 32
const MAX_HASH_CHARACTERS = 99

/**
 * Reads the list in a decrypted notification. It judges nothing: a length that is not the data's, or data that should
 * have been left out, are seen by `openNotification`.
 *
 * Throws `PUSH_BAD_LIST`, `PUSH_BAD_METADATA`. Protocol page 09, sections 5.1, 5.2 and 10.
 */
export function parseNotification(plaintext: Uint8Array): ParsedNotification {
  const list = listOf(plaintext)
  const [first, data] = list
  if (data !== undefined && !(data instanceof Uint8Array)) throw badList('its second element is no string')
  if (first instanceof Map) return { metadata: metadataOf(fieldsOfDict(first)), data, form: 'dict' }
  if (first instanceof Uint8Array) return { metadata: metadataOf(fieldsOfJson(first)), data, form: 'json' }
  throw badList('its first element is no metadata')
}

function listOf(plaintext: Uint8Array): BencodeValue[] {
  assertBytes(plaintext, 'plaintext')
  let value: BencodeValue
  try {
    value = decodeBencode(plaintext, { maxBytes: MAX_PAYLOAD_BYTES, maxDepth: 4, maxItems: 1000 })
  } catch (cause) {
    if (!isSessionKitError(cause)) throw cause
    throw new PushError('PUSH_BAD_LIST', 'notification: not a bencoded list', { cause })
  }
  if (!Array.isArray(value)) throw badList('not a list')
  return value
}

type Fields = ReadonlyMap<string, unknown>

function fieldsOfJson(bytes: Uint8Array): Fields {
  let value: unknown
  try {
    value = JSON.parse(bytesToUtf8(bytes))
  } catch {
    // Not as a cause: the parser's message quotes the text.
    throw badMetadata('not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badMetadata('not an object')
  return new Map(Object.entries(value))
}

/** Integers within 2^53 as numbers; strings as text where they are; the rest as nothing that a field could be. */
function fieldsOfDict(dict: BencodeDict): Fields {
  return new Map([...dict].map(([key, value]) => [key, plain(value)]))
}

function plain(value: BencodeValue): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : Number.NaN
  if (!(value instanceof Uint8Array)) return Number.NaN
  try {
    return bytesToUtf8(value)
  } catch {
    return Number.NaN
  }
}

function metadataOf(fields: Fields): NotificationMetadata {
  const hash = fields.get('#')
  if (typeof hash !== 'string' || hash.length < MIN_HASH_CHARACTERS || hash.length > MAX_HASH_CHARACTERS) {
    throw badMetadata(`"#" is no text of ${MIN_HASH_CHARACTERS} to ${MAX_HASH_CHARACTERS} characters`)
  }
  const namespace = fields.get('n')
  return {
    account: accountOf(fields.get('@')),
    hash,
    namespace: isNamespace(namespace) ? namespace + 0 : undefined,
    timestamp: count(fields, 't'),
    expiry: count(fields, 'z'),
    dataLength: count(fields, 'l'),
    isTruncated: flag(fields.get('B')),
  }
}

function accountOf(value: unknown): AccountId {
  try {
    return parseId(value as string).id
  } catch (cause) {
    if (!(cause instanceof SessionIdError)) throw cause
    throw new PushError('PUSH_BAD_METADATA', 'metadata: "@" is no id', { cause })
  }
}

function count(fields: Fields, name: string): number | undefined {
  const value = fields.get(name)
  if (value === undefined || value === null) return undefined
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw badMetadata(`"${name}" is no whole number`)
  return (value as number) + 0
}

function flag(value: unknown): boolean {
  if (value === undefined || value === null) return false
  if (typeof value === 'boolean') return value
  if (!Number.isSafeInteger(value)) throw badMetadata('"B" is neither true nor false')
  return value !== 0
}

const badList = (message: string): PushError => new PushError('PUSH_BAD_LIST', `notification: ${message}`)
const badMetadata = (message: string): PushError => new PushError('PUSH_BAD_METADATA', `metadata: ${message}`)
