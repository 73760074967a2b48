import { equalBytes } from '@sessionkit/bytes'
import { requireSeconds } from './argument.ts'
import type { HybridPublicKeys } from './keys.ts'
import { KEYS_EXPIRE, KEYS_FRESH, NO_KEYS_RETRY } from './limits.ts'

/** What is known of one account's keys. Times are Unix seconds. */
export interface KeyRow {
  readonly keys?: HybridPublicKeys | undefined
  /** When `keys` were last seen in the swarm. */
  readonly fetchedAt?: number | undefined
  /** When the swarm last answered without a valid record. */
  readonly absentAt?: number | undefined
}

export type KeyState = 'fresh' | 'stale' | 'expired' | 'absent' | 'absent-old' | 'unknown'

/** How a fetch ended: with new keys, with the same, without a valid record, or without an answer. */
export type FetchOutcome = 'new_key' | 'unchanged' | 'not_found' | 'failed'

/**
 * The state of a row. Keys are fresh for 24 hours, usable while they are renewed until 48, and then not used any more; that
 * an account has none is believed for an hour. A clock that went back makes nothing fresh for longer. Protocol page 10,
 * section 5.
 */
export function keyState(row: KeyRow | undefined, now: number): KeyState {
  requireSeconds(now, 'now')
  if (row?.keys !== undefined && row.fetchedAt !== undefined) {
    const age = Math.abs(now - row.fetchedAt)
    return age < KEYS_FRESH ? 'fresh' : age < KEYS_EXPIRE ? 'stale' : 'expired'
  }
  if (row?.absentAt !== undefined) return Math.abs(now - row.absentAt) < NO_KEYS_RETRY ? 'absent' : 'absent-old'
  return 'unknown'
}

/**
 * The row after a fetch that ended with these keys, or with undefined where no record was valid. Keys that are held are never
 * erased by an answer without any. Protocol page 10, section 5.
 */
export function rowAfterFetch(
  row: KeyRow | undefined,
  keys: HybridPublicKeys | undefined,
  now: number,
): { readonly row: KeyRow; readonly outcome: FetchOutcome } {
  requireSeconds(now, 'now')
  if (keys === undefined) return { row: { ...row, absentAt: now }, outcome: 'not_found' }
  const same =
    row?.keys !== undefined && equalBytes(row.keys.x25519, keys.x25519) && equalBytes(row.keys.mlKem768, keys.mlKem768)
  return { row: { ...row, keys, fetchedAt: now }, outcome: same ? 'unchanged' : 'new_key' }
}
