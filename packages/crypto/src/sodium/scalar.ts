import { CryptoError } from '../error.ts'
import { checkBytes } from '../length.ts'
import { withMemory } from './wasm.ts'

/** A 64-byte little-endian number modulo the group order, 32 bytes. */
export function scalarReduce(wide: Uint8Array): Uint8Array {
  checkBytes(wide, 'scalar', 64)
  return withMemory(96, (wasm, at) => {
    wasm.HEAPU8.set(wide, at)
    wasm._crypto_core_ed25519_scalar_reduce!(at + 64, at)
    return wasm.HEAPU8.slice(at + 64, at + 96)
  })
}

/** a · b modulo the group order. */
export function scalarMultiply(a: Uint8Array, b: Uint8Array): Uint8Array {
  return combine('_crypto_core_ed25519_scalar_mul', a, b)
}

/** a + b modulo the group order. */
export function scalarAdd(a: Uint8Array, b: Uint8Array): Uint8Array {
  return combine('_crypto_core_ed25519_scalar_add', a, b)
}

function combine(name: `_crypto_${string}`, a: Uint8Array, b: Uint8Array): Uint8Array {
  checkBytes(a, 'a', 32)
  checkBytes(b, 'b', 32)
  return withMemory(96, (wasm, at) => {
    wasm.HEAPU8.set(a, at)
    wasm.HEAPU8.set(b, at + 32)
    wasm[name]!(at + 64, at, at + 32)
    return wasm.HEAPU8.slice(at + 64, at + 96)
  })
}

/** −a modulo the group order. */
export function scalarNegate(a: Uint8Array): Uint8Array {
  checkBytes(a, 'a', 32)
  return withMemory(64, (wasm, at) => {
    wasm.HEAPU8.set(a, at)
    wasm._crypto_core_ed25519_scalar_negate!(at + 32, at)
    return wasm.HEAPU8.slice(at + 32, at + 64)
  })
}

/** scalar · base point, without clamping. Throws `CRYPTO_BAD_SCALAR` where the product is the identity. */
export function ed25519ScalarMultBase(scalar: Uint8Array): Uint8Array {
  checkBytes(scalar, 'scalar', 32)
  return withMemory(64, (wasm, at) => {
    wasm.HEAPU8.set(scalar, at)
    if (wasm._crypto_scalarmult_ed25519_base_noclamp!(at + 32, at) !== 0) throw zeroProduct()
    return wasm.HEAPU8.slice(at + 32, at + 64)
  })
}

/**
 * scalar · point, without clamping.
 *
 * Throws `CRYPTO_BAD_PUBLIC_KEY` for a point that `isValidEd25519Point` refuses, `CRYPTO_BAD_SCALAR` where the product
 * is the identity.
 */
export function ed25519ScalarMult(input: { readonly scalar: Uint8Array; readonly point: Uint8Array }): Uint8Array {
  checkBytes(input.scalar, 'scalar', 32)
  checkBytes(input.point, 'point', 32)
  return withMemory(96, (wasm, at) => {
    wasm.HEAPU8.set(input.scalar, at)
    wasm.HEAPU8.set(input.point, at + 32)
    if (wasm._crypto_core_ed25519_is_valid_point!(at + 32) !== 1) throw badOrder()
    if (wasm._crypto_scalarmult_ed25519_noclamp!(at + 64, at, at + 32) !== 0) throw zeroProduct()
    return wasm.HEAPU8.slice(at + 64, at + 96)
  })
}

export const badOrder = (): CryptoError =>
  new CryptoError('CRYPTO_BAD_PUBLIC_KEY', 'point: not a canonical Ed25519 point of prime order')

export const zeroProduct = (): CryptoError =>
  new CryptoError('CRYPTO_BAD_SCALAR', 'scalar: a multiple of the group order')

/** Whether 32 bytes are the canonical encoding of a point of prime order. */
export function isValidEd25519Point(point: Uint8Array): boolean {
  checkBytes(point, 'point', 32)
  return withMemory(32, (wasm, at) => {
    wasm.HEAPU8.set(point, at)
    return wasm._crypto_core_ed25519_is_valid_point!(at) === 1
  })
}
