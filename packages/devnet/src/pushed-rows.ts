import { bytesToHex, concatBytes, decodeBencode, encodeBencode, hexToBytes } from '@sessionkit/bytes'
import type { MessageRow } from './database.ts'

/** What `sn.data` carries. Protocol page 04, section 6. */
export function encodeRows(rows: readonly MessageRow[]): Uint8Array {
  const list = rows.map((row) => [hexToBytes(row.owner), row.hash, row.timestamp, row.expiry, row.data, row.namespace])
  return concatBytes(Uint8Array.of(1), encodeBencode(list))
}

/** Rows in pieces of at most about nine megabytes. Protocol page 04, section 6. */
export function piecesOf(rows: readonly MessageRow[]): MessageRow[][] {
  const pieces: MessageRow[][] = []
  let size = Number.POSITIVE_INFINITY
  for (const row of rows) {
    size += row.data.length + 200
    if (size > 9_000_000) {
      pieces.push([])
      size = row.data.length + 200
    }
    pieces.at(-1)!.push(row)
  }
  return pieces
}

function rowFromList(item: unknown): MessageRow | null {
  if (!Array.isArray(item)) return null
  const [owner, hash, timestamp, expiry, data, namespace = 0n] = item as unknown[]
  const fits =
    owner instanceof Uint8Array &&
    owner.length === 33 &&
    hash instanceof Uint8Array &&
    hash.length === 43 &&
    typeof timestamp === 'bigint' &&
    typeof expiry === 'bigint' &&
    typeof namespace === 'bigint' &&
    namespace >= -32768n &&
    namespace <= 32767n &&
    data instanceof Uint8Array
  if (!fits) return null
  return {
    owner: bytesToHex(owner),
    hash: Buffer.from(hash).toString('latin1'),
    timestamp: Number(timestamp),
    expiry: Number(expiry),
    namespace: Number(namespace),
    data,
  }
}

/** The rows of a push; what is none is left out, and a push that cannot be read has none. */
export function decodeRows(data: Uint8Array): MessageRow[] {
  if (data[0] !== 1) return []
  try {
    const rows = decodeBencode(data.subarray(1))
    return Array.isArray(rows) ? rows.flatMap((item) => rowFromList(item) ?? []) : []
  } catch {
    return []
  }
}
