import { type BencodeInput, bytesToUtf8, encodeBencode, isSessionKitError } from '@sessionkit/bytes'
import { bytesField, countField, decodeDict } from './bencode-dict.ts'
import { ClosedGroupError } from './error.ts'
import type { PendingKey } from './group-keys.ts'
import { keysOf, writeKeyList } from './key-list.ts'
import { compareKeys, KeyStore } from './key-store.ts'
import { GROUP_KEY_LENGTH } from './limits.ts'

interface KeysDump {
  readonly store: KeyStore
  readonly pending: PendingKey | null
}

/** Protocol page 06, section 13. Hashes are sorted; the reference keeps them in no order. */
export function writeKeysDump({ store, pending }: KeysDump): Uint8Array {
  const generations = [...store.hashes.keys()].sort((a, b) => a - b)
  const fields = new Map<string, BencodeInput>([
    ['A', generations.map((generation) => [generation, ...[...(store.hashes.get(generation) ?? [])].sort()])],
    ['L', writeKeyList(store.keys)],
  ])
  if (pending !== null) {
    fields.set(
      'P',
      new Map<string, BencodeInput>([
        ['c', pending.message],
        ['g', pending.generation],
        ['k', pending.key],
      ]),
    )
  }
  return encodeBencode(fields)
}

/** Throws `GROUP_BAD_DUMP`: the caller starts anew and fetches from the swarm. */
export function readKeysDump(bytes: Uint8Array): KeysDump {
  if (!(bytes instanceof Uint8Array)) throw new ClosedGroupError('GROUP_BAD_ARGUMENT', 'dump: expected bytes')
  // Our own bytes: whatever was written can be read, also the hashes of very many messages.
  const dict = decodeDict(bytes, 'GROUP_BAD_DUMP', 'dump', { maxBytes: bytes.length, maxItems: bytes.length })
  const store = new KeyStore()
  const active = dict.get('A')
  if (!Array.isArray(active)) throw bad('no list of hashes')
  let previous = -1
  for (const item of active) {
    const [number, ...hashes] = Array.isArray(item) ? item : []
    const generation = countField(new Map([['g', number ?? -1n]]), 'g')
    if (generation === undefined || generation <= previous) throw bad('hashes without an ascending generation')
    previous = generation
    for (const hash of hashes) store.record(generation, textOf(hash))
  }
  const keys = keysOf(dict.get('L'))
  if (keys === null) throw bad('no list of keys')
  for (const [i, key] of keys.entries()) {
    const before = keys[i - 1]
    if (before !== undefined && compareKeys(before, key) >= 0) throw bad('keys not strictly ascending')
    store.keys.push(key)
  }
  const pending = dict.get('P')
  if (pending === undefined) return { store, pending: null }
  if (!(pending instanceof Map)) throw bad('a pending key that is no dict')
  const message = bytesField(pending, 'c')
  const generation = countField(pending, 'g')
  const key = bytesField(pending, 'k', GROUP_KEY_LENGTH)
  if (message === undefined || generation === undefined || key === undefined) throw bad('an incomplete pending key')
  return { store, pending: { message, generation, key } }
}

function textOf(hash: unknown): string {
  if (!(hash instanceof Uint8Array)) throw bad('a hash that is no text')
  try {
    return bytesToUtf8(hash)
  } catch (cause) {
    if (!isSessionKitError(cause)) throw cause
    throw bad('a hash that is no text')
  }
}

function bad(what: string): ClosedGroupError {
  return new ClosedGroupError('GROUP_BAD_DUMP', `dump: ${what}`)
}
