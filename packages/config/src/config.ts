import type { Account } from '@sessionkit/session-id'
import { copyRaw, type RawValue } from './bencode-text.ts'
import type { Compress } from './compression.ts'
import { ConfigStorage } from './config-storage.ts'
import { type ConfigState, readDump, writeDump } from './dump.ts'
import type { ConfigKey } from './encryption.ts'
import { ConfigError, type ConfigErrorCode } from './error.ts'
import { mergeConfigMessages } from './merge.ts'
import {
  type ConfigDraft,
  type ConfigMessage,
  emptyMessage,
  finishDraft,
  incrementMessage,
  parseConfigMessage,
  type SignConfig,
  signAgain,
  type VerifyConfig,
  withoutSignature,
} from './message.ts'
import {
  type ConfigDict,
  type ConfigScalar,
  type ConfigSet,
  type ConfigValue,
  checkKey,
  checkValue,
  copyDict,
  copyValue,
  equalValues,
  prune,
} from './value.ts'

export interface ConfigOptions {
  /** 1 to 24 ASCII characters that separate the encryption of one type from another's. */
  readonly domain: string
  /** Base keys of 32 bytes: the first encrypts, all are tried to decrypt. They are copied. */
  readonly keys: readonly ConfigKey[]
  /** Only for the user configs: whose, and the kind in the wrapping. */
  readonly wrapping?: { readonly account: Account; readonly kind: number; readonly write: boolean } | undefined
  /** Demands a valid signature of every message. */
  readonly verify?: VerifyConfig | undefined
  /** With `verify` and without `sign` the config is read-only. */
  readonly sign?: SignConfig | undefined
  readonly dump?: Uint8Array | undefined
  readonly compress?: Compress | undefined
  /** Milliseconds; for the expiry of parts. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** A stored message: the storage server's hash and the bytes. */
export interface StoredConfig {
  readonly hash: string
  readonly data: Uint8Array
}

export interface MergeReport {
  /** Storage hashes that were read, in the order given; also of stale and redundant messages. */
  readonly accepted: string[]
  /** Storage hashes that were not, each with the reason. They are neither used nor made obsolete. */
  readonly rejected: { readonly hash: string; readonly code: ConfigErrorCode }[]
}

export interface ConfigPush {
  readonly seqno: number
  /** What to store: one message, or the parts of a large one in order. */
  readonly messages: Uint8Array[]
  /** Storage hashes to delete in the same request, after the stores. */
  readonly obsoleteHashes: string[]
}

export type ConfigPath = readonly string[]

/**
 * A replicated, versioned dictionary: the generic object below the user and group configs. Keys and strings are byte
 * strings written as one character a byte (`bytesToBinary`). Protocol page 05, sections 1 to 9.
 */
export class Config {
  readonly domain: string
  readonly #options: ConfigOptions
  readonly #storage: ConfigStorage
  #state: ConfigState = 'clean'
  #message: ConfigMessage = emptyMessage()
  /** Set exactly while dirty. */
  #draft: ConfigDraft | null = null
  #current: string[] = []
  #obsolete = new Set<string>()
  /** Those that the last push told to delete. */
  #handedOut: readonly string[] = []
  #extra: ReadonlyMap<string, RawValue> = new Map()
  #needsDump = false

  constructor(options: ConfigOptions) {
    this.domain = options.domain
    this.#options = options
    this.#storage = new ConfigStorage(options, () => {
      this.#needsDump = true
    })
    if (options.dump !== undefined) this.#load(options.dump)
  }

  get state(): ConfigState {
    return this.#state
  }

  /** The seqno of the current message; of the message that the next push makes while there are edits. */
  get seqno(): number {
    return this.#draft?.seqno ?? this.#message.seqno
  }

  get needsPush(): boolean {
    return this.#state !== 'clean' && !this.isReadOnly
  }

  /** Whether `dump` would save something new. */
  get needsDump(): boolean {
    return this.#needsDump
  }

  /** Whether messages are signed by somebody else: then nothing can be edited. */
  get isReadOnly(): boolean {
    return this.#options.verify !== undefined && this.#options.sign === undefined
  }

  /** Storage hashes of the current message. */
  get currentHashes(): string[] {
    return [...this.#current]
  }

  /** Storage hashes whose expiry has to be extended: the current ones and parts of incomplete sets. */
  get activeHashes(): string[] {
    return [...new Set([...this.#current, ...this.#storage.parts.storageHashes()])]
  }

  /** Data of the type that only dumps keep. */
  get extra(): ReadonlyMap<string, RawValue> {
    return copyRaw(this.#extra)
  }

  set extra(extra: ReadonlyMap<string, RawValue>) {
    this.#extra = copyRaw(extra)
    this.#needsDump = true
  }

  /** Other keys from now on, the encrypting one first. Old ones belong at the end: messages may still come under them. */
  setKeys(keys: readonly ConfigKey[]): void {
    this.#storage.setKeys(keys)
  }

  /** Wipes the keys; nothing can be read or pushed after that. */
  wipe(): void {
    this.#storage.wipe()
  }

  /** A copy of all application data. */
  data(): ConfigDict {
    return copyDict(this.#data)
  }

  /** The current message as it would be pushed, without encryption and without a signature of ours while edited. */
  plaintext(): Uint8Array {
    return this.#own().plaintext.slice()
  }

  get(path: ConfigPath): ConfigValue | undefined {
    const value = this.#find(path)
    return value === undefined ? undefined : copyValue(value)
  }

  getInteger(path: ConfigPath): bigint | undefined {
    const value = this.#find(path)
    return typeof value === 'bigint' ? value : undefined
  }

  getString(path: ConfigPath): string | undefined {
    const value = this.#find(path)
    return typeof value === 'string' ? value : undefined
  }

  getSet(path: ConfigPath): ReadonlySet<ConfigScalar> | undefined {
    const value = this.#find(path)
    return value instanceof Set ? new Set(value) : undefined
  }

  /** The keys of a dict in byte order; none when there is no dict. */
  keys(path: ConfigPath): string[] {
    const value = this.#find(path)
    return value instanceof Map ? [...value.keys()].sort() : []
  }

  has(path: ConfigPath): boolean {
    return this.#find(path) !== undefined
  }

  isDict(path: ConfigPath): boolean {
    return this.#find(path) instanceof Map
  }

  /**
   * Assigns a value; dicts on the way are made. Assigning what is there already, or an empty set or dict where nothing
   * is, changes nothing. Throws `CONFIG_READ_ONLY` and `CONFIG_BAD_ARGUMENT`.
   */
  set(path: ConfigPath, value: ConfigValue): void {
    if (path.length === 0 || path.length > 24) throw new ConfigError('CONFIG_BAD_ARGUMENT', 'path: 1 to 24 keys')
    for (const key of path) checkKey(key)
    checkValue(value, path.length)
    const copy = copyValue(value)
    if (copy instanceof Map) prune(copy)
    const old = this.#find(path)
    if (equalValues(old, copy)) return
    if ((copy instanceof Map || copy instanceof Set) && copy.size === 0) {
      this.erase(path)
      return
    }
    let dict = this.#edit()
    for (const key of path.slice(0, -1)) {
      let next = dict.get(key)
      if (!(next instanceof Map)) {
        next = new Map()
        dict.set(key, next)
      }
      dict = next
    }
    dict.set(path.at(-1)!, copy)
  }

  /** Removes a value of any kind; whether there was one. */
  erase(path: ConfigPath): boolean {
    if (path.length === 0 || this.#find(path) === undefined) return false
    let dict = this.#edit()
    const chain: ConfigDict[] = [dict]
    for (const key of path.slice(0, -1)) {
      dict = dict.get(key) as ConfigDict
      chain.push(dict)
    }
    for (let i = path.length - 1; i >= 0; i--) {
      chain[i]!.delete(path[i]!)
      // A dict that became empty does not exist in the message either.
      if (chain[i]!.size > 0) break
    }
    return true
  }

  /** Makes a push necessary without an edit, as after a change of keys; takes a seqno. Throws `CONFIG_READ_ONLY`. */
  makeDirty(): void {
    this.#edit()
  }

  /** Adds and removes members of a set; a member in both is removed. */
  changeSet(
    path: ConfigPath,
    change: { readonly add?: Iterable<ConfigScalar>; readonly remove?: Iterable<ConfigScalar> },
  ): void {
    const old = this.#find(path)
    const set: ConfigSet = new Set(old instanceof Set ? old : [])
    for (const member of change.add ?? []) set.add(member)
    for (const member of change.remove ?? []) set.delete(member)
    if (set.size > 0 || old instanceof Set) this.set(path, set)
  }

  /** Runs changes of what is below `path`; when one of them throws, all are taken back. */
  change(path: ConfigPath, run: () => void): void {
    const before = this.get(path)
    const draft = this.#draft
    const [state, current, obsolete, needsDump] = [this.#state, this.#current, new Set(this.#obsolete), this.#needsDump]
    try {
      run()
    } catch (error) {
      if (draft !== null) {
        if (before === undefined) this.erase(path)
        else this.set(path, before)
      } else {
        this.#draft = null
        this.#state = state
        this.#current = current
        this.#obsolete = obsolete
      }
      this.#needsDump = needsDump
      throw error
    }
  }

  /** Replaces all application data. */
  replaceData(data: ConfigDict): void {
    checkValue(data)
    const copy = copyDict(data)
    prune(copy)
    if (equalValues(this.#data, copy)) return
    const own = this.#edit()
    own.clear()
    for (const [key, value] of copy) own.set(key, value)
  }

  /**
   * Takes in what a poll found, all messages of one namespace at once, in any order. Nothing that a message holds makes
   * this throw: what cannot be read is reported and changes nothing. Protocol page 05, section 3.
   */
  merge(messages: readonly StoredConfig[]): MergeReport {
    this.#storage.expire()
    const report: MergeReport = { accepted: [], rejected: [] }
    const incoming: { readonly message: ConfigMessage; readonly storageHashes: readonly string[] }[] = []
    for (const stored of messages) {
      const { hash, data } = (stored ?? {}) as StoredConfig
      try {
        const read = this.#storage.read(hash, data)
        if (read !== null) incoming.push(read)
        report.accepted.push(hash)
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error
        report.rejected.push({ hash, code: error.code })
      }
    }
    try {
      if (incoming.length > 0) this.#resolve(incoming)
    } catch (error) {
      // No seqno or no room is left for the result. It is thrown before anything changed, so our own edits are still here.
      if (!(error instanceof ConfigError)) throw error
      const { code } = error
      report.rejected.push(...report.accepted.splice(0).map((hash) => ({ hash, code })))
    }
    return report
  }

  /**
   * What to store now, in whatever state. The obsolete hashes are given again by every push until one is confirmed.
   * Throws `CONFIG_READ_ONLY`, and `CONFIG_TOO_LARGE` above 255 parts. Protocol page 05, sections 6 to 9.
   */
  push(): ConfigPush {
    if (this.isReadOnly) throw readOnly()
    const message = this.#draft === null ? this.#message : finishDraft(this.#draft, this.#options.sign)
    const messages = this.#storage.seal(message)
    if (this.#draft !== null) {
      this.#message = message
      this.#draft = null
      this.#state = 'waiting'
      this.#needsDump = true
    }
    this.#handedOut = this.#obsoleteHashes()
    return { seqno: message.seqno, messages, obsoleteHashes: [...this.#handedOut] }
  }

  /**
   * Every message of a push was stored, under these storage hashes. Ignored when there was an edit or a merge since:
   * then there is another push to come.
   */
  confirmPushed(input: { readonly seqno: number; readonly hashes: readonly string[] }): void {
    if (this.#state !== 'waiting' || input.seqno !== this.#message.seqno) return
    this.#state = 'clean'
    this.#current = [...input.hashes]
    // What a merge found since then is not deleted yet.
    for (const hash of this.#handedOut) this.#obsolete.delete(hash)
    for (const hash of this.#current) this.#obsolete.delete(hash)
    this.#needsDump = true
  }

  /** Everything that a new object needs to go on, also between push and confirmation. It holds secrets. */
  dump(): Uint8Array {
    const bytes = this.makeDump()
    this.#needsDump = false
    return bytes
  }

  /** As `dump`, but `needsDump` stays. */
  makeDump(): Uint8Array {
    const own = this.#own()
    // A signature of ours is made again from the key; one of others could not.
    const plaintext = this.#options.sign === undefined ? own.plaintext : withoutSignature(own)
    return writeDump({
      state: this.#state,
      plaintext,
      currentHashes: this.#current,
      obsoleteHashes: this.#obsoleteHashes(),
      parts: this.#storage.parts.toRaw(),
      extra: this.#extra,
    })
  }

  get #data(): ConfigDict {
    return this.#draft?.data ?? this.#message.data
  }

  #find(path: ConfigPath): ConfigValue | undefined {
    let value: ConfigValue | undefined = this.#data
    for (const key of path) value = value instanceof Map ? value.get(key) : undefined
    return value
  }

  #edit(): ConfigDict {
    if (this.isReadOnly) throw readOnly()
    this.#needsDump = true
    if (this.#draft === null) {
      const draft = incrementMessage(this.#message)
      this.#becomeDirty(draft)
      return draft.data
    }
    return this.#draft.data
  }

  #becomeDirty(draft: ConfigDraft): void {
    this.#retireCurrent()
    this.#state = 'dirty'
    this.#draft = draft
    this.#needsDump = true
  }

  #retireCurrent(): void {
    for (const hash of this.#current) this.#obsolete.add(hash)
    this.#current = []
  }

  /** Our message as it is now, without making a signature. */
  #own(): ConfigMessage {
    return this.#draft === null ? this.#message : finishDraft(this.#draft)
  }

  #obsoleteHashes(): string[] {
    return this.isReadOnly ? [] : [...this.#obsolete].filter((hash) => !this.#current.includes(hash))
  }

  #resolve(incoming: readonly { readonly message: ConfigMessage; readonly storageHashes: readonly string[] }[]): void {
    const takesPart = this.seqno !== 0 || this.#draft !== null
    const ours = this.#draft === null ? this.#message : finishDraft(this.#draft, this.#options.sign)
    const own = takesPart ? [{ message: ours, storageHashes: [] as readonly string[] }] : []
    const all = [...own, ...incoming].filter(({ message }) => message.seqno > 0)
    if (all.length === 0) {
      this.#retire(incoming)
      return
    }
    const result = mergeConfigMessages({ messages: all.map(({ message }) => message), canMerge: !this.isReadOnly })
    if (result.type === 'merged') {
      const original = this.#draft === null ? new Map() : copyDict(result.data)
      this.#retire(incoming)
      this.#becomeDirty({ ...result, original, unknown: new Map() })
      return
    }
    const winner = all[result.index]!
    if (takesPart && result.index === 0) {
      // What the swarm holds already needs no push, and must not be deleted.
      const echoes = incoming.filter(({ message }) => message.hash === winner.message.hash)
      if (echoes.length > 0 && this.#state !== 'clean') this.#adopt(winner.message, echoes[0]!.storageHashes)
      this.#retire(incoming)
      return
    }
    this.#retireCurrent()
    this.#adopt(winner.message, winner.storageHashes)
    this.#retire(incoming)
  }

  #adopt(message: ConfigMessage, storageHashes: readonly string[]): void {
    this.#message = message
    this.#draft = null
    this.#state = 'clean'
    this.#current = [...storageHashes]
    for (const hash of storageHashes) this.#obsolete.delete(hash)
    this.#needsDump = true
  }

  #retire(incoming: readonly { readonly storageHashes: readonly string[] }[]): void {
    for (const { storageHashes } of incoming) {
      for (const hash of storageHashes) {
        if (this.#current.includes(hash) || this.#obsolete.has(hash)) continue
        this.#obsolete.add(hash)
        this.#needsDump = true
      }
    }
  }

  #load(bytes: Uint8Array): void {
    const dump = readDump(bytes)
    let message: ConfigMessage
    let next: ConfigDraft | null = null
    try {
      message = parseConfigMessage(dump.plaintext)
      if (dump.state === 'dirty') next = incrementMessage(message)
    } catch (cause) {
      if (!(cause instanceof ConfigError)) throw cause
      throw new ConfigError('CONFIG_BAD_DUMP', 'dump: its message cannot be read', { cause })
    }
    if (this.#options.sign !== undefined && message.signature === null && message.seqno > 0) {
      if (dump.state !== 'dirty') message = signAgain(message, this.#options.sign)
    }
    this.#message = message
    this.#state = dump.state
    this.#current = [...dump.currentHashes]
    this.#obsolete = new Set(dump.obsoleteHashes)
    this.#storage.parts.load(dump.parts)
    this.#extra = dump.extra
    // The unpushed message may have been pushed before a crash; a seqno is spent to supersede it.
    this.#draft = next
  }
}

function readOnly(): ConfigError {
  return new ConfigError('CONFIG_READ_ONLY', 'this config is signed by others')
}
