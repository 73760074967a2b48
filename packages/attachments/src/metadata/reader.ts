/** Thrown inside the strippers; never leaves `stripMetadata`. */
export class NotStrippable extends Error {
  readonly reason: 'malformed' | 'unsupported'

  constructor(reason: 'malformed' | 'unsupported') {
    super(reason)
    this.reason = reason
  }
}

export const malformed = (): NotStrippable => new NotStrippable('malformed')
export const unsupported = (): NotStrippable => new NotStrippable('unsupported')

/** Reads numbers of a file, and refuses to read past its end. */
export interface Reader {
  u8(at: number): number
  u16(at: number): number
  u32(at: number): number
  /** Refuses what is no exact number. */
  u64(at: number): number
  /** ASCII of `length` bytes. */
  text(at: number, length: number): string
  slice(at: number, end: number): Uint8Array
}

export function createReader(bytes: Uint8Array, littleEndian = false): Reader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const check = (at: number, length: number): void => {
    if (!(at >= 0 && length >= 0 && at + length <= bytes.length)) throw malformed()
  }
  const u32 = (at: number): number => {
    check(at, 4)
    return view.getUint32(at, littleEndian)
  }
  return {
    u8: (at) => {
      check(at, 1)
      return bytes[at]!
    },
    u16: (at) => {
      check(at, 2)
      return view.getUint16(at, littleEndian)
    },
    u32,
    u64: (at) => {
      const [high, low] = littleEndian ? [u32(at + 4), u32(at)] : [u32(at), u32(at + 4)]
      const value = high * 2 ** 32 + low
      if (!Number.isSafeInteger(value)) throw malformed()
      return value
    },
    text: (at, length) => {
      check(at, length)
      let text = ''
      for (let i = at; i < at + length; i++) text += String.fromCharCode(bytes[i]!)
      return text
    },
    slice: (at, end) => {
      check(at, end - at)
      return bytes.subarray(at, end)
    },
  }
}

/** All parts in one array. Takes a list, since a file may have more parts than a call can have arguments. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** A half-open range of offsets in a file. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** Sorted, and joined where they touch. */
export function merged(ranges: readonly Range[]): Range[] {
  const out: { from: number; to: number }[] = []
  for (const range of [...ranges].filter(({ from, to }) => to > from).sort((a, b) => a.from - b.from)) {
    const last = out.at(-1)
    if (last !== undefined && range.from <= last.to) last.to = Math.max(last.to, range.to)
    else out.push({ ...range })
  }
  return out
}

/** Whether any range of one list shares a byte with any of the other. */
export function overlap(a: readonly Range[], b: readonly Range[]): boolean {
  const [left, right] = [merged(a), merged(b)]
  let i = 0
  let j = 0
  while (i < left.length && j < right.length) {
    const [x, y] = [left[i]!, right[j]!]
    if (x.from < y.to && y.from < x.to) return true
    if (x.to <= y.to) i++
    else j++
  }
  return false
}
