import { type Box, boxesIn, clear, free, type Patch } from './boxes.ts'
import { stripItems } from './heif-items.ts'
import { stripMovie } from './movie.ts'
import { createReader, malformed, merged, overlap, type Range, type Reader } from './reader.ts'

const STILL: ReadonlySet<string> = new Set([
  'heic',
  'heix',
  'heim',
  'heis',
  'hevc',
  'hevx',
  'mif1',
  'mif2',
  'msf1',
  'avif',
  'avis',
])
const KEPT: ReadonlySet<string> = new Set([
  'ftyp',
  'styp',
  'moov',
  'mdat',
  'moof',
  'mfra',
  'sidx',
  'ssix',
  'wide',
  'idat',
])

/** What an ISO media file says it is, or nothing. */
export function isoMediaFormat(bytes: Uint8Array): 'heic' | 'mp4' | undefined {
  const at = (from: number): string => String.fromCharCode(...bytes.subarray(from, from + 4))
  // Old QuickTime files have no brand.
  if (['moov', 'mdat', 'wide'].includes(at(4))) return 'mp4'
  if (at(4) !== 'ftyp' || bytes.length < 16) return undefined
  return STILL.has(at(8)) ? 'heic' : 'mp4'
}

/** Clears metadata in place, so that the offsets of pictures and sound stay right. */
export function stripIsoMedia(bytes: Uint8Array, removed: Set<string>): Uint8Array {
  const read = createReader(bytes)
  const patch: Patch = { out: new Uint8Array(bytes), removed, cleared: [], samples: [], budget: 4 * bytes.length }
  const isStill = isoMediaFormat(bytes) === 'heic'
  const boxes = boxesIn(read, 0, bytes.length, true)
  const media: Range[] = []
  const hasFragments = boxes.some(({ type }) => type === 'moof')
  for (const box of boxes) {
    if (isStill && box.type === 'meta') stripItems(read, box, patch, media)
    else if (box.type === 'moov') stripMovie(read, box, patch, { media, hasFragments })
    else if (box.type === 'moof') stripFragment(read, box, patch)
    else if (box.type === 'free' || box.type === 'skip') clearUnused(bytes, box, patch)
    else if (!KEPT.has(box.type)) free(patch, box, box.type === 'uuid' ? 'XMP' : box.type.trim())
  }
  if (!boxes.some(({ type }) => type === (isStill ? 'meta' : 'moov'))) throw malformed()
  // Metadata that shares bytes with the picture is no honest file.
  if (overlap(patch.cleared, media) || overlap(patch.samples, structure(read, boxes, isStill))) throw malformed()
  // A movie's tables do not tell the bytes of old sound formats, but a picture's name every byte of theirs.
  if (isStill && !boxes.some(({ type }) => type === 'moov' || type === 'moof')) clearGaps(bytes, boxes, patch, media)
  return patch.out
}

/** What lies between the items, which no item names any more. */
function clearGaps(bytes: Uint8Array, boxes: readonly Box[], patch: Patch, media: readonly Range[]): void {
  const named = merged([...media, ...patch.samples])
  let first = 0
  for (const { type, body, end } of boxes) {
    if (type !== 'mdat') continue
    while (first < named.length && named[first]!.to <= body) first++
    let from = body
    const clearTo = (to: number): void => {
      if (to <= from) return
      if (bytes.subarray(from, to).some((byte) => byte !== 0)) patch.removed.add('unused space')
      clear(patch, { from, to })
    }
    for (let i = first; i < named.length && named[i]!.from < end; i++) {
      clearTo(named[i]!.from)
      from = Math.max(from, named[i]!.to)
    }
    clearTo(end)
  }
}

/** Everything but the content of media data boxes. */
function structure(read: Reader, boxes: readonly Box[], isStill: boolean): Range[] {
  return boxes.flatMap((box) => {
    if (box.type === 'mdat') return [{ from: box.at, to: box.body }]
    const data =
      isStill && box.type === 'meta'
        ? boxesIn(read, box.body + 4, box.end).find(({ type }) => type === 'idat')
        : undefined
    if (data === undefined) return [{ from: box.at, to: box.end }]
    return [
      { from: box.at, to: data.body },
      { from: data.end, to: box.end },
    ]
  })
}

function stripFragment(read: Reader, box: Box, patch: Patch): void {
  for (const child of boxesIn(read, box.body, box.end)) {
    if (child.type === 'traf' && box.type === 'moof') stripFragment(read, child, patch)
    if (child.type === 'udta' || child.type === 'meta' || child.type === 'uuid') free(patch, child, child.type)
  }
}

/** Editors leave what they deleted in free boxes. */
function clearUnused(bytes: Uint8Array, box: Box, patch: Patch): void {
  if (bytes.subarray(box.body, box.end).some((byte) => byte !== 0)) patch.removed.add('unused space')
  clear(patch, { from: box.body, to: box.end })
}
