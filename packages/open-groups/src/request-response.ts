import type { Content } from '@sessionkit/envelope'
import { isSessionId, type SessionId } from '@sessionkit/session-id'
import { type BlindedId, requireServerKey } from './argument.ts'
import { sessionIdMatchesBlindedId } from './blinding.ts'
import { OpenGroupError } from './error.ts'

export interface BlindedContact {
  readonly blindedId: BlindedId
  readonly serverPublicKey: Uint8Array
}

/**
 * Somebody accepted a message request: which of the blinded conversations they are. All matches become one conversation
 * with `sender`. Throws `OPEN_GROUP_NOT_APPROVED` where the sender is no `05` id or the response approves nothing.
 * Protocol page 08, section 11.
 */
export function matchRequestResponse<C extends BlindedContact>(input: {
  /** The verified sender of the one-to-one message. */
  readonly sender: string
  readonly content: Pick<Content, 'messageRequestResponse'>
  readonly contacts: readonly C[]
}): { sessionId: SessionId; matches: C[] } {
  const { sender: sessionId, content, contacts } = input
  if (!isSessionId(sessionId) || content?.messageRequestResponse?.isApproved !== true) {
    throw new OpenGroupError('OPEN_GROUP_NOT_APPROVED', 'request response: nobody who approves')
  }
  const matches = contacts.filter(({ blindedId, serverPublicKey }) => {
    requireServerKey(serverPublicKey)
    return sessionIdMatchesBlindedId({ sessionId, blindedId, serverPublicKey })
  })
  return { sessionId, matches }
}
