/** Most bytes of a stored message, decoded from base64. Protocol page 02, section 16. */
export const MAX_STORED_LENGTH = 76_800
/** Most bytes of a serialized `Content` that still fits a stored 1-to-1 message with padding and wrappers. */
export const MAX_CONTENT_LENGTH = 76_478
/** Most bytes that `decodeContent` reads: the plaintext limit of closed groups, the largest of all destinations. */
export const MAX_DECODED_LENGTH = 1_000_000
/** Most attachments of one message. */
export const MAX_ATTACHMENTS = 32
/** Most timestamps of one read receipt. */
export const MAX_RECEIPT_TIMESTAMPS = 1000
/** Most UTF-8 bytes of a reaction's emoji. */
export const MAX_EMOJI_LENGTH = 64
/** Most Unicode code points of a message body without Session Pro. */
export const MAX_BODY_CODE_POINTS = 2000
/** Most Unicode code points of a message body with Session Pro. */
export const MAX_PRO_BODY_CODE_POINTS = 10_000
/** Bytes that Session Protocol v1 adds to its message: sender key, signature and sealed box. */
export const V1_OVERHEAD = 144
