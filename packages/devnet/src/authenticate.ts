import { bytesToHex, equalBytes, hexToBytes } from '@sessionkit/bytes'
import { ed25519PublicKeyToX25519, ed25519Verify } from '@sessionkit/crypto'
import type { Database } from './database.ts'
import type { Auth } from './request.ts'

/** Flags of a subaccount token. Protocol page 04, section 3.4. */
export const READ = 1
export const WRITE = 2
export const DELETE = 4
const ANY_PREFIX = 8

/** Whether a token's prefix and flags fit an account. Signatures and revocation are separate checks. */
export function tokenAllows(input: { token: Uint8Array; owner: string; need: number }): boolean {
  const { token, owner, need } = input
  const flags = token[1] ?? 0
  const samePrefix = token[0] === Number.parseInt(owner.slice(0, 2), 16)
  return (samePrefix || (flags & ANY_PREFIX) !== 0) && (flags & need) === need
}

/** The key that signs for an account, or null when the given one is another account's. Protocol page 04, section 3.1. */
function ownerKey(owner: string, auth: Auth): Uint8Array | null {
  const own = hexToBytes(owner.slice(2))
  if (!owner.startsWith('05') || auth.ed25519 === undefined) return own
  try {
    return equalBytes(ed25519PublicKeyToX25519(auth.ed25519), own) ? auth.ed25519 : null
  } catch {
    return null
  }
}

function verify(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    return ed25519Verify({ message, signature, publicKey })
  } catch {
    return false
  }
}

/** Whether a request's signature holds, by the account or by one of its subaccounts. Protocol page 04, section 3.4. */
export function isAuthentic(input: {
  readonly owner: string
  readonly auth: Auth
  readonly message: Uint8Array
  readonly need: number
  readonly database: Database
  readonly revokedMayRead?: boolean
}): boolean {
  const { owner, auth, message, need, database } = input
  const key = ownerKey(owner, auth)
  if (auth.token === undefined || auth.tokenSignature === undefined) {
    return key !== null && verify(message, auth.signature, key)
  }
  if (!input.revokedMayRead && database.isRevoked(owner, bytesToHex(auth.token))) return false
  if (!tokenAllows({ token: auth.token, owner, need })) return false
  if (key === null || !verify(auth.token, auth.tokenSignature, key)) return false
  return verify(message, auth.signature, auth.token.subarray(4))
}
