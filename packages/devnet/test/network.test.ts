import { createHash, X509Certificate } from 'node:crypto'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { connect } from 'node:tls'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Devnet, startDevnet } from '../src/index.ts'
import { testAccount } from './account.ts'
import { createHttpsClient } from './https-client.ts'

const NOW = 1_800_000_000_000
const alice = testAccount(1)
const http = createHttpsClient()
let net: Devnet

beforeAll(async () => {
  net = await startDevnet({ seed: 1, clock: () => NOW })
})
afterAll(async () => {
  await http.close()
  await net.close()
})

describe('seed', () => {
  const ask = async (body: unknown) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return http.post(net.seedNodes[0]!.url, text)
  }

  test('lists nodes with the asked fields, as JSON exactly', async () => {
    const fields = { public_ip: true, storage_port: true, pubkey_x25519: true, pubkey_ed25519: true }
    const params = { active_only: true, fields: { ...fields, requested_unlock_height: true, height: true } }
    const answer = await ask({ jsonrpc: '2.0', method: 'get_n_service_nodes', params })
    expect(answer.headers['content-type']).toBe('application/json')
    const { result } = JSON.parse(answer.text)
    expect(Object.keys(result).sort()).toEqual(['height', 'service_node_states', 'status'])
    expect(result.service_node_states).toEqual(
      net.nodes.map((node) => ({
        pubkey_ed25519: node.id,
        pubkey_x25519: node.x25519,
        public_ip: node.ip,
        requested_unlock_height: 0,
        storage_port: node.port,
      })),
    )
  })

  test('limit, an array of fields, poll_block_hash and the other name of the method', async () => {
    const method = 'get_service_nodes'
    const { result } = JSON.parse(
      (await ask({ method, params: { limit: 3, fields: ['swarm_id', 'block_hash'] } })).text,
    )
    expect(result.service_node_states).toHaveLength(3)
    expect(Object.keys(result.service_node_states[0])).toEqual(['swarm_id'])
    const again = JSON.parse((await ask({ method, params: { poll_block_hash: result.block_hash } })).text)
    expect(again.result.unchanged).toBe(true)
    const all = JSON.parse((await ask({ method, params: { limit: -1 } })).text)
    expect(all.result.service_node_states).toHaveLength(12)
  })

  test('swarm ids are written without loss', async () => {
    const { text } = await ask({ method: 'get_service_nodes', params: { fields: ['swarm_id'] } })
    const ids = new Set([...text.matchAll(/"swarm_id":(\d+)/g)].map((match) => BigInt(match[1]!).toString(16)))
    expect(ids).toEqual(new Set(net.nodes.map((node) => node.swarmId)))
  })

  test('refuses other methods, paths and what is not JSON', async () => {
    expect(JSON.parse((await ask('{')).text).error.code).toBe(-32700)
    expect(JSON.parse((await ask('null')).text).error.code).toBe(-32601)
    expect(JSON.parse((await ask({ id: 5, method: 'stop_daemon' })).text)).toMatchObject({
      id: 5,
      error: { code: -32601 },
    })
    const other = await http.send('GET', net.seedNodes[0]!.url)
    expect([other.status, other.text]).toEqual([404, 'GET /json_rpc Not Found'])
  })

  test('shows the certificate that the network file pins', async () => {
    const { hostname, port } = new URL(net.seedNodes[0]!.url)
    const raw = await new Promise<Buffer>((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().raw)
        socket.destroy()
      })
      socket.once('error', reject)
    })
    expect(createHash('sha256').update(raw).digest('hex')).toBe(net.seedNodes[0]!.certSha256)
    expect(new X509Certificate(net.seedNodes[0]!.certificate).subjectAltName).toContain('127.0.0.1')
  })
})

describe('HTTPS of a node', () => {
  test('stats, ping, unknown paths', async () => {
    const { url } = net.nodes[0]!
    const stats = await http.send('GET', `${url}/get_stats/v1`)
    expect([stats.status, stats.text, stats.headers.server]).toEqual([
      200,
      '{"version":"2.8.0"}',
      'Oxen Storage Server/2.8.0',
    ])
    const ping = await http.post(`${url}/ping_test/v1`, '')
    expect([ping.status, ping.text]).toEqual([200, ''])
    expect(Buffer.from(String(ping.headers['x-oxen-snode-pubkey']), 'base64')).toHaveLength(32)
    const lost = await http.post(`${url}/nowhere?x=1`, 'x')
    expect([lost.status, lost.text, lost.headers['content-type']]).toEqual([
      404,
      'POST /nowhere Not Found',
      'text/plain',
    ])
    expect((await http.send('GET', `${url}/storage_rpc/v1`)).text).toBe('GET /storage_rpc/v1 Not Found')
    expect((await http.send('PUT', `${url}/onion_req/v2`, 'x')).status).toBe(404)
  })

  test('framing errors', async () => {
    const url = `${net.nodes[0]!.url}/storage_rpc/v1`
    const cases = [
      ['{', 'invalid json'],
      ['[]', 'invalid json: no `method` field'],
      ['{"method":5}', 'invalid json: no `method` field'],
      ['{"method":"info"}', 'invalid json: no `params` field'],
      ['{"method":"info","params":[]}', 'invalid json: no `params` field'],
      ['{"method":"revoke_subkey","params":{}}', 'no method revoke_subkey'],
      ['{"method":"oxend_request","params":{"endpoint":"x"}}', "invalid request: Invalid oxend endpoint 'x'"],
    ] as const
    for (const [body, text] of cases) {
      const answer = await http.post(url, body)
      expect([answer.status, answer.text]).toEqual([400, text])
    }
  })

  test('a number with a fraction or an exponent is no integer', async () => {
    const url = `${net.nodes[0]!.url}/storage_rpc/v1`
    const body = JSON.stringify({ method: 'store', params: { ...alice.store('x', NOW), note: '1.0' } })
    for (const written of [`${NOW}.0`, '18e11']) {
      const answer = await http.post(url, body.replace(`:${NOW}`, `:${written}`))
      expect(answer.text).toBe("invalid request: Invalid value given for 'timestamp': expected integer")
    }
  })

  test('413, 410 and 503', async () => {
    const node = net.nodes[0]!
    const url = `${node.url}/storage_rpc/v1`
    for (const path of ['/storage_rpc/v1', '/onion_req/v2']) {
      const large = await http.post(`${node.url}${path}`, new Uint8Array(10_485_761))
      expect([large.status, large.text]).toEqual([413, 'Request body too large'])
    }
    const poll = await http.post(url, '{}', { 'x-loki-long-poll': '1' })
    expect([poll.status, poll.text]).toEqual([410, 'long polling is no longer supported, client upgrade required'])

    node.setNotReady(['not in any swarm', 'not done syncing'])
    for (const path of ['/storage_rpc/v1', '/onion_req/v2']) {
      const answer = await http.post(`${node.url}${path}`, '{}')
      const text = 'Service node is not ready: not in any swarm; not done syncing\n'
      expect([answer.status, answer.text]).toEqual([503, text])
    }
    expect((await http.send('GET', `${node.url}/get_stats/v1`)).status).toBe(200)
    node.setNotReady([])
  })

  test('a Content-Length that is no number', async () => {
    const { ip, port } = net.nodes[0]!
    const answer = await new Promise<string>((resolve, reject) => {
      let text = ''
      const socket = connect({ host: ip, port, rejectUnauthorized: false }, () => {
        socket.write('POST /onion_req/v2 HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n')
      })
      socket.on('data', (piece) => {
        text += piece
      })
      socket.once('end', () => resolve(text))
      socket.once('error', reject)
    })
    expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*\r\n\r\ninvalid Content-Length$/)
  })

  test('a chunked body over the limit is refused while it is read', async () => {
    async function* endless() {
      for (let i = 0; i < 170; i++) yield new Uint8Array(65_536)
    }
    const { request, Agent } = await import('undici')
    const dispatcher = new Agent({ connect: { rejectUnauthorized: false } })
    const url = `${net.nodes[0]!.url}/onion_req/v2`
    const answer = await request(url, { method: 'POST', body: Readable.from(endless()), dispatcher })
    expect([answer.statusCode, await answer.body.text()]).toEqual([413, 'Request body too large'])
    await dispatcher.destroy()
  })

  test('429 after 600 requests, with a clock that stands still', async () => {
    const other = await startDevnet({ seed: 1, nodes: 1, clock: () => NOW })
    const url = `${other.nodes[0]!.url}/storage_rpc/v1`
    const answers = await Promise.all(Array.from({ length: 601 }, () => http.post(url, '{}')))
    await other.close()
    const refused = answers.filter((answer) => answer.status === 429)
    expect(refused.map((answer) => answer.text)).toEqual(['Too Many Requests\n'])
  })

  test('a node refuses what is not signed by an active node', async () => {
    for (const path of ['/sn/onion_request', '/sn/storage_cc', '/sn/data']) {
      const answer = await http.post(`${net.nodes[1]!.url}${path}`, 'de', { 'x-sn-pubkey': net.nodes[2]!.id })
      expect([answer.status, answer.text]).toEqual([403, 'not an active node'])
    }
  })
})

test('a write reaches every member over HTTPS and is refused elsewhere', async () => {
  const members = net.swarmOf(alice.id)
  expect(members).toHaveLength(6)
  const asked = members[1]!
  const stored = await http.rpc(asked, 'store', alice.store('hello', NOW))
  expect(stored.status).toBe(200)
  expect(Object.keys(stored.body.swarm).sort()).toEqual(members.map((node) => node.id).sort())
  for (const [id, entry] of Object.entries<Record<string, unknown>>(stored.body.swarm)) {
    expect(entry.hash).toBe(stored.body.hash)
    expect('t' in entry).toBe(id === asked.id)
  }
  for (const member of members) {
    const { body } = await http.rpc(member, 'retrieve', alice.retrieve(NOW))
    expect(body.messages.map((message: { hash: string }) => message.hash)).toEqual([stored.body.hash])
  }
  const stranger = net.nodes.find((node) => !members.includes(node) && node.index > 0)!
  const lost = await http.rpc(stranger, 'store', alice.store('hello', NOW))
  expect(lost.status).toBe(421)
  expect(lost.body.swarm).toBe(asked.swarmId)
  expect(lost.body.snodes.map((node: { ip: string }) => node.ip)).toEqual(members.map((node) => node.ip))
  const twice = await http.rpc(asked, 'store', alice.store('hello', NOW))
  expect(twice.body.swarm[asked.id].already).toBe(true)
  expect(twice.body.swarm[members[0]!.id].already).toBe(1)
})

test('-0 is namespace 0, also at the other members', async () => {
  const [asked] = net.swarmOf(alice.id)
  const body = JSON.stringify({ method: 'store', params: { ...alice.store('zero', NOW), namespace: 0 } })
  const answer = await http.post(`${asked!.url}/storage_rpc/v1`, body.replace('"namespace":0', '"namespace":-0'))
  const { swarm, hash } = JSON.parse(answer.text)
  expect(Object.values<{ hash: string }>(swarm).map((entry) => entry.hash)).toEqual(Array(6).fill(hash))
})

test('oxend_request, active_nodes_bin and ifelse', async () => {
  const node = net.nodes[3]!
  const list = await http.rpc(node, 'oxend_request', {
    endpoint: 'get_service_nodes',
    params: { active_only: true, fields: { public_ip: true } },
  })
  expect(list.body.result.service_node_states).toHaveLength(12)
  expect(list.body.t).toBe(NOW)
  net.nameRecords.set('aGFzaA==', { encryptedValue: 'abcd', nonce: '00' })
  const ons = (hash: string) =>
    http.rpc(node, 'oxend_request', { endpoint: 'ons_resolve', params: { type: 0, name_hash: hash } })
  expect((await ons('aGFzaA==')).body.result).toEqual({ encrypted_value: 'abcd', nonce: '00', status: 'OK' })
  expect((await ons('bm9uZQ==')).body.result).toEqual({ status: 'OK' })
  const binary = await http.post(`${node.url}/storage_rpc/v1`, '{"method":"active_nodes_bin","params":{}}')
  expect(binary.bytes).toHaveLength(12 * 51)
  expect(Buffer.from(binary.bytes.subarray(0, 32)).toString('hex')).toBe(net.nodes[0]!.id)
  expect([...binary.bytes.subarray(40, 44)].join('.')).toBe(net.nodes[0]!.ip)
  const batch = await http.rpc(node, 'batch', { requests: [{ method: 'active_nodes_bin', params: {} }] })
  expect(batch.body.results[0].body).toBe(Buffer.from(binary.bytes).toString('base64'))
  const branch = (condition: object) =>
    http.rpc(node, 'ifelse', JSON.parse(`{"if":${JSON.stringify(condition)},"then":{"method":"info","params":{}}}`))
  expect((await branch({ hf_at_least: [19, 4] })).body).toMatchObject({ condition: true, result: { code: 200 } })
  expect((await branch({ v_before: [2, 8, 0] })).body).toEqual({
    condition: false,
    height: 100_000,
    hf: [19, 4],
    v: [2, 8, 0],
  })
})

test('the clock of one node can be wrong', async () => {
  const [first, second] = net.swarmOf(alice.id)
  first!.clockOffset = 120_000
  const answer = await http.rpc(first!, 'retrieve', alice.retrieve(NOW))
  expect(answer).toEqual({ status: 406, body: 'retrieve timestamp too far from current time' })
  first!.clockOffset = 0
  expect((await http.rpc(second!, 'retrieve', alice.retrieve(NOW))).status).toBe(200)
  expect(() => {
    first!.clockOffset = 0.5
  }).toThrow(expect.objectContaining({ code: 'DEVNET_BAD_OPTION' }))
})

test('seeded keys are the same each time, and the network file holds what clients need', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'devnet-'))
  const writeTo = join(directory, 'devnet.json')
  const other = await startDevnet({ seed: 1, nodes: 3, writeTo })
  try {
    expect(other.nodes.map((node) => node.id)).toEqual(net.nodes.slice(0, 3).map((node) => node.id))
    expect(new Set(other.nodes.map((node) => node.swarmId)).size).toBe(1)
    const file = JSON.parse(await readFile(writeTo, 'utf8'))
    expect(file).toEqual(other.networkFile())
    expect(file).toEqual({
      name: 'devnet',
      seedNodes: [{ url: other.seedNodes[0]!.url, certSha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      fileServer: null,
      pushServer: null,
      subnetRule: new Set(other.nodes.map((node) => node.ip)).size === 3,
    })
  } finally {
    await other.close()
  }
})

test('wrong options are coded errors', async () => {
  const bad = [
    { nodes: 0 },
    { nodes: 251 },
    { nodes: 1.5 },
    { port: -1 },
    { port: 65_530 },
    { host: 'x' },
    { seed: 0.5 },
  ]
  for (const options of bad) {
    await expect(startDevnet(options)).rejects.toThrow(expect.objectContaining({ code: 'DEVNET_BAD_OPTION' }))
  }
  expect(() => net.node('00')).toThrow(expect.objectContaining({ code: 'DEVNET_UNKNOWN_NODE' }))
  expect(() => net.swarmOf('05')).toThrow(expect.objectContaining({ code: 'DEVNET_BAD_OPTION' }))
  expect(() => net.nodes[0]!.setFault({ kind: 'nonsense' as 'hang' })).toThrow(
    expect.objectContaining({ code: 'DEVNET_BAD_OPTION' }),
  )
  const port = Number(new URL(net.seedNodes[0]!.url).port)
  if (port < 65_000) {
    await expect(startDevnet({ nodes: 1, port })).rejects.toThrow(
      expect.objectContaining({ code: 'DEVNET_LISTEN_FAILED' }),
    )
  }
})

test('no private key is printed', () => {
  const text = inspect(net, { depth: 12, showHidden: true }) + JSON.stringify(net.networkFile())
  expect(text).not.toContain('PRIVATE KEY')
  expect(text).toContain('BEGIN CERTIFICATE')
})
