import type { UnknownFields } from './unknown-fields.ts'

/** Exactly one of its fields is set. Protocol page 02, section 7. */
export interface GroupUpdateMessage extends UnknownFields {
  readonly inviteMessage?: GroupUpdateInviteMessage | undefined
  readonly infoChangeMessage?: GroupUpdateInfoChangeMessage | undefined
  readonly memberChangeMessage?: GroupUpdateMemberChangeMessage | undefined
  readonly promoteMessage?: GroupUpdatePromoteMessage | undefined
  readonly memberLeftMessage?: GroupUpdateMemberLeftMessage | undefined
  readonly inviteResponse?: GroupUpdateInviteResponseMessage | undefined
  readonly deleteMemberContent?: GroupUpdateDeleteMemberContentMessage | undefined
  readonly memberLeftNotificationMessage?: GroupUpdateMemberLeftNotificationMessage | undefined
}

export interface GroupUpdateInviteMessage extends UnknownFields {
  readonly groupSessionId: string
  readonly name: string
  readonly memberAuthData: Uint8Array
  readonly adminSignature: Uint8Array
}

export interface GroupUpdateInfoChangeMessage extends UnknownFields {
  readonly type: 'NAME' | 'AVATAR' | 'DISAPPEARING_MESSAGES'
  readonly updatedName?: string | undefined
  /** Seconds. */
  readonly updatedExpiration?: number | undefined
  readonly adminSignature: Uint8Array
}

export interface GroupUpdateMemberChangeMessage extends UnknownFields {
  readonly type: 'ADDED' | 'REMOVED' | 'PROMOTED'
  readonly memberSessionIds?: readonly string[] | undefined
  readonly historyShared?: boolean | undefined
  readonly adminSignature: Uint8Array
}

export interface GroupUpdatePromoteMessage extends UnknownFields {
  readonly groupIdentitySeed: Uint8Array
  readonly name: string
}

export type GroupUpdateMemberLeftMessage = UnknownFields

export interface GroupUpdateInviteResponseMessage extends UnknownFields {
  readonly isApproved: boolean
}

export interface GroupUpdateDeleteMemberContentMessage extends UnknownFields {
  readonly memberSessionIds?: readonly string[] | undefined
  readonly messageHashes?: readonly string[] | undefined
  readonly adminSignature?: Uint8Array | undefined
}

export type GroupUpdateMemberLeftNotificationMessage = UnknownFields
