import type { RandomSource, SecretBytes } from '@sessionkit/bytes'
import type { Compress } from '@sessionkit/config'
import type { Ed25519KeyPair, X25519KeyPair } from '@sessionkit/crypto'
import type { GroupId } from '@sessionkit/session-id'
import { ClosedGroupError } from './error.ts'
import { GroupInfo } from './group-info.ts'
import { GroupKeys, type KeyMessageReport } from './group-keys.ts'
import { GroupMembers } from './group-members.ts'
import { type DecryptedGroupMessage, decryptGroupMessage, encryptGroupMessage } from './group-message.ts'

export interface ClosedGroupOptions {
  readonly groupId: GroupId
  /** Ours: a session account fits. */
  readonly member: { readonly ed25519: Ed25519KeyPair; readonly x25519: X25519KeyPair }
  /** Makes us an admin. Copied. */
  readonly adminSeed?: SecretBytes | Uint8Array | undefined
  /** What `dump` gave. */
  readonly dump?: ClosedGroupDump | undefined
  readonly compress?: Compress | undefined
  /** Milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** Three dumps; `keys` and the seed are secrets. */
export interface ClosedGroupDump {
  readonly keys: Uint8Array
  readonly info: Uint8Array
  readonly members: Uint8Array
}

/** A group as one of its members sees it: keys, info and members, which always have the same keys. */
export class ClosedGroup {
  readonly groupId: GroupId
  readonly keys: GroupKeys
  readonly info: GroupInfo
  readonly members: GroupMembers
  readonly #member: ClosedGroupOptions['member']
  readonly #compress: Compress | undefined

  constructor(options: ClosedGroupOptions) {
    const { groupId, member, adminSeed, dump, compress, now } = options
    this.#member = member
    this.#compress = compress
    this.keys = new GroupKeys({ groupId, member, adminSeed, dump: dump?.keys })
    this.groupId = this.keys.groupId
    const shared = {
      groupId: this.groupId,
      admin: this.keys.isAdmin ? this.keys.admin : undefined,
      keys: this.keys.keys(),
      compress,
      now,
    }
    this.info = new GroupInfo({ ...shared, dump: dump?.info })
    this.members = new GroupMembers({ ...shared, dump: dump?.members })
    for (const key of shared.keys) key.fill(0)
  }

  get isAdmin(): boolean {
    return this.keys.isAdmin
  }

  get needsPush(): boolean {
    return this.keys.pending !== null || this.info.needsPush || this.members.needsPush
  }

  get needsDump(): boolean {
    return this.keys.needsDump || this.info.needsDump || this.members.needsDump
  }

  /** `GroupKeys.loadMessage`, and the keys reach info and members. Merge those after all key messages of a poll. */
  loadKeyMessage(input: {
    readonly hash: string
    readonly message: Uint8Array
    readonly timestamp: number
  }): KeyMessageReport {
    const report = this.keys.loadMessage(input)
    if (report.foundKey) this.#spread(false)
    return report
  }

  /** `GroupKeys.rekey` for all members. Info and members are then encrypted with the new key: push all three at once. */
  rekey(): Uint8Array {
    const message = this.keys.rekey({ memberIds: this.members.ids() })
    this.#spread(true)
    return message
  }

  /** `GroupKeys.loadAdminKey`, and info and members can be edited. */
  loadAdminKey(seed: SecretBytes | Uint8Array): void {
    this.keys.loadAdminKey(seed)
    this.info.becomeAdmin(this.keys.admin)
    this.members.becomeAdmin(this.keys.admin)
  }

  /**
   * A message from us for namespace 11, in the form of the network. Throws `GROUP_NO_KEY`, also while a rekey is pending:
   * others could not read it. Otherwise as `encryptGroupMessage`.
   */
  encrypt(input: { readonly message: Uint8Array; readonly random?: RandomSource | undefined }): Uint8Array {
    const key = this.keys.pending === null ? this.keys.encryptionKey() : null
    if (key === null) throw new ClosedGroupError('GROUP_NO_KEY', 'encrypt: no key, or one that is not stored yet')
    const { message, random } = input
    const [sender, compress] = [this.#member, this.#compress]
    try {
      return encryptGroupMessage({ message, sender, groupId: this.groupId, key, compress, random })
    } finally {
      key.fill(0)
    }
  }

  /** Opens a message of namespace 11, newest key first. Errors as `decryptGroupMessage`. */
  decrypt(ciphertext: Uint8Array): DecryptedGroupMessage {
    const keys = this.keys.keys()
    try {
      return decryptGroupMessage({ ciphertext, groupId: this.groupId, keys })
    } finally {
      for (const key of keys) key.fill(0)
    }
  }

  /** Everything that a new object needs, with all keys in clear: encrypt it at rest. */
  dump(): ClosedGroupDump {
    return { keys: this.keys.dump(), info: this.info.dump(), members: this.members.dump() }
  }

  /** Wipes keys and seed; the object is of no use after that. */
  wipe(): void {
    this.keys.wipe()
    this.info.wipe()
    this.members.wipe()
  }

  #spread(repush: boolean): void {
    const keys = this.keys.keys()
    this.info.setKeys(keys, { repush })
    this.members.setKeys(keys, { repush })
    for (const key of keys) key.fill(0)
  }
}
