export { contentTypeOf, isInlineSafe } from './content-type.ts'
export {
  type DecryptDeterministicInput,
  type DeterministicOptions,
  decryptDeterministic,
  deterministicKey,
  type EncryptedDeterministic,
  encryptDeterministic,
} from './deterministic.ts'
export type { DeterministicDerivation, DeterministicDomain } from './deterministic-cipher.ts'
export { type DeterministicSizes, deterministicSizes } from './deterministic-size.ts'
export {
  type DownloadPlan,
  downloadFailure,
  openDownload,
  type PointerFields,
  planAttachmentDownload,
  planPictureDownload,
} from './download.ts'
export { AttachmentError, type AttachmentErrorCode } from './error.ts'
export { contentFileId } from './file-id.ts'
export { displayFileName, MAX_FILE_NAME_BYTES, safeFileName } from './file-name.ts'
export {
  DEFAULT_FILE_SERVER,
  type FileServer,
  type KnownFileServer,
  TEST_FILE_SERVER,
  TESTNET_FILE_SERVER,
} from './file-server.ts'
export { buildFileUrl, type FileUrl, MAX_FILE_URL_LENGTH, parseFileUrl } from './file-url.ts'
export {
  type DecryptLegacyInput,
  decryptLegacy,
  type EncryptedLegacy,
  encryptLegacy,
  type LegacyOptions,
} from './legacy.ts'
export { LEGACY_PADDING_BUCKETS, legacyPaddedSize } from './legacy-padding.ts'
export { MAX_BLOB_BYTES, MAX_DETERMINISTIC_BYTES, MAX_PIXELS, MAX_SEND_BYTES, MIN_BLOB_BYTES } from './limits.ts'
export { checkPixelCount, imageSize } from './metadata/image-size.ts'
export { type MediaFormat, mediaFormatOf, type StripResult, stripMetadata } from './metadata/strip.ts'
export { decryptPicture, encryptPicture } from './picture.ts'
export { type PreparedFile, prepareFile } from './prepare.ts'
export {
  type AttachmentSink,
  type AttachmentSource,
  bytesSource,
  decryptDeterministicStream,
  decryptLegacyStream,
  encryptDeterministicStream,
  encryptLegacyStream,
  type StreamOptions,
} from './stream.ts'
