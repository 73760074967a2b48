import { readId } from './argument.ts'
import { OpenGroupError } from './error.ts'
import { MAX_LIST_LIMIT } from './limits.ts'
import { base64Field, type CommunityRequest, get, idPath, inRange, remove, sendJson } from './request.ts'

export interface BoxInput {
  /** The last id seen: newer ones only, and 304 where there are none. */
  readonly since?: number | undefined
  readonly limit?: number | undefined
}

function box(name: 'inbox' | 'outbox', { since, limit }: BoxInput): CommunityRequest {
  const path = since === undefined ? `/${name}` : `/${name}/since/${idPath(since, 'since')}`
  return get(path, { limit: inRange(limit, 'limit', 1, MAX_LIST_LIMIT) })
}

/** Direct messages to the caller, by ascending id. Needs a blinded signature. Protocol page 08, section 9.9. */
export const buildGetInbox = (input: BoxInput = {}): CommunityRequest => box('inbox', input)

/** Direct messages that the caller sent, by ascending id. Needs a blinded signature. Protocol page 08, section 9.9. */
export const buildGetOutbox = (input: BoxInput = {}): CommunityRequest => box('outbox', input)

/** Sends what `encryptDirectMessage` made to a `15` id. Protocol page 08, section 9.9. */
export function buildPostDirectMessage(input: {
  readonly recipientId: string
  readonly message: Uint8Array
}): CommunityRequest {
  const { id, prefix } = readId(input.recipientId, 'recipientId')
  if (prefix !== '15') {
    throw new OpenGroupError('OPEN_GROUP_BAD_ID', `recipientId: expected the prefix 15, got ${prefix}`)
  }
  return sendJson('POST', `/inbox/${id}`, { message: base64Field(input.message, 'message') })
}

/** Deletes all received direct messages; they vanish from their senders' outboxes too. Protocol page 08, section 9.9. */
export const buildDeleteInbox = (): CommunityRequest => remove('/inbox')
