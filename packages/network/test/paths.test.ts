import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPaths, type Path } from '../src/paths.ts'
import { createPool } from '../src/pool.ts'
import { pretendNodes, seededRandom } from './pretend-nodes.ts'

function setUp({
  count = 20,
  perSubnet = 1,
  seed = 1,
  ...options
}: {
  count?: number
  perSubnet?: number
  seed?: number
  length?: number
  subnetRule?: boolean
} = {}) {
  const random = seededRandom(seed)
  const pool = createPool({ random })
  const nodes = pretendNodes(count, perSubnet)
  pool.replace(nodes)
  return { pool, nodes, paths: createPaths({ pool, random, ...options }) }
}
const ids = (path: Path | undefined) => path?.hops.map(({ id }) => id) ?? []
const subnets = (list: readonly Path[]) => list.flatMap(({ hops }) => hops.map(({ ip }) => ip.replace(/\.\d+$/, '')))

describe('paths', () => {
  it('are two of three hops, disjoint and in different /24s', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 14, max: 60 }),
        fc.integer({ min: 1, max: 2 }),
        (seed, count, per) => {
          const { paths } = setUp({ seed, count, perSubnet: per })
          const all = paths.all()
          expect(all.map(({ hops }) => hops.length)).toEqual([3, 3])
          expect(new Set(all.flatMap(ids)).size).toBe(6)
          expect(new Set(subnets(all)).size).toBe(6)
        },
      ),
    )
  })

  it('refuse nodes of one /24 unless the rule is off', () => {
    expect(() => setUp({ count: 20, perSubnet: 20 }).paths.pick()).toThrow(
      expect.objectContaining({ code: 'NETWORK_TOO_FEW_NODES' }),
    )
    expect(setUp({ count: 20, perSubnet: 20, subnetRule: false }).paths.all()).toHaveLength(2)
  })

  it('never hold the destination, also in a network that is barely large enough', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 4, max: 9 }), (seed, count) => {
        const { paths, nodes } = setUp({ seed, count })
        for (const { id } of nodes) {
          const path = paths.pick({ avoid: new Set([id]) })
          expect(ids(path)).toHaveLength(3)
          expect(ids(path)).not.toContain(id)
          expect(new Set(ids(path)).size).toBe(3)
        }
      }),
    )
  })

  it('keep their guard when the destination stands behind it', () => {
    const { paths } = setUp({ count: 5 })
    const [only] = paths.all()
    const path = paths.pick({ avoid: new Set([ids(only)[1] ?? '']) })
    expect(ids(path)[0]).toBe(ids(only)[0])
    expect(paths.all()).toEqual([only])
  })

  it('are repaired in place, guard and other hops untouched', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 2 }), (seed, place) => {
        const { paths, pool } = setUp({ seed })
        const before = paths.all()
        const bad = ids(before[0])[place] ?? ''
        pool.drop(bad)
        paths.repair(bad)
        const after = paths.all()
        expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id))
        expect(ids(after[1])).toEqual(ids(before[1]))
        for (const i of [0, 1, 2]) {
          if (i === place) expect(after.flatMap(ids)).not.toContain(bad)
          else expect(ids(after[0])[i]).toBe(ids(before[0])[i])
        }
        expect(new Set(after.flatMap(ids)).size).toBe(6)
      }),
    )
  })

  it('repair a hop that was struck out, without being told', () => {
    const { paths, pool } = setUp()
    const bad = ids(paths.all()[1])[2] ?? ''
    for (let i = 0; i < 3; i++) pool.strike(bad)
    expect(paths.all().flatMap(ids)).not.toContain(bad)
  })

  it('are built anew when the guard goes', () => {
    const { paths, pool } = setUp()
    const [first, second] = paths.all()
    pool.drop(ids(first)[0] ?? '')
    const after = paths.all()
    expect(after).toHaveLength(2)
    expect(after).toContainEqual(second)
    expect(after.flatMap(ids)).not.toContain(ids(first)[0])
  })

  it('are given up at the third strike: guard out, a strike for those behind it', () => {
    const { paths, pool } = setUp()
    const path = paths.all()[0] as Path
    for (let i = 0; i < 2; i++) paths.strike(path)
    expect(paths.all()).toContainEqual(path)
    paths.strike(path)
    expect(paths.all().map(({ id }) => id)).not.toContain(path.id)
    expect(pool.isUsable(ids(path)[0] ?? '')).toBe(false)
    expect(ids(path).slice(1).map(pool.strikes)).toEqual([1, 1])
  })

  it('keep a guard that answered each time, with others behind it', () => {
    const { paths, pool } = setUp()
    const path = paths.all()[0] as Path
    for (let i = 0; i < 3; i++) paths.strike(path, { guardAnswered: true })
    const [guard, ...behind] = ids(path)
    const kept = paths.all().find(({ hops }) => hops[0]?.id === guard)
    expect(ids(kept)).toHaveLength(3)
    expect(new Set(paths.all().flatMap(ids)).size).toBe(6)
    for (const id of behind) expect(ids(kept)).not.toContain(id)
    expect(ids(path).map(pool.strikes)).toEqual([1, 1, 1])
    for (let round = 0; round < 2; round++) {
      const now = paths.all().find(({ hops }) => hops[0]?.id === guard) as Path
      for (let i = 0; i < 3; i++) paths.strike(now, { guardAnswered: true })
    }
    expect(paths.all().flatMap(ids)).not.toContain(guard)
  })

  it('share the load, and avoid the one that just failed', () => {
    const { paths } = setUp()
    const first = paths.pick()
    const done = paths.use(first)
    for (let i = 0; i < 20; i++) expect(paths.pick().id).not.toBe(first.id)
    done()
    done()
    for (let i = 0; i < 20; i++) expect(paths.pick({ failed: [first] }).id).not.toBe(first.id)
    const seen = new Set(Array.from({ length: 40 }, () => paths.pick().id))
    expect(seen.size).toBe(2)
  })

  it('are varied behind the kept guards in turn when all of them failed', () => {
    const { paths } = setUp()
    const all = paths.all()
    const guards = all.map((path) => ids(path)[0])
    const failed: Path[] = [...all]
    for (let i = 0; i < 2; i++) {
      const path = paths.pick({ failed })
      const count = (guard: string | undefined) => failed.filter((one) => ids(one)[0] === guard).length
      expect(count(ids(path)[0])).toBe(Math.min(...guards.map(count)))
      for (const id of ids(path).slice(1)) expect(failed.flatMap(ids)).not.toContain(id)
      failed.push(path)
    }
    // Twice each, with other hops: now a new guard, for this request only.
    expect(guards).not.toContain(ids(paths.pick({ failed }))[0])
    expect(paths.all()).toEqual(all)
  })

  it('forget strikes with an answer, and prefer a path without', () => {
    const { paths } = setUp()
    const [first, second] = paths.all() as [Path, Path]
    for (let i = 0; i < 9; i++) {
      paths.strike(first)
      expect(paths.pick().id).toBe(second.id)
      paths.succeed(first)
    }
    expect(paths.all()).toContainEqual(first)
  })

  it('outlive a new list that still has their nodes', () => {
    const { paths, pool, nodes } = setUp()
    const before = paths.all()
    pool.replace([...nodes].reverse())
    expect(paths.all()).toEqual(before)
    pool.replace(nodes.filter(({ id }) => id !== ids(before[0])[1]))
    expect(paths.all()).toHaveLength(2)
    expect(paths.all().flatMap(ids)).not.toContain(ids(before[0])[1])
  })

  it('may have any length from one hop', () => {
    for (const length of [1, 2, 4])
      expect(
        setUp({ length })
          .paths.all()
          .map(ids)
          .map((p) => p.length),
      ).toEqual([length, length])
  })
})

describe('the pool', () => {
  it('strikes out at the third failure, forgets with a new list, and ignores strangers', () => {
    const { pool, nodes } = setUp()
    const id = nodes[0]?.id ?? ''
    expect([pool.strike(id), pool.strike(id), pool.strike(id), pool.strike(id)]).toEqual([false, false, true, false])
    expect(pool.isUsable(id)).toBe(false)
    expect(pool.shuffled().some((node) => node.id === id)).toBe(false)
    pool.replace(nodes)
    expect(pool.isUsable(id)).toBe(true)
    expect(pool.strike('ff')).toBe(false)
    expect(() => pool.replace([])).toThrow(expect.objectContaining({ code: 'NETWORK_TOO_FEW_NODES' }))
  })
})
