import { CONFIG_OVERHEAD } from './encryption.ts'

/** Length of a body of `length` bytes after padding. Protocol page 05, section 7. */
export function paddedConfigLength(length: number): number {
  const total = length + CONFIG_OVERHEAD
  const chunk = total < 5120 ? 256 : total < 20_480 ? 1024 : total < 40_960 ? 2048 : 5120
  return Math.ceil(total / chunk) * chunk - CONFIG_OVERHEAD
}

/** Puts zeros before a body, so that the encrypted size says little about the content. */
export function padConfig(body: Uint8Array): Uint8Array {
  const padded = new Uint8Array(paddedConfigLength(body.length))
  padded.set(body, padded.length - body.length)
  return padded
}

/** The bytes without leading zeros; empty when there is nothing else. */
export function unpadConfig(padded: Uint8Array): Uint8Array {
  const start = padded.findIndex((byte) => byte !== 0)
  return start < 0 ? new Uint8Array() : padded.slice(start)
}
