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

/** The inverse by Euclid's algorithm, ten times as fast as a power with BigInts. */
function inverse(value: bigint): bigint {
  let [a, b, x, y] = [P, value, 0n, 1n]
  while (b !== 0n) {
    const quotient = a / b
    ;[a, b, x, y] = [b, a - quotient * b, y, x - quotient * y]
  }
  return x < 0n ? x + P : x
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
