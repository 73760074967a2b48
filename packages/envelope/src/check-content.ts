import type { SessionId } from '@sessionkit/session-id'
import { checkCall, checkReceipt, checkTyping, checkUnsend } from './check-control.ts'
import { checkDataMessage } from './check-data-message.ts'
import type { Content } from './content.ts'
import { EnvelopeError } from './error.ts'
import { type ContentKind, contentKind } from './kind.ts'

/** Where a message arrived: decides which ids and which kinds are legal. */
export type ConversationKind = 'contact' | 'group' | 'community'

export interface CheckContentInput {
  readonly content: Content
  /** The envelope's timestamp, milliseconds. */
  readonly timestamp: number
  /** The verified sender. */
  readonly sender: string
  /** The account that received it. */
  readonly self?: SessionId | undefined
  /** `contact` when not said. */
  readonly conversation?: ConversationKind | undefined
}

/**
 * Whether a decoded content may stand as a message: exactly one payload, its timestamp, and the rules of its kind.
 * Returns the kind; throws an `EnvelopeError` for the rule that is broken. Protocol page 02, section 18.
 */
export function checkContent(input: CheckContentInput): ContentKind {
  const { content, timestamp, sender, self, conversation = 'contact' } = input
  const kind = contentKind(content)
  // In communities the server's clock decides, with a tolerance: that is the caller's.
  if (conversation !== 'community') checkSigTimestamp(content, timestamp)
  if (conversation === 'community' && kind !== 'visible' && kind !== 'group-update' && kind !== 'timer-update') {
    throw new EnvelopeError('ENVELOPE_WRONG_CONVERSATION', 'only visible messages are valid in a community')
  }
  if (content.dataMessage !== undefined) checkDataMessage(content.dataMessage, conversation)
  if (content.typingMessage !== undefined) checkTyping(content.typingMessage, timestamp, conversation)
  if (content.receiptMessage !== undefined) checkReceipt(content.receiptMessage)
  if (content.unsendRequest !== undefined) checkUnsend(content.unsendRequest, sender, self)
  if (content.callMessage !== undefined) checkCall(content.callMessage)
  const response = content.messageRequestResponse
  if (response !== undefined && (!response.isApproved || !sender.startsWith('05'))) {
    throw new EnvelopeError('ENVELOPE_BAD_REQUEST_RESPONSE', 'a request is approved, by an account, or nothing is sent')
  }
  return kind
}

function checkSigTimestamp(content: Content, timestamp: number): void {
  const signed = content.sigTimestamp ?? 0
  if (signed !== 0 && signed !== timestamp) {
    throw new EnvelopeError('ENVELOPE_TIMESTAMP_MISMATCH', 'sigTimestamp is not the timestamp of the envelope')
  }
}
