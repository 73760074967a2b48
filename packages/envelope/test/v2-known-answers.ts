import { readFileSync } from 'node:fs'
import { bytesToHex, hexToBytes, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { mlKem768KeyPair, ready, sha256, x25519KeyPairFromSecret } from '@sessionkit/crypto'
import { accountFromSeed } from '@sessionkit/session-id'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  expandAccountKeys,
  expandDeviceKeys,
  groupEmoji,
  linkRequestEmoji,
  maskGroupIdentifier,
  openV2Message,
  publicKeysOf,
  removalEntry,
  rotationDelay,
  sasEmoji,
  sealV2Message,
  v2Length,
  verifyAccountKeyRecord,
} from '../src/v2.ts'
import { replay } from './random.ts'

// Imported by vectors.test.ts, which runs in both backends. The command line's replay compares every value in between.
const url = new URL('../../../vectors/protocol-v2.json', import.meta.url)
const { regression_vectors: vectors } = JSON.parse(readFileSync(url, 'utf8'))
const bytes = (hex: string): Uint8Array => hexToBytes(hex)
const secret = (hex: string): SecretBytes => SecretBytes.take(hexToBytes(hex))
const hash = (value: Uint8Array): string => bytesToHex(sha256(value))
beforeAll(() => ready)

describe('known answers of Session Protocol V2', () => {
  test('keys of seeds', () => {
    for (const [entry, expand] of [
      [vectors.expand_SessionAccountKeys, expandAccountKeys],
      [vectors.expand_SessionDeviceKeys, expandDeviceKeys],
    ]) {
      const keys = expand(secret(entry.seed))
      expect(bytesToHex(keys.x25519.publicKey)).toBe(entry.x25519_public)
      expect(hash(keys.mlKem768.publicKey)).toBe(entry.mlkem768_public_sha256)
      expect(hash(keys.mlKem768.secretKey.reveal())).toBe(entry.mlkem768_secret_sha256)
    }
  })

  test('messages', () => {
    const inputs = vectors.message_v2_pfs
    const from = accountFromSeed(bytes(inputs.sender_ed25519_seed))
    const recipient = accountFromSeed(bytes(inputs.recipient_ed25519_seed))
    const keys = {
      x25519: x25519KeyPairFromSecret(secret(inputs.account_x25519_secret)),
      mlKem768: mlKem768KeyPair({ seed: secret(inputs.account_mlkem768_seed_d_z) }),
    }
    const content = utf8ToBytes(inputs.content_utf8)
    const to = recipient.sessionId
    const ephemeral = bytes(inputs.ephemeral_x25519_secret)
    const pfs = replay([ephemeral, bytes(inputs.mlkem_encaps_coins)])
    const message = sealV2Message({ content, from, to, keys: publicKeysOf(keys), random: pfs.random })
    expect(bytesToHex(message)).toBe(inputs.ciphertext)
    const fallback = vectors.message_v2_nonpfs
    const plain = replay([ephemeral, bytes(fallback.key_indicator_random), new Uint8Array(1088).fill(0xaa)])
    const without = sealV2Message({ content, from, to, random: plain.random })
    expect(hash(without)).toBe(fallback.ciphertext_sha256)
    for (const wire of [message, without]) {
      const opened = openV2Message({ bytes: wire, recipient, accountKeys: [{ keys }], now: 0 })
      expect(opened).toMatchObject({ content, sender: from.sessionId, pfsEncrypted: wire === message })
    }
    for (const row of vectors.padding.rows)
      expect(v2Length({ contentLength: row.content_length })).toBe(row.wire_length)
  })

  test('records, emoji, and the parts of device groups', () => {
    const published = vectors.account_pubkey_message
    const sessionId = accountFromSeed(bytes(published.account_ed25519_seed)).sessionId
    expect(sessionId).toBe(published.account_session_id)
    expect(verifyAccountKeyRecord({ bytes: new Uint8Array(1302), sessionId })).toBe(false)
    for (const row of vectors.sas_from_seed.rows) expect(sasEmoji(bytes(row.seed)).indices).toEqual(row.indices)
    const link = vectors.sas_link_request
    expect(linkRequestEmoji(utf8ToBytes(link.M_utf8)).indices).toEqual(link.indices)
    const group = vectors.group_identifier
    const given = { accountSeed: secret(group.account_seed), ephemeral: bytes(group.message_A) }
    expect(bytesToHex(maskGroupIdentifier({ ...given, identifier: bytes(group.identifier) }))).toBe(group.encrypted)
    expect(groupEmoji(bytes(group.identifier)).indices).toEqual(group.sas_indices)
    const { kicked_entry: kicked, account_rotation: rotation } = vectors
    expect(bytesToHex(removalEntry({ ...given, deviceId: bytes(kicked.device_id) }))).toBe(kicked.entry)
    for (const [devices, seconds] of Object.entries(rotation.offset_seconds)) {
      const input = { accountKeySeed: secret(rotation.account_key_seed), deviceId: bytes(rotation.device_id) }
      expect(rotationDelay({ ...input, devices: Number(devices) })).toBeCloseTo(seconds as number, 6)
    }
  })
})
