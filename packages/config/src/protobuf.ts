import { ConfigError } from './error.ts'

/** Fields of one message by number: the last varint, or all bytes joined, as repeated messages merge. */
export type ProtoFields = ReadonlyMap<number, bigint | Uint8Array>

/** Writes fields in the given order: numbers as varints, bytes with their length. */
export function encodeProto(fields: readonly (readonly [number: number, value: number | Uint8Array])[]): Uint8Array {
  const parts: Uint8Array[] = []
  for (const [number, value] of fields) {
    if (typeof value === 'number') parts.push(varint(number * 8), varint(value))
    else parts.push(varint(number * 8 + 2), varint(value.length), value)
  }
  return join(parts)
}

/** Reads the fields of a message of varints and bytes; fixed-width fields are skipped. Throws `CONFIG_BAD_BODY`. */
export function decodeProto(bytes: Uint8Array): ProtoFields {
  const fields = new Map<number, bigint | Uint8Array>()
  const pieces = new Map<number, Uint8Array[]>()
  let at = 0
  const readVarint = (): bigint => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined) throw bad()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw bad()
  }
  while (at < bytes.length) {
    const tag = readVarint()
    const number = Number(tag >> 3n)
    if (number < 1 || number > 0x1fff_ffff) throw bad()
    const type = Number(tag & 7n)
    if (type === 0) fields.set(number, readVarint())
    else if (type === 2) {
      const length = Number(readVarint())
      if (length > bytes.length - at) throw bad()
      const list = pieces.get(number) ?? []
      list.push(bytes.subarray(at, at + length))
      pieces.set(number, list)
      at += length
    } else if (type === 1 || type === 5) {
      at += type === 1 ? 8 : 4
      if (at > bytes.length) throw bad()
    } else throw bad()
  }
  for (const [number, list] of pieces) fields.set(number, list.length === 1 ? list[0]!.slice() : join(list))
  return fields
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = BigInt(value)
  while (rest > 127n) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function bad(): ConfigError {
  return new ConfigError('CONFIG_BAD_BODY', 'not a protobuf message')
}
