import {
  type GroupAdmin,
  type GroupConfig,
  type GroupConfigOptions,
  GroupInfo,
  type GroupMember,
  GroupMembers,
  type MemberStatus,
  memberStatus,
} from '@sessionkit/closed-groups'
import {
  compressBody,
  decompressBody,
  decryptConfig,
  encryptConfig,
  padConfig,
  parseConfigMessage,
  type StoredConfig,
  unpadConfig,
} from '@sessionkit/config'
import { bytes, type Entry, flag, has, integer, object, objects, text, texts } from './entry.ts'
import { expectField, expectSame } from './expect.ts'
import { groupOf } from './group.ts'
import { Mismatch } from './outcome.ts'
import type { VectorContext, VectorHandler } from './runner.ts'
import { zstd } from './zstd.ts'

/** The two configs of a group, by the words of the files. */
export type GroupConfigType = 'info' | 'members'

const domains = { info: 'groups::Info', members: 'groups::Members' } as const

export async function groupConfig(
  type: GroupConfigType,
  options: GroupConfigOptions,
  context: VectorContext,
): Promise<GroupConfig> {
  const { compress } = await zstd()
  const all = { ...options, compress, now: () => context.clock ?? 0 }
  return type === 'info' ? new GroupInfo(all) : new GroupMembers(all)
}

export const stored = (hash: string, data: Uint8Array): StoredConfig => ({ hash, data })

const words = (status: MemberStatus): string => status.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const positive = (value: number): number | null => (value > 0 ? value : null)
const filled = (value: string): string | null => (value === '' ? null : value)

function infoContents(info: GroupInfo): unknown {
  return {
    id: info.groupId,
    name: filled(info.name),
    description: filled(info.description),
    profile_pic: info.picture,
    expiry_timer_seconds: positive(info.expirySeconds),
    created: positive(info.createdAt),
    delete_before: positive(info.deleteBefore),
    delete_attach_before: positive(info.deleteAttachmentsBefore),
    destroyed: info.destroyed,
  }
}

function memberContents(member: GroupMember): Entry {
  return {
    session_id: member.sessionId,
    name: member.name,
    profile_pic: member.picture,
    admin: member.admin,
    supplement: member.supplement,
    invite_status: member.inviteStatus,
    promotion_status: member.promotionStatus,
    removed_status: member.removedStatus,
    status: words(member.status),
  }
}

/**
 * What a device is sending right now is in no message: unless `exact` (a dump has it), the word that an entry has for it
 * is compared with what we derive when told so.
 */
export function expectContents(
  entry: Entry,
  name: string,
  config: GroupConfig,
  exact: boolean,
  path: string = name,
): void {
  if (!has(entry, name)) return
  const expected = object(entry, name)
  if (config instanceof GroupInfo) {
    expectSame(path, expected, infoContents(config))
    return
  }
  const members = (config as GroupMembers).list()
  const told = objects(expected, 'members').map((item) => item.status)
  expectSame(path, expected, {
    members: members.map((member, i) => {
      const sending = typeof told[i] === 'string' && told[i].endsWith('_sending')
      const status = exact ? member.status : memberStatus({ ...member, sending })
      return memberContents({ ...member, status })
    }),
  })
}

/** The content of a push object as this device's edits. A key was changed too, which takes a seqno by itself. */
export function edit(config: GroupConfig, push: Entry): void {
  config.config.makeDirty()
  config.config.replaceData(new Map(parseConfigMessage(bytes(push, 'plaintext')).data))
}

/** Pushes, and compares everything that the push object says. */
export async function expectPush(input: {
  readonly config: GroupConfig
  readonly type: GroupConfigType
  readonly push: Entry
  readonly path: string
  readonly countFrame: VectorContext['countFrame']
}): Promise<{ readonly seqno: number }> {
  const { config, type, push, path, countFrame } = input
  const got = config.push()
  expectField(push, 'seqno', got.seqno, `${path}.seqno`)
  if (has(push, 'obsolete_hashes')) {
    expectSame(`${path}.obsolete_hashes`, [...texts(push, 'obsolete_hashes')].sort(), [...got.obsoleteHashes].sort())
  }
  expectSame(`${path}: one message`, 1, got.messages.length)
  expectField(push, 'plaintext', config.config.plaintext(), `${path}.plaintext`)
  if (!has(push, 'encrypted')) return got
  const key = bytes(push, 'key')
  const domain = domains[type]
  const encrypted = bytes(push, 'encrypted')
  const padded = decryptConfig({ encrypted, keys: [key], domain })
  const body = unpadConfig(padded)
  expectField(push, 'plaintext', decompressBody(body), `${path}.plaintext from encrypted`)
  expectField(push, 'compressed', body[0] === 0x7a, `${path}.compressed`)
  expectField(push, 'padded_length', padded.length, `${path}.padded_length`)
  expectSame(`${path}: padding`, padded, padConfig(body))
  // Whatever a compressor made of it, the encryption of the same padded bytes is the same.
  expectSame(`${path}.encrypted again`, encrypted, encryptConfig({ padded, key, domain }))
  const ours = decompressBody(unpadConfig(decryptConfig({ encrypted: got.messages[0]!, keys: [key], domain })))
  expectField(push, 'plaintext', ours, `${path}: our plaintext`)
  const compressor = await zstd()
  const isCompressed = flag(push, 'compressed')
  if (isCompressed) countFrame(compressor.exact ? 'exact' : 'byContent')
  if (compressor.exact || !isCompressed) {
    expectSame(`${path}: body`, body, compressBody(bytes(push, 'plaintext'), compressor.compress))
    expectSame(`${path}.encrypted`, encrypted, got.messages[0])
  }
  return got
}

const conflicts =
  (type: GroupConfigType): VectorHandler =>
  async (entry, context) => {
    const { countFrame } = context
    const group = groupOf(entry)
    const keys = [bytes(entry, 'key')]
    const device = (admin?: GroupAdmin): Promise<GroupConfig> =>
      groupConfig(type, { groupId: group.groupId, keys, admin }, context)
    const base = object(entry, 'base')
    const forks = objects(entry, 'forks')
    const editor = await device(group)
    expectField(entry, 'domain', domains[type])
    expectField(entry, 'namespace', editor.namespace)
    expectField(base, 'key', keys[0], 'base.key')
    edit(editor, base)
    const pushed = await expectPush({ config: editor, type, push: base, path: 'base', countFrame })
    editor.confirmPushed({ seqno: pushed.seqno, hashes: [text(base, 'hash')] })
    expectContents(base, 'contents', editor, false, 'base.contents')
    const first = stored(text(base, 'hash'), bytes(base, 'encrypted'))
    const loaded = async (admin?: GroupAdmin): Promise<GroupConfig> => {
      const config = await device(admin)
      expectSame('base: accepted', [first.hash], config.merge([first]).accepted)
      return config
    }
    for (const [i, fork] of forks.entries()) {
      const config = await loaded(group)
      edit(config, fork)
      await expectPush({ config, type, push: fork, path: `forks[${i}]`, countFrame })
      expectContents(fork, 'contents', config, false, `forks[${i}].contents`)
    }
    const byHash = new Map(
      forks.map((fork) => [text(fork, 'hash'), stored(text(fork, 'hash'), bytes(fork, 'encrypted'))]),
    )
    let firstPush: Entry | undefined
    for (const [i, result] of objects(entry, 'results').entries()) {
      const path = `results[${i}]`
      const admin = text(result, 'who') === 'admin'
      const config = await loaded(admin ? group : undefined)
      const given = texts(result, 'order').map((hash) => {
        const message = byHash.get(hash)
        if (message === undefined) throw new Mismatch(`${path}.order: no ${hash}`)
        return message
      })
      const { accepted } = config.merge(given)
      expectSame(`${path}.accepted_hashes`, [...texts(result, 'accepted_hashes')].sort(), accepted.sort())
      expectField(result, 'needs_push', config.needsPush, `${path}.needs_push`)
      expectContents(result, 'contents', config, true, `${path}.contents`)
      if (!has(result, 'push')) {
        expectSame(`${path}: read-only`, true, config.isReadOnly)
        continue
      }
      const push = object(result, 'push')
      firstPush ??= push
      const same = push.same_plaintext_as_first === true
      const { plaintext, encrypted } = firstPush
      const expected = same ? { plaintext, encrypted, ...push } : push
      await expectPush({ config, type, push: expected, path: `${path}.push`, countFrame })
    }
    if (!has(entry, 'forged')) return
    const forged = object(entry, 'forged')
    const config = await loaded()
    const report = config.merge([stored('forged', bytes(forged, 'encrypted'))])
    expectField(forged, 'accepted_hashes', report.accepted, 'forged.accepted_hashes')
    expectSame(
      'forged: why',
      ['CONFIG_BAD_SIGNATURE'],
      report.rejected.map(({ code }) => code),
    )
    expectSame('forged: seqno', integer(base, 'seqno'), config.seqno)
  }

export const groupConfigHandlers: Readonly<Record<string, VectorHandler>> = {
  info_conflicts: conflicts('info'),
  members_conflicts: conflicts('members'),
}
