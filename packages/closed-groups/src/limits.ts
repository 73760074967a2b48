/** Bytes of a group encryption key. */
export const GROUP_KEY_LENGTH = 32
/** Most members that `GroupMembers.add` grows a group to. More are read. Protocol page 06, section 10. */
export const MAX_GROUP_MEMBERS = 100
/** Most UTF-8 bytes of a group's description. */
export const MAX_DESCRIPTION_LENGTH = 2000
/** Most bytes of the plaintext of a group message, compressed or not. Protocol page 06, section 6.2. */
export const MAX_GROUP_PLAINTEXT = 1_000_000
/** Most bytes of a stored message of any group namespace. */
export const MAX_STORED_GROUP_MESSAGE = 76_800
/** A group message is padded to a multiple of this many bytes unless the caller says otherwise. */
export const GROUP_MESSAGE_PADDING = 256
/** Key messages have member entries in multiples of this number, so that they show little about the group's size. */
export const KEY_ENTRIES_STEP = 75
/** Most group keys in one supplement. */
export const MAX_SUPPLEMENT_KEYS = 1000
/** A key is forgotten when the one after it is this much older than the newest: 60 days. Protocol page 06, section 2.6. */
export const GROUP_KEY_EXPIRY_MS: number = 60 * 86_400_000
/** Milliseconds that a time of others may lie in the future. */
export const MAX_FUTURE_MS = 86_400_000
/** A generation that is this much above the current one is reported by `loadMessage`. */
export const GENERATION_JUMP = 10_000_000
/** Most entries of a multi-encrypted container that are tried. */
export const MAX_CONTAINER_ENTRIES = 4096
