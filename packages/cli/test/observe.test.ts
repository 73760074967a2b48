import { type NodeRecord, startDevnet } from '@sessionkit/devnet'
import type { RequestEvent } from '@sessionkit/network'
import { describe, expect, it } from 'vitest'
import type { DemoEvent } from '../src/demo/events.ts'
import { checkOnlyOnions, checkRequest, type ObservedNode, recordsOf, sightsOf } from '../src/demo/observe.ts'
import { playStory } from '../src/demo/story.ts'

const keys = [1, 2, 3, 4].map((n) => String(n).repeat(64)) as [string, string, string, string]
const client = '127.0.0.1:40000'

const record = (place: number, change: Partial<NodeRecord> = {}): NodeRecord => ({
  at: 1,
  node: keys[place]!,
  role: (['guard', 'middle', 'exit', 'destination'] as const)[place]!,
  previous: place === 0 ? client : keys[place - 1]!,
  previousIsNode: place > 0,
  next: keys[place + 1] ?? null,
  bytesIn: 1000 - place * 100,
  bytesOut: place === 3 ? 0 : 900 - place * 100,
  answerBytes: 10,
  hopNumber: place,
  plaintextVisible: place === 3,
  method: place === 3 ? 'store' : null,
  status: 200,
  blobHashIn: `blob${place}`,
  blobHashOut: place === 3 ? null : `blob${place + 1}`,
  ...change,
})

const node = (place: number, records: readonly NodeRecord[]): ObservedNode => ({
  number: place + 1,
  ed25519: keys[place]!,
  address: `127.0.0.1:${5000 + place}`,
  swarm: '1',
  records: () => records,
  isRunning: () => true,
  holds: () => true,
  stop: async () => {},
})

const requestNode = (place: number) => ({ ed25519: keys[place]!, ip: '127.0.0.1', port: 5000 + place })
const event: RequestEvent = {
  id: 1,
  path: [0, 1, 2].map(requestNode),
  destination: requestNode(3),
  method: 'store',
  attempt: 1,
  bytesOut: 1000,
  bytesIn: 10,
  status: 200,
  error: undefined,
  ms: 5,
}

describe('what nodes saw', () => {
  it('is joined from their own records', () => {
    const nodes = [0, 1, 2, 3].map((place) => node(place, [record(place)]))
    const used = new Set<NodeRecord>()
    const chain = recordsOf(event, nodes, used)
    expect(chain.map(({ role }) => role)).toEqual(['guard', 'middle', 'exit', 'destination'])
    expect(() => checkRequest(event, chain)).not.toThrow()
    expect(sightsOf(chain, nodes).map(({ previous, next }) => [previous, next])).toEqual([
      [`client ${client}`, 'node 2 (127.0.0.1:5001)'],
      ['node 1 (127.0.0.1:5000)', 'node 3 (127.0.0.1:5002)'],
      ['node 2 (127.0.0.1:5001)', 'node 4 (127.0.0.1:5003)'],
      ['node 3 (127.0.0.1:5002)', null],
    ])
    expect(recordsOf(event, nodes, used)).toEqual([])
  })

  it('is not mixed up between requests of one size at one time', () => {
    const other = record(0, { next: keys[3], blobHashIn: 'x', blobHashOut: 'y' })
    const nodes = [node(0, [other, record(0), other]), ...[1, 2, 3].map((place) => node(place, [record(place)]))]
    expect(recordsOf(event, nodes, new Set())).toHaveLength(4)
  })

  it('breaks the demo when a node knows too much', () => {
    const chain = [0, 1, 2, 3].map((place) => record(place))
    const broken: NodeRecord[][] = [
      chain.slice(0, 3),
      chain.with(0, record(0, { next: keys[3] })),
      chain.with(0, record(0, { method: 'store' })),
      chain.with(0, record(0, { plaintextVisible: true })),
      chain.with(1, record(1, { previous: client })),
      chain.with(1, record(1, { previousIsNode: false })),
      chain.with(2, record(2, { blobHashIn: client })),
      chain.with(3, record(3, { previous: client })),
      chain.with(3, record(3, { plaintextVisible: false, method: null })),
      chain.with(2, record(1)),
    ]
    for (const records of broken) {
      expect(() => checkRequest(event, records)).toThrow(expect.objectContaining({ code: 'CLI_DEMO_CLAIM' }))
    }
    const short = { ...event, path: event.path.slice(0, 2) }
    expect(() => checkRequest(short, chain)).toThrow(/three nodes/)
    const twice = { ...event, path: [event.path[0]!, event.path[1]!, event.path[0]!] }
    expect(() => checkRequest(twice, chain)).toThrow(/different/)
  })

  it('breaks the demo when a client calls a node directly', () => {
    const direct = record(0, { role: 'storage' })
    expect(() => checkOnlyOnions([node(0, [record(0)])])).not.toThrow()
    expect(() => checkOnlyOnions([node(0, [record(0), direct])])).toThrow(/directly/)
  })
})

describe('the story', () => {
  const play = async (change: (node: ObservedNode) => Partial<ObservedNode>): Promise<DemoEvent[]> => {
    const devnet = await startDevnet({ nodes: 10 })
    const events: DemoEvent[] = []
    try {
      const nodes = devnet.nodes.map((each): ObservedNode => {
        const observed: ObservedNode = {
          number: each.index + 1,
          ed25519: each.ed25519,
          address: `${each.ip}:${each.port}`,
          swarm: each.swarmId,
          records: () => each.records,
          isRunning: () => each.running,
          holds: (owner, hash) => each.storage.database.find(owner, hash) !== undefined,
          stop: () => devnet.stopNode(each.id),
        }
        return { ...observed, ...change(observed) }
      })
      const swarmOf = (id: string) => devnet.swarmOf(id)[0]!.swarmId
      const signal = new AbortController().signal
      await playStory({ network: devnet.networkFile(), nodes, swarmOf, emit: (event) => events.push(event), signal })
    } finally {
      await devnet.close()
    }
    return events
  }
  const failed = expect.objectContaining({ code: 'CLI_DEMO_CLAIM' })

  it('fails when a member of the swarm does not hold the message', async () => {
    await expect(play(({ number }) => (number <= 2 ? { holds: () => false } : {}))).rejects.toEqual(failed)
  })

  it('fails when nodes have no records, or do not stop', async () => {
    await expect(play(() => ({ records: () => [] }))).rejects.toEqual(failed)
    await expect(play(() => ({ stop: async () => {} }))).rejects.toEqual(failed)
  })
})
