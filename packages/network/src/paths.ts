import type { RandomSource } from '@sessionkit/bytes'
import { NetworkError } from './error.ts'
import type { NodePool, PoolNode } from './pool.ts'
import { randomBelow } from './random.ts'

/** Failures after which a path is given up. Protocol page 03, section 8.3. */
export const PATH_STRIKES = 3

/** Who stands between. `hops[0]` is the guard. A repair makes another object with the same `id`. */
export interface Path {
  readonly id: number
  readonly hops: readonly PoolNode[]
}

export interface CreatePathsOptions {
  readonly pool: NodePool
  readonly random: RandomSource
  /** Hops of a path. Default 3. */
  readonly length?: number
  /** Paths kept. Default 2. */
  readonly count?: number
  /** No two hops of any path in the same IPv4 /24. Default true. */
  readonly subnetRule?: boolean
}

/** The kept paths: disjoint, in different /24s, repaired in place, their guards kept as long as they work. */
export interface Paths {
  /** The paths as they are now. */
  all(): readonly Path[]
  /**
   * A path whose hops are none of `avoid` (the destination): the kept one with the fewest requests under way, ties at
   * random; where every kept path holds one of them, a variation of a kept path with the same guard.
   * Throws NETWORK_TOO_FEW_NODES.
   */
  pick(options?: { readonly avoid?: ReadonlySet<string>; readonly not?: number | undefined }): Path
  /** Counts a request in; call the answer when it is over. */
  use(path: Path): () => void
  /** One failure of the path; at the third it is given up, its guard with it, and the hops behind get a strike each. */
  strike(path: Path): void
  /** Puts another node in the place of this one, wherever it stands. A path whose guard it is, is built anew. */
  repair(id: string): void
}

/** Protocol page 03, section 9. Asks nobody; builds from the pool when a path is wanted. */
export function createPaths({ pool, random, length = 3, count = 2, subnetRule = true }: CreatePathsOptions): Paths {
  let paths: Path[] = []
  let generation = -1
  let nextId = 1
  const strikes = new Map<number, number>()
  const underWay = new Map<number, number>()

  /** Nodes for the free places, in none of the subnets and none of the nodes taken; undefined when there are too few. */
  const draw = (places: number, taken: readonly PoolNode[], avoid?: ReadonlySet<string>): PoolNode[] | undefined => {
    const ids = new Set(taken.map(({ id }) => id))
    const subnets = new Set(taken.map(({ ip }) => subnetOf(ip)))
    const drawn: PoolNode[] = []
    if (places === 0) return drawn
    for (const node of pool.shuffled(avoid)) {
      if (ids.has(node.id) || (subnetRule && subnets.has(subnetOf(node.ip)))) continue
      drawn.push(node)
      ids.add(node.id)
      subnets.add(subnetOf(node.ip))
      if (drawn.length === places) return drawn
    }
    return undefined
  }

  const hopsOf = (list: readonly Path[]) => list.flatMap(({ hops }) => hops)

  const refill = () => {
    if (generation !== pool.generation) {
      // A new list: paths whose nodes are all still listed go on, guards first of all.
      paths = paths.flatMap((path) => {
        const hops = path.hops.map(({ id }) => pool.get(id))
        return hops.every((hop) => hop !== undefined) ? [{ id: path.id, hops }] : []
      })
      generation = pool.generation
    }
    for (const { id } of hopsOf(paths)) if (!pool.isUsable(id)) repair(id)
    while (paths.length < count) {
      const hops = draw(length, hopsOf(paths))
      if (!hops) break
      paths.push({ id: nextId++, hops })
    }
  }

  const repair = (id: string) => {
    paths = paths.flatMap((path) => {
      const place = path.hops.findIndex((hop) => hop.id === id)
      if (place < 0) return [path]
      if (place === 0) return []
      const others = hopsOf(paths).filter((hop) => hop.id !== id)
      const own = path.hops.filter((hop) => hop.id !== id)
      const avoid = new Set([id])
      // In a small network the other path may hold every other node; then sharing one is better than losing the guard.
      const [node] = draw(1, others, avoid) ?? draw(1, own, avoid) ?? []
      return node ? [{ id: path.id, hops: path.hops.map((hop, i) => (i === place ? node : hop)) }] : []
    })
  }

  /** A path for one request beside the kept ones, behind a kept guard where one is free to be used. */
  const variation = (avoid: ReadonlySet<string>): Path | undefined => {
    const guards = paths.map(({ hops }) => hops[0]).filter((hop) => hop !== undefined && !avoid.has(hop.id))
    const guard = guards[randomBelow(guards.length, random)]
    const kept = guard ? [guard] : []
    const rest = draw(length - kept.length, kept, avoid)
    return rest && { id: nextId++, hops: [...kept, ...rest] }
  }

  return {
    all() {
      refill()
      return [...paths]
    },
    pick({ avoid = new Set<string>(), not } = {}) {
      refill()
      const clear = paths.filter(({ hops }) => !hops.some(({ id }) => avoid.has(id)))
      const others = clear.filter(({ id }) => id !== not)
      const candidates = others.length > 0 ? others : clear
      const load = ({ id }: Path) => underWay.get(id) ?? 0
      const least = Math.min(...candidates.map(load))
      const best = candidates.filter((path) => load(path) === least)
      const path = best[randomBelow(best.length, random)] ?? variation(avoid)
      if (path) return path
      const message = `${pool.size} known nodes are too few for a path of ${length}`
      throw new NetworkError('NETWORK_TOO_FEW_NODES', message)
    },
    use({ id }) {
      underWay.set(id, (underWay.get(id) ?? 0) + 1)
      let open = true
      return () => {
        if (!open) return
        open = false
        const left = (underWay.get(id) ?? 1) - 1
        if (left > 0) underWay.set(id, left)
        else underWay.delete(id)
      }
    },
    strike({ id, hops }) {
      const failures = (strikes.get(id) ?? 0) + 1
      strikes.set(id, failures)
      if (failures < PATH_STRIKES) return
      strikes.delete(id)
      paths = paths.filter((path) => path.id !== id)
      for (const [place, hop] of hops.entries()) {
        if (place === 0) pool.drop(hop.id)
        else pool.strike(hop.id)
      }
    },
    repair,
  }
}

/** The text of an IPv4 address before its last dot. */
function subnetOf(ip: string): string {
  return ip.slice(0, ip.lastIndexOf('.'))
}
