import { CryptoError } from '@sessionkit/crypto'
import { type Blinded15Id, type Blinded25Id, type ParsedId, parseId, SessionIdError } from '@sessionkit/session-id'
import { OpenGroupError, type OpenGroupErrorCode } from './error.ts'

/** Bytes of a given length (any, when absent), or a coded error. */
export function requireBytes(
  value: unknown,
  name: string,
  length?: number,
  code: OpenGroupErrorCode = 'OPEN_GROUP_BAD_ARGUMENT',
): asserts value is Uint8Array {
  if (!(value instanceof Uint8Array)) throw new OpenGroupError(code, `${name}: expected a Uint8Array`)
  if (length !== undefined && value.length !== length) {
    throw new OpenGroupError(code, `${name}: expected ${length} bytes, got ${value.length}`)
  }
}

export function requireServerKey(value: unknown): asserts value is Uint8Array {
  requireBytes(value, 'serverPublicKey', 32, 'OPEN_GROUP_BAD_SERVER_KEY')
}

/** A number that paths and bodies may have: an integer, not negative, no rounding. */
export function requireInteger(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new OpenGroupError('OPEN_GROUP_BAD_ARGUMENT', `${name}: expected a non-negative integer`)
  }
  return value
}

/** An id of any prefix; the errors of `session-id` as this package's `OPEN_GROUP_BAD_ID`. */
export function readId(text: string, name: string): ParsedId {
  try {
    return parseId(text)
  } catch (cause) {
    if (cause instanceof SessionIdError) throw new OpenGroupError('OPEN_GROUP_BAD_ID', `${name}: no id`, { cause })
    throw cause
  }
}

export type BlindedId = Blinded15Id | Blinded25Id

export interface ParsedBlindedId {
  readonly id: BlindedId
  readonly prefix: '15' | '25'
  readonly publicKey: Uint8Array
}

export function readBlindedId(text: string, name: string): ParsedBlindedId {
  const { id, prefix, publicKey } = readId(text, name)
  if (prefix !== '15' && prefix !== '25') {
    throw new OpenGroupError('OPEN_GROUP_BAD_ID', `${name}: expected the prefix 15 or 25, got ${prefix}`)
  }
  return { id: id as BlindedId, prefix, publicKey }
}

/** Runs point arithmetic on keys from outside: what libsodium refuses is an invalid id. */
export function onPoints<T>(name: string, run: () => T): T {
  try {
    return run()
  } catch (cause) {
    if (
      cause instanceof CryptoError &&
      (cause.code === 'CRYPTO_BAD_PUBLIC_KEY' || cause.code === 'CRYPTO_BAD_SCALAR')
    ) {
      throw new OpenGroupError('OPEN_GROUP_BAD_POINT', `${name}: not a point that ids are made of`, { cause })
    }
    throw cause
  }
}
