/** Largest onion message, request or answer, in bytes (protocol page 03, section 3.1). */
export const MAX_ONION_BYTES: number = 10_485_760
/** Most relays that `buildOnionRequest` accepts: a node forwards up to hop number 15. */
export const MAX_HOPS: number = 15
/** Largest `hop_no` that a node forwards. */
export const MAX_HOP_NUMBER: number = 15
/** Longest control JSON of a layer that `peel` reads, in bytes. */
export const MAX_CONTROL_BYTES: number = 16_384
