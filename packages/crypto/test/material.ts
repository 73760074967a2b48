import { readFileSync } from 'node:fs'
import { ed25519 } from '@noble/curves/ed25519.js'
import { bytesToHex, hexToBytes, SecretBytes } from '@sessionkit/bytes'
import { expect } from 'vitest'

// biome-ignore lint/suspicious/noExplicitAny: vector rows have the fields of their operation
type Row = Record<string, any>

/** The rows of one operation of a vector file. */
export function vectors(file: string, operation: string): Row[] {
  const all = JSON.parse(readFileSync(new URL(`../../../vectors/${file}.json`, import.meta.url), 'utf8'))
  return (all.operations ?? all)[operation]
}

export const secret = (hex: string): SecretBytes => SecretBytes.take(hexToBytes(hex))

/** A random source that hands out `bytes` once. */
export const once =
  (bytes: Uint8Array) =>
  (length: number): Uint8Array => {
    if (length !== bytes.length) throw new Error(`asked for ${length} bytes`)
    return bytes
  }

export const coded = (code: string): Error => expect.objectContaining({ code })

export const P: bigint = 2n ** 255n - 19n
export const L: bigint = 2n ** 252n + 27742317777372353535851937790883648493n

export const littleEndian = (value: bigint): Uint8Array => hexToBytes(value.toString(16).padStart(64, '0')).reverse()
export const toBigInt = (bytes: Uint8Array): bigint => BigInt(`0x${bytesToHex(new Uint8Array(bytes).reverse())}`)
export const bytes = (length: number, first = 1): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (first + i * 7) & 255)

/** The y of the eight points whose order divides 8. */
const smallOrderY = [
  0n,
  1n,
  P - 1n,
  toBigInt(hexToBytes('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05')),
  toBigInt(hexToBytes('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')),
]

/** Encodings that no strict verifier takes as a key: small orders with either sign, and every y from p upwards. */
export function badEdwardsKeys(): Uint8Array[] {
  const keys = [...smallOrderY, ...Array.from({ length: 19 }, (_, i) => P + BigInt(i))].map(littleEndian)
  return keys.flatMap((key) => {
    const negative = new Uint8Array(key)
    negative[31]! |= 0x80
    return [key, negative]
  })
}

/** Points of order 2L, 4L and 8L: an honest key plus each point of small order. */
export function mixedOrderKeys(): Uint8Array[] {
  const torsion = ed25519.Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')
  const keys: Uint8Array[] = []
  let sum = ed25519.Point.BASE.multiply(1234567n)
  for (let i = 1; i < 8; i++) {
    sum = sum.add(torsion)
    keys.push(sum.toBytes())
  }
  return keys
}
