import { z } from 'zod'
import { type CommunityAnswer, readAnswer } from './answer.ts'
import { isReaction } from './request.ts'
import { entries, flag, integer, type MemberId, memberId, memberIdOf, readable, seconds } from './schema.ts'

export interface Reaction {
  /** 1 to 12 code points. */
  readonly emoji: string
  /** Order of first use. */
  readonly index: number
  readonly count: number
  /** The first ones by time: not all. */
  readonly reactors: readonly MemberId[]
  readonly you: boolean
}

const value = z.object({
  index: integer,
  count: integer.refine((count) => count >= 1),
  reactors: z.array(z.unknown()).optional(),
  you: flag.optional(),
})

/** Reactions in order. Impossible ones are left out, lists of reactors cut; undefined for what is no object. */
export function readReactions(given: unknown, most: number): Reaction[] | undefined {
  const list = entries.safeParse(given)
  if (!list.success) return undefined
  const reactions: Reaction[] = []
  for (const [emoji, fields] of list.data) {
    const read = value.safeParse(fields)
    if (!isReaction(emoji) || !read.success) continue
    const { index, count, reactors = [], you = false } = read.data
    const ids = reactors.slice(0, most).map(memberIdOf)
    reactions.push({ emoji, index, count, reactors: ids.filter((id) => id !== undefined), you })
  }
  return reactions.sort((a, b) => a.index - b.index)
}

export interface ReactionAdded {
  /** False where it was there before. */
  readonly added: boolean
  /** Polled reactions with a lower `seqno` predate this change. */
  readonly seqno: number
}

/** `PUT /room/R/reaction/N/E`. Protocol page 08, section 9.4. */
export const parseReactionAdded = (answer: CommunityAnswer): ReactionAdded =>
  readAnswer(answer, z.object({ added: flag, seqno: integer }))

export interface ReactionsRemoved {
  /** How many. */
  readonly removed: number
  readonly seqno: number
}

const removed = z.object({ removed: z.union([z.boolean().transform(Number), integer]), seqno: integer })

/** `DELETE` of one's own reaction, and of everybody's. Protocol page 08, section 9.4. */
export const parseReactionsRemoved = (answer: CommunityAnswer): ReactionsRemoved => readAnswer(answer, removed)

export interface Reactor {
  readonly id: MemberId
  /** Unix seconds. */
  readonly at: number
}

const reactors = readable(z.tuple([memberId, seconds]).transform(([id, at]): Reactor => ({ id, at })))

/** `GET /room/R/reactors/N/E`: oldest first, without those whose ids are of other kinds. Protocol page 08, section 9.4. */
export const parseReactors = (answer: CommunityAnswer): Reactor[] => readAnswer(answer, reactors)
