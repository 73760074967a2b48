import type { Account } from '@sessionkit/session-id'
import type { Compress } from './compression.ts'
import { Config, type ConfigPush, type MergeReport, type StoredConfig } from './config.ts'
import type { ConfigState } from './dump.ts'

export interface UserConfigOptions {
  readonly account: Account
  /** What `dump` gave. Throws `CONFIG_BAD_DUMP`. */
  readonly dump?: Uint8Array | undefined
  /** Without it, messages are not compressed; every client reads that. */
  readonly compress?: Compress | undefined
  /** False: leaves out the wrapping for old clients. */
  readonly wrap?: boolean | undefined
  /** Milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** What all configs of an account share: merging, pushing and saving. Protocol page 05, section 9. */
export abstract class UserConfig {
  /** The untyped object, for keys that this version does not know. */
  readonly config: Config
  /** The namespace of the account's swarm that the messages are stored in. */
  readonly namespace: number
  protected readonly now: () => number

  constructor(options: UserConfigOptions, type: { readonly domain: string; readonly namespace: number }) {
    const { account, dump, compress, wrap = true, now = Date.now } = options
    this.namespace = type.namespace
    this.now = now
    this.config = new Config({
      domain: type.domain,
      keys: [account.ed25519.seed],
      // The kinds of the wrapping are the namespaces less one.
      wrapping: { account, kind: type.namespace - 1, write: wrap },
      dump,
      compress,
      now,
    })
  }

  get state(): ConfigState {
    return this.config.state
  }

  get seqno(): number {
    return this.config.seqno
  }

  get needsPush(): boolean {
    return this.config.needsPush
  }

  get needsDump(): boolean {
    return this.config.needsDump
  }

  get currentHashes(): string[] {
    return this.config.currentHashes
  }

  get activeHashes(): string[] {
    return this.config.activeHashes
  }

  merge(messages: readonly StoredConfig[]): MergeReport {
    return this.config.merge(messages)
  }

  push(): ConfigPush {
    return this.config.push()
  }

  confirmPushed(input: { readonly seqno: number; readonly hashes: readonly string[] }): void {
    this.config.confirmPushed(input)
  }

  dump(): Uint8Array {
    return this.config.dump()
  }

  makeDump(): Uint8Array {
    return this.config.makeDump()
  }

  wipe(): void {
    this.config.wipe()
  }
}
