import {
  type ConfigPush,
  compressBody,
  decompressBody,
  decryptConfig,
  encryptConfig,
  padConfig,
  parseConfigMessage,
  readDump,
  type StoredConfig,
  type UserConfig,
  unpadConfig,
  unwrapConfig,
  wrapConfig,
} from '@sessionkit/config'
import type { Account } from '@sessionkit/session-id'
import { accountOf } from './account.ts'
import { type ConfigType, configTypes } from './config-contents.ts'
import { bytes, type Entry, flag, has, integer, list, object, objects, text, texts } from './entry.ts'
import { expectField, expectSame } from './expect.ts'
import { Mismatch, Unsupported } from './outcome.ts'
import type { VectorContext, VectorHandler } from './runner.ts'
import { type Zstd, zstd } from './zstd.ts'

/** What an entry is replayed with: its account, its type, the frozen clock and a compressor. */
interface Replay {
  readonly account: Account
  readonly type: ConfigType
  readonly zstd: Zstd
  readonly countFrame: VectorContext['countFrame']
  readonly device: (dump?: Uint8Array) => UserConfig
}

async function replayOf(entry: Entry, context: VectorContext): Promise<Replay> {
  const type = configTypes[context.file]
  if (type === undefined) throw new Unsupported(`${context.file}: no such config`)
  const account = accountOf(entry, 'account')
  const compressor = await zstd()
  const now = (): number => context.clock ?? 0
  const { compress } = compressor
  const device = (dump?: Uint8Array): UserConfig => type.create({ account, dump, compress, now, wrap: false })
  return { account, type, zstd: compressor, countFrame: context.countFrame, device }
}

const sorted = (items: readonly string[]): string[] => [...items].sort()

function expectSet(entry: Entry, name: string, got: readonly string[], path: string = name): void {
  if (has(entry, name)) expectSame(path, sorted(texts(entry, name)), sorted(got))
}

/** Compares without regard to the order of the lists: the reference iterates some of them in another order. */
function expectContents(replay: Replay, entry: Entry, name: string, config: UserConfig, path: string): void {
  if (!has(entry, name)) return
  expectSame(path, unordered(object(entry, name)), unordered(replay.type.contents(config)))
}

function unordered(value: unknown): unknown {
  return Object.fromEntries(
    Object.entries(value as object).map(([key, item]) => [
      key,
      Array.isArray(item) ? item.map(stable).sort((a, b) => (a.id < b.id ? -1 : 1)) : item,
    ]),
  )
}

function stable(item: unknown): { id: string; item: unknown } {
  const { session_id, id, base_url, room } = item as Record<string, unknown>
  return { id: JSON.stringify([session_id, id, base_url, room]), item }
}

/**
 * The data of a push object, put into a device as its edits. Some edits of the reference were undone again before the
 * push, which takes a seqno all the same.
 */
function edit(config: UserConfig, push: Entry): void {
  config.config.set(['edit'], 1n)
  config.config.replaceData(new Map(parseConfigMessage(bytes(push, 'plaintext')).data))
}

/** Pushes and compares everything that the push object says, by the rule for compressed entries. */
function expectPush(replay: Replay, config: UserConfig, push: Entry, path: string): ConfigPush {
  const got = config.push()
  expectField(push, 'seqno', got.seqno, `${path}.seqno`)
  expectSet(push, 'obsolete_hashes', got.obsoleteHashes, `${path}.obsolete_hashes`)
  expectSame(`${path}: one message`, 1, got.messages.length)
  expectField(push, 'plaintext', config.config.plaintext(), `${path}.plaintext`)
  expectSealed(replay, push, got.messages[0]!, path)
  return got
}

function expectSealed(replay: Replay, push: Entry, stored: Uint8Array, path: string): void {
  if (!has(push, 'encrypted')) return
  const { account, type } = replay
  const opened = open(replay, bytes(push, 'encrypted'))
  expectField(push, 'plaintext', opened.plaintext, `${path}.plaintext from encrypted`)
  expectField(push, 'compressed', opened.body[0] === 0x7a, `${path}.compressed from encrypted`)
  expectField(push, 'padded_length', opened.padded.length, `${path}.padded_length from encrypted`)
  // Whatever the compressor made of it, the encryption of the same padded bytes is the same.
  const { padded } = opened
  const again = encryptConfig({ padded, key: account.ed25519.seed, domain: type.domain })
  expectField(push, 'encrypted', again, `${path}.encrypted again`)
  expectSame(`${path}: padding`, padded, padConfig(opened.body))
  if (has(push, 'wrapped')) {
    const kind = type.namespace - 1
    const wrapped = wrapConfig({ encrypted: bytes(push, 'encrypted'), seqno: integer(push, 'seqno'), kind, account })
    expectField(push, 'wrapped', wrapped, `${path}.wrapped`)
    const unwrapped = unwrapConfig({ stored: bytes(push, 'wrapped'), kind, account })
    expectField(push, 'encrypted', unwrapped, `${path}.encrypted from wrapped`)
  }
  const ours = open(replay, stored)
  expectField(push, 'plaintext', ours.plaintext, `${path}: our plaintext`)
  const isCompressed = flag(push, 'compressed')
  if (isCompressed) replay.countFrame(replay.zstd.exact ? 'exact' : 'byContent')
  if (replay.zstd.exact || !isCompressed) {
    const body = compressBody(bytes(push, 'plaintext'), replay.zstd.compress)
    expectField(push, 'compressed', body[0] === 0x7a, `${path}.compressed`)
    expectField(push, 'padded_length', ours.padded.length, `${path}.padded_length`)
    expectField(push, 'encrypted', stored, `${path}.encrypted`)
  }
}

function open(replay: Replay, encrypted: Uint8Array): { padded: Uint8Array; body: Uint8Array; plaintext: Uint8Array } {
  const keys = [replay.account.ed25519.seed]
  const padded = decryptConfig({ encrypted, keys, domain: replay.type.domain })
  const body = unpadConfig(padded)
  return { padded, body, plaintext: decompressBody(body) }
}

const stored = (push: Entry): StoredConfig => ({ hash: text(push, 'hash'), data: bytes(push, 'encrypted') })

function confirm(config: UserConfig, push: Entry, { seqno }: ConfigPush): void {
  config.confirmPushed({ seqno, hashes: [text(push, 'hash')] })
  expectSame('needs_push after the confirmation', false, config.needsPush)
}

function expectDump(entry: Entry, name: string, got: Uint8Array): void {
  const [expected, ours] = [readDump(bytes(entry, name)), readDump(got)].map((dump) => ({
    ...dump,
    obsoleteHashes: sorted(dump.obsoleteHashes),
    parts: dump.parts.size,
    extra: dump.extra.size,
  }))
  expectSame(name, expected, ours)
  // The list of obsolete hashes has no order; with one or none the bytes are equal.
  if (ours!.obsoleteHashes.length < 2) expectField(entry, name, got)
}

const states: ReadonlyMap<string, string> = new Map([
  ['pushed, not confirmed', 'waiting'],
  ['pushed and confirmed as hash1', 'clean'],
  ['dirty (edited, not pushed)', 'dirty'],
])

const operations: Readonly<Record<string, VectorHandler>> = {
  push: async (entry, context) => {
    const replay = await replayOf(entry, context)
    expectField(entry, 'namespace', replay.type.namespace)
    expectField(entry, 'domain', replay.type.domain)
    const push = object(entry, 'push')
    const config = replay.device()
    edit(config, push)
    expectPush(replay, config, push, 'push')
    expectContents(replay, entry, 'contents', config, 'contents')
    for (const form of ['wrapped', 'encrypted'].filter((name) => has(push, name))) {
      const reader = replay.device()
      expectSame(`${form}: accepted`, ['h'], reader.merge([{ hash: 'h', data: bytes(push, form) }]).accepted)
      expectContents(replay, entry, 'contents', reader, `contents from ${form}`)
    }
  },

  dump: async (entry, context) => {
    const replay = await replayOf(entry, context)
    const state = states.get(text(entry, 'state'))
    if (state === undefined) throw new Unsupported(`state ${text(entry, 'state')}`)
    const config = replay.device(bytes(entry, 'dump'))
    expectSame('state', state, config.state)
    expectContents(replay, entry, 'contents', config, 'contents')
    expectField(entry, 'needs_push_after_load', config.needsPush)
    expectSet(entry, 'current_hashes', config.currentHashes)
    if (state !== 'dirty') expectDump(entry, 'dump', config.makeDump())
    if (has(entry, 'push_after_load')) {
      expectPush(replay, config, object(entry, 'push_after_load'), 'push_after_load')
    }
  },

  push_chain: async (entry, context) => {
    const replay = await replayOf(entry, context)
    const config = replay.device()
    const pushes = objects(entry, 'pushes')
    pushes.forEach((push, i) => {
      edit(config, push)
      const got = expectPush(replay, config, push, `pushes[${i}]`)
      confirm(config, push, got)
      expectContents(replay, push, 'contents', config, `pushes[${i}].contents`)
    })
    const merged = object(entry, 'merge_all_at_once')
    const reader = replay.device()
    expectSet(merged, 'accepted_hashes', reader.merge(pushes.map(stored)).accepted)
    expectField(merged, 'needs_push', reader.needsPush)
    expectSet(merged, 'current_hashes', reader.currentHashes)
    expectContents(replay, merged, 'contents', reader, 'merge_all_at_once.contents')
  },

  merge_conflicts: async (entry, context) => {
    const replay = await replayOf(entry, context)
    const base = objects(entry, 'base_pushes')
    const forks = list(entry, 'forks').map((_, i) => objects({ fork: list(entry, 'forks')[i] }, 'fork'))
    const device = replay.device()
    base.forEach((push, i) => {
      edit(device, push)
      confirm(device, push, expectPush(replay, device, push, `base_pushes[${i}]`))
    })
    const loaded = (): UserConfig => {
      const config = replay.device()
      config.merge(base.map(stored))
      return config
    }
    const own = forks.map((fork, d) => {
      const config = loaded()
      fork.forEach((push, i) => {
        edit(config, push)
        confirm(config, push, expectPush(replay, config, push, `forks[${d}][${i}]`))
        expectContents(replay, push, 'contents', config, `forks[${d}][${i}].contents`)
      })
      return config
    })
    const byLabel = new Map([...base, ...forks.flat()].map((push) => [text(push, 'hash'), stored(push)]))
    const results = objects(entry, 'results')
    results.forEach((result, i) => {
      const given = texts(result, 'order').map((label) => {
        const message = byLabel.get(label)
        if (message === undefined) throw new Mismatch(`results[${i}].order: no ${label}`)
        return message
      })
      const labels = new Set(base.map((push) => text(push, 'hash')))
      const fork = given.filter(({ hash }) => !labels.has(hash))
      const how = text(result, 'how')
      let config: UserConfig
      let accepted: string[]
      if (how === 'fresh device loads the base, then merges all forks in one call') {
        config = loaded()
        accepted = config.merge(fork).accepted
      } else if (how === 'empty device merges forks and base in one call') {
        config = replay.device()
        accepted = config.merge(given).accepted
      } else if (how === 'device 0, own push confirmed, merges the others in one call') {
        config = replay.device(own[0]!.makeDump())
        accepted = config.merge(fork).accepted
      } else if (how === 'fresh device loads the base, then merges the forks one call each') {
        config = loaded()
        accepted = fork.flatMap((message) => config.merge([message]).accepted)
      } else if (how === 'device with unpushed edits merges all forks in one call') {
        config = loaded()
        const { plaintext } = readDump(bytes(result, 'dump_before'))
        config.config.replaceData(new Map(parseConfigMessage(plaintext).data))
        expectContents(replay, result, 'contents_before', config, `results[${i}].contents_before`)
        expectDump(result, 'dump_before', config.makeDump())
        accepted = config.merge(fork).accepted
      } else throw new Unsupported(`how: ${how}`)
      expectSet(result, 'accepted_hashes', accepted, `results[${i}].accepted_hashes`)
      expectField(result, 'needs_push', config.needsPush, `results[${i}].needs_push`)
      const contents = result.same_contents_as_first === true ? results[0]! : result
      expectContents(replay, contents, 'contents', config, `results[${i}].contents`)
      const first = object(results[0]!, 'push')
      const push = object(result, 'push')
      const same = push.same_plaintext_as_first === true
      const { plaintext, encrypted } = first
      expectPush(replay, config, same ? { plaintext, encrypted, ...push } : push, `results[${i}].push`)
    })
  },

  other_wrappings: async (entry, context) => {
    const replay = await replayOf(entry, context)
    if (!['not wrapped', 'wrapped twice'].includes(text(entry, 'form'))) throw new Unsupported(text(entry, 'form'))
    const config = replay.device()
    expectSet(entry, 'accepted_hashes', config.merge([{ hash: 'h', data: bytes(entry, 'data') }]).accepted)
    expectContents(replay, entry, 'contents', config, 'contents')
  },

  merge_reject: async (entry, context) => {
    const replay = await replayOf(entry, context)
    const config = replay.device()
    const report = config.merge([{ hash: 'h', data: bytes(entry, 'data') }])
    expectSet(entry, 'accepted_hashes', report.accepted)
    expectSame('rejected', 1, report.rejected.length)
    expectSame('contents', replay.type.contents(replay.device()), replay.type.contents(config))
    expectSame('state', 'clean 0', `${config.state} ${config.seqno}`)
  },
}

/** The four `libsession-config-*.json` files, protocol page 05. */
export const configHandlers: Readonly<Record<string, Readonly<Record<string, VectorHandler>>>> = Object.fromEntries(
  Object.keys(configTypes).map((stem) => [stem, operations]),
)
