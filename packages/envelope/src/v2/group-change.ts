import { type RandomSource, SecretBytes } from '@sessionkit/bytes'
import { draw, requireSeconds } from './argument.ts'
import { type DeviceRecord, decodeDeviceRecord, encodeDeviceRecord } from './device-record.ts'
import { V2Error } from './error.ts'
import { createGroupIdentifier } from './group-identifier.ts'
import type { SharedAccountKey } from './group-payload.ts'
import { type GroupDevice, type GroupState, groupKeys, isMember, requireMember } from './group-state.ts'

interface Change {
  readonly state: GroupState
  /** Unix seconds. */
  readonly now: number
  readonly random?: RandomSource | undefined
}

/**
 * A new group with this device alone. Its message is not built and nothing is stored. `random` is asked for 4 bytes of the identifier, then for
 * the account key seed (32). Throws `V2_BAD_ARGUMENT` for a device that was in a group: it takes a new id first. Protocol page 10,
 * section 7.7.
 */
export function startGroup(input: Change & { readonly record: DeviceRecord }): GroupState {
  const { state, record, now, random } = input
  requireSeconds(now, 'now')
  const held = state.devices.get(state.deviceId)
  if (held !== undefined && held.state !== 'pending') {
    throw new V2Error('V2_BAD_ARGUMENT', 'state: this device is or was in a group')
  }
  const own: GroupDevice = { state: 'registered', record: encodeDeviceRecord(record), own: true }
  const identifier = createGroupIdentifier({ now, random })
  const started = { ...state, identifier, devices: new Map([[state.deviceId, own]]), requests: new Map(), keys: [] }
  return rotateAccountKey({ state: started, now, random })
}

/** This device's own record with changes: the next seqno, a later time. */
export function updateOwnRecord(
  input: Change & { readonly change: Partial<Omit<DeviceRecord, 'seqno' | 'timestamp'>> },
): GroupState {
  const { state, now, change } = input
  requireSeconds(now, 'now')
  const held = state.devices.get(state.deviceId)
  if (held === undefined || 'at' in held) throw new V2Error('V2_NOT_MEMBER', 'this device has no record')
  const old = decodeDeviceRecord(held.record)
  const record = { ...old, ...change, seqno: after(old.seqno), timestamp: Math.max(now, after(old.timestamp)) }
  return withDevice(state, state.deviceId, { state: held.state, record: encodeDeviceRecord(record), own: true })
}

/** A new account key, which becomes current everywhere. `random` is asked for 32 bytes. Protocol page 10, sections 7.4 and 8. */
export function rotateAccountKey({ state, now, random }: Change): GroupState {
  requireSeconds(now, 'now')
  requireMember(state)
  const created = state.keys.reduce((latest, key) => Math.max(latest, after(key.created)), now)
  const old = groupKeys(state).map((key): SharedAccountKey => ({ ...key, rotated: key.rotated ?? created }))
  return { ...state, keys: [...old, { seed: SecretBytes.take(draw(random, 32)), created }] }
}

/** Removes another device, for ever, and rotates the account key. */
export function removeDevice(input: Change & { readonly deviceId: string }): GroupState {
  const { state, deviceId, now, random } = input
  requireSeconds(now, 'now')
  requireMember(state)
  const held = state.devices.get(deviceId)
  if (deviceId === state.deviceId || held === undefined) {
    throw new V2Error('V2_BAD_ARGUMENT', 'deviceId: expected another device of the group')
  }
  const at = Math.max(now, held.state === 'kicked' ? held.at : 1)
  return rotateAccountKey({ state: withDevice(state, deviceId, { state: 'kicked', at }), now, random })
}

/**
 * This device leaves. Where others remain, `message` is the state to build one last message from, which they need; `left` is what
 * the device goes on with. Protocol page 10, section 7.7.
 */
export function leaveGroup({ state, now }: Omit<Change, 'random'>): {
  readonly message: GroupState | undefined
  readonly left: GroupState
} {
  requireSeconds(now, 'now')
  requireMember(state)
  const others = [...state.devices].some(([id, device]) => id !== state.deviceId && device.state === 'registered')
  const gone = withDevice(state, state.deviceId, { state: 'left', at: Math.max(now, 1) })
  const left = { deviceId: state.deviceId, devices: new Map(), requests: new Map(), keys: [] }
  return { message: others ? gone : undefined, left }
}

/** Says again, with the time of now, that these devices are removed: somebody has not heard of it. */
export function restateRemovals(input: Omit<Change, 'random'> & { readonly deviceIds: readonly string[] }): GroupState {
  const { now, deviceIds } = input
  requireSeconds(now, 'now')
  return deviceIds.reduce((state, id) => {
    const held = state.devices.get(id)
    return held !== undefined && 'at' in held ? withDevice(state, id, { ...held, at: Math.max(now, held.at) }) : state
  }, input.state)
}

/** A link request to ask the user about. */
export interface OpenLinkRequest {
  /** Hex. */
  readonly deviceId: string
  readonly record: DeviceRecord
  /** Whether the device is in the group already and asks with new keys. */
  readonly replaces: boolean
  readonly expiresAt: number
}

/** The requests that can be accepted now. Empty for a device that is in no group. Protocol page 10, section 7.8. */
export function linkRequests(state: GroupState, now: number): OpenLinkRequest[] {
  requireSeconds(now, 'now')
  if (!isMember(state)) return []
  return [...state.requests].flatMap(([deviceId, { record: encoded, expiresAt, ignored }]) => {
    const record = decodeDeviceRecord(encoded)
    const held = state.devices.get(deviceId)
    const gone = held !== undefined && 'at' in held
    if (ignored || expiresAt <= now || gone || deviceId === state.deviceId) return []
    const replaces = held?.state === 'registered'
    if (replaces && record.timestamp <= decodeDeviceRecord(held.record).timestamp) return []
    return [{ deviceId, record, replaces, expiresAt }]
  })
}

/**
 * Admits a device, after the user compared the emoji. A replacement of keys rotates the account key. Throws `V2_NOT_MEMBER`,
 * `V2_EXPIRED` past the deadline, and `V2_NO_REQUEST`. Protocol page 10, section 7.8.
 */
export function acceptLinkRequest(input: Change & { readonly deviceId: string }): GroupState {
  const { state, deviceId, now, random } = input
  requireSeconds(now, 'now')
  requireMember(state)
  const request = linkRequests(state, now).find((open) => open.deviceId === deviceId)
  if (request === undefined) {
    const expired = (state.requests.get(deviceId)?.expiresAt ?? Number.POSITIVE_INFINITY) <= now
    throw new V2Error(expired ? 'V2_EXPIRED' : 'V2_NO_REQUEST', 'link request: none of this device can be accepted')
  }
  if (!request.replaces) {
    const { record } = state.requests.get(deviceId)!
    return withDevice(state, deviceId, { state: 'registered', record })
  }
  const held = state.devices.get(deviceId) as { record: Uint8Array }
  const seqno = after(Math.max(decodeDeviceRecord(held.record).seqno, request.record.seqno))
  const record = encodeDeviceRecord({ ...request.record, seqno })
  return rotateAccountKey({ state: withDevice(state, deviceId, { state: 'registered', record }), now, random })
}

/** Does not ask about this request again, on this device. A newer one of the same device is asked about. */
export function ignoreLinkRequest(input: { readonly state: GroupState; readonly deviceId: string }): GroupState {
  const { state, deviceId } = input
  const held = state.requests.get(deviceId)
  if (held === undefined) return state
  return { ...state, requests: new Map(state.requests).set(deviceId, { ...held, ignored: true }) }
}

/** The next number, but none that could not be written: others choose what it follows. */
const after = (value: number): number => Math.min(value + 1, Number.MAX_SAFE_INTEGER)

function withDevice(state: GroupState, id: string, device: GroupDevice): GroupState {
  return { ...state, devices: new Map(state.devices).set(id, device) }
}
