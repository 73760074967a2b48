import { Zstd } from '@hpcc-js/wasm-zstd'
import { bytesToBinary, type ConfigPush } from '@sessionkit/config'
import { ready } from '@sessionkit/crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  ClosedGroup,
  createGroup,
  decryptGroupMessage,
  encryptGroupMessage,
  GroupInfo,
  GroupMembers,
  MAX_GROUP_MEMBERS,
  memberStatus,
  multiDecrypt,
  multiEncrypt,
  openKickedMessage,
  sealKickedMessage,
} from '../src/index.ts'
import { junkBytes } from '../src/junk.ts'
import { group, person } from './people.ts'

beforeAll(() => ready)

const refusal = (code: string): Error => expect.objectContaining({ code })
const g = group()
const alice = person('alice')
const bob = person('bob')
const time = 1_737_331_200_000
const key = new Uint8Array(32).fill(5)

const info = (options: object = {}): GroupInfo =>
  new GroupInfo({ groupId: g.groupId, admin: g, keys: [key], now: () => time, ...options })
const members = (options: object = {}): GroupMembers =>
  new GroupMembers({ groupId: g.groupId, admin: g, keys: [key], ...options })
const stored = (push: ConfigPush, hash: string) => push.messages.map((data) => ({ hash, data }))

describe('info', () => {
  it('keeps every field through a push and a dump', () => {
    const ours = info()
    ours.name = 'Naïve group 😀'
    ours.description = 'd'.repeat(2000)
    ours.picture = { url: 'https://example.org/1', key }
    ours.createdAt = 1_700_000_000
    ours.expirySeconds = 60
    ours.deleteBefore = 1_700_000_001
    ours.deleteAttachmentsBefore = 1_700_000_002
    const fields = (one: GroupInfo): unknown => [
      one.name,
      one.description,
      one.picture,
      one.createdAt,
      one.expirySeconds,
      one.deleteBefore,
      one.deleteAttachmentsBefore,
      one.destroyed,
    ]
    const theirs = info({ admin: undefined })
    expect(theirs.merge(stored(ours.push(), 'a')).accepted).toEqual(['a'])
    expect(fields(theirs)).toEqual(fields(ours))
    expect(fields(info({ dump: ours.dump() }))).toEqual(fields(ours))
    expect(fields(info({ admin: undefined, dump: theirs.dump() }))).toEqual(fields(ours))
    expect(() => {
      theirs.name = 'x'
    }).toThrow(refusal('CONFIG_READ_ONLY'))
    expect(() => theirs.push()).toThrow(refusal('CONFIG_READ_ONLY'))
    ours.picture = null
    ours.name = ''
    expect([ours.picture, ours.name]).toEqual([null, ''])
    ours.setNameTruncated('é'.repeat(60))
    expect(ours.name).toBe('é'.repeat(50))
  })

  it.each<[string, (one: GroupInfo) => void]>([
    ['a long name', (one) => (one.name = 'é'.repeat(51))],
    ['a NUL', (one) => (one.name = 'a\0b')],
    ['half a character', (one) => (one.name = '\ud800')],
    ['a long description', (one) => (one.description = 'd'.repeat(2001))],
    ['a picture without key', (one) => (one.picture = { url: 'x', key: new Uint8Array(31) })],
    ['milliseconds for seconds', (one) => (one.deleteBefore = time)],
    ['a negative time', (one) => (one.expirySeconds = -1)],
  ])('refuses %s', (_, change) => {
    const one = info()
    expect(() => change(one)).toThrow(refusal('CONFIG_BAD_VALUE'))
    expect(one.needsPush).toBe(false)
  })

  it('ignores times of the future, which would delete everything', () => {
    const one = info()
    one.config.set(['d'], BigInt(time))
    one.config.set(['D'], BigInt(time / 1000 + 86_401))
    expect([one.deleteBefore, one.deleteAttachmentsBefore]).toEqual([0, 0])
    one.config.set(['D'], BigInt(time / 1000 + 86_400))
    expect(one.deleteAttachmentsBefore).toBe(time / 1000 + 86_400)
  })

  it('never forgets that the group was destroyed', () => {
    const ours = info()
    ours.name = 'n'
    ours.destroy()
    const theirs = info({ admin: undefined })
    theirs.merge(stored(ours.push(), 'a'))
    expect(theirs.destroyed).toBe(true)
    ours.config.erase(['!'])
    theirs.merge(stored(ours.push(), 'b'))
    expect(theirs.destroyed).toBe(true)
    expect(info({ admin: undefined, dump: theirs.dump() }).destroyed).toBe(true)
  })

  it('rejects what is unsigned, signed by others, or encrypted with another key', () => {
    const other = new GroupInfo({ groupId: group('other').groupId, admin: group('other'), keys: [key] })
    other.name = 'x'
    const secret = info({ keys: [new Uint8Array(32)] })
    secret.name = 'x'
    const theirs = info({ admin: undefined })
    const report = theirs.merge([...stored(other.push(), 'a'), ...stored(secret.push(), 'b')])
    expect(report.rejected).toEqual([
      { hash: 'a', code: 'CONFIG_BAD_SIGNATURE' },
      { hash: 'b', code: 'CONFIG_DECRYPT_FAILED' },
    ])
    expect(theirs.activeHashes).toEqual([])
    const none = info({ keys: [] })
    none.name = 'x'
    expect(() => none.push()).toThrow(refusal('GROUP_NO_KEY'))
  })
})

describe('members', () => {
  it('go through invitation, promotion and removal', () => {
    const ours = members()
    const status = (): string | undefined => ours.get(bob.sessionId)?.status
    ours.add({ sessionId: bob.sessionId.toUpperCase(), name: 'Bob', picture: { url: 'u', key }, history: true })
    expect(ours.get(bob.sessionId)).toEqual({
      sessionId: bob.sessionId,
      name: 'Bob',
      picture: { url: 'u', key },
      admin: false,
      supplement: true,
      inviteStatus: 3,
      promotionStatus: 0,
      removedStatus: 0,
      status: 'inviteSending',
    })
    const restarted = members({ dump: ours.dump() })
    expect(restarted.sendingIds).toEqual([bob.sessionId])
    restarted.resetSending()
    expect(restarted.list()[0]?.status).toBe('inviteNotSent')
    ours.setInvite(bob.sessionId, 'sent')
    expect([status(), ours.sendingIds]).toEqual(['inviteSent', []])
    ours.setInvite(bob.sessionId, 'failed')
    expect(status()).toBe('inviteFailed')
    ours.setInvite(bob.sessionId, 'accepted')
    expect([status(), ours.get(bob.sessionId)?.supplement]).toEqual(['inviteAccepted', false])
    ours.setProfile(bob.sessionId, { name: 'b'.repeat(120) })
    expect(ours.get(bob.sessionId)).toMatchObject({ name: 'b'.repeat(100), picture: { url: 'u' } })
    ours.setProfile(bob.sessionId, { picture: null })
    expect(ours.get(bob.sessionId)?.picture).toBeNull()
    ours.setPromotion(bob.sessionId, 'notSent')
    expect(status()).toBe('promotionSending')
    ours.setInvite(bob.sessionId, 'sent')
    expect(status()).toBe('promotionSending')
    ours.setPromotion(bob.sessionId, 'accepted')
    expect(status()).toBe('promotionAccepted')
    ours.remove(bob.sessionId)
    expect(status()).toBe('removed')
    ours.remove(bob.sessionId, { withMessages: true })
    expect(status()).toBe('removedIncludingMessages')
    ours.add({ sessionId: bob.sessionId })
    expect([status(), ours.size]).toEqual(['inviteSending', 1])
    expect([ours.erase(bob.sessionId), ours.erase(bob.sessionId), ours.size, ours.sendingIds]).toEqual([
      true,
      false,
      0,
      [],
    ])
  })

  it('are refused when they are none', () => {
    const ours = members()
    expect(() => ours.setInvite(bob.sessionId, 'sent')).toThrow(refusal('GROUP_UNKNOWN_MEMBER'))
    expect(() => ours.remove(bob.sessionId)).toThrow(refusal('GROUP_UNKNOWN_MEMBER'))
    expect(() => ours.add({ sessionId: g.groupId })).toThrow(refusal('GROUP_BAD_ID'))
    expect(() => ours.add({ sessionId: 'x' })).toThrow(refusal('GROUP_BAD_ID'))
    expect(() => ours.add({ sessionId: bob.sessionId, name: 'x'.repeat(101) })).toThrow(refusal('CONFIG_BAD_VALUE'))
    ours.add({ sessionId: bob.sessionId })
    expect(() => ours.setInvite(bob.sessionId, 'x' as 'sent')).toThrow(refusal('GROUP_BAD_ARGUMENT'))
    expect(() => members({ admin: undefined }).add({ sessionId: bob.sessionId })).toThrow(refusal('CONFIG_READ_ONLY'))
  })

  it('are at most 100 when we add, and as many as there are when we read', () => {
    const ours = members()
    for (let i = 0; i < MAX_GROUP_MEMBERS; i++) ours.add({ sessionId: person(`m${i}`).sessionId })
    expect(() => ours.add({ sessionId: bob.sessionId })).toThrow(refusal('GROUP_TOO_MANY_MEMBERS'))
    ours.add({ sessionId: person('m3').sessionId, name: 'again' })
    ours.config.set(['m', bytesToBinary(Uint8Array.of(5, ...bob.x25519.publicKey)), 'n'], '')
    expect([ours.size, ours.list().length]).toEqual([101, 101])
    expect(ours.ids()).toEqual([...ours.ids()].sort())
  })

  it('are skipped when their entry is none, and unknown fields stay', () => {
    const ours = members()
    ours.add({ sessionId: bob.sessionId })
    const id = bytesToBinary(Uint8Array.of(5, ...bob.x25519.publicKey))
    ours.config.set(['m', 'short', 'n'], 'x')
    ours.config.set(['m', `\x03${id.slice(1)}`, 'n'], 'x')
    ours.config.set(['m', bytesToBinary(Uint8Array.of(5, ...alice.x25519.publicKey))], 'no dict')
    ours.config.set(['m', id, 'X'], 'kept')
    ours.setInvite(bob.sessionId, 'accepted')
    expect(ours.ids()).toEqual([bob.sessionId])
    expect(ours.config.getString(['m', id, 'X'])).toBe('kept')
    expect(ours.get(alice.sessionId)).toBeNull()
  })

  it('have a status for every number', () => {
    const state = { admin: false, inviteStatus: 0, promotionStatus: 0, removedStatus: 0, sending: false }
    expect(memberStatus({ ...state, removedStatus: 9 })).toBe('removedUnknown')
    expect(memberStatus({ ...state, inviteStatus: 9 })).toBe('inviteUnknown')
    expect(memberStatus({ ...state, admin: true, promotionStatus: 9 })).toBe('promotionUnknown')
    expect(memberStatus({ ...state, admin: true, promotionStatus: 3 })).toBe('promotionNotSent')
    expect(memberStatus({ ...state, admin: true, promotionStatus: 2 })).toBe('promotionFailed')
    expect(memberStatus({ ...state, admin: true, promotionStatus: 1 })).toBe('promotionSent')
  })
})

describe('a group', () => {
  it('is created, joined, taken over, and left behind', () => {
    const admin = createGroup({ random: (length) => new Uint8Array(length).fill(3) })
    const { groupId } = admin
    const ours = new ClosedGroup({ groupId, member: alice, adminSeed: admin.ed25519.seed, now: () => time })
    ours.info.name = 'Group'
    ours.members.add({ sessionId: alice.sessionId, name: 'Alice' })
    ours.members.setPromotion(alice.sessionId, 'accepted')
    ours.members.add({ sessionId: bob.sessionId, name: 'Bob' })
    const message = ours.rekey()
    expect(ours.needsPush).toBe(true)
    expect(() => ours.encrypt({ message: key })).toThrow(refusal('GROUP_NO_KEY'))
    const [infoPush, membersPush] = [ours.info.push(), ours.members.push()]
    ours.loadKeyMessage({ hash: 'k0', message, timestamp: time })
    ours.info.confirmPushed({ seqno: infoPush.seqno, hashes: ['i0'] })
    ours.members.confirmPushed({ seqno: membersPush.seqno, hashes: ['m0'] })
    expect(ours.needsPush).toBe(false)

    const theirs = new ClosedGroup({ groupId, member: bob, now: () => time })
    expect(theirs.info.merge(stored(infoPush, 'i0')).accepted).toEqual([])
    expect(theirs.loadKeyMessage({ hash: 'k0', message, timestamp: time }).foundKey).toBe(true)
    theirs.info.merge(stored(infoPush, 'i0'))
    theirs.members.merge(stored(membersPush, 'm0'))
    expect([theirs.info.name, theirs.members.size, theirs.needsDump]).toEqual(['Group', 2, true])
    const restored = new ClosedGroup({ groupId, member: bob, dump: theirs.dump() })
    expect(theirs.needsDump).toBe(false)
    const hello = Uint8Array.of(104, 105)
    const ciphertext = ours.encrypt({ message: hello })
    expect(restored.decrypt(ciphertext)).toMatchObject({ message: hello, sender: alice.sessionId, keyIndex: 0 })

    // Promoted: everything can be edited, without a change of content.
    restored.info.merge(stored(infoPush, 'again'))
    const unsaved = restored.needsDump
    restored.loadAdminKey(admin.ed25519.seed)
    expect([unsaved, restored.needsDump]).toEqual([true, true])
    restored.loadAdminKey(admin.ed25519.seed)
    expect([restored.isAdmin, restored.info.isReadOnly, restored.info.name, restored.needsPush]).toEqual([
      true,
      false,
      'Group',
      false,
    ])
    restored.info.name = 'Renamed'
    expect(ours.info.merge(stored(restored.info.push(), 'i1')).accepted).toEqual(['i1'])
    expect(ours.info.name).toBe('Renamed')

    // Removed: the member is told, and finds no key in what follows.
    const kick = sealKickedMessage({ group: admin, members: [bob.sessionId], generation: ours.keys.generation })
    ours.members.erase(bob.sessionId)
    const second = ours.rekey()
    ours.loadKeyMessage({ hash: 'k1', message: second, timestamp: time + 1 })
    expect(theirs.loadKeyMessage({ hash: 'k1', message: second, timestamp: time + 1 }).foundKey).toBe(false)
    const currentGeneration = theirs.keys.generation
    expect(openKickedMessage({ message: kick, groupId, member: bob, currentGeneration })).toEqual({ generation: 0 })
    expect(() => theirs.decrypt(ours.encrypt({ message: hello }))).toThrow(refusal('GROUP_DECRYPT_FAILED'))
    expect(ours.decrypt(ciphertext).keyIndex).toBe(1)
    theirs.wipe()
    expect(theirs.keys.size).toBe(0)
  })
})

describe('round trips', () => {
  const bytes = (most: number) => fc.uint8Array({ minLength: 1, maxLength: most })

  it('of group messages, whatever is in them', () => {
    fc.assert(
      fc.property(
        bytes(600),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.nat(300),
        (message, secret, padding) => {
          const ciphertext = encryptGroupMessage({ message, sender: alice, groupId: g.groupId, key: secret, padding })
          if (padding > 1) expect(ciphertext.length % padding).toBe(0)
          const opened = decryptGroupMessage({ ciphertext, groupId: g.groupId, keys: [key, secret] })
          expect([opened.message, opened.sender]).toEqual([new Uint8Array(message), alice.sessionId])
        },
      ),
      { numRuns: 100 },
    )
  })

  it('of containers', () => {
    const people = ['a', 'b', 'c'].map(person)
    const sender = alice.x25519
    fc.assert(
      fc.property(
        fc.array(bytes(60), { minLength: 3, maxLength: 3 }),
        fc.string({ maxLength: 80 }),
        fc.nat(8),
        (messages, domain, padTo) => {
          const recipients = people.map(({ x25519 }) => x25519.publicKey)
          const container = multiEncrypt({ messages, recipients, sender, domain, padTo })
          const open = (who: ReturnType<typeof person>): Uint8Array | null =>
            multiDecrypt({ container, recipient: who.x25519, sender: sender.publicKey, domain })
          expect(people.map(open)).toEqual(messages.map((message) => new Uint8Array(message)))
          expect(open(bob)).toBeNull()
        },
      ),
      { numRuns: 50 },
    )
  })

  it('junk of any length begins the same', () => {
    const long = junkBytes(new Uint8Array(32), 200)
    expect(junkBytes(new Uint8Array(32), 65)).toEqual(long.slice(0, 65))
    expect(junkBytes(new Uint8Array(32), 0)).toEqual(new Uint8Array())
  })

  it('of messages in several zstd frames', async () => {
    const zstd = await Zstd.load()
    const [a, b] = [new Uint8Array(400).fill(1), new Uint8Array(500).fill(2)]
    const compress = (): Uint8Array => Uint8Array.of(...zstd.compress(a, 1), ...zstd.compress(b, 1))
    const message = Uint8Array.of(...a, ...b)
    const ciphertext = encryptGroupMessage({ message, sender: alice, groupId: g.groupId, key, compress })
    expect(ciphertext.length).toBeLessThan(message.length)
    expect(decryptGroupMessage({ ciphertext, groupId: g.groupId, keys: [key] }).message).toEqual(message)
  })

  it('tries the newest key first, and each once', () => {
    const ciphertext = encryptGroupMessage({ message: key, sender: alice, groupId: g.groupId, key })
    const many = Array.from({ length: 20 }, (_, i) => new Uint8Array(32).fill(100 + i))
    const keys = [...many.slice(0, 19), key]
    expect(decryptGroupMessage({ ciphertext, groupId: g.groupId, keys }).keyIndex).toBe(19)
    expect(decryptGroupMessage({ ciphertext, groupId: g.groupId, keys: keys.reverse() }).keyIndex).toBe(0)
  })
})
