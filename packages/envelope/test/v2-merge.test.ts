import { bytesToHex, hexToBytes, SecretBytes } from '@sessionkit/bytes'
import { ready } from '@sessionkit/crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  ACCOUNT_KEY_RETENTION,
  acceptLinkRequest,
  createDeviceId,
  createGroupState,
  type DeviceRecord,
  decodeDeviceRecord,
  decodeGroupPayload,
  encodeDeviceRecord,
  encodeGroupPayload,
  type GroupMessage,
  type GroupPayload,
  type GroupState,
  groupKeys,
  groupMembership,
  groupPayload,
  groupRecipients,
  ignoreLinkRequest,
  type LinkRequest,
  leaveGroup,
  linkRequests,
  MAX_GROUP_RECORDS,
  matchAdmission,
  mergeGroupMessage,
  mergeGroupPayload,
  mergeLinkRequest,
  type PayloadDevice,
  pruneGroupKeys,
  removeDevice,
  restateRemovals,
  rotateAccountKey,
  type SeenGroupMessage,
  startGroup,
  updateOwnRecord,
} from '../src/v2.ts'
import { fill, recordWith, v2CodeOf } from './v2-world.ts'

beforeAll(() => ready)

const now = 1_700_000_000
const id = (byte: number): string => byte.toString(16).padStart(2, '0').repeat(32)
const own = id(0)
const small = { x25519: fill(1), mlKem768: fill(2, 1184) }
const recordOf = (change: Partial<DeviceRecord> = {}) => recordWith({ keys: small, ...change })
const empty = () => createGroupState({ deviceId: hexToBytes(own) })
const started = (): GroupState => startGroup({ state: empty(), record: recordOf(), now })
const messageOf = (payload: GroupPayload | undefined, change: Partial<GroupMessage> = {}): GroupMessage => ({
  identifier: undefined,
  linkKey: fill(5),
  payload,
  announcesRemoval: false,
  ...change,
})
const requestOf = (byte: number, change: Partial<DeviceRecord> = {}): LinkRequest => {
  const record = recordOf(change)
  return { deviceId: hexToBytes(id(byte)), record, encodedRecord: encodeDeviceRecord(record), request: fill(1) }
}

/** Everything that two states must agree on. */
function shown(state: GroupState): unknown {
  return {
    devices: [...state.devices].sort(([a], [b]) => (a < b ? -1 : 1)),
    requests: [...state.requests].sort(([a], [b]) => (a < b ? -1 : 1)),
    keys: groupKeys(state).map(({ seed, created, rotated }) => [bytesToHex(seed.reveal()), created, rotated]),
  }
}

const ids = fc.integer({ min: 0, max: 4 }).map(id)
const arbitraryDevice = fc.oneof(
  fc
    .record({ seqno: fc.integer({ min: 1, max: 3 }), description: fc.constantFrom('a', 'b', 'c') })
    .map((change) => ({ kind: 'live' as const, record: encodeDeviceRecord(recordOf(change)) })),
  fc.record({ kind: fc.constantFrom('left' as const, 'removed' as const), at: fc.integer({ min: 1, max: 4 }) }),
)
const arbitraryKey = fc
  .record({
    byte: fc.integer({ min: 1, max: 5 }),
    created: fc.integer({ min: 1, max: 4 }),
    rotated: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
  })
  .map(({ byte, created, rotated }) => ({
    seed: SecretBytes.take(fill(byte)),
    created,
    ...(rotated === undefined ? {} : { rotated }),
  }))
const arbitraryPayload: fc.Arbitrary<GroupPayload> = fc.record({
  devices: fc.array(fc.tuple(ids, arbitraryDevice), { maxLength: 4 }).map((entries) => new Map(entries)),
  keys: fc.array(arbitraryKey, { maxLength: 3 }),
})
const arbitraryRequest = fc
  .tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }))
  .map(([byte, seqno, expiresAt]) => ({ request: requestOf(byte, { seqno }), expiresAt }))
type Event = GroupPayload | { readonly request: LinkRequest; readonly expiresAt: number }
const arbitraryEvent: fc.Arbitrary<Event> = fc.oneof(arbitraryPayload, arbitraryRequest)

function apply(state: GroupState, event: Event): GroupState {
  if ('request' in event) return mergeLinkRequest({ state, ...event })
  return mergeGroupPayload({ state, payload: event, now }).state
}

describe('merging', () => {
  test('any order and any repetition of messages and requests gives the same state', () => {
    const events = fc.array(arbitraryEvent, { minLength: 1, maxLength: 6 })
    const shuffled = events.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: 2 * list.length })),
    )
    fc.assert(
      fc.property(shuffled, fc.boolean(), ([list, other], registered) => {
        const first = registered ? started() : empty()
        expect(shown(other.reduce(apply, first))).toEqual(shown(list.reduce(apply, first)))
      }),
      { numRuns: 300, seed: 20261124 },
    )
  })

  test('merging twice changes nothing, and merging the result of a merge neither', () => {
    fc.assert(
      fc.property(arbitraryPayload, arbitraryPayload, (a, b) => {
        const once = apply(apply(empty(), a), b)
        expect(shown(apply(once, b))).toEqual(shown(once))
        const again = apply(once, decodeGroupPayload(encodeGroupPayload(groupPayload(once, 1))))
        expect(shown(again)).toEqual(shown(once))
        expect(mergeGroupPayload({ state: once, payload: b, now }).changes).toMatchObject({
          departed: [],
          newKeys: false,
        })
      }),
      { numRuns: 200, seed: 20261124 },
    )
  })

  test('two devices that exchange what they have agree', () => {
    fc.assert(
      fc.property(
        fc.array(arbitraryPayload, { maxLength: 4 }),
        fc.array(arbitraryPayload, { maxLength: 4 }),
        (a, b) => {
          const one = a.reduce(apply, empty())
          const two = b.reduce(apply, empty())
          const both = [apply(one, groupPayload(two, 1)), apply(two, groupPayload(one, 1))].map(shown)
          expect((both[0] as { devices: unknown }).devices).toEqual((both[1] as { devices: unknown }).devices)
        },
      ),
      { numRuns: 100, seed: 20261124 },
    )
  })

  test('a removed id never returns', () => {
    fc.assert(
      fc.property(fc.array(arbitraryPayload, { maxLength: 5 }), (later) => {
        const gone = apply(empty(), { devices: new Map([[id(1), { kind: 'removed', at: 1 }]]), keys: [] })
        expect(later.reduce(apply, gone).devices.get(id(1))?.state).toBe('kicked')
      }),
      { numRuns: 100, seed: 20261124 },
    )
  })

  test('the arguments are not changed', () => {
    const payload = { devices: new Map([[id(1), { kind: 'left' as const, at: 5 }]]), keys: [] }
    const state = started()
    const before = shown(state)
    mergeGroupPayload({ state, payload, now })
    expect(shown(state)).toEqual(before)
    expect(payload.devices.size).toBe(1)
  })

  test('what a merge asks for', () => {
    const live = { kind: 'live' as const, record: encodeDeviceRecord(recordOf()) }
    const gone = apply(started(), { devices: new Map([[id(1), { kind: 'removed', at: 5 }]]), keys: [] })
    const payload: GroupPayload = {
      devices: new Map<string, PayloadDevice>([
        [id(1), live],
        [id(2), { kind: 'left', at: 7 }],
      ]),
      keys: [{ seed: SecretBytes.take(fill(9)), created: 1 }],
    }
    const { state, changes } = mergeGroupPayload({ state: gone, payload, now })
    expect(changes).toEqual({ departed: [id(2)], restate: [id(1)], newKeys: true })
    const restated = restateRemovals({ state, deviceIds: [...changes.restate, id(7)], now })
    expect(restated.devices.get(id(1))).toEqual({ state: 'kicked', at: now })
  })

  test('our own record is not displaced by another of equal seqno, but by a higher one', () => {
    const state = updateOwnRecord({ state: started(), change: { description: 'mine' }, now })
    const live = (seqno: number) => ({
      devices: new Map([[own, { kind: 'live' as const, record: encodeDeviceRecord(recordOf({ seqno })) }]]),
      keys: [],
    })
    const name = (given: GroupState) => {
      const device = given.devices.get(own)
      return device && 'record' in device ? decodeDeviceRecord(device.record).description : undefined
    }
    expect(name(apply(state, live(2)))).toBe('mine')
    expect(name(apply(state, live(3)))).toBe('laptop')
  })
})

describe('which messages are taken', () => {
  const payload: GroupPayload = { devices: new Map([[id(1), { kind: 'left', at: 5 }]]), keys: [] }
  const merge = (state: GroupState, message: GroupMessage, admitted = false) =>
    mergeGroupMessage({ state, message, now, admitted })

  test('by membership and identifier', () => {
    const state = started()
    const same = { identifier: state.identifier }
    expect(merge(state, messageOf(payload, same)).accepted).toBe(true)
    expect(merge(state, messageOf(payload)).accepted).toBe(true)
    expect(merge(state, messageOf(payload, { identifier: fill(1, 8) })).accepted).toBe(false)
    const { identifier: _, ...old } = state
    expect(merge(old, messageOf(payload, { identifier: fill(1, 8) })).state.identifier).toEqual(fill(1, 8))
    expect(merge(empty(), messageOf(payload, same)).accepted).toBe(false)
    expect(merge(empty(), messageOf(payload, same), true)).toMatchObject({ accepted: true, state: same })
    expect(merge(state, messageOf(undefined, same))).toMatchObject({ accepted: false, state })
  })

  test('an admission to another group keeps nothing of the one before', () => {
    const state = apply(started(), { devices: new Map([[id(2), { kind: 'removed', at: 5 }]]), keys: [] })
    const live = { kind: 'live' as const, record: encodeDeviceRecord(recordOf()) }
    const key = { seed: SecretBytes.take(fill(9)), created: 1 }
    const other: GroupPayload = { devices: new Map([[own, live]]), keys: [key] }
    const { state: joined } = merge(state, messageOf(other, { identifier: fill(1, 8) }), true)
    expect([...joined.devices.keys()]).toEqual([own])
    expect(groupKeys(joined).map(({ seed }) => seed.reveal())).toEqual([fill(9)])
    expect(joined.identifier).toEqual(fill(1, 8))
    const same = merge(state, messageOf(other, { identifier: state.identifier }), true)
    expect(same.state.devices.size).toBe(2)
  })

  test('the announcement of our removal, and its time is when we learned', () => {
    const announced = messageOf(undefined, { announcesRemoval: true, identifier: fill(9, 8) })
    const { state } = merge(started(), announced)
    expect(state.devices.get(own)).toEqual({ state: 'kicked', at: now })
    const again = mergeGroupMessage({ state, message: announced, now: now + 50 })
    expect(again.state.devices.get(own)).toEqual({ state: 'kicked', at: now })
    expect(merge(state, messageOf(payload)).accepted).toBe(false)
  })
})

describe('account keys', () => {
  const key = (byte: number, created: number, rotated?: number) => ({
    seed: SecretBytes.take(fill(byte)),
    created,
    ...(rotated === undefined ? {} : { rotated }),
  })
  const keysOf = (...keys: ReturnType<typeof key>[]) => groupKeys(apply(empty(), { devices: new Map(), keys }))
  const plain = (keys: ReturnType<typeof groupKeys>) => keys.map((k) => [k.seed.reveal()[0], k.created, k.rotated])

  test('the latest created wins, then the smallest seed', () => {
    expect(plain(keysOf(key(1, 5), key(2, 9), key(3, 7)))).toEqual([
      [2, 9, undefined],
      [1, 5, 9],
      [3, 7, 9],
    ])
    expect(plain(keysOf(key(9, 5), key(2, 5)))).toEqual([
      [2, 5, undefined],
      [9, 5, 5],
    ])
    expect(plain(keysOf(key(1, 5, 8), key(1, 5), key(1, 5, 7)))).toEqual([[1, 5, 7]])
  })

  test('a rotation wins everywhere, also over a key from the future', () => {
    const ahead = apply(started(), { devices: new Map(), keys: [key(1, now + 1000)] })
    const rotated = rotateAccountKey({ state: ahead, now, random: () => fill(255) })
    const [current, ...others] = groupKeys(rotated)
    expect([current!.seed.reveal()[0], current!.created]).toEqual([255, now + 1001])
    expect(others.every((other) => other.rotated !== undefined)).toBe(true)
  })

  test('a key and a record from the end of time stop neither rotation nor changes', () => {
    const last = Number.MAX_SAFE_INTEGER
    const record = encodeDeviceRecord(recordOf({ seqno: last, timestamp: last }))
    const devices = new Map([[own, { kind: 'live' as const, record }]])
    let state = apply(started(), { devices, keys: [key(1, last)] })
    state = rotateAccountKey({ state, now, random: () => fill(255) })
    state = updateOwnRecord({ state, change: { description: 'mine' }, now })
    expect(groupKeys(state)[0]!.seed.reveal()).toEqual(fill(255))
    const read = decodeGroupPayload(encodeGroupPayload(groupPayload(state, now)))
    expect(read.devices.size).toBe(1)
    expect(groupKeys(apply(empty(), read))[0]!.seed.reveal()).toEqual(fill(255))
  })

  test('they are dropped 16 days after their rotation', () => {
    const state = apply(empty(), { devices: new Map(), keys: [key(1, 5, 100), key(2, 100)] })
    expect(groupKeys(state, 100 + ACCOUNT_KEY_RETENTION)).toHaveLength(2)
    expect(groupKeys(state, 101 + ACCOUNT_KEY_RETENTION)).toHaveLength(1)
    const pruned = pruneGroupKeys(state, 101 + ACCOUNT_KEY_RETENTION)
    expect(plain(groupKeys(pruned))).toEqual([[2, 100, undefined]])
    expect(state.keys.filter(({ seed }) => seed.isWiped)).toHaveLength(1)
  })
})

describe('the life of a group', () => {
  test('start, link, replace, remove', () => {
    let state = started()
    expect(groupRecipients(state)).toEqual([small])
    expect(groupKeys(state)).toHaveLength(1)
    expect(v2CodeOf(() => startGroup({ state, record: recordOf(), now }))).toBe('V2_BAD_ARGUMENT')

    state = mergeLinkRequest({ state, request: requestOf(1, { seqno: 4 }), expiresAt: now + 600 })
    state = mergeLinkRequest({ state, request: requestOf(1, { seqno: 3 }), expiresAt: now + 900 })
    expect(linkRequests(state, now)).toMatchObject([{ deviceId: id(1), replaces: false, expiresAt: now + 600 }])
    expect(linkRequests(state, now + 600)).toEqual([])
    const late = now + 600
    expect(v2CodeOf(() => acceptLinkRequest({ state, deviceId: id(1), now: late }))).toBe('V2_EXPIRED')
    expect(v2CodeOf(() => acceptLinkRequest({ state, deviceId: id(2), now }))).toBe('V2_NO_REQUEST')
    expect(v2CodeOf(() => acceptLinkRequest({ state: empty(), deviceId: id(1), now }))).toBe('V2_NOT_MEMBER')
    const ignored = ignoreLinkRequest({ state, deviceId: id(1) })
    expect(linkRequests(ignored, now)).toEqual([])
    const newer = mergeLinkRequest({ state: ignored, request: requestOf(1, { seqno: 5 }), expiresAt: now + 600 })
    expect(linkRequests(newer, now)).toHaveLength(1)

    state = acceptLinkRequest({ state, deviceId: id(1), now })
    expect(groupRecipients(state)).toHaveLength(2)
    expect(linkRequests(state, now)).toEqual([])
    expect(groupKeys(state)).toHaveLength(1)

    const timestamp = recordOf().timestamp + 1
    state = mergeLinkRequest({ state, request: requestOf(1, { seqno: 9, timestamp }), expiresAt: now + 600 })
    expect(linkRequests(state, now)).toMatchObject([{ replaces: true }])
    state = acceptLinkRequest({ state, deviceId: id(1), now })
    const replaced = state.devices.get(id(1)) as { record: Uint8Array }
    expect(decodeDeviceRecord(replaced.record)).toMatchObject({ seqno: 10, timestamp })
    expect(groupKeys(state)).toHaveLength(2)

    state = removeDevice({ state, deviceId: id(1), now })
    expect(groupRecipients(state)).toHaveLength(1)
    expect(groupKeys(state)).toHaveLength(3)
    state = mergeLinkRequest({ state, request: requestOf(1, { seqno: 99 }), expiresAt: now + 600 })
    expect(linkRequests(state, now)).toEqual([])
    expect(v2CodeOf(() => removeDevice({ state, deviceId: own, now }))).toBe('V2_BAD_ARGUMENT')
    expect(mergeLinkRequest({ state, request: requestOf(0), expiresAt: now })).toBe(state)
  })

  test('many requests do not shut out a later one', () => {
    let state = started()
    for (let i = 0; i <= MAX_GROUP_RECORDS; i++) {
      const deviceId = fill(1)
      new DataView(deviceId.buffer).setUint32(0, i)
      const expiresAt = now + 600 + (i === MAX_GROUP_RECORDS ? 1 : 0)
      state = mergeLinkRequest({ state, request: { ...requestOf(1), deviceId }, expiresAt })
    }
    expect(state.requests.size).toBe(MAX_GROUP_RECORDS)
    expect(linkRequests(state, now + 600)).toHaveLength(1)
  })

  test('leaving', () => {
    const alone = leaveGroup({ state: started(), now })
    expect(alone.message).toBeUndefined()
    expect(alone.left).toEqual(empty())
    const live = { kind: 'live' as const, record: encodeDeviceRecord(recordOf()) }
    const two = apply(started(), { devices: new Map([[id(1), live]]), keys: [] })
    const { message } = leaveGroup({ state: two, now })
    expect(groupPayload(message!, now).devices.get(own)).toEqual({ kind: 'left', at: now })
    expect(groupRecipients(message!)).toHaveLength(1)
    expect(v2CodeOf(() => leaveGroup({ state: empty(), now }))).toBe('V2_NOT_MEMBER')
    expect(createDeviceId()).toHaveLength(32)
  })

  test('admission to a group', () => {
    const identifier = fill(3, 8)
    const asked = { identifier, x25519: small.x25519 }
    const old = { ...asked, timestamp: 10, confirmed: false }
    const live = (timestamp: number) =>
      messageOf(
        {
          devices: new Map([[own, { kind: 'live', record: encodeDeviceRecord(recordOf({ timestamp })) }]]),
          keys: [],
        },
        { identifier },
      )
    const match = (message: GroupMessage, ...requests: (typeof old)[]) =>
      matchAdmission({ state: empty(), message, requests })
    const newest = { ...asked, timestamp: 20, confirmed: false }
    expect(match(live(20), old, { ...newest, confirmed: true })).toBe('join')
    expect(match(live(20), old, newest)).toBe('hold')
    expect(match(live(10), old, newest)).toBe('ignore')
    expect(match(live(10), { ...old, confirmed: true }, newest)).toBe('join')
    expect(match(live(30), old, newest)).toBe('ignore')
    expect(match(live(20), { ...newest, identifier: fill(4, 8) })).toBe('ignore')
    expect(match(live(20), { ...newest, x25519: fill(4) })).toBe('ignore')
    expect(match(live(20))).toBe('ignore')
    expect(match(messageOf(undefined), newest)).toBe('ignore')
  })

  test('membership', () => {
    const state = started()
    const seen = (change: Partial<SeenGroupMessage> = {}): SeenGroupMessage => ({
      identifier: state.identifier,
      readable: true,
      announcesRemoval: false,
      storedAt: now,
      expiresAt: now + 1000,
      ...change,
    })
    const of = (given: GroupState, list: SeenGroupMessage[], change = {}) =>
      groupMembership({ state: given, seen: list, fetched: true, waiting: false, now, ...change })
    const foreign = seen({ identifier: fill(9, 8), readable: false })
    expect(of(state, [], { fetched: false })).toBe('unknown')
    expect(of(state, [])).toBe('in-group')
    expect(of(state, [seen(), foreign])).toBe('in-group')
    expect(of(state, [foreign])).toBe('cut-off')
    expect(of(state, [seen({ expiresAt: now }), foreign])).toBe('cut-off')
    const later = (by: number, change = {}) => seen({ readable: false, storedAt: now + by, ...change })
    expect(of(state, [seen(), later(300)])).toBe('in-group')
    expect(of(state, [seen(), later(301)])).toBe('displaced')
    expect(of(state, [seen(), later(301), seen({ storedAt: now + 301 })])).toBe('in-group')
    expect(of(state, [seen(), later(301, { announcesRemoval: true })])).toBe('in-group')
    expect(of(empty(), [])).toBe('no-group')
    expect(of(empty(), [foreign])).toBe('groups-visible')
    expect(of(empty(), [foreign], { waiting: true })).toBe('waiting')
    const kicked = apply(state, { devices: new Map([[own, { kind: 'removed', at: 5 }]]), keys: [] })
    expect(of(kicked, [])).toBe('removed')
  })
})
