import { bytesToHex, bytesToUtf8 } from '@sessionkit/bytes'

/** A parameter that cannot be used: status 400, `invalid request: ` and the message. Protocol page 04, section 5.0. */
export class ParamError extends Error {}

/** Parameters of a request, from JSON or from the bencoded dict of another node. */
export class Params {
  readonly #values: ReadonlyMap<string, unknown>
  readonly bencoded: boolean

  constructor(values: ReadonlyMap<string, unknown>, bencoded: boolean) {
    this.#values = values
    this.bencoded = bencoded
  }

  static fromJson(params: Record<string, unknown>): Params {
    return new Params(new Map(Object.entries(params)), false)
  }

  /** The value, with null as absent and bencoded integers as numbers. */
  get(name: string): unknown {
    const value = this.#values.get(name)
    if (typeof value === 'bigint') return Number(value)
    // JSON knows -0, which is the integer 0 here.
    return value === null ? undefined : Object.is(value, -0) ? 0 : value
  }

  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  required(name: string): unknown {
    const value = this.get(name)
    if (value === undefined) throw new ParamError(`Required field '${name}' missing`)
    return value
  }

  /** The one of two names of a field that is given. */
  alias(name: string, other: string): string {
    if (this.has(name) && this.has(other)) throw new ParamError(`Cannot specify both '${name}' and '${other}'`)
    return this.has(other) ? other : name
  }

  integer(name: string, expected = 'integer'): number | undefined {
    const value = this.get(name)
    if (value === undefined) return undefined
    if (!Number.isSafeInteger(value)) throw invalid(name, expected)
    return value as number
  }

  boolean(name: string): boolean {
    const value = this.get(name)
    if (value === undefined) return false
    if (this.bencoded && (value === 0 || value === 1)) return value === 1
    if (typeof value !== 'boolean') throw invalid(name, 'boolean')
    return value
  }

  text(name: string): string | undefined {
    const value = this.get(name)
    return value === undefined ? undefined : this.#asText(name, value, 'string')
  }

  /** A point in time that must not be in seconds by mistake. */
  timestamp(name: string): number | undefined {
    const value = this.get(name)
    if (value === undefined) return undefined
    if (!Number.isSafeInteger(value) || (value as number) < 0) {
      throw invalid(name, 'integer timestamp (in milliseconds)')
    }
    if (!this.bencoded && (value as number) < 1_000_000_000) {
      throw new ParamError(`Invalid timestamp for '${name}': timestamp must be in milliseconds`)
    }
    return value as number
  }

  requiredTimestamp(name: string): number {
    this.required(name)
    return this.timestamp(name) as number
  }

  /** An integer that may also be decimal text: store's `timestamp` and `ttl`. */
  decimal(name: string, form: 'integer' | 'positive integer'): number | undefined {
    const value = this.get(name)
    if (value === undefined) return undefined
    const positive = form === 'positive integer'
    if (typeof value === 'string') {
      const number = Number(value)
      if (!(positive ? /^\d{1,16}$/ : /^-?\d{1,16}$/).test(value) || !Number.isSafeInteger(number)) {
        throw new ParamError(`Invalid value given for '${name}': ${JSON.stringify(value)}`)
      }
      return number + 0
    }
    if (!Number.isSafeInteger(value) || (positive && (value as number) < 0)) throw invalid(name, form)
    return value as number
  }

  namespace(): number | undefined {
    const value = this.integer('namespace', '16-bit integer')
    if (value !== undefined && (value < -32768 || value > 32767)) {
      throw new ParamError("Invalid value given for 'namespace': value out of range")
    }
    return value
  }

  namespaceOrAll(): number | 'all' {
    const value = this.get('namespace')
    if (value === undefined) return 0
    const all = value instanceof Uint8Array ? textOf(value) : value
    if (all === 'all') return 'all'
    if (!Number.isSafeInteger(value)) throw invalid('namespace', 'integer or "all"')
    return this.namespace() as number
  }

  /** A list of text, or one text in its place. */
  texts(name: string): string[] {
    const value = this.required(name)
    const list = Array.isArray(value) ? value : [value]
    return list.map((item) => this.#asText(name, item, 'string array'))
  }

  /** A list of times, or one time in its place. */
  timestamps(name: string): number[] {
    const value = this.required(name)
    const list = (Array.isArray(value) ? value : [value]).map((item) =>
      typeof item === 'bigint' ? Number(item) : item,
    )
    if (!list.every((item) => Number.isSafeInteger(item) && (item as number) >= 0)) {
      throw invalid(name, 'timestamp array')
    }
    return list as number[]
  }

  /** The 33 bytes of an account id as 66 lower-case hex digits. */
  id(name: string, message = 'Pubkey must be 66 hex digits (33 bytes) long'): string {
    const value = this.required(name)
    if (value instanceof Uint8Array && value.length === 33) return bytesToHex(value)
    const text = typeof value === 'string' ? value : value instanceof Uint8Array ? textOf(value) : undefined
    if (text === undefined) throw invalid(name, 'string')
    if (!/^[0-9a-fA-F]{66}$/.test(text)) throw new ParamError(message)
    return text.toLowerCase()
  }

  /** Bytes of a known length: raw in bencode, base64 or (where allowed) hex in JSON. */
  fixedBytes(name: string, value: unknown, length: number, hex: boolean, message: string): Uint8Array {
    if (this.bencoded && value instanceof Uint8Array && value.length === length) return value
    if (!this.bencoded && typeof value !== 'string') throw invalid(name, 'string')
    const text = typeof value === 'string' ? value : ''
    if (hex && text.length === length * 2 && /^[0-9a-fA-F]+$/.test(text)) {
      return new Uint8Array(Buffer.from(text, 'hex'))
    }
    const bytes = parseBase64(text)
    if (bytes === null || bytes.length !== length) throw new ParamError(message)
    return bytes
  }

  #asText(name: string, value: unknown, expected: string): string {
    if (typeof value === 'string') return value
    const text = this.bencoded && value instanceof Uint8Array ? textOf(value) : undefined
    if (text === undefined) throw invalid(name, expected)
    return text
  }
}

function invalid(name: string, expected: string): ParamError {
  return new ParamError(`Invalid value given for '${name}': expected ${expected}`)
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return bytesToUtf8(bytes)
  } catch {
    return undefined
  }
}

/**
 * Base64 as a node reads it: the standard alphabet, padding optional but never beyond a multiple of four, and unused
 * low bits ignored, which `base64ToBytes` of `bytes` would refuse. Null when it is not that. Protocol page 04, section 5.0.
 */
export function parseBase64(text: string): Uint8Array | null {
  const match = /^([A-Za-z0-9+/]*)(={0,2})$/.exec(text)
  if (match === null) return null
  const [, digits = '', padding = ''] = match
  if (digits.length % 4 === 1) return null
  if (padding.length > 0 && (digits.length + padding.length) % 4 !== 0) return null
  if (padding.length > 0 && digits.length % 4 === 0) return null
  return new Uint8Array(Buffer.from(digits, 'base64'))
}
