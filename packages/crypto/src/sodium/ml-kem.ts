import { SecretBytes } from '@sessionkit/bytes'
import type { RandomOption } from '../backend.ts'
import { CryptoError } from '../error.ts'
import type { MlKem768KeyPair } from '../keys.ts'
import { checkBytes, secretBytes } from '../length.ts'
import { draw } from '../random.ts'
import { withMemory } from './wasm.ts'

const PUBLIC_KEY = 1184
const SECRET_KEY = 2400
const CIPHERTEXT = 1088

/** The ML-KEM-768 key pair of a 64-byte seed d ‖ z (FIPS 203). */
export function mlKem768KeyPair(input: { readonly seed: SecretBytes }): MlKem768KeyPair {
  const seed = secretBytes(input.seed, 'seed', 64)
  return withMemory(64 + PUBLIC_KEY + SECRET_KEY, (wasm, at) => {
    const publicAt = at + 64
    const secretAt = publicAt + PUBLIC_KEY
    wasm.HEAPU8.set(seed, at)
    wasm._crypto_kem_mlkem768_seed_keypair!(publicAt, secretAt, at)
    return {
      publicKey: wasm.HEAPU8.slice(publicAt, secretAt),
      secretKey: SecretBytes.take(wasm.HEAPU8.slice(secretAt, secretAt + SECRET_KEY)),
    }
  })
}

/**
 * A shared secret (32 bytes) and its ciphertext (1088 bytes). `random` is asked for 32 bytes once.
 *
 * Throws `CRYPTO_BAD_PUBLIC_KEY` for a key with coefficients outside the field.
 */
export function mlKem768Encapsulate(input: { readonly publicKey: Uint8Array } & RandomOption): {
  ciphertext: Uint8Array
  sharedSecret: Uint8Array
} {
  const { publicKey } = input
  checkBytes(publicKey, 'publicKey', PUBLIC_KEY)
  const coins = draw(input.random, 32)
  return withMemory(64 + PUBLIC_KEY + CIPHERTEXT, (wasm, at) => {
    const publicAt = at + 64
    const ciphertextAt = publicAt + PUBLIC_KEY
    wasm.HEAPU8.set(coins, at)
    coins.fill(0)
    wasm.HEAPU8.set(publicKey, publicAt)
    if (wasm._crypto_kem_mlkem768_enc_deterministic!(ciphertextAt, at + 32, publicAt, at) !== 0) {
      throw new CryptoError('CRYPTO_BAD_PUBLIC_KEY', 'publicKey: not a canonical ML-KEM-768 key')
    }
    return {
      ciphertext: wasm.HEAPU8.slice(ciphertextAt, ciphertextAt + CIPHERTEXT),
      sharedSecret: wasm.HEAPU8.slice(at + 32, at + 64),
    }
  })
}

/** The shared secret of a ciphertext. A changed ciphertext gives another secret, not an error (implicit rejection). */
export function mlKem768Decapsulate(input: {
  readonly ciphertext: Uint8Array
  readonly secretKey: SecretBytes
}): Uint8Array {
  const secret = secretBytes(input.secretKey, 'secretKey', SECRET_KEY)
  checkBytes(input.ciphertext, 'ciphertext', CIPHERTEXT)
  return withMemory(32 + SECRET_KEY + CIPHERTEXT, (wasm, at) => {
    wasm.HEAPU8.set(secret, at + 32)
    wasm.HEAPU8.set(input.ciphertext, at + 32 + SECRET_KEY)
    if (wasm._crypto_kem_mlkem768_dec!(at, at + 32 + SECRET_KEY, at + 32) !== 0) {
      throw new CryptoError('CRYPTO_OPEN_FAILED', 'secretKey: not a valid ML-KEM-768 key')
    }
    return wasm.HEAPU8.slice(at, at + 32)
  })
}
