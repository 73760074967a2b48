import { z } from 'zod'
import { type CommunityAnswer, readAnswer } from './answer.ts'
import { MAX_LIST_ENTRIES } from './limits.ts'
import { isRoom } from './room-token.ts'
import { entries, flag, integer, type MemberId, memberId, memberIdOf, present, seconds } from './schema.ts'

/** What differs for a user from the room's defaults; absent means: the default. Protocol page 08, section 9.7. */
export interface UserPermissions {
  readonly read?: boolean | undefined
  readonly accessible?: boolean | undefined
  readonly write?: boolean | undefined
  readonly upload?: boolean | undefined
  readonly banned?: boolean | undefined
  readonly moderator?: boolean | undefined
  readonly admin?: boolean | undefined
  readonly hidden?: boolean | undefined
}

const permissions: z.ZodType<UserPermissions> = z
  .object({
    read: flag.optional(),
    accessible: flag.optional(),
    write: flag.optional(),
    upload: flag.optional(),
    banned: flag.optional(),
    moderator: flag.optional(),
    admin: flag.optional(),
    hidden: flag.optional(),
  })
  .transform(present)

/** `GET` and `POST /room/R/permissions/ID`. */
export const parseUserPermissions = (answer: CommunityAnswer): UserPermissions => readAnswer(answer, permissions)

const byUser = entries.transform((list, context) => {
  const result = new Map<MemberId, UserPermissions>()
  for (const [name, value] of list) {
    const id = memberIdOf(name)
    const read = permissions.safeParse(value)
    if (!read.success) {
      context.addIssue({ code: 'custom', message: 'not permissions' })
      return z.NEVER
    }
    if (id !== undefined) result.set(id, read.data)
  }
  return result
})

/** `GET /room/R/permissions`: by user. */
export const parsePermissions = (answer: CommunityAnswer): Map<MemberId, UserPermissions> => readAnswer(answer, byUser)

export interface FuturePermission {
  /** Not in the list of a single user. */
  readonly sessionId?: MemberId | undefined
  /** Unix seconds. */
  readonly at: number
  readonly read?: boolean | undefined
  readonly write?: boolean | undefined
  readonly upload?: boolean | undefined
  readonly banned?: boolean | undefined
}

const future = z
  .array(
    z
      .object({
        session_id: memberId.optional(),
        at: seconds,
        read: flag.optional(),
        write: flag.optional(),
        upload: flag.optional(),
        banned: flag.optional(),
      })
      .transform(({ session_id: sessionId, ...rest }): FuturePermission => present({ sessionId, ...rest })),
  )
  .max(MAX_LIST_ENTRIES)

/** `GET` and `POST /room/R/futurePermissions[/ID]`: by time. */
export const parseFuturePermissions = (answer: CommunityAnswer): FuturePermission[] => readAnswer(answer, future)

export interface DeletedEverywhere {
  readonly total: number
  /** Messages deleted, by room; rooms without permission are not there. */
  readonly rooms: ReadonlyMap<string, number>
}

const everywhere = z.object({ total: integer, rooms: entries }).transform((value, context): DeletedEverywhere => {
  const rooms = new Map<string, number>()
  for (const [room, count] of value.rooms) {
    const read = integer.safeParse(count)
    if (!isRoom(room) || !read.success) {
      context.addIssue({ code: 'custom', message: 'not a room with a number', path: ['rooms'] })
      return z.NEVER
    }
    rooms.set(room, read.data)
  }
  return { total: value.total, rooms }
})

/** `DELETE /rooms/all/ID`. Protocol page 08, section 9.3. */
export const parseDeletedEverywhere = (answer: CommunityAnswer): DeletedEverywhere => readAnswer(answer, everywhere)
