/** Where one node stood in one request. */
export type Role = 'guard' | 'middle' | 'exit' | 'destination'

/** A node as the demo names it. */
export interface DemoNode {
  /** From 1. */
  readonly number: number
  readonly ed25519: string
  readonly address: string
  readonly swarm: string
}

/** What one node really saw of one request, out of its own records. */
export interface Sight {
  readonly role: Role
  readonly node: number
  readonly address: string
  /** Who handed it the request. */
  readonly previous: string
  /** Whom it handed the rest to; null at the destination. */
  readonly next: string | null
  readonly bytesIn: number
  /** Passed on to the next node. */
  readonly bytesOut: number
  /** Handed back as the answer. */
  readonly answerBytes: number
  /** The storage method, which only the destination can read. */
  readonly method: string | null
}

export interface Stored {
  readonly hash: string
  readonly swarm: string
  /** Numbers of the nodes whose databases hold it. */
  readonly heldBy: readonly number[]
  /** Numbers of the nodes of the swarm that run. */
  readonly running: readonly number[]
  /** Members that confirmed with a valid signature. */
  readonly signedBy: number
}

/** The demo as it happens; one JSON line each with `--json`. */
export type DemoEvent =
  | { readonly type: 'devnet'; readonly nodes: readonly DemoNode[]; readonly ms: number }
  | { readonly type: 'step'; readonly step: number; readonly title: string }
  | { readonly type: 'account'; readonly name: string; readonly sessionId: string; readonly swarm: string }
  | {
      readonly type: 'request'
      readonly who: string
      readonly method: string
      readonly attempt: number
      readonly ms: number
      readonly ok: boolean
      /** The code of a failed attempt. */
      readonly error: string | null
      readonly path: readonly number[]
      readonly destination: number
      readonly sights: readonly Sight[]
    }
  | ({ readonly type: 'stored'; readonly from: string; readonly to: string; readonly text: string } & Stored)
  | {
      readonly type: 'received'
      readonly who: string
      readonly text: string
      readonly sender: string
      readonly senderName: string
      readonly verified: true
    }
  /** The network gave up, and the person tries once more. */
  | { readonly type: 'again'; readonly who: string; readonly error: string }
  | { readonly type: 'stopped'; readonly node: number; readonly why: string }
  | { readonly type: 'claim'; readonly claim: string; readonly held: true; readonly detail: string }
  | {
      readonly type: 'summary'
      readonly ok: true
      readonly claims: number
      readonly requests: number
      readonly ms: number
    }
