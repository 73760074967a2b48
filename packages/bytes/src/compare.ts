import { assertBytes } from './assert.ts'

/**
 * Whether two arrays hold the same bytes, in time that depends on their lengths only. Arrays of different lengths are
 * unequal at once: lengths are public everywhere in the protocol.
 */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  assertBytes(a, 'a')
  assertBytes(b, 'b')
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!
  return difference === 0
}

/** Order by unsigned bytes, a prefix before its extension. Not constant-time: for public data. */
export function compareBytes(a: Uint8Array, b: Uint8Array): -1 | 0 | 1 {
  assertBytes(a, 'a')
  assertBytes(b, 'b')
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1
  }
  return a.length === b.length ? 0 : a.length < b.length ? -1 : 1
}

/** One new array with the bytes of all. */
export function concatBytes(...arrays: readonly Uint8Array[]): Uint8Array {
  return joinBytes(arrays)
}

/** As `concatBytes`, for lists too long to be arguments. */
export function joinBytes(arrays: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const array of arrays) {
    assertBytes(array, 'array')
    length += array.length
  }
  const all = new Uint8Array(length)
  let at = 0
  for (const array of arrays) {
    all.set(array, at)
    at += array.length
  }
  return all
}
