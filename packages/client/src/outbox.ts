import type { RandomSource } from '@sessionkit/bytes'
import {
  type Content,
  countCodePoints,
  MAX_BODY_CODE_POINTS,
  sealMessage,
  syncCopy,
  TTL_BY_KIND,
} from '@sessionkit/envelope'
import type { Network } from '@sessionkit/network'
import { type Account, isSessionId, type SessionId } from '@sessionkit/session-id'
import { ClientError } from './error.ts'
import { messageId } from './inbox.ts'
import type { ClientStore } from './store.ts'

/** Most code points of a message's text. Protocol page 02, section 16. */
export const MAX_TEXT_CODE_POINTS: number = MAX_BODY_CODE_POINTS
/** How long swarms keep a message, ms. Protocol page 02, section 11.1. */
export const MESSAGE_TTL_MS: number = TTL_BY_KIND.visible

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
  /** How many members that swarm has by the node list. */
  readonly swarmSize: number
  /** Hash of the copy for the own devices; missing when it could not be stored (an `error` event says why). */
  readonly syncHash?: string
}

export interface SendOptions {
  readonly account: Account
  readonly network: Network
  readonly store: ClientStore
  readonly random: RandomSource
  /** A time that no other message of this client has. */
  readonly nextTimestamp: () => number
  readonly displayName: string | undefined
  readonly to: string
  readonly draft: Draft
  readonly signal: AbortSignal | undefined
  /** Told of a sync copy that could not be stored. */
  readonly report: (error: unknown) => void
}

/** Seals, stores at the recipient and at the own swarm, remembers. Protocol page 02, sections 11 and 13. */
export async function sendText(options: SendOptions): Promise<Sent> {
  const { account, network, store, random, displayName, signal } = options
  const { to, text } = checkDraft(options.to, options.draft)
  await network.ready({ signal })
  const own = account.sessionId
  const toSelf = to === own
  const timestamp = options.nextTimestamp()
  const id = messageId(own, timestamp)

  const content: Content = {
    dataMessage: { body: text, ...(displayName === undefined ? {} : { profile: { displayName } }) },
  }
  const copy = syncCopy({ content, syncTarget: to })
  const seal = (recipient: SessionId, what: Content) =>
    sealMessage({ content: what, from: account, to: recipient, timestamp, random })
  const put = (recipient: SessionId, data: Uint8Array) =>
    network.storage.store({ to: recipient, data, ttl: MESSAGE_TTL_MS, signal })

  const until = network.clock.now() + MESSAGE_TTL_MS
  const remember = (hash: string, now: number) =>
    store.commit({
      now,
      seen: [
        { key: id, until },
        { key: hash, until },
      ],
      messages: [{ id, conversation: to, sender: own, text, timestamp, outgoing: true, hash }],
    })

  // A poll may come before the answer, and must not take the note for one of another device.
  if (toSelf) await store.commit({ now: network.clock.now(), seen: [{ key: id, until }] })
  const stored = await put(to, seal(to, toSelf ? copy : content))
  // Before the sync copy leaves, so that a poll in between does not take it for a message from another device.
  await remember(stored.hash, network.clock.now())
  let syncHash: string | undefined = toSelf ? stored.hash : undefined
  if (!toSelf) {
    try {
      const { hash } = await put(own, seal(own, copy))
      syncHash = hash
      await store.commit({ now: network.clock.now(), seen: [{ key: hash, until }] })
    } catch (error) {
      // The recipient has the message; failing now would invite sending it twice.
      options.report(error)
    }
  }
  return {
    state: 'stored',
    id,
    conversation: to,
    text,
    hash: stored.hash,
    timestamp,
    members: stored.members.map(({ ed25519 }) => ed25519),
    swarmSize: stored.swarmSize,
    ...(syncHash === undefined ? {} : { syncHash }),
  }
}

function checkDraft(to: unknown, draft: Draft): { readonly to: SessionId; readonly text: string } {
  const id = typeof to === 'string' ? to.toLowerCase() : ''
  if (!isSessionId(id))
    throw new ClientError('CLIENT_BAD_CONVERSATION', 'to: expected a Session ID (05…, 66 hex digits)')
  const text: unknown = draft?.text
  if (typeof text !== 'string' || text.trim() === '')
    throw new ClientError('CLIENT_EMPTY_MESSAGE', 'text: nothing to send')
  if (text.length > 2 * MAX_TEXT_CODE_POINTS || countCodePoints(text) > MAX_TEXT_CODE_POINTS) {
    throw new ClientError('CLIENT_TEXT_TOO_LONG', `text: at most ${MAX_TEXT_CODE_POINTS} code points`)
  }
  return { to: id, text }
}
