export { countCodePoints, truncateBody } from './body-length.ts'
export { type CheckContentInput, type ConversationKind, checkContent } from './check-content.ts'
export type * from './content.ts'
export { decodeContent, encodeContent } from './content-codec.ts'
export { decoyProSignature } from './decoy-signature.ts'
export { decodeEnvelope, encodeEnvelope, type FilledEnvelope } from './envelope-codec.ts'
export type { Envelope } from './envelope-message.ts'
export { EnvelopeError, type EnvelopeErrorCode } from './error.ts'
export type * from './group-update.ts'
export { type ContentKind, contentKind, FLAG_TIMER_UPDATE } from './kind.ts'
export type * from './legacy-content.ts'
export {
  MAX_ATTACHMENTS,
  MAX_BODY_CODE_POINTS,
  MAX_CONTENT_LENGTH,
  MAX_DECODED_LENGTH,
  MAX_EMOJI_LENGTH,
  MAX_PRO_BODY_CODE_POINTS,
  MAX_RECEIPT_TIMESTAMPS,
  MAX_STORED_LENGTH,
  V1_OVERHEAD,
} from './limits.ts'
export { type OpenedMessage, openMessage } from './open-message.ts'
export { pad, paddedLength, unpad } from './padding.ts'
export { type ParsedProProof, parseProProof, verifyProProof } from './pro-proof.ts'
export { type ProFeatures, type ProStatus, proFeatures, proStatus, verifyProSignature } from './pro-status.ts'
export { type SealMessageInput, sealMessage } from './seal-message.ts'
export { checkSelfRules } from './self-rules.ts'
export {
  type DecryptedV1,
  decryptV1,
  type EncryptV1Input,
  encryptV1,
  encryptV1Deterministic,
} from './session-protocol.ts'
export { syncCopy } from './sync-copy.ts'
export { createTimestampSource } from './timestamp-source.ts'
export { TTL_BY_KIND, ttlFor } from './ttl.ts'
export type { UnknownFields } from './unknown-fields.ts'
export { unwrapEnvelope, wrapEnvelope } from './wrapper.ts'
