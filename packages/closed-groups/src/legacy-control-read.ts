import { equalBytes } from '@sessionkit/bytes'
import { truncateName } from '@sessionkit/config'
import type { X25519KeyPair } from '@sessionkit/crypto'
import type { Content, KeyPairWrapper } from '@sessionkit/envelope'
import { type Account, isSessionId, type SessionId } from '@sessionkit/session-id'
import { ClosedGroupError } from './error.ts'
import { type LegacyGroup, MAX_LEGACY_KEY_PAIRS, MAX_LEGACY_MEMBERS } from './legacy-group.ts'
import { idOrNull, keyPairOf, openLegacyKeyPair } from './legacy-key-pair.ts'
import { isUnicode, isUpdateTimestamp } from './update-signed-text.ts'

/** A valid control message. `applyLegacyControl` does what it says. */
export type LegacyControl =
  | { readonly type: 'new'; readonly group: LegacyGroup }
  | { readonly type: 'key-pair'; readonly keyPair: X25519KeyPair }
  | { readonly type: 'name-change'; readonly name: string }
  | { readonly type: 'members-added'; readonly members: readonly SessionId[] }
  | {
      readonly type: 'members-removed'
      readonly members: readonly SessionId[]
      /** Delete the group and its keys. */
      readonly includesSelf: boolean
    }
  | {
      readonly type: 'member-left'
      readonly member: SessionId
      /** The admin left, which ends the group for all; or we did, on another device. */
      readonly endsGroup: boolean
    }

/** Why a control message must be dropped. */
export type LegacyControlFault =
  | 'not-a-control-message'
  | 'bad-timestamp'
  | 'timestamp-mismatch'
  | 'wrong-conversation'
  | 'unsupported'
  | 'unknown-group'
  | 'missing-field'
  | 'malformed'
  | 'too-many'
  | 'not-approved'
  | 'not-addressed'
  | 'outdated'
  | 'not-admin'
  | 'not-member'
  | 'admin-removed'
  | 'bad-key-pair'
  | 'duplicate'

export type LegacyControlReading =
  | { readonly valid: true; readonly control: LegacyControl }
  | { readonly valid: false; readonly reason: LegacyControlFault }

export interface ReadLegacyControlInput {
  readonly content: Content
  /** The envelope's, milliseconds. */
  readonly timestamp: number
  /** Verified: of `openMessage` or `openLegacyMessage`. */
  readonly sender: SessionId
  /** Where it arrived: 1-to-1, or in the swarm of this group. */
  readonly from: 'contact' | SessionId
  readonly self: Account
  /** The groups as known, by their ids. */
  readonly groups: ReadonlyMap<SessionId, LegacyGroup>
  /** Whether the sender is an approved contact: only they can add us to a group. */
  readonly isApproved?: boolean | undefined
  /** Milliseconds of the newest user-groups config: an older `NEW` would bring back what was left since. */
  readonly configTimestamp?: number | undefined
}

type Fields = Readonly<Record<string, unknown>>

class Fault {
  readonly reason: LegacyControlFault
  constructor(reason: LegacyControlFault) {
    this.reason = reason
  }
}

/**
 * Says what a control message of a legacy group is and whether it counts. Never throws for what came from the network;
 * what does not count must be dropped. `GROUP_BAD_ARGUMENT` is for a call without an account or the groups.
 * Protocol page 06, section 14.
 */
export function readLegacyControl(input: ReadLegacyControlInput): LegacyControlReading {
  if (!isSessionId(input?.self?.sessionId) || !(input.groups instanceof Map)) {
    throw new ClosedGroupError('GROUP_BAD_ARGUMENT', 'expected an account and a map of groups')
  }
  try {
    return { valid: true, control: readControl(input) }
  } catch (error) {
    if (error instanceof Fault) return { valid: false, reason: error.reason }
    if (error instanceof ClosedGroupError) return { valid: false, reason: 'bad-key-pair' }
    throw error
  }
}

function readControl(input: ReadLegacyControlInput): LegacyControl {
  const { content, timestamp, from } = input
  const body = record(record(record(content)?.dataMessage)?.closedGroupControlMessage)
  if (body === null) throw new Fault('not-a-control-message')
  if (!isUpdateTimestamp(timestamp)) throw new Fault('bad-timestamp')
  const signed = content.sigTimestamp ?? 0
  if (signed !== 0 && signed !== timestamp) throw new Fault('timestamp-mismatch')
  if (from !== 'contact' && !isSessionId(from)) throw new Fault('wrong-conversation')
  switch (body.type) {
    case 'NEW':
      if (from !== 'contact') throw new Fault('wrong-conversation')
      return readNew(body, input)
    case 'ENCRYPTION_KEY_PAIR':
      return readKeyPair(body, input)
    case 'NAME_CHANGE':
      requireMember(input)
      return { type: 'name-change', name: readName(body.name) }
    case 'MEMBERS_ADDED':
      requireMember(input)
      return { type: 'members-added', members: readIds(body.members) }
    case 'MEMBERS_REMOVED':
      return readRemoved(body, input)
    case 'MEMBER_LEFT': {
      const { admins } = requireMember(input)
      return {
        type: 'member-left',
        member: input.sender,
        endsGroup: admins.includes(input.sender) || input.sender === input.self.sessionId,
      }
    }
    default:
      throw new Fault('unsupported')
  }
}

function readNew(body: Fields, input: ReadLegacyControlInput): LegacyControl {
  const { sender, self, timestamp, isApproved, configTimestamp = 0, groups } = input
  const { publicKey, name, encryptionKeyPair, members, admins, expirationTimer = 0 } = body
  for (const field of [publicKey, name, encryptionKeyPair, members, admins]) {
    if (field === undefined) throw new Fault('missing-field')
  }
  const id = publicKey instanceof Uint8Array ? idOrNull(publicKey) : null
  if (id === null || !Number.isInteger(expirationTimer) || (expirationTimer as number) < 0) throw new Fault('malformed')
  const group: LegacyGroup = {
    id,
    name: readName(name),
    members: readIds(members),
    admins: readIds(admins),
    keyPairs: [keyPairOf(encryptionKeyPair as Parameters<typeof keyPairOf>[0])],
    joinedAt: timestamp,
    expirationSeconds: expirationTimer as number,
  }
  // The key of a group is nobody's account.
  if (group.members.includes(id) || group.admins.includes(id)) throw new Fault('malformed')
  if (isApproved !== true) throw new Fault('not-approved')
  if (!group.members.includes(self.sessionId)) throw new Fault('not-addressed')
  if (group.admins.length !== 1 || group.admins[0] !== sender) throw new Fault('not-admin')
  // Only the admin of a group that we know can give it to us again, or any contact could take it over.
  const known = groups.get(id)
  if (known !== undefined && !known.admins.includes(sender)) throw new Fault('not-admin')
  if (timestamp < configTimestamp || (known !== undefined && timestamp <= known.joinedAt)) throw new Fault('outdated')
  return { type: 'new', group }
}

function readKeyPair(body: Fields, input: ReadLegacyControlInput): LegacyControl {
  const { from, groups, sender, self } = input
  const about = body.publicKey instanceof Uint8Array ? idOrNull(body.publicKey) : null
  // In a group the group is where it arrived, whatever it says itself.
  const id = from === 'contact' ? about : from
  if (id === null) throw new Fault('missing-field')
  const group = groups.get(id)
  if (group === undefined) throw new Fault('unknown-group')
  if (!group.admins.includes(sender)) throw new Fault('not-admin')
  const wrappers = body.wrappers
  if (!Array.isArray(wrappers)) throw new Fault('missing-field')
  if (wrappers.length > MAX_LEGACY_MEMBERS) throw new Fault('too-many')
  const keyPair = openLegacyKeyPair({ wrappers: wrappers as KeyPairWrapper[], from: sender, recipient: self })
  if (keyPair === null) throw new Fault('not-addressed')
  if (group.keyPairs.some((known) => equalBytes(known.publicKey, keyPair.publicKey))) throw new Fault('duplicate')
  return { type: 'key-pair', keyPair }
}

function readRemoved(body: Fields, input: ReadLegacyControlInput): LegacyControl {
  const group = requireMember(input)
  if (!group.admins.includes(input.sender)) throw new Fault('not-admin')
  const members = readIds(body.members)
  if (members.some((member) => group.admins.includes(member))) throw new Fault('admin-removed')
  return { type: 'members-removed', members, includesSelf: members.includes(input.self.sessionId) }
}

/** The group it arrived in, with the sender as a member, and newer than our joining. */
function requireMember({ from, groups, sender, timestamp }: ReadLegacyControlInput): LegacyGroup {
  if (from === 'contact') throw new Fault('wrong-conversation')
  const group = groups.get(from)
  if (group === undefined) throw new Fault('unknown-group')
  if (!group.members.includes(sender) && !group.admins.includes(sender)) throw new Fault('not-member')
  if (timestamp <= group.joinedAt) throw new Fault('outdated')
  return group
}

function readIds(value: unknown): readonly SessionId[] {
  if (value === undefined) throw new Fault('missing-field')
  if (!Array.isArray(value)) throw new Fault('malformed')
  if (value.length === 0) throw new Fault('missing-field')
  if (value.length > MAX_LEGACY_MEMBERS) throw new Fault('too-many')
  const ids = value.map((bytes) => {
    const id = bytes instanceof Uint8Array ? idOrNull(bytes) : null
    if (id === null) throw new Fault('malformed')
    return id
  })
  return [...new Set(ids)]
}

function readName(value: unknown): string {
  if (value === undefined || value === '') throw new Fault('missing-field')
  if (typeof value !== 'string' || !isUnicode(value)) throw new Fault('malformed')
  return truncateName(value)
}

function record(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null ? (value as Fields) : null
}

/**
 * The group after a valid control message, or null when it is gone for us: we were removed, or the admin left. A key
 * pair that was received becomes the newest; those above `MAX_LEGACY_KEY_PAIRS` are forgotten, the oldest first.
 */
export function applyLegacyControl(input: {
  /** Ignored by `new`. */
  readonly group: LegacyGroup | undefined
  readonly control: LegacyControl
}): LegacyGroup | null {
  const { group, control } = input
  if (control.type === 'new') return control.group
  if (group === undefined) throw new ClosedGroupError('GROUP_BAD_ARGUMENT', 'group: expected the group that it changes')
  switch (control.type) {
    case 'key-pair':
      return { ...group, keyPairs: [control.keyPair, ...group.keyPairs].slice(0, MAX_LEGACY_KEY_PAIRS) }
    case 'name-change':
      return { ...group, name: control.name }
    case 'members-added':
      return { ...group, members: [...new Set([...group.members, ...control.members])].slice(0, MAX_LEGACY_MEMBERS) }
    case 'members-removed':
      return control.includesSelf ? null : without(group, control.members)
    default:
      return control.endsGroup ? null : without(group, [control.member])
  }
}

function without(group: LegacyGroup, gone: readonly SessionId[]): LegacyGroup {
  return { ...group, members: group.members.filter((member) => !gone.includes(member)) }
}
