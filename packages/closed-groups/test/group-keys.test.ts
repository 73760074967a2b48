import { bytesToHex } from '@sessionkit/bytes'
import { ready } from '@sessionkit/crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { GENERATION_JUMP, GROUP_KEY_EXPIRY_MS, GroupKeys } from '../src/index.ts'
import { buildKeyMessage } from '../src/key-message.ts'
import { group, person } from './people.ts'

beforeAll(() => ready)

const day = 86_400_000
const start = 1_737_000_000_000
const g = group()
const [alice, bob, carol, dave] = ['alice', 'bob', 'carol', 'dave'].map(person) as [
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
]
const ids = [alice, bob, carol].map(({ sessionId }) => sessionId)
const admin = (dump?: Uint8Array): GroupKeys =>
  new GroupKeys({ groupId: g.groupId, member: alice, adminSeed: g.ed25519.seed, dump })
const member = (who = bob, dump?: Uint8Array): GroupKeys => new GroupKeys({ groupId: g.groupId, member: who, dump })
const hexKeys = (keys: GroupKeys): string[] => keys.keys().map(bytesToHex)
/** The key message of any generation and set of members. */
const made = (generation: number, memberIds: readonly string[] = ids): Uint8Array =>
  buildKeyMessage({ group: g, memberIds: [...memberIds].sort(), generation }).message

describe('rekey', () => {
  it('is pending until its message is seen', () => {
    const keys = admin()
    expect([keys.generation, keys.size, keys.encryptionKey()]).toEqual([0, 0, null])
    const message = keys.rekey({ memberIds: ids })
    expect(keys.pending?.generation).toBe(0)
    expect(keys.needsDump).toBe(true)
    const restored = admin(keys.dump())
    expect(keys.needsDump).toBe(false)
    expect(restored.pending).toEqual(keys.pending)
    for (const one of [keys, restored]) {
      expect(one.loadMessage({ hash: 'a', message, timestamp: start })).toEqual({
        foundKey: true,
        generation: 0,
        generationJump: false,
      })
      expect([one.pending, one.size, one.activeHashes]).toEqual([null, 1, ['a']])
    }
  })

  it('says the same whatever the order, case or repetition of the ids', () => {
    const upper = ids.map((id) => `05${id.slice(2).toUpperCase()}`)
    expect(admin().rekey({ memberIds: [...upper, ...ids].reverse() })).toEqual(admin().rekey({ memberIds: ids }))
  })

  it('has sizes that grow in steps of 75', () => {
    const many = Array.from({ length: 151 }, (_, i) => person(`m${i}`).sessionId)
    const sizes = [0, 1, 75, 76, 150, 151].map((count) => admin().rekey({ memberIds: many.slice(0, count) }).length)
    const [none, one] = sizes as [number, number]
    expect(one).toBe(3992)
    expect(sizes).toEqual([none, 3992, 3992, 7817, 7817, 11_642])
  })

  it('leaves out members whose key gives no secret', () => {
    const low = `0501${'00'.repeat(31)}`
    const keys = admin()
    expect(keys.rekey({ memberIds: [low, ...ids] }).length).toBe(3992)
  })

  it('drops a pending key for a later generation of somebody, not for another key of the same', () => {
    const keys = admin()
    keys.loadMessage({ hash: 'base', message: made(0), timestamp: start })
    const ours = keys.rekey({ memberIds: ids })
    keys.loadMessage({ hash: 'other', message: made(1, [...ids, dave.sessionId]), timestamp: start + 1 })
    expect(keys.pending?.message).toEqual(ours)
    keys.loadMessage({ hash: 'later', message: made(2), timestamp: start + 2 })
    expect(keys.pending).toBeNull()
  })

  it('needs an admin', () => {
    expect(() => member().rekey({ memberIds: ids })).toThrow(expect.objectContaining({ code: 'GROUP_NOT_ADMIN' }))
    expect(() => member().supplement({ memberIds: ids })).toThrow(expect.objectContaining({ code: 'GROUP_NOT_ADMIN' }))
  })
})

describe('supplement', () => {
  it('gives all confirmed keys, not the pending one', () => {
    const keys = admin()
    expect(() => keys.supplement({ memberIds: ids })).toThrow(expect.objectContaining({ code: 'GROUP_NO_KEY' }))
    for (const generation of [0, 1]) {
      keys.loadMessage({ hash: `${generation}`, message: made(generation), timestamp: start + generation })
    }
    keys.rekey({ memberIds: ids })
    const message = keys.supplement({ memberIds: [dave.sessionId, carol.sessionId] })
    expect(message).toEqual(keys.supplement({ memberIds: [carol.sessionId, dave.sessionId] }))
    const late = member(dave)
    expect(late.loadMessage({ hash: 's', message, timestamp: start + 5 }).foundKey).toBe(true)
    expect(hexKeys(late)).toEqual(hexKeys(keys).slice(1))
    expect(late.activeHashes).toEqual(['s'])
    const other = member(bob)
    expect(other.loadMessage({ hash: 's', message, timestamp: start + 5 }).foundKey).toBe(false)
    expect(other.activeHashes).toEqual(['s'])
    expect(() => keys.supplement({ memberIds: [] })).toThrow(expect.objectContaining({ code: 'GROUP_BAD_ARGUMENT' }))
  })
})

describe('store', () => {
  it('forgets what is 60 days out of use, by the times of the swarm alone', () => {
    const keys = member()
    keys.loadMessage({ hash: 'h0', message: made(0), timestamp: start })
    keys.loadMessage({ hash: 'h1', message: made(1), timestamp: start + day })
    keys.loadMessage({ hash: 'h2', message: made(2), timestamp: start + day + GROUP_KEY_EXPIRY_MS })
    // The key after the first is exactly 60 days old: not yet.
    expect([keys.size, keys.activeHashes.length]).toEqual([3, 3])
    keys.loadMessage({ hash: 'h3', message: made(3), timestamp: start + day + GROUP_KEY_EXPIRY_MS + 1 })
    expect([keys.size, keys.activeHashes.sort()]).toEqual([3, ['h1', 'h2', 'h3']])
    // Too old now: neither kept nor remembered.
    const before = keys.dump()
    expect(keys.loadMessage({ hash: 'h0', message: made(0), timestamp: start }).foundKey).toBe(true)
    expect([keys.size, keys.needsDump]).toEqual([3, false])
    const stale = member(bob, before)
    stale.loadMessage({ hash: 'x', message: made(9), timestamp: start + 400 * day })
    expect(stale.size).toBe(2)
    expect(stale.loadMessage({ hash: 'h0', message: made(0), timestamp: start }).foundKey).toBe(true)
    expect([stale.size, stale.activeHashes.includes('h0')]).toEqual([2, false])
  })

  it('keeps the first time of a key, and every hash', () => {
    const keys = member()
    keys.loadMessage({ hash: 'a', message: made(0), timestamp: start })
    keys.dump()
    keys.loadMessage({ hash: 'a', message: made(0), timestamp: start + 7 })
    expect(keys.needsDump).toBe(false)
    keys.loadMessage({ hash: 'b', message: made(0), timestamp: start + 7 })
    expect(keys.needsDump).toBe(true)
    expect([keys.size, keys.activeHashes]).toEqual([1, ['a', 'b']])
  })

  it('warns of an implausible generation and takes it', () => {
    const report = member().loadMessage({ hash: 'a', message: made(GENERATION_JUMP + 1), timestamp: start })
    expect(report).toEqual({ foundKey: true, generation: GENERATION_JUMP + 1, generationJump: true })
  })

  it('has equal dumps and results for equal content, through dumps too', () => {
    const keys = member()
    keys.loadMessage({ hash: 'b', message: made(0), timestamp: start })
    keys.loadMessage({ hash: 'a', message: made(0), timestamp: start })
    expect(member(bob, keys.makeDump()).makeDump()).toEqual(keys.makeDump())
  })

  it('becomes an admin once, and reads what was for others', () => {
    const keys = member(dave)
    expect(keys.loadMessage({ hash: 'a', message: made(0), timestamp: start }).foundKey).toBe(false)
    keys.loadAdminKey(g.ed25519.seed)
    keys.loadAdminKey(g.ed25519.seed.copy())
    expect(keys.loadMessage({ hash: 'a', message: made(0), timestamp: start }).foundKey).toBe(true)
    keys.wipe()
    expect([keys.isAdmin, keys.size]).toEqual([false, 0])
  })
})

describe('two admins at once', () => {
  const sets = [ids, [...ids, dave.sessionId], ids.slice(0, 2), [bob.sessionId]]
  const messages = [0, 1, 2].flatMap((generation) =>
    sets.map((set, i) => ({ generation, index: i, set, timestamp: start + ((generation * 7 + i * 5) % 11) * 1000 })),
  )

  it('converge in any order of arrival, with repetitions and restarts', () => {
    const cache = new Map(messages.map((item) => [item, made(item.generation, item.set)]))
    const load = (keys: GroupKeys, item: (typeof messages)[number]): void => {
      const message = cache.get(item) as Uint8Array
      keys.loadMessage({ hash: `${item.generation} ${item.index}`, message, timestamp: item.timestamp })
    }
    fc.assert(
      fc.property(fc.subarray(messages, { minLength: 1 }), fc.integer(), fc.nat(20), (chosen, seed, restart) => {
        const shuffled = [...chosen].sort(
          (a, b) => ((a.index * 31 + a.generation * 17) ^ seed) - ((b.index * 31 + b.generation * 17) ^ seed),
        )
        const [one, other] = [member(), member()]
        for (const item of chosen) load(one, item)
        let second = other
        for (const [i, item] of [...shuffled, ...shuffled.slice(0, 2)].entries()) {
          load(second, item)
          if (i === restart) second = member(bob, second.dump())
        }
        expect(hexKeys(second)).toEqual(hexKeys(one))
        expect(second.makeDump()).toEqual(one.makeDump())
      }),
      { numRuns: 60 },
    )
  })

  it('see the conflict, and resolve it with one message', () => {
    const [first, second] = [admin(), new GroupKeys({ groupId: g.groupId, member: carol, adminSeed: g.ed25519.seed })]
    const base = made(0)
    for (const keys of [first, second]) keys.loadMessage({ hash: 'base', message: base, timestamp: start })
    const a = first.rekey({ memberIds: ids })
    const b = second.rekey({ memberIds: [...ids, dave.sessionId] })
    expect(a).not.toEqual(b)
    for (const [keys, order] of [
      [first, [a, b]],
      [second, [b, a]],
    ] as const) {
      for (const message of order) {
        keys.loadMessage({
          hash: bytesToHex(message.slice(0, 30)),
          message,
          timestamp: message === a ? start + 9 : start + 5,
        })
      }
      expect([keys.needsRekey, keys.pending]).toEqual([true, null])
    }
    expect(first.encryptionKey()).toEqual(second.encryptionKey())
    const merged = [...ids, dave.sessionId]
    const resolving = first.rekey({ memberIds: merged })
    expect(second.rekey({ memberIds: merged })).toEqual(resolving)
    for (const keys of [first, second]) {
      keys.loadMessage({ hash: 'r', message: resolving, timestamp: start + 20 })
      expect([keys.needsRekey, keys.generation, keys.pending]).toEqual([false, 2, null])
    }
  })
})
