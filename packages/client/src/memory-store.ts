import type { ClientStore, CursorKey, StoredMessage } from './store.ts'

/** A store that is gone with the process. Messages are kept until then, seen keys until their time. */
export function memoryStore(): ClientStore {
  const seen = new Map<string, number>()
  const cursors = new Map<string, string>()
  const messages = new Map<string, StoredMessage>()
  const cursorKey = ({ node, account, namespace }: CursorKey) => `${node} ${account} ${namespace}`
  return {
    seen: async (keys) => new Set(keys.filter((key) => seen.has(key))),
    cursor: async (key) => cursors.get(cursorKey(key)),
    async messages({ conversation } = {}) {
      return [...messages.values()]
        .filter((message) => conversation === undefined || message.conversation === conversation)
        .sort((a, b) => a.timestamp - b.timestamp || (a.id < b.id ? -1 : 1))
    },
    async commit(change) {
      for (const [key, until] of seen) if (until <= change.now) seen.delete(key)
      for (const { key, until } of change.seen ?? []) seen.set(key, Math.max(until, seen.get(key) ?? 0))
      for (const cursor of change.cursors ?? []) cursors.set(cursorKey(cursor), cursor.lastHash)
      for (const message of change.messages ?? []) messages.set(message.id, { ...message })
    },
  }
}
