import { isGroupId } from '@sessionkit/session-id'
import { EnvelopeError } from './error.ts'
import type { GroupUpdateMessage } from './group-update.ts'

const kinds = [
  'inviteMessage',
  'infoChangeMessage',
  'memberChangeMessage',
  'promoteMessage',
  'memberLeftMessage',
  'inviteResponse',
  'deleteMemberContent',
  'memberLeftNotificationMessage',
] as const

/** Lengths and places only; the admin's signature is checked where the group's key is known. */
export function checkGroupUpdate(update: GroupUpdateMessage, conversation: 'contact' | 'group' | 'community'): void {
  const present = kinds.filter((kind) => update[kind] !== undefined)
  const kind = present[0]
  if (kind === undefined || present.length > 1) throw bad(`exactly one kind, got ${present.length}`)
  const place = kind === 'inviteMessage' || kind === 'promoteMessage' ? 'contact' : 'group'
  if (conversation !== place) {
    throw new EnvelopeError('ENVELOPE_WRONG_CONVERSATION', `group update: ${kind} is not valid in a ${conversation}`)
  }
  const invite = update.inviteMessage
  if (invite !== undefined) {
    if (!isGroupId(invite.groupSessionId)) throw bad('groupSessionId is no group id')
    requireLength(invite.memberAuthData, 100, 'memberAuthData')
  }
  if (update.promoteMessage !== undefined)
    requireLength(update.promoteMessage.groupIdentitySeed, 32, 'groupIdentitySeed')
  const signed = invite ?? update.infoChangeMessage ?? update.memberChangeMessage ?? update.deleteMemberContent
  if (signed?.adminSignature !== undefined) requireLength(signed.adminSignature, 64, 'adminSignature')
}

function requireLength(value: Uint8Array, length: number, name: string): void {
  if (value.length !== length) throw bad(`${name} has ${value.length} bytes, not ${length}`)
}

function bad(message: string): EnvelopeError {
  return new EnvelopeError('ENVELOPE_BAD_GROUP_UPDATE', `group update: ${message}`)
}
