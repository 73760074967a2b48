/** Largest request and answer in bytes, at every hop. Protocol page 03, sections 3.1 and 14. */
export const MAX_ONION_BYTES: number = 10_485_760

/** A node forwards nothing that has come further than this. Protocol page 03, section 3.3. */
export const MAX_HOP_NUMBER: number = 15

/** Most hops of a path that is built: more would meet `MAX_HOP_NUMBER` on the way. */
export const MAX_PATH_LENGTH: number = 15

/** Largest routing or control JSON of a layer in bytes: room for the longest host name and target many times over. */
export const MAX_CONTROL_BYTES: number = 16_384

/** Longest host in characters, the limit of DNS. */
export const MAX_HOST_LENGTH: number = 253

/** Longest target in characters. */
export const MAX_TARGET_LENGTH: number = 1024

/** Most headers of a v4 request or answer. */
export const MAX_SERVER_HEADERS: number = 128

/** Largest metadata of a v4 request or answer in bytes. */
export const MAX_SERVER_METADATA_BYTES: number = 65_536

/** Shortest blob in bytes, around an empty plaintext. Protocol page 03, section 2.1. */
export const MIN_BLOB_BYTES: Readonly<Record<'xchacha20' | 'aes-gcm', number>> = { xchacha20: 40, 'aes-gcm': 28 }
