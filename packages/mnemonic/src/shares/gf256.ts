/** A point of the polynomials over GF(256), one for each byte of `value`. `x` is public, `value` is not. */
export interface Point {
  readonly x: number
  readonly value: Uint8Array
}

/**
 * a · b modulo x⁸ + x⁴ + x³ + x + 1: the same steps whatever the bytes are. Tables of logarithms would be faster, but
 * which of their entries is read would depend on the secret.
 */
function multiply(a: number, b: number): number {
  let product = 0
  for (let i = 0; i < 8; i++) {
    product ^= a & -((b >> i) & 1)
    a = (a << 1) ^ (0x11b & -(a >> 7))
  }
  return product
}

/** a²⁵⁴, which is 1/a. */
function invert(a: number): number {
  let power = a
  let inverse = 1
  for (let i = 1; i < 8; i++) {
    power = multiply(power, power)
    inverse = multiply(inverse, power)
  }
  return inverse
}

/** The value at `x` of the polynomial of the least degree through `points`, whose `x` must differ. */
export function interpolate(points: readonly Point[], x: number): Uint8Array {
  const out = new Uint8Array(points[0]!.value.length)
  for (const point of points) {
    let weight = 1
    for (const other of points) {
      if (other !== point) weight = multiply(weight, multiply(x ^ other.x, invert(point.x ^ other.x)))
    }
    for (let i = 0; i < out.length; i++) out[i]! ^= multiply(weight, point.value[i]!)
  }
  return out
}
