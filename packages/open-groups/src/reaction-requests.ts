import { type CommunityRequest, get, idPath, inRange, reactionPath, remove, roomPath, sendJson } from './request.ts'

type OnMessage = { readonly room: string; readonly id: number }
type OneReaction = OnMessage & {
  /** 1 to 12 code points. */
  readonly emoji: string
}

const path = (kind: string, { room, id }: OnMessage): string => `${roomPath(room)}/${kind}/${idPath(id, 'id')}`

/** Adds one's own reaction. Protocol page 08, section 9.4. */
export const buildAddReaction = (input: OneReaction): CommunityRequest =>
  sendJson('PUT', `${path('reaction', input)}/${reactionPath(input.emoji)}`, {})

/** Takes one's own reaction back. Protocol page 08, section 9.4. */
export const buildRemoveReaction = (input: OneReaction): CommunityRequest =>
  remove(`${path('reaction', input)}/${reactionPath(input.emoji)}`)

/** A moderator removes one reaction of everybody, or without `emoji` all of them. Protocol page 08, section 9.4. */
export const buildClearReactions = (input: OnMessage & { readonly emoji?: string | undefined }): CommunityRequest =>
  remove(`${path('reactions', input)}${input.emoji === undefined ? '' : `/${reactionPath(input.emoji)}`}`)

/** Who reacted so, oldest first; all of them without `limit`. Protocol page 08, section 9.4. */
export const buildGetReactors = (input: OneReaction & { readonly limit?: number | undefined }): CommunityRequest =>
  get(`${path('reactors', input)}/${reactionPath(input.emoji)}`, {
    limit: inRange(input.limit, 'limit', 1, Number.MAX_SAFE_INTEGER),
  })

/** Pins a message, or moves it to the end; needs an admin. Protocol page 08, section 9.5. */
export const buildPinMessage = (input: OnMessage): CommunityRequest => sendJson('POST', path('pin', input), {})

/** Unpins a message; needs an admin. Protocol page 08, section 9.5. */
export const buildUnpinMessage = (input: OnMessage): CommunityRequest => sendJson('POST', path('unpin', input), {})

/** Unpins all messages; needs an admin. Protocol page 08, section 9.5. */
export const buildUnpinAll = ({ room }: { readonly room: string }): CommunityRequest =>
  sendJson('POST', `${roomPath(room)}/unpin/all`, {})
