import { concatBytes, utf8ToBytes } from '@sessionkit/bytes'
import { blake2b, ed25519Verify } from '@sessionkit/crypto'
import { requireBytes, requireObject } from './bytes-argument.ts'
import type { ProProof } from './content.ts'
import { EnvelopeError } from './error.ts'

const FIRST = utf8ToBytes('ProProof________')
const SECOND = utf8ToBytes('ProProof_v0_____')
/** Expiries from here on are milliseconds: as seconds they were some 3000 years away. */
const MILLISECONDS_FROM = 100_000_000_000n

/** A Pro proof of either generation, read but not verified. Protocol page 02, section 17. */
export interface ParsedProProof {
  /** 1: the clients of 2025 and 2026, with a version and milliseconds. 2: the newer library's, without, and in seconds. */
  readonly generation: 1 | 2
  /** 32 bytes: `genIndexHash` of the first generation, `revocationTag` of the second. */
  readonly revocationTag: Uint8Array
  /** 32 bytes: what the sender's Pro signatures verify under. */
  readonly rotatingPublicKey: Uint8Array
  /** Milliseconds in both generations. */
  readonly expiresAt: number
  /** 64 bytes, by the Pro backend. */
  readonly signature: Uint8Array
  /** What the backend signed. */
  readonly signed: Uint8Array
}

/**
 * Reads the proof in `content.proMessage`. The generation follows from the size of the expiry; a version is in the first only.
 * Throws `ENVELOPE_BAD_PRO_PROOF` for a missing field or one of another size. Protocol page 02, section 17.
 */
export function parseProProof(proof: ProProof): ParsedProProof {
  requireObject(proof, 'proof')
  const revocationTag = field(proof.genIndexHash, 'field 2', 32)
  const rotatingPublicKey = field(proof.rotatingPublicKey, 'rotatingPublicKey', 32)
  const signature = field(proof.sig, 'sig', 64)
  const { expireAt: expiry, version } = proof
  if (typeof expiry !== 'bigint' || expiry < 0n || expiry > BigInt(Number.MAX_SAFE_INTEGER)) throw bad('expiry')
  const parsed = { revocationTag, rotatingPublicKey, signature }
  if (expiry >= MILLISECONDS_FROM) {
    // No other version was ever used; a writer may leave the zero out.
    if (version !== undefined && version !== 0) throw bad('version')
    const time = new Uint8Array(8)
    new DataView(time.buffer).setBigUint64(0, expiry, true)
    const message = [Uint8Array.of(0), revocationTag, rotatingPublicKey, time]
    const signed = blake2b({ message, length: 32, personalization: FIRST })
    return { ...parsed, generation: 1, expiresAt: Number(expiry), signed }
  }
  if (version !== undefined) throw bad('version')
  const signed = concatBytes(SECOND, revocationTag, rotatingPublicKey, utf8ToBytes(`${expiry}`))
  return { ...parsed, generation: 2, expiresAt: Number(expiry) * 1000, signed }
}

/**
 * Whether the Pro backend signed a proof. False for a malformed one. It does not say that the proof is of the sender, or still
 * valid: `proStatus` does.
 */
export function verifyProProof(input: {
  readonly proof: ProProof
  /** The backend's Ed25519 key, 32 bytes. */
  readonly backendKey: Uint8Array
}): boolean {
  requireBytes(input.backendKey, 'backendKey')
  if (input.backendKey.length !== 32) return false
  try {
    const { signed, signature } = parseProProof(input.proof)
    return ed25519Verify({ message: signed, signature, publicKey: input.backendKey })
  } catch (error) {
    if (error instanceof EnvelopeError && error.code === 'ENVELOPE_BAD_PRO_PROOF') return false
    throw error
  }
}

function field(value: unknown, name: string, length: number): Uint8Array {
  if (!(value instanceof Uint8Array) || value.length !== length) throw bad(name)
  return new Uint8Array(value)
}

const bad = (name: string): EnvelopeError =>
  new EnvelopeError('ENVELOPE_BAD_PRO_PROOF', `Pro proof: ${name} is missing or not of its form`)
