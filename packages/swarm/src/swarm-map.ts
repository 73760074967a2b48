import { SwarmError } from './error.ts'
import { checkOwner } from './owner.ts'

/** The id of "no swarm": nodes that are decommissioned or not yet assigned. */
export const NO_SWARM: bigint = 0xffff_ffff_ffff_ffffn
/** Most swarm ids that one map takes. */
export const MAX_SWARMS = 100_000

const MASK = NO_SWARM
// The leading bits of a position that choose a bucket: three hex digits of each word.
const BUCKET_BITS = 12
const BUCKETS = 1 << BUCKET_BITS

const nibbles: Uint8Array = new Uint8Array(128).fill(0x80)
for (let i = 0; i < 16; i++) {
  const digit = i.toString(16)
  nibbles[digit.charCodeAt(0)] = i
  nibbles[digit.toUpperCase().charCodeAt(0)] = i
}

/** Which swarm stores for whom, prepared for many questions. */
export interface SwarmMap {
  /** Ascending, without duplicates and without `NO_SWARM`. */
  readonly swarmIds: readonly bigint[]
  /**
   * The swarm of an account, or undefined when there is none at all. The prefix does not matter. Reads the hex text
   * in place and checks its length and the digits it needs, so give it an id that was parsed. Throws `SWARM_BAD_ID`.
   */
  swarmFor(owner: string): bigint | undefined
}

/**
 * The position of an account on the ring: the xor of the four big-endian words of its 32 bytes. Protocol page 04,
 * section 1.1. Throws `SWARM_BAD_ID`.
 */
export function swarmSpace(owner: string): bigint {
  const id = checkOwner(owner)
  let x = 0n
  for (let at = 2; at < 66; at += 16) x ^= BigInt(`0x${id.slice(at, at + 16)}`)
  return x
}

/** A swarm id as `get_swarm` writes it: hex of either case, 1 to 16 digits. Undefined for "no swarm" and other text. */
export function parseSwarmId(text: unknown): bigint | undefined {
  if (typeof text !== 'string' || text.length > 16 || !/^[0-9a-f]+$/i.test(text)) return undefined
  const id = BigInt(`0x${text}`)
  return id === NO_SWARM ? undefined : id
}

/** A swarm id as `get_swarm` writes it: lower-case hex without leading zeros. */
export function formatSwarmId(id: bigint | undefined): string {
  return (id ?? NO_SWARM).toString(16)
}

/**
 * Prepares the mapping of accounts to these swarms, in any order. Protocol page 04, section 1.1.
 *
 * The ring is cut at the middles between neighbours, a tie going to the lower one. An account then is a search for
 * its arc, over two 32-bit halves; for most positions the three leading digits already say which arc it is.
 * Throws `SWARM_BAD_SWARM_ID` for what is not a u64, and for more than `MAX_SWARMS`.
 */
export function createSwarmMap(swarmIds: readonly bigint[]): SwarmMap {
  if (!Array.isArray(swarmIds) || swarmIds.length > MAX_SWARMS) {
    throw new SwarmError('SWARM_BAD_SWARM_ID', `swarmIds: expected an array of at most ${MAX_SWARMS}`)
  }
  for (const id of swarmIds) {
    if (typeof id !== 'bigint' || id < 0n || id > MASK) {
      throw new SwarmError('SWARM_BAD_SWARM_ID', 'swarmIds: expected integers of 64 bits')
    }
  }
  const ids: bigint[] = [...new Set<bigint>(swarmIds)].filter((id) => id !== NO_SWARM)
  ids.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const frozen = Object.freeze(ids)
  if (ids.length < 2) {
    return {
      swarmIds: frozen,
      swarmFor(owner) {
        checkLength(owner)
        return ids[0]
      },
    }
  }

  // An arc starts at the first position that is nearer to its swarm than to the one before.
  const arcs = ids.map((id, i) => {
    const left = ids[(i + ids.length - 1) % ids.length] as bigint
    return { start: (left + ((id - left) & MASK) / 2n + 1n) & MASK, id }
  })
  arcs.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0))
  const count = arcs.length
  const swarms = arcs.map(({ id }) => id)
  const high = Uint32Array.from(arcs, ({ start }) => Number(start >> 32n))
  const low = Uint32Array.from(arcs, ({ start }) => Number(start & 0xffff_ffffn))

  // The arc that a whole bucket lies in, or -1 where an arc starts inside it.
  const buckets = new Int32Array(BUCKETS)
  for (let bucket = 0, next = 0; bucket < BUCKETS; bucket++) {
    const arc = next === 0 ? count - 1 : next - 1
    const before = next
    while (next < count && (high[next] as number) >>> (32 - BUCKET_BITS) === bucket) next++
    buckets[bucket] = next === before ? arc : -1
  }

  const search = (owner: string): bigint | undefined => {
    const hi = half(owner, 2)
    const lo = half(owner, 10)
    let from = 0
    let to = count
    while (from < to) {
      const mid = (from + to) >>> 1
      const h = high[mid] as number
      if (h < hi || (h === hi && (low[mid] as number) <= lo)) from = mid + 1
      else to = mid
    }
    return swarms[from === 0 ? count - 1 : from - 1]
  }

  return {
    swarmIds: frozen,
    swarmFor(owner) {
      checkLength(owner)
      const a = digit(owner, 2)
      const b = digit(owner, 3)
      const c = digit(owner, 4)
      if (((a | b | c) & 0x80) !== 0) throw badId()
      const arc = buckets[(a << 8) | (b << 4) | c] as number
      return arc < 0 ? search(owner) : swarms[arc]
    },
  }
}

const badId = (): SwarmError => new SwarmError('SWARM_BAD_ID', 'owner: expected an id of 66 hex characters')

function checkLength(owner: string): void {
  if (typeof owner !== 'string' || owner.length !== 66) throw badId()
}

/** A digit of the four words, xored; bit 7 is set when one was no hex digit. */
function digit(owner: string, at: number): number {
  const a = owner.charCodeAt(at)
  const b = owner.charCodeAt(at + 16)
  const c = owner.charCodeAt(at + 32)
  const d = owner.charCodeAt(at + 48)
  if ((a | b | c | d) > 127) return 0x80
  const p = nibbles[a] as number
  const q = nibbles[b] as number
  const r = nibbles[c] as number
  const s = nibbles[d] as number
  return (p ^ q ^ r ^ s) | ((p | q | r | s) & 0x80)
}

/** 32 bits of the position, from the eight digits at `at` of each word. */
function half(owner: string, at: number): number {
  let value = 0
  let bad = 0
  for (let i = at; i < at + 8; i++) {
    const d = digit(owner, i)
    bad |= d
    value = (value << 4) | d
  }
  if ((bad & 0x80) !== 0) throw badId()
  return value >>> 0
}
