import {
  decodeServerRequest,
  decodeServerResponse,
  encodeServerRequest,
  encodeServerResponse,
  type ServerRequest,
  type ServerResponse,
} from '@sessionkit/onion'
import { bytes, type Entry, flag, integer, object, optional, text } from './entry.ts'
import { expectField, expectRefusal, expectSame } from './expect.ts'
import { Unsupported } from './outcome.ts'
import type { VectorHandler } from './runner.ts'

/** The v4 messages of `ours/onion.json`, protocol page 03, section 6. */
export const serverMessageHandlers: Readonly<Record<string, VectorHandler>> = {
  v4_request: (entry) => {
    expectField(entry, 'encoded', encodeServerRequest(requestOf(entry)))
    expectRequest(entry)
  },
  v4_request_read: (entry) => expectRequest(entry),

  v4_answer: (entry) => {
    // The spaces of the Python servers are read and never written.
    if (!flag(entry, 'spaced')) expectField(entry, 'encoded', encodeServerResponse(answerOf(entry)))
    expectAnswer(entry)
  },
  v4_answer_read: (entry) => expectAnswer(entry),

  v4_reject: (entry) => {
    const kind = text(entry, 'kind')
    const encoded = bytes(entry, 'encoded')
    if (kind === 'request') expectRefusal('request', () => decodeServerRequest(encoded))
    else if (kind === 'answer') expectRefusal('answer', () => decodeServerResponse(encoded))
    else throw new Unsupported(`kind ${kind}`)
  },
}

function expectRequest(entry: Entry): void {
  const { body, ...rest } = decodeServerRequest(bytes(entry, 'encoded'))
  const { body: expected, ...fields } = requestOf(entry)
  expectSame('request', fields, rest)
  expectSame('body', expected ?? null, body ?? null)
}

function expectAnswer(entry: Entry): void {
  const { body, ...rest } = decodeServerResponse(bytes(entry, 'encoded'))
  const { body: expected, ...fields } = answerOf(entry)
  expectSame('answer', fields, rest)
  expectSame('body', expected, body)
}

function requestOf(entry: Entry): ServerRequest {
  const body = optional(entry, 'body', bytes)
  const request = { method: text(entry, 'method'), endpoint: text(entry, 'endpoint'), headers: headersOf(entry) }
  return body === undefined ? request : { ...request, body }
}

function answerOf(entry: Entry): ServerResponse {
  return { code: integer(entry, 'code'), headers: headersOf(entry), body: bytes(entry, 'body') }
}

const headersOf = (entry: Entry): Record<string, string> => {
  const headers = object(entry, 'headers')
  return Object.fromEntries(Object.keys(headers).map((name) => [name, text(headers, name)]))
}
