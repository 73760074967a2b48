import { z } from 'zod'
import { type CommunityAnswer, checked, readAnswer } from './answer.ts'
import { requireInteger } from './argument.ts'
import { OpenGroupError } from './error.ts'
import { MAX_LIST_LIMIT, MAX_REACTORS } from './limits.ts'
import { type Reaction, readReactions } from './reaction.ts'
import { inRange } from './request.ts'
import { base64, flag, integer, type MemberId, memberId, seconds } from './schema.ts'

/** A message as a server shows it. Nothing of it is verified yet: see `openRoomMessage`. */
export interface RoomMessage {
  readonly type: 'message'
  /** Unique per server. */
  readonly id: number
  readonly seqno: number
  /** Who the server says wrote it. */
  readonly sessionId: MemberId
  /** Unix seconds with a fraction, by the server. */
  readonly posted: number
  readonly edited: number | undefined
  /** Padded content, exactly as signed. */
  readonly data: Uint8Array
  /** 64 bytes. */
  readonly signature: Uint8Array
  /** Only some people see it. */
  readonly whisper: { readonly to: MemberId | undefined; readonly moderators: boolean } | undefined
  readonly reactions: readonly Reaction[]
  /** One's own post was silently hidden by the server's filter. */
  readonly filtered: boolean
}

export interface DeletedMessage {
  readonly type: 'deleted'
  readonly id: number
  readonly seqno: number
}

/** Only the reactions of a message changed, perhaps of one that is unknown here or deleted. */
export interface ReactionChange {
  readonly type: 'reactions'
  readonly id: number
  readonly seqno: number
  readonly reactions: readonly Reaction[]
}

export type RoomRow = RoomMessage | DeletedMessage | ReactionChange

export interface DroppedRow {
  /** Place in the answer. */
  readonly index: number
  /** Why: malformed, not above the row before, or there already. */
  readonly reason: 'malformed' | 'order' | 'duplicate'
}

export interface RoomRows {
  readonly rows: readonly RoomRow[]
  readonly dropped: readonly DroppedRow[]
  /** Over all rows, bad ones too: where to go on. Undefined where there are none. */
  readonly highestSeqno: number | undefined
  /** Rows in the answer: as many as the limit means that there is more. */
  readonly count: number
}

const head = { id: integer, seqno: integer }
const deleted = z.object({ ...head, deleted: z.literal(true).optional(), data: z.null().optional() })
const full = z.object({
  ...head,
  session_id: memberId,
  posted: seconds,
  edited: seconds.nullish(),
  data: base64,
  signature: base64.refine((signature) => signature.length === 64),
  whisper: flag.nullish(),
  whisper_mods: flag.nullish(),
  whisper_to: memberId.nullish(),
  reactions: z.unknown().optional(),
  filtered: flag.optional(),
})

function readRow(value: unknown, reactors: number): RoomRow | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const fields = value as Readonly<Record<string, unknown>>
  if (fields.deleted === true || (Object.hasOwn(fields, 'data') && fields.data === null)) {
    const row = deleted.safeParse(value)
    return row.success ? { type: 'deleted', id: row.data.id, seqno: row.data.seqno } : undefined
  }
  if (!Object.hasOwn(fields, 'data')) {
    if (!Object.hasOwn(fields, 'reactions')) return undefined
    const row = z.object(head).safeParse(value)
    const reactions = readReactions(fields.reactions, reactors)
    return row.success && reactions !== undefined ? { type: 'reactions', ...row.data, reactions } : undefined
  }
  const row = full.safeParse(value)
  if (!row.success) return undefined
  const { id, seqno, data, signature, posted, edited, whisper, filtered } = row.data
  const reactions = (fields.reactions ?? undefined) === undefined ? [] : readReactions(fields.reactions, reactors)
  if (reactions === undefined) return undefined
  const { session_id: sessionId, whisper_to: to, whisper_mods } = row.data
  const moderators = whisper_mods ?? false
  return {
    type: 'message',
    id,
    seqno,
    sessionId,
    posted,
    edited: edited ?? undefined,
    data,
    signature,
    whisper: whisper || moderators || to ? { to: to ?? undefined, moderators } : undefined,
    reactions,
    filtered: filtered ?? false,
  }
}

export interface ParseMessagesOptions {
  /** What the request asked for; longer lists of reactors are cut. */
  readonly reactors?: number | undefined
}

/**
 * The rows of `messages/recent` and `messages/before/N`. A bad row is left out and named, the others stay. Protocol
 * page 08, sections 8.3, 9.2 and 13.
 */
export function parseMessages(answer: CommunityAnswer, options: ParseMessagesOptions = {}): RoomRows {
  return readRows(answer, options.reactors, undefined)
}

/**
 * The rows of `messages/since/N`: as `parseMessages`, and rows whose `seqno` does not rise above `since` and the rows
 * before them are left out.
 */
export function parseMessagesSince(
  answer: CommunityAnswer,
  options: ParseMessagesOptions & { readonly since: number },
): RoomRows {
  return readRows(answer, options.reactors, requireInteger(options.since, 'since'))
}

const reactorsOf = (asked: number | undefined): number => inRange(asked, 'reactors', 0, MAX_REACTORS) ?? MAX_REACTORS

function readRows(answer: CommunityAnswer, asked: number | undefined, since: number | undefined): RoomRows {
  const reactors = reactorsOf(asked)
  const values = readAnswer(answer, z.array(z.unknown()).max(MAX_LIST_LIMIT))
  const rows: RoomRow[] = []
  const dropped: DroppedRow[] = []
  const ids = new Set<number>()
  let highest = -1
  let last = since ?? -1
  values.forEach((value, index) => {
    const seqno = z.object({ seqno: integer }).safeParse(value)
    if (seqno.success) highest = Math.max(highest, seqno.data.seqno)
    const row = readRow(value, reactors)
    if (row === undefined) dropped.push({ index, reason: 'malformed' })
    else if (since !== undefined && row.seqno <= last) dropped.push({ index, reason: 'order' })
    else if (since === undefined && ids.has(row.id)) dropped.push({ index, reason: 'duplicate' })
    else {
      rows.push(row)
      ids.add(row.id)
      last = Math.max(last, row.seqno)
    }
  })
  return { rows, dropped, highestSeqno: highest < 0 ? undefined : highest, count: values.length }
}

/** One message: of `GET /room/R/message/N` and of `POST /room/R/message`. */
export function parseMessage(answer: CommunityAnswer, options: ParseMessagesOptions = {}): RoomMessage {
  const row = readRow(readAnswer(answer, z.unknown()), reactorsOf(options.reactors))
  if (row?.type === 'message') return row
  throw new OpenGroupError('OPEN_GROUP_BAD_ANSWER', 'answer: not a message')
}

const empty = z.object({}).transform(() => undefined)

/** Answers that say nothing but that it was done: edit, delete, ban, unban. */
export function parseDone(answer: CommunityAnswer): void {
  checked(readAnswer(answer, z.unknown()), empty)
}
