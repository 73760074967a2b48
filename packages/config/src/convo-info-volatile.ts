import type { Blinded15Id, Blinded25Id, GroupId, SessionId } from '@sessionkit/session-id'
import type { ConfigPath, ConfigPush } from './config.ts'
import {
  checkedBytes,
  idKey,
  idOfKey,
  readBytes,
  readFlag,
  readNumber,
  readPositive,
  writeFlag,
  writePositive,
} from './fields.ts'
import { VOLATILE_PRUNE_MS, VOLATILE_WRITE_MS } from './limits.ts'
import { eraseRoom, listRooms, roomPath, writeServerKey } from './servers.ts'
import { UserConfig, type UserConfigOptions } from './user-config.ts'
import { bytesToBinary } from './value.ts'

/** Which conversation: by an id, or a community's room. */
export type ConversationRef =
  | { readonly type: 'oneToOne'; readonly id: SessionId }
  | { readonly type: 'group'; readonly id: GroupId }
  | { readonly type: 'legacyGroup'; readonly id: SessionId }
  | { readonly type: 'blinded'; readonly id: Blinded15Id | Blinded25Id }
  | { readonly type: 'community'; readonly baseUrl: string; readonly room: string }

export interface ReadState {
  /** Unix milliseconds up to which everything was read; 0: nothing. */
  readonly lastRead: number
  /** Marked as unread by hand. */
  readonly unread: boolean
  /** Only of `oneToOne` and `blinded`: until when (unix milliseconds) the other one has Session Pro, and its hash. */
  readonly pro: { readonly expiry: number; readonly hash: Uint8Array } | null
}

/** A conversation's state; `publicKey` is there for communities only. */
export type Conversation = ConversationRef & ReadState & { readonly publicKey?: Uint8Array | undefined }

type IdType = Exclude<ConversationRef['type'], 'community'>

const idTypes: Readonly<Record<IdType, { readonly top: string; readonly prefixes: readonly string[] }>> = {
  oneToOne: { top: '1', prefixes: ['05'] },
  group: { top: 'g', prefixes: ['03'] },
  legacyGroup: { top: 'C', prefixes: ['05'] },
  blinded: { top: 'b', prefixes: ['15', '25'] },
}

/** What was read where: namespace 4. Protocol page 05, section 12. */
export class ConvoInfoVolatile extends UserConfig {
  constructor(options: UserConfigOptions) {
    super(options, { domain: 'ConvoInfoVolatile', namespace: 4 })
  }

  /** Null when nothing is stored. Throws `CONFIG_BAD_ID` and `CONFIG_BAD_URL`. */
  get(ref: ConversationRef): ReadState | null {
    const path = pathOf(ref)
    return this.config.has(path) ? this.#read(path) : null
  }

  list(): Conversation[] {
    const byId = (Object.keys(idTypes) as IdType[]).flatMap((type) => {
      const { top, prefixes } = idTypes[type]
      return this.config.keys([top]).flatMap((key) => {
        const id = idOfKey(key, prefixes)
        if (id === null || !this.config.isDict([top, key])) return []
        return [{ type, id, ...this.#read([top, key]) } as Conversation]
      })
    })
    const rooms = listRooms(this.config, 'o').map(
      ({ baseUrl, room, publicKey, path }): Conversation => ({
        type: 'community',
        baseUrl,
        room,
        publicKey,
        ...this.#read(path),
      }),
    )
    return [...byId, ...rooms]
  }

  /**
   * Changes what is given. A time is written if it is lower than the stored one, or newer than 30 days. A community
   * needs its server's `publicKey` the first time.
   * Throws `CONFIG_BAD_ID`, `CONFIG_BAD_URL` and `CONFIG_BAD_VALUE`.
   */
  set(conversation: ConversationRef & Partial<ReadState> & { readonly publicKey?: Uint8Array | undefined }): void {
    const path = pathOf(conversation)
    this.config.change(path, () => this.#write(path, conversation))
  }

  #write(
    path: ConfigPath,
    conversation: ConversationRef & Partial<ReadState> & { readonly publicKey?: Uint8Array | undefined },
  ): void {
    const { config } = this
    const { lastRead, unread, pro } = conversation
    if (lastRead !== undefined) {
      const stored = readNumber(config, [...path, 'r']) ?? 0
      if (lastRead < stored || lastRead > this.now() - VOLATILE_WRITE_MS) {
        writePositive(config, [...path, 'r'], lastRead)
      }
    }
    if (unread !== undefined) writeFlag(config, [...path, 'u'], unread)
    if (conversation.type === 'community') {
      const known = readBytes(config, [path[0]!, path[1]!, '#'], 32)
      writeServerKey(config, path, conversation.publicKey ?? known ?? new Uint8Array())
    }
    if (pro === undefined || (conversation.type !== 'oneToOne' && conversation.type !== 'blinded')) return
    if (pro === null) {
      config.erase([...path, 'e'])
      config.erase([...path, 'g'])
    } else {
      const hash = checkedBytes(pro.hash, 32, 'pro hash')
      writePositive(config, [...path, 'e'], pro.expiry)
      config.set([...path, 'g'], bytesToBinary(hash))
    }
    if (conversation.type === 'blinded') writeFlag(config, [...path, 'y'], conversation.id.startsWith('15'))
  }

  /** Whether there was one. The last room of a server takes the server with it. */
  erase(ref: ConversationRef): boolean {
    const path = pathOf(ref)
    return ref.type === 'community' ? eraseRoom(this.config, path) : this.config.erase(path)
  }

  /** Prunes what was read more than 45 days ago, then pushes. */
  override push(): ConfigPush {
    this.prune()
    return super.push()
  }

  /** Removes conversations not read for 45 days, not marked unread and without Session Pro; groups stay. */
  prune(): void {
    const cutoff = this.now() - VOLATILE_PRUNE_MS
    const isOld = (path: ConfigPath): boolean => {
      const state = this.#read(path)
      return state.lastRead < cutoff && !state.unread && (state.pro === null || state.pro.expiry < cutoff)
    }
    for (const { top, prefixes } of [idTypes.oneToOne, idTypes.legacyGroup, idTypes.blinded]) {
      for (const key of this.config.keys([top])) {
        // What this version cannot read is not its to erase.
        const isEntry = idOfKey(key, prefixes) !== null && this.config.isDict([top, key])
        if (isEntry && isOld([top, key])) this.config.erase([top, key])
      }
    }
    for (const server of this.config.keys(['o'])) {
      for (const room of this.config.keys(['o', server, 'R'])) {
        const path = ['o', server, 'R', room]
        if (this.config.isDict(path) && isOld(path)) eraseRoom(this.config, path)
      }
    }
  }

  #read(path: ConfigPath): ReadState {
    const { config } = this
    const hash = readBytes(config, [...path, 'g'], 32)
    const expiry = readPositive(config, [...path, 'e'])
    return {
      lastRead: readPositive(config, [...path, 'r']),
      unread: readFlag(config, [...path, 'u']),
      pro: hash !== null && expiry > 0 ? { expiry, hash } : null,
    }
  }
}

function pathOf(ref: ConversationRef): ConfigPath {
  if (ref.type === 'community') return roomPath('o', ref.baseUrl, ref.room)
  const { top, prefixes } = idTypes[ref.type]
  return [top, idKey(ref.id, prefixes)]
}
