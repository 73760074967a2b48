import { describe, expect, it } from 'vitest'
import type { DemoEvent } from '../src/demo/events.ts'
import { sessionkit } from './capture.ts'

type Of<T extends DemoEvent['type']> = Extract<DemoEvent, { type: T }>

describe('sessionkit demo', () => {
  it('does and checks the whole story', { timeout: 30_000 }, async () => {
    const { code, out, err } = await sessionkit(['demo', '--json', '--nodes', '10'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const events = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as DemoEvent)
    const all = <T extends DemoEvent['type']>(type: T) => events.filter((event): event is Of<T> => event.type === type)

    expect(all('devnet')[0]!.nodes).toHaveLength(10)
    const [ada, bob, restored] = all('account')
    expect(restored!.sessionId).toBe(bob!.sessionId)

    const answered = all('request').filter(({ ok }) => ok)
    expect(answered.length).toBeGreaterThan(6)
    for (const { path, destination, sights } of answered) {
      expect(new Set([...path, destination]).size).toBe(4)
      expect(sights.map(({ role, node }) => [role, node])).toEqual([
        ['guard', path[0]],
        ['middle', path[1]],
        ['exit', path[2]],
        ['destination', destination],
      ])
      expect(sights[0]!.previous).toMatch(/^client /)
      expect(sights.slice(1).every(({ previous }) => previous.startsWith('node '))).toBe(true)
      expect(sights.map(({ method }) => method !== null)).toEqual([false, false, false, true])
    }

    const stopped = all('stopped').map(({ node }) => node)
    expect(stopped).toHaveLength(2)
    const afterwards = events.slice(events.findIndex(({ type }) => type === 'stopped'))
    for (const event of afterwards) {
      if (event.type === 'request' && event.ok) {
        expect([...event.path, event.destination].filter((node) => stopped.includes(node))).toEqual([])
      }
    }
    for (const { heldBy, running, signedBy } of all('stored')) {
      expect(heldBy).toEqual(running)
      expect(signedBy).toBeGreaterThan(0)
    }
    const received = all('received').map(({ who, sender, text }) => [who, sender, text])
    expect(received.filter(([who]) => who === 'Ada')).toEqual([['Ada', bob!.sessionId, expect.any(String)]])
    expect(received.filter(([who]) => who === 'Bob').every(([, sender]) => sender === ada!.sessionId)).toBe(true)
    expect(received.filter(([who]) => who === 'Bob’s new device')).toHaveLength(3)
    expect(all('summary')).toMatchObject([{ ok: true, claims: all('claim').length, requests: answered.length }])
  })

  it('is plain in a pipe and drawn on a terminal', { timeout: 60_000 }, async () => {
    const plain = await sessionkit(['demo', '--nodes', '10'])
    expect(plain.code).toBe(0)
    expect(plain.out).not.toContain('\u001b')
    expect(plain.out).toMatch(/All \d+ claims held over \d+ requests/)
    const live = await sessionkit(['demo', '--nodes', '10'], { terminal: true })
    expect(live.code).toBe(0)
    expect(live.out.endsWith('\u001b[?25h')).toBe(true)
    expect(live.out).toContain('✕')
  })

  it('ends with 1 when it is stopped', { timeout: 30_000 }, async () => {
    const stop = new AbortController()
    const onOut = (text: string) => {
      if (text.includes('"step":3')) stop.abort()
    }
    const { code, out } = await sessionkit(['demo', '--json', '--nodes', '10'], { stop: stop.signal, onOut })
    expect(code).toBe(1)
    expect(JSON.parse(out.trimEnd().split('\n').at(-1)!)).toMatchObject({ type: 'error', code: 'CLI_CANCELLED' })
  })
})
