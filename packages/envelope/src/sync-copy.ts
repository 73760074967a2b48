import type { SessionId } from '@sessionkit/session-id'
import { requireObject } from './bytes-argument.ts'
import type { Content } from './content.ts'
import { EnvelopeError } from './error.ts'

/**
 * The copy of an outgoing message for one's own devices: the same, with the conversation in `syncTarget` and without
 * the profile. Seal it with the same timestamp, after the original was stored. Protocol page 02, section 13.
 *
 * Only data messages have a `syncTarget`; other contents throw `ENVELOPE_BAD_ARGUMENT` (an unsend request is sent to
 * oneself as it is).
 */
export function syncCopy(input: { readonly content: Content; readonly syncTarget: SessionId }): Content {
  const { content, syncTarget } = input
  requireObject(content, 'content')
  if (content.dataMessage === undefined || content.dataMessage === null) {
    throw new EnvelopeError('ENVELOPE_BAD_ARGUMENT', 'content: only a data message has a sync copy')
  }
  const { profile: _profile, profileKey: _profileKey, ...data } = content.dataMessage
  return { ...content, dataMessage: { ...data, syncTarget } }
}
