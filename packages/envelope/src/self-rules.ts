import type { SessionId } from '@sessionkit/session-id'
import { requireObject } from './bytes-argument.ts'
import type { Content } from './content.ts'
import { EnvelopeError } from './error.ts'

/**
 * The rules between own devices: a copy with `syncTarget` comes from oneself, and nobody types, reads, saves or calls
 * at oneself, except that another device answered or ended a call.
 *
 * Throws `ENVELOPE_SYNC_FROM_OTHER` and `ENVELOPE_FORBIDDEN_FROM_SELF`. Protocol page 02, sections 13 and 18.
 */
export function checkSelfRules(input: {
  readonly content: Content
  readonly sender: string
  readonly self: SessionId
}): void {
  const { content, sender, self } = input
  requireObject(content, 'content')
  if (sender !== self) {
    if (content.dataMessage?.syncTarget === undefined) return
    throw new EnvelopeError('ENVELOPE_SYNC_FROM_OTHER', 'a sync copy from somebody else')
  }
  const call = content.callMessage?.type
  const forbidden =
    content.typingMessage !== undefined ||
    content.receiptMessage !== undefined ||
    content.dataExtractionNotification !== undefined ||
    (call !== undefined && call !== 'ANSWER' && call !== 'END_CALL')
  if (forbidden) throw new EnvelopeError('ENVELOPE_FORBIDDEN_FROM_SELF', 'a kind of message that is not for oneself')
}
