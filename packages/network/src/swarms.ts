import type { RandomSource } from '@sessionkit/bytes'
import { createSwarmMap, type SwarmMap } from '@sessionkit/swarm'
import { NetworkError } from './error.ts'
import type { NodePool, PoolNode } from './pool.ts'
import { shuffled } from './random.ts'

/** Most accounts whose corrected swarm is remembered; the oldest is forgotten first. */
const MAX_REDIRECTS = 1000

/** Who stores for whom: by the node list, corrected by what nodes answer. */
export interface Swarms {
  /**
   * The members of an account's swarm, fewest strikes first, else in random order; struck-out ones only when there are
   * no others. Throws NETWORK_NO_SWARM.
   */
  members(account: string): PoolNode[]
  /** Every listed member, also struck ones: whose signatures count. */
  listed(account: string): readonly PoolNode[]
  /** Takes a 421's list; ids that the pool does not know are left out. Answers whether any was left. */
  redirect(account: string, ids: readonly string[]): boolean
  /** Takes a member out of one account's swarm until the next node list. */
  drop(account: string, id: string): void
}

/** Protocol page 04, sections 1 and 7. The mapping is computed from the pool; no node is asked. */
export function createSwarms({ pool, random }: { readonly pool: NodePool; readonly random: RandomSource }): Swarms {
  let generation = -1
  let map: SwarmMap | undefined
  let bySwarm = new Map<bigint, PoolNode[]>()
  const corrected = new Map<string, readonly PoolNode[]>()

  const listed = (account: string): readonly PoolNode[] => {
    if (generation !== pool.generation) {
      generation = pool.generation
      corrected.clear()
      bySwarm = new Map()
      for (const node of pool.all()) {
        if (node.swarmId === undefined) continue
        const members = bySwarm.get(node.swarmId)
        if (members) members.push(node)
        else bySwarm.set(node.swarmId, [node])
      }
      map = createSwarmMap([...bySwarm.keys()])
    }
    const known = corrected.get(account)
    if (known) return known
    const swarmId = map?.swarmFor(account)
    return (swarmId === undefined ? undefined : bySwarm.get(swarmId)) ?? []
  }

  const keep = (account: string, nodes: readonly PoolNode[]) => {
    corrected.delete(account)
    corrected.set(account, nodes)
    const oldest = corrected.keys().next().value
    if (corrected.size > MAX_REDIRECTS && oldest !== undefined) corrected.delete(oldest)
  }

  return {
    listed,
    members(account) {
      if (listed(account).length === 0) corrected.delete(account)
      const all = listed(account)
      if (all.length === 0) {
        throw new NetworkError('NETWORK_NO_SWARM', 'no node is known in the swarm of this account')
      }
      const usable = all.filter(({ id }) => pool.isUsable(id))
      const list = usable.length > 0 ? usable : all
      return shuffled(list, random).sort((a, b) => pool.strikes(a.id) - pool.strikes(b.id))
    },
    redirect(account, ids) {
      listed(account)
      const nodes = [...new Set(ids)].map((id) => pool.get(id)).filter((node) => node !== undefined)
      if (nodes.length === 0) return false
      keep(account, nodes)
      return true
    },
    drop(account, id) {
      keep(
        account,
        listed(account).filter((node) => node.id !== id),
      )
    },
  }
}
