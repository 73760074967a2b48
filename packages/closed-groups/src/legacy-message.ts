import type { RandomSource } from '@sessionkit/bytes'
import type { X25519KeyPair } from '@sessionkit/crypto'
import {
  type Content,
  type ContentKind,
  checkContent,
  contentKind,
  type DecryptedV1,
  decodeContent,
  decryptV1,
  EnvelopeError,
  encodeContent,
  encryptV1,
  MAX_CONTENT_LENGTH,
  pad,
  unpad,
  unwrapEnvelope,
  wrapEnvelope,
} from '@sessionkit/envelope'
import { type Account, isSessionId, type SessionId } from '@sessionkit/session-id'
import { ClosedGroupError } from './error.ts'
import { MAX_LEGACY_KEY_PAIRS, requireKeyPair } from './legacy-group.ts'
import { isUpdateTimestamp } from './update-signed-text.ts'

/** Where the messages of legacy groups are, in the swarm of the group's id; store and retrieve are not signed. */
export const LEGACY_GROUP_NAMESPACE = -10

/** What a legacy group carries. All else is 1-to-1, or of the groups that came after. */
const kinds: readonly ContentKind[] = ['visible', 'reaction', 'timer-update', 'unsend', 'legacy-group']

export interface SealLegacyMessageInput {
  /** Its `sigTimestamp` is set to `timestamp`. */
  readonly content: Content
  readonly from: Account
  readonly group: SessionId
  /** 32 bytes: the X25519 key of the group's newest key pair. */
  readonly encryptionKey: Uint8Array
  /** Milliseconds. */
  readonly timestamp: number
  readonly random?: RandomSource | undefined
}

/**
 * A message to a legacy group as its swarm stores it: content, padding, Session Protocol v1 to the group's key pair,
 * envelope with the group as source, wrapper. `random` is asked for 32 bytes once.
 *
 * Throws `GROUP_BAD_ARGUMENT`, `GROUP_BAD_ID`, `GROUP_TOO_LARGE`, `GROUP_BAD_MESSAGE` for what no legacy group carries,
 * `ENVELOPE_BAD_RECIPIENT` and the codes of `encodeContent`. Protocol page 06, section 14.
 */
export function sealLegacyMessage(input: SealLegacyMessageInput): Uint8Array {
  const { content, from, group, encryptionKey, timestamp, random } = input
  if (!isSessionId(group)) throw new ClosedGroupError('GROUP_BAD_ID', 'group: a legacy group has an id with 05')
  if (!isUpdateTimestamp(timestamp))
    throw new ClosedGroupError('GROUP_BAD_ARGUMENT', 'timestamp: expected milliseconds')
  if (!(encryptionKey instanceof Uint8Array) || encryptionKey.length !== 32) {
    throw new ClosedGroupError('GROUP_BAD_ARGUMENT', 'encryptionKey: expected 32 bytes')
  }
  if (!kinds.includes(contentKind(content))) throw badMessage('a legacy group carries no such message')
  if (content.sigTimestamp !== undefined && content.sigTimestamp !== timestamp) {
    throw new ClosedGroupError('GROUP_BAD_ARGUMENT', 'content: sigTimestamp is not the timestamp')
  }
  const bytes = encodeContent({ ...content, sigTimestamp: timestamp })
  // The source takes the 68 bytes that a 1-to-1 envelope has for device and Pro signature: the same limit.
  if (bytes.length > MAX_CONTENT_LENGTH) {
    throw new ClosedGroupError('GROUP_TOO_LARGE', `content: at most ${MAX_CONTENT_LENGTH} bytes, got ${bytes.length}`)
  }
  const ciphertext = encryptV1({ message: pad(bytes), sender: from, recipient: encryptionKey, random })
  return wrapEnvelope({ type: 'CLOSED_GROUP_MESSAGE', source: group, timestamp, content: ciphertext })
}

export interface OpenedLegacyMessage {
  /** Verified. */
  readonly sender: SessionId
  /** 32 bytes. */
  readonly senderEd25519: Uint8Array
  readonly content: Content
  readonly kind: ContentKind
  /** Milliseconds, from the envelope. */
  readonly timestamp: number
  /** Whether the sender signed the timestamp. */
  readonly timestampAuthenticated: boolean
  /** Which of the key pairs opened it; 0 is the newest. */
  readonly keyPairIndex: number
}

/**
 * Opens a stored message of a legacy group with the first key pair that fits; the pairs are given newest first. Whether
 * the sender is a member is the caller's to look up: nothing in the message says so.
 *
 * Throws `GROUP_NO_KEY` without key pairs, `GROUP_DECRYPT_FAILED` when none opens it (keep it until a key arrives),
 * `GROUP_BAD_MESSAGE` for an envelope of another group and for a kind that groups do not carry, and the codes of
 * `unwrapEnvelope`, `decryptV1`, `decodeContent` and `checkContent`. Protocol page 06, section 14.
 */
export function openLegacyMessage(input: {
  readonly bytes: Uint8Array
  readonly group: SessionId
  readonly keyPairs: readonly X25519KeyPair[]
}): OpenedLegacyMessage {
  const { bytes, group, keyPairs } = input
  if (!isSessionId(group)) throw new ClosedGroupError('GROUP_BAD_ID', 'group: a legacy group has an id with 05')
  const { content: ciphertext, source, timestamp } = unwrapEnvelope(bytes)
  if (source?.toLowerCase() !== group) throw badMessage('the envelope is not of this group')
  const { message, sender, senderEd25519, keyPairIndex } = decryptWithAny(ciphertext, keyPairs)
  const content = decodeContent(unpad(message))
  const kind = checkContent({ content, timestamp, sender })
  if (!kinds.includes(kind)) throw badMessage('a legacy group carries no such message')
  if (content.dataMessage?.syncTarget !== undefined) throw badMessage('a copy for own devices has no place in a group')
  const timestampAuthenticated = (content.sigTimestamp ?? 0) !== 0
  return { sender, senderEd25519, content, kind, timestamp, timestampAuthenticated, keyPairIndex }
}

function decryptWithAny(
  ciphertext: Uint8Array,
  keyPairs: readonly X25519KeyPair[],
): DecryptedV1 & { readonly keyPairIndex: number } {
  if (!Array.isArray(keyPairs) || keyPairs.length === 0) {
    throw new ClosedGroupError('GROUP_NO_KEY', 'keyPairs: expected at least one')
  }
  for (const [keyPairIndex, x25519] of (keyPairs as readonly X25519KeyPair[])
    .slice(0, MAX_LEGACY_KEY_PAIRS)
    .entries()) {
    requireKeyPair(x25519, 'keyPairs')
    try {
      return { ...decryptV1({ ciphertext, recipient: { x25519 } }), keyPairIndex }
    } catch (error) {
      // A box that opens and then has a bad signature is a forgery: no other key pair opens it.
      if (!(error instanceof EnvelopeError) || error.code !== 'ENVELOPE_NOT_FOR_RECIPIENT') throw error
    }
  }
  throw new ClosedGroupError('GROUP_DECRYPT_FAILED', 'none of the key pairs opens the message')
}

function badMessage(message: string): ClosedGroupError {
  return new ClosedGroupError('GROUP_BAD_MESSAGE', message)
}
