import { isCanonicalY } from './field.ts'

/**
 * What libsodium asks of a signature beyond the equation: S below the group order, A a canonical encoding, neither A
 * nor R of small order. (Protocol page 02, section 10.3.) OpenSSL itself compares R byte by byte with the canonical
 * encoding it computes, so R needs no check of its own.
 */
export function isStrictSignature(signature: Uint8Array, publicKey: Uint8Array): boolean {
  return (
    isReducedScalar(signature, 32) &&
    isCanonicalY(publicKey) &&
    !hasSmallOrder(publicKey, 0) &&
    !hasSmallOrder(signature, 0)
  )
}

/** The group order 2^252 + 27742317777372353535851937790883648493, little-endian. */
const ORDER = fromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010')

function isReducedScalar(bytes: Uint8Array, at: number): boolean {
  for (let i = 31; i >= 0; i--) {
    const difference = bytes[at + i]! - ORDER[i]!
    if (difference !== 0) return difference < 0
  }
  return false
}

/** The y of the points whose order divides 8, with their encodings above the prime; the sign bit is left out. */
const SMALL_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].map(fromHex)

function hasSmallOrder(bytes: Uint8Array, at: number): boolean {
  return SMALL_ORDER.some((point) => {
    if ((bytes[at + 31]! & 0x7f) !== point[31]) return false
    for (let i = 0; i < 31; i++) if (bytes[at + i] !== point[i]) return false
    return true
  })
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g)!, (byte) => Number.parseInt(byte, 16))
}
