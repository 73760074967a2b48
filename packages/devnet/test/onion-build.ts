import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@sessionkit/bytes'
import {
  aes256GcmDecrypt,
  aes256GcmEncrypt,
  blake2b,
  hmacSha256,
  randomBytes,
  type X25519KeyPair,
  x25519,
  x25519KeyPair,
  xchacha20poly1305Decrypt,
  xchacha20poly1305Encrypt,
} from '@sessionkit/crypto'

// A builder of its own, so that the nodes are checked by other code than what they peel with, and so that every field
// of a layer can be made wrong.

export type Encryption = 'aes-gcm' | 'xchacha20'
export interface Hop {
  readonly ed25519: string
  readonly x25519: string
}
export interface Sealed {
  readonly blob: Uint8Array
  readonly pair: X25519KeyPair
  readonly key: Uint8Array
}

export function combine(blob: Uint8Array, json: unknown): Uint8Array {
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, blob.length, true)
  const text = typeof json === 'string' ? json : JSON.stringify(json)
  return concatBytes(length, blob, new Uint8Array(Buffer.from(text)))
}

export function seal(plaintext: Uint8Array, recipient: string, encryption: Encryption): Sealed {
  const pair = x25519KeyPair()
  const publicKey = hexToBytes(recipient)
  const shared = x25519({ secretKey: pair.secretKey, publicKey })
  const key =
    encryption === 'aes-gcm'
      ? hmacSha256({ key: utf8ToBytes('LOKI'), message: shared })
      : blake2b({ message: [shared, pair.publicKey, publicKey], length: 32 })
  const nonce = randomBytes(encryption === 'aes-gcm' ? 12 : 24)
  const ciphertext =
    encryption === 'aes-gcm'
      ? aes256GcmEncrypt({ key, iv: nonce, message: plaintext })
      : xchacha20poly1305Encrypt({ key, nonce, message: plaintext })
  return { blob: concatBytes(nonce, ciphertext), pair, key }
}

export function outer(layer: Sealed, encryption: Encryption, more: Record<string, unknown> = {}): Uint8Array {
  return combine(layer.blob, { ephemeral_key: bytesToHex(layer.pair.publicKey), enc_type: encryption, ...more })
}

export interface BuiltOnion {
  readonly body: Uint8Array
  open(answer: Uint8Array): { status: number; body: unknown }
  openText(answer: string): { status: number; body: unknown }
}

/** A request through `path` to its last node. `control` is the JSON of the last layer. */
export function buildOnion(input: {
  readonly path: readonly Hop[]
  readonly payload: string | Uint8Array
  readonly control?: unknown
  readonly encryption?: Encryption
  readonly outerFields?: Record<string, unknown>
}): BuiltOnion {
  const { path, control = { headers: '' }, encryption = 'xchacha20' } = input
  const payload = typeof input.payload === 'string' ? utf8ToBytes(input.payload) : input.payload
  const destination = path[path.length - 1]!
  const last = seal(combine(payload, control), destination.x25519, encryption)
  let layer = last
  for (let i = path.length - 2; i >= 0; i--) {
    const route = {
      destination: path[i + 1]!.ed25519,
      ephemeral_key: bytesToHex(layer.pair.publicKey),
      enc_type: encryption,
    }
    layer = seal(combine(layer.blob, route), path[i]!.x25519, encryption)
  }
  const open = (answer: Uint8Array) => {
    const size = encryption === 'aes-gcm' ? 12 : 24
    const nonce = answer.slice(0, size)
    const ciphertext = answer.slice(size)
    const plain =
      encryption === 'aes-gcm'
        ? aes256GcmDecrypt({ key: last.key, iv: nonce, ciphertext })
        : xchacha20poly1305Decrypt({ key: last.key, nonce, ciphertext })
    return JSON.parse(Buffer.from(plain).toString('utf8'))
  }
  return {
    body: outer(layer, encryption, input.outerFields),
    open,
    openText: (answer) => open(new Uint8Array(Buffer.from(answer, 'base64'))),
  }
}
