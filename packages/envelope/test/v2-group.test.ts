import { bytesToHex, concatBytes, decodeBencode, encodeBencode, hexToBytes, SecretBytes } from '@sessionkit/bytes'
import { ed25519Sign, ready } from '@sessionkit/crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  announcesRemoval,
  createGroupIdentifier,
  decodeDeviceRecord,
  decodeGroupPayload,
  deviceVersion,
  encodeDeviceRecord,
  encodeGroupPayload,
  expandDeviceKeys,
  type GroupPayload,
  groupCreated,
  groupEmoji,
  linkRequestEmoji,
  MAX_GROUP_DEVICES,
  maskGroupIdentifier,
  openGroupMessage,
  openLinkRequest,
  paddedPayloadLength,
  publicKeysOf,
  removalEntries,
  rotationDelay,
  rotationTime,
  SAS_EMOJI,
  type SealGroupInput,
  sasEmoji,
  sealGroupMessage,
  sealLinkRequest,
} from '../src/v2.ts'
import { people } from './people.ts'
import { accountKeys, fill, hostile, recordWith, secretOf, text, v2CodeOf } from './v2-world.ts'

beforeAll(() => ready)

const id = (byte: number): string => byte.toString(16).padStart(2, '0').repeat(32)
const device = (byte: number) => expandDeviceKeys(secretOf(byte))
const identifier = hexToBytes('c06dc101deadbeef')

function payloadOf(change: Partial<GroupPayload> = {}): GroupPayload {
  return {
    devices: new Map([
      [id(1), { kind: 'live', record: encodeDeviceRecord(recordWith()) }],
      [id(2), { kind: 'removed', at: 1_700_000_100 }],
      [id(3), { kind: 'left', at: 1_700_000_200 }],
    ]),
    keys: [
      { seed: secretOf(1), created: 1_700_000_000, rotated: 1_700_000_300 },
      { seed: secretOf(2), created: 1_700_000_300 },
    ],
    ...change,
  }
}

function sealGroup(change: Partial<SealGroupInput> = {}): Uint8Array {
  return sealGroupMessage({
    account: people().alice,
    identifier,
    payload: payloadOf(),
    recipients: [publicKeysOf(device(1))],
    linkKey: fill(5),
    ...change,
  })
}
const openGroup = (bytes: Uint8Array, keys = [device(1)], deviceId?: Uint8Array) =>
  openGroupMessage({ bytes, account: people().alice, deviceKeys: keys, ...(deviceId ? { deviceId } : {}) })

/** A group message with parts replaced, signed again. */
function resign(bytes: Uint8Array, change: Record<string, Uint8Array | undefined>): Uint8Array {
  const dict = decodeBencode(bytes) as Map<string, Uint8Array>
  dict.delete('~')
  for (const [key, value] of Object.entries(change)) {
    if (value === undefined) dict.delete(key)
    else dict.set(key, value)
  }
  const message = encodeBencode(dict).slice(0, -1)
  const signature = ed25519Sign({ message, keyPair: people().alice.ed25519 })
  return concatBytes(message, text('1:~64:'), signature, text('e'))
}

describe('device records', () => {
  test('round trip, unknown fields included', () => {
    const record = fc.record({
      seqno: fc.integer({ min: 1, max: 1e9 }),
      timestamp: fc.integer({ min: 0, max: 2e9 }),
      description: fc.string({ unit: 'grapheme', maxLength: 12 }).filter((value) => text(value).length <= 64),
      type: fc.string({ maxLength: 20 }),
      version: fc.nat(),
      unknown: fc.constantFrom(new Map([['A', fill(3, 2)]]), new Map([['zz', 7n]])),
    })
    fc.assert(
      fc.property(record, (value) => {
        const full = recordWith(value)
        expect(decodeDeviceRecord(encodeDeviceRecord(full))).toEqual(full)
      }),
      { numRuns: 200, seed: 20261124 },
    )
  })

  test('a long description is cut between characters, and read whole', () => {
    const cut = decodeDeviceRecord(encodeDeviceRecord(recordWith({ description: '€'.repeat(40) })))
    expect(cut.description).toBe('€'.repeat(21))
    const dict = decodeBencode(encodeDeviceRecord(recordWith())) as Map<string, unknown>
    dict.set('d', text('x'.repeat(300)))
    expect(decodeDeviceRecord(encodeBencode(dict as never)).description).toHaveLength(300)
  })

  test('what is missing or of another form', () => {
    const dict = decodeBencode(encodeDeviceRecord(recordWith())) as Map<string, unknown>
    for (const [key, value] of [
      ['#', undefined],
      ['#', 0n],
      ['#', -1n],
      ['#', 2n ** 60n],
      ['@', undefined],
      ['@', -1n],
      ['M', undefined],
      ['M', fill(1, 1183)],
      ['X', fill(1, 33)],
      ['X', 5n],
      ['d', undefined],
      ['d', fill(0xff, 3)],
      ['t', 1n],
      ['v', -1n],
      ['v', fill(1, 3)],
    ] as const) {
      const changed = new Map(dict)
      if (value === undefined) changed.delete(key)
      else changed.set(key, value)
      expect([key, v2CodeOf(() => decodeDeviceRecord(encodeBencode(changed as never)))]).toEqual([key, 'V2_BAD_FORMAT'])
    }
    for (const change of [
      { seqno: 0 },
      { version: -1 },
      { timestamp: 0.5 },
      { type: '\ud800' },
      { keys: {} as never },
    ]) {
      expect(v2CodeOf(() => encodeDeviceRecord(recordWith(change)))).toBe('V2_BAD_ARGUMENT')
    }
    expect(deviceVersion({ major: 1, minor: 2, patch: 3 })).toBe(1_002_003)
    expect(deviceVersion({ major: 1, minor: 2000, patch: -1 })).toBe(1_999_000)
  })
})

describe('payloads', () => {
  test('round trip and padding', () => {
    const payload = payloadOf()
    const bytes = encodeGroupPayload(payload)
    expect(bytes).toHaveLength(8700)
    const decoded = decodeGroupPayload(bytes)
    expect(decoded.devices).toEqual(payload.devices)
    // The current key stands first.
    expect(decoded.keys.map(({ seed, created, rotated }) => [seed.reveal()[0], created, rotated])).toEqual([
      [2, 1_700_000_300, undefined],
      [1, 1_700_000_000, 1_700_000_300],
    ])
    expect([0, 2300, 2301, 8700, 8701].map(paddedPayloadLength)).toEqual([8700, 8700, 8700, 8700, 15_100])
  })

  test('what is refused', () => {
    const record = decodeBencode(encodeDeviceRecord(recordWith()))
    const key = new Map<string, unknown>([
      ['c', 1n],
      ['s', fill(1)],
    ])
    const raw = (D: unknown, K: unknown) =>
      v2CodeOf(() =>
        decodeGroupPayload(encodeBencode(new Map(Object.entries({ D, K }).filter(([, v]) => v !== 0)) as never)),
      )
    const at = (value: unknown, name = 'i'.repeat(32)) => new Map([[name, value]])
    expect(raw(at(record), [key])).toBe(null)
    expect(raw(at(record, 'i'.repeat(31)), [key])).toBe('V2_BAD_FORMAT')
    expect(raw(0, [key])).toBe('V2_BAD_FORMAT')
    expect(raw(at(record), 0)).toBe('V2_BAD_FORMAT')
    for (const value of [0n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 60n, [], fill(1)]) {
      expect(raw(at(value), [])).toBe('V2_BAD_FORMAT')
    }
    for (const change of [{ c: -1n }, { c: undefined }, { s: fill(1, 31) }, { s: undefined }, { r: fill(1) }]) {
      const entries = [...Object.entries({ ...Object.fromEntries(key), ...change })].filter(([, v]) => v !== undefined)
      expect(raw(new Map(), [new Map(entries)])).toBe('V2_BAD_FORMAT')
    }
    expect(raw(new Map(), Array(257).fill(key))).toBe('V2_BAD_FORMAT')
    expect(v2CodeOf(() => decodeGroupPayload(text('d1:Dde1:Klee\0\0x')))).toBe('V2_BAD_FORMAT')
    const bad = (devices: unknown) => v2CodeOf(() => encodeGroupPayload({ devices: devices as never, keys: [] }))
    expect(bad(new Map([['x', { kind: 'left', at: 1 }]]))).toBe('V2_BAD_ARGUMENT')
    expect(bad(new Map([[id(1), { kind: 'left', at: 0 }]]))).toBe('V2_BAD_ARGUMENT')
  })
})

describe('group messages', () => {
  test('every device opens, no other, wherever its slot is', () => {
    for (const count of [1, 2, 4, 5]) {
      const devices = Array.from({ length: count }, (_, i) => device(i + 1))
      const bytes = sealGroup({ recipients: devices.map(publicKeysOf) })
      for (const keys of devices) {
        const opened = openGroup(bytes, [device(99), keys])
        expect(opened).toMatchObject({ identifier, linkKey: fill(5), announcesRemoval: false })
        expect(opened.payload?.devices).toEqual(payloadOf().devices)
      }
      expect(openGroup(bytes, [device(99)])).toMatchObject({ payload: undefined, identifier })
    }
  })

  test('one to four devices look the same', () => {
    const sizes = [1, 2, 3, 4, 5].map(
      (count) => sealGroup({ recipients: Array(count).fill(publicKeysOf(device(1))) }).length,
    )
    expect(new Set(sizes.slice(0, 4)).size).toBe(1)
    expect(sizes[4]).toBeGreaterThan(sizes[0]!)
  })

  test('removals are announced to whom they mean', () => {
    const bytes = sealGroup()
    expect(openGroup(bytes, [], hexToBytes(id(2))).announcesRemoval).toBe(true)
    expect(openGroup(bytes, [], hexToBytes(id(3))).announcesRemoval).toBe(false)
    expect(openGroup(bytes, [], hexToBytes(id(1))).announcesRemoval).toBe(false)
    const none = sealGroup({ payload: payloadOf({ devices: new Map() }) })
    expect((decodeBencode(none) as Map<string, unknown>).has('k')).toBe(false)
    const given = { accountSeed: secretOf(1), ephemeral: fill(2) }
    const deviceIds = [fill(1), fill(2), fill(3), fill(4), fill(5)]
    const entries = removalEntries({ ...given, deviceIds })
    expect(entries).toHaveLength(8 * 16)
    for (const deviceId of deviceIds) expect(announcesRemoval({ ...given, entries, deviceId })).toBe(true)
    expect(announcesRemoval({ ...given, entries, deviceId: fill(6) })).toBe(false)
  })

  test('what is refused', () => {
    const bytes = sealGroup()
    expect(v2CodeOf(() => openGroupMessage({ bytes, account: people().bob, deviceKeys: [] }))).toBe('V2_BAD_SIGNATURE')
    for (let at = 9; at < bytes.length; at += 501) {
      const changed = bytes.slice()
      changed[at]! ^= 1
      expect(['V2_BAD_SIGNATURE', 'V2_BAD_FORMAT']).toContain(v2CodeOf(() => openGroup(changed)))
    }
    expect(v2CodeOf(() => openGroup(resign(bytes, {})))).toBe(null)
    expect(v2CodeOf(() => openGroup(resign(bytes, { '': text('Q') })))).toBe('V2_OTHER_TYPE')
    expect(v2CodeOf(() => openGroup(resign(bytes, { '': undefined })))).toBe('V2_BAD_FORMAT')
    for (const key of ['A', 'C', 'K', 'X', 'd']) {
      expect(v2CodeOf(() => openGroup(resign(bytes, { [key]: undefined })))).toBe('V2_BAD_FORMAT')
    }
    for (const change of [
      { A: fill(1, 31) },
      { X: fill(1, 33) },
      { '@': fill(1, 7) },
      { C: fill(1, 1087) },
      { C: fill(1, 1088 * 3) },
      { K: fill(1, 34 * 3) },
      { K: fill(1, 35) },
      { d: fill(1, 16) },
      { k: fill(1, 15) },
    ]) {
      expect(v2CodeOf(() => openGroup(resign(bytes, change)))).toBe('V2_BAD_FORMAT')
    }
    expect(openGroup(resign(bytes, { '@': undefined })).identifier).toBeUndefined()
    expect(openGroup(resign(bytes, { new: fill(1, 3) })).payload).toBeDefined()
    // Neither makes it unreadable for the others.
    expect(openGroup(resign(bytes, { A: fill(0) })).payload).toBeUndefined()
    const degenerate = { ...publicKeysOf(device(2)), x25519: fill(0) }
    expect(openGroup(sealGroup({ recipients: [degenerate, publicKeysOf(device(1))] })).payload).toBeDefined()
    const foreign = { x25519: fill(9), mlKem768: fill(255, 1184) }
    expect(openGroup(sealGroup({ recipients: [foreign, publicKeysOf(device(1))] })).payload).toBeDefined()
    const many = Array(MAX_GROUP_DEVICES + 1).fill(publicKeysOf(device(1)))
    expect(v2CodeOf(() => sealGroup({ recipients: many }))).toBe('V2_TOO_LARGE')
    expect(v2CodeOf(() => openGroup(new Uint8Array(80_000)))).toBe('V2_BAD_FORMAT')
  })
})

describe('link requests', () => {
  const group = accountKeys(1)
  const seal = () =>
    sealLinkRequest({
      account: people().alice,
      deviceId: fill(8),
      record: recordWith(),
      linkKey: group.x25519.publicKey,
    })
  const open = (bytes: Uint8Array, keys = [group], account = people().alice) =>
    openLinkRequest({ bytes, account, accountKeys: keys })

  test('round trip, with any account key that is held', () => {
    const { bytes, request } = seal()
    expect(open(bytes, [accountKeys(2), group])).toMatchObject({ deviceId: fill(8), record: recordWith(), request })
    expect(v2CodeOf(() => open(bytes, [accountKeys(2)]))).toBe('V2_NO_KEY')
    expect(v2CodeOf(() => open(bytes, []))).toBe('V2_NO_KEY')
    expect(v2CodeOf(() => open(bytes, [group], people().bob))).toBe('V2_NO_KEY')
  })

  test('what is refused', () => {
    const { bytes } = seal()
    for (let at = 4; at < bytes.length; at += 97) {
      const changed = bytes.slice()
      changed[at]! ^= 1
      expect(['V2_NO_KEY', 'V2_BAD_FORMAT']).toContain(v2CodeOf(() => open(changed)))
    }
    const dict = decodeBencode(bytes) as Map<string, Uint8Array>
    const changed = (key: string, value: Uint8Array) =>
      v2CodeOf(() => open(encodeBencode(new Map(dict).set(key, value))))
    expect(changed('E', fill(0))).toBe('V2_BAD_FORMAT')
    expect(changed('E', fill(1, 31))).toBe('V2_BAD_FORMAT')
    expect(changed('L', fill(1, 16))).toBe('V2_BAD_FORMAT')
    expect(changed('i', fill(1, 3))).toBe('V2_BAD_FORMAT')
    expect(changed('', text('G'))).toBe('V2_OTHER_TYPE')
    const sealTo = (linkKey: Uint8Array) => () =>
      sealLinkRequest({ account: people().alice, deviceId: fill(8), record: recordWith(), linkKey })
    expect(v2CodeOf(sealTo(fill(0)))).toBe('V2_BAD_RECIPIENT')
    expect(v2CodeOf(sealTo(fill(1, 31)))).toBe('V2_BAD_ARGUMENT')
  })

  test('both sides see the same emoji', () => {
    const { bytes, request } = seal()
    const ours = linkRequestEmoji(request)
    expect(linkRequestEmoji(open(bytes).request)).toEqual(ours)
    expect(ours.emoji).toHaveLength(21)
    expect(v2CodeOf(() => linkRequestEmoji(new Uint8Array(80_000)))).toBe('V2_TOO_LARGE')
  })
})

describe('small parts', () => {
  test('the emoji table and its bits', () => {
    expect(new Set(SAS_EMOJI).size).toBe(64)
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (seed) => {
        const number = BigInt(`0x${bytesToHex(seed.slice().reverse())}`)
        const expected = Array.from({ length: 21 }, (_, k) => Number((number >> BigInt(6 * k)) & 63n))
        expect(sasEmoji(seed).indices).toEqual(expected)
      }),
      { numRuns: 200, seed: 20261124 },
    )
  })

  test('group identifiers', () => {
    const made = createGroupIdentifier({ now: 1_767_225_659, random: (length) => fill(7, length) })
    expect(groupCreated(made)).toBe(1_767_225_600)
    expect(made.slice(4)).toEqual(fill(7, 4))
    const given = { accountSeed: secretOf(1), ephemeral: fill(2) }
    const masked = maskGroupIdentifier({ ...given, identifier: made })
    expect(maskGroupIdentifier({ ...given, identifier: masked })).toEqual(made)
    expect(groupEmoji(made).emoji).toHaveLength(21)
    expect(v2CodeOf(() => createGroupIdentifier({ now: 2 ** 50 }))).toBe('V2_BAD_ARGUMENT')
  })

  test('rotation is between 11 and 13 hours, later on average with fewer devices', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.integer({ min: 1, max: 40 }), (seed, devices) => {
        const input = { accountKeySeed: SecretBytes.from(seed), deviceId: fill(3), devices }
        const delay = rotationDelay(input)
        expect(delay).toBeGreaterThanOrEqual(11 * 3600)
        expect(delay).toBeLessThanOrEqual(13 * 3600)
        expect(rotationDelay({ ...input, devices: devices + 1 })).toBeGreaterThanOrEqual(delay)
        expect(rotationTime({ ...input, created: 1000 })).toBe(Math.ceil(1000 + delay))
      }),
      { numRuns: 200, seed: 20261124 },
    )
  })
})

describe('10,000 random and changed inputs give a value or a typed error', () => {
  test('openGroupMessage', () => {
    const small = resign(sealGroup(), { C: fill(1, 1088), K: fill(1, 34), d: fill(1, 40) })
    const { alice: account } = people()
    for (const bytes of hostile([small], 10_000, 41)) {
      v2CodeOf(() => openGroupMessage({ bytes, account, deviceKeys: [] }))
    }
    const whole = sealGroup()
    for (const d of hostile([fill(1, 100)], 100, 42)) v2CodeOf(() => openGroup(resign(whole, { d, C: d, K: d })))
  })

  test('openLinkRequest', () => {
    const { bytes } = sealLinkRequest({
      account: people().alice,
      deviceId: fill(8),
      record: recordWith(),
      linkKey: accountKeys(1).x25519.publicKey,
    })
    const { alice: account } = people()
    for (const input of hostile([bytes], 10_000, 43)) {
      v2CodeOf(() => openLinkRequest({ bytes: input, account, accountKeys: [accountKeys(1)] }))
    }
  })

  test('decodeGroupPayload and decodeDeviceRecord', () => {
    const payload = encodeGroupPayload(payloadOf()).slice(0, 1700)
    const record = encodeDeviceRecord(recordWith())
    for (const input of hostile([payload, record, text('d1:Dde1:Klee')], 10_000, 44)) {
      v2CodeOf(() => encodeGroupPayload(decodeGroupPayload(input)))
      v2CodeOf(() => encodeDeviceRecord(decodeDeviceRecord(input)))
    }
  })
})
