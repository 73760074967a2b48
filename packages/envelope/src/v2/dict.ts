import { type BencodeValue, BytesError, concatBytes, decodeBencode, utf8ToBytes } from '@sessionkit/bytes'
import { V2Error } from './error.ts'

/** One top-level key of a dict as it was received. */
export interface RawEntry {
  /** Offset of the key's own length prefix: what is signed ends here. */
  readonly at: number
  readonly value: BencodeValue
}

/** A received dict with the place of every key, since signatures are over the received bytes. */
export interface RawDict {
  readonly bytes: Uint8Array
  readonly entries: ReadonlyMap<string, RawEntry>
}

/**
 * Reads a dict that fills `bytes`. Unknown keys are kept: readers skip them, wherever they sort. Throws
 * `V2_BAD_FORMAT`. Protocol page 10, section 2.
 */
export function readDict(bytes: Uint8Array): RawDict {
  let decoded: BencodeValue
  try {
    decoded = decodeBencode(bytes, { maxDepth: 16, maxItems: 10_000 })
  } catch (cause) {
    if (!(cause instanceof BytesError)) throw cause
    throw new V2Error('V2_BAD_FORMAT', 'not canonical bencode', { cause })
  }
  if (!(decoded instanceof Map)) throw new V2Error('V2_BAD_FORMAT', 'not a bencoded dict')
  const entries = new Map<string, RawEntry>()
  let at = 1
  // The encoding is canonical, so lengths follow from the values.
  for (const [key, value] of decoded) {
    entries.set(key, { at, value })
    at += stringSize(key.length) + sizeOf(value)
  }
  return { bytes, entries }
}

const stringSize = (length: number): number => `${length}:`.length + length

/** Bytes of a value in canonical bencode. */
function sizeOf(value: BencodeValue): number {
  if (typeof value === 'bigint') return `i${value}e`.length
  if (value instanceof Uint8Array) return stringSize(value.length)
  let size = 2
  if (Array.isArray(value)) for (const item of value) size += sizeOf(item)
  else for (const [key, item] of value) size += stringSize(key.length) + sizeOf(item)
  return size
}

/** A byte string of `length` bytes under `key`. Throws `V2_BAD_FORMAT` where it is missing or another thing. */
export function bytesOf(dict: RawDict, key: string, length?: number): Uint8Array {
  const value = dict.entries.get(key)?.value
  if (!(value instanceof Uint8Array)) throw new V2Error('V2_BAD_FORMAT', `key ${key}: no byte string`)
  if (length !== undefined && value.length !== length) {
    throw new V2Error('V2_BAD_FORMAT', `key ${key}: expected ${length} bytes, got ${value.length}`)
  }
  return value
}

export function optionalBytesOf(dict: RawDict, key: string, length?: number): Uint8Array | undefined {
  return dict.entries.has(key) ? bytesOf(dict, key, length) : undefined
}

/** What a signature under `key` is over: everything before that key, the leading `d` included. */
export function signedPart(dict: RawDict, key: string): Uint8Array {
  const entry = dict.entries.get(key)
  if (entry === undefined) throw new V2Error('V2_BAD_FORMAT', `key ${key}: missing`)
  // Copied: a Buffer's slice is the caller's memory.
  return new Uint8Array(dict.bytes.subarray(0, entry.at))
}

/** A key and its byte string, as they stand in a dict. */
export function pair(key: string, value: Uint8Array): Uint8Array {
  return concatBytes(utf8ToBytes(`${key.length}:${key}${value.length}:`), value)
}

/** The bytes without the zeros at their end. A dict ends with `e`, so none of its own are lost. */
export function withoutZeros(bytes: Uint8Array): Uint8Array {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end--
  return bytes.subarray(0, end)
}
