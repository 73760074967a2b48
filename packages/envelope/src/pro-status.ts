import { ed25519Verify } from '@sessionkit/crypto'
import { isTimestamp, requireBytes } from './bytes-argument.ts'
import type { ProMessage } from './content.ts'
import { EnvelopeError } from './error.ts'
import { type ParsedProProof, parseProProof, verifyProProof } from './pro-proof.ts'

/**
 * What became of a message's Pro claim. `none`: it makes none. `invalid`: there is no proof, or a malformed one, or no signature.
 * None of these is a reason to drop a message.
 */
export type ProStatus =
  | 'none'
  | 'invalid'
  | 'invalid-backend-signature'
  | 'invalid-user-signature'
  | 'expired'
  | 'valid'

/** What a message asks to be shown or allowed. It counts only where `proStatus` is `valid`. */
export interface ProFeatures {
  readonly badge: boolean
  readonly animatedPicture: boolean
  /** A body of up to 10,000 code points. */
  readonly longMessage: boolean
}

/**
 * Whether a Pro key signed a message. What was signed is `Envelope.content` as transmitted (1-to-1: the ciphertext), `pro.message` of an
 * opened V2 message, or in a community the padded content without its field 17. False for a signature or key of another length, and for the
 * decoys of senders without Pro. Protocol page 02, section 17.
 */
export function verifyProSignature(input: {
  readonly message: Uint8Array
  readonly signature: Uint8Array
  /** `rotatingPublicKey` of a proof that was verified. */
  readonly rotatingPublicKey: Uint8Array
}): boolean {
  const { message, signature, rotatingPublicKey } = input
  requireBytes(message, 'message')
  requireBytes(signature, 'signature')
  requireBytes(rotatingPublicKey, 'rotatingPublicKey')
  if (signature.length !== 64 || rotatingPublicKey.length !== 32) return false
  return ed25519Verify({ message, signature, publicKey: rotatingPublicKey })
}

/**
 * The status of a message's Pro claim: the backend's signature is looked at first, then the sender's, then the time. Nothing is enforced,
 * and revocations are not known here. Protocol page 02, section 17.
 */
export function proStatus(input: {
  /** `content.proMessage`. */
  readonly proMessage: ProMessage | undefined
  /** `proSig` of the envelope or of the content. */
  readonly signature: Uint8Array | undefined
  /** What it is over: see `verifyProSignature`. */
  readonly signed: Uint8Array
  /** The backend's Ed25519 key, 32 bytes. */
  readonly backendKey: Uint8Array
  /** Milliseconds: the content's `sigTimestamp`; in communities the time of now. */
  readonly timestamp: number
}): ProStatus {
  const { proMessage, signature, signed, backendKey, timestamp } = input
  requireBytes(signed, 'signed')
  requireBytes(backendKey, 'backendKey')
  if (signature !== undefined) requireBytes(signature, 'signature')
  if (proMessage === undefined) return 'none'
  const proof = parsed(proMessage)
  if (proof === undefined || signature === undefined || signature.length !== 64) return 'invalid'
  if (!verifyProProof({ proof: proMessage.proof!, backendKey })) return 'invalid-backend-signature'
  const { rotatingPublicKey, expiresAt } = proof
  if (!verifyProSignature({ message: signed, signature, rotatingPublicKey })) return 'invalid-user-signature'
  if (!isTimestamp(timestamp)) return 'invalid'
  return timestamp > expiresAt ? 'expired' : 'valid'
}

/** The features that a message claims. */
export function proFeatures(proMessage: ProMessage | undefined): ProFeatures {
  const profile = proMessage?.profileBitset ?? 0n
  const message = proMessage?.messageBitset ?? 0n
  return { badge: has(profile, 0n), animatedPicture: has(profile, 1n), longMessage: has(message, 0n) }
}

const has = (bits: bigint, bit: bigint): boolean => ((bits >> bit) & 1n) === 1n

function parsed({ proof }: ProMessage): ParsedProProof | undefined {
  if (proof === undefined) return undefined
  try {
    return parseProProof(proof)
  } catch (error) {
    if (error instanceof EnvelopeError && error.code === 'ENVELOPE_BAD_PRO_PROOF') return undefined
    throw error
  }
}
