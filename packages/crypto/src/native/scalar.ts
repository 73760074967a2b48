import { checkBytes } from '../length.ts'
import { badOrder, zeroProduct } from '../sodium/scalar.ts'
import { sodium, succeeds } from './sodium.ts'

/** A 64-byte little-endian number modulo the group order, 32 bytes. */
export function scalarReduce(wide: Uint8Array): Uint8Array {
  checkBytes(wide, 'scalar', 64)
  const out = new Uint8Array(32)
  sodium.crypto_core_ed25519_scalar_reduce(out, wide)
  return out
}

/** a + b modulo the group order. */
export function scalarAdd(a: Uint8Array, b: Uint8Array): Uint8Array {
  checkBytes(a, 'a', 32)
  checkBytes(b, 'b', 32)
  const out = new Uint8Array(32)
  sodium.crypto_core_ed25519_scalar_add(out, a, b)
  return out
}

/** −a modulo the group order. */
export function scalarNegate(a: Uint8Array): Uint8Array {
  checkBytes(a, 'a', 32)
  const out = new Uint8Array(32)
  sodium.crypto_core_ed25519_scalar_negate(out, a)
  return out
}

/** scalar · base point, without clamping. Throws `CRYPTO_BAD_SCALAR` where the product is the identity. */
export function ed25519ScalarMultBase(scalar: Uint8Array): Uint8Array {
  checkBytes(scalar, 'scalar', 32)
  const out = new Uint8Array(32)
  if (!succeeds(() => sodium.crypto_scalarmult_ed25519_base_noclamp(out, scalar))) throw zeroProduct()
  return out
}

/**
 * scalar · point, without clamping.
 *
 * Throws `CRYPTO_BAD_PUBLIC_KEY` for a point that `isValidEd25519Point` refuses, `CRYPTO_BAD_SCALAR` where the product
 * is the identity.
 */
export function ed25519ScalarMult(input: { readonly scalar: Uint8Array; readonly point: Uint8Array }): Uint8Array {
  const { scalar, point } = input
  checkBytes(scalar, 'scalar', 32)
  if (!isValidEd25519Point(point)) throw badOrder()
  const out = new Uint8Array(32)
  if (!succeeds(() => sodium.crypto_scalarmult_ed25519_noclamp(out, scalar, point))) throw zeroProduct()
  return out
}

/** Whether 32 bytes are the canonical encoding of a point of prime order. */
export function isValidEd25519Point(point: Uint8Array): boolean {
  checkBytes(point, 'point', 32)
  return sodium.crypto_core_ed25519_is_valid_point(point)
}
