import type { RandomOption } from '../backend.ts'
import type { X25519KeyPair } from '../keys.ts'
import { checkBytes, secretBytes } from '../length.ts'
import { draw } from '../random.ts'
import { openFailed } from '../sodium/aead.ts'
import { smallOrderKey } from '../sodium/curve25519.ts'
import { checkSealedBox, SEALED_BOX_OVERHEAD } from '../sodium/sealed-box.ts'
import { opens, sodium, succeeds, unshared } from './sodium.ts'

/**
 * A libsodium sealed box: ephemeral key (32) ‖ tag (16) ‖ ciphertext. Protocol page 02, section 10.1.
 *
 * `random` is asked for 32 bytes once: the ephemeral secret. Throws `CRYPTO_BAD_PUBLIC_KEY` for a key of small order.
 */
export function sealedBoxSeal(
  input: { readonly message: Uint8Array; readonly publicKey: Uint8Array } & RandomOption,
): Uint8Array {
  const { message, publicKey, random } = input
  checkBytes(message, 'message')
  checkBytes(publicKey, 'publicKey', 32)
  const out = new Uint8Array(message.length + SEALED_BOX_OVERHEAD)
  if (random === undefined) {
    if (!succeeds(() => sodium.crypto_box_seal(out, message, publicKey))) throw smallOrderKey()
    return out
  }
  // libsodium's own call draws the ephemeral secret itself, so a given one takes its steps one by one.
  const secret = draw(random, 32)
  sodium.crypto_scalarmult_base(out.subarray(0, 32), secret)
  const keys = new Uint8Array(64)
  keys.set(out.subarray(0, 32))
  keys.set(publicKey, 32)
  const nonce = new Uint8Array(24)
  sodium.crypto_generichash(nonce, keys)
  const sealed = succeeds(() => sodium.crypto_box_easy(out.subarray(32), message, nonce, publicKey, secret))
  secret.fill(0)
  if (!sealed) throw smallOrderKey()
  return out
}

/** The message of a sealed box. Throws `CRYPTO_OPEN_FAILED`, and `CRYPTO_WRONG_LENGTH` below 48 bytes. */
export function sealedBoxOpen(input: { readonly box: Uint8Array; readonly keyPair: X25519KeyPair }): Uint8Array {
  const { box, keyPair } = input
  checkSealedBox(box)
  checkBytes(keyPair?.publicKey, 'publicKey', 32)
  const publicKey = unshared(keyPair.publicKey)
  const secret = unshared(secretBytes(keyPair.secretKey, 'secretKey', 32))
  const out = new Uint8Array(box.length - SEALED_BOX_OVERHEAD)
  if (!opens(() => sodium.crypto_box_seal_open(out, unshared(box), publicKey, secret))) throw openFailed()
  return out
}
