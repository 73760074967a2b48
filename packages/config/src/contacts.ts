import type { Blinded15Id, Blinded25Id, SessionId } from '@sessionkit/session-id'
import { canonicalBaseUrl } from './community-url.ts'
import type { ConfigPath } from './config.ts'
import { ConfigError } from './error.ts'
import {
  checkedBytes,
  checkedPicture,
  idKey,
  idOfKey,
  type ProfilePicture,
  readBytes,
  readFeatures,
  readFlag,
  readNumber,
  readPicture,
  readPositive,
  readSeconds,
  readText,
  storedText,
  truncateName,
  writeFeatures,
  writeFlag,
  writeNumber,
  writePicture,
  writePositive,
  writeText,
} from './fields.ts'
import { UserConfig, type UserConfigOptions } from './user-config.ts'
import { bytesToBinary } from './value.ts'

/** Messages that disappear: counted from sending or from reading. */
export interface Disappearing {
  readonly mode: 'afterSend' | 'afterRead'
  readonly seconds: number
}

/** Somebody that we have a conversation with. Times are unix seconds, 0 when unknown. */
export interface Contact {
  readonly sessionId: SessionId
  /** At most 100 bytes of UTF-8; longer ones are cut. */
  readonly name: string
  /** The name that we gave; at most 100 bytes. */
  readonly nickname: string
  readonly picture: ProfilePicture | null
  readonly approved: boolean
  readonly approvedMe: boolean
  readonly blocked: boolean
  /** -1 hidden, 0 normal, above 0 pinned. */
  readonly priority: number
  readonly notifications: 'default' | 'all' | 'disabled'
  readonly mutedUntil: number
  readonly disappearing: Disappearing | null
  readonly createdAt: number
  readonly profileUpdatedAt: number
  /** Bit indices 0 to 63. */
  readonly proFeatures: readonly number[]
}

/** Somebody whom we know only by the blinded id of one community server. */
export interface BlindedContact {
  readonly baseUrl: string
  readonly publicKey: Uint8Array
  readonly blindedId: Blinded15Id | Blinded25Id
  readonly name: string
  readonly picture: ProfilePicture | null
  readonly priority: number
  readonly createdAt: number
  readonly profileUpdatedAt: number
  readonly proFeatures: readonly number[]
}

const notificationNames = ['default', 'all', 'disabled'] as const

/** Contacts: namespace 3. Protocol page 05, section 11. */
export class Contacts extends UserConfig {
  constructor(options: UserConfigOptions) {
    super(options, { domain: 'Contacts', namespace: 3 })
  }

  /** Null when there is no such contact. Throws `CONFIG_BAD_ID`. */
  get(sessionId: SessionId): Contact | null {
    return this.#read(idKey(sessionId, ['05']), sessionId)
  }

  /** In the order of the ids. A record that a merge left incomplete is read as far as it goes. */
  list(): Contact[] {
    return this.config.keys(['c']).flatMap((key) => {
      const id = idOfKey(key, ['05']) as SessionId | null
      const contact = id === null ? null : this.#read(key, id)
      return contact === null ? [] : [contact]
    })
  }

  /**
   * Makes or changes a contact; fields that are not given stay. Names are cut to 100 bytes.
   * Throws `CONFIG_BAD_ID` and `CONFIG_BAD_VALUE`.
   */
  set(contact: { readonly sessionId: SessionId } & Partial<Contact>): void {
    const key = idKey(contact.sessionId, ['05'])
    this.config.change(['c', key], () => this.#write(key, contact))
  }

  #write(key: string, contact: Partial<Contact>): void {
    const { config } = this
    const path = (field: string): ConfigPath => ['c', key, field]
    const picture = contact.picture === undefined ? undefined : checkedPicture(contact.picture)
    const timer = checkedDisappearing(contact.disappearing)
    writeText(config, path('n'), truncateName(contact.name ?? readText(config, path('n'))), true)
    if (contact.nickname !== undefined) writeText(config, path('N'), truncateName(contact.nickname))
    if (picture !== undefined) writePicture(config, path('p'), path('q'), picture)
    if (contact.approved !== undefined) writeFlag(config, path('a'), contact.approved)
    if (contact.approvedMe !== undefined) writeFlag(config, path('A'), contact.approvedMe)
    if (contact.blocked !== undefined) writeFlag(config, path('b'), contact.blocked)
    if (contact.priority !== undefined) writeNumber(config, path('+'), contact.priority)
    if (contact.notifications !== undefined) {
      writePositive(config, path('@'), notificationNames.indexOf(contact.notifications))
    }
    if (contact.mutedUntil !== undefined) writePositive(config, path('!'), contact.mutedUntil)
    if (timer !== undefined) {
      writePositive(config, path('e'), timer === null ? 0 : timer.mode === 'afterSend' ? 1 : 2)
      writePositive(config, path('E'), timer?.seconds ?? 0)
    }
    if (contact.createdAt !== undefined) writePositive(config, path('j'), contact.createdAt)
    if (contact.profileUpdatedAt !== undefined) writePositive(config, path('t'), contact.profileUpdatedAt)
    if (contact.proFeatures !== undefined) writeFeatures(config, path('f'), contact.proFeatures)
  }

  /** Whether there was one. */
  erase(sessionId: SessionId): boolean {
    return this.config.erase(['c', idKey(sessionId, ['05'])])
  }

  listBlinded(): BlindedContact[] {
    return this.config.keys(['b']).flatMap((server) =>
      this.config.keys(['b', server, 'R']).flatMap((hex) => {
        const contact = this.#readBlinded(server, hex)
        return contact === null ? [] : [contact]
      }),
    )
  }

  /** Makes or changes one; fields that are not given stay. Throws `CONFIG_BAD_ID`, `CONFIG_BAD_URL`, `CONFIG_BAD_VALUE`. */
  setBlinded(contact: Pick<BlindedContact, 'baseUrl' | 'publicKey' | 'blindedId'> & Partial<BlindedContact>): void {
    const { config } = this
    const [server, hex] = blindedPath(contact)
    const key = bytesToBinary(checkedBytes(contact.publicKey, 32, 'server key'))
    const picture = contact.picture === undefined ? undefined : checkedPicture(contact.picture)
    const path = (field: string): ConfigPath => ['b', server, 'R', hex, field]
    config.change(['b', server, 'R', hex], () => this.#writeBlinded(path, contact, picture))
    config.set(['b', server, '#'], key)
  }

  #writeBlinded(
    path: (field: string) => ConfigPath,
    contact: Pick<BlindedContact, 'blindedId'> & Partial<BlindedContact>,
    picture: ProfilePicture | null | undefined,
  ): void {
    const { config } = this
    writeText(config, path('n'), truncateName(contact.name ?? readText(config, path('n'))), true)
    writeFlag(config, path('y'), contact.blindedId.startsWith('15'))
    if (picture !== undefined) writePicture(config, path('p'), path('q'), picture)
    if (contact.priority !== undefined) writeNumber(config, path('+'), contact.priority)
    if (contact.createdAt !== undefined) writePositive(config, path('j'), contact.createdAt)
    if (contact.profileUpdatedAt !== undefined) writePositive(config, path('t'), contact.profileUpdatedAt)
    if (contact.proFeatures !== undefined) writeFeatures(config, path('f'), contact.proFeatures)
  }

  /** The server's entry stays, as in the official clients. */
  eraseBlinded(contact: { readonly baseUrl: string; readonly blindedId: Blinded15Id | Blinded25Id }): boolean {
    const [server, hex] = blindedPath(contact)
    return this.config.erase(['b', server, 'R', hex])
  }

  #read(key: string, sessionId: SessionId): Contact | null {
    const { config } = this
    const path = (field: string): ConfigPath => ['c', key, field]
    if (!config.isDict(['c', key])) return null
    const setting = readNumber(config, path('@')) ?? 0
    const mode = readNumber(config, path('e'))
    const seconds = readPositive(config, path('E'))
    return {
      sessionId,
      name: readText(config, path('n')),
      nickname: readText(config, path('N')),
      picture: readPicture(config, path('p'), path('q')),
      approved: readFlag(config, path('a')),
      approvedMe: readFlag(config, path('A')),
      blocked: readFlag(config, path('b')),
      priority: readNumber(config, path('+')) ?? 0,
      // 3 is "mentions only", which exists in groups: here it reads as all.
      notifications: setting === 3 ? 'all' : (notificationNames[setting] ?? 'default'),
      mutedUntil: readSeconds(config, path('!')),
      disappearing:
        seconds > 0 && (mode === 1 || mode === 2) ? { mode: mode === 1 ? 'afterSend' : 'afterRead', seconds } : null,
      createdAt: readSeconds(config, path('j')),
      profileUpdatedAt: readPositive(config, path('t')),
      proFeatures: readFeatures(config, path('f')),
    }
  }

  #readBlinded(server: string, hex: string): BlindedContact | null {
    const { config } = this
    const publicKey = readBytes(config, ['b', server, '#'], 32)
    const path = (field: string): ConfigPath => ['b', server, 'R', hex, field]
    if (publicKey === null || !/^[0-9a-f]{64}$/.test(hex) || !config.isDict(['b', server, 'R', hex])) {
      return null
    }
    return {
      baseUrl: server,
      publicKey,
      blindedId: `${readFlag(config, path('y')) ? '15' : '25'}${hex}` as Blinded15Id | Blinded25Id,
      name: readText(config, path('n')),
      picture: readPicture(config, path('p'), path('q')),
      priority: readNumber(config, path('+')) ?? 0,
      createdAt: readSeconds(config, path('j')),
      profileUpdatedAt: readPositive(config, path('t')),
      proFeatures: readFeatures(config, path('f')),
    }
  }
}

function blindedPath(contact: { readonly baseUrl: string; readonly blindedId: string }): [string, string] {
  idKey(contact.blindedId, ['15', '25'])
  return [storedText(canonicalBaseUrl(contact.baseUrl)), contact.blindedId.slice(2).toLowerCase()]
}

function checkedDisappearing(value: Disappearing | null | undefined): Disappearing | null | undefined {
  if (value === undefined || value === null) return value
  if ((value.mode !== 'afterSend' && value.mode !== 'afterRead') || !(value.seconds > 0)) {
    throw new ConfigError('CONFIG_BAD_VALUE', 'disappearing: a mode and seconds above 0')
  }
  return value
}
