import { assertBytes, assertText } from './assert.ts'
import { BytesError } from './error.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** UTF-8 of a text. Lone surrogates are refused (`BYTES_NOT_UTF8`) rather than replaced silently. */
export function utf8ToBytes(text: string): Uint8Array {
  assertText(text, 'text')
  if (/\p{Surrogate}/u.test(text)) throw new BytesError('BYTES_NOT_UTF8', 'text: lone surrogate')
  return encoder.encode(text)
}

/** Strict UTF-8: malformed bytes throw `BYTES_NOT_UTF8`; a byte order mark is kept. */
export function bytesToUtf8(bytes: Uint8Array): string {
  assertBytes(bytes, 'bytes')
  try {
    return decoder.decode(bytes)
  } catch {
    throw new BytesError('BYTES_NOT_UTF8', 'bytes: not valid UTF-8')
  }
}
