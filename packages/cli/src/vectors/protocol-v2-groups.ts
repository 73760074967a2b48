import { concatBytes, encodeBencode, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { blake2b, ed25519Sign, mlKem768Decapsulate, sha256, x25519 } from '@sessionkit/crypto'
import {
  type DeviceRecord,
  decodeDeviceRecord,
  decodeGroupPayload,
  encodeDeviceRecord,
  expandAccountKeys,
  expandDeviceKeys,
  groupEmoji,
  type HybridKeyPair,
  linkRequestEmoji,
  maskGroupIdentifier,
  openGroupMessage,
  openLinkRequest,
  publicKeysOf,
  recordDigest,
  removalEntry,
  rotationDelay,
  type SealedSlots,
  sasEmoji,
  sealLinkRequest,
  sealSlots,
  V2Error,
} from '@sessionkit/envelope/v2'
import { accountFromSeed } from '@sessionkit/session-id'
import { bytes, type Entry, field, flag, has, integer, isEntry, text } from './entry.ts'
import { expectField, expectRefusal, expectSame } from './expect.ts'
import { Mismatch, Unsupported } from './outcome.ts'
import { described, expectEmoji, secret, x25519Of } from './protocol-v2-fields.ts'
import { replay } from './random.ts'

export function linkEmoji(entry: Entry): void {
  const request = has(entry, 'M') ? bytes(entry, 'M') : utf8ToBytes(text(entry, 'M_utf8'))
  const result = linkRequestEmoji(request)
  const personalization = utf8ToBytes('SessionLinkEmoji')
  expectField(entry, 'salt', blake2b({ message: request, length: 16, personalization }))
  expectField(entry, 'seed', result.seed)
  expectField(entry, 'argon2id', { version: '0x13', t: 2, m_kib: 16_384, p: 1, length: 16 })
  expectEmoji(entry, '', result)
}

export function groupIdentifier(entry: Entry): void {
  const accountSeed = secret(entry, 'account_seed')
  const ephemeral = bytes(entry, 'message_A')
  const identifier = bytes(entry, 'identifier')
  const hash = (message: Uint8Array, length: number, name: string): Uint8Array =>
    blake2b({ message, length, personalization: utf8ToBytes(name) })
  expectField(entry, 'key', hash(accountSeed.copy(), 32, 'SessionDvGrpID_K'))
  expectField(entry, 'nonce', hash(ephemeral, 24, 'SessionDvGrpID_N'))
  const masked = maskGroupIdentifier({ accountSeed, ephemeral, identifier })
  expectField(entry, 'encrypted', masked)
  expectSame('decrypted', identifier, maskGroupIdentifier({ accountSeed, ephemeral, identifier: masked }))
  expectField(entry, 'created_minutes', new DataView(identifier.buffer).getUint32(0, true))
  expectField(entry, 'sas_seed', hash(identifier, 16, 'SessionDvGrp_SAS'))
  expectEmoji(entry, 'sas_', groupEmoji(identifier))
}

export function kickedEntry(entry: Entry): void {
  const given = { deviceId: bytes(entry, 'device_id'), ephemeral: bytes(entry, 'message_A') }
  expectField(entry, 'entry', removalEntry({ accountSeed: secret(entry, 'account_seed'), ...given }))
}

export function accountRotation(entry: Entry): void {
  const accountKeySeed = secret(entry, 'account_key_seed')
  const deviceId = bytes(entry, 'device_id')
  const personalization = utf8ToBytes('SessionAccKeyRot')
  const hash = blake2b({ message: deviceId, length: 8, key: accountKeySeed, personalization })
  expectField(entry, 'hash8', hash)
  const u = Number(new DataView(hash.buffer).getBigUint64(0, true)) / 2 ** 64
  if (has(entry, 'u')) expectNear('u', field(entry, 'u'), u)
  const offsets = field(entry, 'offset_seconds')
  if (!isEntry(offsets)) throw new Mismatch('offset_seconds: not an object')
  for (const [devices, seconds] of Object.entries(offsets)) {
    expectNear(
      `offset_seconds.${devices}`,
      seconds,
      rotationDelay({ accountKeySeed, deviceId, devices: Number(devices) }),
    )
  }
}

function expectNear(path: string, expected: unknown, got: number): void {
  if (typeof expected !== 'number' || !(Math.abs(expected - got) <= 1e-6)) expectSame(path, expected, got)
}

/**
 * The entry gives lengths and digests of a device record whose text it does not give. What follows from the keys is compared, the
 * lengths with each other, and a record of our own of that length goes both ways.
 */
export function linkRequest(entry: Entry): void {
  const account = accountFromSeed(bytes(entry, 'account_ed25519_seed'))
  expectField(entry, 'account_session_id', account.sessionId)
  const deviceId = bytes(entry, 'device_id')
  const group = expandAccountKeys(secret(entry, 'group_link_key_seed'))
  const linkKey = group.x25519.publicKey
  expectField(entry, 'group_link_x25519', linkKey)
  const ephemeral = x25519Of(entry, 'ephemeral_secret')
  const E = ephemeral.publicKey
  expectField(entry, 'ephemeral_public', E)
  const S = account.x25519.publicKey
  const longTerm = x25519({ secretKey: ephemeral.secretKey, publicKey: S })
  const kiss = blake2b({ message: [E, S], length: 2, key: longTerm, personalization: utf8ToBytes('SessionDvGrpKISS') })
  expectField(entry, 'kiss', kiss)
  const shared = x25519({ secretKey: ephemeral.secretKey, publicKey: linkKey })
  const both = blake2b({ message: [shared, E, linkKey], length: 56, personalization: utf8ToBytes('SessionDvGrpLink') })
  expectField(entry, 'key', both.slice(0, 32))
  expectField(entry, 'nonce', both.slice(32))
  const record = recordOfLength(entry, publicKeysOf(group))
  const source = replay([ephemeral.secretKey.copy()])
  const { bytes: message, request } = sealLinkRequest({ account, deviceId, record, linkKey, random: source.random })
  expectSame('randomness', undefined, source.problem())
  expectField(entry, 'key_indicator_wire', message.slice(-3, -1))
  const opened = openLinkRequest({ bytes: message, account, accountKeys: [group] })
  expectSame('opened device', deviceId, opened.deviceId)
  expectSame('opened request', request, opened.request)
  expectField(entry, 'record_length', opened.encodedRecord.length)
  expectField(entry, 'plaintext_length', request.length)
  expectField(entry, 'message_length', message.length)
  if (has(entry, 'record')) {
    expectSame('record', bytes(entry, 'record'), opened.encodedRecord)
    expectField(entry, 'record_digest_blake2b8', recordDigest(opened.encodedRecord))
    expectField(entry, 'plaintext_sha256', sha256(request))
    expectField(entry, 'message_sha256', sha256(message))
    expectField(entry, 'sas_seed', linkRequestEmoji(request).seed)
  }
  if (has(entry, 'sas_seed')) expectEmoji(entry, 'sas_', sasEmoji(bytes(entry, 'sas_seed')))
}

function recordOfLength(entry: Entry, keys: DeviceRecord['keys']): DeviceRecord {
  if (has(entry, 'record')) return decodeDeviceRecord(bytes(entry, 'record'))
  const record = { seqno: 1, timestamp: 1_700_000_000, keys, type: 'd', version: 1_000_000 }
  if (!has(entry, 'record_length')) return { ...record, description: '' }
  const wanted = integer(entry, 'record_length')
  for (let length = 0; length <= 64; length++) {
    const description = 'x'.repeat(length)
    if (encodeDeviceRecord({ ...record, description }).length === wanted) return { ...record, description }
  }
  throw new Unsupported('record_length: not one that a description of at most 64 bytes reaches')
}

export function deviceGroupWrap(entry: Entry): void {
  const device = expandDeviceKeys(secret(entry, 'device_key_seed'))
  const ephemeral = x25519Of(entry, 'ephemeral_secret_a')
  const A = ephemeral.publicKey
  expectField(entry, 'A', A)
  if (has(entry, 'slot0_is_device') && !flag(entry, 'slot0_is_device')) throw new Unsupported('slot0_is_device: false')
  const filler = (length: number): Uint8Array => described(entry, 'slots_1_to_3_filler', length)
  const base = bytes(entry, 'key_base')
  const plaintext = described(entry, 'payload_plaintext')
  const recorded = [bytes(entry, 'mlkem_coins'), filler(1088), filler(1088), filler(1088), base]
  const source = replay([...recorded, filler(34), filler(34), filler(34)])
  const slots = [publicKeysOf(device), null, null, null]
  const sealedSlots = sealSlots({ ephemeral, slots, plaintext, random: source.random })
  expectSame('randomness', undefined, source.problem())
  const { ciphertexts, payload, wrapped } = sealedSlots
  expectField(entry, 'payload_length', payload.length)
  expectField(entry, 'payload_sha256', sha256(payload))
  expectField(entry, 'key_index', wrapped.slice(0, 2))
  expectField(entry, 'encrypted_key', wrapped.slice(2, 34))
  const hash = (message: Uint8Array[], length: number, key: Uint8Array | undefined, name: string): Uint8Array =>
    blake2b({ message, length, key, personalization: utf8ToBytes(name) })
  expectField(entry, 'payload_nonce', hash([ciphertexts], 24, A, 'SessionDevDNonce'))
  const ciphertext = ciphertexts.slice(0, 1088)
  expectField(entry, 'key_nonce', hash([ciphertext, payload], 24, A, 'SessionDevKNonce'))
  const { x25519: B, mlKem768: M } = device
  const shared = x25519({ secretKey: ephemeral.secretKey, publicKey: B.publicKey })
  const kem = mlKem768Decapsulate({ ciphertext, secretKey: M.secretKey })
  const joined = [shared, A, B.publicKey, kem, M.publicKey]
  expectField(entry, 'key_encryption_key', hash(joined, 32, undefined, 'SessionDevKeyKey'))
  checkGroupMessage(A, sealedSlots, device, plaintext)
}

function isPayload(plaintext: Uint8Array): boolean {
  try {
    decodeGroupPayload(plaintext)
    return true
  } catch (error) {
    if (error instanceof V2Error) return false
    throw error
  }
}

/** The same slots in a whole message, which the device opens where the plaintext is a payload. */
function checkGroupMessage(A: Uint8Array, slots: SealedSlots, device: HybridKeyPair, plaintext: Uint8Array): void {
  const account = accountFromSeed(new Uint8Array(16).fill(1))
  const parts = new Map([
    ['', utf8ToBytes('G')],
    ['A', A],
    ['C', slots.ciphertexts],
    ['K', slots.wrapped],
    ['X', A],
    ['d', slots.payload],
  ])
  const message = encodeBencode(parts).slice(0, -1)
  const signature = ed25519Sign({ message, keyPair: account.ed25519 })
  const bytes = concatBytes(message, utf8ToBytes('1:~64:'), signature, utf8ToBytes('e'))
  const open = () => openGroupMessage({ bytes, account, deviceKeys: [device] })
  // Any plaintext can be wrapped; one that is no payload is refused only after it was decrypted.
  if (isPayload(plaintext)) expectSame('opened payload', decodeGroupPayload(plaintext), open().payload)
  else expectSame('a plaintext that is no payload', 'V2_BAD_FORMAT', expectRefusal('payload', open).code)
  const others = [expandDeviceKeys(SecretBytes.take(new Uint8Array(32)))]
  expectSame('another device', undefined, openGroupMessage({ bytes, account, deviceKeys: others }).payload)
}
