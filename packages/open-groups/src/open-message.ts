import {
  type Content,
  checkContent,
  decodeContent,
  decodeEnvelope,
  EnvelopeError,
  encodeContent,
  type FilledEnvelope,
  pad,
  unpad,
} from '@sessionkit/envelope'
import { requireBytes } from './argument.ts'
import { OpenGroupError } from './error.ts'
import { MAX_MESSAGE_CLOCK_MS } from './limits.ts'
import type { RoomMessage } from './message.ts'
import { type MemberId, memberIdOf } from './schema.ts'
import { onContent, requireVisible } from './seal-message.ts'
import { verifyMessage } from './verify-message.ts'

export interface OpenedRoomMessage {
  /** Verified: the owner of this id signed exactly this content, in whatever room and at whatever time. */
  readonly author: MemberId
  readonly content: Content
  /** 64 bytes, not verified here: `proSignedData` is what it is over. */
  readonly proSignature: Uint8Array | undefined
}

/**
 * Opens a message of a room: author, signature, content and clock are checked. What it throws means: drop the message,
 * and go on with the next `seqno`. Throws `OPEN_GROUP_UNTRUSTED_AUTHOR`, `OPEN_GROUP_BAD_SIGNATURE`,
 * `OPEN_GROUP_BAD_CONTENT`, `OPEN_GROUP_BAD_PRO_SIGNATURE`, `OPEN_GROUP_NOT_VISIBLE`, `OPEN_GROUP_CLOCK`. Protocol
 * page 08, sections 6 and 13.
 */
export function openRoomMessage(input: {
  readonly message: Pick<RoomMessage, 'sessionId' | 'data' | 'signature' | 'posted'>
  /** Whether the server has the capability `blind`: then a `05` author is refused. */
  readonly blinded: boolean
  /** What `verifyMessages` said for it, where it was asked already. */
  readonly verified?: boolean | undefined
}): OpenedRoomMessage {
  const { message, blinded, verified } = input
  const { sessionId, data, posted } = message ?? {}
  requireBytes(data, 'data')
  const author = memberIdOf(sessionId)
  if (author === undefined || (blinded && author.startsWith('05'))) {
    throw new OpenGroupError('OPEN_GROUP_UNTRUSTED_AUTHOR', 'message: an author of this kind does not write here')
  }
  if (!(verified ?? verifyMessage(message))) {
    throw new OpenGroupError('OPEN_GROUP_BAD_SIGNATURE', 'message: its author did not sign it')
  }
  const envelope = envelopeOf(data)
  const content = onContent(() => decodeContent(unpad(envelope?.content ?? data)))
  const proSignature = proSignatureOf(content, envelope)
  requireVisible(content)
  onContent(() =>
    checkContent({ content, timestamp: content.sigTimestamp ?? 0, sender: author, conversation: 'community' }),
  )
  const signed = content.sigTimestamp ?? 0
  if (signed !== 0 && !(Math.abs(posted * 1000 - signed) <= MAX_MESSAGE_CLOCK_MS)) {
    throw new OpenGroupError('OPEN_GROUP_CLOCK', 'message: its own time is more than six hours off')
  }
  return { author, content, proSignature }
}

/** The form that clients will send one day. Content is never taken for it: an envelope's required fields are missing. */
function envelopeOf(data: Uint8Array): FilledEnvelope | undefined {
  try {
    return decodeEnvelope(data)
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error
    if (error.code === 'ENVELOPE_BAD_PRO_SIGNATURE') throw badPro(error)
    return undefined
  }
}

function proSignatureOf(content: Content, envelope: FilledEnvelope | undefined): Uint8Array | undefined {
  const inContent = content.proSigForCommunityMessageOnly
  const inEnvelope = envelope?.proSig
  if (inContent !== undefined && inEnvelope !== undefined) throw badPro()
  const signature = inContent ?? inEnvelope
  if (signature !== undefined && signature.length !== 64) throw badPro()
  return signature
}

const badPro = (cause?: unknown): OpenGroupError =>
  new OpenGroupError(
    'OPEN_GROUP_BAD_PRO_SIGNATURE',
    'message: a Pro signature has 64 bytes and stands in one place',
    cause === undefined ? {} : { cause },
  )

/**
 * What a Pro signature in a room is over: the padded content without that field. Throws `OPEN_GROUP_BAD_CONTENT`.
 * Protocol page 08, section 6.
 */
export function proSignedData(content: Content): Uint8Array {
  return onContent(() => pad(encodeContent({ ...content, proSigForCommunityMessageOnly: undefined })))
}
