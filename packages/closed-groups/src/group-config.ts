import { concatBytes, equalBytes, utf8ToBytes } from '@sessionkit/bytes'
import {
  type Compress,
  Config,
  type ConfigPush,
  type ConfigState,
  type MergeReport,
  parseConfigMessage,
  type StoredConfig,
} from '@sessionkit/config'
import { ed25519Sign, ed25519Verify, randomBytes } from '@sessionkit/crypto'
import { type GroupId, parseGroupId } from '@sessionkit/session-id'
import { ClosedGroupError } from './error.ts'
import { type GroupAdmin, groupKeyOf } from './group-id.ts'
import { GROUP_KEY_LENGTH } from './limits.ts'

export interface GroupConfigOptions {
  readonly groupId: GroupId
  /** Ours when we are an admin; without it the config is read-only. Not copied. */
  readonly admin?: GroupAdmin | undefined
  /** `GroupKeys.keys()`: the first encrypts, all decrypt. None: nothing can be read yet. */
  readonly keys?: readonly Uint8Array[] | undefined
  /** What `dump` gave. Throws `CONFIG_BAD_DUMP`. */
  readonly dump?: Uint8Array | undefined
  /** Without it, messages are not compressed; every client reads that. */
  readonly compress?: Compress | undefined
  /** Milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

interface GroupConfigType {
  readonly domain: string
  readonly namespace: number
  /** Top-level keys that only the group's other config has. */
  readonly foreignKeys: readonly string[]
}

/**
 * What the two configs of a group share: signed by the group, encrypted with its keys, never wrapped. A member cannot
 * merge conflicting ones and keeps the newest until an admin has. Protocol page 06, section 3.
 */
export abstract class GroupConfig {
  readonly groupId: GroupId
  /** The namespace of the group's swarm that the messages are stored in. */
  readonly namespace: number
  protected readonly now: () => number
  readonly #compress: Compress | undefined
  readonly #type: GroupConfigType
  #keys: readonly Uint8Array[]
  #admin: GroupAdmin | undefined
  #config: Config

  constructor(options: GroupConfigOptions, type: GroupConfigType) {
    const { groupId, admin, keys = [], compress, now = Date.now } = options
    groupKeyOf(groupId)
    this.groupId = parseGroupId(groupId)
    this.namespace = type.namespace
    this.now = now
    this.#type = type
    this.#compress = compress
    this.#keys = copyKeys(keys)
    this.#admin = this.#checkedAdmin(admin)
    this.#config = this.#open(options.dump)
  }

  /** The untyped object, for keys that this version does not know. `becomeAdmin` replaces it. */
  get config(): Config {
    return this.#config
  }

  get isReadOnly(): boolean {
    return this.#config.isReadOnly
  }

  get state(): ConfigState {
    return this.#config.state
  }

  get seqno(): number {
    return this.#config.seqno
  }

  get needsPush(): boolean {
    return this.#config.needsPush
  }

  get needsDump(): boolean {
    return this.#config.needsDump
  }

  get currentHashes(): string[] {
    return this.#config.currentHashes
  }

  get activeHashes(): string[] {
    return this.#config.activeHashes
  }

  /**
   * Other keys from now on. After a rekey an admin says `repush`: the config is encrypted with the new key and pushed
   * again, which takes a seqno. Protocol page 06, section 2.7.
   */
  setKeys(keys: readonly Uint8Array[], options: { readonly repush?: boolean | undefined } = {}): void {
    const old = this.#keys
    this.#keys = copyKeys(keys)
    for (const key of old) key.fill(0)
    this.#config.setKeys(this.#keysOrNone())
    if (options.repush === true) this.#config.makeDirty()
  }

  /** We have become an admin; does nothing when we are one. Throws `GROUP_WRONG_SEED` for the key pair of another group. */
  becomeAdmin(admin: GroupAdmin): void {
    const checked = this.#checkedAdmin(admin)
    if (this.#admin !== undefined) return
    this.#admin = checked
    const old = this.#config
    this.#config = this.#open(old.makeDump())
    // What was not saved is still not saved.
    if (old.needsDump) this.#config.extra = old.extra
    old.wipe()
  }

  merge(messages: readonly StoredConfig[]): MergeReport {
    return this.#config.merge(messages)
  }

  /** Throws `GROUP_NO_KEY`, and `CONFIG_READ_ONLY` for members. */
  push(): ConfigPush {
    if (this.#keys.length === 0) throw new ClosedGroupError('GROUP_NO_KEY', 'push: no group key is known')
    return this.#config.push()
  }

  confirmPushed(input: { readonly seqno: number; readonly hashes: readonly string[] }): void {
    this.#config.confirmPushed(input)
  }

  dump(): Uint8Array {
    return this.#config.dump()
  }

  makeDump(): Uint8Array {
    return this.#config.makeDump()
  }

  /** Wipes the keys, not the admin's seed, which is the caller's. */
  wipe(): void {
    this.#config.wipe()
    for (const key of this.#keys) key.fill(0)
  }

  #checkedAdmin(admin: GroupAdmin | undefined): GroupAdmin | undefined {
    const key = admin?.ed25519?.publicKey
    const fits = key instanceof Uint8Array && equalBytes(key, groupKeyOf(this.groupId).ed25519)
    if (admin !== undefined && (admin?.groupId !== this.groupId || !fits)) {
      throw new ClosedGroupError('GROUP_WRONG_SEED', 'admin: not the key pair of this group')
    }
    return admin
  }

  /** A config always has a key; before we have one, it is one that nothing was ever encrypted with. */
  #keysOrNone(): readonly Uint8Array[] {
    return this.#keys.length === 0 ? [randomBytes(32)] : this.#keys
  }

  /**
   * The signature does not cover which config it is of: any member could encrypt what an admin signed for the one as the
   * other, and so empty it.
   */
  #isOurType(signed: Uint8Array): boolean {
    const { data } = parseConfigMessage(concatBytes(signed, utf8ToBytes('e')))
    return !this.#type.foreignKeys.some((key) => data.has(key))
  }

  #open(dump: Uint8Array | undefined): Config {
    const publicKey = groupKeyOf(this.groupId).ed25519
    const admin = this.#admin
    return new Config({
      domain: this.#type.domain,
      keys: this.#keysOrNone(),
      verify: ({ message, signature }) => ed25519Verify({ message, signature, publicKey }) && this.#isOurType(message),
      sign: admin && ((message) => ed25519Sign({ message, keyPair: admin.ed25519 })),
      dump,
      compress: this.#compress,
      now: this.now,
    })
  }
}

function copyKeys(keys: readonly Uint8Array[]): readonly Uint8Array[] {
  if (!Array.isArray(keys) || !keys.every((key) => key instanceof Uint8Array && key.length === GROUP_KEY_LENGTH)) {
    throw new ClosedGroupError('GROUP_BAD_ARGUMENT', 'keys: expected 32 bytes each')
  }
  return keys.map((key) => new Uint8Array(key))
}
