import { afterEach, expect, it, vi } from 'vitest'
import * as index from '../src/index.ts'

// In a file of its own, since the choice holds for the whole process.

afterEach(() => {
  vi.doUnmock('node:module')
  vi.resetModules()
})

it('says plainly that sodium-native is missing, and changes nothing then', async () => {
  vi.doMock('node:module', () => ({
    createRequire: () => () => {
      throw new Error("Cannot find module 'sodium-native'")
    },
  }))
  await expect(import('../src/native.ts')).rejects.toMatchObject({
    code: 'CRYPTO_BACKEND_MISSING',
    message: expect.stringContaining('sodium-native'),
  })
  expect(index.backendName).toBe('node')
})

it('importing the entry point switches what the main one gives', async () => {
  const fresh = await import('../src/index.ts')
  const node = await import('../src/node.ts')
  expect(fresh.backendName).toBe('node')
  const before = fresh.x25519KeyPair()
  const native = await import('../src/native.ts')
  expect([fresh.backendName, native.backendName, node.backendName]).toEqual(['native', 'native', 'node'])
  expect(Object.keys(native).sort()).toEqual(Object.keys(fresh).sort())
  for (const name of Object.keys(native) as (keyof typeof native)[]) expect(fresh[name], name).toBe(native[name])
  // Keys from before work on.
  const after = fresh.x25519KeyPair()
  expect(fresh.x25519({ ...before, publicKey: after.publicKey })).toEqual(
    node.x25519({ ...after, publicKey: before.publicKey }),
  )
})
