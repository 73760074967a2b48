import { truncateName } from '@sessionkit/config'
import type {
  Content,
  GroupUpdateDeleteMemberContentMessage,
  GroupUpdateInfoChangeMessage,
  GroupUpdateInviteMessage,
  GroupUpdateMemberChangeMessage,
  GroupUpdateMessage,
  GroupUpdatePromoteMessage,
} from '@sessionkit/envelope'
import { type GroupId, isGroupId, isSessionId, type SessionId } from '@sessionkit/session-id'
import { ClosedGroupError } from './error.ts'
import { type GroupAdmin, groupFromSeed, groupKeyOf } from './group-id.ts'
import { verifyAuthData } from './update-auth-data.ts'
import { isUpdateHash, MAX_UPDATE_LIST_LENGTH } from './update-build.ts'
import { type InfoChange, isUnicode, isUpdateTimestamp, type MemberChange, verifyUpdate } from './update-signed-text.ts'

/** A valid update. What "admins" or "members" shall do with it: protocol page 06, sections 9 and 10. */
export type GroupUpdate =
  | {
      readonly type: 'invite'
      readonly groupId: GroupId
      /** Cut to 100 bytes; the inviter's claim. */
      readonly name: string
      /** 100 bytes; holds for the recipient. */
      readonly authData: Uint8Array
    }
  | {
      readonly type: 'promote'
      /** The group of the seed that came: apply it to no other. */
      readonly group: GroupAdmin
      /** Cut to 100 bytes; the sender's claim. */
      readonly name: string
    }
  | {
      readonly type: 'info-change'
      readonly change: InfoChange
      /** Not signed: the Info config decides. */
      readonly name?: string
      readonly expirationSeconds?: number
    }
  | {
      readonly type: 'member-change'
      readonly change: MemberChange
      /** Not signed: the Members config decides. Each once, in lower case. */
      readonly members: readonly SessionId[]
      readonly historyShared: boolean
    }
  /** For admins: remove the sender. */
  | { readonly type: 'member-left' }
  /** For admins: the sender accepted, if it is a member at all. */
  | { readonly type: 'invite-response' }
  | {
      readonly type: 'delete-content'
      /** `sender`: only messages of the sender's own may go. `admin`: of anybody. */
      readonly authority: 'admin' | 'sender'
      /** Whose messages up to the timestamp all go; none unless `authority` is `admin`. */
      readonly members: readonly SessionId[]
      readonly hashes: readonly string[]
    }
  | { readonly type: 'member-left-notification' }

export type GroupUpdateType = GroupUpdate['type']

/** Why an update must be dropped. */
export type GroupUpdateFault =
  | 'not-an-update'
  | 'no-kind'
  | 'several-kinds'
  | 'bad-timestamp'
  | 'timestamp-mismatch'
  | 'wrong-conversation'
  | 'blocked-sender'
  | 'malformed'
  | 'unknown-change'
  | 'too-many'
  | 'bad-group-id'
  | 'bad-auth-data'
  | 'bad-seed'
  | 'bad-signature'
  | 'not-approved'

export type GroupUpdateReading =
  | { readonly valid: true; readonly update: GroupUpdate }
  | { readonly valid: false; readonly type: GroupUpdateType | null; readonly reason: GroupUpdateFault }

export interface ReadUpdateInput {
  readonly content: Content
  /** The envelope's, milliseconds. */
  readonly timestamp: number
  /** Where it arrived: 1-to-1 in the own swarm, or in the swarm of this group. */
  readonly from: 'contact' | GroupId
  /** The account that received it. */
  readonly self: { readonly sessionId: SessionId; readonly ed25519: { readonly publicKey: Uint8Array } }
  /** Whether the author, the 1-to-1 sender, is blocked: its invites and promotions are dropped. */
  readonly isBlocked?: boolean | undefined
}

const kinds: readonly (readonly [keyof GroupUpdateMessage, GroupUpdateType])[] = [
  ['inviteMessage', 'invite'],
  ['infoChangeMessage', 'info-change'],
  ['memberChangeMessage', 'member-change'],
  ['promoteMessage', 'promote'],
  ['memberLeftMessage', 'member-left'],
  ['inviteResponse', 'invite-response'],
  ['deleteMemberContent', 'delete-content'],
  ['memberLeftNotificationMessage', 'member-left-notification'],
]

class Fault {
  readonly reason: GroupUpdateFault
  constructor(reason: GroupUpdateFault) {
    this.reason = reason
  }
}

/**
 * Says what a group update in a decoded content is, and whether it counts: exactly one kind, arrived where that kind
 * may, its signatures verified. Never throws for what came from the network; an update that does not count must be
 * dropped. `GROUP_BAD_ARGUMENT` is for a call without `self`. Protocol page 06, sections 9 and 17.
 */
export function readUpdate(input: ReadUpdateInput): GroupUpdateReading {
  if (!(input?.self?.ed25519?.publicKey instanceof Uint8Array)) {
    throw new ClosedGroupError('GROUP_BAD_ARGUMENT', 'self: expected the account that received the update')
  }
  let type: GroupUpdateType | null = null
  try {
    const message = recordOf(recordOf(input.content)?.dataMessage)?.groupUpdateMessage
    const update = recordOf(message)
    if (update === null) throw new Fault('not-an-update')
    const present = kinds.filter(([field]) => update[field] !== undefined)
    const found = present[0]
    if (found === undefined) throw new Fault('no-kind')
    if (present.length > 1) throw new Fault('several-kinds')
    type = found[1]
    const body = recordOf(update[found[0]])
    if (body === null) throw new Fault('malformed')
    return { valid: true, update: readKind(type, body, input) }
  } catch (error) {
    if (error instanceof Fault) return { valid: false, type, reason: error.reason }
    throw error
  }
}

type Fields<T> = { readonly [K in keyof T]?: unknown }

function readKind(type: GroupUpdateType, body: Record<string, unknown>, input: ReadUpdateInput): GroupUpdate {
  const { content, timestamp, from, isBlocked } = input
  if (!isUpdateTimestamp(timestamp)) throw new Fault('bad-timestamp')
  const signed = content.sigTimestamp ?? 0
  if (signed !== 0 && signed !== timestamp) throw new Fault('timestamp-mismatch')
  if (type === 'invite' || type === 'promote') {
    if (from !== 'contact') throw new Fault('wrong-conversation')
    if (isBlocked === true) throw new Fault('blocked-sender')
    return type === 'invite' ? readInvite(body, input) : readPromote(body)
  }
  if (!isGroupId(from)) throw new Fault('wrong-conversation')
  switch (type) {
    case 'info-change':
      return readInfoChange(body, timestamp, from)
    case 'member-change':
      return readMemberChange(body, timestamp, from)
    case 'delete-content':
      return readDeleteContent(body, timestamp, from)
    case 'invite-response':
      if (body.isApproved !== true) throw new Fault('not-approved')
      return { type }
    default:
      return { type }
  }
}

function readInvite(body: Fields<GroupUpdateInviteMessage>, input: ReadUpdateInput): GroupUpdate {
  const { groupSessionId, name, adminSignature: signature } = body
  const authData = body.memberAuthData as Uint8Array
  const groupId = typeof groupSessionId === 'string' ? groupSessionId.toLowerCase() : null
  if (!isUsableGroup(groupId)) throw new Fault('bad-group-id')
  const { sessionId: member, ed25519 } = input.self
  requireSigned({ update: { type: 'invite', member, timestamp: input.timestamp }, signature, groupId })
  if (!verifyAuthData({ groupId, authData, memberEd25519: ed25519.publicKey })) throw new Fault('bad-auth-data')
  return { type: 'invite', groupId, name: readName(name), authData: new Uint8Array(authData) }
}

function readPromote(body: Fields<GroupUpdatePromoteMessage>): GroupUpdate {
  const { groupIdentitySeed, name } = body
  if (!(groupIdentitySeed instanceof Uint8Array) || groupIdentitySeed.length !== 32) throw new Fault('bad-seed')
  const title = readName(name)
  return { type: 'promote', group: groupFromSeed(groupIdentitySeed), name: title }
}

function readInfoChange(body: Fields<GroupUpdateInfoChangeMessage>, timestamp: number, groupId: GroupId): GroupUpdate {
  const { type: change, updatedName, updatedExpiration, adminSignature: signature } = body
  if (change !== 'NAME' && change !== 'AVATAR' && change !== 'DISAPPEARING_MESSAGES') throw new Fault('unknown-change')
  requireSigned({ update: { type: 'info-change', change, timestamp }, signature, groupId })
  if (change === 'NAME' && updatedName !== undefined)
    return { type: 'info-change', change, name: readName(updatedName) }
  if (change !== 'DISAPPEARING_MESSAGES') return { type: 'info-change', change }
  // 0 is the default of the field, and a writer may leave it away.
  const expirationSeconds = updatedExpiration ?? 0
  if (!Number.isInteger(expirationSeconds) || (expirationSeconds as number) < 0) throw new Fault('malformed')
  return { type: 'info-change', change, expirationSeconds: expirationSeconds as number }
}

function readMemberChange(
  body: Fields<GroupUpdateMemberChangeMessage>,
  timestamp: number,
  groupId: GroupId,
): GroupUpdate {
  const { type: change, memberSessionIds, historyShared, adminSignature: signature } = body
  if (change !== 'ADDED' && change !== 'REMOVED' && change !== 'PROMOTED') throw new Fault('unknown-change')
  const members = sessionIdsOf(readTexts(memberSessionIds))
  requireSigned({ update: { type: 'member-change', change, timestamp }, signature, groupId })
  return { type: 'member-change', change, members, historyShared: historyShared === true }
}

function readDeleteContent(
  body: Fields<GroupUpdateDeleteMemberContentMessage>,
  timestamp: number,
  groupId: GroupId,
): GroupUpdate {
  const members = readTexts(body.memberSessionIds)
  const hashes = readTexts(body.messageHashes)
  const wanted = [...new Set(hashes.filter(isUpdateHash))]
  const signature = body.adminSignature
  // A bad signature is no signature missing: whoever claims the group's authority without it gets none at all.
  if (signature === undefined) return { type: 'delete-content', authority: 'sender', members: [], hashes: wanted }
  requireSigned({ update: { type: 'delete-content', members, hashes, timestamp }, signature, groupId })
  return { type: 'delete-content', authority: 'admin', members: sessionIdsOf(members), hashes: wanted }
}

function requireSigned(input: {
  readonly update: Parameters<typeof verifyUpdate>[0]['update']
  readonly signature: unknown
  readonly groupId: GroupId
}): void {
  if (!verifyUpdate({ ...input, signature: input.signature as Uint8Array })) throw new Fault('bad-signature')
}

/** A group's key must be a point, and one that converts to X25519, or nothing of the group could be read. */
function isUsableGroup(groupId: string | null): groupId is GroupId {
  try {
    groupKeyOf(groupId as GroupId)
    return true
  } catch (error) {
    if (error instanceof ClosedGroupError) return false
    throw error
  }
}

function readTexts(value: unknown): readonly string[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw new Fault('malformed')
  if (value.length > MAX_UPDATE_LIST_LENGTH) throw new Fault('too-many')
  if (!value.every((item) => typeof item === 'string')) throw new Fault('malformed')
  return value
}

function sessionIdsOf(texts: readonly string[]): SessionId[] {
  return [...new Set(texts.map((text) => text.toLowerCase()))].filter(isSessionId)
}

function readName(value: unknown): string {
  if (typeof value !== 'string' || !isUnicode(value)) throw new Fault('malformed')
  return truncateName(value)
}

function recordOf(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
}
