import { assertBytes } from '@sessionkit/bytes'
import type { X25519KeyPair } from '@sessionkit/crypto'
import { OnionError } from './error.ts'
import { type Agreement, encryptionFromName, type OnionEncryption, sharedSecret } from './layer.ts'

/** What a node or server needs to answer the layer that it opened. Wipe it once the answer is sealed. */
export class OnionResponseSecret {
  readonly encryption: OnionEncryption
  readonly #agreement: Agreement

  /** @internal */
  constructor(encryption: OnionEncryption, agreement: Agreement) {
    this.encryption = encryption
    this.#agreement = agreement
  }

  get isWiped(): boolean {
    return this.#agreement.shared.isWiped
  }

  wipe(): void {
    this.#agreement.shared.wipe()
  }

  toString(): string {
    return '[OnionResponseSecret]'
  }

  toJSON(): string {
    return '[OnionResponseSecret]'
  }

  /** @internal */
  static agreementOf(secret: OnionResponseSecret): Agreement {
    if (secret.isWiped) throw new OnionError('ONION_SECRET_WIPED', 'this secret has been wiped')
    return secret.#agreement
  }
}

export interface CreateOnionResponseSecretInput {
  /** The answering node's or server's own key pair. */
  readonly keyPair: X25519KeyPair
  /** The client's key of that layer. */
  readonly ephemeralKey: Uint8Array
  readonly encryption: OnionEncryption
}

/** The secret with which a recipient answers, from the keys of its layer. Throws `ONION_BAD_KEY`. */
export function createOnionResponseSecret(input: CreateOnionResponseSecretInput): OnionResponseSecret {
  assertBytes(input.ephemeralKey, 'ephemeralKey', 32)
  checkEncryption(input.encryption)
  return new OnionResponseSecret(input.encryption, {
    shared: sharedSecret(input.keyPair.secretKey, input.ephemeralKey),
    ephemeralKey: new Uint8Array(input.ephemeralKey),
    recipient: new Uint8Array(input.keyPair.publicKey),
  })
}

export function checkEncryption(encryption: unknown): asserts encryption is OnionEncryption {
  if (encryption === undefined || encryptionFromName(encryption) !== encryption) {
    throw new OnionError('ONION_UNKNOWN_ENCRYPTION', 'encryption: expected xchacha20 or aes-gcm')
  }
}
