import { Buffer } from 'node:buffer'
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import type { SecretBytes } from '@sessionkit/bytes'
import { createKeyCache } from '../key-cache.ts'
import { secretBytes } from '../length.ts'

type Curve = 'X25519' | 'Ed25519'

/** An imported private key with the public key that OpenSSL derived on import. */
export interface PrivateKeyObject {
  readonly key: KeyObject
  readonly publicKey: Uint8Array
}

// JWK is some ten times faster than DER with the OpenSSL of Node 20 and 22, and importing costs as much as using a
// key: the key objects are kept with the secret they came from.
const privateKeys: Record<Curve, WeakMap<SecretBytes, PrivateKeyObject>> = {
  X25519: new WeakMap(),
  Ed25519: new WeakMap(),
}
const publicKeys = { X25519: createKeyCache<KeyObject>(256), Ed25519: createKeyCache<KeyObject>(256) }

/** The key object of a secret of 32 bytes, imported once. A wiped secret has none. */
export function privateKeyObject(curve: Curve, secret: SecretBytes, name: string): PrivateKeyObject {
  const bytes = secretBytes(secret, name, 32)
  const known = privateKeys[curve].get(secret)
  if (known !== undefined) return known
  const imported = importPrivateKey(curve, bytes)
  privateKeys[curve].set(secret, imported)
  return imported
}

/** A private key that is used once; OpenSSL derives the public key on import, so it comes for free. */
export function importPrivateKey(curve: Curve, secret: Uint8Array): PrivateKeyObject {
  // Node ignores `x` of a private key, but wants it to be there.
  const jwk = { kty: 'OKP', crv: curve, d: base64Url(secret), x: '' }
  const key = createPrivateKey({ format: 'jwk', key: jwk })
  return { key, publicKey: new Uint8Array(Buffer.from(key.export({ format: 'jwk' }).x!, 'base64url')) }
}

/** The key object of a public key of 32 bytes; the last 256 are kept. */
export function publicKeyObject(curve: Curve, publicKey: Uint8Array): KeyObject {
  const known = publicKeys[curve].get(publicKey)
  if (known !== undefined) return known
  const key = importPublicKey(curve, publicKey)
  publicKeys[curve].set(publicKey, key)
  return key
}

export function importPublicKey(curve: Curve, publicKey: Uint8Array): KeyObject {
  return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: curve, x: base64Url(publicKey) } })
}

const base64Url = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url')
