/** What a storage node computes: for devnets and tests. Clients need nothing of it. */
import { equalBytes, hexToBytes } from '@sessionkit/bytes'
import { CryptoError, ed25519PublicKeyToX25519 } from '@sessionkit/crypto'
import { isObject } from './answer-body.ts'
import { signatureBytes, verifyQuietly } from './entry.ts'
import { badParam, SwarmError } from './error.ts'
import { namespaceClass } from './namespace.ts'
import { checkOwner } from './owner.ts'
import { MAX_RETRIEVE_BYTES } from './requests.ts'
import { isSignedMethod, type SwarmRequest, signedBytes, tokenList } from './signed-text.ts'
import { ACCESS } from './subaccount.ts'

export { type EntryInput, entrySignedBytes, RECURSIVE_METHODS, verifyEntry } from './entry.ts'
export { SwarmError, type SwarmErrorCode } from './error.ts'
export { isSignedMethod, type SwarmRequest, signedBytes } from './signed-text.ts'
export { ACCESS } from './subaccount.ts'

const access: ReadonlyMap<string, number> = new Map([
  ['store', ACCESS.write],
  ['store to outbox', ACCESS.write | ACCESS.delete],
  ['retrieve', ACCESS.read],
  ['get_expiries', ACCESS.read],
  ['delete', ACCESS.delete],
  ['delete_all', ACCESS.delete],
  ['delete_before', ACCESS.delete],
  ['expire', ACCESS.write],
  ['expire shorten', ACCESS.write | ACCESS.delete],
  ['expire_all', ACCESS.delete],
])

/**
 * Whether a token's prefix and flags let a subaccount use a method. Two uses have names of their own:
 * `store to outbox` and `expire shorten`. Owner-only and unsigned methods: false. Protocol page 04, sections 3.2, 3.4.
 */
export function subaccountAllows(input: {
  readonly method: string
  /** First byte of the account. */
  readonly accountPrefix: number
  /** First byte of the token. */
  readonly tokenPrefix: number
  /** Second byte of the token. */
  readonly flags: number
}): boolean {
  const need = access.get(input.method)
  if (need === undefined || (input.flags & need) !== need) return false
  return input.tokenPrefix === input.accountPrefix || (input.flags & ACCESS.anyPrefix) !== 0
}

/** The key that verifies for an account, or null when `pubkey_ed25519` is another account's. Page 04, section 3.1. */
function ownerKey(owner: string, ed25519: unknown): Uint8Array | null {
  const own = hexToBytes(owner.slice(2))
  if (!owner.startsWith('05') || ed25519 === undefined || ed25519 === null) return own
  if (typeof ed25519 !== 'string' || !/^[0-9a-f]{64}$/i.test(ed25519)) return null
  const key = hexToBytes(ed25519.toLowerCase())
  try {
    return equalBytes(ed25519PublicKeyToX25519(key), own) ? key : null
  } catch (error) {
    if (error instanceof CryptoError && error.code === 'CRYPTO_BAD_PUBLIC_KEY') return null
    throw error
  }
}

/** The name under which a request's access is looked up. */
function accessName({ method, params }: SwarmRequest): string {
  const namespace = params.namespace ?? 0
  if (method === 'store' && namespaceClass(namespace as number).publicOutbox) return 'store to outbox'
  return method === 'expire' && params.shorten ? 'expire shorten' : method
}

/**
 * Whether a request, parameters as in JSON, is signed by the account or by a subaccount that may do it. Malformed
 * parameters give false. `isRevoked` is asked about the 36-byte token, except where revoked ones may read. A node
 * answers 400 for `shorten` without Delete, which is false here as well. Protocol page 04, section 3.
 */
export function verifyRequest(
  request: SwarmRequest & { readonly isRevoked?: (token: Uint8Array) => boolean },
): boolean {
  const { method, params, isRevoked } = request
  if (!isSignedMethod(method) || !isObject(params)) return false
  try {
    const owner = checkOwner(params.pubkey ?? params.pubKey)
    if (!owner.startsWith('05') && params.pubkey_ed25519 !== undefined && params.pubkey_ed25519 !== null) return false
    const key = ownerKey(owner, method === 'revoked_subaccounts' ? undefined : params.pubkey_ed25519)
    const signature = signatureBytes(params.signature)
    if (key === null || signature === null) return false
    const message = signedBytes(request)
    const { subaccount } = params
    if (subaccount === undefined || subaccount === null || subaccount === '' || !access.has(method)) {
      return verifyQuietly(message, signature, key)
    }
    const [token] = tokenList(subaccount, 'subaccount') as [Uint8Array]
    const mayBeRevoked = method === 'retrieve' && namespaceClass((params.namespace as number) ?? 0).unrevocable
    if (!mayBeRevoked && isRevoked?.(token)) return false
    const allowed = subaccountAllows({
      method: accessName(request),
      accountPrefix: Number.parseInt(owner.slice(0, 2), 16),
      tokenPrefix: token[0] as number,
      flags: token[1] as number,
    })
    return (
      allowed &&
      verifyQuietly(token, signatureBytes(params.subaccount_sig), key) &&
      verifyQuietly(message, signature, token.slice(4))
    )
  } catch (error) {
    if (error instanceof SwarmError) return false
    throw error
  }
}

/**
 * Which messages of a box one retrieve returns: `sizes` are their byte lengths in order of arrival, `lastIndex` the
 * one that the client has. 0 and undefined are no limit. Throws `SWARM_BAD_PARAM`. Protocol page 04, section 5.2.
 */
export function retrievePage(input: {
  readonly sizes: readonly number[]
  readonly lastIndex?: number | null | undefined
  readonly maxCount?: number | undefined
  readonly maxSize?: number | undefined
}): { readonly indices: readonly number[]; readonly more: boolean } {
  const { sizes } = input
  const maxCount = input.maxCount ?? 0
  if (!Number.isSafeInteger(maxCount) || maxCount < 0) throw badParam('maxCount: expected an integer from 0 on')
  const size = input.maxSize || (maxCount === 0 ? -5 : -1)
  if (!Number.isSafeInteger(size)) throw badParam('maxSize: expected an integer')
  const budget = size > 0 ? Math.min(size, MAX_RETRIEVE_BYTES) : Math.floor(MAX_RETRIEVE_BYTES / -size)
  const indices: number[] = []
  let used = 0
  for (let i = (input.lastIndex ?? -1) + 1; i < sizes.length; i++) {
    // 100 of overhead, 43 of hash, and the base64 without padding.
    used += 143 + Math.floor(((sizes[i] as number) * 4) / 3)
    if ((indices.length > 0 && used > budget) || (maxCount > 0 && indices.length === maxCount)) {
      return { indices, more: true }
    }
    indices.push(i)
  }
  return { indices, more: false }
}
