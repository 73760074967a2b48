import { SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import type { Content, GroupUpdateMessage, LokiProfile } from '@sessionkit/envelope'
import { idFromPublicKey, isSessionId, type SessionId } from '@sessionkit/session-id'
import { ClosedGroupError } from './error.ts'
import type { GroupAdmin } from './group-id.ts'
import { AUTH_DATA_LENGTH } from './update-auth-data.ts'
import { isUnicode, isUpdateTimestamp, type MemberChange, type SignedUpdate, signUpdate } from './update-signed-text.ts'

/** Most UTF-8 bytes of a group's name in an update. */
export const MAX_UPDATE_NAME_LENGTH = 100
/** Most ids, and most message hashes, of one update; more do not fit a stored message. */
export const MAX_UPDATE_LIST_LENGTH = 5000
/** Most characters of a message hash in an update. */
export const MAX_UPDATE_HASH_LENGTH = 128

/** What to say. `invite` and `promote` go to one member, 1-to-1; all others into the group. */
export type UpdateDraft =
  | {
      readonly type: 'invite'
      readonly member: SessionId
      readonly name: string
      /** 100 bytes: the member's signing value. */
      readonly authData: Uint8Array
    }
  | { readonly type: 'info-change'; readonly change: 'NAME'; readonly name: string }
  | { readonly type: 'info-change'; readonly change: 'AVATAR' }
  | {
      readonly type: 'info-change'
      readonly change: 'DISAPPEARING_MESSAGES'
      /** 0 is off. */
      readonly expirationSeconds: number
    }
  | {
      readonly type: 'member-change'
      readonly change: MemberChange
      readonly members: readonly SessionId[]
      /** Whether new members can read what was written before. */
      readonly historyShared?: boolean | undefined
    }
  | { readonly type: 'promote'; readonly name: string }
  | { readonly type: 'member-left' }
  | { readonly type: 'invite-response' }
  | {
      readonly type: 'delete-content'
      /** Whose messages up to the timestamp all go; with the group's key only. */
      readonly members?: readonly SessionId[] | undefined
      readonly hashes?: readonly string[] | undefined
    }
  | { readonly type: 'member-left-notification' }

export interface BuildUpdateInput {
  readonly update: UpdateDraft
  /** Milliseconds. Seal the content with the same: it is signed. Two updates never share one. */
  readonly timestamp: number
  /** Of admins. Not needed for what members send; `delete-content` is unsigned without it. */
  readonly group?: GroupAdmin | undefined
  /** The sender's, for `invite`, `promote` and `invite-response`. */
  readonly profile?: LokiProfile | undefined
  readonly profileKey?: Uint8Array | undefined
  /** The group's disappearing timer; only the notices that follow it carry it. */
  readonly expirationTimerSeconds?: number | undefined
}

const withProfile: readonly string[] = ['invite', 'promote', 'invite-response']
const followTimer: readonly string[] = ['info-change', 'member-change', 'member-left-notification']

/**
 * The content of a group update, signed where it must be. Protocol page 06, sections 9 and 11.
 *
 * Throws `GROUP_BAD_ARGUMENT`, `GROUP_BAD_ID` for a member without a `05` id, and `GROUP_NOT_ADMIN` where the group's
 * key pair is needed and missing.
 */
export function buildUpdate(input: BuildUpdateInput): Content {
  const { update, timestamp, profile, profileKey, expirationTimerSeconds = 0 } = input
  if (typeof update !== 'object' || update === null) throw bad('update: expected an object')
  if (!isUpdateTimestamp(timestamp)) throw bad('timestamp: expected milliseconds, a whole number above 0')
  requireSeconds(expirationTimerSeconds, 'expirationTimerSeconds')
  const groupUpdateMessage = messageOf(update, input)
  const timer = followTimer.includes(update.type) ? expirationTimerSeconds : 0
  const hasProfile = withProfile.includes(update.type)
  return {
    dataMessage: {
      ...(hasProfile && profileKey !== undefined ? { profileKey } : {}),
      ...(hasProfile && profile !== undefined ? { profile } : {}),
      groupUpdateMessage,
    },
    expirationType: timer === 0 ? 'UNKNOWN' : 'DELETE_AFTER_SEND',
    expirationTimer: timer,
    sigTimestamp: timestamp,
  }
}

function messageOf(update: UpdateDraft, { timestamp, group }: BuildUpdateInput): GroupUpdateMessage {
  const sign = (signed: SignedUpdate): Uint8Array => signUpdate({ update: signed, group: requireAdmin(group) })
  switch (update.type) {
    case 'invite': {
      const { authData, member, name } = update
      if (!(authData instanceof Uint8Array) || authData.length !== AUTH_DATA_LENGTH) {
        throw bad(`authData: expected ${AUTH_DATA_LENGTH} bytes`)
      }
      requireMembers([member])
      const groupSessionId = idFromPublicKey({ prefix: '03', publicKey: requireAdmin(group).ed25519.publicKey })
      const adminSignature = sign({ type: 'invite', member, timestamp })
      const memberAuthData = new Uint8Array(authData)
      return { inviteMessage: { groupSessionId, name: requireName(name), memberAuthData, adminSignature } }
    }
    case 'info-change': {
      const adminSignature = sign({ type: 'info-change', change: update.change, timestamp })
      return { infoChangeMessage: { type: update.change, ...changedInfo(update), adminSignature } }
    }
    case 'member-change': {
      const { change: type, members, historyShared } = update
      if (requireMembers(members).length === 0) throw bad('members: expected at least one')
      const adminSignature = sign({ type: 'member-change', change: type, timestamp })
      const history = historyShared === undefined ? {} : { historyShared }
      return { memberChangeMessage: { type, memberSessionIds: [...members], ...history, adminSignature } }
    }
    case 'promote':
      return {
        promoteMessage: { groupIdentitySeed: requireAdmin(group).ed25519.seed.copy(), name: requireName(update.name) },
      }
    case 'member-left':
      return { memberLeftMessage: {} }
    case 'invite-response':
      return { inviteResponse: { isApproved: true } }
    case 'member-left-notification':
      return { memberLeftNotificationMessage: {} }
    case 'delete-content': {
      const members = [...requireMembers(update.members ?? [])]
      const hashes = [...requireHashes(update.hashes ?? [])]
      if (members.length + hashes.length === 0) throw bad('delete-content: nothing to delete')
      if (group === undefined && members.length > 0) throw notAdmin()
      const lists = { memberSessionIds: members, messageHashes: hashes }
      if (group === undefined) return { deleteMemberContent: lists }
      const adminSignature = sign({ type: 'delete-content', members, hashes, timestamp })
      return { deleteMemberContent: { ...lists, adminSignature } }
    }
    default:
      throw bad('update: no update is of this type')
  }
}

function changedInfo(update: UpdateDraft & { readonly type: 'info-change' }): {
  readonly updatedName?: string
  readonly updatedExpiration?: number
} {
  if (update.change === 'NAME') return { updatedName: requireName(update.name) }
  if (update.change === 'DISAPPEARING_MESSAGES') {
    return { updatedExpiration: requireSeconds(update.expirationSeconds, 'expirationSeconds') }
  }
  if (update.change === 'AVATAR') return {}
  throw bad('change: no change has this name')
}

function requireAdmin(group: GroupAdmin | undefined): GroupAdmin {
  const { publicKey, seed } = group?.ed25519 ?? {}
  if (!(publicKey instanceof Uint8Array) || !(seed instanceof SecretBytes)) throw notAdmin()
  return group as GroupAdmin
}

function notAdmin(): ClosedGroupError {
  return new ClosedGroupError('GROUP_NOT_ADMIN', 'group: this update needs the key pair of the group')
}

function requireMembers(members: unknown): readonly SessionId[] {
  const list = requireList(members, 'members')
  if (!list.every(isSessionId)) throw new ClosedGroupError('GROUP_BAD_ID', 'members: a member is a 05 id')
  return list as SessionId[]
}

function requireHashes(hashes: unknown): readonly string[] {
  const list = requireList(hashes, 'hashes')
  if (!list.every(isUpdateHash)) throw bad('hashes: a message hash is text of visible ASCII')
  return list as string[]
}

/** Swarms speak base64 and hex; anything visible is let through, so that a new form of hash works. */
export function isUpdateHash(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_UPDATE_HASH_LENGTH && /^[\x21-\x7e]+$/.test(value)
}

function requireList(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw bad(`${name}: expected a list`)
  if (value.length > MAX_UPDATE_LIST_LENGTH) throw bad(`${name}: at most ${MAX_UPDATE_LIST_LENGTH}`)
  if (new Set(value).size !== value.length) throw bad(`${name}: one stands twice`)
  return value
}

function requireName(name: unknown): string {
  if (typeof name !== 'string' || name === '' || !isUnicode(name) || name.includes('\0')) {
    throw bad('name: expected text that is not empty')
  }
  if (utf8ToBytes(name).length > MAX_UPDATE_NAME_LENGTH) throw bad(`name: at most ${MAX_UPDATE_NAME_LENGTH} bytes`)
  return name
}

function requireSeconds(value: unknown, name: string): number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > 0xffff_ffff) {
    throw bad(`${name}: expected whole seconds of 32 bits`)
  }
  return value as number
}

function bad(message: string): ClosedGroupError {
  return new ClosedGroupError('GROUP_BAD_ARGUMENT', message)
}
