import { ConfigError } from './error.ts'

/** An int64, or a byte string written as one character (U+0000 to U+00FF) a byte. */
export type ConfigScalar = bigint | string
export type ConfigSet = Set<ConfigScalar>
export type ConfigDict = Map<string, ConfigValue>
export type ConfigValue = ConfigScalar | ConfigSet | ConfigDict
export type ConfigKind = 'scalar' | 'set' | 'dict'

export function kindOf(value: ConfigValue): ConfigKind {
  return value instanceof Map ? 'dict' : value instanceof Set ? 'set' : 'scalar'
}

/** The bytes as text of one character a byte: the form of keys and strings inside a config. */
export function bytesToBinary(bytes: Uint8Array): string {
  if (!(bytes instanceof Uint8Array)) throw new ConfigError('CONFIG_BAD_ARGUMENT', 'bytes: expected a Uint8Array')
  let text = ''
  for (let i = 0; i < bytes.length; i += 8192) {
    text += String.fromCharCode.apply(null, bytes.subarray(i, i + 8192) as unknown as number[])
  }
  return text
}

/** The opposite of `bytesToBinary`; `CONFIG_BAD_ARGUMENT` for a character above U+00FF. */
export function binaryToBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 255) throw new ConfigError('CONFIG_BAD_ARGUMENT', 'a character above U+00FF is no byte')
    bytes[i] = code
  }
  return bytes
}

/** Integers before strings, integers by value, strings by bytes. */
export function compareScalars(a: ConfigScalar, b: ConfigScalar): number {
  if (typeof a !== typeof b) return typeof a === 'bigint' ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}

export function copyDict(dict: ConfigDict): ConfigDict {
  const copy: ConfigDict = new Map()
  for (const [key, value] of dict) copy.set(key, copyValue(value))
  return copy
}

export function copyValue(value: ConfigValue): ConfigValue {
  if (value instanceof Map) return copyDict(value)
  return value instanceof Set ? new Set(value) : value
}

/** Removes empty sets and dicts below `dict`, depth first. */
export function prune(dict: ConfigDict): void {
  for (const [key, value] of dict) {
    if (value instanceof Map) prune(value)
    if ((value instanceof Map || value instanceof Set) && value.size === 0) dict.delete(key)
  }
}

export function equalValues(a: ConfigValue | undefined, b: ConfigValue | undefined): boolean {
  if (a instanceof Map && b instanceof Map) {
    if (a.size !== b.size) return false
    for (const [key, value] of a) if (!b.has(key) || !equalValues(value, b.get(key))) return false
    return true
  }
  if (a instanceof Set && b instanceof Set) {
    if (a.size !== b.size) return false
    for (const member of a) if (!b.has(member)) return false
    return true
  }
  return a === b
}

/** Throws unless the value is one that a config can hold below `depth` dicts. */
export function checkValue(value: unknown, depth: number = 0): asserts value is ConfigValue {
  if (depth > 28) throw new ConfigError('CONFIG_TOO_DEEP', 'the value is nested too deeply')
  if (value instanceof Map) {
    for (const [key, item] of value) {
      checkKey(key)
      checkValue(item, depth + 1)
    }
    return
  }
  if (value instanceof Set) {
    for (const member of value) if (typeof member !== 'bigint' && typeof member !== 'string') throw badValue()
    for (const member of value) checkValue(member, depth + 1)
    return
  }
  if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) return
  if (typeof value === 'string' && isBinary(value)) return
  throw badValue()
}

export function checkKey(key: unknown): asserts key is string {
  if (typeof key !== 'string' || !isBinary(key)) throw badValue()
}

function isBinary(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 255) return false
  return true
}

function badValue(): ConfigError {
  return new ConfigError('CONFIG_BAD_ARGUMENT', 'value: expected int64, bytes as text, or sets and dicts of them')
}
