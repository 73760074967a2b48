import type { RandomSource } from '@sessionkit/bytes'
import { NetworkError } from './error.ts'
import { shuffled } from './random.ts'

/** Most nodes that are kept from one list; the public network has about two thousand. */
export const MAX_POOL_NODES = 20_000
/** Failures after which a node is not used until the next list. Protocol page 03, section 8.3. */
export const NODE_STRIKES = 3

/** A service node. `id` is its Ed25519 key as 64 lower-case hex digits. */
export interface PoolNode {
  readonly id: string
  readonly ed25519: Uint8Array
  readonly x25519: Uint8Array
  readonly ip: string
  readonly port: number
  /** Undefined for a node in no swarm, which can still be a hop. */
  readonly swarmId: bigint | undefined
}

/** The node list, and who of it misbehaved. Asks nobody: whoever has a new list calls `replace`. */
export interface NodePool {
  readonly size: number
  /** Every node of the list, also those that are struck out. */
  all(): readonly PoolNode[]
  get(id: string): PoolNode | undefined
  /** The usable nodes in random order, without those named. */
  shuffled(exclude?: ReadonlySet<string>): PoolNode[]
  isUsable(id: string): boolean
  strikes(id: string): number
  /** One failure more; answers whether the node is struck out by it. Unknown ids are ignored. */
  strike(id: string): boolean
  /** Takes a node out until the next list. */
  drop(id: string): void
  /** A new list; strikes of the old one are forgotten. */
  replace(nodes: readonly PoolNode[]): void
  /** Counts up with every `replace`, for whoever caches what it derives from the list. */
  readonly generation: number
}

/** Protocol page 03, sections 8.3 and 10. `replace` throws NETWORK_TOO_FEW_NODES for an empty list. */
export function createPool({ random }: { readonly random: RandomSource }): NodePool {
  let nodes = new Map<string, PoolNode>()
  let strikes = new Map<string, number>()
  let generation = 0
  const isUsable = (id: string) => nodes.has(id) && (strikes.get(id) ?? 0) < NODE_STRIKES
  return {
    get size() {
      return nodes.size
    },
    get generation() {
      return generation
    },
    all: () => [...nodes.values()],
    get: (id) => nodes.get(id),
    shuffled: (exclude) =>
      shuffled(
        [...nodes.values()].filter(({ id }) => isUsable(id) && !exclude?.has(id)),
        random,
      ),
    isUsable,
    strikes: (id) => strikes.get(id) ?? 0,
    strike(id) {
      if (!nodes.has(id)) return false
      const count = (strikes.get(id) ?? 0) + 1
      strikes.set(id, count)
      return count === NODE_STRIKES
    },
    drop(id) {
      if (nodes.has(id)) strikes.set(id, NODE_STRIKES)
    },
    replace(list) {
      if (list.length === 0) throw new NetworkError('NETWORK_TOO_FEW_NODES', 'an empty node list')
      nodes = new Map(list.slice(0, MAX_POOL_NODES).map((node) => [node.id, node]))
      strikes = new Map()
      generation += 1
    },
  }
}
