/** Values by public key, at most `limit`; the oldest leaves first. */
export interface KeyCache<T> {
  get(publicKey: Uint8Array): T | undefined
  set(publicKey: Uint8Array, value: T): void
}

export function createKeyCache<T>(limit: number): KeyCache<T> {
  const values = new Map<string, T>()
  return {
    get: (publicKey) => values.get(name(publicKey)),
    set(publicKey, value) {
      if (values.size >= limit) values.delete(values.keys().next().value!)
      values.set(name(publicKey), value)
    },
  }
}

const name = (publicKey: Uint8Array): string => String.fromCharCode.apply(null, publicKey as unknown as number[])
