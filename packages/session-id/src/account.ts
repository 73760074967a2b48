import { type RandomSource, SecretBytes } from '@sessionkit/bytes'
import {
  CryptoError,
  type Ed25519KeyPair,
  ed25519KeyPairFromSeed,
  ed25519KeyPairToX25519,
  ed25519PublicKeyToX25519,
  randomBytes,
  type X25519KeyPair,
} from '@sessionkit/crypto'
import { SessionIdError } from './error.ts'
import { equalIds, idFromPublicKey, type SessionId } from './id.ts'

/** Bytes of the seed of an account that official clients make. */
export const ACCOUNT_SEED_LENGTH = 16
/** Bytes of the seed of an Ed25519 key, and of an account with a 25-word phrase. */
export const LONG_ACCOUNT_SEED_LENGTH = 32

/** An account: the seed of record and what follows from it. It never prints its secrets. */
export interface Account {
  /** 16 or 32 bytes, as given: what the recovery phrase encodes. */
  readonly seed: SecretBytes
  readonly sessionId: SessionId
  /** Its `seed` is the 32 bytes of the account seed, padded with zeros where that has 16. */
  readonly ed25519: Ed25519KeyPair
  /** Its `secretKey` is clamped. */
  readonly x25519: X25519KeyPair
  /** Wipes the seed, the Ed25519 seed and the X25519 secret. The public keys and the id stay. */
  wipe(): void
}

const inspect: unique symbol = Symbol.for('nodejs.util.inspect.custom')

class KeyedAccount implements Account {
  readonly seed: SecretBytes
  readonly sessionId: SessionId
  readonly ed25519: Ed25519KeyPair
  readonly x25519: X25519KeyPair

  constructor(seed: SecretBytes) {
    const padded = new Uint8Array(LONG_ACCOUNT_SEED_LENGTH)
    padded.set(seed.reveal())
    this.seed = seed
    this.ed25519 = ed25519KeyPairFromSeed(SecretBytes.take(padded))
    this.x25519 = ed25519KeyPairToX25519(this.ed25519)
    this.sessionId = idFromPublicKey({ prefix: '05', publicKey: this.x25519.publicKey })
  }

  wipe(): void {
    this.seed.wipe()
    this.ed25519.seed.wipe()
    this.x25519.secretKey.wipe()
  }

  toString(): string {
    return `[Account ${this.sessionId}]`
  }

  toJSON(): { sessionId: SessionId } {
    return { sessionId: this.sessionId }
  }

  [inspect](): string {
    return this.toString()
  }
}

/**
 * A new account of 16 random bytes. Await `ready` of `@sessionkit/crypto` first.
 *
 * `random` is asked once, for 16 bytes. Protocol page 01, section 1.
 */
export function createAccount(options?: { readonly random?: RandomSource | undefined }): Account {
  const random: unknown = options?.random ?? randomBytes
  const seed: unknown = typeof random === 'function' ? random(ACCOUNT_SEED_LENGTH) : undefined
  if (!(seed instanceof Uint8Array) || seed.length !== ACCOUNT_SEED_LENGTH) {
    throw new SessionIdError('SESSION_ID_BAD_SEED', `random: expected ${ACCOUNT_SEED_LENGTH} bytes`)
  }
  // What `random` gave may be the caller's own array; the platform's bytes are ours, and no copy of them stays behind.
  return new KeyedAccount(options?.random === undefined ? SecretBytes.take(seed) : SecretBytes.from(seed))
}

/**
 * The account of a seed of 16 or 32 bytes, which is copied. Await `ready` of `@sessionkit/crypto` first.
 *
 * 16 bytes are padded with zeros for the keys and kept as they are in `seed`; a 32-byte seed whose last half is zero
 * therefore is the same account. Throws `SESSION_ID_BAD_SEED` for every other length.
 * Protocol page 01, section 1.
 */
export function accountFromSeed(seed: SecretBytes | Uint8Array): Account {
  const bytes = seed instanceof SecretBytes ? seed.reveal() : seed
  if (!(bytes instanceof Uint8Array)) {
    throw new SessionIdError('SESSION_ID_BAD_SEED', 'seed: expected SecretBytes or a Uint8Array')
  }
  if (bytes.length !== ACCOUNT_SEED_LENGTH && bytes.length !== LONG_ACCOUNT_SEED_LENGTH) {
    throw new SessionIdError('SESSION_ID_BAD_SEED', `seed: expected 16 or 32 bytes, got ${bytes.length}`)
  }
  return new KeyedAccount(SecretBytes.from(bytes))
}

/**
 * The Session ID of an Ed25519 public key. The key's sign bit is lost: a key and its negative share one id.
 *
 * Throws `SESSION_ID_WRONG_LENGTH`, and `SESSION_ID_BAD_PUBLIC_KEY` for a key that is not a canonical point of the
 * prime-order subgroup. Protocol page 01, section 1.
 */
export function sessionIdFromEd25519(publicKey: Uint8Array): SessionId {
  if (!(publicKey instanceof Uint8Array)) {
    throw new SessionIdError('SESSION_ID_NOT_BYTES', 'publicKey: expected a Uint8Array')
  }
  if (publicKey.length !== 32) {
    throw new SessionIdError('SESSION_ID_WRONG_LENGTH', `publicKey: expected 32 bytes, got ${publicKey.length}`)
  }
  let converted: Uint8Array
  try {
    converted = ed25519PublicKeyToX25519(publicKey)
  } catch (cause) {
    if (!(cause instanceof CryptoError) || cause.code !== 'CRYPTO_BAD_PUBLIC_KEY') throw cause
    throw new SessionIdError('SESSION_ID_BAD_PUBLIC_KEY', 'publicKey: this Ed25519 key belongs to no id', { cause })
  }
  return idFromPublicKey({ prefix: '05', publicKey: converted })
}

/** Whether an Ed25519 key that came with a message belongs to a Session ID: it must convert to exactly that id. */
export function ed25519MatchesSessionId(input: {
  readonly publicKey: Uint8Array
  readonly sessionId: SessionId
}): boolean {
  try {
    return equalIds(sessionIdFromEd25519(input.publicKey), input.sessionId)
  } catch (error) {
    if (error instanceof SessionIdError) return false
    throw error
  }
}
