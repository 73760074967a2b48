import { base64ToBytes, isSessionKitError } from '@sessionkit/bytes'
import { type AnswerHead, counts, field, headOf, isCount, isObject, type JsonObject, objectOf } from './answer-body.ts'
import { badAnswer, badParam, SwarmError } from './error.ts'
import { isMessageHash, messageHash } from './message-hash.ts'
import { MAX_TTL_MS } from './namespace.ts'
import { MAX_BATCH_REQUESTS } from './plain-requests.ts'
import { MAX_DATA_BYTES } from './requests.ts'
import { checkRequest, MAX_MESSAGES, type SwarmRequest, textList, tokenList } from './signed-text.ts'

/** A message of a retrieve whose hash was recomputed and is right. */
export interface RetrievedMessage {
  readonly hash: string
  /** The sender's claim, ms. */
  readonly timestamp: number
  /** ms; never beyond 30 days from now. */
  readonly expiration: number
  readonly data: Uint8Array
}

export interface RetrieveAnswer extends AnswerHead {
  /** In the node's order. */
  readonly messages: readonly RetrievedMessage[]
  /** Hashes as delivered of messages whose bytes have another hash. The node is lying or broken. */
  readonly dropped: readonly string[]
  /** The hash of the last message as delivered: the next `lastHash` for this node. Undefined when nothing came. */
  readonly lastHash: string | undefined
  readonly more: boolean
}

/**
 * Reads the answer of a retrieve. Every hash is recomputed; messages with another one are left out and named in
 * `dropped`. Any malformed message loses the answer: `SWARM_BAD_ANSWER`. Protocol page 04, sections 5.2 and 9.
 */
export function parseRetrieveResponse(input: {
  readonly body: unknown
  readonly owner: string
  /** Default 0. */
  readonly namespace?: number | undefined
  /** Network time, ms. */
  readonly now: number
}): RetrieveAnswer {
  const { owner, namespace, now } = input
  if (!isCount(now)) throw badParam('now: expected milliseconds')
  const body = objectOf(input.body)
  const list = field(body, 'messages')
  if (!Array.isArray(list) || list.length > MAX_MESSAGES) throw badAnswer('messages is no list')
  const messages: RetrievedMessage[] = []
  const dropped: string[] = []
  let lastHash: string | undefined
  for (const item of list) {
    const message = readMessage(item, now)
    lastHash = message.hash
    if (messageHash({ owner, namespace, data: message.data }) === message.hash) messages.push(message)
    else dropped.push(message.hash)
  }
  return { ...headOf(body), messages, dropped, lastHash, more: Boolean(field(body, 'more')) && list.length > 0 }
}

function readMessage(item: unknown, now: number): RetrievedMessage {
  if (!isObject(item)) throw badAnswer('a message is no object')
  const [hash, text, timestamp, expiration] = ['hash', 'data', 'timestamp', 'expiration'].map((n) => field(item, n))
  if (!isMessageHash(hash)) throw badAnswer('a message has no hash')
  if (!isCount(timestamp) || !isCount(expiration)) throw badAnswer('a message has a time that is no number')
  if (typeof text !== 'string' || text.length > Math.ceil(MAX_DATA_BYTES / 3) * 4) {
    throw badAnswer('a message has no data, or too much')
  }
  let data: Uint8Array
  try {
    data = base64ToBytes(text)
  } catch (error) {
    if (!isSessionKitError(error)) throw error
    throw badAnswer('a message has data that is no base64')
  }
  return { hash, timestamp, expiration: Math.min(expiration, now + MAX_TTL_MS), data }
}

/** Reads the answer of a get_expiries: expiry in ms by hash. What is missing the node does not have. Nobody signs it. */
export function parseGetExpiriesResponse(input: {
  readonly body: unknown
  readonly request: SwarmRequest
}): Map<string, number> {
  checkRequest(input.request)
  const asked = new Set(textList(input.request.params.messages, 'messages'))
  const expiries = field(objectOf(input.body), 'expiries')
  if (!isObject(expiries)) throw badAnswer('the answer has no expiries')
  const pairs = Object.entries(expiries)
  if (pairs.length > asked.size || !pairs.every(([hash, at]) => asked.has(hash) && isCount(at))) {
    throw badAnswer('the answer has expiries that were not asked for, or are no numbers')
  }
  return new Map(pairs as [string, number][])
}

/** Reads the answer of a revoked_subaccounts: the 36-byte tokens. One node's word. */
export function parseRevokedSubaccountsResponse(input: {
  readonly body: unknown
}): AnswerHead & { readonly tokens: readonly Uint8Array[] } {
  const body = objectOf(input.body)
  const list = field(body, 'revoked_subaccounts')
  if (!Array.isArray(list)) throw badAnswer('the answer has no tokens')
  try {
    return { ...headOf(body), tokens: tokenList(list, 'revoked_subaccounts') }
  } catch (error) {
    if (!isSessionKitError(error)) throw error
    throw badAnswer('the answer has tokens that are none')
  }
}

export interface InfoAnswer extends AnswerHead {
  readonly version: readonly [number, number, number]
  /** The node's clock, ms. */
  readonly timestamp: number
}

/** Reads the answer of an info. */
export function parseInfoResponse(input: { readonly body: unknown }): InfoAnswer {
  const body = objectOf(input.body)
  const version = counts(field(body, 'version'), 3) as [number, number, number] | undefined
  const timestamp = field(body, 'timestamp')
  if (version === undefined || !isCount(timestamp)) {
    throw badAnswer('the answer has no version and timestamp')
  }
  return { ...headOf(body), version, timestamp }
}

/** One element of a batch, in the place of its request. */
export interface BatchResult {
  readonly status: number
  /** JSON, or text for errors: for the parser of that request, or for `errorOfStatus`. */
  readonly body: unknown
}

/**
 * Reads the answer of a batch or a sequence. A batch has a result for every request; a sequence may stop after the
 * first status outside 200 to 299. Otherwise `SWARM_WRONG_COUNT`. Protocol page 04, section 5.13.
 */
export function parseBatchResponse(input: {
  readonly body: unknown
  readonly request: SwarmRequest
}): readonly BatchResult[] {
  checkRequest(input.request)
  const { method, params } = input.request
  const { requests } = params
  if ((method !== 'batch' && method !== 'sequence') || !Array.isArray(requests)) throw badParam('request: is no batch')
  const list = field(objectOf(input.body), 'results')
  if (!Array.isArray(list)) throw badAnswer('the answer has no results')
  if (list.length > requests.length || list.length > MAX_BATCH_REQUESTS) throw wrongCount()
  const results = list.map((item: unknown): BatchResult => {
    const status = isObject(item) ? field(item, 'code') : undefined
    if (!isCount(status) || status < 100 || status > 599) throw badAnswer('a result has no code')
    return { status, body: field(item as JsonObject, 'body') }
  })
  const failure = results.findIndex(({ status }) => status < 200 || status > 299)
  const expected = method === 'sequence' && failure >= 0 ? failure + 1 : requests.length
  if (results.length !== expected) throw wrongCount()
  return results
}

const wrongCount = (): SwarmError =>
  new SwarmError('SWARM_WRONG_COUNT', 'the answer has another number of results', { retry: 'other-node' })

export interface IfElseAnswer {
  readonly condition: boolean
  /** Undefined when the branch that was taken is absent. */
  readonly result: BatchResult | undefined
}

/** Reads the answer of an ifelse. */
export function parseIfElseResponse(input: { readonly body: unknown }): IfElseAnswer {
  const body = objectOf(input.body)
  const condition = field(body, 'condition')
  const result = field(body, 'result')
  if (typeof condition !== 'boolean' && condition !== 0 && condition !== 1)
    throw badAnswer('the answer has no condition')
  if (result === undefined) return { condition: Boolean(condition), result: undefined }
  const status = isObject(result) ? field(result, 'code') : undefined
  if (!isCount(status) || status < 100 || status > 599) throw badAnswer('the result has no code')
  return { condition: Boolean(condition), result: { status, body: field(result as JsonObject, 'body') } }
}
