import type { RandomSource } from '@sessionkit/bytes'
import type { PoolNode } from '../src/pool.ts'

/** Repeatable randomness: a xorshift generator. */
export function seededRandom(seed: number): RandomSource {
  let state = seed >>> 0 || 1
  return (length) =>
    Uint8Array.from({ length }, () => {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      return state & 0xff
    })
}

/** Nodes that exist only as list entries: `nodesPerSubnet` of them share a /24. */
export function pretendNodes(count: number, nodesPerSubnet = 1): PoolNode[] {
  return Array.from({ length: count }, (_, i) => {
    const key = new Uint8Array(32).fill(i + 1)
    const subnet = Math.floor(i / nodesPerSubnet)
    return {
      id: [...key].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
      ed25519: key,
      x25519: key,
      ip: `10.${subnet >> 8}.${subnet & 255}.${(i % nodesPerSubnet) + 1}`,
      port: 22021,
      swarmId: BigInt(i % 3),
    }
  })
}
