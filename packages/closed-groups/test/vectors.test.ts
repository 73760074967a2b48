import { readFileSync } from 'node:fs'
import { Zstd } from '@hpcc-js/wasm-zstd'
import { bytesToHex, hexToBytes } from '@sessionkit/bytes'
import { decryptConfig, encryptConfig, parseConfigMessage } from '@sessionkit/config'
import { ready } from '@sessionkit/crypto'
import { type Account, accountFromSeed } from '@sessionkit/session-id'
import { createSigningValue, memberSubaccount, subaccountToken, verifySigningValue } from '@sessionkit/swarm'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  decryptGroupMessage,
  encryptGroupMessage,
  type GroupAdmin,
  type GroupConfig,
  type GroupConfigOptions,
  GroupInfo,
  GroupKeys,
  GroupMembers,
  groupFromSeed,
  multiDecrypt,
  multiEncrypt,
  openKickedMessage,
  sealKickedMessage,
} from '../src/index.ts'

// biome-ignore lint/suspicious/noExplicitAny: the files are read as they are
type Entry = any
const read = (name: string): Record<string, Entry[]> =>
  JSON.parse(readFileSync(new URL(`../../../vectors/${name}.json`, import.meta.url), 'utf8')).operations
const groups = read('libsession-groups')
const crypto = read('libsession-crypto')
const ours = read('ours/closed-groups')

let zstd: Zstd
beforeAll(async () => {
  await ready
  zstd = await Zstd.load()
})
const compress = (bytes: Uint8Array): Uint8Array => new Uint8Array(zstd.compress(bytes, 1))
const hex = (bytes: Uint8Array | null | undefined): string | null => (bytes ? bytesToHex(bytes) : null)
const groupOf = (entry: Entry): GroupAdmin => groupFromSeed(hexToBytes(entry.group.ed25519_seed))
const accountOf = (user: Entry): Account => accountFromSeed(hexToBytes(user.ed25519_seed))
const keysOf = (group: GroupAdmin, member: Account, admin: boolean, dump?: string): GroupKeys =>
  new GroupKeys({
    groupId: group.groupId,
    member,
    adminSeed: admin ? group.ed25519.seed : undefined,
    dump: dump === undefined ? undefined : hexToBytes(dump),
  })
const load = (keys: GroupKeys, message: string, timestamp: number, hash: string = 'h'): boolean =>
  keys.loadMessage({ hash, message: hexToBytes(message), timestamp }).foundKey
const hexKeys = (keys: GroupKeys): string[] => keys.keys().map(bytesToHex)

/** The recorded randomness, and that all of it was used. */
function recorded(rng: readonly string[]): { random: (length: number) => Uint8Array; left: () => number } {
  const list = rng.map(hexToBytes)
  return {
    random: (length) => {
      const bytes = list.shift()
      expect(bytes?.length).toBe(length)
      return bytes as Uint8Array
    },
    left: () => list.length,
  }
}

const infoContents = (info: GroupInfo): Entry => ({
  id: info.groupId,
  name: info.name || null,
  description: info.description || null,
  profile_pic: info.picture && { url: info.picture.url, key: hex(info.picture.key) },
  expiry_timer_seconds: info.expirySeconds || null,
  created: info.createdAt || null,
  delete_before: info.deleteBefore || null,
  delete_attach_before: info.deleteAttachmentsBefore || null,
  destroyed: info.destroyed,
})

const membersContents = (members: GroupMembers): Entry => ({
  members: members.list().map((member) => ({
    session_id: member.sessionId,
    name: member.name,
    profile_pic: member.picture && { url: member.picture.url, key: hex(member.picture.key) },
    admin: member.admin,
    supplement: member.supplement,
    invite_status: member.inviteStatus,
    promotion_status: member.promotionStatus,
    removed_status: member.removedStatus,
    status: member.status.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  })),
})

const types = {
  info: {
    domain: 'groups::Info',
    open: (options: GroupConfigOptions): GroupConfig => new GroupInfo({ ...options, compress, now: () => 1.74e12 }),
    contents: (config: GroupConfig): Entry => infoContents(config as GroupInfo),
  },
  members: {
    domain: 'groups::Members',
    open: (options: GroupConfigOptions): GroupConfig => new GroupMembers({ ...options, compress }),
    contents: (config: GroupConfig): Entry => membersContents(config as GroupMembers),
  },
}

/** What this device is sending is in no message. */
const sent = (contents: Entry): Entry => JSON.parse(JSON.stringify(contents).replaceAll('_sending"', '_not_sent"'))

function expectPush(config: GroupConfig, push: Entry, domain: string, exact: boolean = true): number {
  const got = config.push()
  expect(got.seqno).toBe(push.seqno)
  expect([...got.obsoleteHashes].sort()).toEqual([...push.obsolete_hashes].sort())
  expect(got.messages).toHaveLength(1)
  if (push.plaintext) expect(hex(config.config.plaintext())).toBe(push.plaintext)
  if (push.encrypted && exact) expect(hex(got.messages[0])).toBe(push.encrypted)
  if (push.encrypted) {
    const key = hexToBytes(push.key)
    const padded = decryptConfig({ encrypted: hexToBytes(push.encrypted), keys: [key], domain })
    expect(padded.length).toBe(push.padded_length)
    expect(hex(encryptConfig({ padded, key, domain }))).toBe(push.encrypted)
  }
  return got.seqno
}

function edit(config: GroupConfig, push: Entry): void {
  config.config.makeDirty()
  config.config.replaceData(new Map(parseConfigMessage(hexToBytes(push.plaintext)).data))
}

describe('keys', () => {
  it.each(groups.group_lifecycle!.map((entry, i) => [i, entry] as const))('group_lifecycle %i', (_, entry) => {
    const group = groupOf(entry)
    const admin = keysOf(group, accountOf(entry.admin), true)
    const people = new Map<string, GroupKeys>()
    for (const [i, member] of entry.members.entries())
      people.set(`member ${i}`, keysOf(group, accountOf(member), false))
    for (const who of ['late_member', 'outsider']) people.set(who, keysOf(group, accountOf(entry[who]), false))
    const configs = {
      info: types.info.open({ groupId: group.groupId, admin: group }),
      members: types.members.open({ groupId: group.groupId, admin: group }),
    }
    let lastPush: Entry
    for (const step of entry.steps) {
      if (step.op === 'rekey') {
        const message = admin.rekey({ memberIds: [...step.member_session_ids_sorted].reverse() })
        expect(hex(message)).toBe(step.key_message)
        expect(hex(admin.pending?.key)).toBe(step.pending_key)
        const dump = keysOf(group, accountOf(entry.admin), true, step.admin_keys_dump_while_pending)
        expect(hex(admin.makeDump())).toBe(hex(dump.makeDump()))
        for (const type of ['info', 'members'] as const) {
          const config = configs[type]
          const push = step[`${type}_push`]
          if (lastPush) {
            const hashes = push.obsolete_hashes
            config.confirmPushed({ seqno: lastPush[`${type}_push`].seqno, hashes })
          }
          edit(config, push)
          config.setKeys(admin.keys(), { repush: true })
          expectPush(config, push, types[type].domain)
          expect(sent(types[type].contents(config))).toEqual(sent(step[`${type}_contents`]))
        }
        lastPush = step
        expect(load(admin, step.key_message, step.timestamp_ms, step.key_hash)).toBe(true)
        expect(admin.pending).toBeNull()
        expect(admin.generation).toBe(step.generation)
        expect(hexKeys(admin)).toEqual(step.admin_group_keys_newest_first)
        for (const receiver of step.receivers) {
          const keys = people.get(receiver.who) as GroupKeys
          expect(load(keys, step.key_message, step.timestamp_ms, step.key_hash)).toBe(receiver.found_key)
          expect(hexKeys(keys)).toEqual(receiver.group_keys_newest_first)
          const info = types.info.open({ groupId: group.groupId, keys: keys.keys() })
          const report = info.merge([{ hash: 'h', data: hexToBytes(step.info_push.encrypted) }])
          expect(report.accepted.length === 1).toBe(receiver.info_merged)
        }
        continue
      }
      expect(hex(admin.supplement({ memberIds: step.for, order: 'given' }))).toBe(step.key_message)
      if (step.key_hash === undefined) continue
      for (const [who, keys] of [...people, ['admin', admin] as const]) {
        const found = load(keys, step.key_message, step.timestamp_ms, step.key_hash)
        const expected = step[`${who.replace(' ', '')}_found_key`]
        if (expected !== undefined) expect([who, found]).toEqual([who, expected])
      }
      const late = people.get('late_member') as GroupKeys
      expect(hexKeys(late)).toEqual(step.late_member_group_keys_newest_first)
      expect(late.generation).toBe(step.late_member_generation)
    }
    expect(admin.activeHashes.sort()).toEqual([...entry.admin_current_hashes].sort())
  })

  it('group_dumps', () => {
    for (const entry of groups.group_dumps!) {
      const group = groupOf(entry)
      const user = accountOf(entry.user)
      const keys = keysOf(group, user, entry.admin, entry.keys_dump)
      expect(hexKeys(keys)).toEqual(entry.group_keys_newest_first)
      expect(keys.generation).toBe(entry.generation)
      expect(keys.needsRekey).toBe(entry.needs_rekey)
      expect(keys.needsDump).toBe(false)
      expect(keys.makeDump().length).toBe(entry.keys_dump.length / 2)
      const shared = { groupId: group.groupId, keys: keys.keys(), admin: entry.admin ? group : undefined }
      for (const type of ['info', 'members'] as const) {
        const config = types[type].open({ ...shared, dump: hexToBytes(entry[`${type}_dump`]) })
        expect(types[type].contents(config)).toEqual(entry[`${type}_contents`])
      }
    }
  })

  it('rekey_conflict', () => {
    for (const entry of groups.rekey_conflict!) {
      const group = groupOf(entry)
      const memberIds = [entry.admin1, entry.admin2, entry.member].map(({ session_id }) => session_id)
      const admin = keysOf(group, accountOf(entry.admin1), true)
      expect(hex(admin.rekey({ memberIds }))).toBe(entry.base_key_message)
      load(admin, entry.base_key_message, entry.base_timestamp_ms)
      expect(hex(admin.rekey({ memberIds }))).toBe(entry.rekey_by_admin1)
      expect(entry.rekey_by_admin1 === entry.rekey_by_admin2).toBe(entry.identical)
      const times = { admin1: entry.timestamp1_ms, admin2: entry.timestamp2_ms }
      for (const after of entry.member_after) {
        const keys = keysOf(group, accountOf(entry.member), false)
        load(keys, entry.base_key_message, entry.base_timestamp_ms)
        for (const who of after.order as ('admin1' | 'admin2')[]) load(keys, entry[`rekey_by_${who}`], times[who], who)
        expect(hexKeys(keys)).toEqual(after.group_keys_newest_first)
        expect(hex(keys.encryptionKey())).toBe(after.encryption_key)
        expect(keys.needsRekey).toBe(after.needs_rekey)
      }
      load(admin, entry.rekey_by_admin1, times.admin1)
      load(admin, entry.rekey_by_admin2, times.admin2)
      expect(admin.needsRekey).toBe(entry.admin_needs_rekey)
      expect(hex(admin.rekey({ memberIds }))).toBe(entry.resolving_rekey)
      load(admin, entry.resolving_rekey, entry.resolving_timestamp_ms)
      expect(admin.generation).toBe(entry.resolving_generation)
      expect(admin.needsRekey).toBe(entry.needs_rekey_after)
      expect(hex(admin.encryptionKey())).toBe(entry.encryption_key_after)
    }
  })

  it('key_message_reject', () => {
    for (const entry of groups.key_message_reject!) {
      const keys = keysOf(groupOf(entry), accountOf(entry.user), false)
      const before = hex(keys.makeDump())
      expect(() => load(keys, entry.key_message, 1), entry.why).toThrow(
        expect.objectContaining({ code: expect.any(String) }),
      )
      expect(hex(keys.makeDump())).toBe(before)
    }
  })

  it('load_admin_key', () => {
    for (const entry of groups.load_admin_key!) {
      const group = groupOf(entry)
      const keys = keysOf(group, accountOf(entry.user), false)
      expect(keys.isAdmin).toBe(entry.admin_before)
      expect(() => keys.loadAdminKey(new Uint8Array(32))).toThrow(expect.objectContaining({ code: 'GROUP_WRONG_SEED' }))
      expect(keys.isAdmin).toBe(false)
      keys.loadAdminKey(hexToBytes(entry.group.ed25519_seed))
      expect(keys.isAdmin).toBe(entry.admin_after)
    }
  })
})

describe('messages', () => {
  const signatureForm = 'legacy-2025-01'

  it('encrypt_message, in the form of January 2025', () => {
    for (const entry of groups.encrypt_message!) {
      const group = groupOf(entry)
      const { groupId } = group
      const sender = accountOf(entry.sender)
      const message = hexToBytes(entry.message)
      const { random, left } = recorded(entry.rng)
      const keys = keysOf(group, accountOf(entry.recipient), false)
      load(keys, entry.key_message, 1)
      expect(hex(keys.encryptionKey())).toBe(entry.group_key)
      const key = hexToBytes(entry.group_key)
      const { padding } = entry
      const made = encryptGroupMessage({
        message,
        sender,
        groupId,
        key,
        padding,
        signatureForm,
        random,
        compress: entry.compress_requested ? compress : undefined,
      })
      expect(hex(made)).toBe(entry.ciphertext)
      expect(left()).toBe(0)
      const opened = decryptGroupMessage({ ciphertext: made, groupId, keys: keys.keys(), signatureForm })
      expect(hex(opened.message)).toBe(entry.message)
      expect(opened.sender).toBe(entry.sender.session_id)
      expect(() => decryptGroupMessage({ ciphertext: made, groupId, keys: keys.keys() })).toThrow(
        expect.objectContaining({ code: 'GROUP_BAD_SIGNATURE' }),
      )
    }
  })

  it('decrypt_message_reject', () => {
    const { groupId } = groupFromSeed(new Uint8Array(32))
    for (const entry of groups.decrypt_message_reject!) {
      const input = { ciphertext: hexToBytes(entry.ciphertext), groupId, keys: [hexToBytes(entry.group_key)] }
      const refusal = expect.objectContaining({ code: expect.stringMatching(/^GROUP_/) })
      expect(() => decryptGroupMessage({ ...input, signatureForm }), entry.why).toThrow(refusal)
    }
  })

  it('our own answers in the form of the network', () => {
    for (const entry of ours.group_message!) {
      const group = groupOf(entry)
      const { random, left } = recorded(entry.rng)
      const made = encryptGroupMessage({
        message: hexToBytes(entry.message),
        sender: accountOf(entry.sender),
        groupId: group.groupId,
        key: hexToBytes(entry.group_key),
        padding: entry.padding,
        compress: entry.z === null ? undefined : () => hexToBytes(entry.z),
        random,
      })
      expect(hex(made)).toBe(entry.ciphertext)
      expect(left()).toBe(0)
      const keys = [hexToBytes(entry.group_key)]
      const opened = decryptGroupMessage({ ciphertext: made, groupId: group.groupId, keys })
      expect([hex(opened.message), opened.sender]).toEqual([entry.message, entry.sender.session_id])
    }
    for (const entry of ours.group_message_reject!) {
      const input = {
        ciphertext: hexToBytes(entry.ciphertext),
        groupId: entry.group_id,
        keys: [hexToBytes(entry.group_key)],
      }
      const refusal = expect.objectContaining({ code: expect.stringMatching(/^GROUP_/) })
      expect(() => decryptGroupMessage(input), entry.why).toThrow(refusal)
    }
  })

  it('kicked_message', () => {
    for (const entry of groups.kicked_message!) {
      const group = groupOf(entry)
      const { generation } = entry
      const { random, left } = recorded(entry.rng)
      const members = entry.kicked.map(({ member }: Entry) => member.session_id)
      expect(hex(sealKickedMessage({ group, members, generation, random }))).toBe(entry.encoded)
      expect(left()).toBe(0)
      for (const { member } of entry.kicked) {
        const input = { message: hexToBytes(entry.encoded), groupId: group.groupId, member: accountOf(member) }
        expect(openKickedMessage({ ...input, currentGeneration: generation })).toEqual({ generation })
        expect(openKickedMessage({ ...input, currentGeneration: generation + 1 })).toBeNull()
      }
    }
  })

  it('multi_encrypt', () => {
    for (const entry of crypto.multi_encrypt!) {
      const sender = accountOf(entry.sender).x25519
      const recipients: Account[] = entry.recipients.map(accountOf)
      const { random, left } = recorded(entry.rng)
      const { domain } = entry
      const encoded = multiEncrypt({
        messages: entry.messages.map(hexToBytes),
        recipients: recipients.map(({ x25519 }) => x25519.publicKey),
        sender,
        domain,
        nonce: entry.nonce === null ? undefined : hexToBytes(entry.nonce),
        padTo: entry.pad_to_multiple_of,
        random,
      })
      expect(hex(encoded)).toBe(entry.encoded)
      expect(left()).toBe(0)
      const open = ({ x25519 }: Account): string | null =>
        hex(multiDecrypt({ container: encoded, recipient: x25519, sender: sender.publicKey, domain }))
      for (const [i, one] of recipients.entries())
        expect(open(one)).toBe(entry.messages[entry.messages.length > 1 ? i : 0])
      expect(open(accountOf(entry.outsider))).toBeNull()
    }
  })

  it('subaccount and subaccount_verify, with what swarm makes of them', () => {
    for (const entry of groups.subaccount!) {
      const group = groupOf(entry)
      const member = accountOf(entry.member)
      const grant = { group, member: member.sessionId, write: entry.write, delete: entry.delete }
      const signingValue = createSigningValue(grant)
      expect(hex(signingValue)).toBe(entry.signing_value)
      expect(hex(subaccountToken(grant))).toBe(entry.token)
      const own = memberSubaccount({ groupId: group.groupId, signingValue, member })
      expect(hex(own.sign(hexToBytes(entry.message)))).toBe(entry.signature)
    }
    for (const entry of groups.subaccount_verify!) {
      const valid = verifySigningValue({
        groupId: entry.group_id,
        signingValue: hexToBytes(entry.signing_value),
        memberEd25519: accountOf(entry.member).ed25519.publicKey,
        requireWrite: entry.require_write,
        requireDelete: entry.require_delete,
      })
      expect(valid).toBe(entry.valid)
    }
  })
})

describe.each(['info', 'members'] as const)('%s_conflicts', (type) => {
  it.each(groups[`${type}_conflicts`]!.map((entry, i) => [i, entry] as const))('%i', (_, entry) => {
    const group = groupOf(entry)
    const { open, contents, domain } = types[type]
    const device = (admin: boolean): GroupConfig =>
      open({ groupId: group.groupId, keys: [hexToBytes(entry.key)], admin: admin ? group : undefined })
    const loaded = (admin: boolean): GroupConfig => {
      const config = device(admin)
      config.merge([{ hash: entry.base.hash, data: hexToBytes(entry.base.encrypted) }])
      return config
    }
    const editor = device(true)
    expect([domain, editor.namespace]).toEqual([entry.domain, entry.namespace])
    edit(editor, entry.base)
    expectPush(editor, entry.base, domain)
    expect(sent(contents(editor))).toEqual(sent(entry.base.contents))
    for (const fork of entry.forks) {
      const config = loaded(true)
      edit(config, fork)
      expectPush(config, fork, domain)
      expect(sent(contents(config))).toEqual(sent(fork.contents))
    }
    let first: Entry
    for (const result of entry.results) {
      const config = loaded(result.who === 'admin')
      const forks = result.order.map((hash: string) => entry.forks.find((fork: Entry) => fork.hash === hash))
      const report = config.merge(forks.map((fork: Entry) => ({ hash: fork.hash, data: hexToBytes(fork.encrypted) })))
      expect(report.accepted.sort()).toEqual([...result.accepted_hashes].sort())
      expect(config.needsPush).toBe(result.needs_push)
      expect(contents(config)).toEqual(result.contents)
      expect(config.isReadOnly).toBe(result.push === undefined)
      if (result.push === undefined) continue
      first ??= result.push
      const { plaintext, encrypted } = first
      expectPush(
        config,
        result.push.same_plaintext_as_first ? { plaintext, encrypted, ...result.push } : result.push,
        domain,
      )
    }
    const report = loaded(false).merge([{ hash: 'forged', data: hexToBytes(entry.forged.encrypted) }])
    expect(report).toEqual({
      accepted: entry.forged.accepted_hashes,
      rejected: [{ hash: 'forged', code: 'CONFIG_BAD_SIGNATURE' }],
    })
  })
})
