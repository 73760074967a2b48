/** What a decoder returns: int64 as bigint, strings as bytes, dicts as maps whose keys have one character a byte. */
export type BencodeValue = bigint | Uint8Array | BencodeValue[] | BencodeDict

/** A decoded dict. Keys are byte strings written as one character (U+0000 to U+00FF) a byte. */
export type BencodeDict = Map<string, BencodeValue>

/** What the encoder takes besides: safe integers, and text, which is written as UTF-8. */
export type BencodeInput =
  | number
  | bigint
  | string
  | Uint8Array
  | readonly BencodeInput[]
  | ReadonlyMap<string, BencodeInput>

export const BENCODE_MIN_INTEGER: bigint = -(2n ** 63n)
export const BENCODE_MAX_INTEGER: bigint = 2n ** 63n - 1n
