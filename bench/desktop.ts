/** Onion layers as the official desktop client builds them: curve25519-js for X25519, WebCrypto for HMAC and AES-GCM. */
import { generateKeyPair, sharedKey } from 'curve25519-js'
import type { NativeHop } from './native.ts'

const { subtle } = globalThis.crypto
const encoder = new TextEncoder()

function combine(blob: Uint8Array, control: object): Uint8Array {
  const json = encoder.encode(JSON.stringify(control))
  const bytes = new Uint8Array(4 + blob.length + json.length)
  new DataView(bytes.buffer).setUint32(0, blob.length, true)
  bytes.set(blob, 4)
  bytes.set(json, 4 + blob.length)
  return bytes
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

async function encryptLayer(
  recipient: Uint8Array,
  plaintext: Uint8Array,
): Promise<{ blob: Uint8Array; ephemeral: Uint8Array }> {
  const pair = generateKeyPair(globalThis.crypto.getRandomValues(new Uint8Array(32)))
  const shared = sharedKey(pair.private, recipient)
  const hmac = await subtle.importKey('raw', encoder.encode('LOKI'), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const raw = await subtle.sign('HMAC', hmac, new Uint8Array(shared))
  const key = await subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt'])
  const iv = globalThis.crypto.getRandomValues(new Uint8Array(12))
  const body = new Uint8Array(await subtle.encrypt({ name: 'AES-GCM', iv }, key, new Uint8Array(plaintext)))
  const blob = new Uint8Array(12 + body.length)
  blob.set(iv)
  blob.set(body, 12)
  return { blob, ephemeral: pair.public }
}

export async function buildOnion(
  path: readonly NativeHop[],
  destination: NativeHop,
  payload: Uint8Array,
): Promise<Uint8Array> {
  let layer = await encryptLayer(destination.x25519, combine(payload, { headers: '' }))
  let next = destination
  for (const hop of [...path].reverse()) {
    const routing = { destination: next.ed25519Hex, ephemeral_key: hex(layer.ephemeral) }
    layer = await encryptLayer(hop.x25519, combine(layer.blob, routing))
    next = hop
  }
  return combine(layer.blob, { ephemeral_key: hex(layer.ephemeral) })
}
