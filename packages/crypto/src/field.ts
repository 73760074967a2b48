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

/**
 * The inverse by Euclid's algorithm in Lehmer's form: most quotients come from the top 50 bits as plain numbers, and
 * BigInts are touched once for some twenty of them. Five times as fast as a power.
 */
function inverse(value: bigint): bigint {
  let a = P
  let b = value
  let x = 0n // a = x · value and b = y · value, modulo p
  let y = 1n
  while (b !== 0n) {
    const shift = BigInt(Math.max(0, Math.floor(Math.log2(Number(a))) - 49))
    let high = Number(a >> shift)
    let low = Number(b >> shift)
    let [s, t, u, v] = [1, 0, 0, 1] // the steps so far as a matrix
    while (low + u !== 0 && low + v !== 0) {
      const q = Math.floor((high + s) / (low + u))
      if (q !== Math.floor((high + t) / (low + v))) break // the bits below could change this quotient
      ;[s, u] = [u, s - q * u]
      ;[t, v] = [v, t - q * v]
      ;[high, low] = [low, high - q * low]
    }
    if (t === 0) {
      const q = a / b
      ;[a, b] = [b, a - q * b]
      ;[x, y] = [y, x - q * y]
    } else {
      const [S, T, U, V] = [BigInt(s), BigInt(t), BigInt(u), BigInt(v)]
      ;[a, b] = [S * a + T * b, U * a + V * b]
      ;[x, y] = [S * x + T * y, U * x + V * y]
    }
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
