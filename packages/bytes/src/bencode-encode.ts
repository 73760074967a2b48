import { BENCODE_MAX_INTEGER, BENCODE_MIN_INTEGER, type BencodeInput } from './bencode.ts'
import { joinBytes } from './compare.ts'
import { BytesError } from './error.ts'
import { utf8ToBytes } from './utf8.ts'

const MAX_DEPTH = 128

/**
 * Writes canonical bencode: dict keys ascending by bytes, shortest integers. Dict keys have one character (U+0000 to
 * U+00FF) a byte; text values are written as UTF-8. Throws `BENCODE_INTEGER_RANGE` for a number that is not a safe
 * integer or a bigint outside int64, `BENCODE_BAD_VALUE` for anything else that has no bencode form.
 */
export function encodeBencode(value: BencodeInput): Uint8Array {
  const parts: Uint8Array[] = []
  write(value, parts, 0)
  return joinBytes(parts)
}

function write(value: BencodeInput, parts: Uint8Array[], depth: number): void {
  if (depth > MAX_DEPTH) throw new BytesError('BENCODE_TOO_DEEP', `bencode: nested deeper than ${MAX_DEPTH}`)
  if (typeof value === 'number' || typeof value === 'bigint') parts.push(ascii(`i${checkedInteger(value)}e`))
  else if (typeof value === 'string') writeString(utf8ToBytes(value), parts)
  else if (value instanceof Uint8Array) writeString(value, parts)
  else if (Array.isArray(value)) {
    parts.push(ascii('l'))
    for (const item of value as readonly BencodeInput[]) write(item, parts, depth + 1)
    parts.push(ascii('e'))
  } else if (value instanceof Map) {
    parts.push(ascii('d'))
    // Default order compares code units, which for one character a byte is the order of the bytes.
    for (const key of [...(value as ReadonlyMap<string, BencodeInput>).keys()].sort()) {
      writeString(keyBytes(key), parts)
      write(value.get(key) as BencodeInput, parts, depth + 1)
    }
    parts.push(ascii('e'))
  } else throw new BytesError('BENCODE_BAD_VALUE', `bencode: a ${typeof value} has no bencode form`)
}

function writeString(bytes: Uint8Array, parts: Uint8Array[]): void {
  parts.push(ascii(`${bytes.length}:`), bytes)
}

function checkedInteger(value: number | bigint): bigint {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new BytesError('BENCODE_INTEGER_RANGE', 'bencode: not a safe integer')
  }
  const big = BigInt(value)
  if (big < BENCODE_MIN_INTEGER || big > BENCODE_MAX_INTEGER) {
    throw new BytesError('BENCODE_INTEGER_RANGE', 'bencode: integer outside int64')
  }
  return big
}

function keyBytes(key: string): Uint8Array {
  if (typeof key !== 'string') throw new BytesError('BENCODE_BAD_VALUE', 'bencode: a dict key is not a string')
  const bytes = new Uint8Array(key.length)
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i)
    if (code > 255) throw new BytesError('BENCODE_BAD_VALUE', 'bencode: a dict key has a character above U+00FF')
    bytes[i] = code
  }
  return bytes
}

function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}
