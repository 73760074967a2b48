import { SecretBytes } from '@sessionkit/bytes'
import type { Argon2idInput, Blake2bInput } from '../backend.ts'
import { CryptoError } from '../error.ts'
import { argon2idPassword, blake2b as wasmBlake2b } from '../sodium/hash.ts'
import { sodium, succeeds, unshared } from './sodium.ts'

/**
 * BLAKE2b with optional key, salt and personalization. The digest length is a parameter of the hash: a cut longer digest
 * is another hash. Throws `CRYPTO_WRONG_LENGTH`.
 */
export function blake2b(input: Blake2bInput): Uint8Array {
  const { message, length } = input
  const given = input.key instanceof SecretBytes ? input.key.reveal() : input.key
  const key = given instanceof Uint8Array ? unshared(given) : given
  // `sodium-native` has neither salt nor personalization, and neither digests nor keys below 16 bytes.
  if (
    input.salt !== undefined ||
    input.personalization !== undefined ||
    !isNativeLength(length) ||
    (key !== undefined && !(key instanceof Uint8Array && isNativeLength(key.length)))
  ) {
    return wasmBlake2b(input)
  }
  const out = new Uint8Array(length)
  if (message instanceof Uint8Array) {
    sodium.crypto_generichash(out, unshared(message), key)
    return out
  }
  if (!Array.isArray(message)) return wasmBlake2b(input)
  let size = 0
  for (const part of message) {
    if (!(part instanceof Uint8Array)) return wasmBlake2b(input)
    size += part.length
  }
  const joined = new Uint8Array(size)
  let end = 0
  for (const part of message) {
    joined.set(part, end)
    end += part.length
  }
  sodium.crypto_generichash(out, joined, key)
  joined.fill(0)
  return out
}

const isNativeLength = (length: number): boolean => Number.isInteger(length) && length >= 16 && length <= 64

/**
 * Argon2id version 1.3 with one lane, as libsodium's `crypto_pwhash`. Blocks for as long as it takes.
 *
 * Throws `CRYPTO_BAD_LIMIT` outside `ARGON2ID_LIMITS`, `CRYPTO_OUT_OF_MEMORY`.
 */
export function argon2id(input: Argon2idInput): Uint8Array {
  const password = argon2idPassword(input)
  const { salt, opsLimit, memLimit, length } = input
  const out = new Uint8Array(length)
  const algorithm = sodium.crypto_pwhash_ALG_ARGON2ID13
  if (!succeeds(() => sodium.crypto_pwhash(out, password, salt, opsLimit, memLimit, algorithm))) {
    throw new CryptoError('CRYPTO_OUT_OF_MEMORY', 'argon2id could not get its memory')
  }
  return out
}
