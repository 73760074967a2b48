import { SecretBytes } from '@sessionkit/bytes'
import { x25519KeyPairFromSecret } from '@sessionkit/crypto'
import { expect, it, vi } from 'vitest'
import { buildOnionRequest, peelOnionBlob } from '../src/index.ts'
import { codeOf } from './code-of.ts'

// What crypto does before libsodium has started.
vi.mock('@sessionkit/crypto', async (original) => {
  const crypto = await original<typeof import('@sessionkit/crypto')>()
  const blake2b = () => {
    throw new crypto.CryptoError('CRYPTO_NOT_READY', 'not started')
  }
  return { ...crypto, blake2b }
})

it('building and peeling before libsodium has started say so, and blame no key', () => {
  const keyPair = x25519KeyPairFromSecret(SecretBytes.take(new Uint8Array(32).fill(1)))
  const destination = { type: 'node' as const, ed25519: new Uint8Array(32), x25519: keyPair.publicKey }
  expect(codeOf(() => buildOnionRequest({ path: [], destination, payload: new Uint8Array(1) }))).toBe(
    'CRYPTO_NOT_READY',
  )
  const layer = { blob: new Uint8Array(60), ephemeralKey: keyPair.publicKey, encryption: 'xchacha20' as const, keyPair }
  expect(codeOf(() => peelOnionBlob(layer))).toBe('CRYPTO_NOT_READY')
})
