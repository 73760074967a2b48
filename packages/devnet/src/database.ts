/** One stored message. Rows are in the order of arrival at this node. Protocol page 04, section 6. */
export interface MessageRow {
  readonly hash: string
  /** 66 lower-case hex digits. */
  readonly owner: string
  readonly namespace: number
  readonly timestamp: number
  expiry: number
  readonly data: Uint8Array
}

/** The messages and revocations of one node, in memory. A message hash is unique over the whole node. */
export class Database {
  // A Map keeps insertion order, which is what a row id is for.
  readonly #rows = new Map<string, MessageRow>()
  readonly #boxes = new Map<string, Map<string, MessageRow>>()
  readonly #revoked = new Map<string, string[]>()

  get size(): number {
    return this.#rows.size
  }

  find(owner: string, hash: string): MessageRow | undefined {
    const row = this.#rows.get(hash)
    return row?.owner === owner ? row : undefined
  }

  /** Adds a row; a hash that is there keeps its row, and its expiry becomes the later of both. */
  insert(row: MessageRow): { readonly row: MessageRow; readonly already: boolean } {
    const old = this.#rows.get(row.hash)
    if (old !== undefined) {
      old.expiry = Math.max(old.expiry, row.expiry)
      return { row: old, already: true }
    }
    this.#rows.set(row.hash, row)
    const key = boxKey(row.owner, row.namespace)
    const box = this.#boxes.get(key)
    if (box === undefined) this.#boxes.set(key, new Map([[row.hash, row]]))
    else box.set(row.hash, row)
    return { row, already: false }
  }

  remove(row: MessageRow): void {
    if (!this.#rows.delete(row.hash)) return
    const key = boxKey(row.owner, row.namespace)
    const box = this.#boxes.get(key)
    box?.delete(row.hash)
    if (box?.size === 0) this.#boxes.delete(key)
  }

  /** The rows of one namespace of an account, or of all its namespaces. */
  rows(owner: string, namespace: number | 'all'): MessageRow[] {
    if (namespace !== 'all') return [...(this.#boxes.get(boxKey(owner, namespace))?.values() ?? [])]
    const prefix = `${owner}/`
    return [...this.#boxes].flatMap(([key, box]) => (key.startsWith(prefix) ? [...box.values()] : []))
  }

  all(): MessageRow[] {
    return [...this.#rows.values()]
  }

  /** Drops rows whose time has come and tells how many. */
  sweep(now: number): number {
    let dropped = 0
    for (const row of this.#rows.values()) {
      if (row.expiry > now) continue
      this.remove(row)
      dropped++
    }
    return dropped
  }

  isRevoked(owner: string, token: string): boolean {
    return this.#revoked.get(owner)?.includes(token) ?? false
  }

  /** Remembers tokens (hex), at most `limit` an account, dropping the oldest. */
  revoke(owner: string, tokens: readonly string[], limit: number): void {
    const list = [...(this.#revoked.get(owner) ?? []).filter((token) => !tokens.includes(token)), ...new Set(tokens)]
    this.#revoked.set(owner, list.slice(-limit))
  }

  /** Forgets tokens and tells how many of them had been revoked. */
  unrevoke(owner: string, tokens: readonly string[]): number {
    const list = this.#revoked.get(owner) ?? []
    const left = list.filter((token) => !tokens.includes(token))
    if (left.length === 0) this.#revoked.delete(owner)
    else this.#revoked.set(owner, left)
    return list.length - left.length
  }

  revoked(owner: string): readonly string[] {
    return this.#revoked.get(owner) ?? []
  }
}

function boxKey(owner: string, namespace: number): string {
  return `${owner}/${namespace}`
}
