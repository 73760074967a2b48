import { assertBytes, bytesToBase64, bytesToHex } from '@sessionkit/bytes'
import { type Ed25519KeyPair, ed25519Sign } from '@sessionkit/crypto'
import type { GroupId, SessionId } from '@sessionkit/session-id'
import { SwarmError } from './error.ts'
import { checkOwner } from './owner.ts'
import { type SwarmRequest, signedBytes } from './signed-text.ts'
import { SUBACCOUNT_TOKEN_LENGTH, type Subaccount } from './subaccount.ts'

/** An account that signs with its own key: the `Account` of session-id is one. */
export interface AccountSigner {
  readonly sessionId: SessionId
  readonly ed25519: Ed25519KeyPair
}

/** A group's own key pair, which its admins have. */
export interface GroupSigner {
  readonly groupId: GroupId
  readonly ed25519: Ed25519KeyPair
}

/** Who signs a request: an account, a group's admin, or a subaccount of either. Protocol page 04, section 3. */
export type SwarmSigner = AccountSigner | GroupSigner | Subaccount

/** The account that a signer signs for, 66 lower-case hex characters. Throws `SWARM_BAD_SIGNER`, `SWARM_BAD_ID`. */
export function ownerOfSigner(signer: SwarmSigner): string {
  if (typeof signer !== 'object' || signer === null) throw badSigner('expected an account, a group or a subaccount')
  if (!('token' in signer) && !(signer.ed25519?.publicKey instanceof Uint8Array)) throw badSigner('has no key pair')
  if ('sessionId' in signer) return checkPrefix(checkOwner(signer.sessionId), true)
  if ('groupId' in signer) {
    const owner = checkPrefix(checkOwner(signer.groupId), false)
    if (bytesToHex(signer.ed25519.publicKey) !== owner.slice(2))
      throw badSigner('the key pair is not the one of the id')
    return owner
  }
  if ('token' in signer) return checkOwner(signer.owner)
  throw badSigner('expected an account, a group or a subaccount')
}

export const isSubaccount = (signer: SwarmSigner): signer is Subaccount =>
  typeof signer === 'object' && signer !== null && 'token' in signer

/** The request with `pubkey` and all that its signature needs. */
export function signRequest(method: string, params: SwarmRequest['params'], signer: SwarmSigner): SwarmRequest {
  const owner = ownerOfSigner(signer)
  const message = signedBytes({ method, params })
  if (isSubaccount(signer)) {
    assertBytes(signer.token, 'token', SUBACCOUNT_TOKEN_LENGTH)
    assertBytes(signer.tokenSignature, 'tokenSignature', 64)
    if (owner.startsWith('05') && signer.ownerEd25519 === undefined) {
      throw badSigner('ownerEd25519 is needed for a subaccount of a 05 account')
    }
    return {
      method,
      params: {
        pubkey: owner,
        ...params,
        ...(owner.startsWith('05') && signer.ownerEd25519 ? { pubkey_ed25519: bytesToHex(signer.ownerEd25519) } : {}),
        subaccount: bytesToBase64(signer.token),
        subaccount_sig: bytesToBase64(signer.tokenSignature),
        signature: bytesToBase64(signer.sign(message)),
      },
    }
  }
  return {
    method,
    params: {
      pubkey: owner,
      ...params,
      ...(owner.startsWith('05') ? { pubkey_ed25519: bytesToHex(signer.ed25519.publicKey) } : {}),
      signature: bytesToBase64(ed25519Sign({ message, keyPair: signer.ed25519 })),
    },
  }
}

export const badSigner = (message: string): SwarmError => new SwarmError('SWARM_BAD_SIGNER', `signer: ${message}`)

function checkPrefix(owner: string, isAccount: boolean): string {
  if (owner.startsWith('05') !== isAccount) throw badSigner('the id has the prefix of another kind')
  return owner
}
