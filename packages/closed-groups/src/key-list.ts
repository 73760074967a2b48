import { type BencodeInput, type BencodeValue, decodeBencode, isSessionKitError } from '@sessionkit/bytes'
import { bytesField, countField } from './bencode-dict.ts'
import type { GroupKeyEntry } from './key-store.ts'
import { GROUP_KEY_LENGTH } from './limits.ts'

/** Keys as supplements and dumps have them: dicts of generation, key and time. Protocol page 06, section 2.4. */
export function writeKeyList(keys: readonly GroupKeyEntry[]): BencodeInput[] {
  return keys.map(
    ({ generation, key, timestamp }) =>
      new Map<string, BencodeInput>([
        ['g', generation],
        ['k', key],
        ['t', timestamp],
      ]),
  )
}

/** Null for anything that is no list of such dicts. */
export function readKeyList(bytes: Uint8Array): GroupKeyEntry[] | null {
  try {
    return keysOf(decodeBencode(bytes, { maxDepth: 4, maxItems: 20_000 }))
  } catch (error) {
    if (isSessionKitError(error)) return null
    throw error
  }
}

export function keysOf(value: BencodeValue | undefined): GroupKeyEntry[] | null {
  if (!Array.isArray(value)) return null
  const keys: GroupKeyEntry[] = []
  for (const item of value) {
    if (!(item instanceof Map)) return null
    const generation = countField(item, 'g')
    const key = bytesField(item, 'k', GROUP_KEY_LENGTH)
    const timestamp = countField(item, 't')
    if (generation === undefined || key === undefined || timestamp === undefined) return null
    keys.push({ generation, key, timestamp })
  }
  return keys
}
