import { SecretBytes } from '@sessionkit/bytes'
import type { KeyBytes } from '@sessionkit/crypto'
import { AttachmentError } from './error.ts'
import { MAX_BLOB_BYTES } from './limits.ts'

export function checkBytes(value: unknown, name: string): asserts value is Uint8Array {
  if (!(value instanceof Uint8Array))
    throw new AttachmentError('ATTACHMENT_BAD_INPUT', `${name}: expected a Uint8Array`)
}

/** The live bytes of a key of exactly `length` bytes. */
export function checkKey(value: unknown, name: string, length: number): Uint8Array {
  const bytes = value instanceof SecretBytes ? value.reveal() : value
  if (!(bytes instanceof Uint8Array) || bytes.length !== length) {
    throw new AttachmentError('ATTACHMENT_BAD_KEY', `${name}: expected ${length} bytes`)
  }
  return bytes
}

export function checkBlobSize(size: number, min: number): void {
  if (size > MAX_BLOB_BYTES) {
    throw new AttachmentError('ATTACHMENT_TOO_LARGE', `blob: ${size} bytes, the most that is read is ${MAX_BLOB_BYTES}`)
  }
  if (size < min) throw new AttachmentError('ATTACHMENT_TOO_SHORT', `blob: ${size} bytes, at least ${min} are needed`)
}

/** Throws `ATTACHMENT_EMPTY` or `ATTACHMENT_TOO_LARGE`: no client can receive an empty file or one above the limit. */
export function checkContentSize(size: number, max: number, allowEmpty: boolean | undefined): void {
  checkCount(size, 'size')
  if (size === 0 && allowEmpty !== true) throw new AttachmentError('ATTACHMENT_EMPTY', 'an empty file cannot be sent')
  if (size > max) throw new AttachmentError('ATTACHMENT_TOO_LARGE', `file: ${size} bytes, the limit is ${max}`)
}

export function checkCount(value: unknown, name: string): asserts value is number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new AttachmentError('ATTACHMENT_BAD_INPUT', `${name}: expected a whole number of bytes`)
  }
}

/** The first 32 bytes of an account's Ed25519 secret key: longer input is cut, shorter refused. */
export function seedOf(seed: KeyBytes): Uint8Array {
  const bytes = seed instanceof SecretBytes ? seed.reveal() : seed
  if (!(bytes instanceof Uint8Array) || bytes.length < 32) {
    throw new AttachmentError('ATTACHMENT_BAD_KEY', 'seed: expected at least 32 bytes')
  }
  return bytes.subarray(0, 32)
}

export const notAuthentic = (): AttachmentError =>
  new AttachmentError('ATTACHMENT_NOT_AUTHENTIC', 'wrong key, or the file was changed')
