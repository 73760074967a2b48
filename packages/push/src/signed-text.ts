import { utf8ToBytes } from '@sessionkit/bytes'
import { PushError } from './error.ts'

/** A subscription's signature is refused, and the subscription deleted, when it is this old. */
export const MONITOR_MAX_AGE_SECONDS: number = 14 * 86_400
/** How far ahead of the server's clock a signature may be; an unsubscribing one may be as far behind, too. */
export const MONITOR_MAX_FUTURE_SECONDS = 86_400

const MAX_NAMESPACES = 1000
/** In seconds this is thousands of years away; in milliseconds it is 1973. */
const LEAST_MILLISECONDS = 100_000_000_000

/**
 * What the signature of a subscription covers; storage nodes check the same text. `timestamp` in seconds, namespaces
 * ascending.
 *
 * Throws `PUSH_BAD_NAMESPACES`, `PUSH_BAD_TIMESTAMP`, `PUSH_BAD_INPUT`. Protocol page 09, section 3.2.
 */
export function monitorText(input: {
  readonly account: string
  readonly timestamp: number
  readonly data: boolean
  readonly namespaces: readonly number[]
}): Uint8Array {
  checkNamespaces(input.namespaces)
  if (typeof input.data !== 'boolean') throw new PushError('PUSH_BAD_INPUT', 'data: expected true or false')
  const head = `MONITOR${checkAccount(input.account)}${checkTimestamp(input.timestamp)}`
  return utf8ToBytes(`${head}${input.data ? '1' : '0'}${input.namespaces.map((n) => n + 0).join(',')}`)
}

/** What the signature of an unsubscription covers. Errors as `monitorText`. Protocol page 09, section 4. */
export function unsubscribeText(input: { readonly account: string; readonly timestamp: number }): Uint8Array {
  return utf8ToBytes(`UNSUBSCRIBE${checkAccount(input.account)}${checkTimestamp(input.timestamp)}`)
}

/** Throws `PUSH_BAD_NAMESPACES` unless there are some, 16-bit integers, strictly ascending. */
export function checkNamespaces(namespaces: unknown): asserts namespaces is readonly number[] {
  const isList = Array.isArray(namespaces) && namespaces.length > 0 && namespaces.length <= MAX_NAMESPACES
  if (!isList) throw badNamespaces('expected a list that is neither empty nor endless')
  let last = -32_769
  for (const namespace of namespaces as unknown[]) {
    if (!isNamespace(namespace)) throw badNamespaces('expected integers from -32768 to 32767')
    if (namespace <= last) throw badNamespaces('expected ascending order, each once')
    last = namespace
  }
}

export const isNamespace = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= -32_768 && (value as number) <= 32_767

const badNamespaces = (message: string): PushError => new PushError('PUSH_BAD_NAMESPACES', `namespaces: ${message}`)

function checkAccount(account: unknown): string {
  if (typeof account !== 'string' || !/^[0-9a-f]{66}$/.test(account)) {
    throw new PushError('PUSH_BAD_INPUT', 'account: expected 66 lower-case hex characters')
  }
  return account
}

/** Seconds. Milliseconds would be signed without a complaint and refused by the server. */
export function checkTimestamp(timestamp: unknown): number {
  const isSeconds = Number.isSafeInteger(timestamp) && (timestamp as number) > 0
  if (!isSeconds || (timestamp as number) >= LEAST_MILLISECONDS) {
    throw new PushError('PUSH_BAD_TIMESTAMP', 'timestamp: expected whole seconds since 1970')
  }
  return timestamp as number
}
