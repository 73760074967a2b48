import { orientationOnly, readOrientation } from './orientation.ts'
import { createReader, joined, malformed, unsupported } from './reader.ts'

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const ANY = Number.POSITIVE_INFINITY
/** What a decoder needs, or shows other colours without, and how long it can be. CgBI is Apple's own form. */
// biome-ignore format: one kind a line
const KEPT: ReadonlyMap<string, number> = new Map([
  ['IHDR', 13], ['PLTE', 768], ['IDAT', ANY], ['IEND', 0], ['CgBI', 4],
  ['tRNS', 256], ['gAMA', 4], ['cHRM', 32], ['sRGB', 1], ['iCCP', ANY], ['sBIT', 4], ['bKGD', 6], ['pHYs', 9], ['hIST', 512],
  ['cICP', 4], ['mDCV', 24], ['mDCv', 24], ['cLLI', 8], ['cLLi', 8],
  ['acTL', 8], ['fcTL', 26], ['fdAT', ANY],
])

export const isPng = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, i) => bytes[i] === byte)

/** Keeps the chunks of the picture, its colours and its animation; of EXIF, the orientation. */
export function stripPng(bytes: Uint8Array, removed: Set<string>): Uint8Array {
  const read = createReader(bytes)
  const parts: Uint8Array[] = [bytes.subarray(0, 8)]
  let orientation: number | undefined
  let header = -1
  for (let at = 8; ; ) {
    const length = read.u32(at)
    const type = read.text(at + 4, 4)
    const end = at + 12 + length
    const chunk = read.slice(at, end)
    if (!/^[A-Za-z]{4}$/.test(type)) throw malformed()
    if (type === 'eXIf') orientation ??= readOrientation(chunk.subarray(8, -4))
    const longest = KEPT.get(type)
    if (longest !== undefined && length <= longest) parts.push(chunk)
    else if (longest !== undefined && /^[A-Z]/.test(type)) throw malformed()
    // An upper-case letter says that nothing can be shown without it.
    else if (/^[A-Z]/.test(type)) throw unsupported()
    else removed.add(type === 'eXIf' ? 'EXIF' : type)
    if (type === 'IHDR') header = parts.length
    at = end
    if (type !== 'IEND') continue
    if (end < bytes.length) removed.add('data after the picture')
    break
  }
  if (header === -1) throw malformed()
  if (orientation !== undefined) parts.splice(header, 0, chunkOf('eXIf', orientationOnly(orientation)))
  return joined(parts)
}

function chunkOf(type: string, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(12 + data.length)
  const view = new DataView(chunk.buffer)
  view.setUint32(0, data.length)
  for (let i = 0; i < 4; i++) chunk[4 + i] = type.charCodeAt(i)
  chunk.set(data, 8)
  view.setUint32(8 + data.length, crc32(chunk.subarray(4, 8 + data.length)))
  return chunk
}

function crc32(bytes: Uint8Array): number {
  let crc = -1
  for (const byte of bytes) {
    crc ^= byte
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}
