import { concatBytes, equalBytes, type RandomSource } from '@sessionkit/bytes'
import {
  blake2b,
  CryptoError,
  ed25519ScalarMult,
  randomBytes,
  xchacha20poly1305Decrypt,
  xchacha20poly1305Encrypt,
} from '@sessionkit/crypto'
import { type Account, type SessionId, SessionIdError, sessionIdFromEd25519 } from '@sessionkit/session-id'
import { onPoints, readBlindedId, requireBytes, requireServerKey } from './argument.ts'
import { type BlindedKeyPair, blindedIdFromEd25519, blindedKeyPair } from './blinding.ts'
import { OpenGroupError } from './error.ts'

const VERSION = 0
const NONCE_LENGTH = 24
const TAG_LENGTH = 16

/**
 * Encrypts a message (padded content) for a blinded id of a server: version byte, ciphertext, nonce; 73 bytes longer.
 * The sender's blinded id has the recipient's prefix. `random` is asked once, for 24 bytes. Throws
 * `OPEN_GROUP_BAD_ID`, `OPEN_GROUP_BAD_POINT`, `OPEN_GROUP_BAD_SERVER_KEY`, `OPEN_GROUP_BAD_ARGUMENT`. Protocol
 * page 08, sections 4.1 and 4.2.
 */
export function encryptDirectMessage(input: {
  readonly message: Uint8Array
  readonly sender: Account
  /** `15…` or `25…` of the recipient on this server. */
  readonly recipientId: string
  readonly serverPublicKey: Uint8Array
  readonly random?: RandomSource | undefined
}): Uint8Array {
  const { message, sender, serverPublicKey, random = randomBytes } = input
  requireBytes(message, 'message')
  requireServerKey(serverPublicKey)
  const recipient = readBlindedId(input.recipientId, 'recipientId')
  const own = blindedKeyPair({ account: sender, serverPublicKey, prefix: recipient.prefix })
  const shared = sharedPoint({ account: sender, own, other: recipient.publicKey, prefix: recipient.prefix })
  const key = messageKey(shared, own.publicKey, recipient.publicKey)
  const nonce = random(NONCE_LENGTH)
  requireBytes(nonce, 'random', NONCE_LENGTH)
  const ciphertext = xchacha20poly1305Encrypt({
    key,
    nonce,
    message: concatBytes(message, sender.ed25519.publicKey),
  })
  key.fill(0)
  return concatBytes(Uint8Array.of(VERSION), ciphertext, nonce)
}

export interface DirectMessage {
  readonly message: Uint8Array
  /** Verified: their blinded id follows from this account's key. One's own for `outgoing`. */
  readonly sender: SessionId
  /** 32 bytes, unblinded. */
  readonly senderEd25519: Uint8Array
  /** True for what this account sent itself (from the outbox, or from another device). */
  readonly outgoing: boolean
}

/**
 * Opens a direct message, as its recipient or as the one who sent it, and proves the sender's account. Throws
 * `OPEN_GROUP_TOO_SHORT`, `OPEN_GROUP_BAD_ID`, `OPEN_GROUP_MIXED_PREFIXES`, `OPEN_GROUP_UNKNOWN_VERSION`,
 * `OPEN_GROUP_BAD_POINT`, `OPEN_GROUP_OPEN_FAILED`, `OPEN_GROUP_BAD_SENDER_KEY`, `OPEN_GROUP_SENDER_MISMATCH`; with
 * `box: 'inbox'` also `OPEN_GROUP_OWN_MESSAGE`. Protocol page 08, sections 4.3 and 4.4.
 */
export function decryptDirectMessage(input: {
  readonly ciphertext: Uint8Array
  readonly account: Account
  /** Blinded ids as the server names them. */
  readonly senderId: string
  readonly recipientId: string
  readonly serverPublicKey: Uint8Array
  /** Where it was found; when absent, either. One's own messages are refused in the inbox, others' in the outbox. */
  readonly box?: 'inbox' | 'outbox' | undefined
}): DirectMessage {
  const { ciphertext, account, serverPublicKey, box } = input
  requireBytes(ciphertext, 'ciphertext')
  requireServerKey(serverPublicKey)
  if (ciphertext.length < 1 + TAG_LENGTH + NONCE_LENGTH) {
    throw new OpenGroupError('OPEN_GROUP_TOO_SHORT', `direct message: ${ciphertext.length} bytes are too few`)
  }
  const sender = readBlindedId(input.senderId, 'senderId')
  const recipient = readBlindedId(input.recipientId, 'recipientId')
  const { prefix } = recipient
  if (sender.prefix !== prefix) {
    throw new OpenGroupError('OPEN_GROUP_MIXED_PREFIXES', 'direct message: the ids have different prefixes')
  }
  if (ciphertext[0] !== VERSION) {
    throw new OpenGroupError('OPEN_GROUP_UNKNOWN_VERSION', `direct message: version ${ciphertext[0]}`)
  }
  if (ciphertext.length < 1 + 32 + TAG_LENGTH + NONCE_LENGTH) {
    throw new OpenGroupError('OPEN_GROUP_TOO_SHORT', 'direct message: no room for the key of its sender')
  }
  const own = blindedKeyPair({ account, serverPublicKey, prefix })
  const outgoing = own.id === sender.id
  if (box !== undefined && outgoing !== (box === 'outbox')) {
    own.scalar.wipe()
    throw new OpenGroupError('OPEN_GROUP_OWN_MESSAGE', `direct message: its sender does not belong in the ${box}`)
  }
  const other = outgoing ? recipient.publicKey : sender.publicKey
  const key = messageKey(sharedPoint({ account, own, other, prefix }), sender.publicKey, recipient.publicKey)
  const plaintext = opened(key, ciphertext)
  key.fill(0)
  const senderEd25519 = plaintext.slice(-32)
  return {
    message: plaintext.slice(0, -32),
    sender: verifiedSender(senderEd25519, sender, serverPublicKey),
    senderEd25519,
    outgoing,
  }
}

/** 15 multiplies by the account's own scalar (the factor is in both keys already), 25 by the blinded one. */
function sharedPoint(input: {
  readonly account: Account
  readonly own: BlindedKeyPair
  readonly other: Uint8Array
  readonly prefix: '15' | '25'
}): Uint8Array {
  const { account, own, other, prefix } = input
  const scalar = prefix === '15' ? account.x25519.secretKey.reveal() : own.scalar.reveal()
  try {
    return onPoints('blinded id', () => ed25519ScalarMult({ scalar, point: other }))
  } finally {
    own.scalar.wipe()
  }
}

function messageKey(shared: Uint8Array, sender: Uint8Array, recipient: Uint8Array): Uint8Array {
  const key = blake2b({ message: [shared, sender, recipient], length: 32 })
  shared.fill(0)
  return key
}

function opened(key: Uint8Array, message: Uint8Array): Uint8Array {
  const ciphertext = message.subarray(1, -NONCE_LENGTH)
  const nonce = message.subarray(-NONCE_LENGTH)
  try {
    return xchacha20poly1305Decrypt({ key, nonce, ciphertext })
  } catch (cause) {
    if (!(cause instanceof CryptoError) || cause.code !== 'CRYPTO_OPEN_FAILED') throw cause
    throw new OpenGroupError('OPEN_GROUP_OPEN_FAILED', 'direct message: does not open with these ids', { cause })
  }
}

function verifiedSender(
  senderEd25519: Uint8Array,
  claimed: { readonly prefix: '15' | '25'; readonly publicKey: Uint8Array },
  serverPublicKey: Uint8Array,
): SessionId {
  const { prefix, publicKey } = claimed
  let sender: SessionId
  let blinded: string
  try {
    sender = sessionIdFromEd25519(senderEd25519)
    blinded = blindedIdFromEd25519({ publicKey: senderEd25519, serverPublicKey, prefix })
  } catch (cause) {
    if (!(cause instanceof SessionIdError) && !(cause instanceof OpenGroupError)) throw cause
    throw new OpenGroupError('OPEN_GROUP_BAD_SENDER_KEY', 'direct message: the key in it belongs to no account', {
      cause,
    })
  }
  // Desktop compares exactly, and so do we: libsession's tolerance for the other sign never comes into effect.
  if (!equalBytes(readBlindedId(blinded, 'senderId').publicKey, publicKey)) {
    throw new OpenGroupError('OPEN_GROUP_SENDER_MISMATCH', 'direct message: the sender is somebody else')
  }
  return sender
}
