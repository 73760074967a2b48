import { SecretBytes } from '@sessionkit/bytes'
import { ed25519KeyPairFromSeed, ready } from '@sessionkit/crypto'
import { idFromPublicKey } from '@sessionkit/session-id'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  binaryToBytes,
  bytesToBinary,
  ConvoInfoVolatile,
  canonicalBaseUrl,
  canonicalRoom,
  communityUrl,
  parseCommunityUrl,
  truncateName,
  UserGroups,
  UserProfile,
} from '../src/index.ts'
import { account, codeOf, contacts, id, now, publish } from './devices.ts'

beforeAll(() => ready)

const picture = { url: 'http://files.example.org/1', key: new Uint8Array(32).fill(3) }
const DAY = 86_400_000
const groupId = (n: number): never => `03${n.toString(16).padStart(64, '2')}` as never

describe('UserProfile', () => {
  const profile = (options = {}): UserProfile => new UserProfile({ account: account(), now, ...options })

  it('has every field, and comes back from the swarm', () => {
    const a = profile()
    expect([a.name, a.picture, a.updatedAt, a.blindedMessageRequests]).toEqual(['', null, 0, null])
    a.name = 'Ada'
    a.picture = picture
    a.noteToSelfPriority = -1
    a.noteToSelfExpiry = 3600
    a.blindedMessageRequests = false
    a.proFeatures = [0, 63]
    const b = profile()
    b.merge(publish(a))
    for (const config of [a, b]) {
      expect([config.name, config.picture, config.noteToSelfPriority]).toEqual(['Ada', picture, -1])
      expect([config.noteToSelfExpiry, config.blindedMessageRequests, config.proFeatures]).toEqual([
        3600,
        false,
        [0, 63],
      ])
      expect(config.updatedAt).toBe(1_737_331_200)
    }
  })

  it('enforces its limits', () => {
    const a = profile()
    expect(codeOf(() => (a.name = 'x'.repeat(101)))).toBe('CONFIG_BAD_VALUE')
    expect(codeOf(() => (a.name = '\ud800'))).toBe('CONFIG_BAD_VALUE')
    a.setNameTruncated('é'.repeat(60))
    expect(a.name).toBe('é'.repeat(50))
    expect(codeOf(() => (a.picture = { url: 'u'.repeat(224), key: picture.key }))).toBe('CONFIG_BAD_VALUE')
    expect(codeOf(() => (a.picture = { url: '', key: picture.key }))).toBe('CONFIG_BAD_VALUE')
    expect(codeOf(() => (a.picture = { url: 'u', key: new Uint8Array(31) }))).toBe('CONFIG_BAD_VALUE')
    expect(codeOf(() => (a.noteToSelfExpiry = -1))).toBe('CONFIG_BAD_VALUE')
    expect(codeOf(() => (a.noteToSelfPriority = 1.5))).toBe('CONFIG_BAD_VALUE')
    expect(codeOf(() => (a.proFeatures = [64]))).toBe('CONFIG_BAD_VALUE')
  })

  it('stamps real changes only, and not at all when told so', () => {
    const a = profile()
    a.name = ''
    expect(a.state).toBe('clean')
    const old = profile({ stamp: false })
    old.name = 'Ada'
    expect(old.config.keys([])).toEqual(['n'])
  })

  it('shows the picture that was uploaded again while it is newer', () => {
    let time = now()
    const a = profile({ now: () => time })
    a.picture = picture
    time += 10_000
    const again = { url: 'http://files.example.org/2', key: new Uint8Array(32).fill(4) }
    a.setReuploadedPicture(again)
    expect([a.picture, a.updatedAt]).toEqual([again, 1_737_331_210])
    time += 10_000
    a.picture = picture
    expect(a.picture).toEqual(picture)
    a.picture = null
    expect([a.picture, a.config.has(['P']), a.config.has(['Q'])]).toEqual([null, false, false])
  })

  it('reads a field of another type, range or half a pair as absent, and keeps it', () => {
    const a = profile()
    a.config.set(['n'], 5n)
    a.config.set(['p'], 'url')
    a.config.set(['e'], 2n ** 60n)
    a.config.set(['f'], new Set([1n, 99n, 'x']))
    a.config.set(['E'], 1_800_000_000_000n)
    a.config.set(['s'], 'd1:ei5ee')
    expect([a.name, a.picture, a.noteToSelfExpiry, a.proFeatures]).toEqual(['', null, 0, [1]])
    expect(a.pro).toMatchObject({ accessExpiry: 1_800_000_000, credential: new Map([['e', 5n]]) })
    expect(a.config.getInteger(['e'])).toBe(2n ** 60n)
    a.config.set(['n'], '\xff\xfe')
    expect(a.name).toBe('')
  })
})

describe('Contacts', () => {
  it('has every field, changes what is given, and keeps what it does not know', () => {
    const a = contacts()
    a.set({
      sessionId: id(1),
      name: 'n'.repeat(120),
      nickname: 'nick',
      picture,
      approved: true,
      approvedMe: true,
      blocked: true,
      priority: 2,
      notifications: 'disabled',
      mutedUntil: 1,
      disappearing: { mode: 'afterRead', seconds: 60 },
      createdAt: 5,
      profileUpdatedAt: 6,
      proFeatures: [1],
    })
    const path = ['c', bytesToBinary(Uint8Array.from([5, ...idBytes(id(1))])), 'future']
    a.config.set(path, 'kept')
    const b = contacts()
    b.merge(publish(a))
    b.set({ sessionId: id(1), picture: null, disappearing: null, approved: false, notifications: 'default' })
    expect(b.list()).toEqual([
      {
        sessionId: id(1),
        name: 'n'.repeat(100),
        nickname: 'nick',
        picture: null,
        approved: false,
        approvedMe: true,
        blocked: true,
        priority: 2,
        notifications: 'default',
        mutedUntil: 1,
        disappearing: null,
        createdAt: 5,
        profileUpdatedAt: 6,
        proFeatures: [1],
      },
    ])
    expect(b.config.getString(path)).toBe('kept')
    expect([b.erase(id(1)), b.erase(id(1)), b.list(), b.get(id(1))]).toEqual([true, false, [], null])
    expect(codeOf(() => b.set({ sessionId: groupId(1) }))).toBe('CONFIG_BAD_ID')
    expect(codeOf(() => b.set({ sessionId: 'x' as never }))).toBe('CONFIG_BAD_ID')
    expect(codeOf(() => b.set({ sessionId: id(2), disappearing: { mode: 'x' as never, seconds: 1 } }))).toBe(
      'CONFIG_BAD_VALUE',
    )
  })

  it('skips keys that are no ids, and reads times in three units', () => {
    const a = contacts()
    a.config.set(['c', 'short', 'n'], 'x')
    a.config.set(['c', `\x06${'y'.repeat(32)}`, 'n'], 'x')
    a.config.set(['c', `\x05${'y'.repeat(32)}`], 1n)
    expect(a.list()).toEqual([])
    for (const value of [1_700_000_000n, 1_700_000_000_000n, 1_700_000_000_000_000n]) {
      a.config.set(['c', `\x05${'z'.repeat(32)}`, 'j'], value)
      expect(a.list()[0]?.createdAt).toBe(1_700_000_000)
    }
  })

  it('keeps blinded contacts by server', () => {
    const a = contacts()
    const blindedId = `15${'1'.repeat(64)}` as never
    const contact = { baseUrl: 'https://Open.example.org:443/', publicKey: picture.key, blindedId, name: 'b' }
    a.setBlinded(contact)
    expect(a.listBlinded()).toMatchObject([{ baseUrl: 'https://open.example.org', blindedId, name: 'b' }])
    expect([a.eraseBlinded(contact), a.listBlinded()]).toEqual([true, []])
  })
})

describe('ConvoInfoVolatile', () => {
  const volatile = (): ConvoInfoVolatile => new ConvoInfoVolatile({ account: account(), now })
  const room = { type: 'community', baseUrl: 'http://open.example.org', room: 'Lobby' } as const

  it('writes a time that is recent or lower, and leaves others', () => {
    const a = volatile()
    const ref = { type: 'oneToOne', id: id(1) } as const
    a.set({ ...ref, lastRead: now() - 31 * DAY })
    expect([a.get(ref), a.state]).toEqual([null, 'clean'])
    a.set({ ...ref, lastRead: now() })
    a.set({ ...ref, lastRead: now() - 40 * DAY })
    expect(a.get(ref)).toMatchObject({ lastRead: now() - 40 * DAY, unread: false, pro: null })
    a.set({ ...ref, unread: true, pro: { expiry: 5, hash: picture.key } })
    expect(a.get(ref)).toMatchObject({ unread: true, pro: { expiry: 5 } })
  })

  it('lists all kinds, and prunes all but groups at a push', () => {
    const a = volatile()
    const refs = [
      { type: 'oneToOne', id: id(1) },
      { type: 'group', id: groupId(1) },
      { type: 'legacyGroup', id: id(2) },
      { type: 'blinded', id: `25${'1'.repeat(64)}` as never },
    ] as const
    for (const ref of refs) a.set({ ...ref, lastRead: now() })
    a.set({ ...room, publicKey: picture.key, lastRead: now() })
    expect(a.list().map(({ type }) => type)).toEqual(['oneToOne', 'group', 'legacyGroup', 'blinded', 'community'])
    for (const ref of [...refs, room]) a.set({ ...ref, lastRead: now() - 46 * DAY })
    a.set({ ...refs[2], unread: true })
    publish(a)
    expect(a.list().map(({ type }) => type)).toEqual(['group', 'legacyGroup'])
    expect(a.config.has(['o'])).toBe(false)
  })

  it('needs a server key once, and erases a server with its last room', () => {
    const a = volatile()
    expect(codeOf(() => a.set({ ...room, lastRead: now() }))).toBe('CONFIG_BAD_VALUE')
    a.set({ ...room, publicKey: picture.key, lastRead: now() })
    a.set({ ...room, unread: true })
    expect(a.get({ ...room, room: 'lobby' })).toMatchObject({ unread: true })
    expect([a.erase(room), a.config.keys([]), a.erase(room)]).toEqual([true, [], false])
  })
})

describe('UserGroups', () => {
  const groups = (): UserGroups => new UserGroups({ account: account(), now })
  const seed = new Uint8Array(32).fill(9)

  it('keeps an admin key only of its own group', () => {
    const a = groups()
    const own = idFromPublicKey({ prefix: '03', publicKey: ed25519KeyPairFromSeed(SecretBytes.from(seed)).publicKey })
    a.setGroup({ id: own as never, name: 'ours', adminSeed: seed, invited: true, notifications: 'mentions' })
    expect(a.getGroup(own as never)).toMatchObject({ adminSeed: seed, name: 'ours', invited: true, removed: 'no' })
    expect(codeOf(() => a.setGroup({ id: groupId(1), adminSeed: seed }))).toBe('CONFIG_BAD_VALUE')
    expect(a.getGroup(groupId(1))).toBeNull()
    a.markKicked(own as never)
    expect(a.getGroup(own as never)).toMatchObject({ adminSeed: null, removed: 'kicked' })
    a.markInvitedAgain(own as never)
    expect(a.getGroup(own as never)).toMatchObject({ removed: 'no' })
    a.markDestroyed(own as never)
    a.markKicked(own as never)
    a.markInvitedAgain(own as never)
    expect(a.getGroup(own as never)).toMatchObject({ removed: 'destroyed' })
  })

  it('keeps a record alive without any value, with access data of 100 bytes', () => {
    const a = groups()
    a.setGroup({ id: groupId(1) })
    const b = groups()
    b.merge(publish(a))
    expect(b.list()).toHaveLength(1)
    b.setGroup({ id: groupId(1), authData: new Uint8Array(100).fill(1) })
    expect(b.getGroup(groupId(1))?.authData).toHaveLength(100)
    expect(codeOf(() => b.setGroup({ id: groupId(1), authData: new Uint8Array(99) }))).toBe('CONFIG_BAD_VALUE')
    expect([b.eraseGroup(groupId(1)), b.list()]).toEqual([true, []])
  })

  it('spells rooms as they were given, and skips a server without its key', () => {
    const a = groups()
    const room = { baseUrl: 'HTTP://Open.example.org:80', room: 'Lobby', publicKey: picture.key }
    a.setCommunity({ ...room, priority: 1 })
    expect(a.getCommunity({ ...room, room: 'LOBBY' })).toMatchObject({ room: 'Lobby', priority: 1 })
    a.config.erase(['o', 'http://open.example.org', '#'])
    expect(a.list()).toEqual([])
    expect(a.eraseCommunity(room)).toBe(true)
    expect(a.config.keys([])).toEqual([])
  })

  it('has nobody as member and admin, and reads a torn pair of keys as none', () => {
    const a = groups()
    const encryption = { publicKey: picture.key, secretKey: seed }
    a.setLegacyGroup({
      id: id(1),
      name: '',
      members: [id(2), id(3)],
      admins: [id(3)],
      encryption,
      disappearingSeconds: 9,
    })
    expect(a.getLegacyGroup(id(1))).toMatchObject({
      members: [id(2)],
      admins: [id(3)],
      encryption,
      disappearingSeconds: 9,
    })
    const path = ['C', bytesToBinary(Uint8Array.from([5, ...idBytes(id(1))]))]
    a.config.changeSet([...path, 'a'], { add: [bytesToBinary(Uint8Array.from([5, ...idBytes(id(2))])), 7n] })
    a.config.erase([...path, 'k'])
    expect(a.getLegacyGroup(id(1))).toMatchObject({ members: [id(2)], admins: [id(3)], encryption: null })
    expect(codeOf(() => a.setLegacyGroup({ id: id(1), name: 'x'.repeat(101) }))).toBe('CONFIG_BAD_VALUE')
    expect([a.eraseLegacyGroup(id(1)), a.list()]).toEqual([true, []])
  })
})

describe('community URLs', () => {
  const hex = 'ab'.repeat(32)
  it('have one form', () => {
    expect(canonicalBaseUrl('HTTPS://Open.Example.org:443/')).toBe('https://open.example.org')
    expect(canonicalBaseUrl('http://open.example.org:443')).toBe('http://open.example.org:443')
    expect(canonicalBaseUrl('http://open.example.org:0')).toBe('http://open.example.org')
    expect(canonicalRoom('Lobby-1_x')).toBe('lobby-1_x')
    for (const form of [
      `https://a.example.org/r/Room?public_key=${hex}`,
      `https://a.example.org/Room?public_key=${hex}`,
    ]) {
      expect(communityUrl(parseCommunityUrl(form))).toBe(`https://a.example.org/Room?public_key=${hex}`)
    }
  })
  it.each([
    'ftp://a.example.org',
    'http://localhost',
    'http://a.example.org.',
    'http://a_b.example.org',
    'http://[::1]:80',
    'http://a.example.org/x',
    'http://a.example.org:99999',
    'http://a..org',
    `http://${'a'.repeat(300)}.org`,
    '',
  ])('are refused: %s', (url) => {
    expect(codeOf(() => canonicalBaseUrl(url))).toBe('CONFIG_BAD_URL')
  })
  it.each(['', 'a b', 'é', 'x'.repeat(65)])('room tokens are refused: %s', (room) => {
    expect(codeOf(() => canonicalRoom(room))).toBe('CONFIG_BAD_URL')
  })
  it('without a key, or with a bad one, are refused', () => {
    for (const end of ['', '?public_key=', '?public_key=abcd', `?public_key=${'g'.repeat(64)}`]) {
      expect(codeOf(() => parseCommunityUrl(`https://a.example.org/room${end}`))).toBe('CONFIG_BAD_URL')
    }
  })
})

it('names are cut between code points', () => {
  expect(truncateName(`${'a'.repeat(98)}😀`)).toBe('a'.repeat(98))
})

function idBytes(text: string): Uint8Array {
  return Uint8Array.from(text.slice(2).match(/../g)!, (pair) => Number.parseInt(pair, 16))
}

it('binary text comes back', () => {
  const all = new Uint8Array(256).map((_, i) => i)
  expect(binaryToBytes(bytesToBinary(all))).toEqual(all)
})
