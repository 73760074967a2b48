import type { MessageRow } from './database.ts'
import { MAX_QUEUED_WRITES } from './limits.ts'

/** A write that a member did not answer: a message, or another request as it was forwarded. */
export type MissedWrite =
  | { readonly kind: 'data'; readonly row: MessageRow }
  | { readonly kind: 'command'; readonly method: string; readonly params: Uint8Array }

/** The missed writes of each peer, in order; the oldest are dropped beyond a limit. */
export class MissedWrites {
  readonly #queues = new Map<string, MissedWrite[]>()

  add(peer: string, write: MissedWrite): void {
    const queue = this.#queues.get(peer) ?? []
    queue.push(write)
    if (queue.length > MAX_QUEUED_WRITES) queue.shift()
    this.#queues.set(peer, queue)
  }

  peers(): string[] {
    return [...this.#queues.keys()]
  }

  /** Delivers until `deliver` says false: silence. A definite refusal counts as delivered and is not repeated. */
  async flush(peer: string, deliver: (write: MissedWrite) => Promise<boolean>): Promise<number> {
    const queue = this.#queues.get(peer)
    let delivered = 0
    while (queue !== undefined && queue.length > 0) {
      const write = queue[0]!
      if (!(await deliver(write))) return delivered
      delivered++
      // Another flush may run beside this one; the write at the front is dropped only once.
      if (queue[0] === write) queue.shift()
    }
    this.#queues.delete(peer)
    return delivered
  }
}
