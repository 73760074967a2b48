import type { Argon2idInput, Blake2bInput } from '../backend.ts'
import { CryptoError } from '../error.ts'
import { checkBytes, checkCount, type KeyBytes, keyBytes, wrongLength } from '../length.ts'
import { libsodium, withMemory } from './wasm.ts'

/** SHA-256. */
export function sha256(message: Uint8Array): Uint8Array {
  return digest('_crypto_hash_sha256', message, 32)
}

/** SHA-512. */
export function sha512(message: Uint8Array): Uint8Array {
  return digest('_crypto_hash_sha512', message, 64)
}

/** SHA3-256. */
export function sha3_256(message: Uint8Array): Uint8Array {
  return digest('_crypto_hash_sha3256', message, 32)
}

/** SHA3-512. */
export function sha3_512(message: Uint8Array): Uint8Array {
  return digest('_crypto_hash_sha3512', message, 64)
}

function digest(name: `_crypto_${string}`, message: Uint8Array, length: number): Uint8Array {
  checkBytes(message, 'message')
  return withMemory(length + message.length, (wasm, at) => {
    wasm.HEAPU8.set(message, at + length)
    wasm[name]!(at, at + length, message.length, 0)
    return wasm.HEAPU8.slice(at, at + length)
  })
}

/** The longest output of `shake256`, in bytes. */
export const MAX_SHAKE_BYTES: number = 65_536

/** `length` bytes of SHAKE256, at most 65,536. */
export function shake256(input: { readonly message: Uint8Array; readonly length: number }): Uint8Array {
  const { message, length } = input
  checkBytes(message, 'message')
  checkCount(length, 'length', 1, MAX_SHAKE_BYTES)
  return withMemory(length + message.length, (wasm, at) => {
    wasm.HEAPU8.set(message, at + length)
    wasm._crypto_xof_shake256!(at, length, at + length, message.length, 0)
    return wasm.HEAPU8.slice(at, at + length)
  })
}

/** HMAC-SHA-256, 32 bytes, under a key of any length. */
export function hmacSha256(input: { readonly key: KeyBytes; readonly message: Uint8Array }): Uint8Array {
  const key = keyBytes(input.key, 'key')
  const { message } = input
  checkBytes(message, 'message')
  return withMemory(256 + 32 + key.length + message.length, (wasm, at) => {
    const keyAt = at + 288
    wasm.HEAPU8.set(key, keyAt)
    wasm.HEAPU8.set(message, keyAt + key.length)
    // The one-shot form takes keys of 32 bytes only.
    wasm._crypto_auth_hmacsha256_init!(at, keyAt, key.length)
    wasm._crypto_auth_hmacsha256_update!(at, keyAt + key.length, message.length, 0)
    wasm._crypto_auth_hmacsha256_final!(at, at + 256)
    return wasm.HEAPU8.slice(at + 256, at + 288)
  })
}

/**
 * BLAKE2b with optional key, salt and personalization. The digest length is a parameter of the hash: a cut longer digest
 * is another hash. Throws `CRYPTO_WRONG_LENGTH`.
 */
export function blake2b(input: Blake2bInput): Uint8Array {
  const { message, length, salt, personalization } = input
  const parts = message instanceof Uint8Array ? [message] : message
  if (!Array.isArray(parts))
    throw new CryptoError('CRYPTO_NOT_BYTES', 'message: expected a Uint8Array or a list of them')
  let size = 0
  for (const part of parts) {
    checkBytes(part, 'message')
    size += part.length
  }
  checkCount(length, 'length', 1, 64)
  const key = input.key === undefined ? undefined : keyBytes(input.key, 'key')
  if (key !== undefined && key.length > 64) throw wrongLength('key', 'at most 64', key.length)
  if (salt !== undefined) checkBytes(salt, 'salt', 16)
  if (personalization !== undefined) checkBytes(personalization, 'personalization', 16)

  return withMemory(160 + size, (wasm, at) => {
    const keyAt = at + 64
    const keySize = key?.length ?? 0
    let end = at + 160
    if (key !== undefined) wasm.HEAPU8.set(key, keyAt)
    for (const part of parts) {
      wasm.HEAPU8.set(part, end)
      end += part.length
    }
    if (salt === undefined && personalization === undefined) {
      wasm._crypto_generichash_blake2b!(at, length, at + 160, size, 0, keySize === 0 ? 0 : keyAt, keySize)
    } else {
      wasm.HEAPU8.fill(0, at + 128, at + 160)
      if (salt !== undefined) wasm.HEAPU8.set(salt, at + 128)
      if (personalization !== undefined) wasm.HEAPU8.set(personalization, at + 144)
      const keyOrNull = keySize === 0 ? 0 : keyAt
      const call = wasm._crypto_generichash_blake2b_salt_personal!
      call(at, length, at + 160, size, 0, keyOrNull, keySize, at + 128, at + 144)
    }
    return wasm.HEAPU8.slice(at, at + length)
  })
}

/** The bounds of `argon2id`: memory in bytes, passes, output in bytes. */
export const ARGON2ID_LIMITS: {
  readonly minMemory: number
  readonly maxMemory: number
  readonly maxOps: number
  readonly maxLength: number
} = { minMemory: 8192, maxMemory: 1_073_741_824, maxOps: 64, maxLength: 1024 }

/**
 * Argon2id version 1.3 with one lane, as libsodium's `crypto_pwhash`. Blocks for as long as it takes.
 *
 * Throws `CRYPTO_BAD_LIMIT` outside `ARGON2ID_LIMITS`, `CRYPTO_OUT_OF_MEMORY`.
 */
export function argon2id(input: Argon2idInput): Uint8Array {
  const password = argon2idPassword(input)
  const { salt, opsLimit, memLimit, length } = input
  const algorithm = libsodium()._crypto_pwhash_argon2id_alg_argon2id13!()
  return withMemory(length + 16 + password.length, (wasm, at) => {
    const saltAt = at + length
    const passwordAt = saltAt + 16
    wasm.HEAPU8.set(salt, saltAt)
    wasm.HEAPU8.set(password, passwordAt)
    const call = wasm._crypto_pwhash_argon2id!
    const status = call(at, length, 0, passwordAt, password.length, 0, saltAt, opsLimit, 0, memLimit, algorithm)
    if (status !== 0) throw new CryptoError('CRYPTO_OUT_OF_MEMORY', 'argon2id could not get its memory')
    return wasm.HEAPU8.slice(at, at + length)
  })
}

/** The password, where everything is within the bounds. */
export function argon2idPassword(input: Argon2idInput): Uint8Array {
  const { salt, opsLimit, memLimit, length } = input
  const password = keyBytes(input.password, 'password')
  checkBytes(salt, 'salt', 16)
  checkCount(length, 'length', 16, ARGON2ID_LIMITS.maxLength)
  const { minMemory, maxMemory, maxOps } = ARGON2ID_LIMITS
  if (!Number.isInteger(opsLimit) || opsLimit < 1 || opsLimit > maxOps) {
    throw new CryptoError('CRYPTO_BAD_LIMIT', `opsLimit: expected an integer from 1 to ${maxOps}`)
  }
  if (!Number.isInteger(memLimit) || memLimit < minMemory || memLimit > maxMemory) {
    throw new CryptoError('CRYPTO_BAD_LIMIT', `memLimit: expected an integer from ${minMemory} to ${maxMemory}`)
  }
  return password
}
