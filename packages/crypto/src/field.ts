import { CryptoError } from './error.ts'

const P = 2n ** 255n - 19n

/** Whether the y of an Ed25519 encoding is below the field's prime. The sign bit is not part of y. */
export function isCanonicalY(encoded: Uint8Array, at = 0): boolean {
  if ((encoded[at + 31]! & 0x7f) !== 0x7f) return true
  for (let i = 30; i > 0; i--) if (encoded[at + i] !== 0xff) return true
  return encoded[at]! < 0xed
}

/** The Ed25519 y with sign bit 0 of an X25519 u: (u − 1)/(u + 1). For public keys only: not constant time. */
export function montgomeryToEdwards(u: Uint8Array): Uint8Array {
  const x = decode(u) % P
  const denominator = (x + 1n) % P
  if (denominator === 0n) throw new CryptoError('CRYPTO_BAD_PUBLIC_KEY', 'publicKey: u = -1 has no Ed25519 counterpart')
  return encode((((x + P - 1n) % P) * inverse(denominator)) % P)
}

/** The X25519 u of an Ed25519 y: (1 + y)/(1 − y). For public keys already known to be good. */
export function edwardsToMontgomery(encoded: Uint8Array): Uint8Array {
  const y = decode(encoded)
  return encode(((1n + y) * inverse((P + 1n - y) % P)) % P)
}

/** The inverse by Fermat's theorem: a^(p − 2), along the usual addition chain of 2^255 − 21. */
function inverse(a: bigint): bigint {
  const a2 = (a * a) % P
  const a9 = (square(a2, 2) * a) % P
  const a11 = (a9 * a2) % P
  const e5 = (((a11 * a11) % P) * a9) % P
  const e10 = (square(e5, 5) * e5) % P
  const e20 = (square(e10, 10) * e10) % P
  const e40 = (square(e20, 20) * e20) % P
  const e50 = (square(e40, 10) * e10) % P
  const e100 = (square(e50, 50) * e50) % P
  const e200 = (square(e100, 100) * e100) % P
  const e250 = (square(e200, 50) * e50) % P
  return (square(e250, 5) * a11) % P
}

function square(a: bigint, times: number): bigint {
  let result = a
  for (let i = 0; i < times; i++) result = (result * result) % P
  return result
}

/** Little-endian, bit 255 ignored. */
function decode(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 32)
  const low = view.getBigUint64(0, true) | (view.getBigUint64(8, true) << 64n)
  const high = view.getBigUint64(16, true) | ((view.getBigUint64(24, true) & 0x7fffffffffffffffn) << 64n)
  return low | (high << 128n)
}

function encode(value: bigint): Uint8Array {
  const out = new Uint8Array(32)
  const view = new DataView(out.buffer)
  for (let i = 0; i < 4; i++) view.setBigUint64(8 * i, BigInt.asUintN(64, value >> BigInt(64 * i)), true)
  return out
}
