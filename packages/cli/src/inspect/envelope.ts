import { decodeEnvelope, type FilledEnvelope, unwrapEnvelope, V1_OVERHEAD } from '@sessionkit/envelope'
import { attempt } from './attempt.ts'
import type { Finding } from './finding.ts'

/** Says whether bytes are a stored message or an envelope. What is inside is encrypted and stays so. */
export function inspectEnvelope(bytes: Uint8Array): Finding | null {
  const stored = attempt(() => unwrapEnvelope(bytes))
  if (stored !== undefined) {
    return describe('stored-message', 'A stored message: an envelope in its request wrapper', bytes, stored)
  }
  const envelope = attempt(() => decodeEnvelope(bytes))
  return envelope === undefined ? null : describe('envelope', 'An envelope', bytes, envelope)
}

function describe(kind: string, title: string, bytes: Uint8Array, envelope: FilledEnvelope): Finding {
  const { type, source, timestamp, content, proSig } = envelope
  const time = new Date(timestamp)
  return {
    kind,
    title,
    facts: {
      type,
      bytes: bytes.length,
      'encrypted content bytes': content.length,
      ...(type === 'SESSION_MESSAGE' && content.length >= V1_OVERHEAD
        ? { 'padded message bytes': content.length - V1_OVERHEAD }
        : {}),
      'timestamp (not authenticated)': Number.isNaN(time.getTime()) ? timestamp : time.toISOString(),
      ...(source ? { 'source (never trusted)': source } : {}),
      'Pro signature': proSig !== undefined,
    },
  }
}
