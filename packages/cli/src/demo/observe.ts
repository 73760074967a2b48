import type { NodeRecord } from '@sessionkit/devnet'
import type { RequestEvent } from '@sessionkit/network'
import { CliError } from '../error.ts'
import type { DemoNode, Role, Sight } from './events.ts'

/** A node of the devnet, with what the demo asks it: its own records, and what it stores. */
export interface ObservedNode extends DemoNode {
  records(): readonly NodeRecord[]
  isRunning(): boolean
  holds(owner: string, hash: string): boolean
  stop(): Promise<void>
}

/**
 * The records of the nodes along one request, guard first. They are found the way an observer with access to every
 * node would: the guard by the size of what came in, each next one by the hash of the encrypted blob that it was handed.
 * A failed attempt has as many as were reached.
 */
export function recordsOf(
  event: RequestEvent,
  nodes: readonly ObservedNode[],
  used: Set<NodeRecord>,
): readonly NodeRecord[] {
  const byKey = new Map(nodes.map((node) => [node.ed25519, node]))
  const chain: NodeRecord[] = []
  const keys = [...event.path, event.destination].map(({ ed25519 }) => ed25519)
  let hash: string | null = null
  for (const [i, key] of keys.entries()) {
    const records = byKey.get(key)?.records() ?? []
    const fits = (record: NodeRecord): boolean =>
      i === 0 ? record.role === 'guard' && record.bytesIn === event.bytesOut : record.blobHashIn === hash
    const found = records.findLast((record) => !used.has(record) && fits(record))
    if (found === undefined) break
    chain.push(found)
    used.add(found)
    hash = found.blobHashOut
    if (hash === null) break
  }
  return chain
}

const roles: readonly Role[] = ['guard', 'middle', 'exit', 'destination']

/** The records in the demo's words. */
export function sightsOf(chain: readonly NodeRecord[], nodes: readonly ObservedNode[]): Sight[] {
  const nameOf = (key: string): string => {
    const node = nodes.find(({ ed25519 }) => ed25519 === key)
    return node === undefined ? key : `node ${node.number} (${node.address})`
  }
  return chain.map((record, i) => {
    const node = nodes.find(({ ed25519 }) => ed25519 === record.node)!
    return {
      role: roles[i] ?? 'destination',
      node: node.number,
      address: node.address,
      previous: record.previousIsNode ? nameOf(record.previous) : `client ${record.previous}`,
      next: record.next === null ? null : nameOf(record.next),
      bytesIn: record.bytesIn,
      bytesOut: record.bytesOut,
      method: record.method,
    }
  })
}

/**
 * Holds the records of one answered request against what an onion request promises. Throws `CLI_DEMO_CLAIM` at the
 * first promise that was broken.
 */
export function checkRequest(event: RequestEvent, chain: readonly NodeRecord[]): void {
  const keys = [...event.path, event.destination].map(({ ed25519 }) => ed25519)
  hold(event.path.length === 3, `a path has three nodes, this one has ${event.path.length}`)
  hold(new Set(keys).size === keys.length, 'the nodes of a path and its destination are four different ones')
  hold(chain.length === keys.length, `four nodes handled the request, ${chain.length} have a record of it`)
  const [guard, ...others] = chain
  const client = guard!.previous
  const destination = event.destination.ed25519
  chain.forEach((record, i) => {
    const name = roles[i]!
    hold(record.node === keys[i], `the ${name} is the node that the client chose`)
    hold(record.previousIsNode === i > 0, `the ${name} was called by ${i > 0 ? 'a node' : 'the client'}`)
    if (i > 0) hold(record.previous === keys[i - 1], `the ${name} saw the node before it`)
    hold(record.next === (keys[i + 1] ?? null), `the ${name} saw the node after it`)
    const last = i === chain.length - 1
    hold(record.plaintextVisible === last && (record.method !== null) === last, `only the destination can read`)
    hold(!(mentions(record, client) && mentions(record, destination)), `the ${name} does not know both ends`)
  })
  hold(guard!.next !== destination, 'the guard, which sees the client, does not see the destination')
  hold(
    others.every((record) => !mentions(record, client)),
    'nobody but the guard saw the client',
  )
}

/** No node was ever called by a client other than as a guard: every request was an onion request. */
export function checkOnlyOnions(nodes: readonly ObservedNode[]): void {
  for (const node of nodes) {
    const direct = node.records().filter(({ previousIsNode, role }) => !previousIsNode && role !== 'guard')
    hold(direct.length === 0, `node ${node.number} was called by a client directly`)
  }
}

const mentions = (record: NodeRecord, text: string): boolean => JSON.stringify(record).includes(text)

function hold(condition: boolean, claim: string): void {
  if (!condition) throw new CliError('CLI_DEMO_CLAIM', `the demo saw something else than it claims: ${claim}`)
}
