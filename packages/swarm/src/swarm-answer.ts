import { base64ToBytes } from '@sessionkit/bytes'
import { type AnswerHead, field, headOf, isCount, isObject, type JsonObject, objectOf } from './answer-body.ts'
import { entryHashes, entryTexts, expiriesOf, unchangedOf, verifyEntry } from './entry.ts'
import { badAnswer, badParam, SwarmError } from './error.ts'
import { isMessageHash, messageHash } from './message-hash.ts'
import { checkRequest, type SwarmRequest, textList } from './signed-text.ts'

/** Most entries of one answer that are read; a swarm has ten members at most. */
export const MAX_SWARM_ENTRIES = 100

/** A member that did not do it, by the word of the asked node. */
export interface FailedEntry {
  /** Ed25519 key, 64 lower-case hex digits. */
  readonly node: string
  readonly why: 'timeout' | 'refused' | 'bad-peer-response' | 'query-failure' | 'unknown'
  /** The status that the member answered, for `refused`. */
  readonly status: number | undefined
}

/** An answer of a swarm, of which only entries that their nodes signed count. */
export interface SwarmAnswer<Entry> extends AnswerHead {
  /** Never empty. */
  readonly confirmed: readonly (Entry & { readonly node: string })[]
  readonly failed: readonly FailedEntry[]
  /** Members whose entry is malformed, false, or not signed by them. */
  readonly misbehaved: readonly string[]
  /** Names of entries that are no members of this swarm. */
  readonly foreign: readonly string[]
}

export interface SwarmAnswerInput {
  /** The body of a 200 (of a 404 for delete), parsed or as text. */
  readonly body: unknown
  /** The request that it answers, as built. */
  readonly request: SwarmRequest
  /** The Ed25519 keys, hex, of the members by the caller's own node list. Nobody else's entry counts. */
  readonly nodes: readonly string[]
}

const NODE = /^[0-9a-f]{64}$/

function parseSwarmAnswer<Entry extends object>(
  input: SwarmAnswerInput,
  methods: readonly string[],
  read: (entry: JsonObject) => Entry,
): SwarmAnswer<Entry> {
  const { request, nodes } = input
  if (!Array.isArray(nodes)) throw badParam('nodes: expected a list of keys')
  checkRequest(request)
  const { method, params } = request
  if (!methods.includes(method)) throw badParam('request: is of another method')
  const owner = (params.pubkey ?? params.pubKey) as string
  const members = new Set(nodes.map((node) => String(node).toLowerCase()))
  const body = objectOf(input.body)
  const swarm = field(body, 'swarm')
  if (!isObject(swarm)) throw badAnswer('the answer has no swarm')
  const names = Object.keys(swarm)
  if (names.length > MAX_SWARM_ENTRIES) throw badAnswer('the answer has too many entries')
  const confirmed: (Entry & { readonly node: string })[] = []
  const failed: FailedEntry[] = []
  const misbehaved: string[] = []
  const foreign: string[] = []
  for (const node of names) {
    const entry = field(swarm, node)
    if (!NODE.test(node) || !members.has(node)) foreign.push(node.slice(0, 64))
    else if (!isObject(entry)) misbehaved.push(node)
    else if (field(entry, 'failed')) failed.push({ node, ...failureOf(entry) })
    else {
      const value = verifyEntry({ method, owner, params, entry, node }) ? readQuietly(entry, read) : null
      if (value === null) misbehaved.push(node)
      else confirmed.push({ ...value, node })
    }
  }
  if (confirmed.length === 0) {
    throw new SwarmError('SWARM_NO_VALID_ENTRY', 'no member of the swarm confirmed it', { retry: 'other-node' })
  }
  return { ...headOf(body), confirmed, failed, misbehaved, foreign }
}

function readQuietly<Entry>(entry: JsonObject, read: (entry: JsonObject) => Entry): Entry | null {
  try {
    return read(entry)
  } catch (error) {
    if (error instanceof SwarmError && error.code === 'SWARM_BAD_ANSWER') return null
    throw error
  }
}

/** Members' booleans arrive as 1, so they are tested for truth. `code` is text. */
function failureOf(entry: JsonObject): Omit<FailedEntry, 'node'> {
  const code = field(entry, 'code')
  const status = typeof code === 'string' || typeof code === 'number' ? Number(code) : Number.NaN
  if (Number.isInteger(status) && status >= 100 && status <= 599) return { why: 'refused', status }
  for (const [name, why] of [
    ['timeout', 'timeout'],
    ['bad_peer_response', 'bad-peer-response'],
    ['query_failure', 'query-failure'],
  ] as const) {
    if (field(entry, name)) return { why, status: undefined }
  }
  return { why: 'unknown', status: undefined }
}

export interface StoreEntry {
  readonly hash: string
  /** The effective expiry, ms. A message that was there keeps the later one. */
  readonly expiry: number
  /** Whether the member held the message before. */
  readonly already: boolean
}

/** Reads the answer of a store. Entries of another hash than the message's do not count. */
export function parseStoreResponse(input: SwarmAnswerInput): SwarmAnswer<StoreEntry> & { readonly hash: string } {
  checkRequest(input.request)
  const { params } = input.request
  if (typeof params.data !== 'string') throw badParam('request: has no data')
  const hash = messageHash({
    owner: (params.pubkey ?? params.pubKey) as string,
    namespace: params.namespace as number | undefined,
    data: base64ToBytes(params.data),
  })
  const answer = parseSwarmAnswer(input, ['store'], (entry) => {
    const expiry = field(entry, 'expiry')
    if (field(entry, 'hash') !== hash || !isCount(expiry)) throw badAnswer('an entry is of another message')
    return { hash, expiry, already: Boolean(field(entry, 'already')) }
  })
  return { ...answer, hash }
}

export interface DeleteEntry {
  /** Sorted. */
  readonly deleted: readonly string[]
}

const onlyOf = (hashes: readonly string[], allowed: ReadonlySet<string>): readonly string[] => {
  if (!hashes.every((hash) => allowed.has(hash))) throw badAnswer('an entry names a message that was not asked for')
  return hashes
}

const onlyHashes = (hashes: readonly string[]): readonly string[] => {
  if (!hashes.every(isMessageHash)) throw badAnswer('an entry names what is no message hash')
  return hashes
}

/** Reads the answer of a delete, with status 200 or, for `required`, 404. */
export function parseDeleteResponse(input: SwarmAnswerInput): SwarmAnswer<DeleteEntry> {
  checkRequest(input.request)
  const asked = new Set(textList(input.request.params.messages, 'messages'))
  return parseSwarmAnswer(input, ['delete'], (entry) => ({
    deleted: onlyOf(entryHashes(field(entry, 'deleted')), asked),
  }))
}

/** Reads the answer of a delete_all. */
export function parseDeleteAllResponse(input: SwarmAnswerInput): SwarmAnswer<DeleteEntry> {
  return parseSwarmAnswer(input, ['delete_all'], readDeleted)
}

/** Reads the answer of a delete_before. */
export function parseDeleteBeforeResponse(input: SwarmAnswerInput): SwarmAnswer<DeleteEntry> {
  return parseSwarmAnswer(input, ['delete_before'], readDeleted)
}

const readDeleted = (entry: JsonObject): DeleteEntry => ({ deleted: onlyHashes(entryHashes(field(entry, 'deleted'))) })

export interface ExpireAllEntry {
  /** Sorted. */
  readonly updated: readonly string[]
}

/** Reads the answer of an expire_all. */
export function parseExpireAllResponse(input: SwarmAnswerInput): SwarmAnswer<ExpireAllEntry> {
  return parseSwarmAnswer(input, ['expire_all'], (entry) => ({
    updated: onlyHashes(entryHashes(field(entry, 'updated'))),
  }))
}

export interface MessageExpiry {
  readonly hash: string
  /** ms. */
  readonly expiry: number
}

export interface ExpireEntry {
  readonly updated: readonly MessageExpiry[]
  /** Found and left alone; with `extend` and `shorten` only. What is in neither list the member does not have. */
  readonly unchanged: readonly MessageExpiry[]
}

/** Reads the answer of an expire. */
export function parseExpireResponse(input: SwarmAnswerInput): SwarmAnswer<ExpireEntry> {
  checkRequest(input.request)
  const asked = new Set(textList(input.request.params.messages, 'messages'))
  return parseSwarmAnswer(input, ['expire'], (entry) => {
    const updated = onlyOf(entryTexts(field(entry, 'updated')), asked)
    const expiries = expiriesOf(entry)
    if (Array.isArray(expiries) && expiries.length !== updated.length) throw badAnswer('an entry has too few expiries')
    const unchanged = unchangedOf(entry).map(([hash, expiry]) => ({ hash, expiry }))
    onlyOf(
      unchanged.map(({ hash }) => hash),
      asked,
    )
    return {
      updated: updated.map((hash, i) => ({
        hash,
        expiry: Array.isArray(expiries) ? (expiries[i] as number) : expiries,
      })),
      unchanged,
    }
  })
}

/** `count`: how many revocations the member took back, for unrevoke; undefined for revoke. */
export interface RevokeEntry {
  readonly count: number | undefined
}

/** Reads the answer of a revoke_subaccount or an unrevoke_subaccount. */
export function parseRevokeResponse(input: SwarmAnswerInput): SwarmAnswer<RevokeEntry> {
  return parseSwarmAnswer(input, ['revoke_subaccount', 'unrevoke_subaccount'], (entry) => {
    const count = field(entry, 'count')
    return { count: isCount(count) ? count : undefined }
  })
}
