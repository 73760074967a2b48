import { parseSessionId } from '@sessionkit/session-id/id'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../src/memory-store.ts'

const ada = parseSessionId(`05${'a1'.repeat(32)}`)
const bob = parseSessionId(`05${'b2'.repeat(32)}`)
const message = (id: string, timestamp: number, conversation = ada) => ({
  id,
  conversation,
  sender: conversation,
  text: id,
  timestamp,
  outgoing: false,
  hash: `hash of ${id}`,
})

describe('the memory store', () => {
  it('keeps messages by time and conversation, each once', async () => {
    const store = memoryStore()
    await store.commit({ now: 0, messages: [message('b', 2), message('a', 1), message('c', 3, bob)] })
    await store.commit({ now: 0, messages: [message('a', 1)] })
    expect((await store.messages()).map(({ id }) => id)).toEqual(['a', 'b', 'c'])
    expect((await store.messages({ conversation: bob })).map(({ id }) => id)).toEqual(['c'])
  })

  it('forgets what was seen when its time has come', async () => {
    const store = memoryStore()
    await store.commit({ now: 0, seen: [{ key: 'x', until: 10 }] })
    await store.commit({ now: 1, seen: [{ key: 'x', until: 5 }] })
    expect(await store.seen(['x', 'y'])).toEqual(new Set(['x']))
    await store.commit({ now: 10 })
    expect(await store.seen(['x'])).toEqual(new Set())
  })

  it('keeps one cursor for each node, account and namespace', async () => {
    const store = memoryStore()
    const key = { node: 'n', account: ada, namespace: 0 }
    await store.commit({ now: 0, cursors: [{ ...key, lastHash: 'h' }] })
    expect(await store.cursor(key)).toBe('h')
    for (const other of [{ node: 'm' }, { account: bob }, { namespace: 2 }]) {
      expect(await store.cursor({ ...key, ...other })).toBeUndefined()
    }
  })
})
