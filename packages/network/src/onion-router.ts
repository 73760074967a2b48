import type { PoolNode } from './pool.ts'

/** A node as events name it: public facts only. */
export interface RequestNode {
  /** Ed25519 key, hex. */
  readonly ed25519: string
  readonly ip: string
  readonly port: number
}

/** One onion request that is over, as an observer sees it. Holds no content and no keys but public ones. */
export interface RequestEvent {
  /** Counts up within a network; the attempts of one request share it. */
  readonly id: number
  /** Guard first. */
  readonly path: readonly RequestNode[]
  readonly destination: RequestNode
  /** `store`, `retrieve`, `batch` … */
  readonly method: string
  /** From 1. */
  readonly attempt: number
  /** Bytes of the POST body, and of its answer. */
  readonly bytesOut: number
  readonly bytesIn: number
  /** The destination's status where it answered, else the guard's, else undefined. */
  readonly status: number | undefined
  /** Code of the error where the attempt failed. */
  readonly error: string | undefined
  readonly ms: number
}

export interface ToNodeOptions {
  readonly node: PoolNode
  readonly method: string
  readonly params: object
  readonly signal?: AbortSignal | undefined
  /** Local time in ms at which no further attempt is made. */
  readonly deadline?: number
}

/** A destination's own answer, whatever its status. */
export interface NodeAnswer {
  readonly status: number
  /** The body as text: JSON for most answers. */
  readonly body: string
  readonly ms: number
}

/** A request to a node over a path: other hops and other paths are tried here, other destinations are not. */
export interface OnionRouter {
  toNode(options: ToNodeOptions): Promise<NodeAnswer>
}
