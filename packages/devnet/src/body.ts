import type { BencodeInput, BencodeValue } from '@sessionkit/bytes'
import { bytesToBase64, bytesToUtf8, decodeBencode, encodeBencode } from '@sessionkit/bytes'

/** A value of an answer. Bytes are base64 text in JSON and raw in bencode; a bigint is a JSON number of any size. */
export type BodyValue = null | boolean | number | bigint | string | Uint8Array | readonly BodyValue[] | BodyObject
export interface BodyObject {
  readonly [name: string]: BodyValue
}

/** JSON text with sorted keys. `JSON.stringify` could write neither a swarm id (u64) nor bytes. */
export function bodyToJson(value: BodyValue): string {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Uint8Array) return JSON.stringify(bytesToBase64(value))
  if (Array.isArray(value)) return `[${value.map(bodyToJson).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const object = value as BodyObject
  const fields = Object.keys(object).sort()
  return `{${fields.map((name) => `${JSON.stringify(name)}:${bodyToJson(object[name] ?? null)}`).join(',')}}`
}

/** Answers between nodes are bencoded, so a boolean arrives as 1 or 0. Protocol page 04, section 5.0. */
export function bodyToBencode(value: BodyValue): Uint8Array {
  return encodeBencode(toInput(value))
}

function toInput(value: BodyValue): BencodeInput {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    typeof value === 'string' ||
    value instanceof Uint8Array
  )
    return value
  if (value === null) return ''
  if (Array.isArray(value)) return value.map(toInput)
  const entries = Object.entries(value as BodyObject).filter(([, item]) => item !== null)
  return new Map(entries.map(([name, item]) => [name, toInput(item)]))
}

/** The answer of a swarm member as an entry for the client, or null when it is not a bencoded dict of text. */
export function entryFromBencode(bytes: Uint8Array): Record<string, BodyValue> | null {
  try {
    const value = decodeBencode(bytes)
    if (!(value instanceof Map)) return null
    const entry: Record<string, BodyValue> = {}
    for (const [name, item] of value) {
      entry[name] = name === 'signature' && item instanceof Uint8Array ? item : fromValue(item)
    }
    return entry
  } catch {
    return null
  }
}

function fromValue(value: BencodeValue): BodyValue {
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Uint8Array) return bytesToUtf8(value)
  if (Array.isArray(value)) return value.map(fromValue)
  return Object.fromEntries([...value].map(([name, item]) => [name, fromValue(item)]))
}
