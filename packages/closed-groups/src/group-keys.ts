import { equalBytes, SecretBytes } from '@sessionkit/bytes'
import type { X25519KeyPair } from '@sessionkit/crypto'
import { type GroupId, parseGroupId } from '@sessionkit/session-id'
import { ClosedGroupError } from './error.ts'
import { checkedMemberId, type GroupAdmin, groupFromSeed, groupKeyOf, sortedMemberIds } from './group-id.ts'
import { buildKeyMessage, buildKeySupplement, readKeyMessage } from './key-message.ts'
import { KeyStore } from './key-store.ts'
import { readKeysDump, writeKeysDump } from './keys-dump.ts'
import { GENERATION_JUMP } from './limits.ts'
import { isUnicode } from './update-signed-text.ts'

export interface GroupKeysOptions {
  readonly groupId: GroupId
  /** Ours: a session account fits. */
  readonly member: { readonly x25519: X25519KeyPair }
  /** Makes us an admin. Copied. */
  readonly adminSeed?: SecretBytes | Uint8Array | undefined
  /** What `dump` gave. Throws `GROUP_BAD_DUMP`. */
  readonly dump?: Uint8Array | undefined
}

/** A rekey that is not known to be on the swarm. */
export interface PendingKey {
  readonly message: Uint8Array
  readonly generation: number
  readonly key: Uint8Array
}

export interface KeyMessageReport {
  /** Whether it had a key for us. False is normal: the key of a time when we were no member. */
  readonly foundKey: boolean
  /** The generation in the message. */
  readonly generation: number
  /** Whether the generation is implausibly far above the one before: worth a warning, nothing else. */
  readonly generationJump: boolean
}

/**
 * The encryption keys of a group as they come from namespace 12: one key a generation, made by admins and wrapped for each
 * member. The newest encrypts, all decrypt. Protocol page 06, section 2.
 */
export class GroupKeys {
  readonly groupId: GroupId
  /** The namespace that key messages are stored in. Never delete old ones: late members need them. */
  readonly namespace = 12
  readonly #member: { readonly x25519: X25519KeyPair }
  readonly #group: { readonly ed25519: Uint8Array; readonly x25519: Uint8Array }
  #store = new KeyStore()
  #admin: GroupAdmin | null = null
  #pending: PendingKey | null = null
  #needsDump = false

  constructor(options: GroupKeysOptions) {
    const { groupId, member, adminSeed, dump } = options
    if (!(member?.x25519?.secretKey instanceof SecretBytes)) {
      throw new ClosedGroupError('GROUP_BAD_ARGUMENT', 'member: expected an X25519 key pair')
    }
    this.#group = groupKeyOf(groupId)
    this.groupId = parseGroupId(groupId)
    this.#member = member
    if (adminSeed !== undefined) this.loadAdminKey(adminSeed)
    if (dump !== undefined) {
      const { store, pending } = readKeysDump(dump)
      this.#store = store
      this.#pending = pending
    }
    this.#store.changed = false
  }

  get isAdmin(): boolean {
    return this.#admin !== null
  }

  /** The group's key pair, for admins. Throws `GROUP_NOT_ADMIN`. */
  get admin(): GroupAdmin {
    if (this.#admin === null) throw new ClosedGroupError('GROUP_NOT_ADMIN', 'only an admin can do this')
    return this.#admin
  }

  /** The generation of the newest confirmed key; 0 when there is none. */
  get generation(): number {
    return this.#store.newest?.generation ?? 0
  }

  /** How many keys decrypt. */
  get size(): number {
    return this.#store.keys.length + (this.#pending === null ? 0 : 1)
  }

  /** Copies of all keys, the one that encrypts first: a pending one, then from the newest. */
  keys(): Uint8Array[] {
    const confirmed = this.#store.keys.map(({ key }) => key.slice()).reverse()
    return this.#pending === null ? confirmed : [this.#pending.key.slice(), ...confirmed]
  }

  /** A copy of the key that encrypts, or null when there is none. */
  encryptionKey(): Uint8Array | null {
    return (this.#pending?.key ?? this.#store.newest?.key)?.slice() ?? null
  }

  /** What `rekey` made and no `loadMessage` has confirmed: store it before anything that its key encrypts. */
  get pending(): PendingKey | null {
    const pending = this.#pending
    return pending && { ...pending, message: pending.message.slice(), key: pending.key.slice() }
  }

  /**
   * Whether two admins gave one generation different keys. An admin then rekeys, after merging the members; both keys
   * work until then. Always false for members, who can do nothing about it.
   */
  get needsRekey(): boolean {
    const { keys } = this.#store
    return this.isAdmin && keys.length >= 2 && keys.at(-1)?.generation === keys.at(-2)?.generation
  }

  get needsDump(): boolean {
    return this.#needsDump || this.#store.changed
  }

  /** Storage hashes whose expiry has to be extended. */
  get activeHashes(): string[] {
    return [...new Set([...this.#store.hashes.values()].flatMap((hashes) => [...hashes]))]
  }

  /**
   * Turns a member into an admin. The seed is copied. Throws `GROUP_WRONG_SEED` when it is that of another group, and
   * nothing changes. Keys of generations that we were not a member of come with the next `loadMessage` of their messages.
   */
  loadAdminKey(seed: SecretBytes | Uint8Array): void {
    const admin = groupFromSeed(seed)
    if (admin.groupId !== this.groupId) {
      admin.ed25519.seed.wipe()
      throw new ClosedGroupError('GROUP_WRONG_SEED', 'seed: not the one of this group')
    }
    if (this.#admin === null) this.#admin = admin
    else admin.ed25519.seed.wipe()
  }

  /**
   * Makes the key of the next generation for these members: all of the Members config, admins and ourselves too. The same
   * members give the same message on every admin's device. It stays pending until `loadMessage` sees it.
   *
   * Throws `GROUP_NOT_ADMIN`, `GROUP_BAD_ID`, `GROUP_BAD_ARGUMENT`, and `GROUP_TOO_LARGE` for more than 1500 members.
   * Protocol page 06, section 2.3.
   */
  rekey(input: { readonly memberIds: readonly string[] }): Uint8Array {
    const group = this.admin
    const memberIds = sortedMemberIds(input.memberIds)
    const newest = this.#store.newest
    const generation = newest === undefined ? 0 : newest.generation + 1
    if (!Number.isSafeInteger(generation)) throw new ClosedGroupError('GROUP_BAD_ARGUMENT', 'generation: exhausted')
    const made = buildKeyMessage({ group, memberIds, generation })
    this.#pending?.key.fill(0)
    this.#pending = { ...made, generation }
    this.#needsDump = true
    return made.message.slice()
  }

  /**
   * Gives all confirmed keys to members, so that they can read the history. Store it before a rekey. Ids are sorted, so
   * that two admins make the same message; `given` keeps the order, as the reference does.
   * Throws `GROUP_NOT_ADMIN`, `GROUP_NO_KEY`, `GROUP_BAD_ID`, `GROUP_BAD_ARGUMENT`, and `GROUP_TOO_LARGE` when the keys for
   * so many members cannot be stored in one message: make several. Protocol page 06, section 2.4.
   */
  supplement(input: {
    readonly memberIds: readonly string[]
    readonly order?: 'sorted' | 'given' | undefined
  }): Uint8Array {
    const sorted = sortedMemberIds(input.memberIds)
    const memberIds = input.order === 'given' ? input.memberIds.map(checkedMemberId) : sorted
    return buildKeySupplement({ group: this.admin, memberIds, keys: this.#store.keys })
  }

  /**
   * Takes in one stored key message, our own ones too: that is what confirms a rekey. `timestamp` is the one that the
   * swarm gives with the message, in milliseconds, never a clock of ours. The order of messages does not matter.
   *
   * Throws `GROUP_TOO_LARGE`, `GROUP_BAD_KEY_MESSAGE`, `GROUP_BAD_SIGNATURE` and `GROUP_DECRYPT_FAILED`, and nothing has
   * changed then. Protocol page 06, section 2.5.
   */
  loadMessage(input: {
    readonly hash: string
    readonly message: Uint8Array
    readonly timestamp: number
  }): KeyMessageReport {
    const { hash, message, timestamp } = input
    // Text without UTF-8 could not be dumped.
    if (typeof hash !== 'string' || hash === '' || !isUnicode(hash)) {
      throw new ClosedGroupError('GROUP_BAD_ARGUMENT', 'hash: expected text')
    }
    if (!Number.isSafeInteger(timestamp) || timestamp < 0) {
      throw new ClosedGroupError('GROUP_BAD_ARGUMENT', 'timestamp: expected milliseconds')
    }
    const { generation, keys } = readKeyMessage({
      message,
      timestamp,
      groupEd25519: this.#group.ed25519,
      groupX25519: this.#group.x25519,
      admin: this.#admin,
      member: this.#member,
    })
    const generationJump = generation > this.generation + GENERATION_JUMP
    if (keys === null) {
      this.#store.record(generation, hash)
      return { foundKey: false, generation, generationJump }
    }
    this.#dropPending(keys[0] as { generation: number; key: Uint8Array })
    for (const key of keys) this.#store.insert(key, hash)
    return { foundKey: true, generation, generationJump }
  }

  /** Everything that a new object needs, with all keys in clear: encrypt it at rest. */
  dump(): Uint8Array {
    const bytes = this.makeDump()
    this.#needsDump = false
    this.#store.changed = false
    return bytes
  }

  /** As `dump`, but `needsDump` stays. */
  makeDump(): Uint8Array {
    return writeKeysDump({ store: this.#store, pending: this.#pending })
  }

  /** Wipes keys and seed; the object is of no use after that. */
  wipe(): void {
    for (const { key } of this.#store.keys) key.fill(0)
    this.#pending?.key.fill(0)
    this.#admin?.ed25519.seed.wipe()
    this.#store = new KeyStore()
    this.#pending = null
    this.#admin = null
  }

  /** Ours was seen on the swarm, or somebody's later key makes it useless. */
  #dropPending(first: { readonly generation: number; readonly key: Uint8Array }): void {
    const pending = this.#pending
    if (pending === null || this.#admin === null) return
    if (first.generation > pending.generation || equalBytes(first.key, pending.key)) {
      pending.key.fill(0)
      this.#pending = null
      this.#needsDump = true
    }
  }
}
