import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { utf8ToBytes } from '@sessionkit/bytes'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { blobHash, type Devnet, type DevnetNode, startDevnet } from '../src/index.ts'
import { testAccount } from './account.ts'
import { createHttpsClient } from './https-client.ts'
import { buildOnion, combine, type Encryption, outer, seal } from './onion-build.ts'

const NOW = 1_800_000_000_000
const bob = testAccount(2)
const http = createHttpsClient()
const web = createServer((request, response) => {
  const pieces: Buffer[] = []
  request.on('data', (piece) => pieces.push(piece))
  request.on('end', () => {
    seen.push({ url: request.url, agent: request.headers['user-agent'], body: Buffer.concat(pieces) })
    response.writeHead(request.url === '/oxen/v4/teapot/lsrpc' ? 418 : 200).end('server answer')
  })
})
const seen: { url: string | undefined; agent: string | undefined; body: Buffer }[] = []
let net: Devnet

beforeAll(async () => {
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
  const allowedServers = [`127.0.0.1:${(web.address() as AddressInfo).port}`]
  net = await startDevnet({ seed: 2, clock: () => NOW, allowedServers })
})
afterEach(() => {
  for (const node of net.nodes) {
    node.setFault(null)
    node.setNotReady([])
  }
  net.clearRecords()
})
afterAll(async () => {
  await http.close()
  await net.close()
  await new Promise((resolve) => web.close(resolve))
})

const info = '{"method":"info","params":{}}'
function pathTo(destination: DevnetNode): DevnetNode[] {
  return [...net.nodes.filter((node) => node !== destination).slice(3, 6), destination]
}
const post = (node: DevnetNode, body: Uint8Array) => http.post(`${node.url}/onion_req/v2`, body)

describe('three hops to a node', () => {
  for (const encryption of ['aes-gcm', 'xchacha20'] as Encryption[]) {
    test(encryption, async () => {
      const members = net.swarmOf(bob.id)
      const destination = members[0]!
      const path = pathTo(destination)
      const payload = JSON.stringify({ method: 'store', params: bob.store(encryption, NOW) })
      const onion = buildOnion({ path, payload, encryption })
      const answer = await post(path[0]!, onion.body)
      expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/plain'])
      const { status, body } = onion.openText(answer.text)
      expect(status).toBe(200)
      expect(typeof body).toBe('string')
      expect(Object.keys(JSON.parse(body as string).swarm)).toHaveLength(members.length)
    })
  }

  test('the `json` and `base64` flags', async () => {
    const path = pathTo(net.nodes[0]!)
    const onion = buildOnion({ path, payload: info, control: { base64: false, headers: '', json: true } })
    const answer = await post(path[0]!, onion.body)
    expect(onion.open(answer.bytes)).toEqual({
      status: 200,
      body: { version: [2, 8, 0], timestamp: NOW, t: NOW, hf: [19, 4] },
    })
    const error = buildOnion({ path, payload: 'x', control: { headers: '', json: true } })
    expect(error.openText((await post(path[0]!, error.body)).text)).toEqual({ status: 400, body: 'invalid json' })
  })

  test('a misdirected request and a batch keep their statuses inside', async () => {
    const stranger = net.nodes.find((node) => !net.swarmOf(bob.id).includes(node))!
    const path = pathTo(stranger)
    const request = { method: 'store', params: bob.store('x', NOW) }
    const single = buildOnion({ path, payload: JSON.stringify(request) })
    const answer = single.openText((await post(path[0]!, single.body)).text)
    expect(answer.status).toBe(421)
    expect(JSON.parse(answer.body as string).snodes).toHaveLength(6)
    const batch = buildOnion({
      path,
      payload: JSON.stringify({ method: 'batch', params: { requests: [request, { method: 'info', params: {} }] } }),
      control: { headers: '', json: true },
    })
    const { body } = batch.openText((await post(path[0]!, batch.body)).text) as {
      body: { results: { code: number }[] }
    }
    expect(body.results.map((result) => result.code)).toEqual([421, 200])
  })

  test('zero hops: the destination itself is asked', async () => {
    const onion = buildOnion({ path: [net.nodes[5]!], payload: info })
    expect(onion.openText((await post(net.nodes[5]!, onion.body)).text).status).toBe(200)
  })
})

test('each node records its neighbours only', async () => {
  const destination = net.swarmOf(bob.id)[2]!
  const path = pathTo(destination)
  const payload = JSON.stringify({ method: 'retrieve', params: bob.retrieve(NOW) })
  const onion = buildOnion({ path, payload })
  await post(path[0]!, onion.body)
  const records = path.map((node) => node.records.at(-1)!)
  expect(records.map((record) => record.role)).toEqual(['guard', 'middle', 'middle', 'destination'])
  expect(records.map((record) => record.next)).toEqual([path[1]!.id, path[2]!.id, path[3]!.id, null])
  expect(records.map((record) => record.hopNumber)).toEqual([0, 1, 2, 3])
  expect(records.slice(1).map((record) => record.previous)).toEqual(path.slice(0, 3).map((node) => node.id))
  expect(records[0]!.previous).toMatch(/^127\.0\.0\.1:\d+$/)
  expect(records.map((record) => record.previousIsNode)).toEqual([false, true, true, true])
  expect(records.map((record) => record.plaintextVisible)).toEqual([false, false, false, true])
  expect(records.map((record) => record.method)).toEqual([null, null, null, 'retrieve'])
  expect(records[0]!.bytesIn).toBe(onion.body.length)
  // Each layer takes something away, so a node cannot see the size at the other end.
  for (let i = 1; i < records.length; i++) {
    expect(records[i]!.bytesIn).toBe(records[i - 1]!.bytesOut)
    expect(records[i]!.bytesIn).toBeLessThan(records[i - 1]!.bytesIn)
    expect(records[i]!.blobHashIn).toBe(records[i - 1]!.blobHashOut)
  }
  const length = new DataView(onion.body.buffer, onion.body.byteOffset).getUint32(0, true)
  expect(records[0]!.blobHashIn).toBe(blobHash(onion.body.slice(4, 4 + length)))
  const text = JSON.stringify(records)
  expect(text).not.toContain(bob.id)
  // The order of time over all nodes.
  expect(net.records).toHaveLength(4)
})

describe('errors of a path', () => {
  test('the outer message', async () => {
    const guard = net.nodes[0]!
    const layer = seal(combine(utf8ToBytes(info), { headers: '' }), guard.x25519, 'xchacha20')
    const bad = [
      new Uint8Array(0),
      new Uint8Array(3),
      Uint8Array.of(255, 255, 255, 255, 1),
      combine(layer.blob, '{'),
      combine(layer.blob, 'null'),
      combine(layer.blob, '[]'),
      combine(layer.blob, {}),
      combine(layer.blob, { ephemeral_key: 'ab' }),
      combine(layer.blob, { ephemeral_key: 5 }),
      outer(layer, 'xchacha20', { enc_type: 'XChaCha20' }),
      outer(layer, 'xchacha20', { enc_type: 'aes-cbc' }),
      outer(layer, 'xchacha20', { hop_no: 'one' }),
      outer(layer, 'xchacha20', { hop_no: 1.5 }),
    ]
    for (const body of bad) {
      const answer = await post(guard, body)
      expect(answer.status).toBe(400)
      expect(answer.text).toMatch(/^Error parsing onion request: /)
    }
    const negative = await post(guard, outer(layer, 'xchacha20', { hop_no: -5 }))
    expect(negative.status).toBe(200)
  })

  test('what cannot be decrypted', async () => {
    const [guard, other] = net.nodes as [DevnetNode, DevnetNode]
    const layer = seal(combine(utf8ToBytes(info), { headers: '' }), other.x25519, 'xchacha20')
    const zero = outer(layer, 'xchacha20', { ephemeral_key: '00'.repeat(32) })
    for (const body of [
      outer(layer, 'xchacha20'),
      outer(layer, 'aes-gcm'),
      zero,
      combine(new Uint8Array(27), { ephemeral_key: 'ab'.repeat(32) }),
    ]) {
      const answer = await post(guard, body)
      expect([answer.status, answer.text]).toEqual([400, 'Invalid ciphertext'])
    }
  })

  test('a layer that makes no sense is answered to its own key', async () => {
    const node = net.nodes[1]!
    const controls: unknown[] = [
      '{',
      'null',
      {},
      { destination: 'ab' },
      { destination: node.id },
      { destination: node.id, ephemeral_key: 'zz' },
      { destination: node.id, ephemeral_key: node.x25519, enc_type: 'rot13' },
      { host: 'x' },
      { host: 'x', target: 5 },
      ...[70_000, -1, 0, 1.5, true, '80', null].map((port) => ({ host: 'x', target: '/oxen/v4/lsrpc', port })),
      { headers: '', json: 1 },
      { headers: '', base64: 'no' },
    ]
    for (const control of controls) {
      const onion = buildOnion({ path: [node], payload: info, control })
      const answer = await post(node, onion.body)
      expect(answer.status).toBe(200)
      expect(onion.openText(answer.text), JSON.stringify(control)).toEqual({ status: 400, body: 'Invalid json' })
    }
  })

  test('an unknown next node, a stopped one, and one that is not ready', async () => {
    const path = pathTo(net.nodes[0]!)
    const nobody = 'ab'.repeat(32)
    const lost = buildOnion({ path: [path[0]!, { ed25519: nobody, x25519: path[1]!.x25519 }], payload: info })
    expect(await post(path[0]!, lost.body)).toMatchObject({ status: 502, text: `Next node not found: ${nobody}` })

    await net.stopNode(path[1]!.id)
    const onion = buildOnion({ path, payload: info })
    const unreachable = `Next node is currently unreachable: ${path[1]!.id}`
    expect(await post(path[0]!, onion.body)).toMatchObject({ status: 502, text: unreachable })
    await net.restartNode(path[1]!.id)
    expect((await post(path[0]!, onion.body)).status).toBe(200)

    path[2]!.setNotReady(['not done syncing'])
    expect(await post(path[0]!, onion.body)).toMatchObject({ status: 503, text: `Snode not ready: ${path[2]!.id}` })
  })

  test('at most fifteen forwards', async () => {
    const [a, b] = net.nodes as [DevnetNode, DevnetNode]
    const hops = (count: number) => Array.from({ length: count }, (_, index) => (index % 2 === 0 ? a : b))
    const longest = buildOnion({ path: hops(16), payload: info })
    expect((await post(a, longest.body)).status).toBe(200)
    const tooLong = buildOnion({ path: hops(17), payload: info })
    expect(await post(a, tooLong.body)).toMatchObject({ status: 400, text: 'onion request max path length exceeded' })
    const pretends = buildOnion({ path: [a, b], payload: info, outerFields: { hop_no: 15 } })
    expect((await post(a, pretends.body)).text).toBe('onion request max path length exceeded')
  })
})

describe('relay to a server', () => {
  const target = '/oxen/v4/lsrpc'
  const port = () => (web.address() as AddressInfo).port
  async function ask(route: Record<string, unknown>) {
    const [guard, exit] = net.nodes as [DevnetNode, DevnetNode]
    const onion = buildOnion({ path: [guard, exit], payload: 'for the server', control: route })
    return { onion, answer: await post(guard, onion.body) }
  }

  test('an allowed server gets the whole plaintext, and its answer comes back as it is', async () => {
    seen.length = 0
    const route = {
      host: '127.0.0.1',
      target,
      protocol: 'http',
      port: port(),
      ephemeral_key: 'ab',
      enc_type: 'xchacha20',
    }
    const { answer } = await ask(route)
    expect([answer.status, answer.text]).toEqual([200, 'server answer'])
    expect(seen[0]).toMatchObject({ url: target, agent: 'Oxen Storage Server/2.8.0' })
    expect(new Uint8Array(seen[0]!.body)).toEqual(combine(utf8ToBytes('for the server'), route))
    expect(net.nodes[1]!.records.at(-1)).toMatchObject({ role: 'exit', next: '127.0.0.1', plaintextVisible: false })
    const odd = await ask({ ...route, target: '/oxen/v4/teapot/lsrpc' })
    expect([odd.answer.status, odd.answer.text]).toEqual([500, 'server answer'])
  })

  test('anything else is an invalid URL', async () => {
    const good = { host: '127.0.0.1', target, protocol: 'http', port: port() }
    const bad = [
      { ...good, port: undefined },
      { ...good, port: port() === 80 ? 81 : 80 },
      { ...good, host: 'localhost' },
      { ...good, host: '' },
      { ...good, host: 'a@127.0.0.1' },
      { ...good, host: '127.0.0.1/x' },
      { ...good, protocol: 'ftp' },
      { ...good, target: '/admin/lsrpc' },
      { ...good, target: '/oxen/v4/other' },
      { ...good, target: '/oxen/v4?x=/lsrpc' },
    ]
    for (const route of bad) {
      const { onion, answer } = await ask(route)
      expect(answer.status).toBe(200)
      expect(onion.openText(answer.text), JSON.stringify(route)).toEqual({ status: 400, body: 'Invalid url' })
    }
  })
})

describe('faults', () => {
  test('of a guard', async () => {
    const node = net.nodes[6]!
    const onion = buildOnion({ path: [node], payload: info })
    node.setFault({ kind: 'garbage' })
    const garbage = await post(node, onion.body)
    expect([garbage.status, garbage.bytes.length]).toEqual([200, 256])
    node.setFault({ kind: 'empty' })
    expect(await post(node, onion.body)).toMatchObject({ status: 200, text: '' })
    node.setFault({ kind: 'redirect' })
    expect((await post(node, onion.body)).status).toBe(302)
    node.setFault({ kind: 'huge' })
    expect((await post(node, onion.body)).bytes.length).toBeGreaterThan(10_485_760)
    node.setFault({ kind: 'wrong-key' })
    const wrong = await post(node, onion.body)
    expect(() => onion.openText(wrong.text)).toThrow()
    node.setFault({ kind: 'delay', ms: 1 })
    expect(onion.openText((await post(node, onion.body)).text).status).toBe(200)
    node.setFault({ kind: 'hang' })
    const controller = new AbortController()
    const silent = fetchSilently(node, onion.body, controller.signal)
    controller.abort()
    await expect(silent).rejects.toThrow()
  })

  test('of a node in the middle', async () => {
    const path = pathTo(net.nodes[0]!)
    const onion = buildOnion({ path, payload: info })
    const middle = path[1]!
    middle.setFault({ kind: 'redirect' })
    expect(await post(path[0]!, onion.body)).toMatchObject({ status: 504, text: 'Request time out' })
    middle.setFault({ kind: 'huge' })
    expect(await post(path[0]!, onion.body)).toMatchObject({ status: 500, text: 'Invalid response from snode' })
    middle.setFault({ kind: 'empty' })
    expect(await post(path[0]!, onion.body)).toMatchObject({ status: 200, text: '' })
    path[3]!.setFault({ kind: 'wrong-key' })
    middle.setFault(null)
    const wrong = await post(path[0]!, onion.body)
    expect(() => onion.openText(wrong.text)).toThrow()
  })
})

async function fetchSilently(node: DevnetNode, body: Uint8Array, signal: AbortSignal): Promise<void> {
  const { request, Agent } = await import('undici')
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } })
  try {
    await request(`${node.url}/onion_req/v2`, { method: 'POST', body, dispatcher, signal })
  } finally {
    await dispatcher.destroy()
  }
}
