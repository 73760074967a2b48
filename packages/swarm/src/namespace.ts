import { SwarmError } from './error.ts'

/** Shortest lifetime of a message, ms. */
export const MIN_TTL_MS = 10_000
/** Longest lifetime in inboxes, ms: 14 days. */
export const MAX_INBOX_TTL_MS = 1_209_600_000
/** Longest lifetime elsewhere, and the cap of an extension, ms: 30 days. */
export const MAX_TTL_MS = 2_592_000_000

/** The namespaces in use. Protocol page 04, section 3.5. */
export const NAMESPACES: Readonly<{
  messages: 0
  userProfile: 2
  contacts: 3
  convoInfoVolatile: 4
  userGroups: 5
  groupMessages: 11
  groupKeys: 12
  groupInfo: 13
  groupMembers: 14
  groupRevoked: -11
  accountKeys: -21
  devices: 21
}> = Object.freeze({
  messages: 0,
  userProfile: 2,
  contacts: 3,
  convoInfoVolatile: 4,
  userGroups: 5,
  groupMessages: 11,
  groupKeys: 12,
  groupInfo: 13,
  groupMembers: 14,
  groupRevoked: -11,
  accountKeys: -21,
  devices: 21,
})

/** What a storage server lets whom do in a namespace. */
export interface NamespaceClass {
  /** Anyone may store. */
  readonly publicInbox: boolean
  /** Anyone may read; holds one message only. */
  readonly publicOutbox: boolean
  readonly retrieveWithoutAuth: boolean
  readonly storeWithoutAuth: boolean
  /** Revoked subaccounts still read. */
  readonly unrevocable: boolean
  readonly maxTtlMs: number
}

export function checkNamespace(namespace: unknown): number {
  if (!Number.isInteger(namespace) || (namespace as number) < -32_768 || (namespace as number) > 32_767) {
    throw new SwarmError('SWARM_BAD_NAMESPACE', 'namespace: expected an integer of 16 bits')
  }
  return (namespace as number) + 0
}

/** The rules of a namespace. Protocol page 04, section 3.5. Throws `SWARM_BAD_NAMESPACE`. */
export function namespaceClass(namespace: number): NamespaceClass {
  const n = checkNamespace(namespace)
  const publicInbox = n % 10 === 0
  const publicOutbox = n < 0 && -n % 20 === 1
  return {
    publicInbox,
    publicOutbox,
    retrieveWithoutAuth: publicOutbox || n === -10,
    storeWithoutAuth: publicInbox,
    unrevocable: n < 0 && -n % 100 === 11,
    maxTtlMs: publicInbox ? MAX_INBOX_TTL_MS : MAX_TTL_MS,
  }
}

/** A namespace inside signed text and hashes: nothing for 0, else decimal. Throws `SWARM_BAD_NAMESPACE`. */
export function namespaceText(namespace: number | 'all' | undefined | null): string {
  if (namespace === 'all') return 'all'
  const n = namespace === undefined || namespace === null ? 0 : checkNamespace(namespace)
  return n === 0 ? '' : String(n)
}

/** Messages come before configs. */
const isFirst = (n: number): boolean => n === NAMESPACES.messages || n === NAMESPACES.groupMessages

/**
 * The `max_size` to ask for each namespace when all are polled in one batch: messages first, an equal share of the
 * rest for the others. Protocol page 04, section 8. Throws `SWARM_BAD_NAMESPACE`, and `SWARM_BAD_PARAM` for a
 * namespace that stands twice.
 */
export function pollMaxSizes(namespaces: readonly number[]): Map<number, number> {
  const list = Array.from(namespaces, checkNamespace)
  if (new Set(list).size !== list.length) throw new SwarmError('SWARM_BAD_PARAM', 'namespaces: one stands twice')
  const important = list.filter(isFirst)
  const rest = list.length - important.length
  const first = important.length === 0 ? 1 : important.length + (rest > 0 ? 1 : 0)
  return new Map(list.map((n) => [n, isFirst(n) ? -first : -first * rest]))
}
