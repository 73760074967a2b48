import type { Account, SessionId } from '@sessionkit/session-id'
import { checkContent } from './check-content.ts'
import type { Content } from './content.ts'
import { decodeContent } from './content-codec.ts'
import type { ContentKind } from './kind.ts'
import { unpaddedLength } from './padding.ts'
import { checkSelfRules } from './self-rules.ts'
import { decryptV1 } from './session-protocol.ts'
import { unwrapEnvelope } from './wrapper.ts'

export interface OpenedMessage {
  /** Verified. The recipient's own id for what came from another device of theirs. */
  readonly sender: SessionId
  /** 32 bytes. */
  readonly senderEd25519: Uint8Array
  readonly content: Content
  readonly kind: ContentKind
  /** Milliseconds, from the envelope. */
  readonly timestamp: number
  /** Whether the sender signed the timestamp. False for clients from before 2025. */
  readonly timestampAuthenticated: boolean
}

/**
 * Opens a stored 1-to-1 message: its sender is verified, its content is well formed and follows the rules, or it throws an
 * `EnvelopeError` whose code names the step: those of `unwrapEnvelope`, `decryptV1`, `decodeContent`, `checkContent` and
 * `checkSelfRules`. Protocol page 02, sections 10, 12, 13, 15 and 18.
 */
export function openMessage(bytes: Uint8Array, options: { readonly recipient: Account }): OpenedMessage {
  const { recipient } = options
  const { content: ciphertext, timestamp } = unwrapEnvelope(bytes)
  const { message, sender, senderEd25519 } = decryptV1({ ciphertext, recipient })
  const content = decodeContent(message.subarray(0, unpaddedLength(message)))
  const kind = checkContent({ content, timestamp, sender, self: recipient.sessionId })
  checkSelfRules({ content, sender, self: recipient.sessionId })
  return { sender, senderEd25519, content, kind, timestamp, timestampAuthenticated: (content.sigTimestamp ?? 0) !== 0 }
}
