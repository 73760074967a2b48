import type { KeyBytes } from '@sessionkit/crypto'
import { checkBytes, checkCount } from './check.ts'
import { decryptDeterministic } from './deterministic.ts'
import { AttachmentError } from './error.ts'
import type { KnownFileServer } from './file-server.ts'
import { type FileUrl, parseFileUrl } from './file-url.ts'
import { decryptLegacy } from './legacy.ts'
import { MAX_BLOB_BYTES, MAX_DETERMINISTIC_BYTES, MAX_SEND_BYTES, MIN_BLOB_BYTES } from './limits.ts'
import { decryptPicture } from './picture.ts'

/** The fields of an attachment pointer that say how to get and open a file. */
export interface PointerFields {
  readonly url?: string | null | undefined
  /** 64 bytes (legacy) or 32 (deterministic). */
  readonly key?: Uint8Array | null | undefined
  /** 32 bytes, legacy only. */
  readonly digest?: Uint8Array | null | undefined
  /** Unpadded length in bytes. */
  readonly size?: number | null | undefined
}

/** What to fetch, and how long the answer may be. */
export interface DownloadPlan {
  readonly scheme: 'legacy' | 'deterministic' | 'picture'
  readonly url: FileUrl
  /** A shorter answer cannot be the file. */
  readonly minBlobBytes: number
  /** Stop reading above. */
  readonly maxBlobBytes: number
}

/**
 * Refuses an attachment before it is fetched: no URL, a key of the wrong length for the URL's scheme, no digest, a size of
 * 0 or above the limit. The scheme follows from the URL alone. Protocol page 07, section 12.
 *
 * Throws `ATTACHMENT_NO_URL`, `ATTACHMENT_BAD_URL`, `ATTACHMENT_UNKNOWN_SERVER`, `ATTACHMENT_SCHEME_MISMATCH`,
 * `ATTACHMENT_BAD_KEY`, `ATTACHMENT_BAD_DIGEST`, `ATTACHMENT_EMPTY`, `ATTACHMENT_TOO_LARGE`.
 */
export function planAttachmentDownload(input: {
  readonly pointer: PointerFields
  readonly servers?: readonly KnownFileServer[] | undefined
}): DownloadPlan {
  const { pointer, servers } = input
  const url = urlOf(pointer.url, servers)
  const scheme = url.deterministic ? 'deterministic' : 'legacy'
  checkKeyLength(pointer.key, url.deterministic ? 32 : 64)
  if (scheme === 'legacy' && !(pointer.digest instanceof Uint8Array && pointer.digest.length === 32)) {
    throw new AttachmentError('ATTACHMENT_BAD_DIGEST', 'digest: expected 32 bytes')
  }
  const size = pointer.size ?? 0
  checkCount(size, 'size')
  if (size === 0) throw new AttachmentError('ATTACHMENT_EMPTY', 'size: 0 or absent')
  const limit = scheme === 'legacy' ? MAX_SEND_BYTES : MAX_DETERMINISTIC_BYTES
  if (size > limit) throw new AttachmentError('ATTACHMENT_TOO_LARGE', `size: ${size}, the limit is ${limit}`)
  const overhead = scheme === 'legacy' ? 48 : 43
  return { scheme, url, minBlobBytes: size + overhead, maxBlobBytes: MAX_BLOB_BYTES }
}

/** The same for a profile or group picture, which has a URL and a key of 32 bytes in both schemes. */
export function planPictureDownload(input: {
  readonly url: string | null | undefined
  readonly key: Uint8Array | null | undefined
  readonly servers?: readonly KnownFileServer[] | undefined
}): DownloadPlan {
  const url = urlOf(input.url, input.servers)
  checkKeyLength(input.key, 32)
  const scheme = url.deterministic ? 'deterministic' : 'picture'
  return { scheme, url, minBlobBytes: MIN_BLOB_BYTES[scheme], maxBlobBytes: MAX_BLOB_BYTES }
}

/** Opens what was fetched after `planAttachmentDownload` or `planPictureDownload`; errors as the scheme's own function. */
export function openDownload(input: {
  readonly plan: DownloadPlan
  readonly blob: Uint8Array
  readonly key: KeyBytes
  readonly digest?: Uint8Array | null | undefined
  readonly size?: number | null | undefined
}): Uint8Array {
  const { plan, blob, key, digest } = input
  checkBytes(blob, 'blob')
  if (blob.length > plan.maxBlobBytes) throw new AttachmentError('ATTACHMENT_TOO_LARGE', 'the answer is too long')
  if (blob.length < plan.minBlobBytes) throw new AttachmentError('ATTACHMENT_TOO_SHORT', 'the answer is too short')
  if (plan.scheme === 'picture') return decryptPicture({ blob, key })
  if (plan.scheme === 'legacy') {
    // Cut to a size that nobody told, every file would be empty.
    if (!input.size) throw new AttachmentError('ATTACHMENT_EMPTY', 'size: 0 or absent')
    return decryptLegacy({ blob, keys: key, digest, size: input.size })
  }
  return decryptDeterministic({ blob, key, size: input.size ?? undefined })
}

/** What a failed download means: `expired` (404) is permanent, anything else may be tried again. */
export function downloadFailure(status: number): 'expired' | 'retry' {
  return status === 404 ? 'expired' : 'retry'
}

function urlOf(url: unknown, servers: readonly KnownFileServer[] | undefined): FileUrl {
  if (url === undefined || url === null || url === '') throw new AttachmentError('ATTACHMENT_NO_URL', 'url: absent')
  return parseFileUrl({ url: url as string, servers })
}

function checkKeyLength(key: unknown, length: 32 | 64): void {
  const got = key instanceof Uint8Array ? key.length : 0
  if (got === length) return
  if (got === 96 - length) {
    throw new AttachmentError('ATTACHMENT_SCHEME_MISMATCH', 'the key is one of the other scheme than the URL says')
  }
  throw new AttachmentError('ATTACHMENT_BAD_KEY', `key: expected ${length} bytes`)
}
