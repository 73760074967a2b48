import { utf8ToBytes } from '@sessionkit/bytes'
import { blake2b } from '@sessionkit/crypto'
import type { GroupAdmin } from './group-id.ts'

/** Domain of the entries that carry group keys to members. */
export const MEMBER_KEY_DOMAIN = 'SessionGroupKeyMemberKey'
const GENERATION_KEY = 'SessionGroupKeyGen'

/** A secret that follows from the group's seed alone. Protocol page 06, section 2.1. */
export function seedHash(group: GroupAdmin, label: string): Uint8Array {
  return blake2b({ message: group.ed25519.seed.reveal(), key: utf8ToBytes(label), length: 32 })
}

/** The 32-byte key that wraps every group key for admins. */
export const adminWrappingKey = (group: GroupAdmin): Uint8Array => seedHash(group, 'SessionGroupKeyAdminKey')

/** Key and nonce of a generation follow from the seed, the members and the number: two admins make the same message. */
export function deriveGroupKey(
  group: GroupAdmin,
  memberIds: readonly string[],
  generation: number,
): { readonly hash: Uint8Array; readonly key: Uint8Array; readonly nonce: Uint8Array } {
  const seed = seedHash(group, 'SessionGroupKeySeed')
  const message = [utf8ToBytes(memberIds.join('') + generation), seed]
  const hash = blake2b({ message, key: utf8ToBytes(GENERATION_KEY), length: 56 })
  seed.fill(0)
  return { hash, key: hash.slice(0, 32), nonce: hash.slice(32) }
}

export function supplementNonce(group: GroupAdmin, memberIds: readonly string[], keys: Uint8Array): Uint8Array {
  const seed = seedHash(group, 'SessionGroupKeySeed')
  const message = [utf8ToBytes(memberIds.join('')), keys, seed]
  const nonce = blake2b({ message, key: utf8ToBytes(GENERATION_KEY), length: 24 })
  seed.fill(0)
  return nonce
}
