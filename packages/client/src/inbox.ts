import { isSessionKitError } from '@sessionkit/bytes'
import { openMessage } from '@sessionkit/envelope'
import type { RetrievedMessage } from '@sessionkit/network'
import { type Account, isSessionId } from '@sessionkit/session-id'
import type { StoredMessage } from './store.ts'

/** Receivers cut longer texts: the limit that senders with Session Pro have. Protocol page 02, section 16. */
export const MAX_RECEIVED_CODE_POINTS = 10_000

/** What an item of the inbox turned out to be. */
export type Opened =
  | { readonly kind: 'message'; readonly message: StoredMessage }
  /** Well-formed and of a kind that this version does nothing with. */
  | { readonly kind: 'other' }
  | { readonly kind: 'undecryptable'; readonly reason: string }

/** The id of a message: its verified author and sent time. Protocol page 02, section 12. */
export function messageId(author: string, timestamp: number): string {
  return `${author}:${timestamp}`
}

/** Opens one item. Never throws for what it holds. Protocol page 02, sections 13, 15 and 18. */
export function openInboxItem({ item, account }: { item: RetrievedMessage; account: Account }): Opened {
  let opened: ReturnType<typeof openMessage>
  try {
    opened = openMessage(item.data, { recipient: account })
  } catch (error) {
    // Whatever a stranger's bytes bring about ends here: one bad message must not cost the others.
    return { kind: 'undecryptable', reason: isSessionKitError(error) ? error.code : 'CLIENT_BAD_MESSAGE' }
  }
  const { sender, content, timestamp } = opened
  const data = content.dataMessage
  if (!data) return { kind: 'other' }
  const outgoing = sender === account.sessionId
  const { syncTarget } = data
  if (syncTarget !== undefined && !outgoing) return { kind: 'undecryptable', reason: 'CLIENT_FOREIGN_SYNC_COPY' }
  if (syncTarget !== undefined && !isSessionId(syncTarget)) {
    return { kind: 'undecryptable', reason: 'CLIENT_BAD_SYNC_TARGET' }
  }
  if (!data.body?.trim()) return { kind: 'other' }
  return {
    kind: 'message',
    message: {
      id: messageId(sender, timestamp),
      conversation: syncTarget ?? sender,
      sender,
      text: cutText(data.body, MAX_RECEIVED_CODE_POINTS),
      timestamp,
      outgoing,
      hash: item.hash,
    },
  }
}

/** The first `limit` code points. */
function cutText(text: string, limit: number): string {
  // As many code units are never more code points, and most texts end here.
  if (text.length <= limit) return text
  return Array.from(text).slice(0, limit).join('')
}
