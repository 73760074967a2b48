import { badAnswer } from './error.ts'

/** Most characters of an answer that is given as text. */
export const MAX_BODY_CHARACTERS = 16_777_216

export type JsonObject = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An own field: a body may name `__proto__`, and must not reach what objects inherit. */
export const field = (object: JsonObject, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined

/** An answer's JSON object, given parsed or as text. */
export function objectOf(body: unknown): JsonObject {
  let value = body
  if (typeof body === 'string') {
    if (body.length > MAX_BODY_CHARACTERS) throw badAnswer('the answer is too long')
    try {
      value = JSON.parse(body)
    } catch {
      throw badAnswer('the answer is not JSON')
    }
  }
  if (!isObject(value)) throw badAnswer('the answer is not a JSON object')
  return value
}

/** What nearly every answer carries. */
export interface AnswerHead {
  /** The node's clock, ms; undefined when absent or absurd (before 2021), so that no clock is set by it. */
  readonly t: number | undefined
  readonly hardFork: readonly [number, number] | undefined
}

const EARLIEST_CLOCK_MS = 1_609_459_200_000

export function headOf(body: JsonObject): AnswerHead {
  const t = field(body, 't')
  const hf = field(body, 'hf')
  const isFork = Array.isArray(hf) && hf.length === 2 && hf.every(isCount)
  return {
    t: isCount(t) && t >= EARLIEST_CLOCK_MS ? t : undefined,
    hardFork: isFork ? [hf[0], hf[1]] : undefined,
  }
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
