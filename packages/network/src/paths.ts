import type { RandomSource } from '@sessionkit/bytes'
import { NetworkError } from './error.ts'
import type { NodePool, PoolNode } from './pool.ts'
import { randomBelow, shuffled } from './random.ts'

/** Failures after which a path is given up. Protocol page 03, section 8.3. */
export const PATH_STRIKES = 3

/** Failures of one call behind one guard, with other hops and destinations each, after which a new guard is tried. */
const GUARD_FAILURES = 2

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
  pick(options?: { readonly avoid?: ReadonlySet<string>; readonly failed?: readonly Path[] }): Path
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

  /** A path for one request beside the kept ones, behind this guard or a new one. */
  const variation = (guard: PoolNode | undefined, avoid: ReadonlySet<string>): Path | undefined => {
    const kept = guard ? [guard] : []
    const guards = paths.map(({ hops }) => hops[0]?.id ?? '')
    const places = length - kept.length
    const rest = draw(places, kept, new Set([...avoid, ...guards])) ?? draw(places, kept, avoid)
    return rest && { id: nextId++, hops: [...kept, ...rest] }
  }

  /** The kept guards that may be used in a call in which these paths failed, fewest failures first, ties at random. */
  const guardsLeft = (avoid: ReadonlySet<string>, failed: readonly Path[]): PoolNode[] => {
    const failures = (guard: PoolNode) => failed.filter(({ hops }) => hops[0]?.id === guard.id).length
    const guards = paths
      .flatMap(({ hops }) => hops.slice(0, 1))
      .filter((guard) => !avoid.has(guard.id) && failures(guard) < GUARD_FAILURES)
    return shuffled(guards, random).sort((a, b) => failures(a) - failures(b))
  }

  return {
    all() {
      refill()
      return [...paths]
    },
    pick({ avoid = new Set<string>(), failed = [] } = {}) {
      refill()
      const failedIds = new Set(failed.map(({ id }) => id))
      const clear = paths.filter(({ hops }) => !hops.some(({ id }) => avoid.has(id)))
      const fresh = clear.filter(({ id }) => !failedIds.has(id))
      const rank = ({ id }: Path) => (strikes.get(id)?.count ?? 0) * 1_000_000 + (underWay.get(id) ?? 0)
      const [best] = shuffled(fresh, random).sort((a, b) => rank(a) - rank(b))
      if (best) return best
      // Others behind a kept guard are better than what failed, and that is better than a new guard.
      const [guard] = guardsLeft(avoid, failed)
      const behind = failed.flatMap(({ hops }) => hops.slice(1).map(({ id }) => id))
      const path =
        (guard && (variation(guard, new Set([...avoid, ...behind])) ?? variation(guard, avoid))) ??
        variation(
          undefined,
          new Set([...avoid, ...failed.flatMap(({ hops }) => hops.slice(0, 1).map(({ id }) => id))]),
        ) ??
        clear[randomBelow(clear.length, random)] ??
        variation(undefined, avoid)
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
    strike(failed, { guardAnswered = false } = {}) {
      // A variation is for one request. What is kept of it is the guard, if that may be to blame.
      const isSame = (path: Path) => path.id === failed.id
      const hasItsGuard = (path: Path) => !guardAnswered && path.hops[0]?.id === failed.hops[0]?.id
      const kept = paths.find(isSame) ?? paths.find(hasItsGuard)
      if (!kept) return
      const { id, hops } = kept
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
