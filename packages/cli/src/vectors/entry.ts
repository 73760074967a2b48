import { hexToBytes, isSessionKitError } from '@sessionkit/bytes'
import { Mismatch } from './outcome.ts'

/** One entry of an operation, as the file has it. Its fields are read with the functions of this file only. */
export type Entry = { readonly [field: string]: unknown }

export function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether the entry says anything about a field; `null` counts. */
export function has(entry: Entry, field: string): boolean {
  return Object.hasOwn(entry, field) && entry[field] !== undefined
}

export function field(entry: Entry, name: string): unknown {
  if (!has(entry, name)) throw new Mismatch(`${name}: not in the entry`)
  return entry[name]
}

export function text(entry: Entry, name: string): string {
  const value = field(entry, name)
  if (typeof value !== 'string') throw new Mismatch(`${name}: not a text`)
  return value
}

export function bytes(entry: Entry, name: string): Uint8Array {
  return hex(text(entry, name), name)
}

export function hex(value: unknown, path: string): Uint8Array {
  if (typeof value !== 'string') throw new Mismatch(`${path}: not a text`)
  try {
    return hexToBytes(value)
  } catch (cause) {
    if (isSessionKitError(cause)) throw new Mismatch(`${path}: not hex`)
    throw cause
  }
}

/** `null` and an absent field mean: not given. */
export function optional<T>(entry: Entry, name: string, read: (entry: Entry, name: string) => T): T | undefined {
  return has(entry, name) && entry[name] !== null ? read(entry, name) : undefined
}

export function integer(entry: Entry, name: string): number {
  const value = field(entry, name)
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new Mismatch(`${name}: not an integer`)
  return value
}

export function flag(entry: Entry, name: string): boolean {
  const value = field(entry, name)
  if (typeof value !== 'boolean') throw new Mismatch(`${name}: not true or false`)
  return value
}

export function list(entry: Entry, name: string): readonly unknown[] {
  const value = field(entry, name)
  if (!Array.isArray(value)) throw new Mismatch(`${name}: not a list`)
  return value
}

export function object(entry: Entry, name: string): Entry {
  const value = field(entry, name)
  if (!isEntry(value)) throw new Mismatch(`${name}: not an object`)
  return value
}

export function objects(entry: Entry, name: string): readonly Entry[] {
  return list(entry, name).map((item, i) => {
    if (!isEntry(item)) throw new Mismatch(`${name}[${i}]: not an object`)
    return item
  })
}

export function texts(entry: Entry, name: string): readonly string[] {
  return list(entry, name).map((item, i) => {
    if (typeof item !== 'string') throw new Mismatch(`${name}[${i}]: not a text`)
    return item
  })
}
