/** Bytes of a canonical base URL: 8 of scheme, 253 of host, 6 of port. */
export const MAX_BASE_URL_LENGTH = 267
/** Characters of a room token. */
export const MAX_ROOM_LENGTH = 64
/** Characters of a full URL: base, `/r/`, room, `?public_key=`, key. */
export const MAX_COMMUNITY_URL_LENGTH: number = MAX_BASE_URL_LENGTH + 3 + MAX_ROOM_LENGTH + 12 + 64
/** Bytes that a blinded direct message adds: version, sender's key, tag, nonce. */
export const DIRECT_MESSAGE_OVERHEAD = 73
/** Bytes of an upload. */
export const MAX_FILE_BYTES = 10_000_000
/** Bytes of an answer: the limit of an onion response. */
export const MAX_ANSWER_BYTES = 10_485_760
/** Sub-requests of one batch or sequence. */
export const MAX_BATCH_REQUESTS = 100
/** The largest `limit` of a list of messages; the server's default is 100. */
export const MAX_LIST_LIMIT = 256
/** The largest `reactors` of a list of messages; the server's default is 4. */
export const MAX_REACTORS = 20
/** Code points of a reaction. */
export const MAX_REACTION_LENGTH = 12
/** How far a message's own timestamp may be from the server's, milliseconds. */
export const MAX_MESSAGE_CLOCK_MS = 21_600_000
/** How far a signed request's timestamp may be from the server's clock, seconds. */
export const MAX_REQUEST_CLOCK_SECONDS = 86_400
/** Entries of a list in an answer: rooms, moderators, reactions, rows. */
export const MAX_LIST_ENTRIES = 10_000
