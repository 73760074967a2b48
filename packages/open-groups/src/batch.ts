import { bytesToBase64, bytesToUtf8, SessionKitError } from '@sessionkit/bytes'
import { z } from 'zod'
import { type CommunityAnswer, readAnswer } from './answer.ts'
import { requireBytes, requireInteger } from './argument.ts'
import { OpenGroupError } from './error.ts'
import { MAX_BATCH_REQUESTS } from './limits.ts'
import { buildDeleteAllOfUser } from './message-requests.ts'
import { buildBan } from './moderation-requests.ts'
import { bytesOfBase64, type CommunityRequest, JSON_TYPE, sendJson } from './request.ts'
import { requireEndpoint } from './signed-text.ts'

/** Several requests in one, all of which are made; the outer one is signed. Protocol page 08, section 9.10. */
export const buildBatch = (requests: readonly CommunityRequest[]): CommunityRequest => joined('/batch', requests)

/**
 * Several requests in one, in order, up to the first that fails. A 304 counts as failed: poll with a batch. Protocol
 * page 08, section 9.10.
 */
export const buildSequence = (requests: readonly CommunityRequest[]): CommunityRequest => joined('/sequence', requests)

/** Bans a user from a room and deletes what they wrote there. Protocol page 08, section 9.7. */
export const buildBanAndDelete = (input: { readonly room: string; readonly user: string }): CommunityRequest =>
  buildSequence([buildBan({ user: input.user, rooms: [input.room] }), buildDeleteAllOfUser(input)])

function joined(endpoint: string, requests: readonly CommunityRequest[]): CommunityRequest {
  if (!Array.isArray(requests) || requests.length === 0 || requests.length > MAX_BATCH_REQUESTS) {
    throw new OpenGroupError('OPEN_GROUP_BAD_REQUEST', `batch: expected 1 to ${MAX_BATCH_REQUESTS} requests`)
  }
  return sendJson('POST', endpoint, requests.map(part))
}

function part(request: CommunityRequest): object {
  const { method, endpoint, headers, body } = request ?? {}
  requireEndpoint(endpoint)
  const writes = method === 'POST' || method === 'PUT'
  if (!writes && method !== 'GET' && method !== 'DELETE') {
    throw new OpenGroupError('OPEN_GROUP_BAD_REQUEST', 'batch: a method that it cannot hold')
  }
  if (writes !== (body !== undefined)) {
    throw new OpenGroupError('OPEN_GROUP_BAD_REQUEST', 'batch: POST and PUT have a body, GET and DELETE none')
  }
  const { 'Content-Type': type, ...others } = headers ?? {}
  const sub = { method, path: endpoint, ...(Object.keys(others).length === 0 ? {} : { headers: others }) }
  if (body === undefined) return sub
  requireBytes(body, 'body')
  return type === JSON_TYPE ? { ...sub, json: ownJson(body) } : { ...sub, b64: bytesToBase64(body) }
}

function ownJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(bytesToUtf8(body))
  } catch (cause) {
    if (!(cause instanceof SessionKitError) && !(cause instanceof SyntaxError)) throw cause
    // Not as a cause: the parser's message quotes the text.
    throw new OpenGroupError('OPEN_GROUP_BAD_REQUEST', 'batch: a body that says it is JSON, and is not')
  }
}

/** An answer to one of the requests, or undefined where there is none that can be read, or it was not reached. */
export type BatchItem = CommunityAnswer | undefined

const item = z.object({
  code: z.int().min(100).max(599),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown(),
})

/**
 * The answers of a batch or sequence, one for each request in their order. Read each with the parser of its request.
 * Throws the codes of `checkStatus` for the outer answer, and `OPEN_GROUP_BAD_ANSWER` where it is no list or longer than
 * the request; an item that cannot be read is undefined. Protocol page 08, sections 9.10 and 13.
 */
export function parseBatch(answer: CommunityAnswer, options: { readonly count: number }): BatchItem[] {
  const count = requireInteger(options.count, 'count')
  if (count > MAX_BATCH_REQUESTS) throw new OpenGroupError('OPEN_GROUP_BAD_ARGUMENT', 'count: above the limit')
  const values = readAnswer(answer, z.array(z.unknown()).max(count))
  return Array.from({ length: count }, (_, i) => readItem(values[i]))
}

function readItem(value: unknown): BatchItem {
  const read = item.safeParse(value)
  if (!read.success) return undefined
  const { code, body } = read.data
  const headers = new Map(Object.entries(read.data.headers ?? {}).map(([name, text]) => [name.toLowerCase(), text]))
  const answer = { code, headers: Object.fromEntries(headers) }
  if (headers.get('content-type') === JSON_TYPE) return { ...answer, body }
  const bytes = typeof body === 'string' ? bytesOfBase64(body) : undefined
  return bytes === undefined ? undefined : { ...answer, body: bytes }
}
