import type { KeyBytes } from '@sessionkit/crypto'
import { checkBlobSize, checkBytes, checkContentSize, checkCount, checkKey, seedOf } from './check.ts'
import {
  type DeterministicDerivation,
  type DeterministicDomain,
  derivation,
  deterministicDecryptor,
  deterministicEncryptor,
} from './deterministic-cipher.ts'
import { deterministicSizes } from './deterministic-size.ts'
import { AttachmentError } from './error.ts'
import { MAX_DETERMINISTIC_BYTES, MAX_SEND_BYTES, MIN_BLOB_BYTES } from './limits.ts'
import { collector } from './slicer.ts'

export interface DeterministicOptions {
  /** The account's Ed25519 seed, 32 bytes; more is cut off. A seed of 16 bytes is to be filled up with zeros. */
  readonly seed: KeyBytes
  /** What the file is for; `attachment` when absent. */
  readonly domain?: DeterministicDomain | undefined
  /** `current` when absent. Receivers cannot tell; a device of another derivation uploads another blob. */
  readonly derivation?: DeterministicDerivation | undefined
  /** No client can receive an empty file, so one is refused unless told. */
  readonly allowEmpty?: boolean | undefined
  /** Lifts the limit from `MAX_SEND_BYTES` to `MAX_DETERMINISTIC_BYTES`. */
  readonly allowLarge?: boolean | undefined
}

export interface EncryptedDeterministic {
  readonly blob: Uint8Array
  /** 32 bytes: the pointer's `key`. There is no digest. */
  readonly key: Uint8Array
  /** The pointer's `size`. */
  readonly size: number
}

/** Header (24) and key (32) of a file. Protocol page 07, section 3.2. */
export function deterministicKey(
  input: Pick<DeterministicOptions, 'seed' | 'domain' | 'derivation'> & { readonly content: Uint8Array },
): { header: Uint8Array; key: Uint8Array } {
  checkBytes(input.content, 'content')
  const hash = derivation(seedOf(input.seed), input.domain, input.derivation)
  hash.update(input.content)
  return splitKey(hash.digest())
}

/**
 * Encrypts a file so that the same account gets the same blob and key for the same content: the server keeps one copy, and
 * a picture can be uploaded again without a new key. The URL must then carry `#d`. Protocol page 07, section 3.
 *
 * Throws `ATTACHMENT_EMPTY`, `ATTACHMENT_TOO_LARGE`, `ATTACHMENT_BAD_KEY`.
 */
export function encryptDeterministic(
  input: DeterministicOptions & { readonly content: Uint8Array },
): EncryptedDeterministic {
  const { content } = input
  checkBytes(content, 'content')
  checkDeterministicContent(input, content.length)
  const { header, key } = deterministicKey(input)
  const { bytes, emit } = collector(deterministicSizes(content.length).encryptedSize)
  const encryptor = deterministicEncryptor({ key, header, size: content.length }, emit)
  encryptor.update(content)
  encryptor.end()
  return { blob: bytes, key, size: content.length }
}

export interface DecryptDeterministicInput {
  /** The pointer's or profile's key, 32 bytes. */
  readonly key: KeyBytes
  /** The pointer's `size`, in bytes; a profile picture has none. */
  readonly size?: number | undefined
}

/**
 * The file of a deterministic blob. Protocol page 07, section 3.5; where the reference's two readers differ, this one
 * refuses.
 *
 * Throws `ATTACHMENT_BAD_KEY`, `ATTACHMENT_TOO_SHORT`, `ATTACHMENT_TOO_LARGE`, `ATTACHMENT_NOT_AUTHENTIC`,
 * `ATTACHMENT_WRONG_SIZE`.
 */
export function decryptDeterministic(input: DecryptDeterministicInput & { readonly blob: Uint8Array }): Uint8Array {
  const { blob } = input
  checkBytes(blob, 'blob')
  const { key, size } = deterministicChecks(input, blob.length)
  let out = collector(0)
  const decryptor = deterministicDecryptor(
    { key, size, blobSize: blob.length },
    (length) => {
      out = collector(length)
    },
    (piece) => out.emit(piece),
  )
  decryptor.update(blob)
  decryptor.end()
  return out.bytes
}

export function checkDeterministicContent(options: DeterministicOptions, size: number): void {
  checkContentSize(size, options.allowLarge === true ? MAX_DETERMINISTIC_BYTES : MAX_SEND_BYTES, options.allowEmpty)
}

/** Everything that can be refused before the blob is read. */
export function deterministicChecks(
  input: DecryptDeterministicInput,
  blobSize: number,
): { key: Uint8Array; size: number | undefined } {
  const key = checkKey(input.key, 'key', 32)
  if (input.size !== undefined) checkCount(input.size, 'size')
  if (input.size !== undefined && input.size > MAX_DETERMINISTIC_BYTES) {
    throw new AttachmentError('ATTACHMENT_TOO_LARGE', `file: the limit is ${MAX_DETERMINISTIC_BYTES} bytes`)
  }
  checkBlobSize(blobSize, MIN_BLOB_BYTES.deterministic)
  return { key, size: input.size }
}

export function splitKey(bytes: Uint8Array): { header: Uint8Array; key: Uint8Array } {
  const header = bytes.slice(0, 24)
  const key = bytes.slice(24)
  bytes.fill(0)
  return { header, key }
}
