import { EnvelopeError } from './error.ts'

/** Throws `ENVELOPE_BAD_ARGUMENT` when an argument is not bytes at all: a mistake of the caller, not of the network. */
export function requireBytes(value: unknown, name: string): asserts value is Uint8Array {
  if (!(value instanceof Uint8Array)) throw new EnvelopeError('ENVELOPE_BAD_ARGUMENT', `${name}: expected a Uint8Array`)
}

/** Whether a value is a millisecond timestamp that the wire and a number can both hold. */
export function isTimestamp(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}

export function requireTimestamp(value: unknown, name: string): asserts value is number {
  if (!isTimestamp(value)) {
    throw new EnvelopeError('ENVELOPE_BAD_TIMESTAMP', `${name}: expected milliseconds, a whole number above 0`)
  }
}
