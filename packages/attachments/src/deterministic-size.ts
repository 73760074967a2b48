import { checkCount } from './check.ts'
import { AttachmentError } from './error.ts'

export const CHUNK = 32_768
export const SEALED_CHUNK = 32_785
/** First byte and header. */
export const HEAD = 25
const MAX_COUNTABLE = 2 ** 40

export interface DeterministicSizes {
  /** Padding bytes in front of the content, the closing 0x01 included. */
  readonly padding: number
  readonly chunks: number
  readonly encryptedSize: number
}

/** How a file of `size` bytes is padded and how long its blob is. Arithmetic only, for any size up to 2⁴⁰. */
export function deterministicSizes(size: number): DeterministicSizes {
  checkCount(size, 'size')
  if (size > MAX_COUNTABLE) throw new AttachmentError('ATTACHMENT_TOO_LARGE', `size: the limit is ${MAX_COUNTABLE}`)
  const chunks = Math.ceil(size / CHUNK)
  const least = size + 26 + 17 * chunks
  const factor = 2 ** Math.floor(Math.log2(Math.max(least, 131_072))) / 32
  const target = Math.ceil(least / factor) * factor
  let padding = target - least + 1
  let implicit = padding >= SEALED_CHUNK ? 17 * Math.floor(padding / SEALED_CHUNK) : 0
  if (padding % SEALED_CHUNK > CHUNK * chunks - size) implicit += 17
  padding -= implicit
  const all = Math.ceil((size + padding) / CHUNK)
  return { padding, chunks: all, encryptedSize: HEAD + size + padding + 17 * all }
}
