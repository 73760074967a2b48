/** How a member stands, derived from their entry. Protocol page 06, section 5. */
export type MemberStatus =
  | 'inviteUnknown'
  | 'inviteNotSent'
  | 'inviteSending'
  | 'inviteFailed'
  | 'inviteSent'
  | 'inviteAccepted'
  | 'promotionUnknown'
  | 'promotionNotSent'
  | 'promotionSending'
  | 'promotionFailed'
  | 'promotionSent'
  | 'promotionAccepted'
  | 'removedUnknown'
  | 'removed'
  | 'removedIncludingMessages'

/** The first rule that fits: removal, then promotion, then invitation. */
export function memberStatus(member: {
  readonly admin: boolean
  readonly inviteStatus: number
  readonly promotionStatus: number
  readonly removedStatus: number
  /** Whether this device is sending the invitation or promotion. */
  readonly sending: boolean
}): MemberStatus {
  const { admin, inviteStatus, promotionStatus, removedStatus, sending } = member
  if (removedStatus > 0) {
    return removedStatus === 2 ? 'removedIncludingMessages' : removedStatus === 1 ? 'removed' : 'removedUnknown'
  }
  if (admin) {
    if (promotionStatus === 3) return sending ? 'promotionSending' : 'promotionNotSent'
    return (['promotionAccepted', 'promotionSent', 'promotionFailed'] as const)[promotionStatus] ?? 'promotionUnknown'
  }
  if (inviteStatus === 3) return sending ? 'inviteSending' : 'inviteNotSent'
  return (['inviteAccepted', 'inviteSent', 'inviteFailed'] as const)[inviteStatus] ?? 'inviteUnknown'
}
