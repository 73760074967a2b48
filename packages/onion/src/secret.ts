import { assertBytes } from '@sessionkit/bytes'
import type { X25519KeyPair } from '@sessionkit/crypto'
import { OnionError } from './error.ts'
import { type Agreement, type OnionEncryption, sharedSecret } from './layer.ts'
import { checkEncryption } from './response-secret.ts'

/** How the destination writes its answer: base64 text (nodes, v3 servers) or the bare blob (v4 servers). */
export type OnionAnswerEncoding = 'base64' | 'raw'

interface Layers {
  readonly destination: Agreement
  /** Guard first. */
  readonly hops: readonly Agreement[]
}

/**
 * What a client keeps until the answer has come: the shared secret of every layer, as relays answer some errors
 * themselves. Never prints; wipe it when the answer is read or given up.
 */
export class OnionSecret {
  readonly encryption: OnionEncryption
  readonly answerEncoding: OnionAnswerEncoding
  readonly #layers: Layers

  /** @internal */
  constructor(encryption: OnionEncryption, answerEncoding: OnionAnswerEncoding, layers: Layers) {
    this.encryption = encryption
    this.answerEncoding = answerEncoding
    this.#layers = layers
  }

  /** The client's X25519 public key of the destination's layer: 32 bytes, a copy. */
  get ephemeralKey(): Uint8Array {
    return new Uint8Array(this.#layers.destination.ephemeralKey)
  }

  get isWiped(): boolean {
    return this.#layers.destination.shared.isWiped
  }

  wipe(): void {
    this.#layers.destination.shared.wipe()
    for (const hop of this.#layers.hops) hop.shared.wipe()
  }

  toString(): string {
    return '[OnionSecret]'
  }

  toJSON(): string {
    return '[OnionSecret]'
  }

  /** @internal */
  static layersOf(secret: OnionSecret): Layers {
    if (secret.isWiped) throw new OnionError('ONION_SECRET_WIPED', 'this secret has been wiped')
    return secret.#layers
  }
}

export interface CreateOnionSecretInput {
  /** The client's key pair of the destination's layer. Copied from; the caller still wipes it. */
  readonly keyPair: X25519KeyPair
  /** The destination's X25519 key. */
  readonly destination: Uint8Array
  readonly encryption: OnionEncryption
  /** Default `raw`. */
  readonly answerEncoding?: OnionAnswerEncoding
}

/**
 * A secret made from stored keys instead of by `buildOnionRequest`; it opens answers of the destination only.
 * Throws `ONION_BAD_KEY`.
 */
export function createOnionSecret(input: CreateOnionSecretInput): OnionSecret {
  assertBytes(input.destination, 'destination', 32)
  checkEncryption(input.encryption)
  const destination = {
    shared: sharedSecret(input.keyPair.secretKey, input.destination),
    ephemeralKey: new Uint8Array(input.keyPair.publicKey),
    recipient: new Uint8Array(input.destination),
  }
  return new OnionSecret(input.encryption, input.answerEncoding ?? 'raw', { destination, hops: [] })
}
