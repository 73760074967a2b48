import { type Blinded15Id, type Blinded25Id, isBlindedId, isSessionId, type SessionId } from '@sessionkit/session-id'
import { z } from 'zod'
import { MAX_LIST_ENTRIES } from './limits.ts'
import { bytesOfBase64 } from './request.ts'

// Pieces of the answers' shapes. Protocol page 08, section 8.

/** Ids of people as servers show them. */
export type MemberId = SessionId | Blinded15Id | Blinded25Id

/** Ids and counters: exact integers, or the decimal text that some implementations send. */
export const integer: z.ZodType<number> = z.union([
  z.int().nonnegative(),
  z
    .string()
    .regex(/^[0-9]{1,16}$/)
    .transform(Number)
    .pipe(z.int()),
])

/** Unix seconds with a fraction. */
export const seconds: z.ZodType<number> = z.number().min(0).max(1e12)

/** SQLite servers write 0 and 1. */
export const flag: z.ZodType<boolean> = z.union([z.boolean(), z.literal([0, 1]).transform((value) => value === 1)])

export const text = (length: number): z.ZodType<string> => z.string().max(length)

export const base64: z.ZodType<Uint8Array> = z.string().transform((value, context) => {
  const bytes = bytesOfBase64(value)
  if (bytes !== undefined) return bytes
  context.addIssue({ code: 'custom', message: 'not base64' })
  return z.NEVER
})

export const memberId: z.ZodType<MemberId> = z.string().transform((value, context) => {
  const id = memberIdOf(value)
  if (id !== undefined) return id
  context.addIssue({ code: 'custom', message: 'not an id' })
  return z.NEVER
})

export function memberIdOf(value: unknown): MemberId | undefined {
  if (typeof value !== 'string') return undefined
  const id = value.toLowerCase()
  return isSessionId(id) || isBlindedId(id) ? id : undefined
}

/** A list of ids; those of other kinds, such as the server's own user, are left out. */
export const memberIds: z.ZodType<MemberId[]> = z
  .array(z.unknown())
  .max(MAX_LIST_ENTRIES)
  .transform((values) => values.map(memberIdOf).filter((id) => id !== undefined))

/** A list without what is not of this shape: one odd entry does not hide the others. */
export const readable = <T>(shape: z.ZodType<T>): z.ZodType<T[]> =>
  z
    .array(z.unknown())
    .max(MAX_LIST_ENTRIES)
    .transform((values) =>
      values.flatMap((value) => {
        const read = shape.safeParse(value)
        return read.success ? [read.data] : []
      }),
    )

/** The own entries of an object, whatever their names; lists are no objects. */
export const entries: z.ZodType<[string, unknown][]> = z
  .custom<object>((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
  .transform((value) => Object.entries(value))
  .refine((list) => list.length <= MAX_LIST_ENTRIES)

/** Without the fields that are undefined. */
export function present<T extends object>(value: T): { [K in keyof T]: T[K] } {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T
}
