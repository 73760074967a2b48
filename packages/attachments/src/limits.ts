/** The longest plain file that is sent, in bytes, inclusive. Protocol page 07, section 6. */
export const MAX_SEND_BYTES: number = 10_000_000
/** The longest plain file of the deterministic scheme, in bytes: what fills the last bucket. */
export const MAX_DETERMINISTIC_BYTES: number = 10_218_286
/** The longest encrypted file that is read, in bytes. */
export const MAX_BLOB_BYTES: number = 10_485_760
/** An image with more pixels is not to be decoded. */
export const MAX_PIXELS: number = 100_000_000
/** The shortest blob of each scheme, in bytes. */
export const MIN_BLOB_BYTES: { readonly legacy: 64; readonly deterministic: 43; readonly picture: 29 } = {
  legacy: 64,
  deterministic: 43,
  picture: 29,
}
