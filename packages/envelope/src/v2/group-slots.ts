import { concatBytes, equalBytes, type RandomSource, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import {
  blake2b,
  CryptoError,
  mlKem768Decapsulate,
  mlKem768Encapsulate,
  type X25519KeyPair,
  xchacha20,
  xchacha20poly1305Encrypt,
} from '@sessionkit/crypto'
import { draw, requireBytes } from './argument.ts'
import { V2Error } from './error.ts'
import type { HybridKeyPair, HybridPublicKeys } from './keys.ts'
import { MAX_GROUP_DEVICES } from './limits.ts'
import { agree } from './message-keys.ts'

/** Bytes of an ML-KEM ciphertext. */
export const CT = 1088
/** Bytes of a slot: index and wrapped key. */
export const SLOT = 34

const PAYLOAD_NONCE = utf8ToBytes('SessionDevDNonce')
const KEY_NONCE = utf8ToBytes('SessionDevKNonce')
const KEY_KEY = utf8ToBytes('SessionDevKeyKey')
const INDEX = utf8ToBytes('SessionDevKeyIdx')

export interface SealedSlots {
  /** 1088 bytes a slot. */
  readonly ciphertexts: Uint8Array
  /** 34 bytes a slot, in the same order. */
  readonly wrapped: Uint8Array
  /** The encrypted plaintext, 16 bytes longer. */
  readonly payload: Uint8Array
}

/**
 * Encrypts a plaintext to devices, one slot each; `null` is a slot of random bytes. The order of the slots is the caller's.
 * `random` is asked for the ML-KEM coins (32) of each device, for the stand-in (1088) of each `null`, for the payload's key (32),
 * then for the 34 bytes of each slot that is `null` or whose device has a degenerate key. Protocol page 10, section 7.3.
 */
export function sealSlots(input: {
  readonly ephemeral: X25519KeyPair
  readonly slots: readonly (HybridPublicKeys | null)[]
  readonly plaintext: Uint8Array
  readonly random?: RandomSource | undefined
}): SealedSlots {
  const { ephemeral, slots, plaintext, random } = input
  requireBytes(plaintext, 'plaintext')
  if (slots.length > MAX_GROUP_DEVICES) {
    throw new V2Error('V2_TOO_LARGE', `group message: at most ${MAX_GROUP_DEVICES} devices, got ${slots.length}`)
  }
  const opened = slots.map((keys) => (keys === null ? undefined : encapsulate(ephemeral, keys, random)))
  const kems = opened.map((slot) => slot?.ciphertext ?? draw(random, CT))
  const A = ephemeral.publicKey
  const ciphertexts = concatBytes(...kems)
  const base = SecretBytes.take(draw(random, 32))
  const payload = xchacha20poly1305Encrypt({ key: base, nonce: payloadNonce(ciphertexts, A), message: plaintext })
  const places = opened.map((slot) => {
    if (slot === undefined) return draw(random, SLOT)
    const { keys, ciphertext, wrapKey } = slot
    const nonce = keyNonce(ciphertext, payload, A)
    const wrapped = xchacha20({ key: wrapKey, nonce, message: base.reveal() })
    wrapKey.wipe()
    return concatBytes(indexOf(A, keys, ciphertext, wrapped), wrapped)
  })
  base.wipe()
  return { ciphertexts, wrapped: concatBytes(...places), payload }
}

/** Whether a slot's index says that it may be for these keys. */
export function slotMatches(input: {
  readonly ephemeral: Uint8Array
  readonly keys: HybridKeyPair
  readonly ciphertext: Uint8Array
  readonly place: Uint8Array
}): boolean {
  const { ephemeral, keys, ciphertext, place } = input
  const publicKeys = { x25519: keys.x25519.publicKey, mlKem768: keys.mlKem768.publicKey }
  return equalBytes(indexOf(ephemeral, publicKeys, ciphertext, place.subarray(2)), place.subarray(0, 2))
}

/** The payload's key from a slot; any bytes at all under a wrong key. Undefined under a degenerate ephemeral key. */
export function openSlot(input: {
  readonly ephemeral: Uint8Array
  readonly keys: HybridKeyPair
  readonly ciphertext: Uint8Array
  readonly place: Uint8Array
  readonly payload: Uint8Array
}): SecretBytes | undefined {
  const { ephemeral, keys, ciphertext, place, payload } = input
  const shared = agree(keys.x25519.secretKey, ephemeral)
  if (shared === undefined) return undefined
  const kemShared = mlKem768Decapsulate({ ciphertext, secretKey: keys.mlKem768.secretKey })
  const publicKeys = { x25519: keys.x25519.publicKey, mlKem768: keys.mlKem768.publicKey }
  const key = wrapKeyOf(shared, kemShared, ephemeral, publicKeys)
  const base = xchacha20({ key, nonce: keyNonce(ciphertext, payload, ephemeral), message: place.subarray(2) })
  key.wipe()
  return SecretBytes.take(base)
}

export function payloadNonce(ciphertexts: Uint8Array, ephemeral: Uint8Array): Uint8Array {
  return blake2b({ message: ciphertexts, length: 24, key: ephemeral, personalization: PAYLOAD_NONCE })
}

interface OpenSlot {
  readonly keys: HybridPublicKeys
  readonly ciphertext: Uint8Array
  readonly wrapKey: SecretBytes
}

/** Undefined for a device whose keys nothing can be encrypted to: it gets a random slot, and the others their message. */
function encapsulate(
  ephemeral: X25519KeyPair,
  keys: HybridPublicKeys,
  random: RandomSource | undefined,
): OpenSlot | undefined {
  requireBytes(keys?.x25519, 'recipients.x25519', 32)
  requireBytes(keys.mlKem768, 'recipients.mlKem768', 1184)
  const shared = agree(ephemeral.secretKey, keys.x25519)
  if (shared === undefined) return undefined
  try {
    const { ciphertext, sharedSecret } = mlKem768Encapsulate({
      publicKey: keys.mlKem768,
      random: (length) => draw(random, length),
    })
    return { keys, ciphertext, wrapKey: wrapKeyOf(shared, sharedSecret, ephemeral.publicKey, keys) }
  } catch (error) {
    if (error instanceof CryptoError && error.code === 'CRYPTO_BAD_PUBLIC_KEY') return undefined
    throw error
  }
}

/** Wipes both shared secrets. */
function wrapKeyOf(
  shared: Uint8Array,
  kemShared: Uint8Array,
  ephemeral: Uint8Array,
  keys: HybridPublicKeys,
): SecretBytes {
  const message = [shared, ephemeral, keys.x25519, kemShared, keys.mlKem768]
  const key = SecretBytes.take(blake2b({ message, length: 32, personalization: KEY_KEY }))
  shared.fill(0)
  kemShared.fill(0)
  return key
}

const keyNonce = (ciphertext: Uint8Array, payload: Uint8Array, ephemeral: Uint8Array): Uint8Array =>
  blake2b({ message: [ciphertext, payload], length: 24, key: ephemeral, personalization: KEY_NONCE })

const indexOf = (
  ephemeral: Uint8Array,
  keys: HybridPublicKeys,
  ciphertext: Uint8Array,
  wrapped: Uint8Array,
): Uint8Array =>
  blake2b({
    message: [ephemeral, keys.x25519, keys.mlKem768, ciphertext, wrapped],
    length: 2,
    personalization: INDEX,
  })
