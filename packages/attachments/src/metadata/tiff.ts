import { hasJpegMetadata } from './jpeg.ts'
import { createReader, malformed, merged, type Range, type Reader, unsupported } from './reader.ts'

/** What a decoder needs; the colour profile (34675) and the orientation (274) among it. */
const KEPT: ReadonlySet<number> = new Set([
  ...[254, 255, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284, 290, 291, 292, 293],
  ...[296, 297, 301, 317, 318, 319, 320, 321, 322, 323, 324, 325, 332, 334, 336, 338, 339, 340, 341, 342, 347],
  ...[529, 530, 531, 532, 34675],
])
/** Bytes of a value, by field type. */
const TYPE_SIZE = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4]
const MAX_DIRECTORIES = 1000
const MAX_ENTRIES = 1000
const MAX_RANGES = 1_000_000

interface Entry {
  readonly tag: number
  readonly at: number
  readonly value: Range
  read(index: number): number
  readonly count: number
}

export const isTiff = (bytes: Uint8Array): boolean => {
  const head = String.fromCharCode(...bytes.subarray(0, 4))
  return head === 'II*\0' || head === 'MM\0*'
}

/**
 * Clears in place, so that offsets stay: each directory keeps the entries of the picture, and every byte that no kept entry
 * points to becomes zero. EXIF, GPS, maker notes, thumbnails and what lies in gaps go with that. Raw formats of cameras
 * need their metadata and are left alone.
 */
export function stripTiff(bytes: Uint8Array, removed: Set<string>): Uint8Array {
  const read = createReader(bytes, bytes[0] === 0x49)
  const out = new Uint8Array(bytes)
  const write = new DataView(out.buffer)
  const littleEndian = bytes[0] === 0x49
  const kept: Range[] = [{ from: 0, to: 8 }]
  const seen = new Set<number>()
  // Strips that repeat each other would take time without end.
  const budget = { left: 4 * bytes.length }
  let link = 4
  let pages = 0
  for (let at = read.u32(4); at !== 0; ) {
    if (seen.has(at) || seen.size >= MAX_DIRECTORIES) throw malformed()
    seen.add(at)
    const count = read.u16(at)
    if (count === 0 || count > MAX_ENTRIES) throw malformed()
    const entries = Array.from({ length: count }, (_, i) => entryAt(read, at + 2 + 12 * i))
    const next = read.u32(at + 2 + 12 * count)
    if (isReduced(entries)) removed.add('thumbnail')
    else {
      const keep = entries.filter(({ tag }) => KEPT.has(tag))
      for (const { tag } of entries) if (!KEPT.has(tag)) removed.add(nameOf(tag))
      addPixels(kept, bytes, entries, budget)
      for (const { value } of keep) kept.push(value)
      write.setUint16(at, keep.length, littleEndian)
      for (const [i, entry] of keep.entries()) out.set(bytes.subarray(entry.at, entry.at + 12), at + 2 + 12 * i)
      const end = at + 2 + 12 * keep.length
      kept.push({ from: at, to: end + 4 })
      write.setUint32(link, at, littleEndian)
      write.setUint32(end, 0, littleEndian)
      link = end
      pages++
    }
    at = next
  }
  if (pages === 0) throw unsupported()
  let from = 0
  for (const range of merged(kept)) {
    out.fill(0, from, range.from)
    from = range.to
  }
  out.fill(0, from)
  return out
}

function entryAt(read: Reader, at: number): Entry {
  const type = read.u16(at + 2)
  const count = read.u32(at + 4)
  const unit = TYPE_SIZE[type] ?? 0
  const size = unit * count
  const from = size <= 4 ? at + 8 : read.u32(at + 8)
  if (unit !== 0) read.slice(from, from + size)
  return {
    tag: read.u16(at),
    at,
    count,
    value: size <= 4 ? { from: at, to: at } : { from, to: from + size },
    read: (index) => {
      if (type === 3) return read.u16(from + 2 * index)
      if (type === 4) return read.u32(from + 4 * index)
      throw malformed()
    },
  }
}

/** A page that says it is a smaller copy, or that is only a JPEG thumbnail. */
function isReduced(entries: readonly Entry[]): boolean {
  const kind = entries.find(({ tag }) => tag === 254)
  const hasStrips = entries.some(({ tag }) => tag === 273 || tag === 324)
  return (kind !== undefined && (kind.read(0) & 1) === 1) || (!hasStrips && entries.some(({ tag }) => tag === 513))
}

function addPixels(ranges: Range[], bytes: Uint8Array, entries: readonly Entry[], budget: { left: number }): void {
  const find = (tag: number): Entry | undefined => entries.find((entry) => entry.tag === tag)
  const compression = find(259)?.read(0) ?? 1
  const isRaw = find(50706) !== undefined || find(262)?.read(0) === 32803 || find(262)?.read(0) === 34892
  if (isRaw || compression === 6) throw unsupported()
  const tables = find(347)?.value
  if (tables !== undefined && hasJpegMetadata(bytes.subarray(tables.from, tables.to))) throw unsupported()
  let found = false
  for (const [offsetTag, lengthTag] of [
    [273, 279],
    [324, 325],
  ] as const) {
    const offsets = find(offsetTag)
    const lengths = find(lengthTag)
    if (offsets === undefined && lengths === undefined) continue
    if (offsets === undefined || lengths === undefined || offsets.count !== lengths.count) throw unsupported()
    if (ranges.length + offsets.count > MAX_RANGES) throw unsupported()
    found ||= offsets.count > 0
    for (let i = 0; i < offsets.count; i++) {
      const from = offsets.read(i)
      const to = from + lengths.read(i)
      if (to > bytes.length) throw malformed()
      budget.left -= to - from
      if (compression === 7 && (budget.left < 0 || hasJpegMetadata(bytes.subarray(from, to)))) throw unsupported()
      ranges.push({ from, to })
    }
  }
  if (!found) throw unsupported()
}

const nameOf = (tag: number): string =>
  ({ 700: 'XMP', 33723: 'IPTC', 34377: 'IPTC', 34665: 'EXIF', 34853: 'GPS', 330: 'thumbnail' })[tag] ?? 'descriptions'
