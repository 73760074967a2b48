import { requireBytes } from './bytes-argument.ts'
import type { Content } from './content.ts'
import { decodePlain } from './decode.ts'
import { encodePlain } from './encode.ts'
import { EnvelopeError } from './error.ts'
import { ContentSchema } from './gen/session_pb.ts'
import { MAX_DECODED_LENGTH } from './limits.ts'
import { planOf } from './schema.ts'

/**
 * Serializes a content: fields ascending, unknown fields last. It may be incomplete as a message (`checkContent` says).
 *
 * Throws `ENVELOPE_MISSING_FIELD`, `ENVELOPE_BAD_FIELD` and `ENVELOPE_BAD_TEXT`. Protocol page 02, sections 2 and 4.
 */
export function encodeContent(content: Content): Uint8Array {
  return encodePlain(content, planOf(ContentSchema))
}

/**
 * Parses a content of at most 1,000,000 bytes, without padding. It says only that the bytes are well formed; the rules
 * of what may be in them are `checkContent`'s.
 *
 * Throws `ENVELOPE_BAD_PROTOBUF`, `ENVELOPE_MISSING_FIELD`, `ENVELOPE_UNSUPPORTED_KIND`, `ENVELOPE_BAD_TEXT`,
 * `ENVELOPE_NUMBER_RANGE` and `ENVELOPE_TOO_LARGE`. Protocol page 02, sections 2 and 4.
 */
export function decodeContent(bytes: Uint8Array): Content {
  requireBytes(bytes, 'bytes')
  if (bytes.length > MAX_DECODED_LENGTH) {
    throw new EnvelopeError('ENVELOPE_TOO_LARGE', `content: at most ${MAX_DECODED_LENGTH} bytes, got ${bytes.length}`)
  }
  return decodePlain(bytes, planOf(ContentSchema))
}
