import { ready } from '@sessionkit/crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  binaryToBytes,
  bytesToBinary,
  Config,
  type ConfigMessage,
  emptyMessage,
  encryptConfig,
  finishDraft,
  incrementMessage,
  mergeConfigMessages,
  padConfig,
  parseConfigMessage,
  type StoredConfig,
} from '../src/index.ts'
import { contacts, generator, generic, id, key, now, publish, stored } from './devices.ts'

beforeAll(() => ready)

type Edit = readonly [path: number, what: number]
const edits = fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { minLength: 1, maxLength: 6 })

function apply(config: Config, list: readonly Edit[]): void {
  for (const [path, what] of list) {
    const dict = ['d', `k${path % 3}`]
    if (what === 0) config.erase(dict)
    else if (what === 1) config.set([...dict, 'a'], BigInt(path))
    else if (what === 2) config.set([...dict, 'b'], `v${path}`)
    else if (what === 3) config.changeSet(['s'], { add: [BigInt(path), `m${path}`] })
    else if (what === 4) config.changeSet(['s'], { remove: [BigInt(path)] })
    else config.set(['x'], path % 2 === 0 ? BigInt(path) : new Set([`s${path}`]))
  }
}

/** What several devices published from one base, each with its own edits. */
function forks(base: readonly Edit[], lists: readonly (readonly Edit[])[]): [StoredConfig[], StoredConfig[]] {
  const first = generic()
  first.set(['base'], 1n)
  apply(first, base)
  const start = publish(first)
  const others = lists.flatMap((list, i) => {
    const device = generic(first.makeDump())
    device.set(['device'], BigInt(i))
    apply(device, list)
    return publish(device)
  })
  return [start, others]
}

const result = (config: Config): string => bytesToBinary(config.plaintext())

describe('merging', () => {
  it('does not depend on the order, nor on duplicates', () => {
    fc.assert(
      fc.property(edits, fc.array(edits, { minLength: 1, maxLength: 4 }), fc.nat(), (base, lists, order) => {
        const [start, others] = forks(base, lists)
        const random = generator(order)
        const all = [...start, ...others]
        const merged = [all, [...all].sort(() => random() - 0.5), [...all, ...all].sort(() => random() - 0.5)].map(
          (list) => {
            const config = generic()
            expect(config.merge(list).rejected).toEqual([])
            return result(config)
          },
        )
        expect(new Set(merged).size).toBe(1)
      }),
      { numRuns: 150 },
    )
  })

  it('converges to equal dumps, however the messages are split between two devices', () => {
    fc.assert(
      fc.property(edits, fc.array(edits, { minLength: 2, maxLength: 4 }), fc.nat(), (base, lists, order) => {
        const [start, others] = forks(base, lists)
        const random = generator(order)
        const devices = [generic(), generic()]
        for (const device of devices) device.merge(start)
        for (const message of others) devices[random() < 0.5 ? 0 : 1]!.merge([message])
        let swarm: StoredConfig[] = [...start, ...others]
        for (let round = 0; round < 5; round++) {
          for (const device of devices) {
            device.merge(swarm)
            if (!device.needsPush) continue
            const push = device.push()
            const added = stored(push)
            swarm = [...swarm, ...added].filter(({ hash }) => !push.obsoleteHashes.includes(hash))
            device.confirmPushed({ seqno: push.seqno, hashes: added.map(({ hash }) => hash) })
          }
        }
        expect(devices.map((device) => device.needsPush)).toEqual([false, false])
        expect(result(devices[0]!)).toBe(result(devices[1]!))
        expect(devices[0]!.currentHashes).toEqual(devices[1]!.currentHashes)
        // The hashes to delete are each device's own business.
        const [a, b] = devices.map((device) => {
          device.confirmPushed({ seqno: device.push().seqno, hashes: [] })
          return generic(device.makeDump())
        })
        expect(a!.data()).toEqual(b!.data())
      }),
      { numRuns: 100 },
    )
  })

  it('is idempotent: what was merged changes nothing', () => {
    fc.assert(
      fc.property(edits, fc.array(edits, { minLength: 1, maxLength: 3 }), (base, lists) => {
        const [start, others] = forks(base, lists)
        const config = generic()
        config.merge([...start, ...others])
        const before = result(config)
        config.merge([...others, ...start])
        expect(result(config)).toBe(before)
      }),
      { numRuns: 100 },
    )
  })

  it('a diff replayed on the old data gives the new data', () => {
    fc.assert(
      fc.property(edits, edits, (base, list) => {
        const [start, others] = forks(base, [list])
        const config = generic()
        config.merge([...start, ...others])
        const message = parseConfigMessage(config.plaintext())
        expect(message.seqno).toBe(2)
        expect(config.needsPush).toBe(false)
      }),
      { numRuns: 50 },
    )
  })

  it('edits of different fields of one contact both survive; of one field the higher hash wins', () => {
    const a = contacts()
    a.set({ sessionId: id(1), name: 'one' })
    const start = publish(a)
    const b = contacts()
    b.merge(start)
    a.set({ sessionId: id(1), approved: true, nickname: 'from a' })
    b.set({ sessionId: id(1), blocked: true, nickname: 'from b' })
    const both = [...publish(a), ...publish(b)]
    const winner = bytesToBinary(parseHash(a.config)) > bytesToBinary(parseHash(b.config)) ? 'from a' : 'from b'
    a.merge(both)
    b.merge(both)
    expect(a.get(id(1))).toMatchObject({ approved: true, blocked: true, nickname: winner })
    expect(result(a.config)).toBe(result(b.config))
  })

  it('a record that one device deletes and another edits is still readable', () => {
    const a = contacts()
    a.set({ sessionId: id(1), name: 'one', approved: true })
    const start = publish(a)
    const b = contacts()
    b.merge(start)
    a.erase(id(1))
    b.set({ sessionId: id(1), blocked: true })
    const both = [...publish(a), ...publish(b)]
    const c = contacts()
    c.merge([...start, ...both])
    const left = c.get(id(1))
    if (left !== null) expect(left).toMatchObject({ name: '', approved: false, blocked: true })
  })

  it('a clean device writes the whole data as its diff, one with edits an empty one', () => {
    const [start, others] = forks([[0, 1]], [[[1, 1]], [[2, 2]]])
    const clean = generic()
    clean.merge(start)
    const dirty = generic()
    dirty.merge(start)
    dirty.set(['mine'], 1n)
    clean.merge(others)
    dirty.merge(others)
    expect([...parseConfigMessage(clean.plaintext()).diff.keys()]).toEqual([...clean.keys([])])
    expect(parseConfigMessage(dirty.plaintext()).diff.size).toBe(0)
    expect(dirty.getInteger(['mine'])).toBe(1n)
  })

  it('a message five seqnos behind is stale', () => {
    const a = generic()
    a.set(['n'], 0n)
    const old = publish(a)
    for (let n = 1n; n <= 5n; n++) {
      a.set(['n'], n)
      publish(a)
    }
    const b = generic(a.makeDump())
    b.merge(old)
    expect([b.needsPush, b.getInteger(['n'])]).toEqual([false, 5n])
    expect(b.push().obsoleteHashes).toContain(old[0]!.hash)
  })

  it('a reader of a signed config takes the newest instead of merging, and cannot edit', () => {
    const sign = (message: Uint8Array): Uint8Array => new Uint8Array(64).fill(message.length % 251)
    const verify = ({ message, signature }: { message: Uint8Array; signature: Uint8Array }): boolean =>
      signature[0] === message.length % 251
    const admin = (dump?: Uint8Array): Config => new Config({ domain: 'Test', keys: [key], sign, verify, dump, now })
    const a = admin()
    a.set(['n'], 1n)
    const start = publish(a)
    const b = admin(a.makeDump())
    expect(result(b)).toBe(result(a))
    a.set(['a'], 1n)
    b.set(['bb'], 1n)
    const both = [...publish(a), ...publish(b)]
    const reader = new Config({ domain: 'Test', keys: [key], verify, now })
    reader.merge([...start, ...both])
    expect([reader.seqno, reader.needsPush]).toEqual([2, false])
    expect(() => reader.set(['x'], 1n)).toThrow('signed by others')
    a.merge(both)
    expect([a.seqno, a.getInteger(['a']), a.getInteger(['bb'])]).toEqual([3, 1n, 1n])
    const merged = publish(a)
    expect(reader.merge(merged).accepted.length).toBe(1)
    expect(reader.getInteger(['bb'])).toBe(1n)
    expect(generic().merge(merged).accepted.length).toBe(1)
  })

  it('unknown keys are kept and published again, except by a merge of several', () => {
    const text = 'd1:#i3e1:$u1:&d1:ai1e3:newd1:xi5eee1:<le1:=de3:_zzli1eee'.replace('$u', '$3:abc')
    const config = generic()
    const incoming = { hash: 'h', data: seal(text) }
    config.merge([incoming])
    expect(result(config)).toBe(text)
    config.set(['a'], 2n)
    expect([...parseConfigMessage(config.plaintext()).unknown]).toEqual([
      ['$', '3:abc'],
      ['_zz', 'li1ee'],
    ])
    expect(config.getInteger(['new', 'x'])).toBe(5n)
    expect(generic(config.makeDump()).getInteger(['new', 'x'])).toBe(5n)
  })

  it('takes time in proportion to the messages', () => {
    const message = (seqno: number, entries: number, mark: string): ConfigMessage => {
      const draft = incrementMessage({ ...emptyMessage(), seqno: seqno - 1 })
      for (let i = 0; i < entries; i++) draft.data.set(`${i}`.padStart(6, '0'), new Map([['n', `${mark}${i}`]]))
      return finishDraft(draft)
    }
    // Not a measurement: something quadratic in 40 messages of 2,000 records would not end in a test's time.
    const messages = Array.from({ length: 40 }, (_, i) => message(9, 2000, `m${i}`))
    const merged = mergeConfigMessages({ messages })
    expect(merged.type === 'merged' && merged.data.size).toBe(2000)
  })
})

function parseHash(config: Config): Uint8Array {
  return binaryToBytes(parseConfigMessage(config.plaintext()).hash)
}

function seal(text: string): Uint8Array {
  return sealBytes(binaryToBytes(text))
}

function sealBytes(bytes: Uint8Array): Uint8Array {
  return encryptConfig({ padded: padConfig(bytes), key, domain: 'Test' })
}
