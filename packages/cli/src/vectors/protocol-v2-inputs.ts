import { bytesToHex, decodeBencode, hexToBytes, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { ed25519KeyPairFromSeed, mlKem768KeyPair, x25519KeyPairFromSecret } from '@sessionkit/crypto'
import { openMessage } from '@sessionkit/envelope'
import {
  createGroupState,
  deviceVersion,
  encodeDeviceRecord,
  expandAccountKeys,
  expandDeviceKeys,
  type GroupPayload,
  type GroupState,
  groupKeys,
  type HeldAccountKey,
  mergeGroupPayload,
  messageVersion,
  openGroupMessage,
  openV2Message,
  publicKeysOf,
  SAS_EMOJI,
  sealGroupMessage,
  sealV2Message,
} from '@sessionkit/envelope/v2'
import { type Account, accountFromSeed } from '@sessionkit/session-id'
import { bytes, type Entry, has, hex, integer, list, objects, text, texts } from './entry.ts'
import { expectRefusal, expectSame } from './expect.ts'
import { Mismatch, Unsupported } from './outcome.ts'
import type { VectorHandler } from './runner.ts'

/** Inputs of the reference's tests, with the properties that those assert; no known answers. */
export const protocolV2Inputs: Readonly<Record<string, VectorHandler>> = {
  v2_encrypt_roundtrip: (entry) => {
    const from = accountFromSeed(bytes(entry, 'sender_ed25519_seed'))
    const recipient = accountFromSeed(bytes(entry, 'recipient_ed25519_seed'))
    const x25519 = x25519KeyPairFromSecret(SecretBytes.take(bytes(entry, 'account_x25519_secret')))
    const mlKem768 = mlKem768KeyPair({ seed: SecretBytes.take(bytes(entry, 'account_mlkem768_seed_d_z')) })
    const keys = { x25519, mlKem768 }
    const content = utf8ToBytes(text(entry, 'content_utf8'))
    const pro = ed25519KeyPairFromSeed(SecretBytes.take(new Uint8Array(32).fill(7)))
    const other = { x25519: x25519KeyPairFromSecret(SecretBytes.take(new Uint8Array(32).fill(9))), mlKem768 }
    for (const signer of [undefined, pro]) {
      const wire = sealV2Message({ content, from, to: recipient.sessionId, keys: publicKeysOf(keys), pro: signer })
      expectSame('length modulo 256', 0, wire.length % 256)
      const opened = openV2Message({ bytes: wire, recipient, accountKeys: [{ keys }] })
      expectSame('content', content, opened.content)
      expectSame('sender', from.sessionId, opened.sender)
      expectSame('forward secrecy', true, opened.pfsEncrypted)
      expectSame('length of the Pro signature', signer && 64, opened.pro?.signature.length)
      expectCode('a wrong account key', 'V2_NO_KEY', () => open(wire, recipient, [{ keys: other }]))
      expectCode('cut to 100 bytes', 'V2_BAD_FORMAT', () => open(wire.slice(0, 100), recipient, [{ keys }]))
    }
  },

  dm_receive: (entry) => {
    const from = accountFromSeed(bytes(entry, 'sender_ed25519_seed'))
    const recipient = accountFromSeed(new Uint8Array(32).fill(3))
    const keys = expandAccountKeys(SecretBytes.take(new Uint8Array(32).fill(5)))
    const contents = [...texts(entry, 'contents_used'), text(entry, 'minimal_content_protobuf')]
    for (const content of contents.map((value) => hex(value, 'contents_used'))) {
      for (const published of [publicKeysOf(keys), undefined]) {
        const wire = sealV2Message({ content, from, to: recipient.sessionId, keys: published })
        const opened = open(wire, recipient, [{ keys }])
        expectSame('content', content, opened.content)
        expectSame('sender', from.sessionId, opened.sender)
        expectSame('forward secrecy', published !== undefined, opened.pfsEncrypted)
      }
    }
    for (const item of objects(entry, 'rejects')) refuse(item, recipient)
    if (has(entry, 'wire_offsets')) expectOffsets(entry)
  },

  tie_break: (entry) => {
    const created = integer(entry, 'created')
    const key = (name: string) => ({ seed: SecretBytes.take(bytes(entry, name)), created })
    const [low, high] = [key('seed_low'), key('seed_high')]
    for (const order of [
      [low, high],
      [high, low],
    ]) {
      let state = createGroupState({ deviceId: new Uint8Array(32) })
      for (const one of order) state = merge(state, { devices: new Map(), keys: [one] }, created)
      const [current, ...others] = groupKeys(state)
      expectSame('winner', low!.seed.copy(), current?.seed.copy())
      expectSame('the winner is current', undefined, current?.rotated)
      expectSame(
        'the other is rotated',
        [created],
        others.map(({ rotated }) => rotated),
      )
    }
  },

  device_record_tie: (entry) => {
    const id = text(entry, 'device_id')
    const [major, minor, patch] = list(entry, 'version').map(Number)
    const version = deviceVersion({ major: major!, minor: minor!, patch: patch! })
    const keys = { x25519: repeated(entry, 'pk_x25519'), mlKem768: repeated(entry, 'pk_mlkem768') }
    const shared = { seqno: integer(entry, 'seqno'), timestamp: integer(entry, 'timestamp'), type: text(entry, 'type') }
    const records = texts(entry, 'descriptions').map((description) =>
      encodeDeviceRecord({ ...shared, version, keys, description }),
    )
    const ends = [records, [...records].reverse()].map((order) => {
      let state = createGroupState({ deviceId: new Uint8Array(32) })
      for (const record of order) state = merge(state, { devices: new Map([[id, { kind: 'live', record }]]), keys: [] })
      const device = state.devices.get(id)
      return device?.state === 'registered' ? bytesToHex(device.record) : undefined
    })
    expectSame(
      'a record of the two',
      true,
      records.some((record) => bytesToHex(record) === ends[0]),
    )
    expectSame('both orders', ends[0], ends[1])
  },

  payload_size: (entry) => {
    const sizes = [1, 2, 3, 4, 5].map((devices) => groupSizes(devices))
    expectSame('one device', integer(entry, 'one_device_d_field_length'), sizes[0]!.payload)
    expectSame('one to four devices', 1, new Set(sizes.slice(0, 4).map(({ total }) => total)).size)
    expectSame('five devices are longer', true, sizes[4]!.total > sizes[0]!.total)
  },

  sas_emoji_table: (entry) => {
    const given = texts(entry, 'emoji')
    // Compared by index: whether a variation selector follows is a matter of fonts.
    const plain = (emoji: string): string => emoji.replaceAll('\u{fe0f}', '')
    expectSame('emoji', given.map(plain), SAS_EMOJI.map(plain))
  },
}

function merge(state: GroupState, payload: Parameters<typeof mergeGroupPayload>[0]['payload'], now = 0): GroupState {
  return mergeGroupPayload({ state, payload, now }).state
}

function open(wire: Uint8Array, recipient: Account, accountKeys: HeldAccountKey[]): ReturnType<typeof openV2Message> {
  return openV2Message({ bytes: wire, recipient, accountKeys, now: 0 })
}

function expectCode(what: string, code: string, attempt: () => unknown): void {
  expectSame(what, code, expectRefusal(what, attempt).code)
}

/** The reference's names of refusals, and what ours are called. What it calls `bad_format` has three codes here. */
const reasons: Readonly<Record<string, readonly string[]>> = {
  bad_format: ['V2_BAD_FORMAT', 'V2_BAD_SIGNATURE', 'V2_BAD_SENDER'],
  unknown_version: ['V2_UNKNOWN_VERSION'],
  no_pfs_key: ['V2_NO_KEY'],
}

function refuse(item: Entry, recipient: Account): void {
  const wire = bytes(item, 'wire')
  const reason = text(item, 'reason')
  if (reason.startsWith('decrypt_failed')) {
    expectSame('version', 1, messageVersion(wire))
    expectRefusal('a message of version 1', () => openMessage(wire, { recipient }))
    return
  }
  const codes = reasons[reason.split(' ', 1)[0]!]
  if (codes === undefined) throw new Unsupported(`reason ${reason}`)
  const { code } = expectRefusal(reason, () => open(wire, recipient, []))
  if (!codes.includes(code)) throw new Mismatch(`reason: expected ${reason}, got ${code}`)
}

function expectOffsets(entry: Entry): void {
  expectSame(
    'wire_offsets',
    { version: [0, 2], key_indicator: [2, 4], ephemeral: [4, 36], kem_ciphertext: [36, 1124], aead: 1124 },
    entry.wire_offsets,
  )
}

/** `11 repeated 32 times`, or hex. */
function repeated(entry: Entry, name: string): Uint8Array {
  const value = text(entry, name)
  const words = /^(?:0x)?([0-9a-f]{2}) repeated (\d+) times$/.exec(value)
  if (words === null) return bytes(entry, name)
  return new Uint8Array(Number(words[2])).fill(hexToBytes(words[1]!)[0]!)
}

/** A group of so many devices: the length of its message, and of the encrypted payload in it. */
function groupSizes(count: number): { readonly total: number; readonly payload: number } {
  const account = accountFromSeed(new Uint8Array(16).fill(1))
  const device = expandDeviceKeys(SecretBytes.take(new Uint8Array(32).fill(2)))
  const keys = publicKeysOf(device)
  const record = encodeDeviceRecord({
    seqno: 1,
    timestamp: 1,
    keys,
    description: 'x'.repeat(64),
    type: 'd',
    version: 1,
  })
  const ids = Array.from({ length: count }, (_, i) => (i + 1).toString(16).padStart(64, '0'))
  const payload: GroupPayload = {
    devices: new Map(ids.map((id) => [id, { kind: 'live', record }])),
    keys: [{ seed: SecretBytes.take(new Uint8Array(32)), created: 1 }],
  }
  const recipients = ids.map(() => keys)
  const identifier = new Uint8Array(8)
  const message = sealGroupMessage({ account, identifier, payload, recipients, linkKey: keys.x25519 })
  const opened = openGroupMessage({ bytes: message, account, deviceKeys: [device] })
  expectSame('opened devices', ids, [...(opened.payload?.devices.keys() ?? [])])
  const dict = decodeBencode(message)
  const sealed = dict instanceof Map ? dict.get('d') : undefined
  if (!(sealed instanceof Uint8Array)) throw new Mismatch('d: no byte string in the message')
  return { total: message.length, payload: sealed.length }
}
