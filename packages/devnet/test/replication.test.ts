import { swarmSpace } from '@sessionkit/swarm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Devnet, type DevnetNode, startDevnet } from '../src/index.ts'
import { testAccount } from './account.ts'
import { createHttpsClient } from './https-client.ts'

let now = 1_800_000_000_000
const carol = testAccount(3)
const http = createHttpsClient()
let net: Devnet

beforeAll(async () => {
  net = await startDevnet({ seed: 3, clock: () => now, nodes: 10 })
})
afterAll(async () => {
  await http.close()
  await net.close()
})

async function texts(node: DevnetNode): Promise<string[]> {
  const { body } = await http.rpc(node, 'retrieve', carol.retrieve(now))
  return body.messages.map((message: { data: string }) => Buffer.from(message.data, 'base64').toString('utf8'))
}

test('a member that was down keeps its data and catches up when it returns, on its old port', async () => {
  const members = net.swarmOf(carol.id)
  expect(members).toHaveLength(5)
  const [asked, down] = members as [DevnetNode, DevnetNode]
  const first = await http.rpc(asked, 'store', carol.store('one', now))
  const url = down.url
  await net.stopNode(down.id)
  expect(down.running).toBe(false)
  await expect(http.rpc(down, 'info', {})).rejects.toThrow()

  const second = await http.rpc(asked, 'store', carol.store('two', now))
  expect(second.status).toBe(200)
  expect(second.body.swarm[down.id]).toEqual({ failed: true, timeout: true })
  const removed = await http.rpc(asked, 'delete', carol.remove([first.body.hash]))
  expect(removed.body.swarm[down.id]).toEqual({ failed: true, timeout: true })
  await http.rpc(asked, 'store', { ...carol.store('gone before the return', now), ttl: 10_000 })
  now += 20_000

  await net.restartNode(down.id)
  expect(down.running).toBe(true)
  expect(down.url).toBe(url)
  expect(await texts(down)).toEqual(['two'])
  // Nothing is sent twice.
  expect(asked.storage.missedPeers()).toEqual([])
  await net.restartNode(down.id)
})

test('expired messages go with the sweep', async () => {
  const [node] = net.swarmOf(carol.id) as [DevnetNode]
  node.storage.sweep()
  const before = (await texts(node)).length
  await http.rpc(node, 'store', { ...carol.store('short', now), ttl: 10_000 })
  expect(await texts(node)).toHaveLength(before + 1)
  now += 10_000
  expect(node.storage.sweep()).toBeGreaterThan(0)
  expect(await texts(node)).toHaveLength(before)
})

test('members answer by their own clock', async () => {
  const [asked, late] = net.swarmOf(carol.id) as [DevnetNode, DevnetNode]
  late.clockOffset = -30_000
  const stored = await http.rpc(asked, 'store', carol.store('early', now))
  expect(stored.body.swarm[late.id]).toEqual({
    failed: true,
    code: '406',
    reason: 'Timestamp error: check your clock',
  })
  late.clockOffset = 0
  // A definite refusal is not repeated.
  expect(asked.storage.missedPeers()).toEqual([])
})

test('a member that returns after it was decommissioned is given everything', async () => {
  const other = await startDevnet({ seed: 5, nodes: 10, clock: () => now })
  try {
    const [asked, away] = other.swarmOf(carol.id) as [DevnetNode, DevnetNode]
    const swarmId = away.swarmId
    await other.assignSwarms([{ id: away.id, swarmId: null }])
    expect(away.swarmId).toBe('ffffffffffffffff')
    expect(other.swarmOf(carol.id)).toHaveLength(4)
    const refused = await http.rpc(away, 'info', {})
    expect(refused).toEqual({ status: 503, body: 'Service node is not ready: not in any swarm\n' })
    const stored = await http.rpc(asked, 'store', carol.store('while away', now))
    expect(Object.keys(stored.body.swarm)).toHaveLength(4)
    await other.assignSwarms([{ id: away.id, swarmId }])
    expect(await texts(away)).toEqual(['while away'])
  } finally {
    await other.close()
  }
})

test('a new swarm gets what it now keeps, and the old one answers 421', async () => {
  const other = await startDevnet({ seed: 6, nodes: 10, clock: () => now })
  try {
    const old = other.swarmOf(carol.id)
    await http.rpc(old[0]!, 'store', carol.store('moves', now))
    const moved = other.nodes.filter((node) => !old.includes(node)).slice(0, 3)
    // The position of the account itself: nobody is nearer.
    const position = swarmSpace(carol.id).toString(16)
    await other.assignSwarms(moved.map((node) => ({ id: node.id, swarmId: position })))
    expect(other.swarmOf(carol.id).map((node) => node.id)).toEqual(moved.map((node) => node.id))
    for (const node of moved) expect(await texts(node)).toEqual(['moves'])
    const lost = await http.rpc(old[0]!, 'retrieve', carol.retrieve(now))
    expect([lost.status, lost.body.swarm, lost.body.snodes.length]).toEqual([421, position, 3])

    // The new swarm is dissolved again: its nodes push to who keeps the account now.
    await http.rpc(moved[0]!, 'store', carol.store('comes back', now))
    const rest = other.nodes.find((node) => !old.includes(node) && !moved.includes(node))!
    await other.assignSwarms(moved.map((node) => ({ id: node.id, swarmId: rest.swarmId })))
    expect(await texts(old[0]!)).toEqual(['moves', 'comes back'])
    await expect(other.assignSwarms([{ id: rest.id, swarmId: 'xyz' }])).rejects.toThrow(
      expect.objectContaining({ code: 'DEVNET_BAD_OPTION' }),
    )
  } finally {
    await other.close()
  }
})

test('everything is closed at the end', async () => {
  const open = () => process.getActiveResourcesInfo().filter((name) => /TCP(Server|Socket)Wrap/.test(name)).length
  const before = open()
  const other = await startDevnet({ seed: 4, nodes: 6, clock: () => now })
  const client = createHttpsClient()
  const [asked] = other.swarmOf(carol.id) as [DevnetNode]
  await client.rpc(asked, 'store', carol.store('x', now))
  await client.close()
  await other.close()
  // Destroyed sockets leave in the next turns of the loop.
  for (let turn = 0; turn < 200 && open() > before; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(open()).toBeLessThanOrEqual(before)
  await expect(other.restartNode(asked.id)).rejects.toThrow(expect.objectContaining({ code: 'DEVNET_CLOSED' }))
})
