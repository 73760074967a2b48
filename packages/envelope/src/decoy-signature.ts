import { concatBytes, type RandomSource } from '@sessionkit/bytes'
import { ed25519ScalarMultBase, randomBytes, scalarReduce } from '@sessionkit/crypto'
import { EnvelopeError } from './error.ts'

/**
 * 64 bytes that look like the signature of a Pro sender and verify under no key: R is a random point, S a random
 * scalar. Every current client sends one, so a message without it would stand out. `random` is asked twice for 64 bytes.
 * Protocol page 02, section 17.
 */
export function decoyProSignature(options?: { readonly random?: RandomSource | undefined }): Uint8Array {
  const random = options?.random ?? randomBytes
  return concatBytes(ed25519ScalarMultBase(scalar(random)), scalar(random))
}

function scalar(random: RandomSource): Uint8Array {
  const bytes = random(64)
  if (!(bytes instanceof Uint8Array) || bytes.length !== 64) {
    throw new EnvelopeError('ENVELOPE_BAD_ARGUMENT', 'random: expected 64 bytes')
  }
  return scalarReduce(bytes)
}
