/**
 * The same compositions on `sodium-native`: libsodium's C behind an addon. This is the limit that the ratios refer to.
 * AES-GCM and HMAC, which libsodium lacks or does slower, come from node:crypto here too.
 */
import { createCipheriv, createHmac, randomBytes } from 'node:crypto'
import sodium from 'sodium-native'

export interface NativeHop {
  readonly ed25519Hex: string
  readonly x25519: Buffer
}

const text = (value: string): Buffer => Buffer.from(value)

function le32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function encryptLayer(
  encryption: 'xchacha20' | 'aes-gcm',
  recipient: Buffer,
  plaintext: Buffer,
): { blob: Buffer; ephemeral: Buffer } {
  const secret = Buffer.alloc(32)
  sodium.randombytes_buf(secret)
  const ephemeral = Buffer.alloc(32)
  sodium.crypto_scalarmult_base(ephemeral, secret)
  const shared = Buffer.alloc(32)
  sodium.crypto_scalarmult(shared, secret, recipient)
  if (encryption === 'aes-gcm') {
    const key = createHmac('sha256', 'LOKI').update(shared).digest()
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key, iv)
    const body = cipher.update(plaintext)
    cipher.final()
    return { blob: Buffer.concat([iv, body, cipher.getAuthTag()]), ephemeral }
  }
  const key = Buffer.alloc(32)
  sodium.crypto_generichash(key, Buffer.concat([shared, ephemeral, recipient]))
  const blob = Buffer.alloc(24 + plaintext.length + 16)
  const nonce = blob.subarray(0, 24)
  sodium.randombytes_buf(nonce)
  sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(blob.subarray(24), plaintext, null, null, nonce, key)
  return { blob, ephemeral }
}

export function buildOnion(
  encryption: 'xchacha20' | 'aes-gcm',
  path: readonly NativeHop[],
  destination: NativeHop,
  payload: Buffer,
): Buffer {
  let layer = encryptLayer(
    encryption,
    destination.x25519,
    Buffer.concat([le32(payload.length), payload, text('{"headers":""}')]),
  )
  let next = destination
  for (const hop of [...path].reverse()) {
    const routing = JSON.stringify({
      destination: next.ed25519Hex,
      enc_type: encryption,
      ephemeral_key: layer.ephemeral.toString('hex'),
    })
    layer = encryptLayer(encryption, hop.x25519, Buffer.concat([le32(layer.blob.length), layer.blob, text(routing)]))
    next = hop
  }
  const control = JSON.stringify({ enc_type: encryption, ephemeral_key: layer.ephemeral.toString('hex') })
  return Buffer.concat([le32(layer.blob.length), layer.blob, text(control)])
}

/** Peels an xchacha20 layer: parse, DH, key, open, parse. */
export function peelOnion(
  body: Buffer,
  secret: Buffer,
  publicKey: Buffer,
): { blob: Buffer; control: { destination?: string } } {
  const length = body.readUInt32LE(0)
  const blob = body.subarray(4, 4 + length)
  const control = JSON.parse(body.toString('utf8', 4 + length)) as { ephemeral_key: string }
  const ephemeral = Buffer.from(control.ephemeral_key, 'hex')
  const shared = Buffer.alloc(32)
  sodium.crypto_scalarmult(shared, secret, ephemeral)
  const key = Buffer.alloc(32)
  sodium.crypto_generichash(key, Buffer.concat([shared, ephemeral, publicKey]))
  const plaintext = Buffer.alloc(blob.length - 40)
  sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(plaintext, null, blob.subarray(24), null, blob.subarray(0, 24), key)
  const inner = plaintext.readUInt32LE(0)
  return { blob: plaintext.subarray(4, 4 + inner), control: JSON.parse(plaintext.toString('utf8', 4 + inner)) }
}

export interface NativeAccount {
  readonly edPublic: Buffer
  readonly edSecret: Buffer
  readonly xPublic: Buffer
  readonly xSecret: Buffer
}

export function deriveAccount(seed: Uint8Array): NativeAccount & { readonly id: string } {
  const padded = Buffer.alloc(32)
  padded.set(seed)
  const edPublic = Buffer.alloc(32)
  const edSecret = Buffer.alloc(64)
  sodium.crypto_sign_seed_keypair(edPublic, edSecret, padded)
  const xSecret = Buffer.alloc(32)
  sodium.crypto_sign_ed25519_sk_to_curve25519(xSecret, edSecret)
  const xPublic = Buffer.alloc(32)
  sodium.crypto_sign_ed25519_pk_to_curve25519(xPublic, edPublic)
  return { edPublic, edSecret, xPublic, xSecret, id: `05${xPublic.toString('hex')}` }
}

/** Session Protocol v1 over already encoded content: pad, sign, seal. */
export function sealV1(content: Buffer, sender: NativeAccount, recipient: Buffer): Buffer {
  const padded = Buffer.alloc(160 * (Math.floor((content.length + 1) / 160) + 1))
  padded.set(content)
  padded[content.length] = 0x80
  const signature = Buffer.alloc(64)
  sodium.crypto_sign_detached(signature, Buffer.concat([padded, sender.edPublic, recipient]), sender.edSecret)
  const inner = Buffer.concat([padded, sender.edPublic, signature])
  const box = Buffer.alloc(inner.length + 48)
  sodium.crypto_box_seal(box, inner, recipient)
  return box
}

/** Open, verify, convert the sender's key, unpad. */
export function openV1(box: Buffer, recipient: NativeAccount): { content: Buffer; sender: string } {
  const inner = Buffer.alloc(box.length - 48)
  if (!sodium.crypto_box_seal_open(inner, box, recipient.xPublic, recipient.xSecret)) throw new Error('does not open')
  const padded = inner.subarray(0, inner.length - 96)
  const sender = inner.subarray(inner.length - 96, inner.length - 64)
  const signature = inner.subarray(inner.length - 64)
  if (!sodium.crypto_sign_verify_detached(signature, Buffer.concat([padded, sender, recipient.xPublic]), sender)) {
    throw new Error('bad signature')
  }
  const x25519 = Buffer.alloc(32)
  sodium.crypto_sign_ed25519_pk_to_curve25519(x25519, sender)
  let end = padded.length - 1
  while (end >= 0 && padded[end] === 0) end--
  return { content: padded.subarray(0, end), sender: `05${x25519.toString('hex')}` }
}

export function pairAndShare(recipient: Buffer): Buffer {
  const secret = Buffer.alloc(32)
  sodium.randombytes_buf(secret)
  const publicKey = Buffer.alloc(32)
  sodium.crypto_scalarmult_base(publicKey, secret)
  const shared = Buffer.alloc(32)
  sodium.crypto_scalarmult(shared, secret, recipient)
  return shared
}

export function sign(message: Buffer, account: NativeAccount): Buffer {
  const signature = Buffer.alloc(64)
  sodium.crypto_sign_detached(signature, message, account.edSecret)
  return signature
}

export function verify(message: Buffer, signature: Buffer, account: NativeAccount): boolean {
  return sodium.crypto_sign_verify_detached(signature, message, account.edPublic)
}

export function seal(message: Buffer, recipient: Buffer): Buffer {
  const box = Buffer.alloc(message.length + 48)
  sodium.crypto_box_seal(box, message, recipient)
  return box
}

export function open(box: Buffer, recipient: NativeAccount): Buffer {
  const message = Buffer.alloc(box.length - 48)
  if (!sodium.crypto_box_seal_open(message, box, recipient.xPublic, recipient.xSecret)) throw new Error('does not open')
  return message
}
