import { utf8ToBytes } from '@sessionkit/bytes'
import { ready } from '@sessionkit/crypto'
import { type Devnet, type DevnetNode, startDevnet } from '@sessionkit/devnet'
import { type Account, accountFromSeed } from '@sessionkit/session-id'
import { buildGetExpiries, buildInfo, messageHash } from '@sessionkit/swarm'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  type CreateNetworkOptions,
  createNetwork,
  type Network,
  NetworkError,
  type RequestEvent,
} from '../src/index.ts'
import { defaultTransport } from '../src/platform-node.ts'
import { seededRandom } from './pretend-nodes.ts'

let devnet: Devnet
let bob: Account
const open: Network[] = []
let counter = 0

beforeAll(async () => {
  await ready
  devnet = await startDevnet({ nodes: 15, seed: 7 })
  bob = accountFromSeed(new Uint8Array(16).fill(2))
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((network) => network.close()))
  for (const node of devnet.nodes) {
    node.setFault(null)
    node.setNotReady([])
    node.clockOffset = 0
    await devnet.restartNode(node.id)
  }
})
afterAll(() => devnet.close())

interface Opened {
  readonly network: Network
  readonly events: RequestEvent[]
}
const openNetwork = (options: Partial<CreateNetworkOptions> = {}): Opened => {
  const events: RequestEvent[] = []
  const network = createNetwork({
    network: devnet.networkFile(),
    // Seeded, so that every run takes the same paths; a counter, so that no two networks do.
    random: seededRandom(1000 + counter++),
    sleep: async () => {},
    requestTimeout: 400,
    onRequest: (event) => events.push(event),
    ...options,
  })
  open.push(network)
  return { network, events }
}
const data = () => utf8ToBytes(`message ${counter++}`)
const coded = (code: string) => expect.objectContaining({ code })
const guardOf = async (network: Network): Promise<DevnetNode> => {
  await network.ready()
  return devnet.node(network.paths.all()[0]?.hops[0]?.id ?? '')
}

describe('against a network', () => {
  it('loads the list from the pinned seed, with exact swarm ids', async () => {
    const { network } = openNetwork()
    await Promise.all([network.ready(), network.ready()])
    expect(network.pool.size).toBe(15)
    for (const node of devnet.nodes) expect(network.pool.get(node.id)?.swarmId?.toString(16)).toBe(node.swarmId)
    const swarm = network.swarms.listed(bob.sessionId).map(({ id }) => id)
    expect(swarm.sort()).toEqual(
      devnet
        .swarmOf(bob.sessionId)
        .map(({ id }) => id)
        .sort(),
    )
  })

  it('believes no seed with another certificate', async () => {
    const { seedNodes, ...rest } = devnet.networkFile()
    const wrong = seedNodes.map((seed) => ({ ...seed, certSha256: '00'.repeat(32) }))
    const { network } = openNetwork({ network: { ...rest, seedNodes: wrong } })
    await expect(network.ready()).rejects.toMatchObject({
      code: 'NETWORK_NO_SEED',
      cause: { code: 'NETWORK_BAD_CERTIFICATE' },
    })
  })

  it('asks the other seeds when one does not answer', async () => {
    const { seedNodes, ...rest } = devnet.networkFile()
    const dead = [1, 2, 3, 4, 5].map((port) => ({ url: `https://127.0.0.1:${port}`, certSha256: '00'.repeat(32) }))
    const { network } = openNetwork({ network: { ...rest, seedNodes: [...dead, ...seedNodes] } })
    await network.ready()
    expect(network.pool.size).toBe(15)
  })

  it('accepts no node of this machine for a public network', async () => {
    const { network } = openNetwork({ network: { ...devnet.networkFile(), privateAddresses: false } })
    await expect(network.ready()).rejects.toEqual(coded('NETWORK_NO_SEED'))
  })

  it('stores over three hops, and every member confirms with its signature', async () => {
    const { network, events } = openNetwork()
    const bytes = data()
    const result = await network.storage.store({ to: bob.sessionId, data: bytes })
    expect(result.hash).toBe(messageHash({ owner: bob.sessionId, data: bytes }))
    expect(result.members.map(({ ed25519 }) => ed25519).sort()).toEqual(
      devnet
        .swarmOf(bob.sessionId)
        .map(({ id }) => id)
        .sort(),
    )
    expect(result.members.every(({ already }) => !already)).toBe(true)
    expect(result.expiry).toBeGreaterThan(Date.now() + 1_209_000_000)
    const again = await network.storage.store({ to: bob.sessionId, data: bytes })
    expect(again.members.every(({ already }) => already)).toBe(true)

    expect(events).toHaveLength(2)
    const [event] = events
    expect(event).toMatchObject({ method: 'store', attempt: 1, status: 200, error: undefined })
    expect(event?.path).toHaveLength(3)
    expect(event?.path.map(({ ed25519 }) => ed25519)).not.toContain(event?.destination.ed25519)
    expect(event?.bytesOut).toBeGreaterThan(865)
    expect(event?.bytesIn).toBeGreaterThan(100)
  })

  it('retrieves what came after the last hash of that very node', async () => {
    const { network } = openNetwork()
    const account = accountFromSeed(new Uint8Array(16).fill(40))
    const known = new Map<string, string>()
    const retrieve = async () => {
      const { node, namespaces } = await network.storage.retrieve({
        signer: account,
        namespaces: [0],
        lastHash: (id) => known.get(id),
      })
      const [inbox] = namespaces
      if (inbox?.lastHash) known.set(node, inbox.lastHash)
      return { node, hashes: inbox?.messages.map(({ hash }) => hash) }
    }
    const stored: string[] = []
    for (let i = 0; i < 3; i++) stored.push((await network.storage.store({ to: account.sessionId, data: data() })).hash)
    const first = await retrieve()
    expect(first.hashes).toEqual(stored)
    for (let i = 0; i < 12; i++) {
      const before = new Set(known.keys())
      const { node, hashes } = await retrieve()
      expect(hashes).toEqual(before.has(node) ? [] : stored)
    }
  })

  it('retrieves several namespaces in one request', async () => {
    const { network, events } = openNetwork()
    const { storage } = network
    await storage.store({ to: bob.sessionId, data: utf8ToBytes('config'), namespace: 2, signer: bob })
    events.length = 0
    const { namespaces } = await storage.retrieve({ signer: bob, namespaces: [0, 2, 3] })
    expect(namespaces.map(({ namespace }) => namespace)).toEqual([0, 2, 3])
    expect(namespaces[1]?.messages.map((message) => new TextDecoder().decode(message.data))).toContain('config')
    expect(events.map(({ method }) => method)).toEqual(['batch'])
  })

  it('reads all pages', async () => {
    const { network, events } = openNetwork({ requestTimeout: 5_000 })
    const account = accountFromSeed(new Uint8Array(16).fill(41))
    const stored: string[] = []
    for (let i = 0; i < 85; i++) {
      const bytes = new Uint8Array(70_000).fill(i)
      stored.push(messageHash({ owner: account.sessionId, data: bytes }))
      await network.storage.store({ to: account.sessionId, data: bytes })
    }
    events.length = 0
    const { namespaces } = await network.storage.retrieve({ signer: account, namespaces: [0] })
    expect(namespaces[0]?.messages.map(({ hash }) => hash)).toEqual(stored)
    expect(events.filter(({ method }) => method === 'retrieve')).toHaveLength(2)
    expect(new Set(events.map(({ destination }) => destination.ed25519)).size).toBe(1)
  }, 20_000)

  it('runs batches, answers in the order of the requests', async () => {
    const { network } = openNetwork()
    const { hash } = await network.storage.store({ to: bob.sessionId, data: data() })
    const expiries = buildGetExpiries({ signer: bob, messages: [hash], timestamp: network.clock.now() })
    const results = await network.storage.batch({ to: bob.sessionId, requests: [buildInfo(), expiries] })
    expect(results.map(({ status }) => status)).toEqual([200, 200])
    expect(results[1]?.body).toHaveProperty('expiries')
  })

  it('hands up a refusal that is nobody else’s to change', async () => {
    const { network, events } = openNetwork()
    const stranger = accountFromSeed(new Uint8Array(16).fill(3))
    const forged = { sessionId: bob.sessionId, ed25519: stranger.ed25519 }
    await expect(network.storage.retrieve({ signer: forged, namespaces: [0] })).rejects.toMatchObject({
      code: 'NETWORK_REFUSED',
      status: 401,
    })
    expect(events).toHaveLength(1)
  })
})

describe('nodes that misbehave', () => {
  it.each(['garbage', 'hang', 'huge', 'redirect', 'wrong-key', 'empty'] as const)(
    'a guard that answers with %s costs a retry on another path',
    async (kind) => {
      const { network, events } = openNetwork()
      const guard = await guardOf(network)
      guard.setFault({ kind })
      // Reading: a store waits for every member of the swarm, a silent one up to 5 s.
      for (let i = 0; i < 6; i++) await network.storage.retrieve({ signer: bob, namespaces: [0] })
      const failed = events.filter(({ error }) => error !== undefined)
      // The same node may also be the member that is asked.
      for (const { attempt } of failed) expect(attempt).toBeLessThanOrEqual(5)
      for (const { path, destination } of failed) {
        expect([...path, destination].map(({ ed25519 }) => ed25519)).toContain(guard.id)
      }
    },
  )

  it.each(['garbage', 'hang', 'huge', 'redirect', 'wrong-key', 'empty'] as const)(
    'a swarm member that answers with %s costs a retry with another member',
    async (kind) => {
      const { network, events } = openNetwork()
      const [bad] = devnet.swarmOf(bob.sessionId)
      bad?.setFault({ kind })
      for (let i = 0; i < 10; i++) {
        const { node } = await network.storage.retrieve({ signer: bob, namespaces: [0] })
        expect(node).not.toBe(bad?.id)
      }
      // Once a member has failed, the others are asked first.
      const asked = events.filter(({ destination }) => destination.ed25519 === bad?.id)
      expect(asked.length).toBeLessThanOrEqual(3)
    },
  )

  it('a stopped middle node is replaced, its guard untouched', async () => {
    const { network } = openNetwork({ pathCount: 1 })
    await network.ready()
    const [before] = network.paths.all()
    const middle = before?.hops[1]?.id ?? ''
    await devnet.stopNode(middle)
    for (let i = 0; i < 6; i++) await network.storage.store({ to: bob.sessionId, data: data() })
    const [after] = network.paths.all()
    expect(after?.hops.map(({ id }) => id)).not.toContain(middle)
    expect(after?.hops[0]).toEqual(before?.hops[0])
    expect(network.pool.strikes(before?.hops[0]?.id ?? '')).toBeLessThan(3)
  })

  it('a middle node that its guard cannot find is repaired in place at once', async () => {
    let lost: string | undefined
    const own = defaultTransport()
    const { network, events } = openNetwork({
      pathCount: 1,
      transport: {
        close: own.close,
        async post(request) {
          if (!lost || !request.url.endsWith('/onion_req/v2')) return own.post(request)
          const body = utf8ToBytes(`Next node not found: ${lost}`)
          lost = undefined
          return { status: 502, contentType: 'text/plain', body }
        },
      },
    })
    await network.ready()
    const [before] = network.paths.all()
    lost = before?.hops[1]?.id
    // A destination outside the path: for one inside it the request would take another path.
    const node = network.pool.all().find(({ id }) => !before?.hops.some((hop) => hop.id === id))
    if (!node) throw new Error('every node is in the path')
    await network.router.toNode({ node, ...buildInfo() })
    expect(lost).toBeUndefined()
    const [after] = network.paths.all()
    expect(after?.id).toBe(before?.id)
    expect([after?.hops[0], after?.hops[2]]).toEqual([before?.hops[0], before?.hops[2]])
    expect(after?.hops[1]).not.toEqual(before?.hops[1])
    expect(network.pool.isUsable(before?.hops[1]?.id ?? '')).toBe(false)
    expect(events.filter(({ error }) => error).map(({ error, status }) => [error, status])).toEqual([
      ['NETWORK_PATH_FAILED', 502],
    ])
  })

  it('a guard that blames nodes outside the path is not believed', async () => {
    const own = defaultTransport()
    let lies = 0
    const { network } = openNetwork({
      transport: {
        close: own.close,
        async post(request) {
          if (!request.url.endsWith('/onion_req/v2') || lies > 0) return own.post(request)
          lies += 1
          const outside = network.pool
            .all()
            .find(({ id }) => !network.paths.all().some(({ hops }) => hops.some((hop) => hop.id === id)))
          return { status: 502, contentType: '', body: utf8ToBytes(`Next node not found: ${outside?.id}`) }
        },
      },
    })
    await network.storage.retrieve({ signer: bob, namespaces: [0] })
    expect(lies).toBe(1)
    expect(network.pool.shuffled().length).toBeGreaterThanOrEqual(14)
  })

  it('a stopped guard is passed over, and replaced at its third failure', async () => {
    const { network, events } = openNetwork({ pathCount: 1 })
    const guard = await guardOf(network)
    await devnet.stopNode(guard.id)
    for (let i = 0; i < 3; i++) await network.storage.retrieve({ signer: bob, namespaces: [0] })
    expect(network.paths.all().flatMap(({ hops }) => hops.map(({ id }) => id))).not.toContain(guard.id)
    const failed = events.filter(({ error }) => error === 'NETWORK_UNREACHABLE')
    expect(failed).toHaveLength(3)
    for (const { path } of failed) expect(path[0]?.ed25519).toBe(guard.id)
  })

  it('nobody is punished while nothing can be reached', async () => {
    const own = defaultTransport()
    let offline = false
    const { network } = openNetwork({
      transport: {
        close: own.close,
        async post(request) {
          if (offline) throw new NetworkError('NETWORK_UNREACHABLE', 'offline')
          return own.post(request)
        },
      },
    })
    await network.ready()
    const before = network.paths.all()
    offline = true
    for (let i = 0; i < 5; i++) {
      const asked = network.storage.retrieve({ signer: bob, namespaces: [0] })
      await expect(asked).rejects.toEqual(coded('NETWORK_UNREACHABLE'))
    }
    expect(network.paths.all()).toEqual(before)
    expect(network.pool.all().every(({ id }) => network.pool.strikes(id) === 0)).toBe(true)
    offline = false
    await network.storage.retrieve({ signer: bob, namespaces: [0] })
  })

  it('stopped swarm members do not keep the others from storing', async () => {
    const { network } = openNetwork()
    const swarm = devnet.swarmOf(bob.sessionId)
    for (const node of swarm.slice(0, 2)) await devnet.stopNode(node.id)
    for (let i = 0; i < 6; i++) {
      const { members, swarmSize } = await network.storage.store({ to: bob.sessionId, data: data() })
      expect(members.length).toBe(swarmSize - 2)
    }
  })

  it('many requests at once bring no warning about listeners', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    try {
      const { network } = openNetwork()
      await Promise.all(Array.from({ length: 12 }, () => network.storage.store({ to: bob.sessionId, data: data() })))
      expect(warn).not.toHaveBeenCalled()
    } finally {
      warn.mockRestore()
    }
  })

  it('nodes that are not ready are passed over', async () => {
    const { network } = openNetwork()
    const guard = await guardOf(network)
    guard.setNotReady(['not done syncing'])
    devnet.swarmOf(bob.sessionId)[0]?.setNotReady(['not in any swarm'])
    for (let i = 0; i < 8; i++) await network.storage.store({ to: bob.sessionId, data: data() })
  })

  it('gives up in the end, with the last failure and within the budget', async () => {
    const { network, events } = openNetwork()
    await network.ready()
    for (const node of devnet.swarmOf(bob.sessionId)) node.setFault({ kind: 'garbage' })
    await expect(network.storage.store({ to: bob.sessionId, data: data() })).rejects.toMatchObject({
      name: 'NetworkError',
    })
    expect(events.length).toBeLessThanOrEqual(8)
    expect(events.map(({ attempt }) => attempt)).toEqual(events.map((_, i) => i + 1))
  })
})

describe('clocks', () => {
  it.each([-3_600_000, 3_600_000])('a local clock that is %d ms off is corrected by one 406', async (offset) => {
    const { network, events } = openNetwork({ now: () => Date.now() + offset })
    const { namespaces } = await network.storage.retrieve({ signer: bob, namespaces: [0] })
    expect(namespaces).toHaveLength(1)
    expect(events.some(({ status }) => status === 406)).toBe(true)
    expect(Math.abs(network.clock.now() - Date.now())).toBeLessThan(1_000)
    expect(Math.abs(network.clock.offset + offset)).toBeLessThan(1_000)
  })

  it('one member with a wrong clock costs no call and does not move ours for long', async () => {
    const { network } = openNetwork()
    const [odd] = devnet.swarmOf(bob.sessionId)
    if (odd) odd.clockOffset = 3_600_000
    for (let i = 0; i < 8; i++) await network.storage.retrieve({ signer: bob, namespaces: [0] })
    expect(Math.abs(network.clock.now() - Date.now())).toBeLessThan(5_000)
  })
})

describe('swarms that moved', () => {
  it('are followed by the 421, to nodes that the pool knows', async () => {
    const { network, events } = openNetwork()
    await network.ready()
    const right = devnet.swarmOf(bob.sessionId).map(({ id }) => id)
    const wrong = network.pool
      .all()
      .filter(({ id }) => !right.includes(id))
      .map(({ id }) => id)
    expect(network.swarms.redirect(bob.sessionId, wrong.slice(0, 5))).toBe(true)
    const { members } = await network.storage.store({ to: bob.sessionId, data: data() })
    expect(members.map(({ ed25519 }) => ed25519).sort()).toEqual([...right].sort())
    expect(events.map(({ status }) => status)).toEqual([421, 200])
    expect(network.swarms.redirect(bob.sessionId, ['ff'.repeat(32)])).toBe(false)
  })
})

describe('ending', () => {
  it('stops at the caller’s signal', async () => {
    const { network } = openNetwork({ requestTimeout: 60_000 })
    await network.ready()
    for (const node of devnet.nodes) node.setFault({ kind: 'hang' })
    const controller = new AbortController()
    const pending = network.storage.store({ to: bob.sessionId, data: data(), signal: controller.signal })
    const ended = expect(pending).rejects.toEqual(coded('NETWORK_ABORTED'))
    setImmediate(() => controller.abort())
    await ended
    const signal = AbortSignal.abort()
    const late = network.storage.store({ to: bob.sessionId, data: data(), signal })
    await expect(late).rejects.toEqual(coded('NETWORK_ABORTED'))
  })

  it('closes what is under way, and refuses what comes after', async () => {
    const { network } = openNetwork({ requestTimeout: 60_000 })
    await network.ready()
    for (const node of devnet.nodes) node.setFault({ kind: 'hang' })
    const pending = network.storage.retrieve({ signer: bob, namespaces: [0] })
    const ended = expect(pending).rejects.toEqual(coded('NETWORK_CLOSED'))
    await new Promise((resolve) => setImmediate(resolve))
    await network.close()
    await ended
    await expect(network.ready()).rejects.toEqual(coded('NETWORK_CLOSED'))
    await network.close()
  })

  it('makes no attempt after the deadline', async () => {
    let time = Date.now()
    const { network, events } = openNetwork({
      now: () => time,
      callTimeout: 1_000,
      sleep: async () => {
        time += 600
      },
    })
    await network.ready()
    for (const node of devnet.nodes) node.setFault({ kind: 'redirect' })
    await expect(network.storage.store({ to: bob.sessionId, data: data() })).rejects.toMatchObject({
      name: 'NetworkError',
    })
    expect(events.length).toBeLessThanOrEqual(2)
  })
})

describe('options', () => {
  it('are checked', () => {
    expect(() => createNetwork({ network: 'nonet' as 'mainnet' })).toThrow(coded('NETWORK_BAD_DEFINITION'))
    expect(() => createNetwork({ network: 'mainnet', pathLength: 0 })).toThrow(coded('NETWORK_BAD_DEFINITION'))
  })

  it('choose shorter paths, and observers that throw hurt nobody', async () => {
    const { network } = openNetwork({ pathLength: 1 })
    const seen: RequestEvent[] = []
    network.onRequest(() => {
      throw new Error('not yours')
    })
    const off = network.onRequest((event) => seen.push(event))
    await network.storage.store({ to: bob.sessionId, data: data() })
    off()
    await network.storage.store({ to: bob.sessionId, data: data() })
    expect(seen.map(({ path }) => path.length)).toEqual([1])
  })
})
