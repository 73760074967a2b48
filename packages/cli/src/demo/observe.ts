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
 * Requests of one size may run at the same time, so the chain is the one that ends where this request went. A failed
 * attempt has as many records as nodes were reached.
 */
export function recordsOf(
  event: RequestEvent,
  nodes: readonly ObservedNode[],
  used: Set<NodeRecord>,
): readonly NodeRecord[] {
  const keys = [...event.path, event.destination].map(({ ed25519 }) => ed25519)
  const records = keys.map((key) => nodes.find(({ ed25519 }) => ed25519 === key)?.records() ?? [])
  const follow = (guard: NodeRecord): NodeRecord[] => {
    const chain = [guard]
    for (let i = 1; i < keys.length; i++) {
      const last = chain[i - 1]!
      if (last.next !== keys[i]) return []
      const next = records[i]!.find((record) => last.blobHashOut !== null && record.blobHashIn === last.blobHashOut)
      if (next === undefined) break
      chain.push(next)
    }
    return chain
  }
  const chains = records[0]!
    .filter((record) => record.role === 'guard' && record.bytesIn === event.bytesOut && !used.has(record))
    .map(follow)
    .sort((a, b) => b.length - a.length)
  const chain = chains[0] ?? []
  for (const record of chain) used.add(record)
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
      answerBytes: record.answerBytes,
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
