import { requireBytes } from './bytes-argument.ts'
import { decodePlain } from './decode.ts'
import { encodePlain } from './encode.ts'
import { decodeEnvelope, encodeEnvelope, type FilledEnvelope } from './envelope-codec.ts'
import { EnvelopeError } from './error.ts'
import { WebSocketMessageSchema } from './gen/session_pb.ts'
import { MAX_STORED_LENGTH } from './limits.ts'
import { planOf } from './schema.ts'

/**
 * The bytes that a swarm stores: the envelope in the request wrapper of today's clients.
 *
 * Throws `ENVELOPE_TOO_LARGE` above 76,800 bytes. Protocol page 02, sections 3.1, 3.2 and 11.
 */
export function wrapEnvelope(envelope: FilledEnvelope): Uint8Array {
  const request = { verb: '', path: '', body: encodeEnvelope(envelope), requestId: 0 }
  const stored = encodePlain({ type: 'REQUEST', request }, planOf(WebSocketMessageSchema))
  checkSize(stored)
  return stored
}

/**
 * The envelope in stored bytes, of the current and of the older wrapper form: only the body of the request counts.
 *
 * Throws `ENVELOPE_EMPTY`, `ENVELOPE_TOO_LARGE`, `ENVELOPE_VERSION_2` (first byte `00`), `ENVELOPE_NO_REQUEST`,
 * `ENVELOPE_NO_BODY` and the codes of `decodeEnvelope`. Protocol page 02, sections 3 and 18.
 */
export function unwrapEnvelope(stored: Uint8Array): FilledEnvelope {
  requireBytes(stored, 'stored')
  if (stored.length === 0) throw new EnvelopeError('ENVELOPE_EMPTY', 'the stored message is empty')
  checkSize(stored)
  if (stored[0] === 0) throw new EnvelopeError('ENVELOPE_VERSION_2', 'a message of Session Protocol v2: not supported')
  const { request } = decodePlain(stored, planOf(WebSocketMessageSchema)) as { request?: { body?: Uint8Array } }
  if (request === undefined) throw new EnvelopeError('ENVELOPE_NO_REQUEST', 'the wrapper holds no request')
  if (request.body === undefined) throw new EnvelopeError('ENVELOPE_NO_BODY', 'the wrapped request holds no body')
  return decodeEnvelope(request.body)
}

function checkSize(stored: Uint8Array): void {
  if (stored.length > MAX_STORED_LENGTH) {
    throw new EnvelopeError('ENVELOPE_TOO_LARGE', `at most ${MAX_STORED_LENGTH} bytes are stored, got ${stored.length}`)
  }
}
