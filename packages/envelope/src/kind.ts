import { requireObject } from './bytes-argument.ts'
import type { Content } from './content.ts'
import { EnvelopeError } from './error.ts'

/** What a message is, for handlers, lifetimes and duplicates. */
export type ContentKind =
  | 'visible'
  | 'reaction'
  | 'timer-update'
  | 'group-update'
  | 'legacy-group'
  | 'call'
  | 'receipt'
  | 'typing'
  | 'extraction'
  | 'unsend'
  | 'request-response'

const payloads = [
  ['dataMessage', 'visible'],
  ['callMessage', 'call'],
  ['receiptMessage', 'receipt'],
  ['typingMessage', 'typing'],
  ['dataExtractionNotification', 'extraction'],
  ['unsendRequest', 'unsend'],
  ['messageRequestResponse', 'request-response'],
] as const

/** `DataMessage.flags`: the message changes the disappearing timer. */
export const FLAG_TIMER_UPDATE = 2

/**
 * The kind of a content, which holds exactly one payload: throws `ENVELOPE_NO_PAYLOAD` and
 * `ENVELOPE_SEVERAL_PAYLOADS`. Protocol page 02, section 4.
 */
export function contentKind(content: Content): ContentKind {
  requireObject(content, 'content')
  const present = payloads.filter(([field]) => content[field] !== undefined)
  const first = present[0]
  if (first === undefined) throw new EnvelopeError('ENVELOPE_NO_PAYLOAD', 'content: nothing in it that is a message')
  if (present.length > 1) throw new EnvelopeError('ENVELOPE_SEVERAL_PAYLOADS', 'content: more than one message in it')
  const data = content.dataMessage
  if (data === undefined) return first[1]
  requireObject(data, 'content.dataMessage')
  if (data.groupUpdateMessage !== undefined) return 'group-update'
  if (data.closedGroupControlMessage !== undefined) return 'legacy-group'
  if (data.reaction !== undefined) return 'reaction'
  return ((data.flags ?? 0) & FLAG_TIMER_UPDATE) !== 0 ? 'timer-update' : 'visible'
}
