import { assertBytes } from './assert.ts'
import { BENCODE_MAX_INTEGER, BENCODE_MIN_INTEGER, type BencodeDict, type BencodeValue } from './bencode.ts'
import { BytesError } from './error.ts'

/** Limits of a decoding; the defaults fit everything that the protocol sends. */
export interface DecodeBencodeOptions {
  /** Longest input in bytes. Default 10 485 760, the largest body a service node takes. */
  readonly maxBytes?: number
  /** Deepest nesting of lists and dicts. Default 32, at most 512. */
  readonly maxDepth?: number
  /** Most values in all, keys included. Default 100 000. */
  readonly maxItems?: number
}

/** No option allows more: the reader recurses, and the stack is finite. */
const DEEPEST = 512

const I = 0x69
const L = 0x6c
const D = 0x64
const E = 0x65
const COLON = 0x3a
const MINUS = 0x2d
const ZERO = 0x30
const NINE = 0x39

/**
 * Reads one canonical bencoded value that fills the whole input: integers without leading zeros, plus sign or `-0`,
 * inside int64; string lengths without leading zeros; dict keys strictly ascending by bytes. Anything else throws a
 * `BENCODE_…` code. Protocol page 05, section 2.
 *
 * The returned byte strings are copies.
 */
export function decodeBencode(bytes: Uint8Array, options: DecodeBencodeOptions = {}): BencodeValue {
  assertBytes(bytes, 'bytes')
  const { maxBytes = 10_485_760, maxDepth = 32, maxItems = 100_000 } = options
  if (bytes.length > maxBytes) {
    throw new BytesError('BENCODE_TOO_LARGE', `bencode: ${bytes.length} bytes, at most ${maxBytes} are accepted`)
  }
  let at = 0
  let items = 0

  function count(): void {
    if (++items > maxItems) throw new BytesError('BENCODE_TOO_MANY_ITEMS', `bencode: more than ${maxItems} values`)
  }

  function peek(): number {
    const byte = bytes[at]
    if (byte === undefined) throw new BytesError('BENCODE_TRUNCATED', 'bencode: ends in the middle of a value')
    return byte
  }

  function isDigit(byte: number): boolean {
    return byte >= ZERO && byte <= NINE
  }

  function readInteger(): bigint {
    const negative = peek() === MINUS
    if (negative) at++
    const start = at
    while (isDigit(peek())) {
      // 19 digits hold every int64; stopping here keeps a megabyte of digits from becoming a bigint.
      if (++at - start > 19) throw new BytesError('BENCODE_INTEGER_RANGE', 'bencode: integer outside int64')
    }
    if (at === start || peek() !== E) throw new BytesError('BENCODE_BAD_TOKEN', `bencode: bad integer at ${start}`)
    if (bytes[start] === ZERO && (at - start > 1 || negative)) {
      throw new BytesError('BENCODE_NOT_CANONICAL', `bencode: leading zero or -0 at ${start}`)
    }
    let text = negative ? '-' : ''
    for (let i = start; i < at; i++) text += String.fromCharCode(bytes[i]!)
    at++
    const value = BigInt(text)
    if (value < BENCODE_MIN_INTEGER || value > BENCODE_MAX_INTEGER) {
      throw new BytesError('BENCODE_INTEGER_RANGE', 'bencode: integer outside int64')
    }
    return value
  }

  function readString(): Uint8Array {
    const start = at
    let length = 0
    while (isDigit(peek())) {
      length = length * 10 + (bytes[at]! - ZERO)
      at++
      if (length > bytes.length)
        throw new BytesError('BENCODE_TRUNCATED', `bencode: string at ${start} runs past the end`)
    }
    if (peek() !== COLON) throw new BytesError('BENCODE_BAD_TOKEN', `bencode: bad string length at ${start}`)
    if (bytes[start] === ZERO && at - start > 1) {
      throw new BytesError('BENCODE_NOT_CANONICAL', `bencode: leading zero in a length at ${start}`)
    }
    at++
    if (at + length > bytes.length)
      throw new BytesError('BENCODE_TRUNCATED', `bencode: string at ${start} runs past the end`)
    const value = bytes.slice(at, at + length)
    at += length
    // A Buffer's slice shares memory with the caller's.
    return value.buffer === bytes.buffer ? new Uint8Array(value) : value
  }

  function readKey(previous: string | null): string {
    if (!isDigit(peek())) throw new BytesError('BENCODE_BAD_TOKEN', `bencode: dict key at ${at} is not a string`)
    const raw = readString()
    let key = ''
    for (const byte of raw) key += String.fromCharCode(byte)
    if (previous !== null && key <= previous) {
      throw new BytesError('BENCODE_NOT_CANONICAL', 'bencode: dict keys not strictly ascending')
    }
    return key
  }

  function read(depth: number): BencodeValue {
    count()
    const token = peek()
    if (isDigit(token)) return readString()
    if (token === I) {
      at++
      return readInteger()
    }
    if (token !== L && token !== D) throw new BytesError('BENCODE_BAD_TOKEN', `bencode: unexpected byte at ${at}`)
    if (depth >= maxDepth || depth >= DEEPEST)
      throw new BytesError('BENCODE_TOO_DEEP', `bencode: nested deeper than ${Math.min(Number(maxDepth), DEEPEST)}`)
    at++
    if (token === L) {
      const list: BencodeValue[] = []
      while (peek() !== E) list.push(read(depth + 1))
      at++
      return list
    }
    const dict: BencodeDict = new Map()
    let previous: string | null = null
    while (peek() !== E) {
      count()
      const key = readKey(previous)
      dict.set(key, read(depth + 1))
      previous = key
    }
    at++
    return dict
  }

  const value = read(0)
  if (at !== bytes.length) {
    throw new BytesError('BENCODE_TRAILING_BYTES', `bencode: ${bytes.length - at} bytes after the value`)
  }
  return value
}
