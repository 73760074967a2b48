import { utf8ToBytes } from '@sessionkit/bytes'
import { ed25519Sign, ed25519Verify } from '@sessionkit/crypto'
import { type GroupId, isGroupId, parseId } from '@sessionkit/session-id'
import { ClosedGroupError } from './error.ts'
import type { GroupAdmin } from './group-id.ts'

export type InfoChange = 'NAME' | 'AVATAR' | 'DISAPPEARING_MESSAGES'
export type MemberChange = 'ADDED' | 'REMOVED' | 'PROMOTED'

const infoChangeNumbers: Readonly<Record<InfoChange, number>> = { NAME: 1, AVATAR: 2, DISAPPEARING_MESSAGES: 3 }
const memberChangeNumbers: Readonly<Record<MemberChange, number>> = { ADDED: 1, REMOVED: 2, PROMOTED: 3 }

/**
 * What the group's key signs of an update. `timestamp` is the envelope's, in milliseconds, and fixed before signing.
 * Names, timers and the members of a member change are not covered: those updates are notices, the configs decide.
 */
export type SignedUpdate =
  | { readonly type: 'invite'; readonly member: string; readonly timestamp: number }
  | { readonly type: 'info-change'; readonly change: InfoChange; readonly timestamp: number }
  | { readonly type: 'member-change'; readonly change: MemberChange; readonly timestamp: number }
  | {
      readonly type: 'delete-content'
      /** As they stand in the message, in its order. */
      readonly members: readonly string[]
      readonly hashes: readonly string[]
      readonly timestamp: number
    }

/**
 * The exact bytes that an admin signs: text without separators. Protocol page 06, section 9.
 *
 * Throws `GROUP_BAD_ARGUMENT` for an update of another form.
 */
export function updateSignedBytes(update: SignedUpdate): Uint8Array {
  if (typeof update !== 'object' || update === null) throw bad('update: expected an object')
  const { timestamp } = update
  if (!isUpdateTimestamp(timestamp)) throw bad('timestamp: expected milliseconds, a whole number above 0')
  switch (update.type) {
    case 'invite':
      return text(`INVITE${requireText(update.member, 'member')}${timestamp}`)
    case 'info-change':
      return text(`INFO_CHANGE${numberOf(infoChangeNumbers, update.change)}${timestamp}`)
    case 'member-change':
      return text(`MEMBER_CHANGE${numberOf(memberChangeNumbers, update.change)}${timestamp}`)
    case 'delete-content':
      return text(`DELETE_CONTENT${timestamp}${joined(update.members, 'members')}${joined(update.hashes, 'hashes')}`)
    default:
      throw bad('update: no signed update is of this type')
  }
}

/** The group's signature of an update, 64 bytes. Throws as `updateSignedBytes`. */
export function signUpdate(input: { readonly update: SignedUpdate; readonly group: GroupAdmin }): Uint8Array {
  return ed25519Sign({ message: updateSignedBytes(input.update), keyPair: input.group.ed25519 })
}

/** Whether the group's key signed exactly this update. Never throws for what came from the network. */
export function verifyUpdate(input: {
  readonly update: SignedUpdate
  readonly signature: Uint8Array
  readonly groupId: GroupId
}): boolean {
  const { update, signature, groupId } = input
  if (!(signature instanceof Uint8Array) || signature.length !== 64 || !isGroupId(groupId)) return false
  let message: Uint8Array
  try {
    message = updateSignedBytes(update)
  } catch (error) {
    if (error instanceof ClosedGroupError) return false
    throw error
  }
  return ed25519Verify({ message, signature, publicKey: parseId(groupId).publicKey })
}

/** Whether a text has a UTF-8 form: no half of a surrogate pair stands alone. */
export function isUnicode(value: string): boolean {
  return !/\p{Surrogate}/u.test(value)
}

/** Milliseconds that a number and the wire can hold. */
export function isUpdateTimestamp(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}

function numberOf(numbers: Readonly<Record<string, number>>, change: unknown): number {
  if (typeof change === 'string' && Object.hasOwn(numbers, change)) return numbers[change] as number
  throw bad('change: no change has this name')
}

function joined(list: unknown, name: string): string {
  if (!Array.isArray(list)) throw bad(`${name}: expected a list of text`)
  return list.map((item) => requireText(item, name)).join('')
}

function requireText(value: unknown, name: string): string {
  if (typeof value !== 'string') throw bad(`${name}: expected text`)
  return value
}

/** A lone surrogate has no UTF-8 and no place in a protobuf string. */
function text(value: string): Uint8Array {
  if (!isUnicode(value)) throw bad('update: its text is not Unicode')
  return utf8ToBytes(value)
}

function bad(message: string): ClosedGroupError {
  return new ClosedGroupError('GROUP_BAD_ARGUMENT', message)
}
