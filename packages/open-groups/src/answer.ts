import { bytesToUtf8, SessionKitError } from '@sessionkit/bytes'
import type { z } from 'zod'
import { TEXT_BLINDING_REQUIRED } from './check-request.ts'
import { OpenGroupError } from './error.ts'
import { MAX_ANSWER_BYTES } from './limits.ts'

/** What a server answered: of a v4 onion request (bytes), or one item of a batch (JSON is parsed there already). */
export interface CommunityAnswer {
  /** HTTP status. */
  readonly code: number
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body: unknown
}

/**
 * Throws for every status that is no success: `OPEN_GROUP_BLINDING_REQUIRED` where the server asks for blinded ids,
 * `OPEN_GROUP_STATUS` with the `status` otherwise. Texts of errors are not passed on: only the code counts. Protocol
 * page 08, section 9.11.
 */
export function checkStatus(answer: CommunityAnswer): void {
  const code = codeOf(answer)
  if (code >= 200 && code <= 299) return
  if (code === 400 && shortText(answer.body) === TEXT_BLINDING_REQUIRED) {
    throw new OpenGroupError('OPEN_GROUP_BLINDING_REQUIRED', 'the server requires blinded ids', { status: code })
  }
  throw new OpenGroupError('OPEN_GROUP_STATUS', `the server answered ${code}`, { status: code })
}

export function codeOf(answer: CommunityAnswer): number {
  const code: unknown = answer?.code
  if (typeof code !== 'number' || !Number.isInteger(code) || code < 100 || code > 599) {
    throw new OpenGroupError('OPEN_GROUP_BAD_ANSWER', 'answer: no status')
  }
  return code
}

function shortText(body: unknown): string | undefined {
  if (!(body instanceof Uint8Array) || body.length > 200) return undefined
  try {
    return bytesToUtf8(body).trim()
  } catch (error) {
    if (error instanceof SessionKitError) return undefined
    throw error
  }
}

/** The JSON of an answer. Throws `OPEN_GROUP_TOO_LARGE`, `OPEN_GROUP_BAD_ANSWER`. */
export function jsonOf(body: unknown): unknown {
  if (!(body instanceof Uint8Array)) return body
  if (body.length > MAX_ANSWER_BYTES) throw new OpenGroupError('OPEN_GROUP_TOO_LARGE', 'answer: above the limit')
  try {
    return JSON.parse(bytesToUtf8(body))
  } catch (cause) {
    if (cause instanceof SessionKitError || cause instanceof SyntaxError) {
      throw new OpenGroupError('OPEN_GROUP_BAD_ANSWER', 'answer: not JSON', { cause })
    }
    throw cause
  }
}

/** The body of a successful answer, checked. The message names the path of what is wrong, never a value. */
export function readAnswer<S extends z.ZodType>(answer: CommunityAnswer, schema: S): z.output<S> {
  checkStatus(answer)
  return checked(jsonOf(answer.body), schema)
}

export function checked<S extends z.ZodType>(value: unknown, schema: S): z.output<S> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const path = result.error.issues[0]?.path.slice(0, 4).map(shortKey).join('.') || 'body'
  throw new OpenGroupError('OPEN_GROUP_BAD_ANSWER', `answer: ${path} is not what it should be`)
}

/** Keys may come from the server: only those that look like fields are named. */
const shortKey = (key: PropertyKey): string => (/^\w{1,32}$/.test(String(key)) ? String(key) : '?')
