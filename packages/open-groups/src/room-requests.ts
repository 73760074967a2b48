import { requireInteger } from './argument.ts'
import { OpenGroupError } from './error.ts'
import { type CommunityRequest, get, idPath, roomPath, sendJson } from './request.ts'

/** What the server can do. With `required`, 412 when something of it is missing. Protocol page 08, section 7. */
export function buildGetCapabilities(
  options: { readonly required?: readonly string[] | undefined } = {},
): CommunityRequest {
  const { required } = options
  if (
    required !== undefined &&
    !required.every((name) => typeof name === 'string' && /^[a-z0-9_-]{1,64}$/i.test(name))
  ) {
    throw new OpenGroupError('OPEN_GROUP_BAD_ARGUMENT', 'required: expected names of capabilities')
  }
  // The comma stays as it is: the query is signed undecoded, and this is how the clients write it.
  const query = required === undefined || required.length === 0 ? '' : `?required=${required.join(',')}`
  return get(`/capabilities${query}`)
}

/** All rooms that the caller may see. Protocol page 08, section 9.1. */
export const buildGetRooms = (): CommunityRequest => get('/rooms')

/** One room. Protocol page 08, section 9.1. */
export const buildGetRoom = (input: { readonly room: string }): CommunityRequest => get(roomPath(input.room))

/** What changes often, and the whole room when its `infoUpdates` is another. Protocol page 08, section 8.2. */
export function buildGetPollInfo(input: { readonly room: string; readonly infoUpdates: number }): CommunityRequest {
  return get(`${roomPath(input.room)}/pollInfo/${idPath(input.infoUpdates, 'infoUpdates')}`)
}

export interface UpdateRoomInput {
  readonly room: string
  readonly name?: string | undefined
  /** `null` or empty removes it. */
  readonly description?: string | null | undefined
  readonly defaultRead?: boolean | undefined
  readonly defaultAccessible?: boolean | undefined
  readonly defaultWrite?: boolean | undefined
  readonly defaultUpload?: boolean | undefined
  /** Id of a file of this room. */
  readonly image?: number | undefined
}

/** Changes a room; needs an admin, and at least one field. Protocol page 08, section 9.1. */
export function buildUpdateRoom(input: UpdateRoomInput): CommunityRequest {
  const { room, name, description, image } = input
  const json = {
    name,
    description,
    default_read: input.defaultRead,
    default_accessible: input.defaultAccessible,
    default_write: input.defaultWrite,
    default_upload: input.defaultUpload,
    image: image === undefined ? undefined : requireInteger(image, 'image'),
  }
  if (Object.values(json).every((value) => value === undefined)) {
    throw new OpenGroupError('OPEN_GROUP_BAD_ARGUMENT', 'room: nothing to change')
  }
  return sendJson('PUT', roomPath(room), json)
}
