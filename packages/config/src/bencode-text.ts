import { ConfigError } from './error.ts'
import { MAX_CONFIG_DEPTH } from './limits.ts'

/** A bencoded value of any form, with byte strings written as one character a byte. */
export type RawValue = bigint | string | RawValue[] | Map<string, RawValue>

const E = 0x65
const MIN_INTEGER = -(2n ** 63n)
const MAX_INTEGER = 2n ** 63n - 1n
const MAX_UNSIGNED = 2n ** 64n - 1n

/**
 * Reads canonical bencode from text of one character a byte. Slices of one text are an order of magnitude cheaper than
 * one array a string, and a config is mostly short strings that are compared.
 */
export class BencodeReader {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  peek(): number {
    const code = this.text.charCodeAt(this.at)
    if (Number.isNaN(code)) throw bad('ends in the middle of a value')
    return code
  }

  isNext(char: string): boolean {
    return this.text[this.at] === char
  }

  isString(): boolean {
    const code = this.peek()
    return code >= 0x30 && code <= 0x39
  }

  /** Steps into a list or dict. */
  open(char: 'l' | 'd'): void {
    if (this.peek() !== char.charCodeAt(0)) throw bad(char === 'l' ? 'expected a list' : 'expected a dict')
    this.at++
  }

  /** Whether a list or dict ends here; steps out of it if so. */
  close(): boolean {
    if (this.peek() !== E) return false
    this.at++
    return true
  }

  end(): void {
    if (this.at !== this.text.length) throw bad('bytes after the value')
  }

  integer(unsigned: boolean = false): bigint {
    if (this.peek() !== 0x69) throw bad('expected an integer')
    const start = ++this.at
    if (this.peek() === 0x2d) this.at++
    const digits = this.at
    while (this.isString()) if (++this.at - digits > 20) throw bad('integer out of range')
    if (this.at === digits || this.peek() !== E) throw bad('malformed integer')
    if (this.text.charCodeAt(digits) === 0x30 && (this.at - digits > 1 || digits > start)) throw bad('leading zero')
    const value = BigInt(this.text.slice(start, this.at))
    if (value < MIN_INTEGER || value > (unsigned ? MAX_UNSIGNED : MAX_INTEGER)) throw bad('integer out of range')
    this.at++
    return value
  }

  string(): string {
    const start = this.at
    let length = 0
    while (this.isString()) {
      length = length * 10 + this.text.charCodeAt(this.at++) - 0x30
      if (length > this.text.length) throw bad('a string runs past the end')
    }
    if (this.at === start || this.peek() !== 0x3a) throw bad('malformed string')
    if (this.text.charCodeAt(start) === 0x30 && this.at - start > 1) throw bad('leading zero')
    const from = this.at + 1
    if (from + length > this.text.length) throw bad('a string runs past the end')
    this.at = from + length
    return this.text.slice(from, this.at)
  }

  /** The next key of a dict, which must sort after `previous`. */
  key(previous: string | null): string {
    const key = this.string()
    if (previous !== null && key <= previous) throw bad('keys not strictly ascending')
    return key
  }

  value(depth: number): RawValue {
    if (this.isString()) return this.string()
    if (this.isNext('i')) return this.integer(true)
    if (depth >= MAX_CONFIG_DEPTH) throw tooDeep()
    if (this.isNext('l')) {
      this.open('l')
      const list: RawValue[] = []
      while (!this.close()) list.push(this.value(depth + 1))
      return list
    }
    this.open('d')
    const dict = new Map<string, RawValue>()
    let previous: string | null = null
    while (!this.close()) {
      previous = this.key(previous)
      dict.set(previous, this.value(depth + 1))
    }
    return dict
  }
}

export function decodeRaw(text: string): RawValue {
  const reader = new BencodeReader(text)
  const value = reader.value(0)
  reader.end()
  return value
}

export function encodeRaw(value: RawValue): string {
  if (typeof value === 'bigint') return `i${value}e`
  if (typeof value === 'string') return encodeString(value)
  if (Array.isArray(value)) return `l${value.map(encodeRaw).join('')}e`
  return `d${[...value.keys()]
    .sort()
    .map((key) => encodeString(key) + encodeRaw(value.get(key) as RawValue))
    .join('')}e`
}

export function copyRaw(dict: ReadonlyMap<string, RawValue>): Map<string, RawValue> {
  return new Map([...dict].map(([key, value]) => [key, copyOf(value)]))
}

function copyOf(value: RawValue): RawValue {
  return Array.isArray(value) ? value.map(copyOf) : value instanceof Map ? copyRaw(value) : value
}

export function encodeString(text: string): string {
  return `${text.length}:${text}`
}

export function tooDeep(): ConfigError {
  return new ConfigError('CONFIG_TOO_DEEP', `nested deeper than ${MAX_CONFIG_DEPTH}`)
}

function bad(what: string): ConfigError {
  return new ConfigError('CONFIG_BAD_BENCODE', `bencode: ${what}`)
}
