import type { RandomSource, SecretBytes } from '@sessionkit/bytes'
import type { CreateNetworkOptions, Network, NetworkDefinitionInput } from '@sessionkit/network'
import type { SessionId } from '@sessionkit/session-id'
import type { ClientEvents } from './events.ts'
import type { Draft, Sent } from './outbox.ts'
import type { Scheduler } from './scheduler.ts'
import type { ClientStore, StoredMessage } from './store.ts'

/** Who the client is. `phrase` is 13 words, `seed` 16 or 32 bytes (copied). */
export type AccountSource =
  | { readonly phrase: string }
  | { readonly seed: Uint8Array | SecretBytes }
  | { readonly create: { readonly displayName?: string } }

export interface OpenOptions {
  /** A name, a definition, or the path of a definition's file. */
  readonly network: 'mainnet' | 'testnet' | NetworkDefinitionInput | (string & {})
  readonly account: AccountSource
  /** Default `memoryStore()`. */
  readonly store?: ClientStore
  /** Handed to `createNetwork` as they are. */
  readonly networkOptions?: Omit<CreateNetworkOptions, 'network' | 'random' | 'now'>
  /** Time between the end of a poll and the next, ms. Default 5,000. */
  readonly pollInterval?: number
  readonly scheduler?: Scheduler
  readonly random?: RandomSource
  readonly now?: () => number
}

export declare class Client {
  /** Opens an account. Makes no connection yet. Throws CLIENT_BAD_ACCOUNT, NETWORK_BAD_DEFINITION, MNEMONIC_… */
  static open(options: OpenOptions): Promise<Client>
  readonly sessionId: SessionId
  readonly network: Network
  readonly isRunning: boolean
  /** Adds a listener; the answer removes it. */
  on<K extends keyof ClientEvents>(name: K, listener: (event: ClientEvents[K]) => unknown): () => void
  /** The recovery phrase. Whoever reads it owns the account. */
  exportPhrase(): string
  /** Sends a text. Throws CLIENT_… for the draft and NETWORK_… for the way. */
  send(to: string, draft: Draft, options?: { readonly signal?: AbortSignal }): Promise<Sent>
  /** One tick: fetches, verifies, stores, then emits. Never throws for what a stranger sent. */
  poll(options?: { readonly signal?: AbortSignal }): Promise<{ readonly messages: number; readonly undecryptable: number }>
  messages(options?: { readonly conversation?: SessionId }): Promise<readonly StoredMessage[]>
  /** Polls until `stop` or the signal. The promise settles when the polling has ended. */
  start(options?: { readonly signal?: AbortSignal }): Promise<void>
  stop(): Promise<void>
  /** Stops, closes the connections and wipes the keys. */
  close(): Promise<void>
}
