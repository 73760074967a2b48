import { concatBytes, utf8ToBytes } from '@sessionkit/bytes'
import { blake2b, type Ed25519KeyPair, ed25519Sign, ed25519Verify } from '@sessionkit/crypto'
import { type Account, type SessionId, SessionIdError, sessionIdFromEd25519 } from '@sessionkit/session-id'
import { bytesOf, optionalBytesOf, pair, readDict, signedPart, withoutZeros } from './dict.ts'
import { V2Error } from './error.ts'
import { V2_LENGTH_STEP, V2_MIN_LENGTH, V2_OVERHEAD } from './limits.ts'

const MESSAGE_HASH = utf8ToBytes('SessionV2Message')

/** Where the Pro key signed: it says nothing until the proof in the content was verified. Protocol page 10, section 6.3. */
export interface V2ProSignature {
  /** 64 bytes. */
  readonly signature: Uint8Array
  /** What it is over. */
  readonly message: Uint8Array
}

export interface InnerMessage {
  readonly content: Uint8Array
  readonly senderEd25519: Uint8Array
  readonly sender: SessionId
  readonly pro: V2ProSignature | undefined
}

/** Bytes on the wire of a message whose inner dict has `innerLength` bytes. */
export function wireLength(innerLength: number): number {
  const length = Math.max(V2_MIN_LENGTH, V2_OVERHEAD + innerLength)
  return Math.ceil(length / V2_LENGTH_STEP) * V2_LENGTH_STEP
}

/** Bytes of the inner dict of a content of `length` bytes. */
export const innerDictLength = (length: number, pro: boolean): number =>
  2 + 38 + 3 + `${length}:`.length + length + 70 + (pro ? 71 : 0)

/**
 * How long a V2 message is, from the length of its serialized content: a multiple of 256, at least 1536. Protocol
 * page 10, section 6.2.
 */
export function v2Length(input: { readonly contentLength: number; readonly pro?: boolean | undefined }): number {
  const { contentLength, pro = false } = input
  if (!Number.isSafeInteger(contentLength) || contentLength < 0) {
    throw new V2Error('V2_BAD_ARGUMENT', 'contentLength: expected a whole number')
  }
  return wireLength(innerDictLength(contentLength, pro))
}

export function buildInner(input: {
  content: Uint8Array
  from: Account
  recipient: Uint8Array
  pro: Ed25519KeyPair | undefined
}): Uint8Array {
  const { content, from, recipient, pro } = input
  const signed = concatBytes(utf8ToBytes('d'), pair('S', from.ed25519.publicKey), pair('c', content))
  const signature = ed25519Sign({ message: signedHash(signed, recipient), keyPair: from.ed25519 })
  const dict = concatBytes(signed, pair('~', signature))
  const proPair = pro === undefined ? new Uint8Array(0) : pair('~P', ed25519Sign({ message: dict, keyPair: pro }))
  return concatBytes(dict, proPair, utf8ToBytes('e'))
}

/** Reads and verifies the decrypted bytes. `recipient` is the 33 bytes of the id. */
export function readInner(padded: Uint8Array, recipient: Uint8Array): InnerMessage {
  const dict = readDict(withoutZeros(padded))
  const senderEd25519 = bytesOf(dict, 'S', 32)
  const content = bytesOf(dict, 'c')
  const signature = bytesOf(dict, '~', 64)
  const proSignature = optionalBytesOf(dict, '~P', 64)
  const message = signedHash(signedPart(dict, '~'), recipient)
  if (!ed25519Verify({ message, signature, publicKey: senderEd25519 })) {
    throw new V2Error('V2_BAD_SIGNATURE', 'message: not signed by this sender for this recipient')
  }
  const pro = proSignature && { signature: proSignature, message: signedPart(dict, '~P') }
  return { content, senderEd25519, sender: senderOf(senderEd25519), pro }
}

/** The recipient is the key of the hash, so that nobody can pass the message on as sent to somebody else. */
function signedHash(signed: Uint8Array, recipient: Uint8Array): Uint8Array {
  return blake2b({ message: signed, length: 64, key: recipient, personalization: MESSAGE_HASH })
}

function senderOf(publicKey: Uint8Array): SessionId {
  try {
    return sessionIdFromEd25519(publicKey)
  } catch (cause) {
    if (!(cause instanceof SessionIdError)) throw cause
    throw new V2Error('V2_BAD_SENDER', 'message: the sender key belongs to no Session ID', { cause })
  }
}
