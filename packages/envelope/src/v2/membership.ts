import { bytesToHex, equalBytes } from '@sessionkit/bytes'
import { requireSeconds } from './argument.ts'
import { decodeDeviceRecord } from './device-record.ts'
import type { GroupMessage } from './group-message.ts'
import { type GroupState, isMember } from './group-state.ts'
import { DISPLACEMENT_GRACE } from './limits.ts'

/** Where this device stands. Protocol page 10, section 7.7. */
export type GroupMembership =
  | 'unknown'
  | 'in-group'
  | 'no-group'
  | 'groups-visible'
  | 'waiting'
  | 'removed'
  | 'cut-off'
  | 'displaced'

/** A group message that the swarm has, whether it opened or not. Times are Unix seconds. */
export interface SeenGroupMessage {
  readonly identifier: Uint8Array | undefined
  readonly readable: boolean
  readonly announcesRemoval: boolean
  readonly storedAt: number
  readonly expiresAt: number
}

/**
 * The membership that follows from the state and from what is in the swarm. `fetched`: whether namespace 21 was fetched in this run;
 * `waiting`: whether a link request of this device is outstanding, or admitted and not confirmed. A displaced device pushes nothing and
 * admits nobody.
 */
export function groupMembership(input: {
  readonly state: GroupState
  readonly seen: readonly SeenGroupMessage[]
  readonly fetched: boolean
  readonly waiting: boolean
  readonly now: number
}): GroupMembership {
  const { state, seen, fetched, waiting, now } = input
  requireSeconds(now, 'now')
  if (!fetched) return 'unknown'
  const device = state.devices.get(state.deviceId)
  if (device?.state === 'kicked') return 'removed'
  const stored = seen.filter(({ expiresAt }) => expiresAt > now)
  if (!isMember(state)) {
    if (waiting) return 'waiting'
    return stored.some(({ readable }) => !readable) ? 'groups-visible' : 'no-group'
  }
  if (isDisplaced(state, seen)) return 'displaced'
  const ours = stored.filter((message) => isOurs(state, message))
  return ours.length === 0 && stored.length > 0 ? 'cut-off' : 'in-group'
}

/** Others of our group went on without us, and did not say so: longer ago than two messages take to cross. */
function isDisplaced(state: GroupState, seen: readonly SeenGroupMessage[]): boolean {
  const ours = seen.filter((message) => isOurs(state, message))
  const newest = ours.reduce((at, { readable, storedAt }) => (readable ? Math.max(at, storedAt) : at), 0)
  return ours.some(
    ({ readable, announcesRemoval, storedAt }) =>
      !readable && !announcesRemoval && storedAt > newest + DISPLACEMENT_GRACE,
  )
}

function isOurs(state: GroupState, { identifier, readable }: SeenGroupMessage): boolean {
  if (identifier === undefined || state.identifier === undefined) return readable
  return equalBytes(identifier, state.identifier)
}

/** A link request that this device made. Keep it until no admission can be in the swarm any more: 10 minutes and 30 days. */
export interface OwnLinkRequest {
  /** Of the group that was asked; absent for a group of old clients. */
  readonly identifier: Uint8Array | undefined
  /** Of the record in the request: later than those of all earlier ones. */
  readonly timestamp: number
  /** The X25519 key of that record. */
  readonly x25519: Uint8Array
  /** Whether the user compared the emoji on this device. */
  readonly confirmed: boolean
}

/**
 * What a readable group message means for the requests of this device: `join` it, `hold` it until the user confirmed the newest
 * request, even past its deadline, or `ignore` it. Protocol page 10, section 7.8.
 */
export function matchAdmission(input: {
  readonly state: GroupState
  readonly message: GroupMessage
  readonly requests: readonly OwnLinkRequest[]
}): 'join' | 'hold' | 'ignore' {
  const { state, message, requests } = input
  const device = message.payload?.devices.get(state.deviceId)
  if (device?.kind !== 'live' || requests.length === 0) return 'ignore'
  const { timestamp, keys } = decodeDeviceRecord(device.record)
  const newest = requests.reduce((a, b) => (b.timestamp > a.timestamp ? b : a))
  const match = requests.find(
    (request) =>
      request.timestamp === timestamp &&
      equalBytes(request.x25519, keys.x25519) &&
      identifierText(request.identifier) === identifierText(message.identifier),
  )
  if (match === undefined) return 'ignore'
  if (match.confirmed) return 'join'
  return match === newest ? 'hold' : 'ignore'
}

const identifierText = (identifier: Uint8Array | undefined): string =>
  identifier === undefined ? '' : bytesToHex(identifier)
