import { AttachmentError } from '../error.ts'
import { MAX_PIXELS } from '../limits.ts'
import { createReader, NotStrippable } from './reader.ts'
import { mediaFormatOf } from './strip.ts'

/** Width and height of a JPEG, PNG, GIF or WebP as its header tells, or `null`. */
export function imageSize(content: Uint8Array): { width: number; height: number } | null {
  const format = mediaFormatOf(content)
  try {
    const big = createReader(content)
    const little = createReader(content, true)
    if (format === 'png') return { width: big.u32(16), height: big.u32(20) }
    if (format === 'gif') return { width: little.u16(6), height: little.u16(8) }
    if (format === 'jpeg') return jpegSize(content)
    if (format !== 'webp') return null
    const kind = little.text(12, 4)
    if (kind === 'VP8X') return { width: 1 + (little.u32(24) & 0xffffff), height: 1 + (little.u32(26) >>> 8) }
    if (kind === 'VP8 ') return { width: little.u16(26) & 0x3fff, height: little.u16(28) & 0x3fff }
    const bits = little.u32(21)
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) }
  } catch (error) {
    if (error instanceof NotStrippable) return null
    throw error
  }
}

/** Throws `ATTACHMENT_TOO_MANY_PIXELS` for an image that is not to be decoded. Protocol page 07, section 12. */
export function checkPixelCount(size: { readonly width: number; readonly height: number }): void {
  const { width, height } = size
  if (!(width >= 0 && height >= 0 && width * height <= MAX_PIXELS)) {
    throw new AttachmentError('ATTACHMENT_TOO_MANY_PIXELS', `image: more than ${MAX_PIXELS} pixels`)
  }
}

function jpegSize(content: Uint8Array): { width: number; height: number } | null {
  const read = createReader(content)
  for (let at = 2; ; at += 2 + read.u16(at + 2)) {
    while (read.u8(at) === 0xff && read.u8(at + 1) === 0xff) at++
    const marker = read.u8(at + 1)
    if (read.u8(at) !== 0xff || marker === 0xda) return null
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return { width: read.u16(at + 7), height: read.u16(at + 5) }
  }
}
