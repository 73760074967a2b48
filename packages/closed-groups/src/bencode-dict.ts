import { type BencodeDict, type BencodeValue, decodeBencode, isSessionKitError } from '@sessionkit/bytes'
import { ClosedGroupError, type ClosedGroupErrorCode } from './error.ts'

/** Reads a canonical dict that fills the whole input; anything else throws `code`. */
export function decodeDict(
  bytes: Uint8Array,
  code: ClosedGroupErrorCode,
  what: string,
  limits: { readonly maxBytes?: number; readonly maxItems?: number } = {},
): BencodeDict {
  let value: BencodeValue
  try {
    value = decodeBencode(bytes, { maxDepth: 8, maxItems: 20_000, ...limits })
  } catch (cause) {
    if (!isSessionKitError(cause)) throw cause
    throw new ClosedGroupError(code, `${what}: not bencode`, { cause })
  }
  if (!(value instanceof Map)) throw new ClosedGroupError(code, `${what}: not a dict`)
  return value
}

/** A byte string of a dict, of exactly `length` bytes where that is given, or undefined. */
export function bytesField(dict: BencodeDict, key: string, length?: number): Uint8Array | undefined {
  const value = dict.get(key)
  return value instanceof Uint8Array && (length === undefined || value.length === length) ? value : undefined
}

/** A whole number from 0 to 2^53 − 1 of a dict, or undefined. */
export function countField(dict: BencodeDict, key: string): number | undefined {
  const value = dict.get(key)
  return typeof value === 'bigint' && value >= 0n && value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : undefined
}

/** A list of byte strings of a dict, or undefined. */
export function listField(dict: BencodeDict, key: string): Uint8Array[] | undefined {
  const value = dict.get(key)
  if (!Array.isArray(value)) return undefined
  return value.every((item) => item instanceof Uint8Array) ? (value as Uint8Array[]) : undefined
}
