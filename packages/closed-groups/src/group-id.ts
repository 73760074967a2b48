import { hexToBytes, isSessionKitError, type RandomSource, SecretBytes } from '@sessionkit/bytes'
import { type Ed25519KeyPair, ed25519KeyPairFromSeed, ed25519PublicKeyToX25519, randomBytes } from '@sessionkit/crypto'
import { type GroupId, idFromPublicKey, parseGroupId, parseSessionId, type SessionId } from '@sessionkit/session-id'
import { ClosedGroupError } from './error.ts'

/** A group and its key pair: whoever holds the seed is an admin, for ever. Protocol page 06, sections 0 and 1. */
export interface GroupAdmin {
  readonly groupId: GroupId
  readonly ed25519: Ed25519KeyPair
}

/** The group of a 32-byte seed, which is copied. Throws `GROUP_BAD_ARGUMENT`. */
export function groupFromSeed(seed: SecretBytes | Uint8Array): GroupAdmin {
  const bytes = seed instanceof SecretBytes ? seed.reveal() : seed
  if (!(bytes instanceof Uint8Array) || bytes.length !== 32) {
    throw new ClosedGroupError('GROUP_BAD_ARGUMENT', 'seed: expected 32 bytes')
  }
  const ed25519 = ed25519KeyPairFromSeed(SecretBytes.from(bytes))
  return { groupId: idFromPublicKey({ prefix: '03', publicKey: ed25519.publicKey }), ed25519 }
}

/** A new group. `random` is asked for 32 bytes once. */
export function createGroup(options: { readonly random?: RandomSource | undefined } = {}): GroupAdmin {
  const seed = SecretBytes.take((options.random ?? randomBytes)(32))
  const group = groupFromSeed(seed)
  seed.wipe()
  return group
}

/** The Ed25519 key of a group id. Throws `GROUP_BAD_ID` unless it is a key that converts to X25519. */
export function groupKeyOf(groupId: GroupId): { readonly ed25519: Uint8Array; readonly x25519: Uint8Array } {
  try {
    const ed25519 = hexToBytes(parseGroupId(groupId).slice(2))
    return { ed25519, x25519: ed25519PublicKeyToX25519(ed25519) }
  } catch (cause) {
    if (!isSessionKitError(cause) || cause.code === 'CRYPTO_NOT_READY') throw cause
    throw new ClosedGroupError('GROUP_BAD_ID', 'groupId: not 03 and a valid key', { cause })
  }
}

/** The Ed25519 key of a group id, whatever point it is: enough to check signatures with. Throws `GROUP_BAD_ID`. */
export function groupEd25519Of(groupId: GroupId): Uint8Array {
  try {
    return hexToBytes(parseGroupId(groupId).slice(2))
  } catch (cause) {
    if (!isSessionKitError(cause)) throw cause
    throw new ClosedGroupError('GROUP_BAD_ID', 'groupId: expected an id that begins with 03', { cause })
  }
}

/** The id in lower case. Throws `GROUP_BAD_ID`. */
export function checkedMemberId(id: string): SessionId {
  try {
    return parseSessionId(id)
  } catch (cause) {
    if (!isSessionKitError(cause)) throw cause
    throw new ClosedGroupError('GROUP_BAD_ID', 'member: expected an id that begins with 05', { cause })
  }
}

/** Distinct ids, lower-case, in the order of their bytes: two admins must hash the same list. */
export function sortedMemberIds(ids: readonly string[]): SessionId[] {
  if (!Array.isArray(ids)) throw new ClosedGroupError('GROUP_BAD_ARGUMENT', 'memberIds: expected a list')
  return [...new Set(ids.map(checkedMemberId))].sort()
}
