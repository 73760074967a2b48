import { blake2b } from '@sessionkit/crypto'
import { BencodeReader, encodeString, type RawValue } from './bencode-text.ts'
import { ConfigError } from './error.ts'
import {
  MAX_FINISHED_SETS,
  MAX_PARTS,
  MAX_PENDING_BYTES,
  MAX_PENDING_SETS,
  MAX_STORED_CONFIG,
  MULTIPART_CHUNK,
  MULTIPART_REMEMBER_MS,
  MULTIPART_WAIT_MS,
} from './limits.ts'
import { binaryToBytes, bytesToBinary } from './value.ts'

const M = 0x6d

/** One part of a message that is too large to be stored at once. */
export interface ConfigPart {
  /** BLAKE2b-256 of all chunks together, as text of one character a byte. */
  readonly finalHash: string
  readonly index: number
  readonly count: number
  readonly chunk: Uint8Array
}

/** Splits padded bytes into parts, each to be encrypted by itself. Protocol page 05, section 9.4. */
export function splitConfig(padded: Uint8Array): Uint8Array[] {
  const count = Math.ceil(padded.length / MULTIPART_CHUNK)
  if (count < 2) throw new ConfigError('CONFIG_BAD_ARGUMENT', 'padded: fits one message')
  if (count > MAX_PARTS) throw new ConfigError('CONFIG_TOO_LARGE', `${count} parts, at most ${MAX_PARTS}`)
  const hash = finalHashOf(padded)
  return Array.from({ length: count }, (_, index) => {
    const chunk = padded.subarray(index * MULTIPART_CHUNK, (index + 1) * MULTIPART_CHUNK)
    const head = `ml${encodeString(hash)}1:${String.fromCharCode(index)}1:${String.fromCharCode(count)}${chunk.length}:`
    // 50: room for a length of five digits. What a shorter one leaves stays behind as zeros.
    const part = new Uint8Array(chunk.length + 50)
    part.set(binaryToBytes(head))
    part.set(chunk, head.length)
    part[head.length + chunk.length] = 0x65
    return part
  })
}

/** Reads a decrypted part without leading zeros. Throws `CONFIG_BAD_PART`. Protocol page 05, section 9.4. */
export function parseConfigPart(bytes: Uint8Array): ConfigPart {
  if (!(bytes instanceof Uint8Array)) throw new ConfigError('CONFIG_BAD_ARGUMENT', 'bytes: expected a Uint8Array')
  if (bytes[0] !== M) throw bad('no part')
  if (bytes.length > MAX_STORED_CONFIG) throw bad('too large')
  const reader = new BencodeReader(bytesToBinary(bytes.subarray(1)))
  try {
    reader.open('l')
    const finalHash = reader.string()
    const index = reader.string()
    const count = reader.string()
    const chunk = reader.string()
    if (!reader.close()) throw bad('more than four elements')
    if (finalHash.length !== 32) throw bad('a hash that is not 32 bytes')
    if (index.length !== 1 || count.length !== 1) throw bad('a number that is not one byte')
    if (chunk.length === 0) throw bad('an empty chunk')
    const part = { finalHash, index: index.charCodeAt(0), count: count.charCodeAt(0), chunk: binaryToBytes(chunk) }
    if (part.count < 2 || part.index >= part.count) throw bad('an index outside its set')
    return part
  } catch (cause) {
    if (cause instanceof ConfigError && cause.code === 'CONFIG_BAD_BENCODE') throw bad('not a list of strings', cause)
    throw cause
  }
}

interface PendingSet {
  count: number
  expiry: number
  /** Null when the set is finished. */
  parts: Map<number, { readonly storageHash: string; readonly chunk: Uint8Array }> | null
}

/** What came of one part: nothing more yet, or the whole padded message with the storage hashes of its parts. */
export type PartResult = 'kept' | 'known' | { readonly padded: Uint8Array; readonly storageHashes: readonly string[] }

/** The sets of parts of one config that are incomplete, and those that were finished lately. */
export class PartSets {
  readonly #sets = new Map<string, PendingSet>()

  /** Forgets what has expired; whether anything did. */
  expire(now: number): boolean {
    let changed = false
    for (const [hash, set] of this.#sets) {
      if (set.expiry > now) continue
      this.#sets.delete(hash)
      changed = true
    }
    return changed
  }

  add(part: ConfigPart, storageHash: string, now: number): PartResult {
    let set = this.#sets.get(part.finalHash)
    if (set === undefined) {
      set = { count: part.count, expiry: 0, parts: new Map() }
      this.#sets.set(part.finalHash, set)
    }
    if (set.parts === null) return 'known'
    if (set.count !== part.count) throw bad('another number of parts than before')
    if (set.parts.has(part.index)) return 'known'
    set.parts.set(part.index, { storageHash, chunk: part.chunk })
    set.expiry = now + MULTIPART_WAIT_MS
    if (set.parts.size < set.count) {
      this.#makeRoom(part.finalHash)
      return 'kept'
    }
    const all = Array.from({ length: set.count }, (_, index) => set.parts!.get(index)!)
    this.#sets.delete(part.finalHash)
    const padded = binaryToBytes(all.map(({ chunk }) => bytesToBinary(chunk)).join(''))
    if (finalHashOf(padded) !== part.finalHash) throw bad('the parts do not make what they claim')
    this.finish(part.finalHash, now)
    return { padded, storageHashes: all.map((piece) => piece.storageHash) }
  }

  /** Remembers a set as finished, so that stragglers and echoes are ignored. */
  finish(finalHash: string, now: number): void {
    this.#sets.set(finalHash, { count: 0, expiry: now + MULTIPART_REMEMBER_MS, parts: null })
    const finished = [...this.#sets].filter(([, set]) => set.parts === null)
    if (finished.length > MAX_FINISHED_SETS) this.#sets.delete(oldest(finished))
  }

  /** Forgets a set, as one whose message a later version may be able to read. */
  forget(finalHash: string): void {
    this.#sets.delete(finalHash)
  }

  /** Storage hashes of the parts of incomplete sets: they must be kept alive. */
  storageHashes(): string[] {
    return [...this.#sets.values()].flatMap((set) => [...(set.parts?.values() ?? [])].map((part) => part.storageHash))
  }

  /** The form of a dump. */
  toRaw(): Map<string, RawValue> {
    const raw = new Map<string, RawValue>()
    for (const [hash, set] of this.#sets) {
      const fields = new Map<string, RawValue>([
        ['#', BigInt(set.parts === null ? 0 : set.count)],
        ['T', BigInt(set.expiry)],
      ])
      if (set.parts !== null) {
        const parts = [...set.parts].sort(([a], [b]) => a - b)
        fields.set(
          'p',
          parts.map(
            ([index, part]) =>
              new Map<string, RawValue>([
                ['#', BigInt(index)],
                ['M', bytesToBinary(new TextEncoder().encode(part.storageHash))],
                ['d', bytesToBinary(part.chunk)],
              ]),
          ),
        )
      }
      raw.set(hash, fields)
    }
    return raw
  }

  /** Reads the form of a dump; a set that is not well-formed is left out, the swarm still has it. */
  load(raw: ReadonlyMap<string, RawValue>): void {
    for (const [hash, fields] of raw) {
      if (hash.length !== 32 || !(fields instanceof Map)) continue
      const count = fields.get('#')
      const expiry = fields.get('T')
      const list = fields.get('p')
      if (typeof count !== 'bigint' || typeof expiry !== 'bigint' || !Number.isSafeInteger(Number(expiry))) continue
      if (count === 0n) {
        this.#sets.set(hash, { count: 0, expiry: Number(expiry), parts: null })
        continue
      }
      if (count < 2n || count > BigInt(MAX_PARTS) || !Array.isArray(list)) continue
      const parts: PendingSet['parts'] = new Map()
      for (const item of list) {
        if (!(item instanceof Map)) continue
        const index = item.get('#')
        const storageHash = item.get('M')
        const chunk = item.get('d')
        if (typeof index !== 'bigint' || index < 0n || index >= count) continue
        if (typeof storageHash !== 'string' || typeof chunk !== 'string' || chunk === '') continue
        const text = new TextDecoder().decode(binaryToBytes(storageHash))
        parts.set(Number(index), { storageHash: text, chunk: binaryToBytes(chunk) })
      }
      if (parts.size > 0 && parts.size < Number(count)) {
        this.#sets.set(hash, { count: Number(count), expiry: Number(expiry), parts })
      }
    }
  }

  get size(): number {
    return this.#sets.size
  }

  #makeRoom(current: string): void {
    for (;;) {
      const pending = [...this.#sets].filter(([, set]) => set.parts !== null)
      const bytes = pending.reduce((sum, [, set]) => sum + sizeOf(set), 0)
      if (pending.length <= MAX_PENDING_SETS && bytes <= MAX_PENDING_BYTES) return
      const others = pending.filter(([hash]) => hash !== current)
      if (others.length === 0) return
      this.#sets.delete(oldest(others))
    }
  }
}

export function finalHashOf(padded: Uint8Array): string {
  return bytesToBinary(blake2b({ message: padded, length: 32 }))
}

function sizeOf(set: PendingSet): number {
  let bytes = 0
  for (const part of set.parts?.values() ?? []) bytes += part.chunk.length
  return bytes
}

function oldest(sets: readonly (readonly [string, PendingSet])[]): string {
  return sets.reduce((first, next) => (next[1].expiry < first[1].expiry ? next : first))[0]
}

function bad(what: string, cause?: unknown): ConfigError {
  return new ConfigError('CONFIG_BAD_PART', `part: ${what}`, cause === undefined ? {} : { cause })
}
