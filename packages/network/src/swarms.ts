import type { AccountId } from '@sessionkit/session-id'
import type { NodePool, PoolNode } from './pool.ts'

/** Who stores for whom: by the node list, corrected by what nodes answer. */
export interface Swarms {
  /** The usable members of an account's swarm in random order. Throws NETWORK_NO_SWARM. */
  members(account: AccountId): PoolNode[]
  /** Every listed member, also struck ones: whose signatures count. */
  listed(account: AccountId): readonly PoolNode[]
  /** Takes a 421's list; ids that the pool does not know are left out. Answers whether any was left. */
  redirect(account: AccountId, ids: readonly string[]): boolean
  /** Takes a member out of one account's swarm until the next node list. */
  drop(account: AccountId, id: string): void
}

export declare function createSwarms(options: { readonly pool: NodePool }): Swarms
