import type { RandomSource } from '@sessionkit/bytes'
import { type KeyBytes, randomBytes } from '@sessionkit/crypto'
import { checkBlobSize, checkBytes, checkContentSize, checkCount, checkKey, notAuthentic } from './check.ts'
import { AttachmentError } from './error.ts'
import { IV, legacyBlobSize, legacyDecryptor, legacyEncryptor, legacyVerifier } from './legacy-cipher.ts'
import { legacyPaddedSize } from './legacy-padding.ts'
import { MAX_SEND_BYTES, MIN_BLOB_BYTES } from './limits.ts'
import { collector } from './slicer.ts'

export interface LegacyOptions {
  /** 64 bytes: AES-256 key ‖ HMAC key. Drawn when absent; never the same for two files. */
  readonly keys?: KeyBytes | undefined
  /** 16 bytes, drawn when absent. */
  readonly iv?: Uint8Array | undefined
  /** Whether the length is hidden in a bucket, as it is unless told; desktop does not for link-preview images. */
  readonly pad?: boolean | undefined
  /** No client can receive an empty file, so one is refused unless told. */
  readonly allowEmpty?: boolean | undefined
  readonly random?: RandomSource | undefined
}

export interface EncryptedLegacy {
  readonly blob: Uint8Array
  /** 64 bytes: the pointer's `key`. */
  readonly keys: Uint8Array
  /** 32 bytes: the pointer's `digest`. */
  readonly digest: Uint8Array
  /** The unpadded length: the pointer's `size`. */
  readonly size: number
}

/**
 * Encrypts a file as every client can read it: AES-256-CBC, HMAC-SHA-256, padded to a bucket. Protocol page 07,
 * section 2.
 *
 * Throws `ATTACHMENT_EMPTY`, `ATTACHMENT_TOO_LARGE`, `ATTACHMENT_BAD_KEY`.
 */
export function encryptLegacy(input: LegacyOptions & { readonly content: Uint8Array }): EncryptedLegacy {
  const { content } = input
  checkBytes(content, 'content')
  const { keys, iv, padded } = legacySetUp(input, content.length)
  const { bytes, emit } = collector(legacyBlobSize(padded))
  const encryptor = legacyEncryptor({ keys, iv, size: content.length, padded }, emit)
  encryptor.update(content)
  return { blob: bytes, digest: encryptor.end(), keys, size: content.length }
}

export interface DecryptLegacyInput {
  /** The pointer's `key`, 64 bytes. */
  readonly keys: KeyBytes
  /** The pointer's `digest`, 32 bytes; nothing opens without. */
  readonly digest: Uint8Array | null | undefined
  /** The pointer's `size`, in bytes. */
  readonly size: number
}

/**
 * The file of a legacy blob, cut to `size`. MAC and digest are checked before anything is decrypted; a bad MAC, a bad
 * length and bad padding are one error. Protocol page 07, section 2.3.
 *
 * Throws `ATTACHMENT_BAD_KEY`, `ATTACHMENT_TOO_SHORT`, `ATTACHMENT_TOO_LARGE`, `ATTACHMENT_NOT_AUTHENTIC`,
 * `ATTACHMENT_BAD_DIGEST`, `ATTACHMENT_WRONG_SIZE`.
 */
export function decryptLegacy(input: DecryptLegacyInput & { readonly blob: Uint8Array }): Uint8Array {
  const { blob } = input
  checkBytes(blob, 'blob')
  const { keys, digest, size } = legacyChecks(input, blob.length)
  const verifier = legacyVerifier({ keys, digest, size: blob.length })
  verifier.update(blob)
  verifier.end()
  if (size > blob.length)
    throw new AttachmentError('ATTACHMENT_WRONG_SIZE', 'the message says more bytes than there are')
  const { bytes, emit } = collector(size)
  const decryptor = legacyDecryptor({ keys, blobSize: blob.length, size }, emit)
  decryptor.update(blob)
  decryptor.end()
  return bytes
}

/** Keys and IV as given or drawn, and the padded length. */
export function legacySetUp(
  options: LegacyOptions,
  size: number,
): { keys: Uint8Array; iv: Uint8Array; padded: number } {
  checkContentSize(size, MAX_SEND_BYTES, options.allowEmpty)
  const random = options.random ?? randomBytes
  const keys = new Uint8Array(checkKey(options.keys ?? random(64), 'keys', 64))
  const iv = new Uint8Array(checkKey(options.iv ?? random(IV), 'iv', IV))
  return { keys, iv, padded: options.pad === false ? size : legacyPaddedSize(size) }
}

/** Everything that can be refused before the blob is read. */
export function legacyChecks(
  input: DecryptLegacyInput,
  blobSize: number,
): { keys: Uint8Array; digest: Uint8Array; size: number } {
  const { digest, size } = input
  const keys = checkKey(input.keys, 'keys', 64)
  checkCount(size, 'size')
  if (size > MAX_SEND_BYTES) {
    throw new AttachmentError('ATTACHMENT_TOO_LARGE', `file: ${size} bytes, the limit is ${MAX_SEND_BYTES}`)
  }
  checkBlobSize(blobSize, MIN_BLOB_BYTES.legacy)
  if (blobSize % 16 !== 0) throw notAuthentic()
  if (!(digest instanceof Uint8Array) || digest.length !== 32) {
    throw new AttachmentError('ATTACHMENT_BAD_DIGEST', 'digest: expected 32 bytes')
  }
  return { keys, digest, size }
}
