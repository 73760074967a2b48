import { PushError } from './error.ts'
import { MAX_PUSH_REQUESTS } from './request.ts'

/** Longest message for people that is kept of an answer. */
export const MAX_ANSWER_MESSAGE_CHARACTERS = 500
const MAX_ANSWER_CHARACTERS = 200_000

const errorNames: ReadonlyMap<number, string> = new Map([
  [1, 'BAD_INPUT'],
  [2, 'SERVICE_NOT_AVAILABLE'],
  [3, 'SERVICE_TIMEOUT'],
  [4, 'ERROR'],
  [5, 'INTERNAL_ERROR'],
])

/** What became of one request. Protocol page 09, sections 3.4 and 4. */
export type PushOutcome =
  | {
      readonly ok: true
      /** `not-subscribed`: there was nothing to remove. `unknown`: success that says no more. */
      readonly change: 'added' | 'updated' | 'removed' | 'not-subscribed' | 'unknown'
    }
  | {
      readonly ok: false
      /** The server's number. */
      readonly error: number
      readonly name: string
      /** For people; never to be parsed. */
      readonly message: string
    }

/**
 * Reads the answer to `count` requests, in their order: the JSON text. Single requests may fail; one error for a whole
 * array is the outcome of each.
 *
 * Throws `PUSH_BAD_ANSWER`. Protocol page 09, section 3.4.
 */
export function parsePushAnswer(input: { readonly body: string; readonly count: number }): readonly PushOutcome[] {
  const { body, count } = input
  if (!Number.isInteger(count) || count < 1 || count > MAX_PUSH_REQUESTS) {
    throw new PushError('PUSH_BAD_INPUT', `count: expected 1 to ${MAX_PUSH_REQUESTS}`)
  }
  if (typeof body !== 'string' || body.length > MAX_ANSWER_CHARACTERS) throw badAnswer('no text, or too long')
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    throw badAnswer('not JSON')
  }
  if (Array.isArray(value)) {
    if (value.length !== count) throw badAnswer(`${value.length} outcomes of ${count} requests`)
    return value.map(outcomeOf)
  }
  const outcome = outcomeOf(value)
  if (outcome.ok && count > 1) throw badAnswer('one success of several requests')
  return Array.from({ length: count }, () => outcome)
}

function outcomeOf(value: unknown): PushOutcome {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badAnswer('an outcome is an object')
  const field = (name: string): unknown =>
    Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
  const error = field('error')
  if (error !== undefined) {
    if (!Number.isSafeInteger(error)) throw badAnswer('an error has a number')
    const message = field('message')
    return {
      ok: false,
      error: error as number,
      name: errorNames.get(error as number) ?? 'UNKNOWN',
      message: typeof message === 'string' ? message.slice(0, MAX_ANSWER_MESSAGE_CHARACTERS) : '',
    }
  }
  if (field('success') !== true) throw badAnswer('neither success nor error')
  if (field('added') === true) return { ok: true, change: 'added' }
  if (field('updated') === true) return { ok: true, change: 'updated' }
  const removed = field('removed')
  if (typeof removed === 'boolean') return { ok: true, change: removed ? 'removed' : 'not-subscribed' }
  return { ok: true, change: 'unknown' }
}

const badAnswer = (message: string): PushError => new PushError('PUSH_BAD_ANSWER', `answer: ${message}`)
