import { ready } from '@sessionkit/crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  binaryToBytes,
  bytesToBinary,
  Config,
  ConvoInfoVolatile,
  canonicalBaseUrl,
  decompressBody,
  encryptConfig,
  MAX_SEQNO,
  padConfig,
  splitConfig,
  UserGroups,
} from '../src/index.ts'
import { account, codeOf, contacts, generic, id, key, now, publish, stored } from './devices.ts'

beforeAll(() => ready)

const sealed = (text: string): Uint8Array =>
  encryptConfig({ padded: padConfig(binaryToBytes(text)), key, domain: 'Test' })
const nested = (levels: number): Map<string, never> =>
  new Map([['k', levels === 1 ? 1n : nested(levels - 1)]]) as Map<string, never>

describe('merging never throws and never loses edits of ours', () => {
  const last = (value: number): Uint8Array => sealed(`d1:#i${MAX_SEQNO}e1:&d1:bi${value}ee1:<le1:=d1:b0:ee`)

  it('with the highest seqno there is, alone and in conflict', () => {
    for (const messages of [[last(1)], [last(1), last(2)]]) {
      const config = generic()
      config.set(['mine'], 1n)
      const before = bytesToBinary(config.makeDump())
      const report = config.merge(messages.map((data, i) => ({ hash: `h${i}`, data })))
      expect(report.accepted).toEqual([])
      expect(report.rejected).toEqual(messages.map((_, i) => ({ hash: `h${i}`, code: 'CONFIG_BAD_SEQNO' })))
      expect(bytesToBinary(config.makeDump())).toBe(before)
    }
  })

  it('when the conflict has no seqno left for its result', () => {
    const below = (value: number): Uint8Array => sealed(`d1:#i${MAX_SEQNO - 1}e1:&d1:bi${value}ee1:<le1:=d1:b0:ee`)
    const config = generic()
    config.merge([{ hash: 'h0', data: below(1) }])
    config.set(['mine'], 1n)
    const before = bytesToBinary(config.makeDump())
    expect(config.merge([{ hash: 'h1', data: below(2) }])).toEqual({
      accepted: [],
      rejected: [{ hash: 'h1', code: 'CONFIG_BAD_SEQNO' }],
    })
    expect(bytesToBinary(config.makeDump())).toBe(before)
  })

  it('with entries that are no messages', () => {
    expect(generic().merge([null as never, { hash: 'h', data: 'x' as never }]).rejected).toHaveLength(2)
  })
})

describe('nesting', () => {
  it('cannot be written deeper than it can be read, however path and value share it', () => {
    for (const length of [1, 5, 10, 24]) {
      let deepest = 0
      for (let levels = 1; levels < 32; levels++) {
        const config = generic()
        const path = Array.from({ length }, () => 'p')
        if (codeOf(() => config.set(path, nested(levels))) === 'CONFIG_TOO_DEEP') break
        deepest = levels
        publish(config)
        config.set(['next'], 1n)
        expect(generic(config.makeDump()).data()).toEqual(config.data())
      }
      expect(deepest).toBe(28 - length)
    }
  })

  it('that is read does not make the messages after it unreadable', () => {
    const open = 'd1:k'.repeat(31)
    const close = 'e'.repeat(31)
    const config = generic()
    expect(
      config.merge([{ hash: 'h', data: sealed(`d1:#i1e1:&${open}i1e${close}1:<le1:=${open}0:${close}e`) }]).accepted,
    ).toEqual(['h'])
    config.set(['next'], 1n)
    expect(generic(config.makeDump()).data()).toEqual(config.data())
    expect(generic().merge(stored(config.push())).rejected).toEqual([])
  })
})

it('a path is checked key by key', () => {
  for (const path of [['\u0100'], ['a', '\u0100', 'c'], [1], ['a', null]]) {
    const config = generic()
    expect(codeOf(() => config.set(path as never, 1n))).toBe('CONFIG_BAD_ARGUMENT')
    expect(config.state).toBe('clean')
  }
})

it('thousands of empty frames with large windows are refused before any is allocated', () => {
  const frame = '\x28\xb5\x2f\xfd\x00\x70\x01\0\0'
  expect(codeOf(() => decompressBody(binaryToBytes(`z${frame.repeat(8000)}`)))).toBe('CONFIG_TOO_LARGE')
})

it('a hash that became obsolete after a push is not forgotten by its confirmation', () => {
  const config = generic()
  config.set(['a'], 1n)
  const first = config.push()
  config.confirmPushed({ seqno: 1, hashes: ['h1'] })
  config.set(['a'], 2n)
  const second = config.push()
  expect(second.obsoleteHashes).toEqual(['h1'])
  config.merge([{ hash: 'copy', data: first.messages[0]! }])
  config.confirmPushed({ seqno: 2, hashes: ['h2'] })
  config.set(['a'], 3n)
  expect(config.push().obsoleteHashes.sort()).toEqual(['copy', 'h2'])
})

describe('dumps', () => {
  const whole = (): Uint8Array => {
    const config = new Config({ domain: 'Test', keys: [key], now: () => now() + 0.5 })
    config.set(['a', 'b'], new Set([1n, 'x']))
    publish(config)
    config.set(['c'], -5n)
    config.extra = new Map([['x', [1n, 'y']]])
    const [part] = splitConfig(new Uint8Array(160_000).fill(1))
    config.merge([{ hash: 'p', data: encryptConfig({ padded: part!.slice(0, 200), key, domain: 'Test' }) }])
    config.merge([{ hash: 'q', data: encryptConfig({ padded: part!, key, domain: 'Test' }) }])
    return config.dump()
  }

  it('with a part, under a clock that counts fractions', () => {
    expect(generic(whole()).activeHashes).toEqual(['q'])
  })

  it('cut at each byte or with any byte changed are refused, or load and can be saved again', () => {
    const config = generic()
    config.set(['a', 'b'], new Set([1n, 'x']))
    publish(config)
    config.set(['c'], -5n)
    config.extra = new Map([['x', [1n, 'y']]])
    const bytes = config.dump()
    for (let i = 0; i < bytes.length; i++) {
      expect(codeOf(() => generic(bytes.slice(0, i)))).toBe('CONFIG_BAD_DUMP')
      for (const mask of [1, 0x80, 0xff, 4]) {
        const damaged = bytes.slice()
        damaged[i]! ^= mask
        let loaded: Config
        try {
          loaded = generic(damaged)
        } catch (error) {
          expect(error).toMatchObject({ code: 'CONFIG_BAD_DUMP' })
          continue
        }
        generic(loaded.dump())
        loaded.push()
      }
    }
  })

  it('that are dirty at the last seqno are refused as dumps', () => {
    const text = `d1:#i${MAX_SEQNO}e1:&de1:<le1:=dee`
    expect(codeOf(() => generic(binaryToBytes(`d1:!i1e1:$${text.length}:${text}1:(0:1:)le1:+dee`)))).toBe(
      'CONFIG_BAD_DUMP',
    )
  })

  it('do not share their extra data with anybody', () => {
    const config = generic()
    const list = [1n]
    const extra = new Map([['x', list]])
    config.extra = extra
    list.push(2n)
    extra.set('y', list)
    ;(config.extra as Map<string, unknown>).clear()
    expect(config.extra).toEqual(new Map([['x', [1n]]]))
  })
})

// What took ten seconds ran into the time limit of a test.
describe('time grows with the number of entries, not with its square', () => {
  const baseUrl = 'http://x.example'
  const publicKey = new Uint8Array(32).fill(3)
  const rooms = Array.from({ length: 4000 }, (_, i) => `r${i}`)

  it('for the rooms of one server', () => {
    const groups = new UserGroups({ account: account(), now })
    for (const room of rooms) groups.setCommunity({ baseUrl, room, publicKey })
    for (const room of rooms) expect(groups.getCommunity({ baseUrl, room })?.room).toBe(room)
    for (const room of rooms) groups.eraseCommunity({ baseUrl, room })
    expect(groups.config.data().size).toBe(0)
  })

  it('for pruning them, and for members of a group', () => {
    let time = now()
    const read = new ConvoInfoVolatile({ account: account(), now: () => time })
    for (const room of rooms) read.set({ type: 'community', baseUrl, room, publicKey, lastRead: time })
    time += 60 * 86_400_000
    read.prune()
    expect(read.config.data().size).toBe(0)
    const ids = (from: number): never[] => Array.from({ length: 4000 }, (_, i) => id(from + i))
    const groups = new UserGroups({ account: account(), now })
    groups.setLegacyGroup({ id: id(1), members: ids(2000), admins: ids(0) })
    expect(groups.getLegacyGroup(id(1))?.members).toHaveLength(2000)
  })
})

it('pruning leaves what it cannot read', () => {
  const read = new ConvoInfoVolatile({ account: account(), now })
  read.config.set(['1', 'later'], new Map([['x', 1n]]))
  read.config.set(['C', '\x05'.repeat(33)], 'text')
  read.config.set(['1', `\x05${'a'.repeat(32)}`, 'r'], 1n)
  read.push()
  expect([read.config.keys(['1']), read.config.keys(['C'])]).toEqual([['later'], ['\x05'.repeat(33)]])
})

it('a host with a letter that lower-cases into ASCII is none', () => {
  expect(codeOf(() => canonicalBaseUrl('http://\u212a.example'))).toBe('CONFIG_BAD_URL')
})

it('no setting is taken from what is no value of it', () => {
  const list = contacts()
  for (const wrong of [
    { picture: 'x' },
    { proFeatures: 5 },
    { priority: 0.5 },
    { mutedUntil: -1 },
    { name: '\ud800' },
  ]) {
    expect(codeOf(() => list.set({ sessionId: id(1), ...wrong } as never))).toBe('CONFIG_BAD_VALUE')
  }
})

describe('a setter that throws has changed nothing', () => {
  const publicKey = new Uint8Array(32).fill(3)
  const group = `03${'b'.repeat(64)}` as never
  const baseUrl = 'http://x.example'
  const blindedId = `15${'c'.repeat(64)}` as never
  const time = now()

  it.each([0, 1, 2])('in state %i', (state) => {
    const list = contacts()
    const groups = new UserGroups({ account: account(), now })
    const read = new ConvoInfoVolatile({ account: account(), now })
    const configs = [list.config, groups.config, read.config]
    list.set({ sessionId: id(1), name: 'Ada', priority: 1 })
    list.setBlinded({ baseUrl, publicKey, blindedId, name: 'Ada' })
    groups.setGroup({ id: group, name: 'old' })
    groups.setLegacyGroup({ id: id(1), name: 'old', members: [id(2)] })
    groups.setCommunity({ baseUrl, room: 'old', publicKey, priority: 1 })
    read.set({ type: 'community', baseUrl, room: 'old', publicKey, lastRead: time })
    if (state > 0) for (const config of configs) config.push()
    if (state > 1) for (const config of configs) config.confirmPushed({ seqno: 1, hashes: ['h'] })
    for (const config of configs) config.dump()
    const before = configs.map((config) => bytesToBinary(config.makeDump()))
    const wrong = { name: 'new', priority: 0.5 }
    for (const attempt of [
      () => list.set({ sessionId: id(1), ...wrong }),
      () => list.set({ sessionId: id(2), ...wrong }),
      () => list.setBlinded({ baseUrl, publicKey, blindedId, ...wrong }),
      () => list.setBlinded({ baseUrl: 'http://y.example', publicKey, blindedId, ...wrong }),
      () => groups.setGroup({ id: group, invited: true, name: '\ud800' }),
      () => groups.setLegacyGroup({ id: id(1), name: 'new', disappearingSeconds: -1 }),
      () => groups.setLegacyGroup({ id: id(3), name: 'new', disappearingSeconds: -1 }),
      () => groups.setCommunity({ baseUrl, room: 'old', publicKey: new Uint8Array(3), priority: 2 }),
      () => groups.setCommunity({ baseUrl: 'http://y.example', room: 'new', publicKey, priority: 0.5 }),
      () => read.set({ type: 'community', baseUrl: 'http://y.example', room: 'new', lastRead: time }),
      () => read.set({ type: 'oneToOne', id: id(1), unread: true, pro: { expiry: 1, hash: new Uint8Array(3) } }),
    ]) {
      expect(codeOf(attempt)).toBe('CONFIG_BAD_VALUE')
    }
    expect(configs.map((config) => bytesToBinary(config.makeDump()))).toEqual(before)
    expect(configs.map((config) => config.needsDump)).toEqual([false, false, false])
  })
})

describe('a message in parts', () => {
  const seal = (part: Uint8Array): Uint8Array => encryptConfig({ padded: part, key, domain: 'Test' })

  it('that says another number of parts than before is refused', () => {
    const [first, second] = splitConfig(new Uint8Array(80_000).fill(1))
    const config = generic()
    expect(config.merge([{ hash: 'a', data: seal(first!) }]).accepted).toEqual(['a'])
    const at = bytesToBinary(second!.subarray(0, 60)).indexOf('1:\x02') + 2
    second![at] = 3
    expect(config.merge([{ hash: 'b', data: seal(second!) }]).rejected).toEqual([
      { hash: 'b', code: 'CONFIG_BAD_PART' },
    ])
    expect(config.activeHashes).toEqual(['a'])
  })

  it('that this version cannot read is not taken for a known one when it comes again', () => {
    const text = `d1:!i1e1:#i7e1:&d1:a80000:${'x'.repeat(80_000)}e1:<le1:=dee`
    const parts = splitConfig(padConfig(binaryToBytes(text))).map((part, i) => ({ hash: `p${i}`, data: seal(part) }))
    const config = generic()
    for (const reader of [config, config, generic(config.makeDump())]) {
      expect(reader.merge(parts).rejected).toEqual([{ hash: 'p1', code: 'CONFIG_UNREADABLE_VERSION' }])
      expect([reader.seqno, reader.activeHashes]).toEqual([0, []])
    }
  })
})
