import { checkCount } from './check.ts'
import { AttachmentError } from './error.ts'

const SMALLEST = 541
const LARGEST = 10_000_000

/**
 * The 203 lengths that a file is padded to: 541, then ⌊1.05^k⌋, and 10,000,000 at the end. Made with exact fractions, so
 * that no platform's floating point can differ. Protocol page 07, section 2.2.
 */
export const LEGACY_PADDING_BUCKETS: readonly number[] = /* @__PURE__ */ buckets()

function buckets(): readonly number[] {
  const list: number[] = []
  let above = 1n
  let below = 1n
  for (;;) {
    const bucket = Number(above / below)
    if (bucket >= LARGEST) break
    if (bucket >= SMALLEST) list.push(bucket)
    above *= 21n
    below *= 20n
  }
  return Object.freeze([...list, LARGEST])
}

/** The padded length of a file of `size` bytes. Throws `ATTACHMENT_TOO_LARGE` above 10,000,000. */
export function legacyPaddedSize(size: number): number {
  checkCount(size, 'size')
  const bucket = LEGACY_PADDING_BUCKETS.find((it) => it >= size)
  if (bucket === undefined) {
    throw new AttachmentError('ATTACHMENT_TOO_LARGE', `file: ${size} bytes, the limit is ${LARGEST}`)
  }
  return bucket
}
