import { bytesToBase64, bytesToUtf8, type RandomSource, utf8ToBytes } from '@sessionkit/bytes'
import { OnionError } from './error.ts'
import type { FinalLayer, InvalidLayer } from './peel.ts'

/** A service node's answer: the real status, and the body as text (JSON for most). */
export interface NodeAnswer {
  readonly status: number
  readonly body: string
}

/**
 * Reads a node's decrypted answer `{"body": …, "status": …}`. A body that is a JSON value is returned as its exact
 * text, so that integers above 2⁵³ are not rounded; without a `body` the whole text is the body. Protocol page 03,
 * section 5. Throws `ONION_BAD_ANSWER` without a numeric status.
 */
export function parseNodeAnswer(message: Uint8Array | string): NodeAnswer {
  let text: string
  let value: unknown
  try {
    text = typeof message === 'string' ? message : bytesToUtf8(message)
    value = JSON.parse(text)
  } catch {
    throw new OnionError('ONION_BAD_ANSWER', 'the answer is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new OnionError('ONION_BAD_ANSWER', 'the answer is not a JSON object')
  const { status_code: code, status, body } = value as Record<string, unknown>
  const number = typeof code === 'number' ? code : status
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 100 || number > 599) {
    throw new OnionError('ONION_BAD_ANSWER', 'the answer has no status from 100 to 599')
  }
  if (typeof body === 'string') return { status: number, body }
  return { status: number, body: Object.hasOwn(value, 'body') ? memberText(text, 'body') : text }
}

/** The exact text of a member's value in a JSON object that is known to be valid. */
function memberText(text: string, name: string): string {
  let at = text.indexOf('{') + 1
  let found = ''
  for (;;) {
    at = skipSpace(text, at)
    if (text[at] === '}' || at >= text.length) return found
    const keyEnd = valueEnd(text, at)
    const key = JSON.parse(text.slice(at, keyEnd)) as string
    at = skipSpace(text, skipSpace(text, keyEnd) + 1)
    const end = valueEnd(text, at)
    if (key === name) found = text.slice(at, end)
    at = skipSpace(text, end)
    if (text[at] === ',') at++
  }
}

function skipSpace(text: string, at: number): number {
  while (at < text.length && ' \t\r\n'.includes(text[at]!)) at++
  return at
}

function valueEnd(text: string, at: number): number {
  let depth = 0
  for (let i = at; i < text.length; i++) {
    const c = text[i]!
    if (c === '"') {
      for (i++; text[i] !== '"'; i++) if (text[i] === '\\') i++
      if (depth === 0) return i + 1
    } else if (c === '{' || c === '[') depth++
    else if (c === '}' || c === ']') {
      if (depth === 0) return i
      if (--depth === 0) return i + 1
    } else if (depth === 0 && (c === ',' || c === ':' || ' \t\r\n'.includes(c))) return i
  }
  return text.length
}

/**
 * What a destination node sends back (the node's side): the result of a storage request, sealed and, unless the sender
 * said otherwise, in base64. `body` is text, or a JSON value's text with `isJson`. Protocol page 03, section 3.5.
 */
export function sealNodeAnswer(input: {
  readonly layer: FinalLayer | InvalidLayer
  readonly status: number
  readonly body: string
  readonly isJson?: boolean
  readonly random?: RandomSource
}): Uint8Array {
  const { layer, status, body, isJson = false, random } = input
  const embedded = layer.type === 'final' && layer.json && isJson
  const blob = layer.secret.seal(
    utf8ToBytes(`{"body":${embedded ? body : JSON.stringify(body)},"status":${status}}`),
    random,
  )
  return layer.type === 'final' && !layer.base64 ? blob : utf8ToBytes(bytesToBase64(blob))
}
