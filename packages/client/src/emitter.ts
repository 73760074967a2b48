/** Typed events in order. A listener that throws or rejects is reported as `error` and stops nobody else. */
export interface Emitter<Events extends { readonly error: Error }> {
  on<K extends keyof Events>(name: K, listener: (event: Events[K]) => unknown): () => void
  emit<K extends keyof Events>(name: K, event: Events[K]): void
  /** Emits whatever was thrown as an `error` event. */
  report(thrown: unknown): void
  clear(): void
}

export function createEmitter<Events extends { readonly error: Error }>(): Emitter<Events> {
  type Listener = (event: never) => unknown
  const listeners = new Map<keyof Events, Set<Listener>>()

  const call = (name: keyof Events, event: unknown, onFailure: (thrown: unknown) => void) => {
    for (const listener of [...(listeners.get(name) ?? [])]) {
      try {
        const result = listener(event as never)
        Promise.resolve(result).catch(onFailure)
      } catch (thrown) {
        onFailure(thrown)
      }
    }
  }
  const report = (thrown: unknown) => {
    const error = thrown instanceof Error ? thrown : new Error('a listener threw something that is no error')
    // A listener of `error` that fails has nobody left to tell.
    call('error', error, () => {})
  }

  return {
    on(name, listener) {
      const set = listeners.get(name) ?? new Set<Listener>()
      // A wrapper for each call, so that one function added twice is called twice and removed once.
      const own: Listener = (event) => listener(event)
      listeners.set(name, set.add(own))
      return () => void set.delete(own)
    },
    emit: (name, event) => call(name, event, name === 'error' ? () => {} : report),
    report,
    clear: () => listeners.clear(),
  }
}
