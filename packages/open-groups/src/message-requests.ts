import { readId, requireInteger } from './argument.ts'
import { OpenGroupError } from './error.ts'
import {
  base64Field,
  type CommunityRequest,
  get,
  idPath,
  type ListOptions,
  listQuery,
  remove,
  roomPath,
  sendJson,
  userPath,
} from './request.ts'

type InRoom = { readonly room: string }
type OneMessage = InRoom & { readonly id: number }

/** The newest messages, newest first: the first poll of a room. Protocol page 08, section 9.2. */
export function buildGetRecentMessages(input: InRoom & ListOptions): CommunityRequest {
  return get(`${roomPath(input.room)}/messages/recent`, listQuery(input))
}

/** Older messages, newest first. Protocol page 08, section 9.2. */
export function buildGetMessagesBefore(input: OneMessage & ListOptions): CommunityRequest {
  return get(`${roomPath(input.room)}/messages/before/${idPath(input.id, 'id')}`, listQuery(input))
}

/** What changed after a `seqno`, in its order, changes of reactions included. Protocol page 08, section 9.2. */
export function buildGetMessagesSince(input: InRoom & { readonly seqno: number } & ListOptions): CommunityRequest {
  const path = `${roomPath(input.room)}/messages/since/${idPath(input.seqno, 'seqno')}`
  return get(path, { t: 'r', ...listQuery(input) })
}

/** One message. Protocol page 08, section 9.2. */
export function buildGetMessage(input: OneMessage): CommunityRequest {
  return get(`${roomPath(input.room)}/message/${idPath(input.id, 'id')}`)
}

export interface PostMessageInput extends InRoom {
  /** Padded content, as signed. */
  readonly data: Uint8Array
  /** 64 bytes. */
  readonly signature: Uint8Array
  /** Moderators only: who alone sees it. */
  readonly whisperTo?: string | undefined
  /** Moderators only: all of them see it, and nobody else. */
  readonly whisperMods?: boolean | undefined
  /** Ids of uploads to this room that belong to the message. */
  readonly files?: readonly number[] | undefined
}

/** Posts a message. 429: five in 16 seconds are the most. Protocol page 08, section 9.3. */
export function buildPostMessage(input: PostMessageInput): CommunityRequest {
  const { room, data, signature, whisperTo, whisperMods, files } = input
  return sendJson('POST', `${roomPath(room)}/message`, {
    data: base64Field(data, 'data'),
    signature: base64Field(signature, 'signature', 64),
    whisper_to: whisperTo === undefined ? undefined : readId(whisperTo, 'whisperTo').id,
    whisper_mods: whisperMods,
    files: fileIds(files),
  })
}

/** Changes one's own message. Protocol page 08, section 9.3. */
export function buildEditMessage(
  input: OneMessage & Pick<PostMessageInput, 'data' | 'signature' | 'files'>,
): CommunityRequest {
  const { room, id, data, signature, files } = input
  return sendJson('PUT', `${roomPath(room)}/message/${idPath(id, 'id')}`, {
    data: base64Field(data, 'data'),
    signature: base64Field(signature, 'signature', 64),
    files: fileIds(files),
  })
}

/** Deletes a message: one's own, or anybody's as a moderator. Protocol page 08, section 9.3. */
export const buildDeleteMessage = ({ room, id }: OneMessage): CommunityRequest =>
  remove(`${roomPath(room)}/message/${idPath(id, 'id')}`)

/** Deletes all that a user wrote in a room. Protocol page 08, section 9.3. */
export const buildDeleteAllOfUser = ({ room, user }: InRoom & { readonly user: string }): CommunityRequest =>
  remove(`${roomPath(room)}/all/${userPath(user)}`)

/** The same in every room where the caller may. Protocol page 08, section 9.3. */
export const buildDeleteAllOfUserEverywhere = ({ user }: { readonly user: string }): CommunityRequest =>
  remove(`/rooms/all/${userPath(user)}`)

function fileIds(files: readonly number[] | undefined): number[] | undefined {
  if (files === undefined) return undefined
  if (!Array.isArray(files)) throw new OpenGroupError('OPEN_GROUP_BAD_ARGUMENT', 'files: expected a list of ids')
  return files.map((id, i) => requireInteger(id, `files[${i}]`))
}
