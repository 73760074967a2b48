import type { Blinded15Id } from '@sessionkit/session-id'
import { z } from 'zod'
import { type CommunityAnswer, codeOf, readAnswer } from './answer.ts'
import { MAX_LIST_LIMIT } from './limits.ts'
import { base64, integer, memberId, seconds } from './schema.ts'

/** A direct message as a server shows it; `decryptDirectMessage` opens it. Protocol page 08, section 8.4. */
export interface StoredDirectMessage {
  readonly id: number
  /** Unix seconds. */
  readonly postedAt: number
  readonly expiresAt: number
  readonly sender: Blinded15Id
  readonly recipient: Blinded15Id
  readonly message: Uint8Array
}

export interface Box {
  readonly messages: readonly StoredDirectMessage[]
  /** Places of malformed ones. */
  readonly dropped: readonly number[]
  /** Over all, bad ones too: what to give as `since` next. Undefined where there are none. */
  readonly highestId: number | undefined
  readonly count: number
}

const blinded = memberId.refine((id) => id.startsWith('15')).transform((id) => id as Blinded15Id)
const posted = z.object({ id: integer, posted_at: seconds, expires_at: seconds, sender: blinded, recipient: blinded })
const stored = posted.extend({ message: base64 })

/** `GET /inbox` and `/outbox`, with or without `since`. 304 means: nothing new. Protocol page 08, section 9.9. */
export function parseBox(answer: CommunityAnswer): Box {
  if (codeOf(answer) === 304) return { messages: [], dropped: [], highestId: undefined, count: 0 }
  const values = readAnswer(answer, z.array(z.unknown()).max(MAX_LIST_LIMIT))
  const messages: StoredDirectMessage[] = []
  const dropped: number[] = []
  let highest = -1
  values.forEach((value, index) => {
    const id = z.object({ id: integer }).safeParse(value)
    if (id.success) highest = Math.max(highest, id.data.id)
    const read = stored.safeParse(value)
    if (read.success) messages.push({ ...sentOf(read.data), message: read.data.message })
    else dropped.push(index)
  })
  return { messages, dropped, highestId: highest < 0 ? undefined : highest, count: values.length }
}

export type SentDirectMessage = Omit<StoredDirectMessage, 'message'>

const sentOf = (value: z.output<typeof posted>): SentDirectMessage => ({
  id: value.id,
  postedAt: value.posted_at,
  expiresAt: value.expires_at,
  sender: value.sender,
  recipient: value.recipient,
})

/** `POST /inbox/ID`. */
export const parsePostedDirectMessage = (answer: CommunityAnswer): SentDirectMessage =>
  sentOf(readAnswer(answer, posted))

/** `DELETE /inbox`: how many. */
export const parseDeletedInbox = (answer: CommunityAnswer): number =>
  readAnswer(answer, z.object({ deleted: integer })).deleted
