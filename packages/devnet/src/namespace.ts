import { INBOX_TTL_MS, PRIVATE_TTL_MS } from './limits.ts'

/** Anyone may store here. Protocol page 04, section 3.5. */
export function isPublicInbox(namespace: number): boolean {
  return namespace % 10 === 0
}

/** Holds one message that anyone may read. */
export function isPublicOutbox(namespace: number): boolean {
  return namespace < 0 && -namespace % 20 === 1
}

export function isPublicRead(namespace: number): boolean {
  return namespace === -10 || isPublicOutbox(namespace)
}

/** A revoked subaccount still reads here. */
export function isUnrevocable(namespace: number): boolean {
  return namespace < 0 && -namespace % 100 === 11
}

export function maxTtl(namespace: number): number {
  return isPublicInbox(namespace) ? INBOX_TTL_MS : PRIVATE_TTL_MS
}
