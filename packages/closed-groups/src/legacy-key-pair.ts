import { equalBytes, type RandomSource, SecretBytes } from '@sessionkit/bytes'
import { CryptoError, type X25519KeyPair, x25519KeyPairFromSecret } from '@sessionkit/crypto'
import {
  type DecryptedV1,
  decodeContent,
  decryptV1,
  EnvelopeError,
  encryptV1,
  type KeyPair,
  type KeyPairWrapper,
} from '@sessionkit/envelope'
import { type Account, idFromBytes, idToBytes, type SessionId, SessionIdError } from '@sessionkit/session-id'
import { ClosedGroupError } from './error.ts'
import { requireKeyPair, requireLegacyIds } from './legacy-group.ts'

/** Most bytes of a serialized key pair that are looked at; an honest one has 68. */
export const MAX_LEGACY_KEY_PAIR_LENGTH = 96

/** `KeyPair{1 publicKey, 2 privateKey}` serialized: 68 bytes. Protocol page 02, section 8. */
export function encodeLegacyKeyPair(keyPair: X25519KeyPair): Uint8Array {
  requireKeyPair(keyPair, 'keyPair')
  const bytes = new Uint8Array(68)
  bytes.set([0x0a, 32])
  bytes.set(keyPair.publicKey, 2)
  bytes.set([0x12, 32], 34)
  bytes.set(keyPair.secretKey.reveal(), 36)
  return bytes
}

/**
 * A key pair from its serialized form. Throws `GROUP_BAD_KEY_PAIR` unless both keys have 32 bytes and belong together.
 */
export function decodeLegacyKeyPair(bytes: Uint8Array): X25519KeyPair {
  if (!(bytes instanceof Uint8Array) || bytes.length > MAX_LEGACY_KEY_PAIR_LENGTH) throw badKeyPair()
  // The schema has the message only inside others, so it is read at one of its places, with the same strictness:
  // Content.configurationMessage (7), ConfigurationMessage.closedGroups (1), ClosedGroup.encryptionKeyPair (3).
  const { length } = bytes
  const carrier = Uint8Array.from([0x3a, length + 4, 0x0a, length + 2, 0x1a, length, ...bytes])
  let keyPair: KeyPair | undefined
  try {
    keyPair = decodeContent(carrier).configurationMessage?.closedGroups?.[0]?.encryptionKeyPair
  } catch (cause) {
    if (!(cause instanceof EnvelopeError)) throw cause
    throw badKeyPair(cause)
  } finally {
    carrier.fill(0)
  }
  try {
    return keyPairOf(keyPair)
  } finally {
    keyPair?.privateKey.fill(0)
  }
}

/** The checked key pair of a decoded message. Throws `GROUP_BAD_KEY_PAIR`. */
export function keyPairOf(keyPair: KeyPair | undefined): X25519KeyPair {
  const { publicKey, privateKey } = keyPair ?? {}
  if (!(publicKey instanceof Uint8Array) || publicKey.length !== 32) throw badKeyPair()
  if (!(privateKey instanceof Uint8Array) || privateKey.length !== 32) throw badKeyPair()
  const pair = x25519KeyPairFromSecret(SecretBytes.from(privateKey))
  if (!equalBytes(pair.publicKey, publicKey)) throw badKeyPair()
  return pair
}

/**
 * A key pair sealed for each member: Session Protocol v1 without padding. `random` is asked for 32 bytes per member.
 *
 * Throws `GROUP_BAD_ARGUMENT`, `GROUP_BAD_ID` and `ENVELOPE_BAD_RECIPIENT`. Protocol page 06, section 14.
 */
export function wrapLegacyKeyPair(input: {
  readonly keyPair: X25519KeyPair
  readonly from: Account
  readonly members: readonly SessionId[]
  readonly random?: RandomSource | undefined
}): KeyPairWrapper[] {
  const { keyPair, from, members, random } = input
  requireLegacyIds(members, 'members')
  const message = encodeLegacyKeyPair(keyPair)
  try {
    return members.map((member) => ({
      publicKey: idToBytes(member),
      encryptedKeyPair: encryptV1({ message, sender: from, recipient: member, random }),
    }))
  } finally {
    message.fill(0)
  }
}

/**
 * The key pair that `from` wrapped for the recipient, or null where no wrapper is the recipient's. Who sealed it must
 * be who sent it: else a member could pass on an old pair of the admin's as a new one.
 *
 * Throws `GROUP_DECRYPT_FAILED` when the recipient's wrapper does not open or is somebody else's, and
 * `GROUP_BAD_KEY_PAIR`.
 */
export function openLegacyKeyPair(input: {
  readonly wrappers: readonly KeyPairWrapper[]
  readonly from: SessionId
  readonly recipient: Account
}): X25519KeyPair | null {
  const { wrappers, from, recipient } = input
  if (!Array.isArray(wrappers)) throw new ClosedGroupError('GROUP_BAD_ARGUMENT', 'wrappers: expected a list')
  const own = (wrappers as readonly KeyPairWrapper[]).find(
    (wrapper) => wrapper?.publicKey instanceof Uint8Array && idOrNull(wrapper.publicKey) === recipient.sessionId,
  )
  if (own === undefined) return null
  const { message, sender } = decrypted(own.encryptedKeyPair, recipient)
  try {
    if (sender !== from) throw new ClosedGroupError('GROUP_DECRYPT_FAILED', 'the key pair was sealed by somebody else')
    return decodeLegacyKeyPair(message)
  } finally {
    message.fill(0)
  }
}

function decrypted(ciphertext: Uint8Array, recipient: Account): DecryptedV1 {
  try {
    return decryptV1({ ciphertext, recipient })
  } catch (cause) {
    if (!(cause instanceof EnvelopeError) && !(cause instanceof CryptoError && cause.code !== 'CRYPTO_NOT_READY')) {
      throw cause
    }
    throw new ClosedGroupError('GROUP_DECRYPT_FAILED', 'the key pair for this member does not open', { cause })
  }
}

/** The id of 33 bytes with the prefix `05`, else null. */
export function idOrNull(bytes: Uint8Array): SessionId | null {
  try {
    const id = idFromBytes(bytes)
    return id.startsWith('05') ? (id as SessionId) : null
  } catch (error) {
    if (error instanceof SessionIdError) return null
    throw error
  }
}

function badKeyPair(cause?: unknown): ClosedGroupError {
  return new ClosedGroupError('GROUP_BAD_KEY_PAIR', 'not an X25519 key pair', cause === undefined ? {} : { cause })
}
