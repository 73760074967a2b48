import { bytesToUtf8, concatBytes, hexToBytes, utf8ToBytes } from '@sessionkit/bytes'
import {
  aes256GcmDecrypt,
  aes256GcmEncrypt,
  blake2b,
  hmacSha256,
  randomBytes,
  type X25519KeyPair,
  x25519,
  xchacha20poly1305Decrypt,
  xchacha20poly1305Encrypt,
} from '@sessionkit/crypto'

export type OnionEncryption = 'aes-gcm' | 'xchacha20'
export interface OnionResponseSecret {
  readonly key: Uint8Array
  readonly encryption: OnionEncryption
}
export type OnionLayer =
  | {
      readonly type: 'final'
      readonly payload: Uint8Array
      readonly json: boolean
      readonly base64: boolean
      readonly secret: OnionResponseSecret
    }
  | {
      readonly type: 'relay'
      readonly destination: Uint8Array
      readonly blob: Uint8Array
      readonly ephemeralKey: Uint8Array
      readonly encryption: OnionEncryption
      readonly secret: OnionResponseSecret
    }
  | {
      readonly type: 'server'
      readonly host: string
      readonly target: string
      readonly protocol: string
      readonly port: number
      readonly plaintext: Uint8Array
      readonly secret: OnionResponseSecret
    }
  | { readonly type: 'invalid'; readonly secret: OnionResponseSecret }

export function splitPayload(bytes: Uint8Array): { blob: Uint8Array; json: Record<string, unknown> } | null {
  if (bytes.length < 4) return null
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true)
  if (length > bytes.length - 4) return null
  try {
    const json: unknown = JSON.parse(bytesToUtf8(bytes.subarray(4 + length)))
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return null
    return { blob: bytes.slice(4, 4 + length), json: json as Record<string, unknown> }
  } catch {
    return null
  }
}

export function readEncryption(value: unknown): OnionEncryption | null {
  if (value === undefined || value === 'aes-gcm' || value === 'gcm') return 'aes-gcm'
  return value === 'xchacha20' || value === 'xchacha20-poly1305' ? 'xchacha20' : null
}

export function readKey(value: unknown): Uint8Array | null {
  return typeof value === 'string' && /^[0-9a-fA-F]{64}$/.test(value) ? hexToBytes(value.toLowerCase()) : null
}

/** Null when it cannot be decrypted. */
export function openLayer(input: {
  blob: Uint8Array
  ephemeralKey: Uint8Array
  encryption: OnionEncryption
  keyPair: X25519KeyPair
}): OnionLayer | null {
  const { blob, ephemeralKey, encryption, keyPair } = input
  let plaintext: Uint8Array
  let secret: OnionResponseSecret
  try {
    const shared = x25519({ secretKey: keyPair.secretKey, publicKey: ephemeralKey })
    const key =
      encryption === 'aes-gcm'
        ? hmacSha256({ key: utf8ToBytes('LOKI'), message: shared })
        : blake2b({ message: [shared, ephemeralKey, keyPair.publicKey], length: 32 })
    secret = { key, encryption }
    plaintext =
      encryption === 'aes-gcm'
        ? aes256GcmDecrypt({ key, iv: blob.subarray(0, 12), ciphertext: blob.subarray(12) })
        : xchacha20poly1305Decrypt({ key, nonce: blob.subarray(0, 24), ciphertext: blob.subarray(24) })
  } catch {
    return null
  }
  const parts = splitPayload(plaintext)
  if (parts === null) return { type: 'invalid', secret }
  const { json } = parts
  if ('headers' in json) {
    const { json: asJson = false, base64 = true } = json
    if (typeof asJson !== 'boolean' || typeof base64 !== 'boolean') return { type: 'invalid', secret }
    return { type: 'final', payload: parts.blob, json: asJson, base64, secret }
  }
  if (typeof json.host === 'string') {
    const { host, target, port = 443, protocol = 'https' } = json
    const fits = Number.isInteger(port) && (port as number) > 0 && (port as number) < 65_536
    if (typeof target !== 'string' || typeof protocol !== 'string' || !fits) return { type: 'invalid', secret }
    return { type: 'server', host, target, protocol, port: port as number, plaintext, secret }
  }
  const destination = readKey(json.destination)
  const nextKey = readKey(json.ephemeral_key)
  const next = readEncryption(json.enc_type)
  if (destination === null || nextKey === null || next === null) return { type: 'invalid', secret }
  return { type: 'relay', destination, blob: parts.blob, ephemeralKey: nextKey, encryption: next, secret }
}

export function sealOnionResponse(input: { secret: OnionResponseSecret; message: Uint8Array }): Uint8Array {
  const { key, encryption } = input.secret
  const { message } = input
  if (encryption === 'aes-gcm') {
    const iv = randomBytes(12)
    return concatBytes(iv, aes256GcmEncrypt({ key, iv, message }))
  }
  const nonce = randomBytes(24)
  return concatBytes(nonce, xchacha20poly1305Encrypt({ key, nonce, message }))
}
