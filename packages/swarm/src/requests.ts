import { assertBytes, bytesToBase64 } from '@sessionkit/bytes'
import { badParam, SwarmError } from './error.ts'
import { isMessageHash } from './message-hash.ts'
import { checkNamespace, MIN_TTL_MS, namespaceClass } from './namespace.ts'
import { checkOwner } from './owner.ts'
import { MAX_MESSAGES, MAX_REVOKE, type SwarmRequest } from './signed-text.ts'
import { badSigner, isSubaccount, ownerOfSigner, type SwarmSigner, signRequest } from './signer.ts'
import { SUBACCOUNT_TOKEN_LENGTH } from './subaccount.ts'

/** Most bytes of one message. */
export const MAX_DATA_BYTES = 76_800
/** Bytes that a node charges for one retrieve at most. */
export const MAX_RETRIEVE_BYTES = 7_800_000

interface Signed {
  readonly signer: SwarmSigner
}
/** Whose account it is: `owner`, or the signer's when that is left out. When both are there they must agree. */
interface MaybeSigned {
  readonly owner?: string | undefined
  readonly signer?: SwarmSigner | undefined
}
/** Default 0. */
type AnyNamespace = number | 'all'

function ownerOf({ owner, signer }: MaybeSigned): string {
  const own = signer && ownerOfSigner(signer)
  const given = owner === undefined ? own : checkOwner(owner)
  if (given === undefined) throw badParam('owner or signer is needed')
  if (own !== undefined && own !== given) throw badSigner('signs for another account than the owner')
  return given
}

function time(value: unknown, name: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw badParam(`${name}: expected milliseconds`)
  return (value as number) + 0
}

/** A timestamp that the node refuses when it is in seconds. */
function timestampMs(value: unknown, name: string): number {
  const ms = time(value, name)
  if (ms < 1_000_000_000) throw badParam(`${name}: expected milliseconds since 1970`)
  return ms
}

function integer(value: unknown, name: string): number {
  if (!Number.isSafeInteger(value)) throw badParam(`${name}: expected an integer`)
  return (value as number) + 0
}

function hashes(value: unknown): string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_MESSAGES || !value.every(isMessageHash)) {
    throw badParam('messages: expected message hashes')
  }
  return [...value]
}

const inNamespace = (namespace: AnyNamespace | undefined): { namespace?: AnyNamespace } =>
  namespace === undefined ? {} : { namespace: namespace === 'all' ? 'all' : checkNamespace(namespace) }

/** Writes `undefined` nowhere: JSON would drop it, other encodings would not. */
const given = <K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } =>
  (value === undefined ? {} : { [name]: value }) as { [P in K]?: V }

/**
 * A message into an account's swarm. `timestamp` is the message's, and what is signed unless `sigTimestamp` is given.
 *
 * A signer is needed outside inbox namespaces. Throws `SWARM_DATA_TOO_LARGE`, `SWARM_BAD_TTL` (under 10 s, over 14 or
 * 30 days), `SWARM_BAD_SIGNER`, `SWARM_BAD_NAMESPACE`, `SWARM_BAD_PARAM`. Protocol page 04, section 5.1.
 */
export function buildStore(
  input: MaybeSigned & {
    readonly namespace?: number | undefined
    /** At most 76,800 bytes. */
    readonly data: Uint8Array
    /** Network time, ms. */
    readonly timestamp: number
    /** Exactly one of `ttl` and `expiry`, ms. */
    readonly ttl?: number | undefined
    readonly expiry?: number | undefined
    readonly sigTimestamp?: number | undefined
  },
): SwarmRequest {
  const owner = ownerOf(input)
  assertBytes(input.data, 'data')
  if (input.data.length > MAX_DATA_BYTES) {
    throw new SwarmError('SWARM_DATA_TOO_LARGE', `data: ${input.data.length} bytes, at most ${MAX_DATA_BYTES}`)
  }
  if ((input.ttl === undefined) === (input.expiry === undefined))
    throw badParam('exactly one of ttl and expiry is needed')
  const timestamp = timestampMs(input.timestamp, 'timestamp')
  const ttl = input.ttl === undefined ? time(input.expiry, 'expiry') - timestamp : time(input.ttl, 'ttl')
  const rules = namespaceClass(input.namespace ?? 0)
  if (ttl < MIN_TTL_MS || ttl > rules.maxTtlMs) {
    throw new SwarmError('SWARM_BAD_TTL', `ttl: expected ${MIN_TTL_MS} to ${rules.maxTtlMs} ms here`)
  }
  if (!input.signer && !rules.storeWithoutAuth) throw badSigner('needed to store to this namespace')
  const params = {
    ...inNamespace(input.namespace),
    timestamp,
    ...given('ttl', input.ttl),
    ...given('expiry', input.expiry),
    data: bytesToBase64(input.data),
  }
  if (!input.signer) return { method: 'store', params: { pubkey: owner, ...params } }
  const sigTimestamp = input.sigTimestamp === undefined ? undefined : timestampMs(input.sigTimestamp, 'sigTimestamp')
  return signRequest('store', { ...params, ...given('sig_timestamp', sigTimestamp) }, input.signer)
}

/**
 * What an account's namespace holds after `lastHash`. `maxSize`: bytes, or −n for an n-th of 7.8 MB.
 *
 * Signer and timestamp are needed except in namespace −10 and outboxes. Protocol page 04, section 5.2.
 */
export function buildRetrieve(
  input: MaybeSigned & {
    readonly namespace?: number | undefined
    /** The last hash that this very node delivered. */
    readonly lastHash?: string | undefined
    readonly maxCount?: number | undefined
    readonly maxSize?: number | undefined
    readonly timestamp?: number | undefined
  },
): SwarmRequest {
  const owner = ownerOf(input)
  const { lastHash, maxCount, maxSize, signer } = input
  if (lastHash !== undefined && lastHash !== '' && !isMessageHash(lastHash)) throw badParam('lastHash: no message hash')
  if (maxCount !== undefined && integer(maxCount, 'maxCount') < 0) throw badParam('maxCount: negative')
  const params = {
    ...inNamespace(input.namespace),
    ...given('last_hash', lastHash),
    ...given('max_count', maxCount),
    ...given('max_size', maxSize === undefined ? undefined : integer(maxSize, 'maxSize')),
  }
  if (signer)
    return signRequest('retrieve', { ...params, timestamp: timestampMs(input.timestamp, 'timestamp') }, signer)
  if (!namespaceClass(input.namespace ?? 0).retrieveWithoutAuth) throw badSigner('needed to read this namespace')
  return { method: 'retrieve', params: { pubkey: owner, ...params } }
}

/** Deletes messages by hash, in any namespaces. Its signature can be replayed. Protocol page 04, section 5.3. */
export function buildDelete(
  input: Signed & { readonly messages: readonly string[]; readonly required?: boolean },
): SwarmRequest {
  return signRequest('delete', { messages: hashes(input.messages), ...given('required', input.required) }, input.signer)
}

/** Deletes all of a namespace (default 0), or of `'all'`. Protocol page 04, section 5.4. */
export function buildDeleteAll(
  input: Signed & { readonly namespace?: AnyNamespace | undefined; readonly timestamp: number },
): SwarmRequest {
  const timestamp = timestampMs(input.timestamp, 'timestamp')
  return signRequest('delete_all', { ...inNamespace(input.namespace), timestamp }, input.signer)
}

/** Deletes messages whose timestamp is at or before `before`. Protocol page 04, section 5.5. */
export function buildDeleteBefore(
  input: Signed & { readonly namespace?: AnyNamespace | undefined; readonly before: number },
): SwarmRequest {
  const before = timestampMs(input.before, 'before')
  return signRequest('delete_before', { ...inNamespace(input.namespace), before }, input.signer)
}

/**
 * Sets, extends or shortens the expiry of messages: one for all, or one for each. Nodes cap it at 30 days from now.
 * Protocol page 04, section 5.7.
 */
export function buildExpire(
  input: Signed & {
    readonly messages: readonly string[]
    readonly expiry: number | readonly number[]
    readonly mode?: 'set' | 'extend' | 'shorten'
  },
): SwarmRequest {
  const messages = hashes(input.messages)
  const { mode = 'set', expiry } = input
  if (Array.isArray(expiry) && expiry.length !== 1 && expiry.length !== messages.length) {
    throw badParam('expiry: expected one, or one for each message')
  }
  const list = Array.isArray(expiry) ? expiry.map((at) => timestampMs(at, 'expiry')) : timestampMs(expiry, 'expiry')
  if (mode !== 'set' && mode !== 'extend' && mode !== 'shorten') throw badParam('mode: expected set, extend or shorten')
  const params = { expiry: list, ...(mode === 'set' ? {} : { [mode]: true }), messages }
  return signRequest('expire', params, input.signer)
}

/** Shortens the expiry of all messages of a namespace (default 0), or of `'all'`. Protocol page 04, section 5.6. */
export function buildExpireAll(
  input: Signed & { readonly namespace?: AnyNamespace | undefined; readonly expiry: number },
): SwarmRequest {
  const expiry = timestampMs(input.expiry, 'expiry')
  return signRequest('expire_all', { ...inNamespace(input.namespace), expiry }, input.signer)
}

/** Asks for the expiries of messages. Protocol page 04, section 5.8. */
export function buildGetExpiries(
  input: Signed & { readonly messages: readonly string[]; readonly timestamp: number },
): SwarmRequest {
  const timestamp = timestampMs(input.timestamp, 'timestamp')
  return signRequest('get_expiries', { messages: hashes(input.messages), timestamp }, input.signer)
}

type Revocation = Signed & { readonly tokens: readonly Uint8Array[]; readonly timestamp: number }

function revocation(method: string, field: string, { signer, tokens, timestamp }: Revocation): SwarmRequest {
  if (isSubaccount(signer)) throw badSigner('only the owner may do this')
  if (!Array.isArray(tokens) || tokens.length > MAX_REVOKE) throw badParam(`tokens: expected at most ${MAX_REVOKE}`)
  const list = tokens.map((token) => {
    assertBytes(token, 'token', SUBACCOUNT_TOKEN_LENGTH)
    return bytesToBase64(token)
  })
  return signRequest(method, { [field]: list, timestamp: timestampMs(timestamp, 'timestamp') }, signer)
}

/** Revokes subaccount tokens, at most 50; by the owner only. Protocol page 04, section 5.9. */
export function buildRevokeSubaccount(input: Revocation): SwarmRequest {
  return revocation('revoke_subaccount', 'revoke', input)
}

/** Takes revocations back; by the owner only. Protocol page 04, section 5.9. */
export function buildUnrevokeSubaccount(input: Revocation): SwarmRequest {
  return revocation('unrevoke_subaccount', 'unrevoke', input)
}

/** Asks for the revoked tokens. Nodes do not accept it from `05` accounts. Protocol page 04, section 5.9. */
export function buildRevokedSubaccounts(input: Signed & { readonly timestamp: number }): SwarmRequest {
  if (isSubaccount(input.signer) || ownerOfSigner(input.signer).startsWith('05')) {
    throw badSigner('only an owner with an Ed25519 id may do this')
  }
  return signRequest('revoked_subaccounts', { timestamp: timestampMs(input.timestamp, 'timestamp') }, input.signer)
}
