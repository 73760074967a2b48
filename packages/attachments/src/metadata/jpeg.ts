import { utf8ToBytes } from '@sessionkit/bytes'
import { orientationOnly, readOrientation } from './orientation.ts'
import { createReader, joined, malformed, type Reader, unsupported } from './reader.ts'

const EXIF = 'Exif\0\0'
const ICC = 'ICC_PROFILE\0'
const MARK = 0xff
const SOI = 0xd8
const EOI = 0xd9
const SOS = 0xda

export const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === MARK && bytes[1] === SOI && bytes[2] === MARK

/**
 * Keeps the picture's own segments, the JFIF header without its thumbnail, the colour profile, Adobe's marker and the
 * orientation. What follows the picture's end (previews, videos, depth maps) goes too.
 */
export function stripJpeg(bytes: Uint8Array, removed: Set<string>): Uint8Array {
  const read = createReader(bytes)
  const head: Uint8Array[] = []
  const rest: Uint8Array[] = []
  let orientation: number | undefined
  let at = 2
  let scans = 0
  for (;;) {
    // A file that ends inside its last scan is shown by every decoder.
    if (scans > 0 && at >= bytes.length) break
    if (read.u8(at) !== MARK) throw malformed()
    while (read.u8(at + 1) === MARK) at++
    const marker = read.u8(at + 1)
    if (marker === EOI) {
      rest.push(bytes.subarray(at, at + 2))
      if (at + 2 < bytes.length) removed.add('data after the picture')
      break
    }
    if (marker === 0 || marker === 1 || marker === SOI || (marker >= 0xd0 && marker <= 0xd7)) throw malformed()
    const end = at + 2 + read.u16(at + 2)
    const segment = read.slice(at, end)
    if (segment.length < 4) throw malformed()
    if (marker === 0xe0) head.push(...jfif(read, segment, at, removed))
    else if (marker === 0xee && startsWith(read, at, end, 'Adobe')) rest.push(adobe(segment, removed))
    else if (marker === 0xe1 && startsWith(read, at, end, EXIF)) {
      orientation ??= readOrientation(bytes.subarray(at + 10, end))
      removed.add('EXIF')
    } else if (isKept(read, marker, at, end)) rest.push(segment)
    else removed.add(nameOf(marker))
    at = end
    if (marker !== SOS) continue
    const scan = at
    at = endOfScan(bytes, at)
    rest.push(bytes.subarray(scan, at))
    scans++
  }
  if (scans === 0) throw malformed()
  const exif = orientation === undefined ? [] : [exifSegment(orientation)]
  return joined([[Uint8Array.of(MARK, SOI)], head, exif, rest].flat())
}

/** Where the entropy-coded bytes end: at a marker that is no restart and no stuffed byte. */
function endOfScan(bytes: Uint8Array, start: number): number {
  for (let at = bytes.indexOf(MARK, start); at !== -1; at = bytes.indexOf(MARK, at + 1)) {
    const next = bytes[at + 1]
    if (next === undefined) break
    if (next !== 0 && next !== MARK && !(next >= 0xd0 && next <= 0xd7)) return at
  }
  return bytes.length
}

function isKept(read: Reader, marker: number, at: number, end: number): boolean {
  if (marker === 0xe2) return startsWith(read, at, end, ICC)
  if (marker === 0xfe || (marker >= 0xe0 && marker <= 0xef)) return false
  if ((marker >= 0xc0 && marker <= 0xcf && marker !== 0xc8) || (marker >= 0xda && marker <= 0xdf)) return true
  // Reserved, or of another standard (JPEG-LS): nobody knows whether the picture can do without.
  throw unsupported()
}

const startsWith = (read: Reader, at: number, end: number, text: string): boolean =>
  at + 4 + text.length <= end && read.text(at + 4, text.length) === text

/** Adobe's marker is 14 bytes; more is not Adobe's. */
function adobe(segment: Uint8Array, removed: Set<string>): Uint8Array {
  if (segment.length <= 16) return segment
  removed.add('APP14')
  const kept = segment.slice(0, 16)
  kept.set([0, 14], 2)
  return kept
}

/** The JFIF header alone: a thumbnail in it or beside it (JFXX) goes. */
function jfif(read: Reader, segment: Uint8Array, at: number, removed: Set<string>): Uint8Array[] {
  if (segment.length < 18 || read.text(at + 4, 5) !== 'JFIF\0') {
    removed.add('JFXX')
    return []
  }
  if (segment.length > 18) removed.add('thumbnail')
  const kept = segment.slice(0, 18)
  kept.set([0, 16], 2)
  kept.set([0, 0], 16)
  return [kept]
}

function exifSegment(orientation: number): Uint8Array {
  const tiff = orientationOnly(orientation)
  const length = 2 + EXIF.length + tiff.length
  return joined([Uint8Array.of(MARK, 0xe1, length >> 8, length & 255), utf8ToBytes(EXIF), tiff])
}

const nameOf = (marker: number): string =>
  marker === 0xfe ? 'comment' : marker === 0xed ? 'IPTC' : marker === 0xe1 ? 'XMP' : `APP${marker - 0xe0}`

/** Whether a JPEG stream inside another file has segments that would be taken out. */
export function hasJpegMetadata(stream: Uint8Array): boolean {
  for (let at = 2; at + 4 <= stream.length; ) {
    while (stream[at] === MARK && stream[at + 1] === MARK) at++
    const marker = stream[at + 1]!
    if (stream[at] !== MARK || marker === EOI || marker === SOS) return false
    if (marker === 0xfe || (marker >= 0xe1 && marker <= 0xef && marker !== 0xee)) return true
    at += 2 + stream[at + 2]! * 256 + stream[at + 3]!
  }
  return false
}
