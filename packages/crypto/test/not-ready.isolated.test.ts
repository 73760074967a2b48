import { SecretBytes } from '@sessionkit/bytes'
import { expect, it, vi } from 'vitest'

// In a file of its own, since libsodium starts once in a process; its start is held back here.
const { held, release } = vi.hoisted(() => {
  let release: () => void = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  return { held, release }
})
vi.mock('libsodium-wrappers-sumo', async (original) => {
  const { default: sodium } = await original<{ default: { ready: Promise<void>; libsodium: unknown } }>()
  const ready = sodium.ready.then(() => held)
  return {
    default: {
      ready,
      get libsodium() {
        return sodium.libsodium
      },
    },
  }
})

it('functions that need libsodium throw CRYPTO_NOT_READY until `ready` settles', async () => {
  const portable = await import('../src/portable.ts')
  const node = await import('../src/node.ts')
  const seed = SecretBytes.take(new Uint8Array(32).fill(7))
  const message = new Uint8Array(3)
  const calls = [
    () => portable.x25519KeyPair(),
    () => portable.ed25519KeyPairFromSeed(seed),
    () => portable.sha512(message),
    () => node.blake2b({ message, length: 32 }),
    () => node.xchacha20poly1305Encrypt({ key: seed, nonce: new Uint8Array(24), message }),
    () => node.argon2id({ password: seed, salt: new Uint8Array(16), opsLimit: 1, memLimit: 8192, length: 32 }),
  ]
  for (const call of calls) {
    expect(call, String(call)).toThrow(expect.objectContaining({ name: 'CryptoError', code: 'CRYPTO_NOT_READY' }))
  }
  expect(portable.randomBytes(32).length).toBe(32)
  expect(node.ready).toBe(portable.ready)
  release()
  await portable.ready
  for (const call of calls) expect(call, String(call)).not.toThrow()
})
