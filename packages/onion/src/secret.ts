import { assertBytes, type RandomSource, type SecretBytes } from '@sessionkit/bytes'
import type { X25519KeyPair } from '@sessionkit/crypto'
import { OnionError } from './error.ts'
import { ClientLayer, layerKey, type OnionEncryption, openBlob, sealParts } from './layer.ts'

/**
 * What the client keeps until the answer is there: the secret of every layer, the destination's first, then the last
 * hop's … the guard's. Prints as nothing but its name.
 */
export class OnionSecret {
  readonly #layers: readonly ClientLayer[]

  constructor(layers: readonly ClientLayer[]) {
    this.#layers = layers
  }

  /** The secret of one layer alone, from its parts: for known answers and for auditing. */
  static fromLayer(input: {
    readonly encryption: OnionEncryption
    /** The client's ephemeral key pair of that layer. */
    readonly ephemeral: X25519KeyPair
    /** The recipient's X25519 public key. */
    readonly recipient: Uint8Array
  }): OnionSecret {
    assertBytes(input.recipient, 'recipient', 32)
    return new OnionSecret([new ClientLayer(input.encryption, new Uint8Array(input.recipient), input.ephemeral)])
  }

  /** Number of hops besides the destination. */
  get hops(): number {
    return this.#layers.length - 1
  }

  /** Opens a blob with the layer of `index` (0 = destination, then hops from the last). Undefined when it is not theirs. */
  open(index: number, blob: Uint8Array): { message: Uint8Array; encryption: OnionEncryption } | undefined {
    const layer = this.#layers[index]
    if (layer === undefined) throw new OnionError('ONION_BAD_INPUT', `no layer ${index}`)
    const message = layer.open(blob)
    if (message !== undefined) return { message, encryption: layer.encryption }
    if (layer.encryption !== 'xchacha20') return undefined
    const fallback = layer.openAs('aes-gcm', blob)
    return fallback && { message: fallback, encryption: 'aes-gcm' }
  }

  wipe(): void {
    for (const layer of this.#layers) layer.wipe()
  }
}

/** The node's or server's side of one layer: seals the answer to whoever sent it. */
export class OnionResponseSecret {
  readonly encryption: OnionEncryption
  readonly #key: SecretBytes

  constructor(encryption: OnionEncryption, key: SecretBytes) {
    this.encryption = encryption
    this.#key = key
  }

  /** From the parts: the node's own key pair and the `ephemeral_key` that came with the layer. */
  static fromLayer(input: {
    readonly encryption: OnionEncryption
    readonly keyPair: X25519KeyPair
    readonly ephemeralKey: Uint8Array
  }): OnionResponseSecret {
    assertBytes(input.ephemeralKey, 'ephemeralKey', 32)
    const { encryption, keyPair, ephemeralKey } = input
    return new OnionResponseSecret(
      encryption,
      layerKey({ encryption, own: keyPair, other: ephemeralKey, ownIsClient: false }),
    )
  }

  open(blob: Uint8Array): Uint8Array | undefined {
    return openBlob(this.encryption, this.#key, blob)
  }

  seal(message: Uint8Array, random?: RandomSource): Uint8Array {
    const { nonce, ciphertext } = sealParts(this.encryption, this.#key, message, random)
    const blob = new Uint8Array(nonce.length + ciphertext.length)
    blob.set(nonce)
    blob.set(ciphertext, nonce.length)
    return blob
  }

  wipe(): void {
    this.#key.wipe()
  }
}
