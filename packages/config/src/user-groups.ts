import { SecretBytes } from '@sessionkit/bytes'
import { ed25519KeyPairFromSeed } from '@sessionkit/crypto'
import type { GroupId, SessionId } from '@sessionkit/session-id'
import type { ConfigPath } from './config.ts'
import { ConfigError } from './error.ts'
import {
  checkedBytes,
  checkedName,
  idKey,
  idOfKey,
  readBytes,
  readFlag,
  readNumber,
  readPositive,
  readSeconds,
  readText,
  storedText,
  truncateName,
  writeFlag,
  writeNumber,
  writePositive,
  writeText,
} from './fields.ts'
import { eraseRoom, listRooms, readRoom, roomPath, type StoredRoom, spelledRoom, writeServerKey } from './servers.ts'
import { UserConfig, type UserConfigOptions } from './user-config.ts'
import { bytesToBinary } from './value.ts'

/** What all three kinds have. Times are unix seconds, 0 when not set. */
export interface GroupSettings {
  /** -1 hidden, 0 normal, above 0 pinned. */
  readonly priority: number
  readonly joinedAt: number
  readonly notifications: 'default' | 'all' | 'disabled' | 'mentions'
  readonly mutedUntil: number
  /** An invitation that was not accepted yet. */
  readonly invited: boolean
}

export interface GroupEntry extends GroupSettings {
  readonly type: 'group'
  readonly id: GroupId
  /** From the invitation; at most 100 bytes. */
  readonly name: string
  /** 32 bytes, the group's Ed25519 seed, of admins. */
  readonly adminSeed: Uint8Array | null
  /** 100 bytes, of members. */
  readonly authData: Uint8Array | null
  readonly removed: 'no' | 'kicked' | 'destroyed'
}

export interface CommunityEntry extends GroupSettings {
  readonly type: 'community'
  readonly baseUrl: string
  /** As it was spelled. */
  readonly room: string
  readonly publicKey: Uint8Array
}

export interface LegacyGroupEntry extends GroupSettings {
  readonly type: 'legacyGroup'
  readonly id: SessionId
  /** At most 100 bytes. */
  readonly name: string
  /** X25519 keys of 32 bytes. */
  readonly encryption: { readonly publicKey: Uint8Array; readonly secretKey: Uint8Array } | null
  readonly members: readonly SessionId[]
  readonly admins: readonly SessionId[]
  /** Seconds after reading; 0: never. */
  readonly disappearingSeconds: number
}

export type UserGroupEntry = GroupEntry | CommunityEntry | LegacyGroupEntry

type Changes<T, Required extends keyof T> = Pick<T, Required> & Partial<T>

const notificationNames = ['default', 'all', 'disabled', 'mentions'] as const
const removedNames = ['no', 'kicked', 'destroyed'] as const

/**
 * The groups that the account is in: namespace 5. Setters make or change an entry, fields that are not given stay;
 * they throw `CONFIG_BAD_ID`, `CONFIG_BAD_URL` and `CONFIG_BAD_VALUE`. Protocol page 05, section 13.
 */
export class UserGroups extends UserConfig {
  constructor(options: UserConfigOptions) {
    super(options, { domain: 'UserGroups', namespace: 5 })
  }

  getGroup(id: GroupId): GroupEntry | null {
    return this.#readGroup(idKey(id, ['03']), id)
  }

  setGroup(group: Changes<Omit<GroupEntry, 'type'>, 'id'>): void {
    const key = idKey(group.id, ['03'])
    this.config.change(['g', key], () => this.#writeGroup(key, group))
  }

  #writeGroup(key: string, group: Partial<GroupEntry>): void {
    const { config } = this
    const path = (field: string): ConfigPath => ['g', key, field]
    const authData = group.authData == null ? group.authData : checkedBytes(group.authData, 100, 'auth data')
    if (group.adminSeed != null && !ownsGroup(checkedBytes(group.adminSeed, 32, 'admin seed'), key)) {
      throw new ConfigError('CONFIG_BAD_VALUE', 'admin seed: it belongs to another group')
    }
    this.#writeSettings(['g', key], group)
    const stored = readBytes(config, path('K'), 32)
    const admin = group.adminSeed === undefined ? stored : group.adminSeed
    config.set(path('K'), admin === null || !ownsGroup(admin, key) ? '' : bytesToBinary(admin))
    if (group.adminSeed == null && authData !== undefined) {
      if (authData === null) config.erase(path('s'))
      else config.set(path('s'), bytesToBinary(authData))
    }
    if (group.name !== undefined) writeText(config, path('n'), truncateName(group.name))
    if (group.removed !== undefined) this.#setRemoved(key, group.removed)
  }

  /** We were removed: keys and access are forgotten. A destroyed group stays destroyed. */
  markKicked(id: GroupId): void {
    const key = idKey(id, ['03'])
    this.#forgetKeys(key)
    if (readNumber(this.config, ['g', key, 'r']) !== 2) this.#setRemoved(key, 'kicked')
  }

  /** The group is gone for everybody, for good. */
  markDestroyed(id: GroupId): void {
    const key = idKey(id, ['03'])
    this.#forgetKeys(key)
    this.#setRemoved(key, 'destroyed')
  }

  /** After an invitation that followed a removal. */
  markInvitedAgain(id: GroupId): void {
    const key = idKey(id, ['03'])
    if (readNumber(this.config, ['g', key, 'r']) === 1) this.#setRemoved(key, 'no')
  }

  eraseGroup(id: GroupId): boolean {
    return this.config.erase(['g', idKey(id, ['03'])])
  }

  getCommunity(ref: { readonly baseUrl: string; readonly room: string }): CommunityEntry | null {
    const found = readRoom(this.config, roomPath('o', ref.baseUrl, ref.room))
    return found === null ? null : this.#readCommunity(found)
  }

  /** The server's key is shared by its rooms: the last one written counts. */
  setCommunity(community: Changes<Omit<CommunityEntry, 'type'>, 'baseUrl' | 'room' | 'publicKey'>): void {
    const path = roomPath('o', community.baseUrl, community.room)
    this.config.change(path, () => {
      this.config.set([...path, 'n'], storedText(community.room))
      this.#writeSettings(path, community)
      writeServerKey(this.config, path, community.publicKey)
    })
  }

  eraseCommunity(ref: { readonly baseUrl: string; readonly room: string }): boolean {
    return eraseRoom(this.config, roomPath('o', ref.baseUrl, ref.room))
  }

  getLegacyGroup(id: SessionId): LegacyGroupEntry | null {
    return this.#readLegacyGroup(idKey(id, ['05']), id)
  }

  /** Throws for a name above 100 bytes. An id in both lists becomes an admin. */
  setLegacyGroup(group: Changes<Omit<LegacyGroupEntry, 'type'>, 'id'>): void {
    const key = idKey(group.id, ['05'])
    this.config.change(['C', key], () => this.#writeLegacyGroup(key, group))
  }

  #writeLegacyGroup(key: string, group: Partial<LegacyGroupEntry>): void {
    const { config } = this
    const path = (field: string): ConfigPath => ['C', key, field]
    const name = checkedName(group.name ?? readText(config, path('n')), 'name')
    const { encryption } = group
    if (encryption != null) {
      checkedBytes(encryption.publicKey, 32, 'public key')
      checkedBytes(encryption.secretKey, 32, 'secret key')
    }
    this.#writeSettings(['C', key], group)
    writeText(config, path('n'), name, true)
    if (encryption === null) {
      config.erase(path('k'))
      config.erase(path('K'))
    } else if (encryption !== undefined) {
      config.set(path('k'), bytesToBinary(encryption.publicKey))
      config.set(path('K'), bytesToBinary(encryption.secretKey))
    }
    if (group.members !== undefined || group.admins !== undefined) {
      const old = this.#readMembers(key)
      const admins = new Set((group.admins ?? old.admins).map((id) => idKey(id, ['05'])))
      const members = (group.members ?? old.members).map((id) => idKey(id, ['05']))
      config.set(path('m'), new Set(members.filter((id) => !admins.has(id))))
      config.set(path('a'), admins)
    }
    if (group.disappearingSeconds !== undefined) writePositive(config, path('E'), group.disappearingSeconds)
  }

  eraseLegacyGroup(id: SessionId): boolean {
    return this.config.erase(['C', idKey(id, ['05'])])
  }

  /** Groups, then communities, then legacy groups. What a merge left without its keys is skipped. */
  list(): UserGroupEntry[] {
    const groups = this.config.keys(['g']).map((key) => {
      const id = idOfKey(key, ['03']) as GroupId | null
      return id === null ? null : this.#readGroup(key, id)
    })
    const communities = listRooms(this.config, 'o').map((room) => this.#readCommunity(room))
    const legacy = this.config.keys(['C']).map((key) => {
      const id = idOfKey(key, ['05']) as SessionId | null
      return id === null ? null : this.#readLegacyGroup(key, id)
    })
    return [...groups, ...communities, ...legacy].filter((entry) => entry !== null)
  }

  #readGroup(key: string, id: GroupId): GroupEntry | null {
    const { config } = this
    const path = (field: string): ConfigPath => ['g', key, field]
    if (!config.isDict(['g', key])) return null
    const seed = readBytes(config, path('K'), 32)
    return {
      type: 'group',
      id,
      name: readText(config, path('n')),
      adminSeed: seed !== null && ownsGroup(seed, key) ? seed : null,
      authData: readBytes(config, path('s'), 100),
      removed: removedNames[readPositive(config, path('r'))] ?? 'no',
      ...this.#readSettings(['g', key]),
    }
  }

  #readCommunity(room: StoredRoom): CommunityEntry {
    return {
      type: 'community',
      baseUrl: room.baseUrl,
      room: spelledRoom(this.config, room),
      publicKey: room.publicKey,
      ...this.#readSettings(room.path),
    }
  }

  #readLegacyGroup(key: string, id: SessionId): LegacyGroupEntry | null {
    const { config } = this
    const path = (field: string): ConfigPath => ['C', key, field]
    if (!config.isDict(['C', key])) return null
    const publicKey = readBytes(config, path('k'), 32)
    const secretKey = readBytes(config, path('K'), 32)
    return {
      type: 'legacyGroup',
      id,
      name: readText(config, path('n')),
      encryption: publicKey === null || secretKey === null ? null : { publicKey, secretKey },
      ...this.#readMembers(key),
      disappearingSeconds: readPositive(config, path('E')),
      ...this.#readSettings(['C', key]),
    }
  }

  /** An id in both sets reads as a plain member. */
  #readMembers(key: string): { members: SessionId[]; admins: SessionId[] } {
    const ids = (field: string): SessionId[] =>
      [...(this.config.getSet(['C', key, field]) ?? [])].flatMap((member) => {
        const id = typeof member === 'string' ? (idOfKey(member, ['05']) as SessionId | null) : null
        return id === null ? [] : [id]
      })
    const members = ids('m')
    const both = new Set<string>(members)
    return { members, admins: ids('a').filter((id) => !both.has(id)) }
  }

  #readSettings(path: ConfigPath): GroupSettings {
    const { config } = this
    return {
      priority: readNumber(config, [...path, '+']) ?? 0,
      joinedAt: readSeconds(config, [...path, 'j']),
      notifications: notificationNames[readNumber(config, [...path, '@']) ?? 0] ?? 'default',
      mutedUntil: readSeconds(config, [...path, '!']),
      invited: readFlag(config, [...path, 'i']),
    }
  }

  #writeSettings(path: ConfigPath, settings: Partial<GroupSettings>): void {
    const { config } = this
    const { priority, joinedAt, notifications, mutedUntil, invited } = settings
    if (priority !== undefined) writeNumber(config, [...path, '+'], priority)
    if (joinedAt !== undefined) writePositive(config, [...path, 'j'], joinedAt)
    if (notifications !== undefined) {
      writePositive(config, [...path, '@'], notificationNames.indexOf(notifications))
    }
    if (mutedUntil !== undefined) writePositive(config, [...path, '!'], mutedUntil)
    if (invited !== undefined) writeFlag(config, [...path, 'i'], invited)
  }

  #setRemoved(key: string, removed: GroupEntry['removed']): void {
    writePositive(this.config, ['g', key, 'r'], removedNames.indexOf(removed))
  }

  #forgetKeys(key: string): void {
    this.config.set(['g', key, 'K'], '')
    this.config.erase(['g', key, 's'])
  }
}

/** Whether a seed is that of the group with this 33-byte key. */
function ownsGroup(seed: Uint8Array, key: string): boolean {
  return bytesToBinary(ed25519KeyPairFromSeed(SecretBytes.from(seed)).publicKey) === key.slice(1)
}
