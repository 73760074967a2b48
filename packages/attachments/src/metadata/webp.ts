import { orientationOnly, readOrientation } from './orientation.ts'
import { createReader, joined, malformed, type Reader } from './reader.ts'

const EXIF_FLAG = 0x08
const XMP_FLAG = 0x04

export const isWebp = (bytes: Uint8Array): boolean =>
  bytes.length >= 12 && text(bytes, 0) === 'RIFF' && text(bytes, 8) === 'WEBP'

const text = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4))

/** Keeps the picture, its frames and its colour profile; of EXIF, the orientation. */
export function stripWebp(bytes: Uint8Array, removed: Set<string>): Uint8Array {
  const read = createReader(bytes, true)
  const end = 8 + read.u32(4)
  read.slice(0, end)
  if (end < bytes.length) removed.add('data after the picture')
  const parts: Uint8Array[] = []
  let orientation: number | undefined
  let features: Uint8Array | undefined
  let hasPicture = false
  for (const { type, data } of chunks(read, 12, end)) {
    if (type === 'EXIF') {
      // Some writers put JPEG's prefix in front.
      const prefixed = data.length > 6 && text(data, 0) === 'Exif'
      orientation ??= readOrientation(prefixed ? data.subarray(6) : data)
      removed.add('EXIF')
    } else if (type === 'VP8X') {
      if (features !== undefined || data.length < 10) throw malformed()
      features = data.slice(0, 10)
      if (data.length > 10) removed.add('VP8X')
      parts.push(chunkOf(type, features))
    } else if (type === 'ANMF') {
      parts.push(chunkOf(type, frame(data, removed)))
      hasPicture = true
    } else if (['VP8 ', 'VP8L', 'ALPH', 'ICCP', 'ANIM'].includes(type)) {
      parts.push(chunkOf(type, type === 'ANIM' ? data.subarray(0, 6) : data))
      if (type === 'ANIM' && data.length > 6) removed.add('ANIM')
      hasPicture ||= type.startsWith('VP8')
    } else removed.add(type.trim())
  }
  if (!hasPicture) throw malformed()
  if (features !== undefined) {
    const flags = (features[0]! & ~(EXIF_FLAG | XMP_FLAG)) | (orientation === undefined ? 0 : EXIF_FLAG)
    const first = features.slice()
    first[0] = flags
    parts[parts.findIndex((part) => text(part, 0) === 'VP8X')] = chunkOf('VP8X', first)
    if (orientation !== undefined) parts.push(chunkOf('EXIF', orientationOnly(orientation)))
  }
  const body = joined(parts)
  const head = new Uint8Array(bytes.subarray(0, 12))
  new DataView(head.buffer).setUint32(4, 4 + body.length, true)
  return joined([head, body])
}

/** A frame's 16 bytes of placement and its picture chunks. */
function frame(data: Uint8Array, removed: Set<string>): Uint8Array {
  const read = createReader(data, true)
  const parts = [read.slice(0, 16)]
  for (const { type, data: inner } of chunks(read, 16, data.length)) {
    if (['VP8 ', 'VP8L', 'ALPH'].includes(type)) parts.push(chunkOf(type, inner))
    else removed.add(type.trim())
  }
  return joined(parts)
}

function* chunks(read: Reader, from: number, end: number): Generator<{ type: string; data: Uint8Array }> {
  for (let at = from; at < end; ) {
    const length = read.u32(at + 4)
    const to = at + 8 + length
    if (to > end) throw malformed()
    yield { type: read.text(at, 4), data: read.slice(at + 8, to) }
    at = to + (length & 1)
  }
}

function chunkOf(type: string, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(8 + data.length + (data.length & 1))
  for (let i = 0; i < 4; i++) chunk[i] = type.charCodeAt(i)
  new DataView(chunk.buffer).setUint32(4, data.length, true)
  chunk.set(data, 8)
  return chunk
}
