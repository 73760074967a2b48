import { type RandomSource, SecretBytes } from '@sessionkit/bytes'
import { type X25519KeyPair, x25519KeyPair } from '@sessionkit/crypto'
import { idFromPublicKey, isSessionId, type SessionId } from '@sessionkit/session-id'
import { ClosedGroupError } from './error.ts'

/** Most members of a legacy group that a message or a state may name. */
export const MAX_LEGACY_MEMBERS = 1000
/** Most key pairs of a legacy group that are kept and tried. */
export const MAX_LEGACY_KEY_PAIRS = 100
/** Most UTF-8 bytes of the name of a legacy group that is sent. */
export const MAX_LEGACY_NAME_LENGTH = 100

/** What a member knows of a legacy group. Protocol page 06, section 14. */
export interface LegacyGroup {
  /** `05` and a random key that nobody has the secret of. */
  readonly id: SessionId
  readonly name: string
  /** All of them, the admins too. */
  readonly members: readonly SessionId[]
  readonly admins: readonly SessionId[]
  /** Newest first: the first is for sending, all are for reading. */
  readonly keyPairs: readonly X25519KeyPair[]
  /** Milliseconds; control messages that are not newer are old news. */
  readonly joinedAt: number
  /** 0 is off. */
  readonly expirationSeconds: number
}

/**
 * A new legacy group, whose creator is its only admin. Official clients have not known such groups since 2025: this is
 * for tests and archives. `random` is asked for 32 bytes twice: the id's thrown-away secret, the key pair's.
 *
 * Throws `GROUP_BAD_ARGUMENT` and `GROUP_BAD_ID`. Protocol page 06, section 14.
 */
export function createLegacyGroup(input: {
  readonly name: string
  readonly creator: SessionId
  /** The others. */
  readonly members: readonly SessionId[]
  /** Milliseconds. */
  readonly timestamp: number
  readonly expirationSeconds?: number | undefined
  readonly random?: RandomSource | undefined
}): LegacyGroup {
  const { name, creator, members, timestamp, expirationSeconds = 0, random } = input
  const all = [...new Set([creator, ...requireLegacyIds(members, 'members')])]
  requireLegacyIds(all, 'creator')
  const option = random === undefined ? {} : { random }
  const thrownAway = x25519KeyPair(option)
  thrownAway.secretKey.wipe()
  return {
    id: idFromPublicKey({ prefix: '05', publicKey: thrownAway.publicKey }),
    name,
    members: all,
    admins: [creator],
    keyPairs: [x25519KeyPair(option)],
    joinedAt: timestamp,
    expirationSeconds,
  }
}

export function requireLegacyIds(value: unknown, name: string): readonly SessionId[] {
  if (!Array.isArray(value) || value.length > MAX_LEGACY_MEMBERS) {
    throw new ClosedGroupError('GROUP_BAD_ARGUMENT', `${name}: expected a list of at most ${MAX_LEGACY_MEMBERS}`)
  }
  if (!value.every(isSessionId)) throw new ClosedGroupError('GROUP_BAD_ID', `${name}: expected ids that begin with 05`)
  return value as SessionId[]
}

export function requireKeyPair(value: unknown, name: string): asserts value is X25519KeyPair {
  const pair = value as Partial<X25519KeyPair> | null | undefined
  const isPair = pair?.publicKey instanceof Uint8Array && pair.secretKey instanceof SecretBytes
  if (!isPair || pair.publicKey?.length !== 32 || pair.secretKey?.length !== 32) {
    throw new ClosedGroupError('GROUP_BAD_ARGUMENT', `${name}: expected an X25519 key pair`)
  }
}
