/** Largest request body, node-to-node message and proxied answer in bytes. Protocol page 03, section 3.1. */
export const MAX_BODY_BYTES = 10_485_760
/** Requests that a node works on at once. Protocol page 03, section 3.1. */
export const MAX_ACTIVE_REQUESTS = 1000
/** Records that one node keeps; older ones are dropped. */
export const MAX_RECORDS = 2000
/** Missed writes that a node keeps for one silent peer; older ones are dropped. */
export const MAX_QUEUED_WRITES = 10_000
/** Base64 characters of one message (76 800 bytes). Protocol page 04, section 5.1. */
export const MAX_DATA_CHARACTERS = 102_400
/** Nesting of ifelse and batch that a node follows. The protocol names no limit; a node of ours needs one. */
export const MAX_NESTING = 8
export const STORE_TOLERANCE_MS = 10_000
export const SIGNATURE_TOLERANCE_MS = 60_000
export const FORWARDED_TOLERANCE_MS = 70_000
/** How long a node waits for a member of its swarm. */
export const FORWARD_TIMEOUT_MS = 5_000
/** How long a node waits for the next hop. */
export const HOP_TIMEOUT_MS = 30_000
export const SERVER_TIMEOUT_MS = 25_000
/** How long a node still reads and drops the rest of a body that is too large, so that its answer arrives. */
export const DRAIN_MS = 1_000
export const SWEEP_INTERVAL_MS = 10_000
