import { bytesToUtf8, concatBytes, equalBytes, hexToBytes, type RandomSource, utf8ToBytes } from '@sessionkit/bytes'
import { ed25519KeyPairToX25519, randomBytes, type X25519KeyPair } from '@sessionkit/crypto'
import type { GroupId } from '@sessionkit/session-id'
import { ClosedGroupError } from './error.ts'
import { type GroupAdmin, groupKeyOf, sortedMemberIds } from './group-id.ts'
import { encodeContainer, multiDecrypt, sealEntry } from './multi-encrypt.ts'

/** Domain of kicked messages. */
export const KICKED_DOMAIN = 'SessionGroupKickedMessage'
/** The namespace of kicked messages: readable with a revoked subaccount. */
export const KICKED_NAMESPACE = -11

/**
 * The message that tells removed members so, for namespace −11. `generation` is the one before the rekey that follows.
 * Ids are written in the order given. `random` is asked for 24 bytes once. A member whose key gives no shared secret is
 * left out: it could read nothing.
 *
 * Throws `GROUP_BAD_ARGUMENT` and `GROUP_BAD_ID`. Protocol page 06, section 8.
 */
export function sealKickedMessage(input: {
  readonly group: GroupAdmin
  readonly members: readonly string[]
  readonly generation: number
  readonly random?: RandomSource | undefined
}): Uint8Array {
  const { group, members, generation, random = randomBytes } = input
  checkGeneration(generation, 'generation')
  // Checks every id; the order stays the caller's.
  if (sortedMemberIds(members).length === 0) throw new ClosedGroupError('GROUP_BAD_ARGUMENT', 'members: none')
  const nonce = random(24)
  const sender = ed25519KeyPairToX25519(group.ed25519)
  const entries = members.flatMap((id) => {
    const recipient = hexToBytes(id.slice(2))
    const message = concatBytes(recipient, utf8ToBytes(`${generation}`))
    const entry = sealEntry({ message, sender, recipient, domain: KICKED_DOMAIN, nonce })
    return entry === null ? [] : [entry]
  })
  sender.secretKey.wipe()
  return encodeContainer(nonce, entries)
}

/**
 * Whether a message of namespace −11 kicks us: for which generation, or null when it is not for us, is malformed inside,
 * or is older than what we know (a leftover from before we were invited again).
 *
 * Throws `GROUP_TOO_LARGE` and `GROUP_BAD_CONTAINER` for what is no container at all, `GROUP_BAD_ARGUMENT` and
 * `GROUP_BAD_ID`.
 * Protocol page 06, sections 8 and 17.
 */
export function openKickedMessage(input: {
  readonly message: Uint8Array
  readonly groupId: GroupId
  readonly member: { readonly x25519: X25519KeyPair }
  /** `GroupKeys.generation`: 0 when no key is known. */
  readonly currentGeneration: number
}): { readonly generation: number } | null {
  const { message, groupId, member, currentGeneration } = input
  // With a generation that compares to nothing, a leftover of before would kick us again.
  checkGeneration(currentGeneration, 'currentGeneration')
  const sender = groupKeyOf(groupId).x25519
  const plaintext = multiDecrypt({ container: message, recipient: member.x25519, sender, domain: KICKED_DOMAIN })
  if (plaintext === null || plaintext.length < 33) return null
  if (!equalBytes(plaintext.subarray(0, 32), member.x25519.publicKey)) return null
  const digits = plaintext.subarray(32)
  if (digits.length > 19 || !digits.every((byte) => byte >= 0x30 && byte <= 0x39)) return null
  const generation = Number(bytesToUtf8(digits))
  if (!Number.isSafeInteger(generation) || generation < currentGeneration) return null
  return { generation }
}

function checkGeneration(value: number, name: string): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new ClosedGroupError('GROUP_BAD_ARGUMENT', `${name}: expected a whole number`)
  }
}
