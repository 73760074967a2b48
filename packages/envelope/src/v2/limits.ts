/** Least bytes of a V2 message. */
export const V2_MIN_LENGTH = 1536
/** A V2 message has a multiple of this many bytes. */
export const V2_LENGTH_STEP = 256
/** Bytes before and after the padded inner dict: version, key indicator, ephemeral key, ML-KEM ciphertext, tag. */
export const V2_OVERHEAD = 1140
/** Most bytes of a stored message in any namespace, decoded from base64. Protocol page 02, section 16. */
export const V2_MAX_LENGTH = 76_800
/** Seconds that an account key opens messages after its rotation: 16 days. */
export const ACCOUNT_KEY_RETENTION: number = 16 * 86_400
/** Seconds for which fetched keys are fresh: 24 hours. */
export const KEYS_FRESH = 86_400
/** Seconds after which fetched keys are used no more: 48 hours. */
export const KEYS_EXPIRE: number = 2 * 86_400
/** Seconds for which "this account has no keys" is believed: one hour. */
export const NO_KEYS_RETRY = 3600
/** Most records of one answer that are looked at. */
export const MAX_KEY_RECORDS = 64
/** Most accounts whose keys a cache holds; the one fetched longest ago is forgotten first. */
export const MAX_CACHED_ACCOUNTS = 10_000
/** Most UTF-8 bytes of a device's description that we write; longer ones are read. */
export const MAX_DESCRIPTION_LENGTH = 64
/** Most live devices that we write into one group message; more do not fit a stored message. */
export const MAX_GROUP_DEVICES = 40
/** Most account keys of one device group: more are read from no message. */
export const MAX_GROUP_KEYS = 256
/** Most devices, live or removed, of one device group. */
export const MAX_GROUP_RECORDS = 2048
/** Seconds that a link request is stored: 10 minutes. */
export const LINK_REQUEST_TTL = 600
/** Seconds that group messages and key records are stored: 30 days. */
export const GROUP_TTL: number = 30 * 86_400
/** Seconds after which an unreadable message of our own group means that we were displaced. */
export const DISPLACEMENT_GRACE = 300
