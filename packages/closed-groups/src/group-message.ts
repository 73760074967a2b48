import { type BencodeInput, compareBytes, concatBytes, encodeBencode, type RandomSource } from '@sessionkit/bytes'
import { type Compress, ConfigError, decompressFrames } from '@sessionkit/config'
import {
  CryptoError,
  type Ed25519KeyPair,
  ed25519PublicKeyToX25519,
  ed25519Sign,
  ed25519Verify,
  randomBytes,
  xchacha20poly1305Encrypt,
} from '@sessionkit/crypto'
import { type GroupId, idFromPublicKey, type SessionId } from '@sessionkit/session-id'
import { bytesField, decodeDict } from './bencode-dict.ts'
import { ClosedGroupError } from './error.ts'
import { groupEd25519Of, groupKeyOf } from './group-id.ts'
import { GROUP_KEY_LENGTH, GROUP_MESSAGE_PADDING, MAX_GROUP_PLAINTEXT, MAX_STORED_GROUP_MESSAGE } from './limits.ts'
import { openBox } from './multi-encrypt.ts'

/**
 * What the author signs: the network has the group's key after the data since February 2025. The form before that,
 * `legacy-2025-01`, lets somebody move a message into another group; it is for known answers of that time only.
 */
export type SignatureForm = 'network' | 'legacy-2025-01'

export interface EncryptGroupMessageInput {
  /** Any bytes, at most 1 000 000; on the network a serialized envelope. */
  readonly message: Uint8Array
  readonly sender: { readonly ed25519: Ed25519KeyPair }
  readonly groupId: GroupId
  /** `GroupKeys.encryptionKey()`. */
  readonly key: Uint8Array
  /** Used where it makes the message shorter. */
  readonly compress?: Compress | undefined
  /** The result's length is a multiple of this. Default 256; 0 and 1: no padding. */
  readonly padding?: number | undefined
  /** Default `network`. */
  readonly signatureForm?: SignatureForm | undefined
  readonly random?: RandomSource | undefined
}

/**
 * A group message as namespace 11 stores it. `random` is asked for 24 bytes once.
 * Throws `GROUP_BAD_ARGUMENT`, `GROUP_BAD_ID`, `GROUP_TOO_LARGE` above 1 000 000 bytes, and `GROUP_BAD_COMPRESSION` for a
 * compressor whose frame does not give the message back. Protocol page 06, section 6.2.
 */
export function encryptGroupMessage(input: EncryptGroupMessageInput): Uint8Array {
  const { message, sender, groupId, key, compress, padding = GROUP_MESSAGE_PADDING, random = randomBytes } = input
  if (!(message instanceof Uint8Array) || message.length === 0) throw badArgument('message: expected bytes')
  if (message.length > MAX_GROUP_PLAINTEXT) throw tooLarge('message', MAX_GROUP_PLAINTEXT)
  if (!(key instanceof Uint8Array) || key.length !== GROUP_KEY_LENGTH) throw badArgument('key: expected 32 bytes')
  if (!Number.isInteger(padding) || padding < 0 || padding > 65_536) throw badArgument('padding: out of range')
  groupKeyOf(groupId)
  const frame = compress === undefined ? null : shorterFrame(message, compress)
  const data = frame ?? message
  const signature = ed25519Sign({ message: signedBytes(data, groupId, input.signatureForm), keyPair: sender.ed25519 })
  const inner = encodeBencode(
    new Map<string, BencodeInput>([
      ['', 1],
      ['a', sender.ed25519.publicKey],
      [frame === null ? 'd' : 'z', data],
      ['s', signature],
    ]),
  )
  const nonce = random(24)
  const length = inner.length + 24 + 16
  const padded = new Uint8Array(inner.length + (padding > 1 ? (padding - (length % padding)) % padding : 0))
  padded.set(inner)
  return concatBytes(nonce, xchacha20poly1305Encrypt({ key, nonce, message: padded }))
}

export interface DecryptedGroupMessage {
  readonly message: Uint8Array
  /** Verified. Nothing says that they are a member: compare with `GroupMembers`. */
  readonly sender: SessionId
  /** 32 bytes. */
  readonly senderEd25519: Uint8Array
  /** Which of the keys opened it: 0 is the current one, a higher number an older one. */
  readonly keyIndex: number
}

/**
 * Opens a stored group message with the first key that fits: give them newest first, as `GroupKeys.keys()` does.
 *
 * Throws `GROUP_TOO_SHORT`, `GROUP_TOO_LARGE`, `GROUP_NO_KEY`, `GROUP_DECRYPT_FAILED`, `GROUP_BAD_MESSAGE`,
 * `GROUP_BAD_SIGNATURE`, `GROUP_BAD_COMPRESSION` and `GROUP_BAD_ID`. Protocol page 06, sections 6.3 and 17.
 */
export function decryptGroupMessage(input: {
  readonly ciphertext: Uint8Array
  readonly groupId: GroupId
  /** 32 bytes each, the newest first. */
  readonly keys: readonly Uint8Array[]
  /** Default `network`; anything else is not to be used on what comes from the network. */
  readonly signatureForm?: SignatureForm | undefined
}): DecryptedGroupMessage {
  const { ciphertext, groupId, keys, signatureForm } = input
  if (!(ciphertext instanceof Uint8Array)) throw badArgument('ciphertext: expected bytes')
  if (ciphertext.length < 40) throw new ClosedGroupError('GROUP_TOO_SHORT', 'message: shorter than 40 bytes')
  if (ciphertext.length > MAX_GROUP_PLAINTEXT + MAX_STORED_GROUP_MESSAGE) {
    throw tooLarge('ciphertext', MAX_GROUP_PLAINTEXT + MAX_STORED_GROUP_MESSAGE)
  }
  if (!Array.isArray(keys) || !keys.every((key) => key instanceof Uint8Array && key.length === GROUP_KEY_LENGTH)) {
    throw badArgument('keys: expected 32 bytes each')
  }
  if (keys.length === 0) throw new ClosedGroupError('GROUP_NO_KEY', 'message: no key is known')
  const nonce = ciphertext.slice(0, 24)
  const box = ciphertext.slice(24)
  for (const [keyIndex, key] of keys.entries()) {
    const padded = openBox(key, nonce, box)
    if (padded !== null) return { ...readInner(padded, groupId, signatureForm), keyIndex }
  }
  throw new ClosedGroupError('GROUP_DECRYPT_FAILED', 'message: none of the keys opens it')
}

function readInner(
  padded: Uint8Array,
  groupId: GroupId,
  signatureForm: SignatureForm | undefined,
): Omit<DecryptedGroupMessage, 'keyIndex'> {
  let end = padded.length
  while (end > 0 && padded[end - 1] === 0) end--
  const dict = decodeDict(padded.slice(0, end), 'GROUP_BAD_MESSAGE', 'message')
  if (dict.get('') !== 1n) throw bad('not of version 1')
  const senderEd25519 = bytesField(dict, 'a', 32)
  const signature = bytesField(dict, 's', 64)
  if (senderEd25519 === undefined) throw bad('no author key of 32 bytes')
  if (signature === undefined) throw bad('no signature of 64 bytes')
  if (dict.has('d') === dict.has('z')) throw bad('both or neither of plain and compressed data')
  const data = bytesField(dict, 'd') ?? bytesField(dict, 'z')
  if (data === undefined || data.length === 0) throw bad('no data')
  if (data.length > MAX_GROUP_PLAINTEXT) throw tooLarge('message', MAX_GROUP_PLAINTEXT)
  const sender = senderOf(senderEd25519)
  const message = signedBytes(data, groupId, signatureForm)
  if (!ed25519Verify({ message, signature, publicKey: senderEd25519 })) {
    throw new ClosedGroupError('GROUP_BAD_SIGNATURE', 'message: not signed by its author for this group')
  }
  return { message: dict.has('z') ? decompress(data) : data, sender, senderEd25519 }
}

function senderOf(ed25519: Uint8Array): SessionId {
  try {
    return idFromPublicKey({ prefix: '05', publicKey: ed25519PublicKeyToX25519(ed25519) })
  } catch (cause) {
    if (!(cause instanceof CryptoError) || cause.code === 'CRYPTO_NOT_READY') throw cause
    throw new ClosedGroupError('GROUP_BAD_MESSAGE', 'message: an author key that is none', { cause })
  }
}

function signedBytes(data: Uint8Array, groupId: GroupId, form: SignatureForm = 'network'): Uint8Array {
  if (form === 'legacy-2025-01') return data
  if (form !== 'network') throw badArgument('signatureForm: network or legacy-2025-01')
  return concatBytes(data, groupEd25519Of(groupId))
}

function shorterFrame(message: Uint8Array, compress: Compress): Uint8Array | null {
  const frame = compress(message)
  if (!(frame instanceof Uint8Array)) throw badArgument('compress: gave no bytes')
  if (frame.length >= message.length) return null
  if (compareBytes(decompress(frame), message) !== 0) {
    throw new ClosedGroupError('GROUP_BAD_COMPRESSION', 'the compressor made other bytes')
  }
  return frame
}

function decompress(frames: Uint8Array): Uint8Array {
  try {
    return decompressFrames(frames, MAX_GROUP_PLAINTEXT)
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause
    if (cause.code === 'CONFIG_TOO_LARGE') throw tooLarge('decompressed message', MAX_GROUP_PLAINTEXT)
    throw new ClosedGroupError('GROUP_BAD_COMPRESSION', 'message: a damaged zstd frame', { cause })
  }
}

function bad(what: string): ClosedGroupError {
  return new ClosedGroupError('GROUP_BAD_MESSAGE', `message: ${what}`)
}

function badArgument(what: string): ClosedGroupError {
  return new ClosedGroupError('GROUP_BAD_ARGUMENT', what)
}

function tooLarge(what: string, most: number): ClosedGroupError {
  return new ClosedGroupError('GROUP_TOO_LARGE', `${what}: at most ${most} bytes`)
}
