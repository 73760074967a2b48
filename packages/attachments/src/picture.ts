import { concatBytes, type RandomSource } from '@sessionkit/bytes'
import { aes256GcmDecrypt, aes256GcmEncrypt, type KeyBytes, randomBytes } from '@sessionkit/crypto'
import { checkBlobSize, checkBytes, checkContentSize, checkKey, notAuthentic } from './check.ts'
import { MAX_SEND_BYTES, MIN_BLOB_BYTES } from './limits.ts'

const IV = 12

/**
 * Encrypts a profile or group picture as every client can read it: AES-256-GCM, no padding. `key` is the profile key
 * (32 bytes), `iv` 12 bytes; both are drawn when absent. Protocol page 07, section 4.
 *
 * Throws `ATTACHMENT_EMPTY`, `ATTACHMENT_TOO_LARGE`, `ATTACHMENT_BAD_KEY`.
 */
export function encryptPicture(input: {
  readonly content: Uint8Array
  readonly key?: KeyBytes | undefined
  readonly iv?: Uint8Array | undefined
  readonly random?: RandomSource | undefined
}): { blob: Uint8Array; key: Uint8Array } {
  const { content, random = randomBytes } = input
  checkBytes(content, 'content')
  checkContentSize(content.length, MAX_SEND_BYTES, false)
  const key = new Uint8Array(checkKey(input.key ?? random(32), 'key', 32))
  const iv = checkKey(input.iv ?? random(IV), 'iv', IV)
  return { blob: concatBytes(iv, aes256GcmEncrypt({ key, iv, message: content })), key }
}

/**
 * The picture of an AES-256-GCM blob. A failure is permanent: do not retry, keep the old picture.
 *
 * Throws `ATTACHMENT_BAD_KEY`, `ATTACHMENT_TOO_SHORT`, `ATTACHMENT_TOO_LARGE`, `ATTACHMENT_NOT_AUTHENTIC`.
 */
export function decryptPicture(input: { readonly blob: Uint8Array; readonly key: KeyBytes }): Uint8Array {
  const { blob } = input
  checkBytes(blob, 'blob')
  const key = checkKey(input.key, 'key', 32)
  checkBlobSize(blob.length, MIN_BLOB_BYTES.picture)
  try {
    return aes256GcmDecrypt({ key, iv: blob.subarray(0, IV), ciphertext: blob.subarray(IV) })
  } catch {
    throw notAuthentic()
  }
}
