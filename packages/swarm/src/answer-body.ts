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
  return {
    t: isCount(t) && t >= EARLIEST_CLOCK_MS ? t : undefined,
    hardFork: counts(hf, 2) as [number, number] | undefined,
  }
}

/** A list of exactly so many integers from 0 on, copied; undefined for anything else. */
export function counts(value: unknown, length: number): number[] | undefined {
  return Array.isArray(value) && value.length === length && value.every(isCount) ? [...value] : undefined
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
