import {
  ConfigError,
  type ConfigPath,
  checkedPicture,
  idKey,
  idOfKey,
  MAX_NAME_LENGTH,
  type ProfilePicture,
  readFlag,
  readPicture,
  readPositive,
  readText,
  truncateName,
  writeFlag,
  writePicture,
  writePositive,
  writeText,
} from '@sessionkit/config'
import type { SessionId } from '@sessionkit/session-id'
import { ClosedGroupError } from './error.ts'
import { GroupConfig, type GroupConfigOptions } from './group-config.ts'
import { checkedMemberId } from './group-id.ts'
import { checkedText } from './group-info.ts'
import { MAX_GROUP_MEMBERS } from './limits.ts'
import { type MemberStatus, memberStatus } from './member-status.ts'

/** An entry of the members config. */
export interface GroupMember {
  readonly sessionId: SessionId
  readonly name: string
  readonly picture: ProfilePicture | null
  /** Information, not permission: an admin is whoever holds the group's seed. */
  readonly admin: boolean
  /** The invitation shares the history. */
  readonly supplement: boolean
  /** 0 accepted, 1 sent, 2 failed, 3 not sent. */
  readonly inviteStatus: number
  /** 0 accepted or none, 1 sent, 2 failed, 3 not sent. */
  readonly promotionStatus: number
  /** 0 no, 1 to be removed, 2 with all messages. */
  readonly removedStatus: number
  readonly status: MemberStatus
}

/** How far an invitation or promotion has come. */
export type SendState = 'accepted' | 'sent' | 'failed' | 'notSent'

const sendStates: readonly SendState[] = ['accepted', 'sent', 'failed', 'notSent']
const PENDING = 'pending_send_ids'

/**
 * Who is in a group: namespace 14. Methods that edit throw `CONFIG_READ_ONLY` for members, `CONFIG_BAD_VALUE`,
 * `GROUP_BAD_ID` and `GROUP_UNKNOWN_MEMBER`. Protocol page 06, section 5.
 */
export class GroupMembers extends GroupConfig {
  constructor(options: GroupConfigOptions) {
    super(options, {
      domain: 'groups::Members',
      namespace: 14,
      foreignKeys: ['n', 'o', 'p', 'q', 'c', 'E', 'd', 'D', '!'],
    })
  }

  get size(): number {
    return this.ids().length
  }

  /** Ids of all entries, in the order of their bytes: whom a rekey is for. */
  ids(): SessionId[] {
    return this.config.keys(['m']).flatMap((key) => {
      const id = idOfKey(key, ['05'])
      return id !== null && this.config.get(['m', key]) instanceof Map ? [id as SessionId] : []
    })
  }

  list(): GroupMember[] {
    const sending = new Set<string>(this.sendingIds)
    return this.ids().map((id) => this.#read(id, sending))
  }

  get(sessionId: string): GroupMember | null {
    const id = checkedMemberId(sessionId)
    return this.config.get(['m', keyOf(id)]) instanceof Map ? this.#read(id, new Set(this.sendingIds)) : null
  }

  /** Who is being invited or promoted by this device right now; only dumps keep it. */
  get sendingIds(): SessionId[] {
    const list = this.config.extra.get(PENDING)
    return Array.isArray(list) ? (list.filter((id) => typeof id === 'string') as SessionId[]) : []
  }

  /** Nothing is being sent any more, as after a start. */
  resetSending(): void {
    if (this.config.extra.has(PENDING)) this.#saveSending([])
  }

  /**
   * A new member, not invited yet; `history`: with all keys. An entry that exists is started anew.
   * Throws `GROUP_TOO_MANY_MEMBERS` when the group has 100 members already, which only the clients demand.
   */
  add(member: {
    readonly sessionId: string
    readonly name?: string | undefined
    readonly picture?: ProfilePicture | null | undefined
    readonly history?: boolean | undefined
  }): void {
    const id = checkedMemberId(member.sessionId)
    if (this.get(id) === null && this.size >= MAX_GROUP_MEMBERS) {
      throw new ClosedGroupError('GROUP_TOO_MANY_MEMBERS', `a group has at most ${MAX_GROUP_MEMBERS} members`)
    }
    const { name = '', picture = null, history = false } = member
    const checked = { name: checkedText(name, MAX_NAME_LENGTH, 'name'), picture: checkedPicture(picture) }
    for (const field of ['A', 'P', 'R']) this.config.erase(path(id, field))
    this.#writeProfile(id, checked)
    this.setInvite(id, 'notSent')
    writeFlag(this.config, path(id, 's'), history)
  }

  /** The profile as the member shows it, never a nickname of ours. The name is cut to what fits. */
  setProfile(sessionId: string, profile: { readonly name?: string; readonly picture?: ProfilePicture | null }): void {
    const { id, name, picture } = this.#known(sessionId)
    this.#writeProfile(id, {
      name: truncateName(profile.name ?? name),
      picture: profile.picture === undefined ? picture : checkedPicture(profile.picture),
    })
  }

  /** `notSent` marks the invitation as being sent by this device. Nothing happens to admins. */
  setInvite(sessionId: string, state: SendState): void {
    const { id, admin } = this.#known(sessionId)
    if (admin) return
    writePositive(this.config, path(id, 'I'), checkedState(state))
    if (state === 'accepted') this.config.erase(path(id, 's'))
    this.#setSending(id, state === 'notSent')
  }

  /** Makes the member an admin; `accepted` is for our own entry. `notSent` marks the promotion as being sent. */
  setPromotion(sessionId: string, state: SendState): void {
    const { id } = this.#known(sessionId)
    const status = checkedState(state)
    writeFlag(this.config, path(id, 'A'), true)
    writePositive(this.config, path(id, 'P'), status)
    for (const field of ['I', 's']) this.config.erase(path(id, field))
    this.#setSending(id, state === 'notSent')
  }

  /** Marks a member as to be removed; `withMessages` also deletes what they wrote. `erase` follows when that is done. */
  remove(sessionId: string, options: { readonly withMessages?: boolean } = {}): void {
    const { id } = this.#known(sessionId)
    for (const field of ['I', 'P']) this.config.erase(path(id, field))
    writePositive(this.config, path(id, 'R'), options.withMessages === true ? 2 : 1)
    this.#setSending(id, false)
  }

  /** Takes the entry away; a rekey must follow. Whether there was one. */
  erase(sessionId: string): boolean {
    const id = checkedMemberId(sessionId)
    this.#setSending(id, false)
    return this.config.erase(['m', keyOf(id)])
  }

  #known(sessionId: string): { id: SessionId; name: string; picture: ProfilePicture | null; admin: boolean } {
    const member = this.get(sessionId)
    if (member === null) throw new ClosedGroupError('GROUP_UNKNOWN_MEMBER', 'no such member')
    // Writing what is there already would pass, and mark as being sent what a member cannot send.
    if (this.isReadOnly) throw new ConfigError('CONFIG_READ_ONLY', 'only an admin can edit the members')
    return { ...member, id: member.sessionId }
  }

  #read(id: SessionId, sending: ReadonlySet<string>): GroupMember {
    const { config } = this
    const admin = readFlag(config, path(id, 'A'))
    const promotionStatus = readPositive(config, path(id, 'P'))
    const inviteStatus = admin ? 0 : readPositive(config, path(id, 'I'))
    const removedStatus = readPositive(config, path(id, 'R'))
    const state = { admin, inviteStatus, promotionStatus, removedStatus }
    return {
      sessionId: id,
      name: readText(config, path(id, 'n')),
      picture: readPicture(config, path(id, 'p'), path(id, 'q')),
      ...state,
      supplement: inviteStatus > 0 && promotionStatus === 0 && readFlag(config, path(id, 's')),
      status: memberStatus({ ...state, sending: sending.has(id) }),
    }
  }

  #writeProfile(id: SessionId, profile: { readonly name: string; readonly picture: ProfilePicture | null }): void {
    // Always written: it keeps the entry of somebody without a name alive.
    writeText(this.config, path(id, 'n'), profile.name, true)
    writePicture(this.config, path(id, 'p'), path(id, 'q'), profile.picture)
  }

  #setSending(id: SessionId, sending: boolean): void {
    const others = this.sendingIds.filter((other) => other !== id)
    if (sending === (others.length !== this.sendingIds.length)) return
    this.#saveSending(sending ? [...others, id] : others)
  }

  #saveSending(ids: readonly SessionId[]): void {
    const extra = new Map(this.config.extra)
    if (ids.length === 0) extra.delete(PENDING)
    else extra.set(PENDING, [...ids].sort())
    this.config.extra = extra
  }
}

const keyOf = (id: SessionId): string => idKey(id, ['05'])
const path = (id: SessionId, field: string): ConfigPath => ['m', keyOf(id), field]

function checkedState(state: SendState): number {
  const number = sendStates.indexOf(state)
  if (number < 0) throw new ClosedGroupError('GROUP_BAD_ARGUMENT', 'state: accepted, sent, failed or notSent')
  return number
}
