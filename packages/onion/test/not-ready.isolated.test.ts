import { SecretBytes } from '@sessionkit/bytes'
import { ready, x25519KeyPairFromSecret } from '@sessionkit/crypto'
import { expect, it } from 'vitest'
import { buildOnionRequest } from '../src/index.ts'
import { codeOf } from './code-of.ts'

it('building before libsodium has started says so, and does not blame a key', async () => {
  const { publicKey } = x25519KeyPairFromSecret(SecretBytes.take(new Uint8Array(32).fill(1)))
  const destination = { type: 'node' as const, ed25519: new Uint8Array(32), x25519: publicKey }
  const build = () => buildOnionRequest({ path: [], destination, payload: new Uint8Array(1) })
  expect(codeOf(build)).toBe('CRYPTO_NOT_READY')
  await ready
  expect(codeOf(build)).toBe('no error')
})
