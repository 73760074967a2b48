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
   * A path whose hops are none of `avoid` (the destination), and which is none of `failed` where there is another: the
   * kept one with the fewest strikes, then the fewest requests under way, ties at random. Where no kept path is left, a
   * variation behind the same guard. Throws NETWORK_TOO_FEW_NODES.
   */
  pick(options?: { readonly avoid?: ReadonlySet<string>; readonly failed?: ReadonlySet<number> }): Path
  /** Counts a request in; call the answer when it is over. */
  use(path: Path): () => void
  /**
   * One failure of the path. At the third its hops get a strike each and it is given up; where the guard answered each
   * time, with an error about what is behind it, the guard stays and gets others behind it.
   */
  strike(path: Path, options?: { readonly guardAnswered?: boolean }): void
  /** An authentic answer came over the path: its strikes are forgotten, so that only failures in a row count. */
  succeed(path: Path): void
  /** Puts another node in the place of this one, wherever it stands. A path whose guard it is, is built anew. */
  repair(id: string): void
}

/** Protocol page 03, section 9. Asks nobody; builds from the pool when a path is wanted. */
export function createPaths({ pool, random, length = 3, count = 2, subnetRule = true }: CreatePathsOptions): Paths {
  let paths: Path[] = []
  let generation = -1
  let nextId = 1
  const strikes = new Map<number, { count: number; guardAnswered: boolean }>()
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

  /** A path for one request beside the kept ones, behind a kept guard where one may be used. */
  const variation = (avoid: ReadonlySet<string>, guards = paths.map(({ hops }) => hops[0])): Path | undefined => {
    const free = guards.filter((hop) => hop !== undefined && !avoid.has(hop.id))
    const guard = free[randomBelow(free.length, random)]
    const kept = guard ? [guard] : []
    const rest = draw(length - kept.length, kept, avoid)
    return rest && { id: nextId++, hops: [...kept, ...rest] }
  }

  /** A variation without the hops behind the guards of failed paths; behind the guard of another path if there is one. */
  const around = (avoid: ReadonlySet<string>, failed: ReadonlySet<number>): Path | undefined => {
    const others = paths.filter(({ id }) => !failed.has(id))
    const behind = paths.filter(({ id }) => failed.has(id)).flatMap(({ hops }) => hops.slice(1))
    const guards = (others.length > 0 ? others : paths).map(({ hops }) => hops[0])
    if (!guards.some((guard) => guard && !avoid.has(guard.id))) return undefined
    return variation(new Set([...avoid, ...behind.map(({ id }) => id)]), guards)
  }

  return {
    all() {
      refill()
      return [...paths]
    },
    pick({ avoid = new Set<string>(), failed = new Set<number>() } = {}) {
      refill()
      const clear = paths.filter(({ hops }) => !hops.some(({ id }) => avoid.has(id)))
      const fresh = clear.filter(({ id }) => !failed.has(id))
      // Where every clear path just failed, others behind the kept guards are better than the same again.
      const detour = clear.length > 0 && fresh.length === 0 ? around(avoid, failed) : undefined
      if (detour) return detour
      const candidates = fresh.length > 0 ? fresh : clear
      const rank = ({ id }: Path) => (strikes.get(id)?.count ?? 0) * 1_000_000 + (underWay.get(id) ?? 0)
      const least = Math.min(...candidates.map(rank))
      const best = candidates.filter((path) => rank(path) === least)
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
    strike({ id, hops }, { guardAnswered = false } = {}) {
      // A variation is for one request: nothing of it is kept that could be given up.
      if (!paths.some((path) => path.id === id)) return
      const before = strikes.get(id) ?? { count: 0, guardAnswered: true }
      const now = { count: before.count + 1, guardAnswered: before.guardAnswered && guardAnswered }
      strikes.set(id, now)
      if (now.count < PATH_STRIKES) return
      strikes.delete(id)
      const [guard, ...behind] = hops as [PoolNode, ...PoolNode[]]
      for (const hop of behind) pool.strike(hop.id)
      if (now.guardAnswered) pool.strike(guard.id)
      else pool.drop(guard.id)
      const others = paths.filter((path) => path.id !== id)
      const rest = pool.isUsable(guard.id)
        ? draw(behind.length, [guard, ...hopsOf(others)], new Set(behind.map((hop) => hop.id)))
        : undefined
      paths = rest ? [...others, { id: nextId++, hops: [guard, ...rest] }] : others
    },
    succeed: ({ id }) => void strikes.delete(id),
    repair,
  }
}

/** The text of an IPv4 address before its last dot. */
function subnetOf(ip: string): string {
  return ip.slice(0, ip.lastIndexOf('.'))
}
