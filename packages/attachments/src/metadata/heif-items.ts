import { type Box, boxesIn, clearSample, free, type Patch } from './boxes.ts'
import { hasJpegMetadata } from './jpeg.ts'
import { EMPTY_EXIF } from './orientation.ts'
import { malformed, type Range, type Reader, unsupported } from './reader.ts'

const PICTURES: ReadonlySet<string> = new Set([
  'hvc1',
  'av01',
  'avc1',
  'jpeg',
  'grid',
  'iden',
  'iovl',
  'tmap',
  'lhv1',
  'vvc1',
])
const META: ReadonlySet<string> = new Set([
  'hdlr',
  'pitm',
  'iinf',
  'iloc',
  'iref',
  'iprp',
  'idat',
  'dinf',
  'grpl',
  'ipro',
])
const PROPERTIES_TO_CLEAR: ReadonlySet<string> = new Set(['udes', 'uuid', 'altt', 'crtt', 'mdft', 'itai', 'taic'])
const MAX_ITEMS = 65_535

/**
 * Clears EXIF, XMP and thumbnail items of a HEIF file, and adds where the pictures lie to `pictures`. The orientation is a property of
 * the picture here, so it stays.
 */
export function stripItems(read: Reader, meta: Box, patch: Patch, pictures: Range[]): void {
  const children = boxesIn(read, meta.body + 4, meta.end)
  const find = (type: string): Box => {
    const box = children.find((it) => it.type === type)
    if (box === undefined) throw malformed()
    return box
  }
  for (const box of children) if (!META.has(box.type)) free(patch, box, box.type)
  const types = itemTypes(read, find('iinf'))
  const thumbnails = detachThumbnails(read, children, patch)
  const data = children.find(({ type }) => type === 'idat')
  const locations = itemLocations(read, find('iloc'), data)
  stripProperties(read, find('iprp'), patch)

  for (const [id, { type, infe }] of types) {
    const ranges = locations.get(id) ?? []
    if (thumbnails.has(id)) {
      for (const range of ranges) clearSample(patch, range)
      // Without its reference it would look like a picture of its own.
      patch.out[infe.body + 3]! |= 1
      patch.removed.add('thumbnail')
    } else if (PICTURES.has(type)) {
      // JPEG brings its own EXIF.
      for (const range of ranges) {
        if (type === 'jpeg') {
          patch.budget -= range.to - range.from
          if (patch.budget < 0) throw malformed()
          if (hasJpegMetadata(read.slice(range.from, range.to))) throw unsupported()
        }
        pictures.push(range)
      }
    } else if (type === 'Exif' || type === 'mime' || type === 'uri ') {
      for (const range of ranges) clearSample(patch, range)
      const [first] = ranges
      if (type === 'Exif' && ranges.length === 1 && first !== undefined && first.to - first.from >= 18) {
        patch.out.set(EMPTY_EXIF, first.from + 4)
      }
      // Nothing is not XML, but blanks are harmless to more readers than zeros.
      if (type === 'mime') for (const range of ranges) patch.out.fill(0x20, range.from, range.to)
      patch.removed.add(type === 'Exif' ? 'EXIF' : type === 'mime' ? 'XMP' : 'descriptions')
    } else throw unsupported()
  }
}

function itemTypes(read: Reader, iinf: Box): Map<number, { type: string; infe: Box }> {
  const wide = read.u8(iinf.body) !== 0
  const items = new Map<number, { type: string; infe: Box }>()
  for (const infe of boxesIn(read, iinf.body + (wide ? 8 : 6), iinf.end)) {
    const version = read.u8(infe.body)
    if (infe.type !== 'infe' || version < 2 || version > 3 || items.size >= MAX_ITEMS) throw unsupported()
    const id = version === 2 ? read.u16(infe.body + 4) : read.u32(infe.body + 4)
    const type = read.text(infe.body + (version === 2 ? 8 : 10), 4)
    if (items.has(id)) throw malformed()
    items.set(id, { type, infe })
  }
  return items
}

/** Items that are thumbnails of others; the references are made ones that nobody follows. */
function detachThumbnails(read: Reader, children: readonly Box[], patch: Patch): Set<number> {
  const thumbnails = new Set<number>()
  const iref = children.find(({ type }) => type === 'iref')
  if (iref === undefined) return thumbnails
  const wide = read.u8(iref.body) !== 0
  const others = new Set<number>()
  const references = boxesIn(read, iref.body + 4, iref.end)
  for (const box of references) {
    const id = wide ? read.u32(box.body) : read.u16(box.body)
    if (box.type === 'thmb') thumbnails.add(id)
    const count = read.u16(box.body + (wide ? 4 : 2))
    if (box.body + (wide ? 6 + 4 * count : 4 + 2 * count) > box.end) throw malformed()
    for (let i = 0; i < count; i++) {
      const at = box.body + (wide ? 6 + 4 * i : 4 + 2 * i)
      others.add(wide ? read.u32(at) : read.u16(at))
    }
  }
  // A thumbnail that is a part of something else is left where it is.
  for (const id of thumbnails) if (others.has(id)) throw unsupported()
  for (const box of references) {
    if (box.type === 'thmb') for (let i = 0; i < 4; i++) patch.out[box.at + 4 + i] = 'free'.charCodeAt(i)
  }
  return thumbnails
}

function stripProperties(read: Reader, iprp: Box, patch: Patch): void {
  for (const container of boxesIn(read, iprp.body, iprp.end)) {
    if (container.type !== 'ipco') continue
    // A freed property keeps its place: the others are counted.
    for (const property of boxesIn(read, container.body, container.end)) {
      if (PROPERTIES_TO_CLEAR.has(property.type)) free(patch, property, 'descriptions')
    }
  }
}

function itemLocations(read: Reader, iloc: Box, idat: Box | undefined): Map<number, Range[]> {
  const version = read.u8(iloc.body)
  if (version > 2) throw unsupported()
  const sizes = read.u16(iloc.body + 4)
  const [offsetSize, lengthSize, baseSize] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15]
  const indexSize = version === 0 ? 0 : sizes & 15
  let at = iloc.body + 6
  const take = (size: number): number => {
    if (size !== 0 && size !== 2 && size !== 4 && size !== 8) throw malformed()
    if (at + size > iloc.end) throw malformed()
    const value = size === 0 ? 0 : size === 2 ? read.u16(at) : size === 4 ? read.u32(at) : read.u64(at)
    at += size
    return value
  }
  const wide = version === 2 ? 4 : 2
  const count = take(wide)
  const items = new Map<number, Range[]>()
  for (let i = 0; i < count; i++) {
    const id = take(wide)
    const method = version === 0 ? 0 : take(2) & 15
    const source = take(2)
    const base = take(baseSize)
    const extents = take(2)
    // Constructed of other items: its bytes are theirs.
    if (method > 1 || source !== 0 || (method === 1 && idat === undefined)) throw unsupported()
    const ranges: Range[] = []
    for (let j = 0; j < extents; j++) {
      take(indexSize)
      const from = base + take(offsetSize) + (method === 1 ? idat!.body : 0)
      const length = take(lengthSize)
      if (length === 0) throw unsupported()
      read.slice(from, from + length)
      ranges.push({ from, to: from + length })
    }
    items.set(id, ranges)
  }
  return items
}
