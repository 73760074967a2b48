import { concatBytes, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import {
  blake2b,
  type Ed25519KeyPair,
  ed25519KeyPairFromSeed,
  ed25519Verify,
  mlKem768Decapsulate,
  mlKem768KeyPair,
  sha3_256,
  sha256,
  shake256,
  type X25519KeyPair,
  x25519,
  xed25519PublicKey,
} from '@sessionkit/crypto'
import {
  buildAccountKeyRecord,
  expandAccountKeys,
  expandDeviceKeys,
  type HybridKeyPair,
  keyIndicator,
  openAccountKeyRecord,
  openV2Message,
  parseAccountKeyRecord,
  publicKeysOf,
  sasEmoji,
  sealV2Message,
  v2Length,
  verifyAccountKeyRecord,
} from '@sessionkit/envelope/v2'
import { type Account, accountFromSeed } from '@sessionkit/session-id'
import { bytes, type Entry, has, integer, isEntry, text } from './entry.ts'
import { expectField, expectRefusal, expectSame } from './expect.ts'
import { Mismatch, Unsupported } from './outcome.ts'
import { described, expectEmoji, rows, secret, x25519Of } from './protocol-v2-fields.ts'
import {
  accountRotation,
  deviceGroupWrap,
  groupIdentifier,
  kickedEntry,
  linkEmoji,
  linkRequest,
} from './protocol-v2-groups.ts'
import { protocolV2Inputs } from './protocol-v2-inputs.ts'
import { replay } from './random.ts'
import type { VectorContext, VectorHandler } from './runner.ts'

/** `protocol-v2.json`, protocol page 10: inputs of the reference's tests, and regressions. */
export const protocolV2Handlers: Readonly<Record<string, VectorHandler>> = {
  ...prefixed('reference_inputs', protocolV2Inputs),
  ...prefixed('regression_vectors', {
    expand_SessionAccountKeys: expanded,
    expand_SessionDeviceKeys: expanded,
    message_v2_pfs: (entry, context) => pfsMessage(entry, parties(entry, context)),
    message_v2_pfs_with_pro: (entry, context) => pfsMessage(entry, parties(entry, context)),
    message_v2_pfs_400_byte_content: (entry, context) => pfsMessage(entry, parties(entry, context)),
    message_v2_nonpfs: (entry, context) => nonPfsMessage(entry, parties(entry, context)),
    padding: rows(paddingRow),
    account_pubkey_message: accountKeyRecord,
    sas_from_seed: rows((row) => expectEmoji(row, '', sasEmoji(bytes(row, 'seed')))),
    sas_link_request: linkEmoji,
    group_identifier: groupIdentifier,
    kicked_entry: kickedEntry,
    account_rotation: accountRotation,
    link_request: linkRequest,
    device_group_wrap: deviceGroupWrap,
  }),
}

function prefixed(section: string, all: Readonly<Record<string, VectorHandler>>): Record<string, VectorHandler> {
  return Object.fromEntries(Object.entries(all).map(([name, handler]) => [`${section}.${name}`, handler]))
}

function expanded(entry: Entry): void {
  const domain = text(entry, 'domain')
  if (domain !== 'SessionAccountKeys' && domain !== 'SessionDeviceKeys') throw new Unsupported(`domain ${domain}`)
  const seed = bytes(entry, 'seed')
  const wide = shake256({ message: concatBytes(utf8ToBytes(domain), seed), length: 96 })
  const keys = (domain === 'SessionAccountKeys' ? expandAccountKeys : expandDeviceKeys)(SecretBytes.take(seed))
  expectField(entry, 'x25519_secret', keys.x25519.secretKey.copy())
  expectField(entry, 'x25519_public', keys.x25519.publicKey)
  expectField(entry, 'mlkem768_seed_d_z', wide.slice(32))
  expectSame('x25519 secret', keys.x25519.secretKey.copy(), wide.slice(0, 32))
  expectField(entry, 'mlkem768_public_sha256', sha256(keys.mlKem768.publicKey))
  expectField(entry, 'mlkem768_public_first32', keys.mlKem768.publicKey.slice(0, 32))
  expectField(entry, 'mlkem768_secret_sha256', sha256(keys.mlKem768.secretKey.copy()))
  expectField(entry, 'key_indicator', keyIndicator(publicKeysOf(keys)))
}

interface Parties {
  readonly entry: Entry
  readonly sender: Account
  readonly recipient: Account
  readonly accountKeys: HybridKeyPair
  readonly ephemeral: X25519KeyPair
  readonly content: Uint8Array
  readonly pro: Ed25519KeyPair | undefined
}

/** The inputs of a message, its own or those of the entry that it names. */
function parties(entry: Entry, { meta }: Pick<VectorContext, 'meta'>): Parties {
  const inputs = { ...(has(entry, 'same_inputs_as') ? other(meta, text(entry, 'same_inputs_as')) : {}), ...entry }
  const sender = accountFromSeed(bytes(inputs, 'sender_ed25519_seed'))
  const recipient = accountFromSeed(bytes(inputs, 'recipient_ed25519_seed'))
  const mlKem768 = mlKem768KeyPair({ seed: secret(inputs, 'account_mlkem768_seed_d_z') })
  const accountKeys = { x25519: x25519Of(inputs, 'account_x25519_secret'), mlKem768 }
  const ephemeral = x25519Of(inputs, 'ephemeral_x25519_secret')
  expectField(inputs, 'sender_ed25519_public', sender.ed25519.publicKey)
  expectField(inputs, 'sender_session_id', sender.sessionId)
  expectField(inputs, 'recipient_session_id', recipient.sessionId)
  expectField(inputs, 'recipient_longterm_x25519_secret', recipient.x25519.secretKey.copy())
  expectField(inputs, 'account_x25519_public', accountKeys.x25519.publicKey)
  expectField(inputs, 'account_mlkem768_public_first2', mlKem768.publicKey.slice(0, 2))
  expectField(inputs, 'account_mlkem768_public_sha256', sha256(mlKem768.publicKey))
  expectField(inputs, 'ephemeral_x25519_public', ephemeral.publicKey)
  const pro = has(inputs, 'pro_ed25519_seed') ? ed25519KeyPairFromSeed(secret(inputs, 'pro_ed25519_seed')) : undefined
  if (pro !== undefined) expectField(inputs, 'pro_ed25519_public', pro.publicKey)
  return { entry: inputs, sender, recipient, accountKeys, ephemeral, content: contentOf(inputs), pro }
}

function contentOf(entry: Entry): Uint8Array {
  if (has(entry, 'content')) return described(entry, 'content')
  return utf8ToBytes(text(entry, 'content_utf8'))
}

function other(meta: Entry, name: string): Entry {
  const section = meta.regression_vectors
  const found = isEntry(section) ? section[name] : undefined
  const entry = Array.isArray(found) ? found[0] : found
  if (!isEntry(entry)) throw new Mismatch(`same_inputs_as: no entry ${name}`)
  // What that entry gives as results is its own.
  const results =
    /^(kiss|key_indicator_wire|.*shared_secret|aead_.*|signed_.*|signature|inner_dict.*|padded_.*|ciphertext.*|ss)$/
  return Object.fromEntries(Object.entries(entry).filter(([key]) => !results.test(key)))
}

/** Seals with exactly these random strings. */
function sealed(message: Parties, recorded: readonly Uint8Array[], pfs: boolean): Uint8Array {
  const { sender: from, recipient, content, pro, accountKeys } = message
  const source = replay(recorded)
  const keys = pfs ? publicKeysOf(accountKeys) : undefined
  const wire = sealV2Message({ content, from, to: recipient.sessionId, keys, pro, random: source.random })
  expectSame('randomness', undefined, source.problem())
  return wire
}

function pfsMessage(entry: Entry, message: Parties): void {
  const { accountKeys, ephemeral, recipient } = message
  const coins = bytes(message.entry, 'mlkem_encaps_coins')
  const wire = sealed(message, [ephemeral.secretKey.copy(), coins], true)
  const E = wire.slice(4, 36)
  const S = recipient.x25519.publicKey
  const X = accountKeys.x25519.publicKey
  const mask = x25519({ secretKey: ephemeral.secretKey, publicKey: S })
  const kiss = blake2b({ message: [E, S], length: 2, key: mask, personalization: utf8ToBytes('Session-Msg-KISS') })
  const kem = mlKem768Decapsulate({ ciphertext: wire.slice(36, 1124), secretKey: accountKeys.mlKem768.secretKey })
  const shared = x25519({ secretKey: ephemeral.secretKey, publicKey: X })
  const ss = sha3_256(concatBytes(kem, shared, E, X, Uint8Array.of(0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c)))
  expectField(entry, 'kiss', kiss)
  expectField(entry, 'key_indicator_wire', wire.slice(2, 4))
  expectField(entry, 'mlkem_shared_secret', kem)
  expectField(entry, 'x25519_shared_secret', shared)
  expectField(entry, 'xwing_shared_secret', ss)
  expectAead(entry, 'SessionV2MessageSS', ss)
  checkMessage(entry, message, wire, true)
}

function nonPfsMessage(entry: Entry, message: Parties): void {
  const { ephemeral, recipient } = message
  const recorded = [ephemeral.secretKey.copy(), bytes(entry, 'key_indicator_random'), described(entry, 'filler', 1088)]
  const wire = sealed(message, recorded, false)
  const S = recipient.x25519.publicKey
  const shared = x25519({ secretKey: ephemeral.secretKey, publicKey: S })
  const ss = sha3_256(concatBytes(shared, S, ephemeral.publicKey, utf8ToBytes('SessionV2NonPFS')))
  expectField(entry, 'x25519_shared_secret', shared)
  expectField(entry, 'ss', ss)
  expectField(entry, 'aead_part', wire.slice(1124))
  expectAead(entry, 'SessionV2NonPFSSS', ss)
  checkMessage(entry, message, wire, false)
}

function expectAead(entry: Entry, domain: string, ss: Uint8Array): void {
  const stretched = shake256({ message: concatBytes(utf8ToBytes(domain), ss), length: 56 })
  expectField(entry, 'aead_key', stretched.slice(0, 32))
  expectField(entry, 'aead_nonce', stretched.slice(32))
}

function checkMessage(entry: Entry, message: Parties, wire: Uint8Array, pfs: boolean): void {
  const { accountKeys, recipient, sender, content, pro } = message
  expectField(entry, 'ciphertext_length', wire.length)
  expectField(entry, 'ciphertext_sha256', sha256(wire))
  expectField(entry, 'ciphertext', wire)
  expectField(entry, 'padded_plaintext_length', wire.length - 1140)
  expectSame('length', v2Length({ contentLength: content.length, pro: pro !== undefined }), wire.length)
  const open = (given: Uint8Array) =>
    openV2Message({ bytes: given, recipient, accountKeys: [{ keys: accountKeys }], now: 0 })
  const opened = open(has(entry, 'ciphertext') ? bytes(entry, 'ciphertext') : wire)
  expectSame('opened content', content, opened.content)
  expectSame('opened sender', sender.sessionId, opened.sender)
  expectSame('opened sender key', sender.ed25519.publicKey, opened.senderEd25519)
  expectSame('opened with forward secrecy', pfs, opened.pfsEncrypted)
  expectSame('Pro signature', pro !== undefined, opened.pro !== undefined)
  checkInner(entry, message, opened.pro)
  expectRefusal('another recipient', () => openV2Message({ bytes: wire, recipient: sender, now: 0 }))
  for (const at of [0, 4, wire.length - 1]) {
    const changed = wire.slice()
    changed[at]! ^= 1
    expectRefusal(`changed at ${at}`, () => open(changed))
  }
}

/** The inner dict is not seen from outside, so it is put together here, and a difference shows in the ciphertext. */
function checkInner(
  entry: Entry,
  message: Parties,
  pro: { signature: Uint8Array; message: Uint8Array } | undefined,
): void {
  const { content, recipient, sender } = message
  const signed = concatBytes(
    utf8ToBytes('d1:S32:'),
    sender.ed25519.publicKey,
    utf8ToBytes(`1:c${content.length}:`),
    content,
  )
  const key = concatBytes(Uint8Array.of(5), recipient.x25519.publicKey)
  const hash = blake2b({ message: signed, length: 64, key, personalization: utf8ToBytes('SessionV2Message') })
  expectField(entry, 'signed_hash_blake2b64', hash)
  if (has(entry, 'signature')) {
    const signature = bytes(entry, 'signature')
    const publicKey = sender.ed25519.publicKey
    expectSame('signature is valid', true, ed25519Verify({ message: hash, signature, publicKey }))
    expectSame('~', signature.length, 64)
    expectField(entry, 'inner_dict', concatBytes(signed, utf8ToBytes('1:~64:'), signature, utf8ToBytes('e')))
  }
  if (pro !== undefined) {
    expectField(entry, 'pro_signature', pro.signature)
    const { publicKey } = message.pro!
    expectSame('Pro signature is valid', true, ed25519Verify({ ...pro, publicKey }))
    const inner = concatBytes(pro.message, utf8ToBytes('2:~P64:'), pro.signature, utf8ToBytes('e'))
    expectField(entry, 'inner_dict_sha256', sha256(inner))
  }
  expectField(entry, 'inner_dict_length', signed.length + 71 + (pro === undefined ? 0 : 71))
}

function paddingRow(row: Entry): void {
  const contentLength = integer(row, 'content_length')
  expectField(row, 'inner_dict_length', 2 + 38 + 3 + `${contentLength}:`.length + contentLength + 70)
  expectField(row, 'wire_length', v2Length({ contentLength }))
  if (contentLength > 70_000) return
  const account = accountFromSeed(new Uint8Array(16).fill(1))
  const wire = sealV2Message({ content: new Uint8Array(contentLength), from: account, to: account.sessionId })
  expectField(row, 'wire_length', wire.length, 'length of a message')
}

function accountKeyRecord(entry: Entry): void {
  const account = accountFromSeed(bytes(entry, 'account_ed25519_seed'))
  const { sessionId } = account
  expectField(entry, 'account_session_id', sessionId)
  expectField(entry, 'verification_key_positive_edwards', xed25519PublicKey(account.x25519.publicKey))
  expectField(entry, 'true_ed25519_public', account.ed25519.publicKey)
  expectField(entry, 'true_public_is_negative', (account.ed25519.publicKey[31]! & 0x80) !== 0)
  const keys = publicKeysOf(expandAccountKeys(secret(entry, 'account_key_seed')))
  const own = buildAccountKeyRecord({ account, keys })
  const { signed } = parseAccountKeyRecord(own)
  expectField(entry, 'signed_body_length', signed.length)
  expectField(entry, 'signed_body_sha256', sha256(signed))
  expectField(entry, 'message_length', own.length)
  const records = [own]
  if (has(entry, 'example_signature')) {
    records.push(concatBytes(signed, utf8ToBytes('1:~64:'), bytes(entry, 'example_signature'), utf8ToBytes('e')))
  }
  for (const record of records) {
    expectSame('verified', true, verifyAccountKeyRecord({ bytes: record, sessionId }))
    const opened = openAccountKeyRecord({ bytes: record, sessionId })
    expectSame('X', keys.x25519, opened.x25519)
    expectSame('M', keys.mlKem768, opened.mlKem768)
    const changed = record.slice()
    changed[20]! ^= 1
    expectSame('a changed record', false, verifyAccountKeyRecord({ bytes: changed, sessionId }))
  }
}
