import {
  BENCODE_MAX_INTEGER,
  type BencodeDict,
  type BencodeInput,
  type BencodeValue,
  bytesToHex,
  encodeBencode,
  hexToBytes,
  SecretBytes,
} from '@sessionkit/bytes'
import { requireBytes, requireSeconds, requireSecret } from './argument.ts'
import { recordOf } from './device-record.ts'
import { readDict, withoutZeros } from './dict.ts'
import { V2Error } from './error.ts'
import { MAX_GROUP_KEYS, MAX_GROUP_RECORDS } from './limits.ts'

/** A device in a payload: its encoded record, or how and when it went. Times are Unix seconds. */
export type PayloadDevice =
  | { readonly kind: 'live'; readonly record: Uint8Array }
  | { readonly kind: 'removed'; readonly at: number }
  | { readonly kind: 'left'; readonly at: number }

/** An account key as the group shares it. */
export interface SharedAccountKey {
  /** 32 bytes. */
  readonly seed: SecretBytes
  readonly created: number
  readonly rotated?: number | undefined
}

/** The plaintext of a group message. Device ids are 64 lower-case hex characters. */
export interface GroupPayload {
  readonly devices: ReadonlyMap<string, PayloadDevice>
  readonly keys: readonly SharedAccountKey[]
}

/** Bytes of a payload of `length` bytes after padding: 2300 and a multiple of 6400. Protocol page 10, section 7.2. */
export function paddedPayloadLength(length: number): number {
  if (!Number.isSafeInteger(length) || length < 0)
    throw new V2Error('V2_BAD_ARGUMENT', 'length: expected a whole number')
  return 2300 + 6400 * Math.max(1, Math.ceil((length - 2300) / 6400))
}

/** Serializes a payload with its padding: the current key first, then by rotation, the latest first. */
export function encodeGroupPayload({ devices, keys }: GroupPayload): Uint8Array {
  const members = new Map<string, BencodeInput>()
  for (const [id, device] of devices) members.set(rawId(id), deviceValue(device))
  const last = (key: SharedAccountKey): number => key.rotated ?? Number.POSITIVE_INFINITY
  const list = [...keys].sort((a, b) => last(b) - last(a)).map(keyValue)
  const dict = encodeBencode(
    new Map<string, BencodeInput>([
      ['D', members],
      ['K', list],
    ]),
  )
  for (const item of list) (item.get('s') as Uint8Array).fill(0)
  const padded = new Uint8Array(paddedPayloadLength(dict.length))
  padded.set(dict)
  dict.fill(0)
  return padded
}

/**
 * Reads a payload, padded or not. Throws `V2_BAD_FORMAT`: one malformed record refuses the whole, as does a 33rd byte in a
 * device id. Protocol page 10, section 7.2.
 */
export function decodeGroupPayload(bytes: Uint8Array): GroupPayload {
  requireBytes(bytes, 'bytes')
  const { entries } = readDict(withoutZeros(bytes))
  const members = entries.get('D')?.value
  const list = entries.get('K')?.value
  if (!(members instanceof Map) || !Array.isArray(list))
    throw new V2Error('V2_BAD_FORMAT', 'payload: no devices or keys')
  if (members.size > MAX_GROUP_RECORDS || list.length > MAX_GROUP_KEYS) {
    throw new V2Error('V2_BAD_FORMAT', 'payload: too many devices or keys')
  }
  const devices = new Map<string, PayloadDevice>()
  for (const [id, value] of members) {
    if (id.length !== 32) throw new V2Error('V2_BAD_FORMAT', 'payload: a device id has 32 bytes')
    devices.set(bytesToHex(Uint8Array.from(id, (character) => character.charCodeAt(0))), readDevice(value))
  }
  return { devices, keys: list.map(readKey) }
}

function deviceValue(device: PayloadDevice): BencodeInput {
  if (device.kind === 'live') {
    requireBytes(device.record, 'record')
    const dict = new Map([...readDict(device.record).entries].map(([key, { value }]) => [key, value]))
    recordOf(dict)
    return dict
  }
  requireSeconds(device.at, 'at')
  if (device.at === 0) throw new V2Error('V2_BAD_ARGUMENT', 'at: a time from 1')
  return device.kind === 'removed' ? device.at : -device.at
}

function readDevice(value: BencodeValue): PayloadDevice {
  if (value instanceof Map) {
    recordOf(value)
    // The encoding is canonical, so these are the received bytes.
    return { kind: 'live', record: encodeBencode(value) }
  }
  if (typeof value !== 'bigint' || value === 0n || value === BENCODE_MAX_INTEGER) {
    throw new V2Error('V2_BAD_FORMAT', 'payload: a device is a record or a time')
  }
  const at = Number(value < 0n ? -value : value)
  if (!Number.isSafeInteger(at)) throw new V2Error('V2_BAD_FORMAT', 'payload: a time out of range')
  return { kind: value > 0n ? 'removed' : 'left', at }
}

function keyValue({ seed, created, rotated }: SharedAccountKey): Map<string, BencodeInput> {
  requireSecret(seed, 'seed', 32)
  requireSeconds(created, 'created')
  const dict = new Map<string, BencodeInput>([['c', created]])
  if (rotated !== undefined) {
    requireSeconds(rotated, 'rotated')
    dict.set('r', rotated)
  }
  return dict.set('s', seed.copy())
}

function readKey(value: BencodeValue): SharedAccountKey {
  if (!(value instanceof Map)) throw new V2Error('V2_BAD_FORMAT', 'payload: a key is a dict')
  const seed = value.get('s')
  const created = seconds(value, 'c')
  const rotated = seconds(value, 'r')
  if (!(seed instanceof Uint8Array) || seed.length !== 32 || created === undefined) {
    throw new V2Error('V2_BAD_FORMAT', 'payload: a key has a seed of 32 bytes and a time')
  }
  return { seed: SecretBytes.take(seed), created, ...(rotated === undefined ? {} : { rotated }) }
}

function seconds(dict: BencodeDict, name: string): number | undefined {
  const value = dict.get(name)
  if (value === undefined) return undefined
  if (typeof value !== 'bigint' || value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new V2Error('V2_BAD_FORMAT', `payload: ${name} is no time`)
  }
  return Number(value)
}

function rawId(id: string): string {
  if (typeof id !== 'string' || !/^[0-9a-f]{64}$/.test(id)) {
    throw new V2Error('V2_BAD_ARGUMENT', 'device id: expected 64 lower-case hex characters')
  }
  return String.fromCharCode(...hexToBytes(id))
}
