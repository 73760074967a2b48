import { base64ToBytes, concatBytes, hexToBytes, isSessionKitError, utf8ToBytes } from '@sessionkit/bytes'
import { CryptoError, ed25519Verify } from '@sessionkit/crypto'
import { field, isCount, isObject, type JsonObject } from './answer-body.ts'
import { badAnswer, badParam } from './error.ts'
import { checkOwner } from './owner.ts'
import { integerText, isWellFormed, MAX_MESSAGES, type SwarmRequest, textList, tokenList } from './signed-text.ts'

/** The methods that a node also runs at the other members of its swarm. Protocol page 04, section 5.0. */
export const RECURSIVE_METHODS: readonly string[] = Object.freeze([
  'store',
  'delete',
  'delete_all',
  'delete_before',
  'expire',
  'expire_all',
  'revoke_subaccount',
  'unrevoke_subaccount',
])

export interface EntryInput {
  readonly method: string
  /** The account, whatever the case. */
  readonly owner: string
  /** The request's parameters as sent. */
  readonly params: SwarmRequest['params']
  readonly entry: JsonObject
}

/** A list of texts in an entry. */
export function entryTexts(value: unknown): string[] {
  if (!Array.isArray(value) || value.length > MAX_MESSAGES || !value.every(isWellFormed)) {
    throw badAnswer('an entry has a list that is none of texts')
  }
  return value
}

/** The hashes of `deleted` or `updated`, a list or an object by namespace, sorted together. */
export function entryHashes(value: unknown): string[] {
  const list = isObject(value) ? Object.values(value).flatMap(entryTexts) : entryTexts(value)
  return [...list].sort()
}

/** Untouched messages of an expire entry and their expiry, by hash. */
export function unchangedOf(entry: JsonObject): [string, number][] {
  const unchanged = field(entry, 'unchanged') ?? {}
  if (!isObject(unchanged)) throw badAnswer('an entry has no object in unchanged')
  const pairs = Object.entries(unchanged)
  if (pairs.length > MAX_MESSAGES || !pairs.every(([hash, at]) => isWellFormed(hash) && isCount(at))) {
    throw badAnswer('an entry has an expiry that is no number')
  }
  return (pairs as [string, number][]).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
}

/** The expiries of an expire entry: one for all, or one for each of `updated`. */
export function expiriesOf(entry: JsonObject): number | number[] {
  const expiry = field(entry, 'expiry')
  if (isCount(expiry)) return expiry
  if (!Array.isArray(expiry) || expiry.length > MAX_MESSAGES || !expiry.every(isCount)) {
    throw badAnswer('an entry has an expiry that is no number')
  }
  return expiry
}

/**
 * The bytes that the signature of one entry of a `swarm` map covers. Protocol page 04, section 5.
 *
 * Throws `SWARM_BAD_ANSWER` for an entry without what is signed, `SWARM_BAD_PARAM` for such a request, and for a
 * method whose answers are not signed.
 */
export function entrySignedBytes(input: EntryInput): Uint8Array {
  const { method, params, entry } = input
  const owner = checkOwner(input.owner)
  const join = (...parts: readonly (string | readonly string[])[]) => utf8ToBytes(owner + parts.flat().join(''))
  switch (method) {
    case 'store': {
      const hash = field(entry, 'hash')
      if (!isWellFormed(hash)) throw badAnswer('an entry has no hash')
      return utf8ToBytes(hash)
    }
    case 'delete':
      return join(textList(params.messages, 'messages'), entryHashes(field(entry, 'deleted')))
    case 'delete_all':
      return join(integerText(params.timestamp, 'timestamp'), entryHashes(field(entry, 'deleted')))
    case 'delete_before':
      return join(integerText(params.before, 'before'), entryHashes(field(entry, 'deleted')))
    case 'expire_all':
      return join(integerText(params.expiry, 'expiry'), entryHashes(field(entry, 'updated')))
    case 'expire': {
      const expiries = [expiriesOf(entry)].flat().map(String)
      const unchanged = unchangedOf(entry).map(([hash, expiry]) => hash + expiry)
      return join(expiries, textList(params.messages, 'messages'), entryHashes(field(entry, 'updated')), unchanged)
    }
    case 'revoke_subaccount':
    case 'unrevoke_subaccount': {
      const name = method === 'revoke_subaccount' ? 'revoke' : 'unrevoke'
      return concatBytes(join(integerText(params.timestamp, 'timestamp')), ...tokenList(params[name], name))
    }
    default:
      throw badParam('method: its answers are not signed')
  }
}

/** Ed25519, answering false for whatever is not a key, a signature or a pair of both. */
export function verifyQuietly(message: Uint8Array, signature: unknown, publicKey: Uint8Array): boolean {
  try {
    const bytes = signature instanceof Uint8Array ? signature : signatureBytes(signature)
    return bytes !== null && ed25519Verify({ message, signature: bytes, publicKey })
  } catch (error) {
    if (error instanceof CryptoError && error.code !== 'CRYPTO_NOT_READY') return false
    throw error
  }
}

/** A signature as it stands in JSON: base64 of 64 bytes, 86 or 88 characters. */
export function signatureBytes(value: unknown): Uint8Array | null {
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/]{86}(?:==)?$/.test(value)) return null
  return base64ToBytes(value)
}

/**
 * Whether a node signed this entry. `node` is its Ed25519 key as 64 hex digits: the entry's name in the map. Never
 * throws for what a node wrote.
 */
export function verifyEntry(input: EntryInput & { readonly node: string }): boolean {
  if (typeof input.node !== 'string' || !/^[0-9a-f]{64}$/i.test(input.node)) return false
  if (!isObject(input.entry)) return false
  try {
    const publicKey = hexToBytes(input.node.toLowerCase())
    return verifyQuietly(entrySignedBytes(input), field(input.entry, 'signature'), publicKey)
  } catch (error) {
    if (isSessionKitError(error) && error.code.startsWith('SWARM_')) return false
    // Unpaired surrogates cannot be encoded, so nobody signed them.
    if (isSessionKitError(error) && error.code.startsWith('BYTES_')) return false
    throw error
  }
}
