/** What turns a stream of bytes into another: fed piece by piece, its output goes to the callback it was made with. */
export type Emit = (piece: Uint8Array) => void

export interface Slicer {
  update(bytes: Uint8Array): void
  end(): void
}

/**
 * Cuts a stream in pieces of exactly `size` bytes; the last one, which may be shorter or empty, is known as the last. A
 * piece is only good during the call.
 */
export function createSlicer(size: number, each: (piece: Uint8Array, last: boolean) => void): Slicer {
  const held = new Uint8Array(size)
  let length = 0
  return {
    update: (bytes) => {
      let from = 0
      while (from < bytes.length) {
        if (length === size) {
          each(held, false)
          length = 0
        }
        // Whole pieces go through without a copy, as long as another byte follows.
        while (length === 0 && bytes.length - from > size) {
          each(bytes.subarray(from, from + size), false)
          from += size
        }
        const taken = bytes.subarray(from, from + size - length)
        held.set(taken, length)
        length += taken.length
        from += taken.length
      }
    },
    end: () => {
      each(held.subarray(0, length), true)
      held.fill(0)
    },
  }
}

/** Feeds `count` zero bytes in small pieces. */
export function feedZeros(count: number, update: (bytes: Uint8Array) => void): void {
  const zeros = new Uint8Array(Math.min(count, 65_536))
  for (let left = count; left > 0; left -= zeros.length) update(zeros.subarray(0, Math.min(left, zeros.length)))
}

/** Collects output of a known length. */
export function collector(length: number): { readonly bytes: Uint8Array; readonly emit: Emit } {
  const bytes = new Uint8Array(length)
  let at = 0
  return {
    bytes,
    emit: (piece) => {
      bytes.set(piece, at)
      at += piece.length
    },
  }
}
