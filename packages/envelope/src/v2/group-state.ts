import { bytesToHex, compareBytes, equalBytes, type RandomSource, SecretBytes } from '@sessionkit/bytes'
import { draw, requireBytes, requireSeconds } from './argument.ts'
import { decodeDeviceRecord, recordDigest } from './device-record.ts'
import { V2Error } from './error.ts'
import type { GroupPayload, PayloadDevice, SharedAccountKey } from './group-payload.ts'
import type { HybridPublicKeys } from './keys.ts'
import { ACCOUNT_KEY_RETENTION, MAX_GROUP_KEYS } from './limits.ts'

/** What is held of a device: its encoded record, or when it went. Times are Unix seconds. */
export type GroupDevice =
  | {
      readonly state: 'pending' | 'registered'
      readonly record: Uint8Array
      /** Written by this device about itself: a record of equal seqno from elsewhere does not displace it. */
      readonly own?: boolean | undefined
    }
  | { readonly state: 'left' | 'kicked'; readonly at: number }

/** The newest link request of a device. */
export interface HeldRequest {
  readonly record: Uint8Array
  /** When the swarm forgets it: until then it can be accepted. */
  readonly expiresAt: number
  readonly ignored: boolean
}

/**
 * What a device knows of its group. Never changed in place. Keep it secret: it holds the account key seeds. Device ids are 64
 * lower-case hex characters.
 */
export interface GroupState {
  readonly deviceId: string
  /** 8 bytes. */
  readonly identifier?: Uint8Array | undefined
  readonly devices: ReadonlyMap<string, GroupDevice>
  readonly requests: ReadonlyMap<string, HeldRequest>
  /** As they were received; `groupKeys` says which one is current. */
  readonly keys: readonly SharedAccountKey[]
}

/** The state of a device that is in no group. `deviceId` has 32 random bytes, made once and never used again after a removal. */
export function createGroupState(input: { readonly deviceId: Uint8Array }): GroupState {
  requireBytes(input.deviceId, 'deviceId', 32)
  return { deviceId: bytesToHex(input.deviceId), devices: new Map(), requests: new Map(), keys: [] }
}

/** A new device id. */
export function createDeviceId(options?: { readonly random?: RandomSource | undefined }): Uint8Array {
  return draw(options?.random, 32)
}

const ranks = { pending: 1, registered: 2, left: 3, kicked: 4 } as const

/** The winner of two things known of one device, whichever came first. Protocol page 10, section 7.4. */
export function joinDevices(held: GroupDevice | undefined, other: GroupDevice): GroupDevice {
  return held === undefined || beats(other, held) ? other : held
}

function beats(a: GroupDevice, b: GroupDevice): boolean {
  if (a.state !== b.state) return ranks[a.state] > ranks[b.state]
  if ('at' in a || 'at' in b) return 'at' in a && 'at' in b && a.at > b.at
  const seqno = decodeDeviceRecord(a.record).seqno - decodeDeviceRecord(b.record).seqno
  if (seqno !== 0) return seqno > 0
  if ((a.own === true) !== (b.own === true)) return a.own === true
  return compareBytes(recordDigest(a.record), recordDigest(b.record)) > 0
}

/**
 * The account keys, the current one first, then by rotation, the latest first. Among keys that nobody said were rotated the latest created
 * is current, of equal ones that with the smallest seed; the others were rotated when it was created. So the result
 * depends on what was received, not on its order. With `now`, keys rotated more than 16 days ago are left out. Protocol page 10, section 7.4.
 */
export function groupKeys(state: Pick<GroupState, 'keys'>, now?: number): SharedAccountKey[] {
  const current = state.keys
    .filter((key) => key.rotated === undefined)
    .reduce<SharedAccountKey | undefined>(later, undefined)
  const last = (key: SharedAccountKey): number => key.rotated ?? Number.POSITIVE_INFINITY
  return state.keys
    .map((key) => (key === current || key.rotated !== undefined ? key : { ...key, rotated: current!.created }))
    .filter((key) => now === undefined || key.rotated === undefined || now - key.rotated <= ACCOUNT_KEY_RETENTION)
    .sort((a, b) => last(b) - last(a) || compareSeeds(a, b))
}

function later(best: SharedAccountKey | undefined, key: SharedAccountKey): SharedAccountKey {
  if (best === undefined || key.created > best.created) return key
  return key.created === best.created && compareSeeds(key, best) < 0 ? key : best
}

const compareSeeds = (a: SharedAccountKey, b: SharedAccountKey): number =>
  compareBytes(a.seed.reveal(), b.seed.reveal())

/** The union of two lists of keys: of one seed the earliest creation and the earliest rotation. */
export function joinKeys(held: readonly SharedAccountKey[], other: readonly SharedAccountKey[]): SharedAccountKey[] {
  const out = [...held]
  for (const key of other) {
    const at = out.findIndex(({ seed }) => equalBytes(seed.reveal(), key.seed.reveal()))
    const known = out[at]
    if (known === undefined) out.push({ ...key, seed: SecretBytes.from(key.seed.reveal()) })
    else out[at] = { seed: known.seed, created: Math.min(known.created, key.created), ...rotatedOf(known, key) }
  }
  return out.length <= MAX_GROUP_KEYS ? out : groupKeys({ keys: out }).slice(0, MAX_GROUP_KEYS)
}

function rotatedOf(a: SharedAccountKey, b: SharedAccountKey): { readonly rotated?: number } {
  const rotated = Math.min(a.rotated ?? Number.POSITIVE_INFINITY, b.rotated ?? Number.POSITIVE_INFINITY)
  return rotated === Number.POSITIVE_INFINITY ? {} : { rotated }
}

/** The state without the keys that nothing needs any more. Their seeds are wiped: states from before must not be used again. */
export function pruneGroupKeys(state: GroupState, now: number): GroupState {
  requireSeconds(now, 'now')
  const kept = groupKeys(state, now)
  for (const { seed } of state.keys) if (!kept.some((key) => key.seed === seed)) seed.wipe()
  return { ...state, keys: state.keys.filter(({ seed }) => !seed.isWiped) }
}

/** What goes into the next group message: registered devices, removals, keys. Protocol page 10, section 7.2. */
export function groupPayload(state: GroupState, now: number): GroupPayload {
  requireSeconds(now, 'now')
  const devices = new Map<string, PayloadDevice>()
  for (const [id, device] of state.devices) {
    if (device.state === 'registered') devices.set(id, { kind: 'live', record: device.record })
    else if (device.state === 'left') devices.set(id, { kind: 'left', at: device.at })
    else if (device.state === 'kicked') devices.set(id, { kind: 'removed', at: device.at })
  }
  return { devices, keys: groupKeys(state, now) }
}

/** The keys of the registered devices, this one included: the recipients of a group message. */
export function groupRecipients(state: GroupState): HybridPublicKeys[] {
  const recipients: HybridPublicKeys[] = []
  for (const device of state.devices.values()) {
    if (device.state === 'registered') recipients.push(decodeDeviceRecord(device.record).keys)
  }
  return recipients
}

/** Whether this device is registered in its group. */
export function isMember(state: GroupState): boolean {
  return state.devices.get(state.deviceId)?.state === 'registered'
}

export function requireMember(state: GroupState): void {
  if (!isMember(state)) throw new V2Error('V2_NOT_MEMBER', 'this device is not registered in a group')
}
