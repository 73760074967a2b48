import { bytesToHex } from '@sessionkit/bytes'
import { blake2b } from '@sessionkit/crypto'
import { MAX_RECORDS } from './limits.ts'

/**
 * What a node was in a request, as far as it can know: a middle node cannot tell whether the next one is the
 * destination. `storage` is a write that another member of the swarm forwarded, or a direct request of a client.
 */
export type NodeRole = 'guard' | 'middle' | 'exit' | 'destination' | 'storage'

/** What one node really saw of one request. */
export interface NodeRecord {
  /** When the request came in, by the node's clock in milliseconds. */
  readonly at: number
  /** Ed25519 key of the node that writes this. */
  readonly node: string
  readonly role: NodeRole
  /** The client's `ip:port` from its socket, or the Ed25519 key with which the previous node signed. */
  readonly previous: string
  readonly previousIsNode: boolean
  /** Ed25519 key of the next node, `host` of a server, or null when the request ended here. */
  readonly next: string | null
  /** Bytes that came in. */
  readonly bytesIn: number
  /** Bytes sent on to the next node; 0 where the request ended. */
  readonly bytesOut: number
  /** Bytes of the answer that went back. */
  readonly answerBytes: number
  readonly hopNumber: number
  /** Whether this node could read the request. */
  readonly plaintextVisible: boolean
  /** Only where the request could be read. */
  readonly method: string | null
  /** HTTP status towards the previous node or the client. */
  readonly status: number
  /** BLAKE2b-256 of the encrypted blob that came in and of the one that went out: an observer of both ends can join. */
  readonly blobHashIn: string | null
  readonly blobHashOut: string | null
}

export function blobHash(blob: Uint8Array): string {
  return bytesToHex(blake2b({ message: blob, length: 32 }))
}

/** The last records of a node; older ones are dropped. */
export class RecordRing {
  #records: NodeRecord[] = []

  add(record: NodeRecord): void {
    this.#records.push(record)
    // Cutting in halves keeps an add cheap.
    if (this.#records.length > MAX_RECORDS * 2) this.#records = this.#records.slice(-MAX_RECORDS)
  }

  list(): NodeRecord[] {
    return this.#records.slice(-MAX_RECORDS)
  }

  clear(): void {
    this.#records = []
  }
}
