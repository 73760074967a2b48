import { SessionKitError } from '@sessionkit/bytes'
import { describe, expect, it } from 'vitest'
import { expectField, expectRefusal } from '../src/vectors/expect.ts'
import { Unsupported } from '../src/vectors/outcome.ts'
import { runVectors, type VectorHandler } from '../src/vectors/runner.ts'

const handlers = (handler: VectorHandler, key = 'storage/op') => new Map([[key, handler]])
const file = (entries: unknown[], extra: object = {}) => ({
  title: 't',
  schema: 1,
  set: 'other',
  counts: { op: 99 },
  operations: { op: entries },
  ...extra,
})
const first = async (handler: VectorHandler, entries: unknown[], extra?: object) => {
  const report = await runVectors('storage.json', file(entries, extra), { handlers: handlers(handler) })
  return report.operations[0]!
}

describe('the runner', () => {
  it('passes what is equal and fails the first difference, entry by entry', async () => {
    const report = await first(
      (entry) => expectField(entry, 'out', { a: [1, 2], b: 'x' }, 'out'),
      [
        { out: { b: 'x', a: [1, 2] } },
        { out: { a: [1, 3], b: 'x' } },
        { out: { a: [1, 2], b: 'x', more: true } },
        { other: 1 },
      ],
    )
    expect(report).toMatchObject({ passed: 2, failed: 2, unsupported: 0 })
    expect(report.failures).toEqual([
      { index: 1, detail: 'out.a[1]: expected 3, got 2' },
      { index: 2, detail: 'out.more: expected true, got nothing' },
    ])
  })

  it('compares bytes as hex and cuts long values', async () => {
    const long = 'ab'.repeat(100)
    const report = await first((entry) => expectField(entry, 'h', new Uint8Array([1, 2])), [{ h: '0102' }, { h: long }])
    expect(report.passed).toBe(1)
    expect(report.failures[0]!.detail).toMatch(/^h: expected "(ab)+a?…, got "0102"$/)
    expect(report.failures[0]!.detail.length).toBeLessThan(110)
  })

  it('takes only a typed error for a refusal', async () => {
    const attempts = [
      () => {
        throw new SessionKitError('X_BAD', 'bad')
      },
      () => {
        throw new TypeError('undefined is not a function')
      },
      () => {
        throw new RangeError('out of range')
      },
      () => 'accepted',
      () => {
        throw new SessionKitError('CRYPTO_NOT_READY', 'await ready')
      },
    ]
    const report = await first(
      (entry) => void expectRefusal('it', attempts[entry.n as number]!),
      [{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }],
    )
    expect(report.passed).toBe(1)
    expect(report.failures.map(({ index }) => index)).toEqual([1, 2, 3, 4])
  })

  it('counts what it cannot do as unsupported', async () => {
    const unknown = await runVectors('storage.json', file([{}, {}]), { handlers: new Map() })
    expect(unknown.operations[0]).toMatchObject({ passed: 0, failed: 0, unsupported: 2 })
    const some = await first(
      (entry) => {
        if (entry.enc === 'rot13') throw new Unsupported('enc rot13')
      },
      [{ enc: 'rot13' }, {}],
    )
    expect(some).toMatchObject({ passed: 1, failed: 0, unsupported: 1, reasons: ['enc rot13'] })
    expect((await runVectors('storage.json', file([]), { handlers: new Map() })).operations[0]!.reasons).toHaveLength(1)
  })

  it('hands out the recorded randomness and fails every other use', async () => {
    const rng = ['0102', '03']
    const draw =
      (...lengths: number[]): VectorHandler =>
      (entry, { random }) => {
        for (const length of lengths) {
          const bytes = random(length)
          if (bytes.length !== length) throw new Error('length')
        }
        expectField(entry, 'x', 1)
      }
    const outcome = async (handler: VectorHandler) => (await first(handler, [{ rng, x: 1 }])).failures[0]?.detail
    expect(await outcome(draw(2, 1))).toBeUndefined()
    expect(await outcome(draw(2))).toMatch(/1 of 2 strings not used/)
    expect(await outcome(draw())).toMatch(/2 of 2 strings not used/)
    expect(await outcome(draw(2, 1, 1))).toMatch(/the list has 2 strings/)
    expect(await outcome(draw(1, 1))).toMatch(/asked for 1 bytes, but the list has 2/)
    const caught: VectorHandler = (_, { random }) => {
      random(2)
      random(1)
      try {
        random(8)
      } catch {}
    }
    expect(await outcome(caught)).toMatch(/asked for 8/)
    expect((await first(draw(1), [{}])).failed).toBe(1)
    expect((await first(() => {}, [{ rng: 'zz' }, { rng: ['zz'] }])).failed).toBe(2)
  })

  it('isolates entries from one another', async () => {
    const shared = { list: [1] }
    const handler: VectorHandler = (entry) => {
      const { list } = entry.shared as typeof shared
      list.push(2)
      expectField({ length: 2 }, 'length', list.length)
    }
    expect(await first(handler, [{ shared }, { shared }])).toMatchObject({ passed: 2, failed: 0 })
    expect(await first(handler, [null, 7, { shared }])).toMatchObject({ passed: 1, failed: 2 })
  })

  it('gives handlers the frozen clock and the envelope', async () => {
    const seen: unknown[] = []
    const handler: VectorHandler = (_, context) =>
      void seen.push([context.clock, context.meta.swarm_sets, context.index])
    await first(handler, [{}], { clock_ms: 1753000000456, swarm_sets: { A: [] } })
    await first(handler, [{}, {}], { clock_unix_seconds: 1737331200 })
    await first(handler, [{}])
    expect(seen).toEqual([
      [1753000000456, { A: [] }, 0],
      [1737331200000, undefined, 0],
      [1737331200000, undefined, 1],
      [undefined, undefined, 0],
    ])
  })

  it('selects handlers by the last part of the name, else by the title', async () => {
    const stem = async (name: string, title = 'something else') =>
      (await runVectors(name, { ...file([{}]), title }, { handlers: new Map() })).stem
    expect(await stem('storage.json')).toBe('storage')
    expect(await stem('/a/libsession-onion.json/storage-2.json')).toBe('storage')
    expect(await stem('libsession-onion.hidden.json')).toBe('libsession-onion')
    expect(await stem('libsession-config-user-profile-7.json')).toBe('libsession-config-user-profile')
    expect(await stem('hidden.libsession-onion.json')).toBe('libsession-onion')
    expect(await stem('C:\\x\\identity.JSON')).toBe('identity')
    expect(await stem('fresh.json', 'onion requests (every layer) and responses')).toBe('libsession-onion')
    expect(await stem('fresh.json', 'storage')).toBe('storage')
    expect(await stem('fresh.json')).toBeNull()
  })

  it('refuses files as a whole that it does not understand', async () => {
    const all = handlers(() => {})
    for (const content of [null, [], 'x', { schema: 2, operations: { op: [{}] } }, {}, { operations: 7 }]) {
      const report = await runVectors('storage.json', content, { handlers: all })
      expect(report.refused).toBeTypeOf('string')
      expect(report.operations).toEqual([])
    }
  })

  it('reads files whose top level is the operations', async () => {
    const content = { title: 't', encoding: 'e', verified: 'v', one: { a: 1 }, many: [{}, {}] }
    const report = await runVectors('identity.json', content, { handlers: handlers(() => {}, 'identity/one') })
    expect(report.operations.map(({ name, passed, unsupported }) => [name, passed, unsupported])).toEqual([
      ['one', 1, 0],
      ['many', 0, 2],
    ])
    const v2 = { title: 't', reference_inputs: { x: {} }, regression_vectors: { y: [{}, {}], z: {} } }
    const names = (await runVectors('protocol-v2.json', v2)).operations.map(({ name, unsupported }) => [
      name,
      unsupported,
    ])
    expect(names).toEqual([
      ['reference_inputs.x', 1],
      ['regression_vectors.y', 2],
      ['regression_vectors.z', 1],
    ])
  })

  it('is not confused by names that objects inherit', async () => {
    const content = { ...file([]), operations: { constructor: [{}], toString: [{}], hasOwnProperty: [{}] } }
    const report = await runVectors('storage.json', content)
    expect(report.operations.map(({ unsupported }) => unsupported)).toEqual([1, 1, 1])
  })
})
