import { type RandomSource, utf8ToBytes } from '@sessionkit/bytes'
import {
  blake2b,
  CryptoError,
  ed25519Sign,
  ed25519Verify,
  sealedBoxOpen,
  sealedBoxSeal,
  sha512,
} from '@sessionkit/crypto'
import {
  type Account,
  idToBytes,
  isSessionId,
  type SessionId,
  SessionIdError,
  sessionIdFromEd25519,
} from '@sessionkit/session-id'
import { requireAccount, requireBytes, requireRecipient } from './bytes-argument.ts'
import { EnvelopeError } from './error.ts'
import { V1_OVERHEAD } from './limits.ts'

const KEY = 32
const SIGNATURE = 64
const ephemeralHashKey = utf8ToBytes('SessionBoxEphemeralHashKey')

/** `message` is the padded content; `recipient` a Session ID, its 33 bytes, or the 32 bytes of its X25519 key. */
export interface EncryptV1Input {
  readonly message: Uint8Array
  readonly sender: Account
  readonly recipient: SessionId | Uint8Array
}

export interface DecryptedV1 {
  /** Still padded. */
  readonly message: Uint8Array
  /** 32 bytes. Its signature over the message and the recipient was verified. */
  readonly senderEd25519: Uint8Array
  /** The id of `senderEd25519`: the only identity of the sender. */
  readonly sender: SessionId
}

/**
 * Session Protocol v1: signs the message and seals it for the recipient, 144 bytes more than the message.
 * `random` is asked once, for the 32 bytes of the ephemeral secret. Protocol page 02, section 10.1.
 *
 * Throws `ENVELOPE_BAD_RECIPIENT` for a recipient of another form and for a key of small order.
 */
export function encryptV1(input: EncryptV1Input & { readonly random?: RandomSource | undefined }): Uint8Array {
  const publicKey = recipientKey(input.recipient)
  return seal(signedInner(input, publicKey), publicKey, input.random)
}

/**
 * Session Protocol v1 with an ephemeral key that follows from sender, recipient and message: equal input, equal
 * bytes. For configs only, never for what a person writes. Protocol page 02, section 10.2.
 */
export function encryptV1Deterministic(input: EncryptV1Input): Uint8Array {
  const publicKey = recipientKey(input.recipient)
  const inner = signedInner(input, publicKey)
  const seed = blake2b({
    message: [input.sender.ed25519.seed.reveal(), publicKey, input.message],
    length: 32,
    key: ephemeralHashKey,
  })
  const expanded = sha512(seed)
  seed.fill(0)
  try {
    return seal(inner, publicKey, () => expanded.subarray(0, KEY))
  } finally {
    expanded.fill(0)
  }
}

/**
 * Opens Session Protocol v1 and verifies who wrote it, for whom. Protocol page 02, section 10.3.
 *
 * Throws `ENVELOPE_TOO_SHORT` under 144 bytes, `ENVELOPE_NOT_FOR_RECIPIENT` when the box does not open,
 * `ENVELOPE_BAD_SIGNATURE`, also for a message that was signed for somebody else, and `ENVELOPE_BAD_SENDER` for a
 * sender key that is no id's.
 */
export function decryptV1(input: {
  readonly ciphertext: Uint8Array
  /** An account, or whoever has an X25519 pair to receive with: legacy groups do. */
  readonly recipient: Pick<Account, 'x25519'>
}): DecryptedV1 {
  const { ciphertext, recipient } = input
  requireBytes(ciphertext, 'ciphertext')
  requireRecipient(recipient, 'recipient')
  if (ciphertext.length < V1_OVERHEAD) {
    throw new EnvelopeError('ENVELOPE_TOO_SHORT', `ciphertext: at least ${V1_OVERHEAD} bytes, got ${ciphertext.length}`)
  }
  const inner = open(ciphertext, recipient)
  const length = inner.length - KEY - SIGNATURE
  const senderEd25519 = inner.slice(length, length + KEY)
  const signature = inner.slice(length + KEY)
  // The signed text is message, sender, recipient: the signature's place is free for the recipient now.
  inner.set(recipient.x25519.publicKey, length + KEY)
  const message = inner.subarray(0, length + 2 * KEY)
  if (!ed25519Verify({ message, signature, publicKey: senderEd25519 })) {
    throw new EnvelopeError('ENVELOPE_BAD_SIGNATURE', 'the signature is not of this sender for this recipient')
  }
  return { message: inner.subarray(0, length), senderEd25519, sender: senderOf(senderEd25519) }
}

function signedInner({ message, sender }: EncryptV1Input, publicKey: Uint8Array): Uint8Array {
  requireBytes(message, 'message')
  requireAccount(sender, 'sender')
  const inner = new Uint8Array(message.length + KEY + SIGNATURE)
  inner.set(message)
  inner.set(sender.ed25519.publicKey, message.length)
  // The recipient stands where the signature goes, so that one buffer serves for signing and sealing.
  inner.set(publicKey, message.length + KEY)
  const signed = inner.subarray(0, message.length + 2 * KEY)
  inner.set(ed25519Sign({ message: signed, keyPair: sender.ed25519 }), message.length + KEY)
  return inner
}

function seal(inner: Uint8Array, publicKey: Uint8Array, random: RandomSource | undefined): Uint8Array {
  try {
    return sealedBoxSeal({ message: inner, publicKey, ...(random === undefined ? {} : { random }) })
  } catch (cause) {
    if (!(cause instanceof CryptoError) || cause.code !== 'CRYPTO_BAD_PUBLIC_KEY') throw cause
    throw new EnvelopeError('ENVELOPE_BAD_RECIPIENT', 'recipient: nothing can be sealed for this key', { cause })
  }
}

function open(ciphertext: Uint8Array, recipient: Pick<Account, 'x25519'>): Uint8Array {
  try {
    return sealedBoxOpen({ box: ciphertext, keyPair: recipient.x25519 })
  } catch (cause) {
    if (!(cause instanceof CryptoError) || !OPEN_FAILURES.includes(cause.code)) throw cause
    throw new EnvelopeError('ENVELOPE_NOT_FOR_RECIPIENT', 'the box does not open for this recipient', { cause })
  }
}

const OPEN_FAILURES: readonly string[] = ['CRYPTO_OPEN_FAILED', 'CRYPTO_BAD_PUBLIC_KEY']

function senderOf(senderEd25519: Uint8Array): SessionId {
  try {
    return sessionIdFromEd25519(senderEd25519)
  } catch (cause) {
    if (!(cause instanceof SessionIdError)) throw cause
    throw new EnvelopeError('ENVELOPE_BAD_SENDER', 'the sender key belongs to no Session ID', { cause })
  }
}

function recipientKey(recipient: SessionId | Uint8Array): Uint8Array {
  if (typeof recipient === 'string' && isSessionId(recipient)) return idToBytes(recipient).subarray(1)
  if (recipient instanceof Uint8Array) {
    if (recipient.length === KEY) return recipient
    if (recipient.length === KEY + 1 && recipient[0] === 0x05) return recipient.subarray(1)
  }
  throw new EnvelopeError('ENVELOPE_BAD_RECIPIENT', 'recipient: expected a Session ID or its 32 or 33 bytes')
}
