import { utf8ToBytes } from '@sessionkit/bytes'
import type { X25519KeyPair } from '@sessionkit/crypto'
import type { ClosedGroupControlMessage, Content, KeyPairWrapper } from '@sessionkit/envelope'
import { idToBytes, isSessionId, type SessionId } from '@sessionkit/session-id'
import { ClosedGroupError } from './error.ts'
import { type LegacyGroup, MAX_LEGACY_NAME_LENGTH, requireKeyPair, requireLegacyIds } from './legacy-group.ts'
import { isUnicode, isUpdateTimestamp } from './update-signed-text.ts'

/**
 * What to say to a legacy group. `new` goes to each member 1-to-1, with `sealMessage`; `key-pair` too, when it has a
 * `group`; all others into the group, with `sealLegacyMessage`.
 */
export type LegacyControlDraft =
  | { readonly type: 'new'; readonly group: LegacyGroup }
  | {
      readonly type: 'key-pair'
      /** Of `wrapLegacyKeyPair`. */
      readonly wrappers: readonly KeyPairWrapper[]
      /** Only in a 1-to-1 message: the group it is about. */
      readonly group?: SessionId | undefined
    }
  | { readonly type: 'name-change'; readonly name: string }
  | { readonly type: 'members-added'; readonly members: readonly SessionId[] }
  | { readonly type: 'members-removed'; readonly members: readonly SessionId[] }
  | { readonly type: 'member-left' }

/**
 * The content of a control message of legacy groups. Nothing of it is signed but by Session Protocol v1.
 *
 * Throws `GROUP_BAD_ARGUMENT`, `GROUP_BAD_ID`, and `GROUP_NO_KEY` for a new group without a key pair.
 * Protocol page 06, section 14.
 */
export function buildLegacyControl(input: {
  readonly control: LegacyControlDraft
  readonly timestamp: number
}): Content {
  const { control, timestamp } = input
  if (typeof control !== 'object' || control === null) throw bad('control: expected an object')
  if (!isUpdateTimestamp(timestamp)) throw bad('timestamp: expected milliseconds, a whole number above 0')
  return { dataMessage: { closedGroupControlMessage: messageOf(control) }, sigTimestamp: timestamp }
}

function messageOf(control: LegacyControlDraft): ClosedGroupControlMessage {
  switch (control.type) {
    case 'new':
      return newGroup(control.group)
    case 'key-pair': {
      const { group, wrappers } = control
      if (!Array.isArray(wrappers) || wrappers.length === 0) throw bad('wrappers: expected at least one')
      if (group === undefined) return { type: 'ENCRYPTION_KEY_PAIR', wrappers }
      if (!isSessionId(group)) throw new ClosedGroupError('GROUP_BAD_ID', 'group: a legacy group has an id with 05')
      return { type: 'ENCRYPTION_KEY_PAIR', publicKey: idToBytes(group), wrappers }
    }
    case 'name-change':
      return { type: 'NAME_CHANGE', name: requireName(control.name) }
    case 'members-added':
      return { type: 'MEMBERS_ADDED', members: memberBytes(control.members) }
    case 'members-removed':
      return { type: 'MEMBERS_REMOVED', members: memberBytes(control.members) }
    case 'member-left':
      return { type: 'MEMBER_LEFT' }
    default:
      throw bad('control: no control message is of this type')
  }
}

function newGroup(group: LegacyGroup): ClosedGroupControlMessage {
  if (!isSessionId(group?.id)) throw new ClosedGroupError('GROUP_BAD_ID', 'group: a legacy group has an id with 05')
  const keyPair: X25519KeyPair | undefined = group.keyPairs?.[0]
  if (keyPair === undefined) throw new ClosedGroupError('GROUP_NO_KEY', 'group: has no key pair')
  requireKeyPair(keyPair, 'group.keyPairs')
  return {
    type: 'NEW',
    publicKey: idToBytes(group.id),
    name: requireName(group.name),
    encryptionKeyPair: { publicKey: new Uint8Array(keyPair.publicKey), privateKey: keyPair.secretKey.copy() },
    members: memberBytes(group.members),
    admins: memberBytes(group.admins),
    expirationTimer: group.expirationSeconds,
  }
}

function memberBytes(members: readonly SessionId[]): Uint8Array[] {
  const ids = requireLegacyIds(members, 'members')
  if (ids.length === 0) throw bad('members: expected at least one')
  if (new Set(ids).size !== ids.length) throw bad('members: one stands twice')
  return ids.map(idToBytes)
}

function requireName(name: unknown): string {
  if (typeof name !== 'string' || name === '' || !isUnicode(name)) throw bad('name: expected text that is not empty')
  if (utf8ToBytes(name).length > MAX_LEGACY_NAME_LENGTH) throw bad(`name: at most ${MAX_LEGACY_NAME_LENGTH} bytes`)
  return name
}

function bad(message: string): ClosedGroupError {
  return new ClosedGroupError('GROUP_BAD_ARGUMENT', message)
}
