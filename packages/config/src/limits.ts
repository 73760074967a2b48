/** How many seqnos back a message carries diffs. Protocol page 05, section 2. */
export const CONFIG_LAG = 5
/** Highest seqno that is read or written. */
export const MAX_SEQNO: number = Number.MAX_SAFE_INTEGER
/** Deepest nesting of a config message. */
export const MAX_CONFIG_DEPTH = 32
/** Most bytes of one stored message. */
export const MAX_STORED_CONFIG = 76_800
/** Most bytes that one compressed part may decompress to; several parts have as much each. */
export const MAX_DECOMPRESSED_PER_PART: number = 1024 * 1024
/** Most bytes of a plaintext, however many parts it came in. */
export const MAX_PLAINTEXT: number = 20 * 1024 * 1024
/** Bytes of the chunk in every part but the last. */
export const MULTIPART_CHUNK = 76_710
/** Most parts of one message. */
export const MAX_PARTS = 255
/** Most incomplete sets of parts that are kept; the one that expires first gives way. */
export const MAX_PENDING_SETS = 8
/** Most bytes of all incomplete sets together. */
export const MAX_PENDING_BYTES: number = 20 * 1024 * 1024
/** Most finished sets that are remembered. */
export const MAX_FINISHED_SETS = 64
/** Milliseconds that an incomplete set waits for its next part. */
export const MULTIPART_WAIT_MS: number = 7 * 86_400_000
/** Milliseconds that a finished set is remembered. */
export const MULTIPART_REMEMBER_MS: number = 14 * 86_400_000
/** Most UTF-8 bytes of a name or nickname. */
export const MAX_NAME_LENGTH = 100
/** Most bytes of a picture's URL. */
export const MAX_PICTURE_URL_LENGTH = 223
/** Most bytes of a community's base URL. */
export const MAX_BASE_URL_LENGTH = 267
/** Most characters of a community's room token. */
export const MAX_ROOM_LENGTH = 64
/** Milliseconds after which a read time is too old to be written. */
export const VOLATILE_WRITE_MS: number = 30 * 86_400_000
/** Milliseconds after which a read conversation is pruned at a push. */
export const VOLATILE_PRUNE_MS: number = 45 * 86_400_000
