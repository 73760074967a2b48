import { createReader, NotStrippable } from './reader.ts'

const ORIENTATION = 0x0112

/** The orientation (2 to 8) that an EXIF block of TIFF form tells; 1 and nonsense need no telling. */
export function readOrientation(tiff: Uint8Array): number | undefined {
  try {
    const order = createReader(tiff).u16(0)
    if (order !== 0x4949 && order !== 0x4d4d) return undefined
    const read = createReader(tiff, order === 0x4949)
    const at = read.u32(4)
    const count = read.u16(at)
    for (let i = 0; i < count; i++) {
      const entry = at + 2 + 12 * i
      if (read.u16(entry) !== ORIENTATION) continue
      const value = read.u16(entry + 8)
      return read.u16(entry + 2) === 3 && value >= 2 && value <= 8 ? value : undefined
    }
    return undefined
  } catch (error) {
    // Damaged EXIF is dropped whole; the picture is not the worse for it.
    if (error instanceof NotStrippable) return undefined
    throw error
  }
}

/** An EXIF block of TIFF form with the orientation and nothing else. */
export function orientationOnly(orientation: number): Uint8Array {
  // MM, 42, first IFD at 8: one entry (tag, SHORT, one value), no next IFD.
  // biome-ignore format: one field a group
  return Uint8Array.of(
    0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1,
    0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0,
    0, 0, 0, 0,
  )
}

/** An EXIF block of TIFF form that says nothing. */
export const EMPTY_EXIF: readonly number[] = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0]
