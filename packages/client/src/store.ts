import type { SessionId } from '@sessionkit/session-id'

/** A message as kept. */
export interface StoredMessage {
  readonly id: string
  readonly conversation: SessionId
  readonly sender: SessionId
  readonly text: string
  readonly timestamp: number
  readonly outgoing: boolean
  readonly hash: string
}

/** Whose place in which node's order. */
export interface CursorKey {
  readonly node: string
  readonly account: string
  readonly namespace: number
}

/** What one poll or one send changes: all of it or nothing. */
export interface StoreChange {
  /** Keys (hashes and message ids) that are not to be handled again before `until` (ms). */
  readonly seen?: readonly { readonly key: string; readonly until: number }[]
  readonly cursors?: readonly (CursorKey & { readonly lastHash: string })[]
  readonly messages?: readonly StoredMessage[]
  /** Network time, ms: what has expired by now may be forgotten. */
  readonly now: number
}

/** Where a client keeps what must survive. Every method may be called again while an earlier call is under way. */
export interface ClientStore {
  /** Which of the keys are known. */
  seen(keys: readonly string[]): Promise<ReadonlySet<string>>
  cursor(key: CursorKey): Promise<string | undefined>
  /** Ordered by timestamp; of one conversation, or all. */
  messages(options?: { readonly conversation?: SessionId | undefined }): Promise<readonly StoredMessage[]>
  commit(change: StoreChange): Promise<void>
}
