import { isSessionId, type SessionId } from '@sessionkit/session-id'
import { selectAccountKeys } from './account-key-record.ts'
import { requireBytes, requireSeconds, secondsNow } from './argument.ts'
import { V2Error } from './error.ts'
import { type FetchOutcome, type KeyRow, type KeyState, keyState, rowAfterFetch } from './key-state.ts'
import type { HybridPublicKeys } from './keys.ts'
import { MAX_CACHED_ACCOUNTS } from './limits.ts'

export interface Prefetch {
  readonly answer: 'fresh' | 'stale' | 'absent' | 'fetching'
  /** Whether the caller is to fetch now, and to end it with `fetched` or `failed`. */
  readonly fetch: boolean
}

/** How to send: with the keys, in version 1, in version 2 without forward secrecy, after a fetch, or not at all. */
export type SendVersion = 'v2-pfs' | 'v2' | 'v1' | 'awaiting_keys' | 'no_network'

/**
 * The published keys of contacts. It does no fetching: it says when one is due, and takes what came. Protocol page 10,
 * sections 5 and 6.7.
 */
export interface KeyCache {
  state(sessionId: SessionId): KeyState
  /** The keys to encrypt with: fresh or stale ones, never expired ones. A copy. */
  keys(sessionId: SessionId): HybridPublicKeys | undefined
  /** Call it when a conversation is opened. No second fetch begins while one is under way. */
  prefetch(sessionId: SessionId): Prefetch
  /** A swarm answered for namespace -21 with these messages; none of them need be a record. */
  fetched(sessionId: SessionId, records: readonly Uint8Array[]): FetchOutcome
  /** No answer, or one that was none. Writes nothing. */
  failed(sessionId: SessionId): FetchOutcome
  /** Which version to send in now. After `awaiting_keys`, ask again when the fetch has ended. */
  sendVersion(sessionId: SessionId, options?: SendOptions): SendVersion
  /** Everything worth keeping, for `createKeyCache`. Copies. */
  rows(): Map<SessionId, KeyRow>
}

export interface SendOptions {
  /** Never version 1. Off by default: only recipients who published keys are known to read version 2. */
  readonly forceV2?: boolean | undefined
  readonly network?: boolean | undefined
}

/**
 * A cache of contacts' keys, at most 10,000 accounts. `now` gives Unix seconds. Rows that do not have their form are
 * refused with `V2_BAD_ARGUMENT`.
 */
export function createKeyCache(options?: {
  readonly now?: (() => number) | undefined
  readonly rows?: ReadonlyMap<SessionId, KeyRow> | undefined
}): KeyCache {
  return new RowCache(options?.now ?? secondsNow, options?.rows)
}

class RowCache implements KeyCache {
  readonly #now: () => number
  readonly #rows: Map<SessionId, KeyRow> = new Map()
  readonly #fetching: Set<SessionId> = new Set()
  /** Whose last fetch failed since a key was last asked for: that send falls back instead of waiting for ever. */
  readonly #failed: Set<SessionId> = new Set()

  constructor(now: () => number, rows: ReadonlyMap<SessionId, KeyRow> | undefined) {
    this.#now = now
    for (const [sessionId, row] of rows ?? []) {
      requireId(sessionId)
      this.#put(sessionId, copyRow(row))
    }
  }

  state(sessionId: SessionId): KeyState {
    requireId(sessionId)
    return keyState(this.#rows.get(sessionId), this.#now())
  }

  keys(sessionId: SessionId): HybridPublicKeys | undefined {
    const state = this.state(sessionId)
    if (state !== 'fresh' && state !== 'stale') return undefined
    return copyKeys(this.#rows.get(sessionId)!.keys!)
  }

  prefetch(sessionId: SessionId): Prefetch {
    const state = this.state(sessionId)
    if (state === 'fresh' || state === 'absent') return { answer: state, fetch: false }
    return { answer: state === 'stale' ? 'stale' : 'fetching', fetch: this.#begin(sessionId) }
  }

  fetched(sessionId: SessionId, records: readonly Uint8Array[]): FetchOutcome {
    requireId(sessionId)
    // Whatever came, the fetch has ended: one that never did would hold back every send.
    this.#end(sessionId)
    const keys = selectAccountKeys({ records, sessionId })
    const { row, outcome } = rowAfterFetch(this.#rows.get(sessionId), keys, this.#now())
    this.#put(sessionId, row)
    return outcome
  }

  failed(sessionId: SessionId): FetchOutcome {
    requireId(sessionId)
    this.#end(sessionId)
    this.#failed.add(sessionId)
    if (this.#failed.size > MAX_CACHED_ACCOUNTS) this.#failed.delete(this.#failed.keys().next().value!)
    return 'failed'
  }

  sendVersion(sessionId: SessionId, { forceV2 = false, network = true }: SendOptions = {}): SendVersion {
    const state = this.state(sessionId)
    if (state === 'fresh' || state === 'stale') return 'v2-pfs'
    const fallback = forceV2 ? 'v2' : 'v1'
    if (state === 'absent' || (state === 'expired' && this.#isAbsent(sessionId))) return fallback
    if (!network) return 'no_network'
    if (this.#fetching.has(sessionId) || !this.#failed.has(sessionId)) return 'awaiting_keys'
    return fallback
  }

  rows(): Map<SessionId, KeyRow> {
    return new Map([...this.#rows].map(([sessionId, row]) => [sessionId, copyRow(row)]))
  }

  /** Whether the swarm said within the hour that there are no keys: waiting for the expired ones would not end. */
  #isAbsent(sessionId: SessionId): boolean {
    return keyState({ absentAt: this.#rows.get(sessionId)?.absentAt }, this.#now()) === 'absent'
  }

  #begin(sessionId: SessionId): boolean {
    if (this.#fetching.has(sessionId)) return false
    this.#failed.delete(sessionId)
    this.#fetching.add(sessionId)
    return true
  }

  #end(sessionId: SessionId): void {
    this.#fetching.delete(sessionId)
    this.#failed.delete(sessionId)
  }

  /** Puts a row last, so that the first one is the one to forget. */
  #put(sessionId: SessionId, row: KeyRow): void {
    this.#rows.delete(sessionId)
    this.#rows.set(sessionId, row)
    if (this.#rows.size > MAX_CACHED_ACCOUNTS) this.#rows.delete(this.#rows.keys().next().value!)
  }
}

const copyKeys = (keys: HybridPublicKeys): HybridPublicKeys => ({
  x25519: new Uint8Array(keys.x25519),
  mlKem768: new Uint8Array(keys.mlKem768),
})

function copyRow(row: KeyRow): KeyRow {
  if (typeof row !== 'object' || row === null) throw new V2Error('V2_BAD_ARGUMENT', 'rows: expected rows')
  const { keys, fetchedAt, absentAt } = row
  if (fetchedAt !== undefined) requireSeconds(fetchedAt, 'fetchedAt')
  if (absentAt !== undefined) requireSeconds(absentAt, 'absentAt')
  if (keys !== undefined) {
    requireBytes(keys.x25519, 'keys.x25519', 32)
    requireBytes(keys.mlKem768, 'keys.mlKem768', 1184)
  }
  return { keys: keys && copyKeys(keys), fetchedAt, absentAt }
}

function requireId(value: unknown): void {
  if (!isSessionId(value)) throw new V2Error('V2_BAD_ARGUMENT', 'sessionId: expected a Session ID')
}
