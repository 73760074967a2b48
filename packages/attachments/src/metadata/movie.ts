import { type Box, boxesIn, clear, clearSample, free, type Patch } from './boxes.ts'
import { malformed, type Range, type Reader, unsupported } from './reader.ts'

const MOVIE: ReadonlySet<string> = new Set(['mvhd', 'trak', 'mvex', 'iods', 'free', 'skip'])
const TRACK: ReadonlySet<string> = new Set([
  'tkhd',
  'mdia',
  'edts',
  'tref',
  'load',
  'clip',
  'matt',
  'tapt',
  'trgr',
  'free',
  'skip',
])
const MEDIA: ReadonlySet<string> = new Set(['mdhd', 'hdlr', 'minf', 'elng', 'free', 'skip'])
const INFORMATION: ReadonlySet<string> = new Set([
  'vmhd',
  'smhd',
  'hmhd',
  'nmhd',
  'sthd',
  'gmhd',
  'hdlr',
  'dinf',
  'stbl',
  'free',
  'skip',
])
const SHOWN: ReadonlySet<string> = new Set([
  'vide',
  'soun',
  'text',
  'sbtl',
  'subt',
  'subp',
  'clcp',
  'auxv',
  'pict',
  'tmcd',
])
const MAX_CHUNKS = 2_000_000

interface MovieFile {
  /** Where the samples of kept tracks lie. */
  readonly media: Range[]
  /** Samples may be described elsewhere, where we do not look. */
  readonly hasFragments: boolean
}

/**
 * Clears user data, tags, times and names in a movie header, and whole metadata tracks with their samples (phones write
 * places and motion there). Adds where the samples of the kept tracks lie to `media`.
 */
export function stripMovie(read: Reader, movie: Box, patch: Patch, file: MovieFile): void {
  const children = boxesIn(read, movie.body, movie.end)
  if (children.some(({ type }) => type === 'cmov')) throw unsupported()
  for (const box of children) {
    if (!MOVIE.has(box.type)) free(patch, box, nameOf(box.type))
    else if (box.type === 'mvhd') clearTimes(read, box, patch)
    else if (box.type === 'trak') stripTrack(read, box, patch, file)
    else if (box.type === 'free' || box.type === 'skip') clear(patch, { from: box.body, to: box.end })
  }
}

function stripTrack(read: Reader, track: Box, patch: Patch, file: MovieFile): void {
  const children = boxesIn(read, track.body, track.end)
  const mdia = only(children, 'mdia')
  const media = boxesIn(read, mdia.body, mdia.end)
  const handler = only(media, 'hdlr')
  const samples = sampleRanges(read, only(media, 'minf'))
  if (!SHOWN.has(read.text(handler.body + 8, 4))) {
    if (file.hasFragments) throw unsupported()
    for (const range of samples) clearSample(patch, range)
    free(patch, track, 'metadata track')
    return
  }
  for (const range of samples) file.media.push(range)
  for (const box of children) {
    if (!TRACK.has(box.type)) free(patch, box, nameOf(box.type))
    else if (box.type === 'tkhd') clearTimes(read, box, patch)
    else if (box.type === 'free' || box.type === 'skip') clear(patch, { from: box.body, to: box.end })
  }
  for (const box of media) {
    if (!MEDIA.has(box.type)) free(patch, box, nameOf(box.type))
    else if (box.type === 'mdhd') clearTimes(read, box, patch)
    else if (box.type === 'hdlr') clearName(box, patch)
    else if (box.type === 'minf') {
      stripInformation(read, box, patch)
      if (read.text(handler.body + 8, 4) === 'vide') clearMakers(read, box, patch)
    } else if (box.type === 'free' || box.type === 'skip') clear(patch, { from: box.body, to: box.end })
  }
}

function stripInformation(read: Reader, minf: Box, patch: Patch): void {
  for (const box of boxesIn(read, minf.body, minf.end)) {
    if (!INFORMATION.has(box.type)) free(patch, box, nameOf(box.type))
    else if (box.type === 'hdlr') clearName(box, patch)
    else if (box.type === 'dinf') clearPaths(read, box, patch)
    else if (box.type === 'free' || box.type === 'skip') clear(patch, { from: box.body, to: box.end })
  }
}

/** Cameras write their name as that of the compressor, and their maker's as the vendor. */
function clearMakers(read: Reader, minf: Box, patch: Patch): void {
  const stbl = only(boxesIn(read, minf.body, minf.end), 'stbl')
  const stsd = boxesIn(read, stbl.body, stbl.end).find(({ type }) => type === 'stsd')
  if (stsd === undefined) return
  for (const entry of boxesIn(read, stsd.body + 8, stsd.end)) {
    if (entry.end < entry.at + 86) continue
    for (const [from, to] of [
      [entry.at + 20, entry.at + 24],
      [entry.at + 50, entry.at + 82],
    ] as const) {
      if (read.slice(from, to).some((byte) => byte !== 0)) patch.removed.add('maker')
      clear(patch, { from, to })
    }
  }
}

/** Creation and modification times; 0 means unknown. */
function clearTimes(read: Reader, box: Box, patch: Patch): void {
  const size = read.u8(box.body) === 1 ? 16 : 8
  clear(patch, { from: box.body + 4, to: Math.min(box.body + 4 + size, box.end) })
}

/** The maker and name of a handler; an empty name is one in both MP4 (text) and QuickTime (counted text). */
function clearName(box: Box, patch: Patch): void {
  if (box.body + 12 < box.end) clear(patch, { from: box.body + 12, to: box.end })
}

/** Data references hold paths of the machine that made the file. */
function clearPaths(read: Reader, dinf: Box, patch: Patch): void {
  for (const dref of boxesIn(read, dinf.body, dinf.end)) {
    if (dref.type !== 'dref') continue
    for (const entry of boxesIn(read, dref.body + 8, dref.end)) {
      // Data in another file: clearing its path would break the movie.
      if ((read.u8(entry.body + 3) & 1) === 0) throw unsupported()
      clear(patch, { from: entry.body + 4, to: entry.end })
    }
  }
}

/** Where a track's samples lie, one range a chunk. */
function sampleRanges(read: Reader, minf: Box): Range[] {
  const stbl = only(boxesIn(read, minf.body, minf.end), 'stbl')
  const tables = boxesIn(read, stbl.body, stbl.end)
  const offsets = tables.find(({ type }) => type === 'stco' || type === 'co64')
  if (offsets === undefined) return []
  const count = read.u32(offsets.body + 4)
  if (count === 0) return []
  if (count > MAX_CHUNKS) throw unsupported()
  checkTable(offsets, 8, count, offsets.type === 'stco' ? 4 : 8)
  const sizes = tables.find(({ type }) => type === 'stsz')
  if (sizes === undefined) throw unsupported()
  const uniform = read.u32(sizes.body + 4)
  const samples = read.u32(sizes.body + 8)
  const stsc = only(tables, 'stsc')
  const runs = read.u32(stsc.body + 4)
  if (uniform === 0) checkTable(sizes, 12, samples, 4)
  checkTable(stsc, 8, runs, 12)
  const ranges: Range[] = []
  let run = 0
  let sample = 0
  for (let chunk = 0; chunk < count; chunk++) {
    const entry = (index: number): number => stsc.body + 8 + 12 * index
    while (run + 1 < runs && read.u32(entry(run + 1)) <= chunk + 1) run++
    const inChunk = runs === 0 ? 0 : Math.min(read.u32(entry(run) + 4), samples - sample)
    let length = uniform * inChunk
    if (uniform === 0) for (let i = 0; i < inChunk; i++) length += read.u32(sizes.body + 12 + 4 * (sample + i))
    sample += inChunk
    const from =
      offsets.type === 'stco' ? read.u32(offsets.body + 8 + 4 * chunk) : read.u64(offsets.body + 8 + 8 * chunk)
    read.slice(from, from + length)
    ranges.push({ from, to: from + length })
  }
  return ranges
}

/** A table lies in its box: many that each go on to the end of the file would take time without end. */
function checkTable(box: Box, from: number, count: number, size: number): void {
  if (box.body + from + count * size > box.end) throw malformed()
}

function only(boxes: readonly Box[], type: string): Box {
  const box = boxes.find((it) => it.type === type)
  if (box === undefined) throw malformed()
  return box
}

const nameOf = (type: string): string => (type === 'udta' ? 'user data' : type === 'meta' ? 'tags' : type.trim())
