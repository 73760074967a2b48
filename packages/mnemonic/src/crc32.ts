let table: Uint32Array | undefined

function makeTable(): Uint32Array {
  const entries = new Uint32Array(256)
  for (let i = 0; i < 256; i++) {
    let c = i
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1
    entries[i] = c
  }
  return entries
}

/** CRC-32/ISO-HDLC (zlib's) of several arrays as if joined; unsigned. */
export function crc32(parts: Iterable<Uint8Array>): number {
  table ??= makeTable()
  let c = 0xffffffff
  for (const part of parts) for (const byte of part) c = table[(c ^ byte) & 0xff]! ^ (c >>> 8)
  return (c ^ 0xffffffff) >>> 0
}
