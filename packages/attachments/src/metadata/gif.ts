import { createReader, joined, malformed, type Reader } from './reader.ts'

const LOOPS: ReadonlySet<string> = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0'])
const COLOUR_PROFILE = 'ICCRGBG1012'

export const isGif = (bytes: Uint8Array): boolean => /^GIF8[79]a$/.test(String.fromCharCode(...bytes.subarray(0, 6)))

/** Keeps pictures, their timing, the loop count and the colour profile. */
export function stripGif(bytes: Uint8Array, removed: Set<string>): Uint8Array {
  const read = createReader(bytes)
  let at = 13 + colourTable(read.u8(10))
  const parts: Uint8Array[] = [read.slice(0, at)]
  let control: Uint8Array | undefined
  let pictures = 0
  for (;;) {
    // Decoders show a file whose end mark is missing.
    const kind = pictures > 0 && at >= bytes.length ? 0x3b : read.u8(at)
    if (kind === 0x3b) break
    if (kind === 0x2c) {
      const end = endOfBlocks(read, at + 11 + colourTable(read.u8(at + 9)))
      if (control !== undefined) parts.push(control)
      parts.push(bytes.subarray(at, end))
      control = undefined
      pictures++
      at = end
      continue
    }
    if (kind !== 0x21) throw malformed()
    const label = read.u8(at + 1)
    const end = endOfBlocks(read, at + 2)
    if (label === 0xf9) control = timing(read, at, end, removed)
    else if (label === 0xff) parts.push(application(read, at, end, removed))
    else {
      // A plain text block goes with the timing that was meant for it; nothing shows those.
      if (label === 0x01) control = undefined
      removed.add(label === 0xfe ? 'comment' : label === 0x01 ? 'plain text' : 'extension')
    }
    at = end
  }
  if (pictures === 0) throw malformed()
  if (at + 1 < bytes.length) removed.add('data after the picture')
  parts.push(Uint8Array.of(0x3b))
  return joined(parts)
}

const colourTable = (packed: number): number => (packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0)

/** Skips sub-blocks up to and with the empty one. */
function endOfBlocks(read: Reader, start: number): number {
  for (let at = start; ; ) {
    const length = read.u8(at)
    at += 1 + length
    if (length === 0) return at
  }
}

/** Eight bytes; more blocks could follow, which nothing shows. */
function timing(read: Reader, at: number, end: number, removed: Set<string>): Uint8Array | undefined {
  if (read.u8(at + 2) !== 4) return undefined
  if (end > at + 8) removed.add('extension')
  return joined([read.slice(at, at + 7), Uint8Array.of(0)])
}

function application(read: Reader, at: number, end: number, removed: Set<string>): Uint8Array {
  const name = read.u8(at + 2) === 11 ? read.text(at + 3, 11) : ''
  if (name === COLOUR_PROFILE) return read.slice(at, end)
  if (!LOOPS.has(name)) {
    removed.add(name === 'XMP DataXMP' ? 'XMP' : 'application data')
    return new Uint8Array(0)
  }
  // Only the loop count (1) and the buffer size (2) are known; more could hide behind.
  const parts = [read.slice(at, at + 14)]
  for (let block = at + 14; read.u8(block) !== 0; block += 1 + read.u8(block)) {
    const length = read.u8(block)
    const id = read.u8(block + 1)
    if ((id === 1 && length === 3) || (id === 2 && length === 5)) parts.push(read.slice(block, block + 1 + length))
    else removed.add('application data')
  }
  parts.push(Uint8Array.of(0))
  return joined(parts)
}
