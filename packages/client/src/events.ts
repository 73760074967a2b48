import type { RequestEvent } from '@sessionkit/network'
import type { SessionId } from '@sessionkit/session-id'
import type { Draft, Sent } from './outbox.ts'

/** A visible message, sent by another or by another device of this account. */
export interface MessageEvent {
  /** Unique in the account: the message's author and time. */
  readonly id: string
  /** With whom: the other person, also for outgoing messages; the own id for notes to oneself. */
  readonly conversation: SessionId
  /** Verified: the message was signed by this account. */
  readonly sender: SessionId
  readonly text: string
  /** The sender's time, ms. */
  readonly timestamp: number
  /** Whether this account wrote it, on another device. */
  readonly outgoing: boolean
  /** The swarm's hash. */
  readonly hash: string
  /** Sends to the same conversation. */
  reply(draft: Draft): Promise<Sent>
}

/** A message that could not be opened or understood. It is remembered and not tried again. */
export interface UndecryptableEvent {
  readonly hash: string
  /** The sender's unauthenticated claim, ms. */
  readonly timestamp: number
  /** A stable code such as `ENVELOPE_BAD_SIGNATURE`. */
  readonly reason: string
}

export interface ClientEvents {
  readonly message: MessageEvent
  readonly sent: Sent
  readonly undecryptable: UndecryptableEvent
  /** A tick that failed, or a listener that threw. The client goes on. */
  readonly error: Error
  readonly request: RequestEvent
  /** One poll that is over, also when it brought nothing. */
  readonly poll: { readonly messages: number; readonly undecryptable: number; readonly ms: number }
}
