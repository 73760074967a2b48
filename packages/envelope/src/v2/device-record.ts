import {
  type BencodeDict,
  type BencodeInput,
  type BencodeValue,
  bytesToUtf8,
  encodeBencode,
  isSessionKitError,
  utf8ToBytes,
} from '@sessionkit/bytes'
import { blake2b } from '@sessionkit/crypto'
import { requireBytes, requireSeconds } from './argument.ts'
import { readDict } from './dict.ts'
import { V2Error } from './error.ts'
import type { HybridPublicKeys } from './keys.ts'
import { MAX_DESCRIPTION_LENGTH } from './limits.ts'

/** What a device says about itself. Protocol page 10, section 7.1. */
export interface DeviceRecord {
  /** Starts at 1, one more with each change. */
  readonly seqno: number
  /** Unix seconds of the last change. */
  readonly timestamp: number
  readonly keys: HybridPublicKeys
  readonly description: string
  /** `i` iOS, `a` Android, `d` desktop, `c` command line, or a longer text; empty when not said. */
  readonly type: string
  /** 1000000·major + 1000·minor + patch; 0 when not said. */
  readonly version: number
  /** Fields that this version does not know, written back in their place. */
  readonly unknown?: ReadonlyMap<string, BencodeValue> | undefined
}

const KNOWN: ReadonlySet<string> = new Set(['#', '@', 'M', 'X', 'd', 't', 'v'])

/** Serializes a record. A description of more than 64 bytes is cut between characters. Throws `V2_BAD_ARGUMENT`. */
export function encodeDeviceRecord(record: DeviceRecord): Uint8Array {
  const { seqno, timestamp, keys, description, type, version, unknown = new Map() } = record
  requireSeconds(timestamp, 'timestamp')
  if (!isCount(seqno) || seqno < 1 || !isCount(version)) {
    throw new V2Error('V2_BAD_ARGUMENT', 'record: seqno from 1 and version from 0 are whole numbers')
  }
  requireBytes(keys?.x25519, 'keys.x25519', 32)
  requireBytes(keys.mlKem768, 'keys.mlKem768', 1184)
  const dict = new Map<string, BencodeInput>()
  for (const [key, value] of unknown) if (!KNOWN.has(key)) dict.set(key, value as BencodeInput)
  dict.set('#', seqno).set('@', timestamp).set('M', keys.mlKem768).set('X', keys.x25519)
  dict.set('d', textBytes(cutDescription(description), 'description'))
  if (type !== '') dict.set('t', textBytes(type, 'type'))
  if (version !== 0) dict.set('v', version)
  return encodeBencode(dict)
}

/** Reads a record; a description of any length is accepted. Throws `V2_BAD_FORMAT`. Protocol page 10, section 7.1. */
export function decodeDeviceRecord(bytes: Uint8Array): DeviceRecord {
  requireBytes(bytes, 'bytes')
  return recordOf(new Map([...readDict(bytes).entries].map(([key, { value }]) => [key, value])))
}

/** A record from a dict that was decoded already. */
export function recordOf(dict: BencodeDict): DeviceRecord {
  const seqno = count(dict, '#')
  if (seqno === undefined || seqno < 1) throw new V2Error('V2_BAD_FORMAT', 'record: no seqno')
  const timestamp = count(dict, '@')
  if (timestamp === undefined) throw new V2Error('V2_BAD_FORMAT', 'record: no timestamp')
  const unknown = new Map([...dict].filter(([key]) => !KNOWN.has(key)))
  return {
    seqno,
    timestamp,
    keys: { x25519: key(dict, 'X', 32), mlKem768: key(dict, 'M', 1184) },
    description: text(dict, 'd'),
    type: dict.has('t') ? text(dict, 't') : '',
    version: count(dict, 'v') ?? 0,
    ...(unknown.size > 0 ? { unknown } : {}),
  }
}

/** By which two records of one device with the same seqno are told apart, 8 bytes: the larger one wins. */
export function recordDigest(encoded: Uint8Array): Uint8Array {
  requireBytes(encoded, 'encoded')
  return blake2b({ message: encoded, length: 8 })
}

/** A version number from its parts; minor and patch are clamped to 0 to 999. */
export function deviceVersion(input: {
  readonly major: number
  readonly minor: number
  readonly patch: number
}): number {
  const { major, minor, patch } = input
  if (!isCount(major) || major > 1_000_000_000 || !Number.isFinite(minor) || !Number.isFinite(patch)) {
    throw new V2Error('V2_BAD_ARGUMENT', 'version: expected numbers')
  }
  const clamp = (value: number): number => Math.min(999, Math.max(0, Math.trunc(value)))
  return 1_000_000 * major + 1000 * clamp(minor) + clamp(patch)
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

function cutDescription(text: unknown): string {
  if (typeof text !== 'string') throw new V2Error('V2_BAD_ARGUMENT', 'description: expected text')
  let cut = ''
  let size = 0
  for (const character of text) {
    size += textBytes(character, 'description').length
    if (size > MAX_DESCRIPTION_LENGTH) break
    cut += character
  }
  return cut
}

function textBytes(text: unknown, name: string): Uint8Array {
  try {
    return utf8ToBytes(text as string)
  } catch (cause) {
    if (!isSessionKitError(cause)) throw cause
    throw new V2Error('V2_BAD_ARGUMENT', `${name}: not valid text`, { cause })
  }
}

function count(dict: BencodeDict, name: string): number | undefined {
  const value = dict.get(name)
  if (value === undefined) return undefined
  if (typeof value !== 'bigint' || value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new V2Error('V2_BAD_FORMAT', `record: ${name} is no number from 0`)
  }
  return Number(value)
}

function key(dict: BencodeDict, name: string, length: number): Uint8Array {
  const value = dict.get(name)
  if (!(value instanceof Uint8Array) || value.length !== length) {
    throw new V2Error('V2_BAD_FORMAT', `record: ${name} is no key of ${length} bytes`)
  }
  return value
}

function text(dict: BencodeDict, name: string): string {
  const value = dict.get(name)
  try {
    if (value instanceof Uint8Array) return bytesToUtf8(value)
  } catch (cause) {
    if (!isSessionKitError(cause)) throw cause
  }
  throw new V2Error('V2_BAD_FORMAT', `record: ${name} is no text`)
}
