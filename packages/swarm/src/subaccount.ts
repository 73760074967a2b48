import { assertBytes, concatBytes, equalBytes, hexToBytes, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import {
  blake2b,
  CryptoError,
  type Ed25519KeyPair,
  ed25519KeyPairToX25519,
  ed25519ScalarMult,
  ed25519ScalarMultBase,
  ed25519Sign,
  ed25519Verify,
  scalarAdd,
  scalarMultiply,
  scalarNegate,
  scalarReduce,
  sha512,
  xed25519PublicKey,
} from '@sessionkit/crypto'
import { type GroupId, parseGroupId, parseSessionId, type SessionId } from '@sessionkit/session-id'
import { SwarmError } from './error.ts'

/** Bytes of a subaccount token: prefix, flags, two zeros, Ed25519 key. */
export const SUBACCOUNT_TOKEN_LENGTH = 36
/** Bytes of a signing value: the token's head, the blinding factor, the group's signature of the token. */
export const SIGNING_VALUE_LENGTH = 100

/** Flags of a token. Protocol page 04, section 3.4. */
export const ACCESS: Readonly<{ read: 1; write: 2; delete: 4; anyPrefix: 8 }> = Object.freeze({
  read: 1,
  write: 2,
  delete: 4,
  anyPrefix: 8,
})

const GROUP_PREFIX = 0x03

export interface SubaccountGrant {
  readonly group: { readonly groupId: GroupId; readonly ed25519: Ed25519KeyPair }
  readonly member: SessionId
  /** Default true. Reading is always granted. */
  readonly write?: boolean
  /** Default false. */
  readonly delete?: boolean
}

/** The blinding factor of a member and the token, for the flags of the grant. */
function derive(grant: SubaccountGrant): { readonly factor: Uint8Array; readonly token: Uint8Array } {
  const { group, member } = grant
  if (!(group?.ed25519?.publicKey instanceof Uint8Array) || !(group.ed25519.seed instanceof SecretBytes)) {
    throw new SwarmError('SWARM_BAD_SIGNER', 'group: expected a group id and its key pair')
  }
  const groupKey = hexToBytes(parseGroupId(group.groupId).slice(2))
  if (!equalBytes(groupKey, group.ed25519.publicKey)) {
    throw new SwarmError('SWARM_BAD_SIGNER', 'group: the key pair is not the one of the group id')
  }
  const memberKey = hexToBytes(parseSessionId(member).slice(2))
  const mask = blake2b({
    message: group.ed25519.seed.reveal(),
    key: utf8ToBytes('SessionGroupSubaccountMask'),
    length: 32,
  })
  const message = [Uint8Array.of(0x05), memberKey, Uint8Array.of(GROUP_PREFIX), groupKey]
  const factor = scalarReduce(blake2b({ message, key: mask, length: 64 }))
  mask.fill(0)
  let point: Uint8Array
  try {
    point = ed25519ScalarMult({ scalar: factor, point: xed25519PublicKey(memberKey) })
  } catch (cause) {
    if (!(cause instanceof CryptoError)) throw cause
    throw new SwarmError('SWARM_BAD_ID', 'member: no token can be made for this id', { cause })
  }
  const flags = ACCESS.read | (grant.write === false ? 0 : ACCESS.write) | (grant.delete ? ACCESS.delete : 0)
  return { factor, token: concatBytes(Uint8Array.of(GROUP_PREFIX, flags, 0, 0), point) }
}

/**
 * The 36-byte token of a group member: what is revoked, for exactly these flags. Needs the group's key pair.
 *
 * Throws `SWARM_BAD_SIGNER`, `SWARM_BAD_ID`, and the codes of `parseGroupId`. Protocol page 06, section 7.1.
 */
export function subaccountToken(grant: SubaccountGrant): Uint8Array {
  return derive(grant).token
}

/** The 100-byte signing value that an admin gives to a member. Errors and page as `subaccountToken`. */
export function createSigningValue(grant: SubaccountGrant): Uint8Array {
  const { factor, token } = derive(grant)
  return concatBytes(token.subarray(0, 4), factor, ed25519Sign({ message: token, keyPair: grant.group.ed25519 }))
}

/** T of the member, its own Ed25519 key without the sign bit, times the factor. Null when that is no point. */
function blindedKey(signingValue: Uint8Array, ed25519: Uint8Array): Uint8Array | null {
  const point = new Uint8Array(ed25519)
  point[31] = (point[31] as number) & 0x7f
  try {
    return ed25519ScalarMult({ scalar: signingValue.subarray(4, 36), point })
  } catch (error) {
    if (error instanceof CryptoError && error.code !== 'CRYPTO_NOT_READY') return null
    throw error
  }
}

/**
 * Whether a signing value holds for this member of this group, with the access that is required. Never throws for
 * malformed values. Protocol page 06, section 7.3.
 */
export function verifySigningValue(input: {
  readonly groupId: GroupId
  readonly signingValue: Uint8Array
  /** The member's own Ed25519 public key, 32 bytes. */
  readonly memberEd25519: Uint8Array
  /** Default true. */
  readonly requireWrite?: boolean
  /** Default false. */
  readonly requireDelete?: boolean
}): boolean {
  const { groupId, signingValue, memberEd25519 } = input
  if (!(signingValue instanceof Uint8Array) || signingValue.length !== SIGNING_VALUE_LENGTH) return false
  if (!(memberEd25519 instanceof Uint8Array) || memberEd25519.length !== 32) return false
  const flags = signingValue[1] as number
  if (signingValue[0] !== GROUP_PREFIX && (flags & ACCESS.anyPrefix) === 0) return false
  const need =
    ACCESS.read | (input.requireWrite === false ? 0 : ACCESS.write) | (input.requireDelete ? ACCESS.delete : 0)
  if ((flags & need) !== need) return false
  const key = blindedKey(signingValue, memberEd25519)
  if (key === null) return false
  return ed25519Verify({
    message: concatBytes(signingValue.subarray(0, 4), key),
    signature: signingValue.subarray(36),
    publicKey: hexToBytes(parseGroupId(groupId).slice(2)),
  })
}

/** What signs requests in the name of another account. */
export interface Subaccount {
  /** The account: a group, or any other. */
  readonly owner: string
  /** The owner's Ed25519 key, for owners with the prefix `05` only. */
  readonly ownerEd25519?: Uint8Array | undefined
  /** 36 bytes. */
  readonly token: Uint8Array
  /** The owner's signature of the token, 64 bytes. */
  readonly tokenSignature: Uint8Array
  /** Signs under the key in the token. */
  sign(message: Uint8Array): Uint8Array
}

/**
 * The subaccount of a group member with a blinded key. The member's seed is read at each signature and never kept.
 *
 * Throws `SWARM_BAD_SIGNING_VALUE` unless the value holds for this member with Read. Protocol page 06, section 7.2.
 */
export function memberSubaccount(input: {
  readonly groupId: GroupId
  readonly signingValue: Uint8Array
  readonly member: { readonly ed25519: Ed25519KeyPair }
}): Subaccount {
  const { groupId, signingValue, member } = input
  const memberEd25519 = member?.ed25519?.publicKey
  if (!verifySigningValue({ groupId, signingValue, memberEd25519, requireWrite: false })) {
    throw new SwarmError('SWARM_BAD_SIGNING_VALUE', 'the signing value is not one of this group for this member')
  }
  const key = blindedKey(signingValue, memberEd25519) as Uint8Array
  // Not `slice`: that of a Buffer is a window on the caller's memory.
  const factor = new Uint8Array(signingValue.subarray(4, 36))
  return {
    owner: parseGroupId(groupId),
    token: concatBytes(signingValue.subarray(0, 4), key),
    tokenSignature: new Uint8Array(signingValue.subarray(36)),
    sign: (message) => signBlinded({ message, member: member.ed25519, factor, key }),
  }
}

function signBlinded(input: {
  readonly message: Uint8Array
  readonly member: Ed25519KeyPair
  readonly factor: Uint8Array
  readonly key: Uint8Array
}): Uint8Array {
  const { message, member, factor, key } = input
  const pair = ed25519KeyPairToX25519(member)
  const wide = new Uint8Array(64)
  wide.set(pair.secretKey.reveal())
  pair.secretKey.wipe()
  const reduced = scalarReduce(wide)
  const isNegative = ((member.publicKey[31] as number) & 0x80) !== 0
  const scalar = isNegative ? scalarNegate(reduced) : reduced.slice()
  const secret = scalarMultiply(factor, scalar)
  const seedHash = blake2b({ message: member.seed.reveal(), key: utf8ToBytes('SubaccountSeed'), length: 32 })
  const nonce = scalarReduce(
    blake2b({ message: [seedHash, key, message], key: utf8ToBytes('SubaccountSig'), length: 64 }),
  )
  const point = ed25519ScalarMultBase(nonce)
  const challenge = scalarReduce(sha512(concatBytes(point, key, message)))
  const product = scalarMultiply(challenge, secret)
  const signature = concatBytes(point, scalarAdd(nonce, product))
  for (const bytes of [wide, reduced, scalar, secret, seedHash, nonce, product]) bytes.fill(0)
  return signature
}

/**
 * A subaccount with an Ed25519 key of its own. `signature` is the owner's, of the token's 36 bytes.
 *
 * Throws `BYTES_WRONG_LENGTH`, and `SWARM_BAD_SIGNER` when the key pair is not the one in the token.
 */
export function keySubaccount(input: {
  readonly owner: string
  readonly ownerEd25519?: Uint8Array
  readonly token: Uint8Array
  readonly tokenSignature: Uint8Array
  readonly keyPair: Ed25519KeyPair
}): Subaccount {
  const { owner, ownerEd25519, keyPair } = input
  assertBytes(input.token, 'token', SUBACCOUNT_TOKEN_LENGTH)
  assertBytes(input.tokenSignature, 'tokenSignature', 64)
  if (ownerEd25519 !== undefined) assertBytes(ownerEd25519, 'ownerEd25519', 32)
  const token = new Uint8Array(input.token)
  assertBytes(keyPair?.publicKey, 'keyPair.publicKey', 32)
  if (!equalBytes(token.subarray(4), keyPair.publicKey)) {
    throw new SwarmError('SWARM_BAD_SIGNER', 'keyPair: not the key in the token')
  }
  return {
    owner,
    ownerEd25519: ownerEd25519 && new Uint8Array(ownerEd25519),
    token,
    tokenSignature: new Uint8Array(input.tokenSignature),
    sign: (message) => ed25519Sign({ message, keyPair }),
  }
}
