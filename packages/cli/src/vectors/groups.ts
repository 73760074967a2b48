import { bytesToBase64, compareBytes, decodeBencode, hexToBytes } from '@sessionkit/bytes'
import {
  decryptGroupMessage,
  encryptGroupMessage,
  type GroupAdmin,
  GroupKeys,
  groupFromSeed,
  KICKED_DOMAIN,
  multiDecrypt,
  multiEncrypt,
  openKickedMessage,
  sealKickedMessage,
} from '@sessionkit/closed-groups'
import { ed25519PublicKeyToX25519 } from '@sessionkit/crypto'
import type { Account } from '@sessionkit/session-id'
import { createSigningValue, memberSubaccount, subaccountToken, verifySigningValue } from '@sessionkit/swarm'
import { accountOf } from './account.ts'
import { bytes, type Entry, flag, has, integer, list, object, objects, optional, text, texts } from './entry.ts'
import { expectField, expectRefusal, expectSame } from './expect.ts'
import { groupOf } from './group.ts'
import { edit, expectContents, expectPush, groupConfig, groupConfigHandlers, stored } from './group-configs.ts'
import { innerOf } from './group-message.ts'
import { Mismatch } from './outcome.ts'
import type { VectorHandler } from './runner.ts'
import { zstd } from './zstd.ts'

/** Keys of a group as a member sees them, or an admin with the group's seed. */
function keysOf(group: GroupAdmin, member: Account, admin: boolean, dump?: Uint8Array): GroupKeys {
  return new GroupKeys({ groupId: group.groupId, member, adminSeed: admin ? group.ed25519.seed : undefined, dump })
}

const sorted = (items: readonly string[]): string[] => [...items].sort()

/** The hashes of a generation have no order: both sides go through our object, which sorts them. */
function expectKeysDump(entry: Entry, name: string, keys: GroupKeys, group: GroupAdmin, member: Account): void {
  if (!has(entry, name)) return
  const same = keysOf(group, member, keys.isAdmin, bytes(entry, name))
  expectSame(name, same.makeDump(), keys.makeDump())
  expectSame(`${name}: length`, bytes(entry, name).length, keys.makeDump().length)
}

interface Person {
  readonly who: string
  readonly keys: GroupKeys
}

/** The storage hash of a push is only named by the next one, which makes it obsolete. */
function hashOfPush(steps: readonly Entry[], index: number, type: 'info' | 'members'): string {
  const next = steps.slice(index + 1).find((step) => text(step, 'op') === 'rekey')
  const hashes = next === undefined ? [] : texts(object(next, `${type}_push`), 'obsolete_hashes')
  return hashes.at(-1) ?? 'unnamed'
}

function load(keys: GroupKeys, step: Entry, hash: string): boolean {
  return keys.loadMessage({ hash, message: bytes(step, 'key_message'), timestamp: integer(step, 'timestamp_ms') })
    .foundKey
}

const lifecycle: VectorHandler = async (entry, context) => {
  const group = groupOf(entry)
  const admin = accountOf(entry, 'admin')
  const adminKeys = keysOf(group, admin, true)
  const people: Person[] = objects(entry, 'members').map((_, i) => ({
    who: `member ${i}`,
    keys: keysOf(group, accountOf({ member: list(entry, 'members')[i] }, 'member'), false),
  }))
  for (const who of ['late_member', 'outsider']) {
    people.push({ who, keys: keysOf(group, accountOf(entry, who), false) })
  }
  const person = (who: string): GroupKeys => {
    const found = people.find((one) => one.who === who)
    if (found === undefined) throw new Mismatch(`no ${who}`)
    return found.keys
  }
  const { countFrame } = context
  const steps = objects(entry, 'steps')
  const options = { groupId: group.groupId, admin: group }
  const configs = {
    info: await groupConfig('info', options, context),
    members: await groupConfig('members', options, context),
  }
  for (const [i, step] of steps.entries()) {
    const path = `steps[${i}]`
    if (text(step, 'op') === 'rekey') {
      const message = adminKeys.rekey({ memberIds: texts(step, 'member_session_ids_sorted') })
      expectField(step, 'key_message', message, `${path}.key_message`)
      expectField(step, 'pending_key', adminKeys.pending?.key, `${path}.pending_key`)
      expectKeysDump(step, 'admin_keys_dump_while_pending', adminKeys, group, admin)
      for (const type of ['info', 'members'] as const) {
        const config = configs[type]
        const push = object(step, `${type}_push`)
        edit(config, push)
        config.setKeys(adminKeys.keys(), { repush: true })
        expectField(push, 'key', adminKeys.encryptionKey(), `${path}.${type}_push.key`)
        const { seqno } = await expectPush({ config, type, push, path: `${path}.${type}_push`, countFrame })
        expectContents(step, `${type}_contents`, config, false, `${path}.${type}_contents`)
        config.confirmPushed({ seqno, hashes: [hashOfPush(steps, i, type)] })
      }
      const hash = text(step, 'key_hash')
      expectSame(`${path}: the admin finds the key`, true, load(adminKeys, step, hash))
      expectField(step, 'generation', adminKeys.generation, `${path}.generation`)
      expectField(step, 'admin_group_keys_newest_first', adminKeys.keys(), `${path}.admin_group_keys_newest_first`)
      const receivers = objects(step, 'receivers')
      for (const receiver of receivers) {
        const who = text(receiver, 'who')
        const keys = person(who)
        expectField(receiver, 'found_key', load(keys, step, hash), `${path}: ${who}.found_key`)
        expectField(receiver, 'group_keys_newest_first', keys.keys(), `${path}: ${who}.group_keys_newest_first`)
        const info = await groupConfig('info', { groupId: group.groupId, keys: keys.keys() }, context)
        const pushed = [stored('info', bytes(object(step, 'info_push'), 'encrypted'))]
        expectField(receiver, 'info_merged', info.merge(pushed).accepted.length === 1, `${path}: ${who}.info_merged`)
      }
      continue
    }
    expectSame(`${path}.op`, 'key_supplement', text(step, 'op'))
    expectField(
      step,
      'key_message',
      adminKeys.supplement({ memberIds: texts(step, 'for'), order: 'given' }),
      `${path}.key_message`,
    )
    if (!has(step, 'key_hash')) continue
    const hash = text(step, 'key_hash')
    for (const { who, keys } of [...people, { who: 'admin', keys: adminKeys }]) {
      const found = load(keys, step, hash)
      expectField(step, `${who.replace(' ', '')}_found_key`, found, `${path}: ${who}_found_key`)
    }
    const late = person('late_member')
    expectField(step, 'late_member_group_keys_newest_first', late.keys(), `${path}: keys of late_member`)
    expectField(step, 'late_member_generation', late.generation, `${path}.late_member_generation`)
  }
  if (has(entry, 'admin_current_hashes')) {
    expectSame('admin_current_hashes', sorted(texts(entry, 'admin_current_hashes')), sorted(adminKeys.activeHashes))
  }
}

const dumps: VectorHandler = async (entry, context) => {
  const group = groupOf(entry)
  const user = accountOf(entry, 'user')
  const isAdmin = flag(entry, 'admin')
  const keys = keysOf(group, user, isAdmin, bytes(entry, 'keys_dump'))
  expectSame('admin', isAdmin, keys.isAdmin)
  expectField(entry, 'group_keys_newest_first', keys.keys())
  expectField(entry, 'generation', keys.generation)
  expectField(entry, 'needs_rekey', keys.needsRekey)
  expectKeysDump(entry, 'keys_dump', keys, group, user)
  const options = { groupId: group.groupId, keys: keys.keys(), admin: isAdmin ? group : undefined }
  for (const type of ['info', 'members'] as const) {
    const config = await groupConfig(type, { ...options, dump: bytes(entry, `${type}_dump`) }, context)
    expectContents(entry, `${type}_contents`, config, true)
  }
}

const conflict: VectorHandler = (entry) => {
  const group = groupOf(entry)
  const admin1 = accountOf(entry, 'admin1')
  const admin2 = accountOf(entry, 'admin2')
  const member = accountOf(entry, 'member')
  const memberIds = [admin1, admin2, member].map(({ sessionId }) => sessionId)
  const take = (keys: GroupKeys, name: string, time: string): void => {
    keys.loadMessage({ hash: name, message: bytes(entry, name), timestamp: integer(entry, time) })
  }
  const admin = keysOf(group, admin1, true)
  const message = admin.rekey({ memberIds })
  expectField(entry, 'base_key_message', message)
  take(admin, 'base_key_message', 'base_timestamp_ms')
  expectField(entry, 'rekey_by_admin1', admin.rekey({ memberIds }))
  expectField(entry, 'identical', compareBytes(bytes(entry, 'rekey_by_admin1'), bytes(entry, 'rekey_by_admin2')) === 0)
  const names = { admin1: ['rekey_by_admin1', 'timestamp1_ms'], admin2: ['rekey_by_admin2', 'timestamp2_ms'] } as const
  let last: GroupKeys | undefined
  for (const [i, after] of objects(entry, 'member_after').entries()) {
    const keys = keysOf(group, member, false)
    take(keys, 'base_key_message', 'base_timestamp_ms')
    for (const who of texts(after, 'order')) {
      if (who !== 'admin1' && who !== 'admin2') throw new Mismatch(`member_after[${i}].order: no ${who}`)
      const [name, time] = names[who]
      take(keys, name, time)
    }
    expectField(after, 'group_keys_newest_first', keys.keys(), `member_after[${i}].group_keys_newest_first`)
    expectField(after, 'encryption_key', keys.encryptionKey(), `member_after[${i}].encryption_key`)
    expectField(after, 'needs_rekey', keys.needsRekey, `member_after[${i}].needs_rekey`)
    last = keys
  }
  take(admin, ...names.admin1)
  take(admin, ...names.admin2)
  expectField(entry, 'admin_needs_rekey', admin.needsRekey)
  const resolving = admin.rekey({ memberIds })
  expectField(entry, 'resolving_rekey', resolving)
  for (const keys of [admin, last]) {
    if (keys === undefined) continue
    take(keys, 'resolving_rekey', 'resolving_timestamp_ms')
    expectField(entry, 'resolving_generation', keys.generation)
    expectField(entry, 'needs_rekey_after', keys.needsRekey)
    expectField(entry, 'encryption_key_after', keys.encryptionKey())
  }
}

const rejectedKeyMessage: VectorHandler = (entry) => {
  const keys = keysOf(groupOf(entry), accountOf(entry, 'user'), false)
  const before = keys.makeDump()
  const attempt = (): boolean =>
    keys.loadMessage({ hash: 'h', message: bytes(entry, 'key_message'), timestamp: 1 }).foundKey
  if (flag(entry, 'throws')) expectRefusal('key message', attempt)
  else expectField(entry, 'found_key', attempt())
  if (flag(entry, 'throws')) expectSame('state', before, keys.makeDump())
}

const loadAdminKey: VectorHandler = (entry) => {
  const group = groupOf(entry)
  const keys = keysOf(group, accountOf(entry, 'user'), false)
  expectField(entry, 'admin_before', keys.isAdmin)
  const wrong = group.ed25519.seed.copy()
  wrong[0] = (wrong[0] as number) ^ 1
  expectRefusal('another seed', () => keys.loadAdminKey(wrong))
  expectField(entry, 'wrong_seed_rejected', !keys.isAdmin, 'wrong_seed_rejected')
  keys.loadAdminKey(group.ed25519.seed)
  expectField(entry, 'admin_after', keys.isAdmin)
}

/** The files have the signature form of January 2025 only. */
const signatureForm = 'legacy-2025-01'

const encryptMessage: VectorHandler = async (entry, context) => {
  const group = groupOf(entry)
  const { groupId } = group
  const sender = accountOf(entry, 'sender')
  const key = bytes(entry, 'group_key')
  const message = bytes(entry, 'message')
  const padding = integer(entry, 'padding')
  const ciphertext = bytes(entry, 'ciphertext')
  const { compress, exact } = await zstd()
  const recipient = keysOf(group, accountOf(entry, 'recipient'), false)
  recipient.loadMessage({ hash: 'h', message: bytes(entry, 'key_message'), timestamp: 1 })
  expectField(entry, 'group_key', recipient.encryptionKey())
  const opened = decryptGroupMessage({ ciphertext, groupId, keys: recipient.keys(), signatureForm })
  expectSame('message', message, opened.message)
  expectSame('sender', sender.sessionId, opened.sender)
  expectRefusal('network form', () => decryptGroupMessage({ ciphertext, groupId, keys: recipient.keys() }))
  const { inner, paddedLength } = innerOf(ciphertext, key)
  expectField(entry, 'inner_dict', inner)
  expectField(entry, 'padded_inner_length', paddedLength)
  const dict = decodeBencode(inner)
  const compressed = dict instanceof Map && dict.has('z')
  const common = { message, sender, groupId, key, padding, signatureForm, random: context.random } as const
  // A compressor of another version makes other bytes, which is no fault of the message's format.
  const withCompressor = flag(entry, 'compress_requested')
  const made = encryptGroupMessage(withCompressor ? { ...common, compress } : common)
  if (compressed) context.countFrame(exact ? 'exact' : 'byContent')
  if (exact || !compressed) expectSame('ciphertext', ciphertext, made)
  expectSame(
    'our message',
    message,
    decryptGroupMessage({ ciphertext: made, groupId, keys: [key], signatureForm }).message,
  )
  const { signatureForm: _, random: __, ...network } = common
  const real = encryptGroupMessage({ ...network, compress })
  expectSame('network form', message, decryptGroupMessage({ ciphertext: real, groupId, keys: [key] }).message)
}

const rejectedMessage: VectorHandler = (entry) => {
  expectSame('expect', 'reject', text(entry, 'expect'))
  const groupId = groupFromSeed(new Uint8Array(32)).groupId
  const input = { ciphertext: bytes(entry, 'ciphertext'), keys: [bytes(entry, 'group_key')], groupId }
  expectRefusal('message', () => decryptGroupMessage({ ...input, signatureForm }))
  expectRefusal('message in the network form', () => decryptGroupMessage(input))
}

const subaccount: VectorHandler = (entry) => {
  const group = groupOf(entry)
  if (has(entry, 'admin')) accountOf(entry, 'admin')
  const member = accountOf(entry, 'member')
  const grant = { group, member: member.sessionId, write: flag(entry, 'write'), delete: flag(entry, 'delete') }
  const signBit = (member.ed25519.publicKey[31] as number) >> 7
  expectField(entry, 'member_ed25519_pk_sign_bit', signBit)
  const signingValue = createSigningValue(grant)
  expectField(entry, 'signing_value', signingValue)
  expectField(entry, 'token', subaccountToken(grant))
  const own = memberSubaccount({ groupId: group.groupId, signingValue, member })
  const signature = own.sign(bytes(entry, 'message'))
  expectField(entry, 'subaccount', own.token)
  expectField(entry, 'subaccount_sig', own.tokenSignature)
  expectField(entry, 'signature', signature)
  expectField(entry, 'as_base64', {
    subaccount: bytesToBase64(own.token),
    subaccount_sig: bytesToBase64(own.tokenSignature),
    signature: bytesToBase64(signature),
  })
}

const subaccountVerify: VectorHandler = (entry) => {
  const valid = verifySigningValue({
    groupId: text(entry, 'group_id') as GroupAdmin['groupId'],
    signingValue: bytes(entry, 'signing_value'),
    memberEd25519: accountOf(entry, 'member').ed25519.publicKey,
    requireWrite: flag(entry, 'require_write'),
    requireDelete: flag(entry, 'require_delete'),
  })
  expectField(entry, 'valid', valid)
}

const kicked: VectorHandler = (entry, { random }) => {
  const group = groupOf(entry)
  const generation = integer(entry, 'generation')
  const people = objects(entry, 'kicked').map((item) => ({ item, member: accountOf(item, 'member') }))
  expectField(entry, 'domain', KICKED_DOMAIN)
  const members = people.map(({ member }) => member.sessionId)
  const encoded = sealKickedMessage({ group, members, generation, random })
  expectField(entry, 'encoded', encoded)
  const container = bytes(entry, 'encoded')
  const sender = ed25519PublicKeyToX25519(group.ed25519.publicKey)
  for (const { item, member } of people) {
    const message = multiDecrypt({ container, recipient: member.x25519, sender, domain: KICKED_DOMAIN })
    expectField(item, 'message', message)
    const input = { message: container, groupId: group.groupId, member }
    expectSame('kicked', { generation }, openKickedMessage({ ...input, currentGeneration: generation }))
    expectSame('kicked long ago', null, openKickedMessage({ ...input, currentGeneration: generation + 1 }))
  }
}

/** `libsession-groups.json`, protocol page 06. */
export const groupHandlers: Readonly<Record<string, VectorHandler>> = {
  group_lifecycle: lifecycle,
  group_dumps: dumps,
  rekey_conflict: conflict,
  key_message_reject: rejectedKeyMessage,
  load_admin_key: loadAdminKey,
  encrypt_message: encryptMessage,
  decrypt_message_reject: rejectedMessage,
  subaccount,
  subaccount_verify: subaccountVerify,
  kicked_message: kicked,
  ...groupConfigHandlers,
}

/** The operation of `libsession-crypto.json`, protocol page 06, section 8. */
export const multiEncryptHandler: VectorHandler = (entry, { random }) => {
  const sender = accountOf(entry, 'sender')
  const recipients = objects(entry, 'recipients').map((_, i) => accountOf({ one: list(entry, 'recipients')[i] }, 'one'))
  const messages = texts(entry, 'messages').map(hexToBytes)
  const domain = text(entry, 'domain')
  const encoded = multiEncrypt({
    messages,
    recipients: recipients.map(({ x25519 }) => x25519.publicKey),
    sender: sender.x25519,
    domain,
    nonce: optional(entry, 'nonce', bytes),
    padTo: integer(entry, 'pad_to_multiple_of'),
    random,
  })
  expectField(entry, 'encoded', encoded)
  const open = (recipient: Account): Uint8Array | null =>
    multiDecrypt({
      container: bytes(entry, 'encoded'),
      recipient: recipient.x25519,
      sender: sender.x25519.publicKey,
      domain,
    })
  recipients.forEach((recipient, i) => {
    expectSame(`recipients[${i}]`, messages[messages.length === 1 ? 0 : i], open(recipient))
  })
  if (has(entry, 'outsider')) expectSame('outsider', null, open(accountOf(entry, 'outsider')))
}
