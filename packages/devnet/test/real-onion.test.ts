import { hexToBytes, utf8ToBytes } from '@sessionkit/bytes'
import { buildOnionRequest, decodeNodeResponse, openOnionResponse, parseNodeAnswer } from '@sessionkit/onion'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Devnet, type DevnetNode, startDevnet } from '../src/index.ts'
import { testAccount } from './account.ts'
import { createHttpsClient } from './https-client.ts'

const NOW = 1_800_000_000_000
const dora = testAccount(5)
const http = createHttpsClient()
let net: Devnet

beforeAll(async () => {
  net = await startDevnet({ seed: 5, clock: () => NOW })
})
afterAll(async () => {
  await http.close()
  await net.close()
})

const hopOf = (node: DevnetNode) => ({ ed25519: hexToBytes(node.ed25519), x25519: hexToBytes(node.x25519) })

async function send(path: readonly DevnetNode[], destination: DevnetNode, request: unknown) {
  const { body, secret } = buildOnionRequest({
    path: path.map(hopOf),
    destination: { type: 'node', ...hopOf(destination) },
    payload: utf8ToBytes(JSON.stringify(request)),
  })
  const answer = await http.post(`${path[0]!.url}/onion_req/v2`, body)
  expect(answer.status).toBe(200)
  const { message, madeBy } = openOnionResponse({ response: decodeNodeResponse(answer.bytes), secret })
  return { ...parseNodeAnswer(message), madeBy }
}

test('a message stored and read through three hops built by the onion package', async () => {
  const [first, second] = net.swarmOf(dora.id) as [DevnetNode, DevnetNode]
  const others = net.nodes.filter((node) => node !== first && node !== second)
  const stored = await send(others.slice(0, 3), first, { method: 'store', params: dora.store('through onions', NOW) })
  expect(stored).toMatchObject({ status: 200, madeBy: 'destination' })
  const read = await send(others.slice(3, 6), second, { method: 'retrieve', params: dora.retrieve(NOW) })
  const { messages } = JSON.parse(read.body)
  expect(messages[0].hash).toBe(JSON.parse(stored.body).hash)
  expect(Buffer.from(messages[0].data, 'base64').toString('utf8')).toBe('through onions')
})

test('an answer of some 7.8 MB comes back through three hops', async () => {
  const eve = testAccount(6)
  const [first] = net.swarmOf(eve.id) as [DevnetNode]
  // One request each would take long; the box is filled at the node itself.
  const data = 'A'.repeat(100_000)
  for (let i = 0; i < 90; i++) {
    const params = { ...eve.store('', NOW), data: `${String(i).padStart(4, '0')}${data}` }
    expect((await first.storage.handle({ method: 'store', params })).status).toBe(200)
  }
  const path = net.nodes.filter((node) => node !== first).slice(0, 3)
  const answer = await send(path, first, { method: 'retrieve', params: eve.retrieve(NOW, { max_size: -1 }) })
  const { messages, more } = JSON.parse(answer.body)
  expect(messages).toHaveLength(77)
  expect(more).toBe(true)
})
