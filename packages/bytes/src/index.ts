export { assertBytes } from './assert.ts'
export { base32zToBytes, bytesToBase32z } from './base32z.ts'
export { base64ToBytes, bytesToBase64 } from './base64.ts'
export {
  BENCODE_MAX_INTEGER,
  BENCODE_MIN_INTEGER,
  type BencodeDict,
  type BencodeInput,
  type BencodeValue,
} from './bencode.ts'
export { type DecodeBencodeOptions, decodeBencode } from './bencode-decode.ts'
export { encodeBencode } from './bencode-encode.ts'
export { compareBytes, concatBytes, equalBytes } from './compare.ts'
export { BytesError, type BytesErrorCode, isSessionKitError, SessionKitError } from './error.ts'
export { bytesToHex, hexToBytes, isHex } from './hex.ts'
export type { RandomSource } from './random.ts'
export { SecretBytes } from './secret.ts'
export { bytesToUtf8, utf8ToBytes } from './utf8.ts'
