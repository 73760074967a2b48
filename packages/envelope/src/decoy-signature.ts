import { type RandomSource, SecretBytes } from '@sessionkit/bytes'
import { ed25519KeyPairFromSeed, randomBytes } from '@sessionkit/crypto'
import { EnvelopeError } from './error.ts'

/**
 * 64 bytes that look like the signature of a Pro sender and verify under no key: R is a random point, S a random
 * scalar. Every current client sends one, so a message without it would stand out. `random` is asked twice for 32 bytes.
 * Protocol page 02, section 17.
 */
export function decoyProSignature(options?: { readonly random?: RandomSource | undefined }): Uint8Array {
  const random = options?.random ?? randomBytes
  const decoy = new Uint8Array(64)
  // The public key of a throw-away seed is a random multiple of the base point, and crypto's fastest way to one.
  const throwAway = ed25519KeyPairFromSeed(SecretBytes.from(draw(random)))
  decoy.set(throwAway.publicKey)
  throwAway.seed.wipe()
  decoy.set(draw(random), 32)
  // Below 2^252, which is the group's order but for one part in 2^126: no one can tell it from a reduced scalar.
  decoy[63] = (decoy[63] as number) & 0x0f
  return decoy
}

function draw(random: RandomSource): Uint8Array {
  const bytes = typeof random === 'function' ? random(32) : undefined
  if (bytes instanceof Uint8Array && bytes.length === 32) return bytes
  throw new EnvelopeError('ENVELOPE_BAD_ARGUMENT', 'random: expected 32 bytes')
}
