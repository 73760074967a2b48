import { compareBytes } from '@sessionkit/bytes'
import { GROUP_KEY_EXPIRY_MS } from './limits.ts'

/** A group key with its number and the swarm's time of the message that brought it. */
export interface GroupKeyEntry {
  readonly generation: number
  /** Milliseconds. */
  readonly timestamp: number
  /** 32 bytes. */
  readonly key: Uint8Array
}

/** Order of keys: the last one encrypts, whatever order they arrived in. Protocol page 06, section 2.6. */
export function compareKeys(a: GroupKeyEntry, b: GroupKeyEntry): number {
  return a.generation - b.generation || a.timestamp - b.timestamp || compareBytes(a.key, b.key)
}

/** Confirmed keys in ascending order, and the storage hashes of their messages by generation. */
export class KeyStore {
  readonly keys: GroupKeyEntry[] = []
  readonly hashes: Map<number, Set<string>> = new Map()
  /** Whether anything is held that was not there when this was last set to false. */
  changed = false

  get newest(): GroupKeyEntry | undefined {
    return this.keys.at(-1)
  }

  /** Whether the key is held now, new or not; false for one that is too old. */
  insert(entry: GroupKeyEntry, hash: string): boolean {
    if (this.keys.some(({ generation, key }) => generation === entry.generation && same(key, entry.key))) {
      this.record(entry.generation, hash)
      return true
    }
    const at = this.keys.findIndex((other) => compareKeys(entry, other) < 0)
    const [first, last] = [this.keys[0], this.newest]
    if (
      at === 0 &&
      this.keys.length >= 2 &&
      entry.generation < first!.generation &&
      first!.timestamp + GROUP_KEY_EXPIRY_MS < last!.timestamp
    ) {
      return false
    }
    this.changed = true
    this.keys.splice(at < 0 ? this.keys.length : at, 0, entry)
    this.record(entry.generation, hash)
    this.#expire()
    return true
  }

  record(generation: number, hash: string): void {
    const hashes = this.hashes.get(generation)
    if (hashes?.has(hash)) return
    this.changed = true
    if (hashes === undefined) this.hashes.set(generation, new Set([hash]))
    else hashes.add(hash)
  }

  /** Drops generations whose successor is 60 days older than the newest key, oldest first. */
  #expire(): void {
    const last = this.newest as GroupKeyEntry
    let keep = 0
    for (let next = 1; next < this.keys.length; next++) {
      const successor = this.keys[next] as GroupKeyEntry
      // Inside a generation times ascend, so its first key is its earliest.
      if (successor.generation === (this.keys[next - 1] as GroupKeyEntry).generation) continue
      if (successor.timestamp + GROUP_KEY_EXPIRY_MS >= last.timestamp) break
      keep = next
    }
    for (const { key } of this.keys.splice(0, keep)) key.fill(0)
    const oldest = (this.keys[0] as GroupKeyEntry).generation
    for (const generation of this.hashes.keys()) if (generation < oldest) this.hashes.delete(generation)
  }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return compareBytes(a, b) === 0
}
