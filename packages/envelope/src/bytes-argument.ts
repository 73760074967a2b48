import type { Account } from '@sessionkit/session-id'
import { EnvelopeError } from './error.ts'

/** Throws `ENVELOPE_BAD_ARGUMENT` when an argument is not bytes at all: a mistake of the caller, not of the network. */
export function requireBytes(value: unknown, name: string): asserts value is Uint8Array {
  if (!(value instanceof Uint8Array)) throw new EnvelopeError('ENVELOPE_BAD_ARGUMENT', `${name}: expected a Uint8Array`)
}

/** Throws `ENVELOPE_BAD_ARGUMENT` for what has no fields at all. */
export function requireObject(value: unknown, name: string): asserts value is object {
  if (typeof value !== 'object' || value === null) {
    throw new EnvelopeError('ENVELOPE_BAD_ARGUMENT', `${name}: expected an object`)
  }
}

/** Throws `ENVELOPE_BAD_ARGUMENT` unless `value` has the key pairs of an account; crypto checks what is in them. */
export function requireAccount(value: unknown, name: string): asserts value is Account {
  requireObject(value, name)
  const { ed25519, x25519 } = value as Partial<Account>
  if (!(ed25519?.publicKey instanceof Uint8Array) || !(x25519?.publicKey instanceof Uint8Array)) {
    throw new EnvelopeError('ENVELOPE_BAD_ARGUMENT', `${name}: expected an account`)
  }
}

/** Throws `ENVELOPE_BAD_ARGUMENT` unless `value` has an X25519 pair to receive with. */
export function requireRecipient(value: unknown, name: string): asserts value is Pick<Account, 'x25519'> {
  requireObject(value, name)
  if (!((value as Partial<Account>).x25519?.publicKey instanceof Uint8Array)) {
    throw new EnvelopeError('ENVELOPE_BAD_ARGUMENT', `${name}: expected an account or a key pair under x25519`)
  }
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
