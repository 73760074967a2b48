import { isSessionKitError } from '@sessionkit/bytes'
import { ready } from '@sessionkit/crypto'
import { accountFromSeed } from '@sessionkit/session-id'
import { messageHash } from '@sessionkit/swarm'
import { expect, it } from 'vitest'
import { createClock, createPool, createSwarms } from '../src/index.ts'
import type { InnerRouter } from '../src/onion-router.ts'
import { createStorage } from '../src/storage.ts'
import { pretendNodes, seededRandom } from './pretend-nodes.ts'

const local = 1_700_000_000_000

it('10,000 false answers of authentic nodes bring results or coded errors, and never move the clock far', async () => {
  await ready
  const random = seededRandom(99)
  const pool = createPool({ random })
  pool.replace(pretendNodes(12))
  const swarms = createSwarms({ pool, random })
  const clock = createClock({ now: () => local })
  const bob = accountFromSeed(new Uint8Array(16).fill(2))
  const data = Uint8Array.of(1, 2, 3)
  const hash = messageHash({ owner: bob.sessionId, data })
  const message = { hash, timestamp: local, expiration: local + 1, data: 'AQID' }
  const valid = [
    { messages: [message], more: false, t: local, hf: [19, 4] },
    { messages: [message, { ...message, hash: 'A'.repeat(43) }], more: true, t: local + 9 ** 20 },
    { swarm: { [pretendNodes(1)[0]?.id ?? '']: { hash, expiry: local, signature: 'A'.repeat(86) } }, hash, t: 'x' },
    { swarm: null, t: -1 },
    {
      results: [
        { code: 200, body: { messages: [] } },
        { code: 421, body: { snodes: [], swarm: '0' } },
      ],
    },
    {
      snodes: [{ ip: '1.2.3.4', port: '1', pubkey_ed25519: 'ab'.repeat(32), pubkey_x25519: 'cd'.repeat(32) }],
      swarm: 'ff',
    },
    { version: [2, 8, 0], timestamp: local, t: local },
  ].map((body) => JSON.stringify(body))
  const statuses = [200, 200, 200, 200, 400, 401, 404, 406, 421, 425, 429, 500, 502, 503, 599, 100]
  const pieces = ['null', '[]', '{}', '"', ',', '-1', '1e999', 'true', '__proto__', '\\u0000', '9'.repeat(40)]

  let answers = 0
  let attempt = 0
  const router: InnerRouter = {
    startCall: async () => {
      attempt = 0
      return {
        id: 1,
        signal: new AbortController().signal,
        deadline: local + 1,
        attempt: 0,
        failedPaths: [],
        failedHops: new Set(),
        unreachable: [],
      }
    },
    async inCall() {
      answers += 1
      const [a = 0, b = 0, c = 0, d = 0, e = 0] = random(5)
      const text = valid[a % valid.length] as string
      const at = ((b << 8) | c) % text.length
      const piece = pieces[d % pieces.length] as string
      const body = [text, text.slice(0, at), text.slice(0, at) + piece + text.slice(at + (d % 9)), piece][
        e % 4
      ] as string
      return { status: statuses[e % statuses.length] as number, body, ms: d }
    },
    async pause(_, last) {
      attempt += 1
      if (attempt > 3) throw last
    },
    toNode: async () => expect.unreachable(),
  }
  const storage = createStorage({ router, swarms, pool, clock })
  const calls = [
    () => storage.store({ to: bob.sessionId, data }),
    () => storage.retrieve({ signer: bob, namespaces: [0] }),
    () => storage.retrieve({ signer: bob, namespaces: [0, 2] }),
    () => storage.batch({ to: bob.sessionId, requests: [{ method: 'info', params: {} }] }),
  ]
  for (let i = 0; answers < 10_000; i++) {
    try {
      await calls[i % calls.length]?.()
    } catch (error) {
      if (!isSessionKitError(error)) throw error
      expect(error.code).toMatch(/^NETWORK_/)
    }
    if (i % 100 === 0) pool.replace(pretendNodes(12))
  }
  expect(Math.abs(clock.offset)).toBeLessThan(1_000)
}, 20_000)
