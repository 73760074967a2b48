import { ed25519 } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { edwardsToMontgomery, isCanonicalY, montgomeryToEdwards } from '../src/field.ts'
import { littleEndian, P, toBigInt } from './material.ts'

it('conversions agree with plain arithmetic modulo p', () => {
  const { Fp } = ed25519.Point
  const near = fc.oneof(
    fc.bigInt(0n, 40n),
    fc.bigInt(P - 40n, P - 1n),
    fc.bigInt(0n, P - 1n),
    fc.nat(254).map((n) => 2n ** BigInt(n)),
  )
  fc.assert(
    fc.property(near, (value) => {
      const encoded = littleEndian(value)
      if (value !== P - 1n) {
        const y = Fp.mul(Fp.sub(value, 1n), Fp.inv(Fp.add(value, 1n)))
        expect(toBigInt(montgomeryToEdwards(encoded))).toBe(y)
      }
      if (value !== 1n) {
        const u = Fp.mul(Fp.add(value, 1n), Fp.inv(Fp.sub(1n, value)))
        expect(toBigInt(edwardsToMontgomery(encoded))).toBe(u)
      }
    }),
    { numRuns: 5000, seed: 20261124 },
  )
})

it('a canonical y is below p, whatever the sign bit', () => {
  for (const sign of [0n, 2n ** 255n]) {
    for (const y of [0n, 1n, P - 1n, 2n ** 254n]) expect(isCanonicalY(littleEndian(y + sign))).toBe(true)
    for (const y of [P, P + 1n, P + 18n]) expect(isCanonicalY(littleEndian(y + sign))).toBe(false)
  }
})
