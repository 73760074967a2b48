/** Who asks: an account by its key, or a subaccount by its token. */
export interface Auth {
  readonly ed25519?: Uint8Array
  readonly signature: Uint8Array
  readonly token?: Uint8Array
  readonly tokenSignature?: Uint8Array
}

interface Owned {
  readonly owner: string
}
interface Signed extends Owned {
  readonly auth: Auth
}
export interface StoreRequest extends Owned {
  readonly method: 'store'
  readonly namespace: number
  readonly timestamp: number
  readonly expiry: number
  readonly data: Uint8Array
  readonly sigTimestamp?: number
  readonly auth?: Auth
}
export interface RetrieveRequest extends Owned {
  readonly method: 'retrieve'
  readonly namespace: number
  readonly lastHash?: string
  readonly maxCount?: number
  readonly maxSize?: number
  readonly reverse: boolean
  readonly timestamp?: number
  readonly auth?: Auth
}
export interface DeleteRequest extends Signed {
  readonly method: 'delete'
  readonly messages: readonly string[]
  readonly required: boolean
}
export interface DeleteAllRequest extends Signed {
  readonly method: 'delete_all'
  readonly namespace: number | 'all'
  readonly timestamp: number
}
export interface DeleteBeforeRequest extends Signed {
  readonly method: 'delete_before'
  readonly namespace: number | 'all'
  readonly before: number
}
export interface ExpireAllRequest extends Signed {
  readonly method: 'expire_all'
  readonly namespace: number | 'all'
  readonly expiry: number
}
export interface ExpireRequest extends Signed {
  readonly method: 'expire'
  readonly messages: readonly string[]
  readonly expiries: readonly number[]
  readonly mode: 'set' | 'shorten' | 'extend'
}
export interface GetExpiriesRequest extends Signed {
  readonly method: 'get_expiries'
  readonly messages: readonly string[]
  readonly timestamp: number
}
export interface RevokeRequest extends Signed {
  readonly method: 'revoke_subaccount' | 'unrevoke_subaccount'
  readonly tokens: readonly Uint8Array[]
  readonly timestamp: number
}
export interface RevokedRequest extends Signed {
  readonly method: 'revoked_subaccounts'
  readonly timestamp: number
}
export interface GetSwarmRequest extends Owned {
  readonly method: 'get_swarm'
}
export interface OxendRequest {
  readonly method: 'oxend_request'
  readonly endpoint: string
  readonly params: Record<string, unknown>
}
export interface PlainRequest {
  readonly method: 'info' | 'active_nodes_bin'
}
export interface BatchRequest {
  readonly method: 'batch' | 'sequence'
  readonly requests: readonly NodeRequest[]
}
export interface IfElseRequest {
  readonly method: 'ifelse'
  readonly conditions: Readonly<Record<string, readonly number[]>>
  readonly then?: NodeRequest
  readonly else?: NodeRequest
}

export type AccountRequest =
  | StoreRequest
  | RetrieveRequest
  | DeleteRequest
  | DeleteAllRequest
  | DeleteBeforeRequest
  | ExpireAllRequest
  | ExpireRequest
  | GetExpiriesRequest
  | RevokeRequest
  | RevokedRequest
export type NodeRequest = AccountRequest | GetSwarmRequest | OxendRequest | PlainRequest | BatchRequest | IfElseRequest
