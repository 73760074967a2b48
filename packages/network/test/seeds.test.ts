import { utf8ToBytes } from '@sessionkit/bytes'
import { describe, expect, it } from 'vitest'
import { parseNetworkDefinition } from '../src/definition.ts'
import { NetworkError, presets, type Transport, type TransportRequest } from '../src/index.ts'
import { fetchNodeList } from '../src/seeds.ts'
import { seededRandom } from './pretend-nodes.ts'

const definition = parseNetworkDefinition({
  name: 'x',
  seedNodes: [
    { url: 'https://a.example', certSha256: 'aa'.repeat(32) },
    { url: 'https://b.example/json_rpc' },
    { url: 'http://c.example:1/' },
  ],
})

/** Answers each request by this, and remembers them. */
function scripted(answer: (request: TransportRequest) => Partial<Awaited<ReturnType<Transport['post']>>>) {
  const requests: TransportRequest[] = []
  const transport: Transport = {
    async post(request) {
      requests.push(request)
      return { status: 200, contentType: 'application/json', body: utf8ToBytes('{}'), ...answer(request) }
    },
    close: async () => {},
  }
  return { transport, requests }
}

describe('seed nodes', () => {
  it('are asked in random order, each at its own URL under its own rule', async () => {
    const orders = new Set<string>()
    for (let seed = 1; seed < 20; seed++) {
      const { transport, requests } = scripted(() => ({ status: 500 }))
      const asked = fetchNodeList({ definition, transport, random: seededRandom(seed * 7919) })
      await expect(asked).rejects.toMatchObject({ code: 'NETWORK_NO_SEED', cause: { status: 500 } })
      expect(requests).toHaveLength(3)
      orders.add(requests.map(({ url }) => url).join())
      expect(Object.fromEntries(requests.map(({ url, certificate }) => [url, certificate]))).toEqual({
        'https://a.example/json_rpc': { type: 'pinned', sha256: 'aa'.repeat(32) },
        'https://b.example/json_rpc': { type: 'public' },
        'http://c.example:1/json_rpc': { type: 'any' },
      })
    }
    expect(orders.size).toBeGreaterThan(2)
  })

  it.each([
    ['another content type', { contentType: 'text/html' }],
    ['no JSON', { body: utf8ToBytes('<html>') }],
    ['no UTF-8', { body: Uint8Array.of(0xff, 0xfe) }],
    ['no nodes', { body: utf8ToBytes('{"result":{"service_node_states":[]}}') }],
    ['another status', { status: 404 }],
  ])('are passed over for %s', async (_, answer) => {
    const { transport } = scripted(() => answer)
    const asked = fetchNodeList({ definition, transport, random: seededRandom(1) })
    await expect(asked).rejects.toMatchObject({ code: 'NETWORK_NO_SEED' })
  })

  it('are not asked further when the caller gave up', async () => {
    const { transport, requests } = scripted(() => {
      throw new NetworkError('NETWORK_ABORTED', 'aborted')
    })
    const asked = fetchNodeList({ definition: presets.mainnet, transport, random: seededRandom(1) })
    await expect(asked).rejects.toMatchObject({ code: 'NETWORK_ABORTED' })
    expect(requests).toHaveLength(1)
  })
})
