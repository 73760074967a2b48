import { hexToBytes } from '@sessionkit/bytes'
import { SwarmError } from './error.ts'

const ID = /^[0-9a-f]{66}$/i

/** An account of any prefix, in lower case: the storage server has no list of allowed prefixes. */
export function checkOwner(owner: unknown): string {
  if (typeof owner !== 'string' || owner.length !== 66 || !ID.test(owner)) {
    throw new SwarmError('SWARM_BAD_ID', 'owner: expected an id of 66 hex characters')
  }
  return owner.toLowerCase()
}

/** The 33 bytes of an account: prefix and key. */
export const ownerBytes = (owner: unknown): Uint8Array => hexToBytes(checkOwner(owner))
