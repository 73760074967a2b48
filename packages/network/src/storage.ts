import type { Account, AccountId } from '@sessionkit/session-id'

export interface StoreOptions {
  /** Whose swarm stores it. */
  readonly to: AccountId
  /** The message's bytes, at most 76,800. */
  readonly data: Uint8Array
  /** How long it is kept, in ms. Default 14 days. */
  readonly ttl?: number
  /** Default 0, the inbox that everybody may write to. */
  readonly namespace?: number
  /** Signs the request; needed in every namespace but the inbox. */
  readonly account?: Account
  readonly signal?: AbortSignal | undefined
}

/** A swarm member whose signature over the hash is good. */
export interface StoredMember {
  /** Its Ed25519 key, hex. */
  readonly ed25519: string
  /** Whether it held the message before. */
  readonly already: boolean
}

export interface StoreResult {
  readonly hash: string
  /** The asked node's clock, ms. */
  readonly timestamp: number
  /** When the message goes, ms. */
  readonly expiry: number
  /** Members that confirmed with a valid signature; never empty. */
  readonly members: readonly StoredMember[]
  /** How many members the swarm has by the node list. */
  readonly swarmSize: number
}

export interface RetrieveOptions {
  readonly account: Account
  /** At most 20. */
  readonly namespaces: readonly number[]
  /** The last hash known from this node (Ed25519 hex) in this namespace. Every node has an order of its own. */
  readonly lastHash?: (node: string, namespace: number) => string | undefined | Promise<string | undefined>
  readonly signal?: AbortSignal | undefined
}

export interface RetrievedMessage {
  readonly hash: string
  /** The sender's claim, ms. */
  readonly timestamp: number
  readonly expiration: number
  readonly data: Uint8Array
}

export interface RetrievedNamespace {
  readonly namespace: number
  /** In the node's order; only messages whose hash was recomputed and is right. */
  readonly messages: readonly RetrievedMessage[]
  /** How many were dropped because the hash was not theirs. */
  readonly dropped: number
  /** To be given as `lastHash` the next time; undefined when nothing was ever delivered. */
  readonly lastHash: string | undefined
}

export interface Retrieved {
  /** Who answered: Ed25519 hex. */
  readonly node: string
  readonly namespaces: readonly RetrievedNamespace[]
}

/** One element of a batch answer. */
export interface BatchAnswer {
  readonly status: number
  readonly body: unknown
}

/** Typed calls to a swarm. Every call tries other members and other paths before it throws a NetworkError. */
export interface Storage {
  /** Protocol page 04, section 5.1. Throws NETWORK_NOT_STORED when no member confirmed. */
  store(options: StoreOptions): Promise<StoreResult>
  /** Protocol page 04, section 5.2: all pages of every namespace, from one member of the account's swarm. */
  retrieve(options: RetrieveOptions): Promise<Retrieved>
  /** Protocol page 04, section 5.13: up to 20 requests made with the builders of `swarm`, to one member. */
  batch(options: {
    readonly to: AccountId
    readonly requests: readonly { readonly method: string; readonly params: object }[]
    readonly signal?: AbortSignal | undefined
  }): Promise<readonly BatchAnswer[]>
}
