import { bytesToHex, isSessionKitError } from '@sessionkit/bytes'
import { type Entry, has } from './entry.ts'
import { Mismatch } from './outcome.ts'

/**
 * Compares what we computed with the entry's field of that name. A field that the entry does not have is not compared.
 * Byte strings are compared as lower-case hex, objects without regard to the order of their keys.
 */
export function expectField(entry: Entry, name: string, got: unknown, path: string = name): void {
  if (has(entry, name)) expectSame(path, entry[name], got)
}

export function expectSame(path: string, expected: unknown, got: unknown): void {
  const difference = firstDifference(path, plain(expected), plain(got))
  if (difference !== undefined) {
    throw new Mismatch(`${difference.path}: expected ${shown(difference.expected)}, got ${shown(difference.got)}`)
  }
}

/**
 * Runs something that must refuse. Only a typed error of ours is a refusal: a TypeError or a RangeError is a crash, and
 * an error that says that we were not ready would refuse everything. Answers the error.
 */
export function expectRefusal(what: string, attempt: () => unknown): { readonly code: string } {
  let got: unknown
  try {
    got = attempt()
  } catch (error) {
    if (!isSessionKitError(error)) throw error
    if (error.code === 'CRYPTO_NOT_READY') throw new Mismatch(`${what}: crypto was not ready`)
    return error
  }
  throw new Mismatch(`${what}: expected a refusal, got ${shown(plain(got))}`)
}

interface Difference {
  readonly path: string
  readonly expected: unknown
  readonly got: unknown
}

function firstDifference(path: string, expected: unknown, got: unknown): Difference | undefined {
  if (Object.is(expected, got) || (expected === 0 && got === 0)) return undefined
  if (Array.isArray(expected) && Array.isArray(got)) {
    const length = Math.max(expected.length, got.length)
    for (let i = 0; i < length; i++) {
      const found = firstDifference(`${path}[${i}]`, expected[i], got[i])
      if (found !== undefined) return found
    }
    return undefined
  }
  if (isObject(expected) && isObject(got)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(got)])) {
      const found = firstDifference(`${path}.${key}`, own(expected, key), own(got, key))
      if (found !== undefined) return found
    }
    return undefined
  }
  return { path, expected, got }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const own = (value: Record<string, unknown>, key: string): unknown =>
  Object.hasOwn(value, key) ? value[key] : undefined

/** Our values as the files write them: bytes as hex. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return bytesToHex(value)
  if (Array.isArray(value)) return value.map(plain)
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
  return value
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : typeof value === 'bigint' ? `${value}` : JSON.stringify(value)
  return text.length > 64 ? `${text.slice(0, 63)}…` : text
}
