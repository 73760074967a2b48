import { type BencodeInput, bytesToHex, encodeBencode, isSessionKitError } from '@sessionkit/bytes'
import { Config, encryptConfig, padConfig } from '@sessionkit/config'
import { ed25519KeyPairToX25519, ready } from '@sessionkit/crypto'
import { idFromPublicKey, type SessionId } from '@sessionkit/session-id'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  ClosedGroup,
  GroupInfo,
  GroupKeys,
  GroupMembers,
  MAX_GROUP_MEMBERS,
  openGroupContent,
  openKickedMessage,
  sealKickedMessage,
} from '../src/index.ts'
import { MEMBER_KEY_DOMAIN } from '../src/key-derivation.ts'
import { buildKeyMessage } from '../src/key-message.ts'
import { sealEntry } from '../src/multi-encrypt.ts'
import { signDict } from '../src/signed-dict.ts'
import { generator, group, person } from './people.ts'

beforeAll(() => ready)

const time = 1_764_000_000_000
const [alice, bob] = [person('alice'), person('bob')]
const g = group()
const codeOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (isSessionKitError(error)) return error.code
    throw error
  }
  return 'none'
}
const stranger = (n: number): SessionId =>
  idFromPublicKey({
    prefix: '05',
    publicKey: Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? n % 256 : i === 1 ? n >> 8 : 9)),
  })
const seeded = (): { admin: ClosedGroup; keyMessage: Uint8Array } => {
  const admin = new ClosedGroup({ groupId: g.groupId, member: alice, adminSeed: g.ed25519.seed, now: () => time })
  admin.members.add({ sessionId: alice.sessionId, name: 'Alice' })
  admin.members.setPromotion(alice.sessionId, 'accepted')
  admin.members.add({ sessionId: bob.sessionId, name: 'Bob' })
  const keyMessage = admin.rekey()
  return { admin, keyMessage }
}

describe('a failing call changes nothing', () => {
  it('a promotion to no known state makes nobody an admin', () => {
    const { admin } = seeded()
    expect(codeOf(() => admin.members.setPromotion(bob.sessionId, 'bogus' as 'sent'))).toBe('GROUP_BAD_ARGUMENT')
    expect(admin.members.get(bob.sessionId)).toMatchObject({ admin: false, inviteStatus: 3 })
  })

  it('a hash that no dump could hold', () => {
    const { keyMessage } = seeded()
    const keys = new GroupKeys({ groupId: g.groupId, member: bob })
    expect(codeOf(() => keys.loadMessage({ hash: '\ud800', message: keyMessage, timestamp: time }))).toBe(
      'GROUP_BAD_ARGUMENT',
    )
    expect(keys.size).toBe(0)
    expect(codeOf(() => keys.dump())).toBe('none')
  })

  it('an unusable generation', () => {
    const message = sealKickedMessage({ group: g, members: [bob.sessionId], generation: 1 })
    for (const currentGeneration of [Number.NaN, undefined as unknown as number, -1, 0.5]) {
      const input = { message, groupId: g.groupId, member: bob, currentGeneration }
      expect(codeOf(() => openKickedMessage(input))).toBe('GROUP_BAD_ARGUMENT')
    }
  })
})

describe('dumps', () => {
  it('of very many hashes and keys can be read again', () => {
    const hashes = Array.from({ length: 25_000 }, (_, i) => `h${100_000 + i}`)
    const dump = encodeBencode(
      new Map<string, BencodeInput>([
        ['A', [[0, ...hashes]]],
        ['L', []],
      ]),
    )
    const keys = new GroupKeys({ groupId: g.groupId, member: bob, dump })
    expect(keys.activeHashes).toEqual(hashes)
    expect(keys.dump()).toEqual(dump)
  })

  it('damaged at any byte are read or refused, and never shared with the caller', () => {
    const { admin, keyMessage } = seeded()
    admin.loadKeyMessage({ hash: 'k0', message: keyMessage, timestamp: time })
    admin.info.name = 'Chess'
    admin.rekey()
    const dump = admin.dump()
    const options = { groupId: g.groupId, member: alice, adminSeed: g.ed25519.seed, now: () => time }
    for (const part of ['keys', 'info', 'members'] as const) {
      for (let at = 0; at < dump[part].length; at++) {
        const damaged = { ...dump, [part]: dump[part].slice() }
        damaged[part][at] = (dump[part][at] as number) ^ (1 + (at % 3))
        codeOf(() => {
          const read = new ClosedGroup({ ...options, dump: damaged })
          read.members.list()
          read.dump()
        })
        const cut = { ...dump, [part]: dump[part].slice(0, at) }
        if (at % 7 === 0) expect(codeOf(() => new ClosedGroup({ ...options, dump: cut }))).toMatch(/_BAD_DUMP$/)
      }
    }
    const copy = { keys: dump.keys.slice(), info: dump.info.slice(), members: dump.members.slice() }
    new ClosedGroup({ ...options, dump }).wipe()
    expect(dump).toEqual(copy)
  })
})

describe('key messages', () => {
  it('too large to be stored are not made', () => {
    const { admin, keyMessage } = seeded()
    admin.loadKeyMessage({ hash: 'k0', message: keyMessage, timestamp: time })
    const before = admin.keys.makeDump()
    const memberIds = Array.from({ length: 1600 }, (_, i) => stranger(i))
    expect(codeOf(() => admin.keys.rekey({ memberIds }))).toBe('GROUP_TOO_LARGE')
    expect(admin.keys.makeDump()).toEqual(before)
    expect(codeOf(() => admin.keys.supplement({ memberIds }))).toBe('GROUP_TOO_LARGE')
  })

  it('of another group, and with jumps', () => {
    const other = group('other')
    const foreign = buildKeyMessage({ group: other, memberIds: [bob.sessionId], generation: 0 }).message
    const keys = new GroupKeys({ groupId: g.groupId, member: bob })
    expect(codeOf(() => keys.loadMessage({ hash: 'h', message: foreign, timestamp: time }))).toBe('GROUP_BAD_SIGNATURE')
    const last = buildKeyMessage({ group: g, memberIds: [bob.sessionId], generation: Number.MAX_SAFE_INTEGER }).message
    const report = keys.loadMessage({ hash: 'h', message: last, timestamp: time })
    expect(report).toMatchObject({ foundKey: true, generationJump: true })
    keys.loadAdminKey(g.ed25519.seed)
    expect(codeOf(() => keys.rekey({ memberIds: [bob.sessionId] }))).toBe('GROUP_BAD_ARGUMENT')
    for (const timestamp of [Number.NaN, -1, 2 ** 53, Infinity, 0.5]) {
      expect(codeOf(() => keys.loadMessage({ hash: 'h', message: last, timestamp }))).toBe('GROUP_BAD_ARGUMENT')
    }
    const again = new GroupKeys({ groupId: g.groupId, member: bob, dump: keys.dump() })
    expect(again.generation).toBe(Number.MAX_SAFE_INTEGER)
  })

  it('of many keys survive a dump', () => {
    const nonce = new Uint8Array(24)
    const of = (count: number, from: number): Uint8Array => {
      const list = Array.from(
        { length: count },
        (_, i) =>
          new Map<string, BencodeInput>([
            ['g', from + i],
            ['k', new Uint8Array(32).fill(i)],
            ['t', time],
          ]),
      )
      const sender = ed25519KeyPairToX25519(g.ed25519)
      const recipient = bob.x25519.publicKey
      const entry = sealEntry({ message: encodeBencode(list), sender, recipient, domain: MEMBER_KEY_DOMAIN, nonce })!
      return signDict(
        new Map<string, BencodeInput>([
          ['#', nonce],
          ['+', [entry]],
          ['G', from + count],
        ]),
        g.ed25519,
      )
    }
    const keys = new GroupKeys({ groupId: g.groupId, member: bob })
    for (let i = 0; i < 4; i++) {
      const message = of(1000, i * 1000)
      keys.loadMessage({ hash: `h${i}`, message, timestamp: time })
    }
    const again = new GroupKeys({ groupId: g.groupId, member: bob, dump: keys.dump() })
    expect(again.size).toBe(4000)
  })
})

describe('two admins', () => {
  it('agree in both orders of arrival, with restarts', () => {
    const make = (dump?: ReturnType<ClosedGroup['dump']>): ClosedGroup =>
      new ClosedGroup({ groupId: g.groupId, member: alice, adminSeed: g.ed25519.seed, now: () => time, dump })
    const ends = [0, 1].map((order) => {
      const { admin, keyMessage } = seeded()
      admin.loadKeyMessage({ hash: 'k0', message: keyMessage, timestamp: time })
      let one = make(admin.dump())
      const two = make(admin.dump())
      one.members.add({ sessionId: stranger(1) })
      two.members.add({ sessionId: stranger(2) })
      const messages = [
        { hash: 'k1', message: one.rekey(), timestamp: time + 1 },
        { hash: 'k2', message: two.rekey(), timestamp: time + 2 },
      ]
      if (order === 1) messages.reverse()
      for (const message of messages) {
        one = make(one.dump())
        one.loadKeyMessage(message)
      }
      one = make(one.dump())
      expect(one.keys.needsRekey).toBe(true)
      expect(one.keys.pending).toBeNull()
      return one.keys.keys().map(bytesToHex)
    })
    expect(ends[0]).toEqual(ends[1])
  })
})

describe('a long story of two admins and a member', () => {
  it('ends with the same keys for all, whatever was lost, repeated, late or restarted', () => {
    for (let seed = 1; seed <= 6; seed++) {
      const next = generator(seed)
      const below = (limit: number): number => Math.floor(next() * limit)
      const make = (who: typeof alice, isAdmin: boolean, dump?: ReturnType<ClosedGroup['dump']>): ClosedGroup =>
        new ClosedGroup({
          groupId: g.groupId,
          member: who,
          ...(isAdmin ? { adminSeed: g.ed25519.seed } : {}),
          now: () => time,
          dump,
        })
      const { admin, keyMessage } = seeded()
      const stored = [{ hash: 'k0', message: keyMessage, timestamp: time }]
      admin.loadKeyMessage(stored[0]!)
      const people = [make(alice, true, admin.dump()), make(person('carol'), true), make(bob, false)]
      people[1]!.loadKeyMessage(stored[0]!)
      for (let step = 0; step < 40; step++) {
        const at = below(3)
        const who = [alice, person('carol'), bob][at]!
        const one = people[at]!
        const what = below(4)
        if (what === 0) people[at] = make(who, at < 2, one.dump())
        else if (at < 2 && what === 1) {
          const memberIds = [alice, bob, person('carol')].map(({ sessionId }) => sessionId).concat(stranger(below(4)))
          const message = one.keys.rekey({ memberIds })
          const hash = `h ${bytesToHex(message.slice(8, 32))}`
          const isNew = stored.every((other) => other.hash !== hash)
          if (below(4) > 0 && isNew) stored.push({ hash, message, timestamp: time + step })
        } else one.loadKeyMessage(stored[below(stored.length)]!)
      }
      const ends = people.map((one) => {
        for (const message of [...stored].sort(() => next() - 0.5)) one.loadKeyMessage(message)
        const again = make(bob, false, one.dump()).keys
        return one.keys
          .keys()
          .slice(one.keys.pending === null ? 0 : 1)
          .concat()
          .map(bytesToHex)
          .concat(`${again.generation}`)
      })
      expect(ends[1]).toEqual(ends[0])
      expect(ends[2]).toEqual(ends[0])
    }
  })
})

describe('configs', () => {
  it('with a bad signature take nothing from an admin', () => {
    const { admin } = seeded()
    admin.info.name = 'Mine'
    const key = admin.keys.encryptionKey()!
    const forged = new ClosedGroup({
      groupId: group('other').groupId,
      member: bob,
      adminSeed: group('other').ed25519.seed,
    })
    forged.info.setKeys([key])
    forged.members.setKeys([key])
    for (let i = 0; i < 5; i++) {
      forged.info.name = `Theirs ${i}`
      forged.info.push()
    }
    forged.members.add({ sessionId: stranger(5) })
    for (const kind of ['info', 'members'] as const) {
      const before = admin[kind].config.plaintext()
      const report = admin[kind].merge(forged[kind].push().messages.map((data, i) => ({ hash: `f${i}`, data })))
      expect([report.accepted, report.rejected.length]).toEqual([[], 1])
      expect([admin[kind].state, admin[kind].config.plaintext()]).toEqual(['dirty', before])
    }
    expect(admin.info.name).toBe('Mine')
  })

  it('without a signature are ignored', () => {
    for (const [domain, Type] of [
      ['groups::Info', GroupInfo],
      ['groups::Members', GroupMembers],
    ] as const) {
      const key = new Uint8Array(32).fill(3)
      const unsigned = new Config({ domain, keys: [key] })
      unsigned.set(['x'], 'y')
      const messages = unsigned.push().messages.map((data) => ({ hash: 'u', data }))
      for (const admin of [g, undefined]) {
        const config = new Type({ groupId: g.groupId, keys: [key], admin })
        expect(config.merge(messages).rejected).toEqual([{ hash: 'u', code: 'CONFIG_BAD_SIGNATURE' }])
        expect([config.activeHashes, config.needsPush]).toEqual([[], false])
      }
    }
  })

  it('of one type do not count as the other, though the same key signed them', () => {
    const { admin } = seeded()
    const key = admin.keys.encryptionKey()!
    for (let i = 0; i < 3; i++) {
      admin.info.name = `Chess ${i}`
      admin.info.push()
      admin.members.setProfile(bob.sessionId, { name: `Bob ${i}` })
      admin.members.push()
    }
    // What a member, who has the keys, makes of what an admin signed.
    const moved = (kind: 'info' | 'members', domain: string) => [
      { hash: 'moved', data: encryptConfig({ padded: padConfig(admin[kind].config.plaintext()), key, domain }) },
    ]
    const info = new GroupInfo({ groupId: g.groupId, keys: [key] })
    const members = new GroupMembers({ groupId: g.groupId, keys: [key] })
    expect(info.merge(moved('info', 'groups::Info')).accepted).toEqual(['moved'])
    expect(members.merge(moved('members', 'groups::Members')).accepted).toEqual(['moved'])
    for (const report of [
      info.merge(moved('members', 'groups::Info')),
      members.merge(moved('info', 'groups::Members')),
    ]) {
      expect(report).toEqual({ accepted: [], rejected: [{ hash: 'moved', code: 'CONFIG_BAD_SIGNATURE' }] })
    }
    expect([info.name, members.size]).toEqual(['Chess 2', 2])
  })

  it('are not edited by members, whatever they call', () => {
    const { admin, keyMessage } = seeded()
    const member = new ClosedGroup({ groupId: g.groupId, member: bob })
    member.loadKeyMessage({ hash: 'k', message: keyMessage, timestamp: time })
    for (const kind of ['info', 'members'] as const) {
      member[kind].merge(admin[kind].push().messages.map((data, i) => ({ hash: `f${i}`, data })))
    }
    const before = member.members.list()
    const { members, info } = member
    for (const run of [
      () => members.add({ sessionId: stranger(1) }),
      () => members.add({ sessionId: bob.sessionId }),
      () => members.setPromotion(bob.sessionId, 'accepted'),
      () => members.setInvite(bob.sessionId, 'accepted'),
      () => members.remove(alice.sessionId),
      () => members.erase(alice.sessionId),
      () => members.setProfile(bob.sessionId, { name: 'x' }),
      () => info.destroy(),
      () => {
        info.deleteBefore = 5
      },
      () => info.push(),
      () => members.push(),
      () => member.rekey(),
    ]) {
      expect(['CONFIG_READ_ONLY', 'GROUP_NOT_ADMIN']).toContain(codeOf(run))
    }
    expect(codeOf(() => members.setInvite(bob.sessionId, 'notSent'))).toBe('CONFIG_READ_ONLY')
    expect(members.list()).toEqual(before)
    expect(member.needsPush).toBe(false)
  })

  it('a group of 100 does not grow by a profile, an invitation, or being added again', () => {
    const members = new GroupMembers({ groupId: g.groupId, admin: g })
    for (let i = 0; i < MAX_GROUP_MEMBERS; i++) members.add({ sessionId: stranger(i) })
    const next = stranger(MAX_GROUP_MEMBERS)
    expect(codeOf(() => members.add({ sessionId: next }))).toBe('GROUP_TOO_MANY_MEMBERS')
    expect(codeOf(() => members.setProfile(next, { name: 'x' }))).toBe('GROUP_UNKNOWN_MEMBER')
    expect(codeOf(() => members.setInvite(next, 'sent'))).toBe('GROUP_UNKNOWN_MEMBER')
    expect(codeOf(() => members.setPromotion(next, 'sent'))).toBe('GROUP_UNKNOWN_MEMBER')
    expect(codeOf(() => members.add({ sessionId: stranger(3) }))).toBe('none')
    expect(members.size).toBe(MAX_GROUP_MEMBERS)
  })

  it('numbers', () => {
    const { info } = seeded().admin
    for (const bad of [Number.NaN, -1, 2 ** 53, 0.5, Infinity, 5n as unknown as number, '5' as unknown as number]) {
      expect([
        bad,
        codeOf(() => {
          info.deleteBefore = bad
        }),
      ]).toEqual([bad, 'CONFIG_BAD_VALUE'])
      expect([
        bad,
        codeOf(() => {
          info.expirySeconds = bad
        }),
      ]).toEqual([bad, 'CONFIG_BAD_VALUE'])
    }
  })
})

describe('secrets', () => {
  it('are in no JSON', () => {
    const { admin } = seeded()
    const text = JSON.stringify(admin) + JSON.stringify(g)
    for (const secret of [admin.keys.encryptionKey()!, g.ed25519.seed.reveal()]) {
      expect(text).not.toContain(bytesToHex(secret))
      expect(text).not.toContain(JSON.stringify([...secret]).slice(1, 40))
      expect(text).not.toContain(JSON.stringify(secret).slice(1, 40))
    }
  })
})

describe('calls without what they need', () => {
  const nothing = [undefined, null, 5, 'x', {}, []] as never[]
  it.each([
    [
      'openKickedMessage',
      (x: never) => openKickedMessage({ message: x, groupId: g.groupId, member: bob, currentGeneration: 0 }),
    ],
    [
      'loadMessage',
      (x: never) =>
        new GroupKeys({ groupId: g.groupId, member: bob }).loadMessage({ hash: 'x', message: x, timestamp: 0 }),
    ],
    ['decrypt', (x: never) => seeded().admin.decrypt(x)],
    ['openGroupContent', (x: never) => openGroupContent({ ciphertext: x, groupId: g.groupId, keys: [] })],
    [
      'openGroupContent keys',
      (x: never) => openGroupContent({ ciphertext: new Uint8Array(100), groupId: g.groupId, keys: x }),
    ],
    [
      'groupId',
      (x: never) => openGroupContent({ ciphertext: new Uint8Array(100), groupId: x, keys: [new Uint8Array(32)] }),
    ],
    ['member get', (x: never) => seeded().admin.members.get(x)],
    ['merge', (x: never) => seeded().admin.members.merge([x, { hash: x, data: x }])],
    ['rekey', (x: never) => seeded().admin.keys.rekey({ memberIds: x })],
    ['seed', (x: never) => new GroupKeys({ groupId: g.groupId, member: bob, adminSeed: x })],
    [
      'dump',
      (x: never) => new ClosedGroup({ groupId: g.groupId, member: bob, dump: { keys: x, info: x, members: x } }),
    ],
    ['setKeys', (x: never) => seeded().admin.info.setKeys([x])],
    ['kicked', (x: never) => sealKickedMessage({ group: g, members: x, generation: 0 })],
  ])('%s', (_, run) => {
    for (const x of nothing) codeOf(() => run(x))
  })
})
