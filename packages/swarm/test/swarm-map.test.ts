import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSwarmMap, formatSwarmId, NO_SWARM, parseSwarmId, swarmSpace } from '../src/index.ts'
import { codeOf } from './code-of.ts'

const u64 = fc.bigInt({ min: 0n, max: NO_SWARM })
const idAt = (x: bigint) => `05${'0'.repeat(48)}${x.toString(16).padStart(16, '0')}`

/** The rule of the page, word by word. */
function bruteForce(x: bigint, ids: readonly bigint[]): bigint | undefined {
  const list = [...new Set(ids)].filter((id) => id !== NO_SWARM).sort((a, b) => (a < b ? -1 : 1))
  if (list.length < 2) return list[0]
  let index = list.findIndex((id) => id >= x)
  if (index < 0) index = 0
  const right = list[index] as bigint
  const left = list[(index + list.length - 1) % list.length] as bigint
  return ((right - x) & NO_SWARM) < ((x - left) & NO_SWARM) ? right : left
}

describe('swarm map', () => {
  it('agrees with the rule for whatever ids, at whatever positions and next to every edge', () => {
    fc.assert(
      fc.property(fc.array(u64, { maxLength: 40 }), fc.array(u64, { maxLength: 10 }), (ids, positions) => {
        const map = createSwarmMap(ids)
        const sorted = [...map.swarmIds]
        const middles = sorted.flatMap((id, i) => {
          const left = sorted[(i + sorted.length - 1) % sorted.length] as bigint
          const middle = left + ((id - left) & NO_SWARM) / 2n
          return [middle - 1n, middle, middle + 1n, middle + 2n]
        })
        for (const position of [...positions, ...ids, ...middles, 0n, NO_SWARM]) {
          const x = position & NO_SWARM
          expect(map.swarmFor(idAt(x))).toBe(bruteForce(x, ids))
        }
      }),
    )
  })

  it('agrees with the rule when the ids crowd together', () => {
    const near = fc.array(fc.bigInt({ min: 0n, max: 50n }), { minLength: 2, maxLength: 12 })
    fc.assert(
      fc.property(near, u64, (offsets, base) => {
        const ids = offsets.map((offset) => (base + offset) & NO_SWARM)
        const map = createSwarmMap(ids)
        for (let i = -30n; i < 80n; i++) {
          const x = (base + i) & NO_SWARM
          expect(map.swarmFor(idAt(x))).toBe(bruteForce(x, ids))
        }
      }),
    )
  })

  it('takes ids of either case and any prefix', () => {
    const map = createSwarmMap([1n, 2n ** 63n, 2n ** 64n - 20n])
    const key = `${'ABCDEF0123456789'.repeat(3)}0123456789abcdef`
    for (const prefix of ['05', '03', 'ff']) {
      expect(map.swarmFor(prefix + key)).toBe(map.swarmFor(prefix + key.toLowerCase()))
      expect(map.swarmFor(prefix + key)).toBe(bruteForce(swarmSpace(prefix + key), map.swarmIds))
    }
  })

  it('knows no swarm without ids, and ignores the id of no swarm', () => {
    expect(createSwarmMap([]).swarmFor(idAt(1n))).toBeUndefined()
    expect(createSwarmMap([NO_SWARM]).swarmFor(idAt(1n))).toBeUndefined()
    expect(createSwarmMap([NO_SWARM, 7n, 7n]).swarmIds).toEqual([7n])
  })

  it('refuses what is no id', () => {
    const map = createSwarmMap([1n, 2n ** 63n])
    for (const bad of ['', '05', `${idAt(1n)}0`, `05${'g'.repeat(64)}`, `05${'é'.repeat(64)}`, undefined, 5]) {
      expect(codeOf(() => map.swarmFor(bad as string))).toBe('SWARM_BAD_ID')
      expect(codeOf(() => swarmSpace(bad as string))).toBe('SWARM_BAD_ID')
    }
  })

  it('refuses what is no swarm id', () => {
    for (const bad of [[-1n], [2n ** 64n], [5], null]) {
      expect(codeOf(() => createSwarmMap(bad as bigint[]))).toBe('SWARM_BAD_SWARM_ID')
    }
  })

  it('reads and writes swarm ids as get_swarm does', () => {
    expect(formatSwarmId(undefined)).toBe('ffffffffffffffff')
    expect(formatSwarmId(0n)).toBe('0')
    for (const bad of ['', 'ffffffffffffffff', '0x1', '1'.repeat(17), 7, null])
      expect(parseSwarmId(bad)).toBeUndefined()
    fc.assert(
      fc.property(u64, (id) => {
        expect(parseSwarmId(formatSwarmId(id))).toBe(id === NO_SWARM ? undefined : id)
      }),
    )
  })
})
