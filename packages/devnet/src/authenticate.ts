import { bytesToHex, equalBytes, hexToBytes } from '@sessionkit/bytes'
import { ed25519PublicKeyToX25519, ed25519Verify } from '@sessionkit/crypto'
import { signedBytes, subaccountAllows } from '@sessionkit/swarm/node'
import type { Database } from './database.ts'
import type { AccountRequest, Auth } from './request.ts'
import { signedParams } from './signed-params.ts'

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

/**
 * Whether a request's signature holds, by the account or by one of its subaccounts. `access` is the name under which
 * a token's flags are looked up, where it differs from the method's. Protocol page 04, section 3.4.
 */
export function isAuthentic(input: {
  readonly request: AccountRequest
  readonly auth: Auth
  readonly database: Database
  readonly access?: string
  readonly revokedMayRead?: boolean
}): boolean {
  const { request, auth, database, access = request.method } = input
  const { owner } = request
  const { token, tokenSignature } = auth
  const key = ownerKey(owner, auth)
  const message = signedBytes({ method: request.method, params: signedParams(request) })
  if (token === undefined || tokenSignature === undefined) return key !== null && verify(message, auth.signature, key)
  if (!input.revokedMayRead && database.isRevoked(owner, bytesToHex(token))) return false
  const accountPrefix = Number.parseInt(owner.slice(0, 2), 16)
  if (!subaccountAllows({ method: access, accountPrefix, tokenPrefix: token[0]!, flags: token[1]! })) return false
  if (key === null || !verify(token, tokenSignature, key)) return false
  return verify(message, auth.signature, token.subarray(4))
}

/** Whether a token may delete; without one the account itself asks, which may. */
export function mayDelete(owner: string, auth: Auth): boolean {
  const { token } = auth
  if (token === undefined) return true
  const accountPrefix = Number.parseInt(owner.slice(0, 2), 16)
  return subaccountAllows({ method: 'delete', accountPrefix, tokenPrefix: token[0]!, flags: token[1]! })
}
