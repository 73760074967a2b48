import { utf8ToBytes } from '@sessionkit/bytes'
import { isSessionId } from '@sessionkit/session-id'
import { checkGroupUpdate } from './check-group-update.ts'
import type { DataMessage, Quote, Reaction } from './content.ts'
import { EnvelopeError } from './error.ts'
import { FLAG_TIMER_UPDATE } from './kind.ts'
import { MAX_ATTACHMENTS, MAX_EMOJI_LENGTH } from './limits.ts'

// The rows DataMessage, Reaction / Quote and GroupUpdate of protocol page 02, section 18.

export function checkDataMessage(data: DataMessage, conversation: 'contact' | 'group' | 'community'): void {
  const flags = data.flags ?? 0
  const timerUpdate = (flags & FLAG_TIMER_UPDATE) !== 0
  if (flags !== 0 && !timerUpdate) throw new EnvelopeError('ENVELOPE_BAD_FLAGS', `data message: flags ${flags}`)
  if (timerUpdate && conversation !== 'contact') {
    throw new EnvelopeError('ENVELOPE_WRONG_CONVERSATION', 'a timer update is valid with a contact only')
  }
  if ((data.attachments?.length ?? 0) > MAX_ATTACHMENTS) {
    throw new EnvelopeError('ENVELOPE_TOO_MANY_ATTACHMENTS', `at most ${MAX_ATTACHMENTS} attachments`)
  }
  if (data.syncTarget !== undefined && !isSessionId(data.syncTarget)) {
    throw new EnvelopeError('ENVELOPE_BAD_SYNC_TARGET', 'syncTarget is not a Session ID')
  }
  if (data.reaction !== undefined) checkReaction(data.reaction, conversation)
  if (data.quote !== undefined) checkQuote(data.quote, conversation)
  if (data.groupUpdateMessage !== undefined) checkGroupUpdate(data.groupUpdateMessage, conversation)
}

function checkReaction({ id, author, emoji }: Reaction, conversation: string): void {
  if (id === 0) throw new EnvelopeError('ENVELOPE_BAD_REACTION', 'reaction: its id is 0')
  if (!isAuthor(author, conversation)) throw new EnvelopeError('ENVELOPE_BAD_REACTION', 'reaction: author is no id')
  if (emoji === undefined || emoji === '') throw new EnvelopeError('ENVELOPE_BAD_REACTION', 'reaction: no emoji')
  if (emoji.length > MAX_EMOJI_LENGTH || utf8ToBytes(emoji).length > MAX_EMOJI_LENGTH) {
    throw new EnvelopeError('ENVELOPE_BAD_REACTION', `reaction: an emoji of more than ${MAX_EMOJI_LENGTH} bytes`)
  }
}

function checkQuote({ id, author }: Quote, conversation: string): void {
  if (id === 0) throw new EnvelopeError('ENVELOPE_BAD_QUOTE', 'quote: its id is 0')
  if (!isAuthor(author, conversation)) throw new EnvelopeError('ENVELOPE_BAD_QUOTE', 'quote: author is no id')
}

function isAuthor(author: string, conversation: string): boolean {
  return (conversation === 'community' ? /^(?:05|15|25)[0-9a-f]{64}$/i : /^05[0-9a-f]{64}$/i).test(author)
}
