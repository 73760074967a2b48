import { BencodeReader, encodeRaw, encodeString, type RawValue } from './bencode-text.ts'
import { ConfigError } from './error.ts'
import { binaryToBytes, bytesToBinary } from './value.ts'

/** 0: as on the swarm; 1: edited since the last push; 2: pushed, not confirmed. */
export type ConfigState = 'clean' | 'dirty' | 'waiting'

const states: readonly ConfigState[] = ['clean', 'dirty', 'waiting']

/** What a dump holds. Protocol page 05, section 9.2. */
export interface DumpContent {
  readonly state: ConfigState
  readonly plaintext: Uint8Array
  readonly currentHashes: readonly string[]
  readonly obsoleteHashes: readonly string[]
  readonly parts: ReadonlyMap<string, RawValue>
  readonly extra: ReadonlyMap<string, RawValue>
}

export function writeDump(dump: DumpContent): Uint8Array {
  let text = `d1:!i${states.indexOf(dump.state)}e1:$${encodeString(bytesToBinary(dump.plaintext))}1:(`
  // One hash is written as the string that every version reads.
  text += dump.currentHashes.length > 1 ? hashList(dump.currentHashes) : encodeString(utf8(dump.currentHashes[0] ?? ''))
  text += `1:)${hashList(dump.obsoleteHashes)}`
  if (dump.parts.size > 0) text += `1:*${encodeRaw(new Map(dump.parts))}`
  return binaryToBytes(`${text}1:+${encodeRaw(new Map(dump.extra))}e`)
}

/** Throws `CONFIG_BAD_DUMP`: the caller starts anew and fetches from the swarm. */
export function readDump(bytes: Uint8Array): DumpContent {
  if (!(bytes instanceof Uint8Array)) throw new ConfigError('CONFIG_BAD_ARGUMENT', 'dump: expected a Uint8Array')
  let fields: RawValue
  try {
    const reader = new BencodeReader(bytesToBinary(bytes))
    fields = reader.value(0)
    reader.end()
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause
    throw bad('not bencode', cause)
  }
  if (!(fields instanceof Map)) throw bad('not a dict')
  const number = fields.get('!')
  const state = typeof number === 'bigint' && number >= 0n && number < 3n ? states[Number(number)] : undefined
  if (state === undefined) throw bad('no state of 0 to 2')
  const plaintext = fields.get('$')
  if (typeof plaintext !== 'string') throw bad('no message')
  const current = fields.get('(')
  const obsolete = fields.get(')')
  if (current !== undefined && obsolete === undefined) throw bad('"(" without ")"')
  return {
    state,
    plaintext: binaryToBytes(plaintext),
    currentHashes: typeof current === 'string' ? (current === '' ? [] : [text(current)]) : hashes(current),
    obsoleteHashes: hashes(obsolete),
    parts: dict(fields.get('*')),
    extra: dict(fields.get('+')),
  }
}

function hashes(value: RawValue | undefined): string[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw bad('hashes that are no list')
  return value.map((hash) => {
    if (typeof hash !== 'string') throw bad('a hash that is no string')
    return text(hash)
  })
}

function dict(value: RawValue | undefined): ReadonlyMap<string, RawValue> {
  if (value === undefined) return new Map()
  if (!(value instanceof Map)) throw bad('parts or extra data that are no dict')
  return value
}

const hashList = (list: readonly string[]): string => `l${list.map((hash) => encodeString(utf8(hash))).join('')}e`
const utf8 = (hash: string): string => bytesToBinary(new TextEncoder().encode(hash))
const text = (hash: string): string => new TextDecoder().decode(binaryToBytes(hash))

function bad(what: string, cause?: unknown): ConfigError {
  return new ConfigError('CONFIG_BAD_DUMP', `dump: ${what}`, cause === undefined ? {} : { cause })
}
