import { readFileSync } from 'node:fs'
import { expect } from 'vitest'

// biome-ignore lint/suspicious/noExplicitAny: vector rows have the fields of their operation
export type Row = Record<string, any>

const file: Row = JSON.parse(readFileSync(new URL('../../../vectors/attachments.json', import.meta.url), 'utf8'))

/** One key of the known answers. */
export const vectors = <T = Row[]>(name: string): T => file[name]

/** The bytes that `{ size }` stands for. */
export function data({ size }: { size: number }): Uint8Array {
  const { mul, add } = file.data_formula
  const out = new Uint8Array(size)
  for (let i = 0; i < size; i++) out[i] = i * mul + (i >> 8) * 7 + (i >> 16) * 13 + add
  return out
}

export const coded = (code: string): Error => expect.objectContaining({ code, name: 'AttachmentError' })

export const bytes = (length: number, first = 1): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (first + i * 7) & 255)

/** Compares long arrays, which `toEqual` does element by element. */
export function expectSameBytes(got: Uint8Array, expected: Uint8Array): void {
  expect(got.length).toBe(expected.length)
  expect(Buffer.compare(got, expected)).toBe(0)
}

/** A small seeded generator: the run is the same every time. */
export function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
