import { checkBytes, wrongLength } from './length.ts'

/** Throws unless `value` is whole AES blocks, and at least `min` of them. */
export function checkCbcBlocks(value: Uint8Array, name: string, min: number): void {
  checkBytes(value, name)
  if (value.length % 16 !== 0 || value.length < min * 16) {
    throw wrongLength(name, min === 0 ? 'a multiple of 16' : 'a positive multiple of 16', value.length)
  }
}
