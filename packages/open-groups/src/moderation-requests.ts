import { OpenGroupError } from './error.ts'
import { type CommunityRequest, get, roomPath, sendJson, userPath } from './request.ts'
import { requireRoom } from './room-token.ts'

/** Some rooms, all rooms of the server, or the server itself. */
export type ModerationScope =
  | { readonly rooms: readonly string[] | 'all'; readonly global?: undefined }
  | { readonly rooms?: undefined; readonly global: true }

const bad = (message: string): OpenGroupError => new OpenGroupError('OPEN_GROUP_BAD_ARGUMENT', message)

function scopeOf(scope: ModerationScope): { rooms?: string[]; global?: true } {
  const { rooms, global } = scope
  if ((rooms === undefined) === (global !== true)) throw bad('scope: expected either rooms or global')
  if (rooms === undefined) return { global: true }
  if (rooms === 'all') return { rooms: ['*'] }
  if (!Array.isArray(rooms) || rooms.length === 0) throw bad('rooms: expected at least one')
  for (const room of rooms) requireRoom(room)
  return { rooms: [...rooms] }
}

export type SetModeratorInput = ModerationScope & {
  /** `05…` or `15…`. */
  readonly user: string
  /** At least one of the two; `admin: true` with `moderator: false` says nothing and is refused. */
  readonly moderator?: boolean | undefined
  readonly admin?: boolean | undefined
  /** The server's default: true for rooms, false for global. */
  readonly visible?: boolean | undefined
}

/** Appoints or dismisses a moderator or admin. Protocol page 08, section 9.7. */
export function buildSetModerator(input: SetModeratorInput): CommunityRequest {
  const { user, moderator, admin, visible } = input
  if (moderator === undefined && admin === undefined) throw bad('moderator, admin: say at least one')
  if (admin === true && moderator === false) throw bad('an admin is a moderator')
  return sendJson('POST', `/user/${userPath(user)}/moderator`, { ...scopeOf(input), moderator, admin, visible })
}

/** Bans a user, for ever without `timeoutSeconds`. Protocol page 08, section 9.7. */
export function buildBan(
  input: ModerationScope & { readonly user: string; readonly timeoutSeconds?: number | undefined },
): CommunityRequest {
  const { user, timeoutSeconds: timeout } = input
  // 0 would ban for ever.
  if (timeout !== undefined && !(Number.isFinite(timeout) && timeout > 0)) throw bad('timeoutSeconds: must be above 0')
  return sendJson('POST', `/user/${userPath(user)}/ban`, { ...scopeOf(input), timeout })
}

/** Lifts a ban. Protocol page 08, section 9.7. */
export const buildUnban = (input: ModerationScope & { readonly user: string }): CommunityRequest =>
  sendJson('POST', `/user/${userPath(input.user)}/unban`, scopeOf(input))

type InRoom = { readonly room: string }
type UserInRoom = InRoom & { readonly user: string }

/** The overrides of all users of a room. Protocol page 08, section 9.7. */
export const buildGetPermissions = ({ room }: InRoom): CommunityRequest => get(`${roomPath(room)}/permissions`)

/** The overrides of one user. Protocol page 08, section 9.7. */
export const buildGetUserPermissions = ({ room, user }: UserInRoom): CommunityRequest =>
  get(`${roomPath(room)}/permissions/${userPath(user)}`)

export interface SetPermissionsInput extends UserInRoom {
  /** A value sets an override; `default` removes it. */
  readonly read?: boolean | 'default' | undefined
  readonly accessible?: boolean | 'default' | undefined
  readonly write?: boolean | 'default' | undefined
  readonly upload?: boolean | 'default' | undefined
  /** Keeps scheduled changes of the same permissions, which are dropped otherwise. */
  readonly keepScheduled?: boolean | undefined
}

/** Sets overrides for one user; at least one. Protocol page 08, section 9.7. */
export function buildSetPermissions(input: SetPermissionsInput): CommunityRequest {
  const { room, user, keepScheduled } = input
  const json: Record<string, boolean> = {}
  for (const name of ['read', 'accessible', 'write', 'upload'] as const) {
    const value = input[name]
    if (value === 'default') json[`default_${name}`] = true
    else if (typeof value === 'boolean') json[name] = value
    else if (value !== undefined) throw bad(`${name}: expected true, false or default`)
  }
  if (Object.keys(json).length === 0) throw bad('permissions: say at least one')
  if (keepScheduled === true) json.unschedule = false
  return sendJson('POST', `${roomPath(room)}/permissions/${userPath(user)}`, json)
}

/** Scheduled changes of all users of a room. Protocol page 08, section 9.7. */
export const buildGetFuturePermissions = ({ room }: InRoom): CommunityRequest =>
  get(`${roomPath(room)}/futurePermissions`)

/** Scheduled changes of one user. Protocol page 08, section 9.7. */
export const buildGetUserFuturePermissions = ({ room, user }: UserInRoom): CommunityRequest =>
  get(`${roomPath(room)}/futurePermissions/${userPath(user)}`)

/** Schedules a change; at least one permission. Protocol page 08, section 9.7. */
export function buildSetFuturePermissions(
  input: UserInRoom & {
    readonly read?: boolean | undefined
    readonly write?: boolean | undefined
    readonly upload?: boolean | undefined
    /** Above 0, below 1e9. */
    readonly inSeconds: number
  },
): CommunityRequest {
  const { room, user, read, write, upload, inSeconds } = input
  if (!(typeof inSeconds === 'number' && inSeconds > 0 && inSeconds < 1e9)) throw bad('inSeconds: out of range')
  if (read === undefined && write === undefined && upload === undefined) throw bad('permissions: say at least one')
  return sendJson('POST', `${roomPath(room)}/futurePermissions/${userPath(user)}`, {
    read,
    write,
    upload,
    in: inSeconds,
  })
}
