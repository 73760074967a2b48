import { isSessionKitError } from '@sessionkit/bytes'
import { MAX_PRO_BODY_CODE_POINTS, type OpenedMessage, openMessage, truncateBody } from '@sessionkit/envelope'
import type { RetrievedMessage } from '@sessionkit/network'
import { type Account, parseSessionId } from '@sessionkit/session-id'
import type { StoredMessage } from './store.ts'

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
  let opened: OpenedMessage
  try {
    opened = openMessage(item.data, { recipient: account })
  } catch (error) {
    // Whatever a stranger's bytes bring about ends here: one bad message must not cost the others.
    return { kind: 'undecryptable', reason: isSessionKitError(error) ? error.code : 'CLIENT_BAD_MESSAGE' }
  }
  const { sender, content, kind, timestamp } = opened
  const data = content.dataMessage
  if (kind !== 'visible' || !data?.body?.trim()) return { kind: 'other' }
  // `openMessage` let only oneself set it, and only to a Session ID.
  const { syncTarget } = data
  return {
    kind: 'message',
    message: {
      id: messageId(sender, timestamp),
      conversation: syncTarget === undefined ? sender : parseSessionId(syncTarget),
      sender,
      // The longer limit, which senders with Session Pro have. Protocol page 02, section 16.
      text: truncateBody(data.body, MAX_PRO_BODY_CODE_POINTS),
      timestamp,
      outgoing: sender === account.sessionId,
      hash: item.hash,
    },
  }
}
