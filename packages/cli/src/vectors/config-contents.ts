import { bytesToHex, SecretBytes } from '@sessionkit/bytes'
import {
  Contacts,
  type Conversation,
  ConvoInfoVolatile,
  communityUrl,
  type UserConfig,
  type UserConfigOptions,
  UserGroups,
  UserProfile,
} from '@sessionkit/config'
import { ed25519KeyPairFromSeed } from '@sessionkit/crypto'

/** A type of config, by the stem of its file. */
export interface ConfigType {
  readonly domain: string
  readonly namespace: number
  readonly create: (options: UserConfigOptions) => UserConfig
  /** The content in the words of the files. */
  readonly contents: (config: UserConfig) => unknown
}

const picture = (value: { readonly url: string; readonly key: Uint8Array } | null): unknown =>
  value === null ? null : { url: value.url, key: bytesToHex(value.key) }
const hexOrEmpty = (bytes: Uint8Array | null | undefined): string => (bytes == null ? '' : bytesToHex(bytes))
const notifications = ['default', 'all', 'disabled', 'mentions']

export const configTypes: Readonly<Record<string, ConfigType>> = {
  'libsession-config-user-profile': {
    domain: 'UserProfile',
    namespace: 2,
    create: (options) => new UserProfile({ ...options, stamp: false }),
    contents: (config) => {
      const profile = config as UserProfile
      return {
        name: profile.name === '' ? null : profile.name,
        profile_pic: picture(profile.picture),
        nts_priority: profile.noteToSelfPriority,
        nts_expiry_seconds: profile.noteToSelfExpiry === 0 ? null : profile.noteToSelfExpiry,
        blinded_msgreqs: profile.blindedMessageRequests,
      }
    },
  },
  'libsession-config-contacts': {
    domain: 'Contacts',
    namespace: 3,
    create: (options) => new Contacts(options),
    contents: (config) => ({
      contacts: (config as Contacts).list().map((contact) => ({
        session_id: contact.sessionId,
        name: contact.name,
        nickname: contact.nickname,
        profile_pic: picture(contact.picture),
        approved: contact.approved,
        approved_me: contact.approvedMe,
        blocked: contact.blocked,
        priority: contact.priority,
        notifications: notifications.indexOf(contact.notifications),
        mute_until: contact.mutedUntil,
        expiration_mode: contact.disappearing === null ? 0 : contact.disappearing.mode === 'afterSend' ? 1 : 2,
        expiration_seconds: contact.disappearing?.seconds ?? 0,
        created: contact.createdAt,
      })),
    }),
  },
  'libsession-config-convo-info-volatile': {
    domain: 'ConvoInfoVolatile',
    namespace: 4,
    create: (options) => new ConvoInfoVolatile(options),
    contents: (config) => {
      const all = (config as ConvoInfoVolatile).list()
      const state = ({ lastRead, unread }: Conversation): object => ({ last_read: lastRead, unread })
      const byId = (type: Conversation['type'], name: string): unknown =>
        all.flatMap((item) => (item.type === type && 'id' in item ? [{ [name]: item.id, ...state(item) }] : []))
      return {
        one_to_one: byId('oneToOne', 'session_id'),
        groups: byId('group', 'id'),
        legacy_groups: byId('legacyGroup', 'id'),
        communities: all.flatMap((item) =>
          item.type === 'community'
            ? [{ base_url: item.baseUrl, room: item.room, pubkey: hexOrEmpty(item.publicKey), ...state(item) }]
            : [],
        ),
      }
    },
  },
  'libsession-config-user-groups': {
    domain: 'UserGroups',
    namespace: 5,
    create: (options) => new UserGroups(options),
    contents: (config) => groupContents(config as UserGroups),
  },
}

function groupContents(config: UserGroups): unknown {
  const contents = { groups: [] as unknown[], communities: [] as unknown[], legacy_groups: [] as unknown[] }
  for (const entry of config.list()) {
    const settings = {
      priority: entry.priority,
      joined_at: entry.joinedAt,
      notifications: notifications.indexOf(entry.notifications),
      mute_until: entry.mutedUntil,
      invited: entry.invited,
    }
    if (entry.type === 'group') {
      const { id, name, adminSeed } = entry
      const removed = ['no', 'kicked', 'destroyed'].indexOf(entry.removed)
      const secretkey = adminSeed === null ? '' : bytesToHex(adminSeed) + publicKeyHex(adminSeed)
      contents.groups.push({
        id,
        name,
        secretkey,
        auth_data: hexOrEmpty(entry.authData),
        removed_status: removed,
        ...settings,
      })
    } else if (entry.type === 'community') {
      contents.communities.push({
        base_url: entry.baseUrl,
        room: entry.room,
        room_norm: entry.room.toLowerCase(),
        pubkey: bytesToHex(entry.publicKey),
        full_url: communityUrl(entry),
        name: '',
        ...settings,
      })
    } else {
      const members = [
        ...entry.members.map((id) => [id, 'member'] as const),
        ...entry.admins.map((id) => [id, 'admin'] as const),
      ]
      contents.legacy_groups.push({
        session_id: entry.id,
        name: entry.name,
        enc_pubkey: hexOrEmpty(entry.encryption?.publicKey),
        enc_seckey: hexOrEmpty(entry.encryption?.secretKey),
        disappearing_seconds: entry.disappearingSeconds,
        members: Object.fromEntries(members),
        ...settings,
      })
    }
  }
  return contents
}

function publicKeyHex(seed: Uint8Array): string {
  return bytesToHex(ed25519KeyPairFromSeed(SecretBytes.from(seed)).publicKey)
}
