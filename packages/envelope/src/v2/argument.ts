import { type RandomSource, SecretBytes } from '@sessionkit/bytes'
import { randomBytes } from '@sessionkit/crypto'
import type { Account } from '@sessionkit/session-id'
import { V2Error } from './error.ts'
import type { HybridKeyPair } from './keys.ts'

/** Throws `V2_BAD_ARGUMENT` unless `value` is a `Uint8Array`, of `length` bytes where one is given. */
export function requireBytes(value: unknown, name: string, length?: number): asserts value is Uint8Array {
  if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length)) {
    throw new V2Error(
      'V2_BAD_ARGUMENT',
      `${name}: expected ${length === undefined ? 'a Uint8Array' : `${length} bytes`}`,
    )
  }
}

export function requireAccount(value: unknown, name: string): asserts value is Account {
  const { ed25519, x25519 } = (typeof value === 'object' && value !== null ? value : {}) as Partial<Account>
  if (!(ed25519?.publicKey instanceof Uint8Array) || !(x25519?.publicKey instanceof Uint8Array)) {
    throw new V2Error('V2_BAD_ARGUMENT', `${name}: expected an account`)
  }
}

export function requireSecret(value: unknown, name: string, length: number): asserts value is SecretBytes {
  if (!(value instanceof SecretBytes) || value.length !== length) {
    throw new V2Error('V2_BAD_ARGUMENT', `${name}: expected SecretBytes of ${length} bytes`)
  }
}

/** Throws `V2_BAD_ARGUMENT` unless `value` is a list, and every item holds two key pairs. */
export function requireKeyPairs<T>(
  value: readonly T[],
  name: string,
  keysOf: (item: T) => HybridKeyPair | undefined,
): void {
  const good = (item: T): boolean => {
    const keys = keysOf(item)
    return keys?.x25519?.publicKey instanceof Uint8Array && keys.mlKem768?.publicKey instanceof Uint8Array
  }
  if (!Array.isArray(value) || !value.every(good)) {
    throw new V2Error('V2_BAD_ARGUMENT', `${name}: expected a list of key pairs`)
  }
}

/** Unix seconds, 0 included. */
export function requireSeconds(value: unknown, name: string): asserts value is number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new V2Error('V2_BAD_ARGUMENT', `${name}: expected Unix seconds, a whole number`)
  }
}

/** `length` bytes of `random`, checked and copied, or of the platform. */
export function draw(random: RandomSource | undefined, length: number): Uint8Array {
  if (random === undefined) return randomBytes(length)
  const bytes: unknown = typeof random === 'function' ? random(length) : undefined
  requireBytes(bytes, 'random', length)
  return new Uint8Array(bytes)
}

/** The clock of a call that was given none. */
export const secondsNow = (): number => Math.floor(Date.now() / 1000)
