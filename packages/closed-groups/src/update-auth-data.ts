import { concatBytes } from '@sessionkit/bytes'
import { CryptoError, ed25519ScalarMult, ed25519Verify } from '@sessionkit/crypto'
import { type GroupId, isGroupId, parseId } from '@sessionkit/session-id'

/** Bytes of the auth data of an invite: token head, blinding factor, the group's signature of the token. */
export const AUTH_DATA_LENGTH = 100

const READ_AND_WRITE = 1 | 2
const ANY_PREFIX = 8
const GROUP_PREFIX = 0x03

/**
 * Whether the auth data of an invite lets this member read and write in this group: what `verifySigningValue` of
 * `@sessionkit/swarm` says, here without that package. False for malformed values. Protocol page 06, section 7.3.
 */
export function verifyAuthData(input: {
  readonly groupId: GroupId
  readonly authData: Uint8Array
  /** The member's own Ed25519 public key, 32 bytes. */
  readonly memberEd25519: Uint8Array
}): boolean {
  const { groupId, authData, memberEd25519 } = input
  if (!(authData instanceof Uint8Array) || authData.length !== AUTH_DATA_LENGTH) return false
  if (!(memberEd25519 instanceof Uint8Array) || memberEd25519.length !== 32 || !isGroupId(groupId)) return false
  const flags = authData[1] as number
  if (authData[0] !== GROUP_PREFIX && (flags & ANY_PREFIX) === 0) return false
  if ((flags & READ_AND_WRITE) !== READ_AND_WRITE) return false
  const key = blindedKey(authData.subarray(4, 36), memberEd25519)
  if (key === null) return false
  return ed25519Verify({
    message: concatBytes(authData.subarray(0, 4), key),
    signature: authData.subarray(36),
    publicKey: parseId(groupId).publicKey,
  })
}

/** The member's key without its sign bit, times the blinding factor; null where that is no point. */
function blindedKey(scalar: Uint8Array, memberEd25519: Uint8Array): Uint8Array | null {
  const point = new Uint8Array(memberEd25519)
  point[31] = (point[31] as number) & 0x7f
  try {
    return ed25519ScalarMult({ scalar, point })
  } catch (error) {
    if (error instanceof CryptoError && error.code !== 'CRYPTO_NOT_READY') return null
    throw error
  }
}
