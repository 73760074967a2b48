import { malformed, type Range, type Reader } from './reader.ts'

/** A box of an ISO media file. */
export interface Box {
  readonly type: string
  readonly at: number
  /** Where its content starts. */
  readonly body: number
  readonly end: number
}

const MAX_BOXES = 100_000

/** The boxes between two offsets. Only the last one of a file may be without a length. */
export function boxesIn(read: Reader, from: number, end: number, topLevel = false): Box[] {
  const boxes: Box[] = []
  for (let at = from; at < end; ) {
    // QuickTime ends some lists with four zero bytes.
    if (!topLevel && end - at === 4 && read.u32(at) === 0) break
    if (boxes.length >= MAX_BOXES || at + 8 > end) throw malformed()
    const short = read.u32(at)
    const body = at + (short === 1 ? 16 : 8)
    const length = short === 1 ? read.u64(at + 8) : short === 0 && topLevel ? end - at : short
    const to = at + length
    if (to < body || to > end) throw malformed()
    boxes.push({ type: read.text(at + 4, 4), at, body, end: to })
    at = to
  }
  return boxes
}

/** A file that is changed in place. */
export interface Patch {
  readonly out: Uint8Array
  readonly removed: Set<string>
  /** Where something was cleared. */
  readonly cleared: Range[]
  /** Where samples and items were cleared: those lie in media data, or the file is no honest one. */
  readonly samples: Range[]
  /** Bytes that may still be cleared. */
  budget: number
}

/** Makes a box one that readers skip, and clears it. */
export function free(patch: Patch, box: Box, name: string): void {
  for (let i = 0; i < 4; i++) patch.out[box.at + 4 + i] = 'free'.charCodeAt(i)
  clear(patch, { from: box.body, to: box.end })
  patch.removed.add(name)
}

export function clear(patch: Patch, range: Range): void {
  if (!(range.from >= 0 && range.to >= range.from && range.to <= patch.out.length)) throw malformed()
  // Ranges that repeat each other would take time without end.
  patch.budget -= range.to - range.from
  if (patch.budget < 0) throw malformed()
  patch.out.fill(0, range.from, range.to)
  patch.cleared.push(range)
}

/** Clears what a table of the file points to. */
export function clearSample(patch: Patch, range: Range): void {
  clear(patch, range)
  patch.samples.push(range)
}
