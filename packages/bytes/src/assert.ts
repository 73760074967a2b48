import { BytesError } from './error.ts'

/**
 * Throws unless `value` is a `Uint8Array`, of exactly `length` bytes where a length is given.
 * The message names the parameter and the lengths, never the content.
 */
export function assertBytes(value: unknown, name: string, length?: number): asserts value is Uint8Array {
  if (!(value instanceof Uint8Array)) {
    throw new BytesError('BYTES_NOT_BYTES', `${name}: expected a Uint8Array, got ${describe(value)}`)
  }
  if (length !== undefined && value.length !== length) {
    throw new BytesError('BYTES_WRONG_LENGTH', `${name}: expected ${length} bytes, got ${value.length}`)
  }
}

export function assertText(value: unknown, name: string): asserts value is string {
  if (typeof value !== 'string')
    throw new BytesError('BYTES_NOT_TEXT', `${name}: expected text, got ${describe(value)}`)
}

const describe = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value
