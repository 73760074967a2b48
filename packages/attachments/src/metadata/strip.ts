import { checkBytes } from '../check.ts'
import { isGif, stripGif } from './gif.ts'
import { isoMediaFormat, stripIsoMedia } from './iso-media.ts'
import { isJpeg, stripJpeg } from './jpeg.ts'
import { isPng, stripPng } from './png.ts'
import { NotStrippable } from './reader.ts'
import { isTiff, stripTiff } from './tiff.ts'
import { isWebp, stripWebp } from './webp.ts'

/** `heic` is every HEIF picture, AVIF among them; `mp4` is MOV too. */
export type MediaFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'heic' | 'mp4'

export type StripResult =
  | {
      readonly stripped: true
      readonly format: MediaFormat
      readonly content: Uint8Array
      /** What was found and taken out, in words. */
      readonly removed: readonly string[]
    }
  | {
      readonly stripped: false
      readonly format: MediaFormat | null
      /** `unknown-format` is also what a document gets: it may hold metadata that nobody looked for. */
      readonly reason: 'unknown-format' | 'malformed' | 'unsupported'
    }

const STRIP: Readonly<Record<MediaFormat, (bytes: Uint8Array, removed: Set<string>) => Uint8Array>> = {
  jpeg: stripJpeg,
  png: stripPng,
  webp: stripWebp,
  gif: stripGif,
  tiff: stripTiff,
  heic: stripIsoMedia,
  mp4: stripIsoMedia,
}

/** The format of a file by its first bytes, or `null`. */
export function mediaFormatOf(content: Uint8Array): MediaFormat | null {
  checkBytes(content, 'content')
  if (isJpeg(content)) return 'jpeg'
  if (isPng(content)) return 'png'
  if (isWebp(content)) return 'webp'
  if (isGif(content)) return 'gif'
  if (isTiff(content)) return 'tiff'
  return isoMediaFormat(content) ?? null
}

/**
 * Takes EXIF, places, XMP, IPTC, comments, times and thumbnails out of a picture or video without decoding it: what is
 * shown stays the same, with its orientation and colour profile. A file that it cannot clean whole is not changed at all,
 * and the result says so. Never throws for malformed files. Protocol page 07, section 10.
 */
export function stripMetadata(input: { readonly content: Uint8Array }): StripResult {
  const { content } = input
  const format = mediaFormatOf(content)
  if (format === null) return { stripped: false, format, reason: 'unknown-format' }
  const removed = new Set<string>()
  try {
    return { stripped: true, format, content: STRIP[format](content, removed), removed: [...removed] }
  } catch (error) {
    if (error instanceof NotStrippable) return { stripped: false, format, reason: error.reason }
    throw error
  }
}
