import type { RandomSource } from '@sessionkit/bytes'
import type { Account, SessionId } from '@sessionkit/session-id'
import { requireTimestamp } from './bytes-argument.ts'
import type { Content } from './content.ts'
import { encodeContent } from './content-codec.ts'
import { decoyProSignature } from './decoy-signature.ts'
import { EnvelopeError } from './error.ts'
import { contentKind } from './kind.ts'
import { MAX_CONTENT_LENGTH } from './limits.ts'
import { pad } from './padding.ts'
import { encryptV1 } from './session-protocol.ts'
import { wrapEnvelope } from './wrapper.ts'

export interface SealMessageInput {
  /** Its `sigTimestamp` is set to `timestamp`. */
  readonly content: Content
  readonly from: Account
  readonly to: SessionId
  /** Milliseconds; see `createTimestampSource`. */
  readonly timestamp: number
  /** 64 bytes of a Pro signature over the ciphertext cannot be made here; `decoy` (usual) or none at all. */
  readonly proSignature?: 'decoy' | 'none' | undefined
  readonly random?: RandomSource | undefined
}

/**
 * A 1-to-1 message as a swarm stores it: content, padding, Session Protocol v1, envelope, wrapper. `random` is asked for
 * 32 bytes three times: the ephemeral secret, then the decoy.
 *
 * Throws `ENVELOPE_TOO_LARGE` when the content has more than 76,478 bytes, `ENVELOPE_NO_PAYLOAD`,
 * `ENVELOPE_SEVERAL_PAYLOADS`, `ENVELOPE_TIMESTAMP_MISMATCH`, `ENVELOPE_BAD_TIMESTAMP`, `ENVELOPE_BAD_RECIPIENT` and the
 * codes of `encodeContent`. Protocol page 02, section 11.
 */
export function sealMessage(input: SealMessageInput): Uint8Array {
  const { content, from, to, timestamp, random, proSignature = 'decoy' } = input
  requireTimestamp(timestamp, 'timestamp')
  contentKind(content)
  if (content.sigTimestamp !== undefined && content.sigTimestamp !== timestamp) {
    throw new EnvelopeError('ENVELOPE_TIMESTAMP_MISMATCH', 'content: sigTimestamp is not the timestamp')
  }
  const bytes = encodeContent({ ...content, sigTimestamp: timestamp })
  if (bytes.length > MAX_CONTENT_LENGTH) {
    throw new EnvelopeError('ENVELOPE_TOO_LARGE', `content: at most ${MAX_CONTENT_LENGTH} bytes, got ${bytes.length}`)
  }
  const ciphertext = encryptV1({ message: pad(bytes), sender: from, recipient: to, random })
  return wrapEnvelope({
    type: 'SESSION_MESSAGE',
    timestamp,
    content: ciphertext,
    sourceDevice: 1,
    ...(proSignature === 'decoy' ? { proSig: decoyProSignature({ random }) } : {}),
  })
}
