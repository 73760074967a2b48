import type { SessionId } from '@sessionkit/session-id'

/** Most code points of a message's text. Protocol page 02, section 16. */
export const MAX_TEXT_CODE_POINTS = 2000

/** What to send, in a person's terms. */
export interface Draft {
  readonly text: string
}

/** A message that the recipient's swarm holds. */
export interface Sent {
  readonly state: 'stored'
  /** The same as the recipient's MessageEvent has. */
  readonly id: string
  readonly conversation: SessionId
  readonly text: string
  readonly hash: string
  /** The message's own time, ms. */
  readonly timestamp: number
  /** Members of the recipient's swarm that confirmed with a valid signature: Ed25519 keys, hex. */
  readonly members: readonly string[]
  /** Hash of the copy for the own devices; missing when it could not be stored (an `error` event says why). */
  readonly syncHash?: string
}
