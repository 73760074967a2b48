import { describe, expect, it } from 'vitest'
import { createEmitter } from '../src/emitter.ts'

interface Events {
  readonly tick: number
  readonly error: Error
}

describe('the emitter', () => {
  it('calls listeners in order until they are removed', () => {
    const emitter = createEmitter<Events>()
    const got: string[] = []
    const off = emitter.on('tick', (n) => got.push(`a${n}`))
    emitter.on('tick', (n) => got.push(`b${n}`))
    emitter.emit('tick', 1)
    off()
    off()
    emitter.emit('tick', 2)
    expect(got).toEqual(['a1', 'b1', 'b2'])
  })

  it('reports a listener that throws or rejects, and calls the others', async () => {
    const emitter = createEmitter<Events>()
    const got: unknown[] = []
    emitter.on('error', (error) => got.push(error.message))
    emitter.on('tick', () => {
      throw new Error('thrown')
    })
    emitter.on('tick', async () => {
      throw new Error('rejected')
    })
    emitter.on('tick', () => {
      throw 'text'
    })
    emitter.on('tick', (n) => got.push(n))
    emitter.emit('tick', 7)
    expect(got).toEqual(['thrown', 'a listener threw something that is no error', 7])
    await new Promise((resolve) => setImmediate(resolve))
    expect(got).toContain('rejected')
  })

  it('does not go in circles when an error listener fails', async () => {
    const emitter = createEmitter<Events>()
    let calls = 0
    emitter.on('error', () => {
      calls += 1
      throw new Error('again')
    })
    emitter.report(new Error('first'))
    await new Promise((resolve) => setImmediate(resolve))
    expect(calls).toBe(1)
  })

  it('forgets everybody when cleared', () => {
    const emitter = createEmitter<Events>()
    emitter.on('tick', () => expect.unreachable())
    emitter.clear()
    emitter.emit('tick', 1)
  })
})
