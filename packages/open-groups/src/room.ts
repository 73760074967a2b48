import { z } from 'zod'
import { type CommunityAnswer, checked, codeOf, jsonOf, readAnswer } from './answer.ts'
import { MAX_LIST_ENTRIES } from './limits.ts'
import { isRoom } from './room-token.ts'
import { entries, flag, integer, type MemberId, memberId, memberIds, readable, seconds, text } from './schema.ts'

const token: z.ZodType<string> = z.string().refine(isRoom)

/** Flags of the caller; each is there only when it is true. */
export interface RoomRights {
  readonly read: boolean
  readonly write: boolean
  readonly upload: boolean
  readonly moderator: boolean
  readonly admin: boolean
  readonly globalModerator: boolean
  readonly globalAdmin: boolean
  /** Moderators only. */
  readonly defaults: RoomDefaults | undefined
}

export interface RoomDefaults {
  readonly read: boolean
  readonly accessible: boolean
  readonly write: boolean
  readonly upload: boolean
}

export interface PinnedMessage {
  readonly id: number
  /** Unix seconds. */
  readonly pinnedAt: number
  readonly pinnedBy: MemberId
}

/** Protocol page 08, section 8.1. */
export interface Room extends RoomRights {
  readonly token: string
  readonly name: string
  readonly description: string | undefined
  readonly infoUpdates: number
  /** The highest `seqno` of the room. */
  readonly messageSequence: number
  /** Unix seconds with a fraction. */
  readonly created: number
  readonly activeUsers: number
  /** Seconds. */
  readonly activeUsersCutoff: number
  readonly imageId: number | undefined
  readonly pinnedMessages: readonly PinnedMessage[]
  readonly moderators: readonly MemberId[]
  readonly admins: readonly MemberId[]
  /** Moderators only; empty otherwise. */
  readonly hiddenModerators: readonly MemberId[]
  readonly hiddenAdmins: readonly MemberId[]
}

const rights = {
  read: flag,
  write: flag,
  upload: flag,
  moderator: flag.optional(),
  admin: flag.optional(),
  global_moderator: flag.optional(),
  global_admin: flag.optional(),
  default_read: flag.optional(),
  default_accessible: flag.optional(),
  default_write: flag.optional(),
  default_upload: flag.optional(),
}
type Rights = z.output<z.ZodObject<typeof rights>>

const pinned = z
  .object({ id: integer, pinned_at: seconds, pinned_by: memberId })
  .transform((pin): PinnedMessage => ({ id: pin.id, pinnedAt: pin.pinned_at, pinnedBy: pin.pinned_by }))

const room: z.ZodType<Room> = z
  .object({
    token,
    name: text(65_536),
    description: text(1_048_576).nullish(),
    info_updates: integer,
    message_sequence: integer,
    created: seconds,
    active_users: integer,
    active_users_cutoff: integer,
    image_id: integer.nullish(),
    pinned_messages: readable(pinned).nullish(),
    moderators: memberIds,
    admins: memberIds,
    hidden_moderators: memberIds.nullish(),
    hidden_admins: memberIds.nullish(),
    ...rights,
  })
  .transform((value) => ({
    token: value.token,
    name: value.name,
    description: value.description ?? undefined,
    infoUpdates: value.info_updates,
    messageSequence: value.message_sequence,
    created: value.created,
    activeUsers: value.active_users,
    activeUsersCutoff: value.active_users_cutoff,
    imageId: value.image_id ?? undefined,
    pinnedMessages: value.pinned_messages ?? [],
    moderators: value.moderators,
    admins: value.admins,
    hiddenModerators: value.hidden_moderators ?? [],
    hiddenAdmins: value.hidden_admins ?? [],
    ...rightsOf(value),
  }))

function rightsOf(value: Rights): RoomRights {
  const { default_read: read, default_accessible: accessible, default_write: write, default_upload: upload } = value
  const complete = read !== undefined && accessible !== undefined && write !== undefined && upload !== undefined
  return {
    read: value.read,
    write: value.write,
    upload: value.upload,
    moderator: value.moderator ?? false,
    admin: value.admin ?? false,
    globalModerator: value.global_moderator ?? false,
    globalAdmin: value.global_admin ?? false,
    defaults: complete ? { read, accessible, write, upload } : undefined,
  }
}

/** Protocol page 08, section 8.2. */
export interface PollInfo extends RoomRights {
  readonly token: string
  readonly activeUsers: number
  /** The whole room, where its `infoUpdates` is not the one asked with. */
  readonly details: Room | undefined
}

const pollInfo: z.ZodType<PollInfo> = z
  .object({ token, active_users: integer, details: room.nullish(), ...rights })
  .transform((value) => ({
    token: value.token,
    activeUsers: value.active_users,
    details: value.details ?? undefined,
    ...rightsOf(value),
  }))

/**
 * `GET /rooms`. Rooms that cannot be read, or whose name no URL can hold, are left out. Throws the codes of `checkStatus`
 * and `OPEN_GROUP_BAD_ANSWER`, as every parser here.
 */
export const parseRooms = (answer: CommunityAnswer): Room[] => readAnswer(answer, readable(room))

/** `GET /room/R`. */
export const parseRoom = (answer: CommunityAnswer): Room => readAnswer(answer, room)

/** `GET /room/R/pollInfo/N`. */
export const parsePollInfo = (answer: CommunityAnswer): PollInfo => readAnswer(answer, pollInfo)

export interface Capabilities {
  readonly capabilities: readonly string[]
  /** What was required and is not there; empty but for 412. */
  readonly missing: readonly string[]
}

const names = z.array(text(256)).max(MAX_LIST_ENTRIES)
const capabilities: z.ZodType<Capabilities> = z
  .object({ capabilities: names, missing: names.optional() })
  .transform((value) => ({ capabilities: value.capabilities, missing: value.missing ?? [] }))

/** `GET /capabilities`. 412 is an answer too: some of the required ones are missing. Protocol page 08, section 7. */
export function parseCapabilities(answer: CommunityAnswer): Capabilities {
  return codeOf(answer) === 412 ? checked(jsonOf(answer.body), capabilities) : readAnswer(answer, capabilities)
}

const infoUpdates = z.object({ info_updates: integer }).transform((value) => value.info_updates)

/** `PUT /room/R` and `POST /room/R/pin/N`: the new `infoUpdates`. */
export const parseInfoUpdates = (answer: CommunityAnswer): number => readAnswer(answer, infoUpdates)

export interface Unpinned {
  /** Messages that were unpinned. */
  readonly unpinned: number
  readonly infoUpdates: number
}

const unpinned: z.ZodType<Unpinned> = z
  .object({ unpinned: z.union([z.boolean().transform(Number), integer]), info_updates: integer })
  .transform((value) => ({ unpinned: value.unpinned, infoUpdates: value.info_updates }))

/** `POST /room/R/unpin/N` and `POST /room/R/unpin/all`. */
export const parseUnpinned = (answer: CommunityAnswer): Unpinned => readAnswer(answer, unpinned)

const moderatorResult: z.ZodType<Map<string, number>> = z
  .object({ info_updates: entries })
  .transform((value, context) => {
    const result = new Map<string, number>()
    for (const [room, updates] of value.info_updates) {
      const number = integer.safeParse(updates)
      if (!isRoom(room) || !number.success) {
        context.addIssue({ code: 'custom', message: 'not a room with its number', path: ['info_updates'] })
        return z.NEVER
      }
      result.set(room, number.data)
    }
    return result
  })

/** `POST /user/ID/moderator`: the new `infoUpdates` by room. */
export const parseSetModerator = (answer: CommunityAnswer): Map<string, number> => readAnswer(answer, moderatorResult)
