import { readFileSync } from 'node:fs'
import { bytesToHex, encodeBencode, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { ed25519KeyPairFromSeed, ed25519KeyPairToX25519, ready } from '@sessionkit/crypto'
import { beforeAll, expect, test } from 'vitest'
import { type Scenario, StorageNode } from '../src/index.ts'
import { answerOnion, parseInternal, parseOuter } from '../src/onion-request.ts'
import { combine, outer, seal } from './onion-build.ts'

const RUNS = 10_000
const file = JSON.parse(readFileSync(new URL('../../../vectors/storage.json', import.meta.url), 'utf8'))
const requests = (file.operations.scenarios as Scenario[]).flatMap(({ steps }) =>
  steps.flatMap((step) => step.request ?? []),
)

/** A small generator, the same in each run. */
function seeded(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return (t ^ (t >>> 14)) >>> 0
  }
  return {
    below: (limit: number) => next() % limit,
    pick: <T>(list: readonly T[]): T => list[next() % list.length]!,
    bytes: (length: number) => Uint8Array.from({ length }, () => next() & 255),
  }
}
type Random = ReturnType<typeof seeded>

const oddities: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  2 ** 53,
  -(2 ** 53),
  1e308,
  '',
  '0',
  'all',
  '=',
  'A',
  '\u0000',
  '\ud800',
  '💥',
  'x'.repeat(200),
  '05'.repeat(33),
  'g'.repeat(66),
  [],
  [[]],
  [null],
  {},
  { a: 1 },
  [1, 'a', null],
  '__proto__',
]

function mutate(value: unknown, random: Random, depth = 0): unknown {
  if (random.below(12) === 0 || depth > 6) return random.pick(oddities)
  if (Array.isArray(value)) {
    const list = value.map((item) => (random.below(3) === 0 ? mutate(item, random, depth + 1) : item))
    if (random.below(6) === 0) list.push(...list.slice(0, 3))
    return random.below(8) === 0 ? list.slice(1) : list
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).flatMap(([name, item]) => {
      const choice = random.below(14)
      if (choice === 0) return []
      if (choice === 1) return [[random.pick(['pubKey', 'lastHash', 'expiry', 'if', 'toString', '__proto__']), item]]
      return [[name, choice < 7 ? mutate(item, random, depth + 1) : item]]
    })
    return Object.fromEntries(entries)
  }
  if (typeof value === 'string') {
    const at = random.below(value.length + 1)
    return random.pick([
      value.slice(0, at),
      `${value.slice(0, at)}?${value.slice(at)}`,
      value.toUpperCase(),
      value + value,
    ])
  }
  if (typeof value === 'number') return random.pick([-value, value / 2, value * 1000, String(value), value + 1])
  return random.pick(oddities)
}

let node: StorageNode
const seed = SecretBytes.take(new Uint8Array(32).fill(9))

beforeAll(async () => {
  await ready
  const keyPair = ed25519KeyPairFromSeed(seed)
  const contact = {
    swarmId: 5n,
    pubkeyLegacy: 'ab'.repeat(32),
    pubkeyEd25519: bytesToHex(keyPair.publicKey),
    pubkeyX25519: bytesToHex(ed25519KeyPairToX25519(keyPair).publicKey),
    ip: '127.0.0.1',
    portHttps: 1,
    portOmq: 1,
    portQuic: 1,
  }
  const table = { height: 1, blockHash: '00', hardFork: [19, 4] as const, nodes: [contact] }
  node = new StorageNode({ keyPair, table, now: () => file.clock_ms, forward: async () => null })
})

function isAnswer(answer: { status: number; body: unknown }): boolean {
  const { status, body } = answer
  return (
    Number.isInteger(status) && status >= 200 && status < 600 && status !== 500 && body !== undefined && body !== null
  )
}

test('requests of clients, mutated', async () => {
  const random = seeded(1)
  let accepted = 0
  for (let run = 0; run < RUNS; run++) {
    const request = mutate(random.pick(requests), random)
    const body = utf8ToBytes(JSON.stringify(request) ?? '')
    if (random.below(10) === 0) body[random.below(body.length || 1)] = random.below(256)
    const answer = await node.handleJson(body)
    if (!isAnswer(answer)) throw new Error(`${answer.status} for ${JSON.stringify(request)}`)
    if (answer.status === 200) accepted++
  }
  // Mutations that touch nothing of importance still work, so the paths behind the parser were reached.
  expect(accepted).toBeGreaterThan(RUNS / 100)
})

test('requests of other members and pushed data', () => {
  const random = seeded(2)
  const methods = [...new Set(requests.map((request) => request.method)), 'x', '']
  for (let run = 0; run < RUNS; run++) {
    const random32 = random.bytes(random.below(40))
    const dict = new Map<string, Uint8Array | string | number | (string | number)[]>()
    for (const name of ['data', 'expiry', 'messages', 'namespace', 'pubkey', 'signature', 'timestamp', 'revoke']) {
      const value = random.pick([
        random32,
        random.bytes(33),
        random.bytes(64),
        5,
        -5,
        file.clock_ms,
        'all',
        [],
        ['a', 1],
      ])
      if (random.below(4) > 0) dict.set(name, value)
    }
    const params = encodeBencode(dict)
    if (random.below(5) === 0) params[random.below(params.length)] = random.below(256)
    const answer = node.handleForwarded(random.pick(methods), params)
    expect(isAnswer(answer)).toBe(true)
    node.receiveData(Uint8Array.of(1, ...params))
  }
})

test('onion layers', async () => {
  const random = seeded(3)
  const keyPair = ed25519KeyPairToX25519(ed25519KeyPairFromSeed(seed))
  const context = {
    id: node.publicKey,
    keyPair,
    ready: true,
    storage: node,
    allowedServers: [],
    send: async () => null,
    record: () => {},
  }
  const own = bytesToHex(keyPair.publicKey)
  const controls = [
    { headers: '', json: true, base64: false },
    { destination: own, ephemeral_key: own, enc_type: 'xchacha20' },
    { destination: node.publicKey, ephemeral_key: own },
    { host: 'x.example', target: '/oxen/v4/lsrpc', port: 80, protocol: 'http', ephemeral_key: own },
  ]
  const valid = controls.map((control) =>
    outer(seal(combine(utf8ToBytes('{}'), control), own, 'xchacha20'), 'xchacha20'),
  )
  for (let run = 0; run < RUNS; run++) {
    const kind = random.below(4)
    let body: Uint8Array
    if (kind === 0) body = random.bytes(random.below(300))
    else if (kind === 1) {
      body = random.pick(valid).slice()
      body[random.below(body.length)] = random.below(256)
    } else if (kind === 2) {
      const layer = seal(combine(random.bytes(random.below(50)), mutate(random.pick(controls), random)), own, 'aes-gcm')
      body = outer(layer, 'aes-gcm')
    } else body = combine(random.bytes(50), mutate({ ephemeral_key: own, enc_type: 'gcm', hop_no: 3 }, random) ?? '')
    const layer = random.below(5) === 0 ? parseInternal(body) : parseOuter(body)
    if (typeof layer === 'string') continue
    const answer = await answerOnion(layer, context)
    expect([200, 400, 502, 504]).toContain(answer.status)
  }
})
