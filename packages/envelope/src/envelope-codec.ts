import { isTimestamp, requireBytes, requireObject } from './bytes-argument.ts'
import { decodePlain } from './decode.ts'
import { encodePlain } from './encode.ts'
import type { Envelope } from './envelope-message.ts'
import { EnvelopeError } from './error.ts'
import { EnvelopeSchema } from './gen/session_pb.ts'
import { MAX_DECODED_LENGTH } from './limits.ts'
import { planOf } from './schema.ts'

/** An envelope whose content is present and not empty. */
export interface FilledEnvelope extends Envelope {
  readonly content: Uint8Array
}

/** Serializes an envelope, with the same demands as `decodeEnvelope`. Protocol page 02, section 3.3. */
export function encodeEnvelope(envelope: FilledEnvelope): Uint8Array {
  return encodePlain(checked(envelope), planOf(EnvelopeSchema))
}

/**
 * Parses an envelope. Throws `ENVELOPE_BAD_TIMESTAMP`, `ENVELOPE_NO_CONTENT`, `ENVELOPE_BAD_SOURCE` and
 * `ENVELOPE_BAD_PRO_SIGNATURE` besides the codes of `decodeContent`. Protocol page 02, sections 3.3 and 18.
 */
export function decodeEnvelope(bytes: Uint8Array): FilledEnvelope {
  requireBytes(bytes, 'bytes')
  if (bytes.length > MAX_DECODED_LENGTH) {
    throw new EnvelopeError('ENVELOPE_TOO_LARGE', `envelope: at most ${MAX_DECODED_LENGTH} bytes, got ${bytes.length}`)
  }
  return checked(decodePlain(bytes, planOf(EnvelopeSchema)) as unknown as Envelope)
}

function checked(envelope: Envelope): FilledEnvelope {
  requireObject(envelope, 'envelope')
  const { content, source, proSig, timestamp } = envelope
  if (!isTimestamp(timestamp)) throw new EnvelopeError('ENVELOPE_BAD_TIMESTAMP', 'envelope: its timestamp is 0')
  if (content !== undefined) requireBytes(content, 'envelope.content')
  if (content === undefined || content.length === 0)
    throw new EnvelopeError('ENVELOPE_NO_CONTENT', 'envelope: no content')
  if (source !== undefined && source !== '' && (typeof source !== 'string' || !/^[0-9a-f]{66}$/i.test(source))) {
    throw new EnvelopeError('ENVELOPE_BAD_SOURCE', 'envelope: source is neither empty nor an id')
  }
  if (proSig !== undefined) requireBytes(proSig, 'envelope.proSig')
  if (proSig !== undefined && proSig.length !== 64) {
    throw new EnvelopeError('ENVELOPE_BAD_PRO_SIGNATURE', `envelope: proSig has ${proSig.length} bytes, not 64`)
  }
  return { ...envelope, content }
}
