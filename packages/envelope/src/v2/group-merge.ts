import { bytesToHex, compareBytes, equalBytes } from '@sessionkit/bytes'
import { requireSeconds } from './argument.ts'
import { decodeDeviceRecord, recordDigest } from './device-record.ts'
import { leaveGroup } from './group-change.ts'
import type { GroupMessage } from './group-message.ts'
import type { GroupPayload, PayloadDevice } from './group-payload.ts'
import { type GroupDevice, type GroupState, type HeldRequest, isMember, joinDevices, joinKeys } from './group-state.ts'
import { MAX_GROUP_RECORDS } from './limits.ts'
import type { LinkRequest } from './link-request.ts'

/** What a merge asks for. Device ids are hex. */
export interface GroupChanges {
  /** Devices that left, and of which that was not known: rotate the account key. */
  readonly departed: readonly string[]
  /** Removed devices that the message still has as live: `restateRemovals`, and push. */
  readonly restate: readonly string[]
  /** Whether account keys arrived: try again what did not open. */
  readonly newKeys: boolean
}

export interface GroupMerge {
  readonly state: GroupState
  readonly changes: GroupChanges
}

/**
 * Merges a payload, whoever sent it: any order and any repetition of payloads gives the same state. Use `mergeGroupMessage`
 * for what came from the swarm. Protocol page 10, section 7.4.
 */
export function mergeGroupPayload(input: {
  readonly state: GroupState
  readonly payload: GroupPayload
  readonly now: number
}): GroupMerge {
  const { state, payload, now } = input
  requireSeconds(now, 'now')
  const devices = new Map(state.devices)
  const departed: string[] = []
  const restate: string[] = []
  for (const [id, received] of payload.devices) {
    const held = devices.get(id)
    if (held === undefined && devices.size >= MAX_GROUP_RECORDS) continue
    const device = deviceOf(received)
    const gone = held !== undefined && 'at' in held
    if (gone && device.state === 'registered') restate.push(id)
    if (!gone && device.state === 'left') departed.push(id)
    devices.set(id, joinDevices(held, device))
  }
  const keys = joinKeys(state.keys, payload.keys)
  const newKeys = keys.some(({ seed }) => !state.keys.some((key) => equalBytes(key.seed.reveal(), seed.reveal())))
  return { state: { ...state, devices, keys }, changes: { departed, restate, newKeys } }
}

/**
 * Takes a group message from the swarm, if it is of our group: this device is registered and the identifiers are equal or one of them is absent,
 * or `admitted` says that it answers a link request of ours (`matchAdmission`): then nothing of another group that this device was in is
 * kept, so call `leaveGroup` before for its last message. A message that does not open, and announces
 * that this device was removed, removes it. Everything else changes nothing. Protocol page 10, sections 7.4 and 7.6.
 */
export function mergeGroupMessage(input: {
  readonly state: GroupState
  readonly message: GroupMessage
  readonly now: number
  readonly admitted?: boolean | undefined
}): GroupMerge & { readonly accepted: boolean } {
  const { state, message, now, admitted = false } = input
  requireSeconds(now, 'now')
  const changes: GroupChanges = { departed: [], restate: [], newKeys: false }
  const { identifier, payload } = message
  if (payload === undefined) {
    if (!message.announcesRemoval) return { state, changes, accepted: false }
    const devices = new Map(state.devices)
    const held = devices.get(state.deviceId)
    // Its own time is when it learned, so a second message must not move it.
    if (held?.state !== 'kicked') devices.set(state.deviceId, { state: 'kicked', at: Math.max(now, 1) })
    return { state: { ...state, devices }, changes, accepted: false }
  }
  const same = identifier === undefined || state.identifier === undefined || equalBytes(identifier, state.identifier)
  if (!admitted && !(isMember(state) && same)) return { state, changes, accepted: false }
  const joined = admitted && !same && isMember(state) ? leaveGroup({ state, now }).left : state
  const merged = mergeGroupPayload({ state: joined, payload, now })
  const ours = admitted ? (identifier ?? state.identifier) : (state.identifier ?? identifier)
  return { ...merged, state: { ...merged.state, identifier: ours && new Uint8Array(ours) }, accepted: true }
}

/**
 * Takes a link request that was opened. Of several of one device the newest is held. `expiresAt` is when the swarm forgets it, in
 * Unix seconds. Whom to ask about is what `linkRequests` says. Protocol page 10, section 7.8.
 */
export function mergeLinkRequest(input: {
  readonly state: GroupState
  readonly request: LinkRequest
  readonly expiresAt: number
}): GroupState {
  const { state, request, expiresAt } = input
  requireSeconds(expiresAt, 'expiresAt')
  const id = bytesToHex(request.deviceId)
  const held = state.requests.get(id)
  if (id === state.deviceId) return state
  const order = held === undefined ? 1 : compareRequests(request.encodedRecord, held.record)
  if (order < 0) return state
  const record = new Uint8Array(request.encodedRecord)
  const next: HeldRequest =
    order > 0 ? { record, expiresAt, ignored: false } : { ...held!, expiresAt: Math.max(expiresAt, held!.expiresAt) }
  const requests = new Map(state.requests).set(id, next)
  if (requests.size > MAX_GROUP_RECORDS) requests.delete(firstToExpire(requests))
  return { ...state, requests }
}

/** The request to forget where there are too many. */
function firstToExpire(requests: ReadonlyMap<string, HeldRequest>): string {
  let [first] = requests
  for (const entry of requests) if (entry[1].expiresAt < first![1].expiresAt) first = entry
  return first![0]
}

function compareRequests(a: Uint8Array, b: Uint8Array): number {
  return decodeDeviceRecord(a).seqno - decodeDeviceRecord(b).seqno || compareBytes(recordDigest(a), recordDigest(b))
}

function deviceOf(device: PayloadDevice): GroupDevice {
  if (device.kind === 'live') return { state: 'registered', record: new Uint8Array(device.record) }
  return { state: device.kind === 'left' ? 'left' : 'kicked', at: device.at }
}
