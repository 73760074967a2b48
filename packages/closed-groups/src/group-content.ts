import type { RandomSource } from '@sessionkit/bytes'
import type { Compress } from '@sessionkit/config'
import type { Ed25519KeyPair } from '@sessionkit/crypto'
import {
  type Content,
  type ContentKind,
  checkContent,
  contentKind,
  decodeContent,
  decodeEnvelope,
  decoyProSignature,
  encodeContent,
  encodeEnvelope,
} from '@sessionkit/envelope'
import type { GroupId, SessionId } from '@sessionkit/session-id'
import { ClosedGroupError } from './error.ts'
import { decryptGroupMessage, encryptGroupMessage } from './group-message.ts'

/**
 * A content as namespace 11 stores it: envelope, signature, compression, encryption. `random` is asked for 32 bytes twice
 * (the decoy in place of a Pro signature), then for 24.
 *
 * Throws `GROUP_BAD_ARGUMENT` when `sigTimestamp` is another time, the codes of `encryptGroupMessage`, and those of
 * `encodeContent` and `encodeEnvelope`. Protocol page 06, section 6.1.
 */
export function sealGroupContent(input: {
  /** Its `sigTimestamp` is set to `timestamp`. */
  readonly content: Content
  readonly from: { readonly ed25519: Ed25519KeyPair }
  readonly groupId: GroupId
  /** `GroupKeys.encryptionKey()`. */
  readonly key: Uint8Array
  /** Milliseconds. */
  readonly timestamp: number
  readonly compress?: Compress | undefined
  readonly random?: RandomSource | undefined
}): Uint8Array {
  const { content, from, groupId, key, timestamp, compress, random } = input
  contentKind(content)
  if (content.sigTimestamp !== undefined && content.sigTimestamp !== timestamp) {
    throw new ClosedGroupError('GROUP_BAD_ARGUMENT', 'content: sigTimestamp is not the timestamp')
  }
  const message = encodeEnvelope({
    type: 'CLOSED_GROUP_MESSAGE',
    timestamp,
    content: encodeContent({ ...content, sigTimestamp: timestamp }),
    sourceDevice: 1,
    proSig: decoyProSignature({ random }),
  })
  return encryptGroupMessage({ message, sender: from, groupId, key, compress, random })
}

export interface OpenedGroupContent {
  /** Verified. Nothing says that they are a member: compare with `GroupMembers`. */
  readonly sender: SessionId
  /** 32 bytes. */
  readonly senderEd25519: Uint8Array
  readonly content: Content
  readonly kind: ContentKind
  /** Milliseconds. Chosen by the sender. */
  readonly timestamp: number
  /** Which of the keys opened it: 0 is the current one. */
  readonly keyIndex: number
}

/**
 * Opens a stored message of namespace 11 down to its content, which is well formed and follows the rules for groups.
 * Throws the codes of `decryptGroupMessage`, and the `ENVELOPE_…` codes of `decodeEnvelope`, `decodeContent` and
 * `checkContent`. The envelope's type and source say nothing and are not looked at. Protocol page 06, section 6.3.
 */
export function openGroupContent(input: {
  readonly ciphertext: Uint8Array
  readonly groupId: GroupId
  /** Newest first. */
  readonly keys: readonly Uint8Array[]
  readonly self?: SessionId | undefined
}): OpenedGroupContent {
  const { ciphertext, groupId, keys, self } = input
  const { message, sender, senderEd25519, keyIndex } = decryptGroupMessage({ ciphertext, groupId, keys })
  const envelope = decodeEnvelope(message)
  const content = decodeContent(envelope.content)
  const { timestamp } = envelope
  const kind = checkContent({ content, timestamp, sender, self, conversation: 'group' })
  return { sender, senderEd25519, content, kind, timestamp, keyIndex }
}
