import { concatBytes, hexToBytes, utf8ToBytes } from '@sessionkit/bytes'
import {
  blake2b,
  ed25519ScalarMult,
  ed25519Sign,
  ed25519Verify,
  ready,
  xchacha20poly1305Encrypt,
  xed25519Sign,
  xed25519Verify,
} from '@sessionkit/crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  blind15Candidates,
  blind15KeyPair,
  blind25Id,
  blind25KeyPair,
  blindedIdFromEd25519,
  blindedKeyPair,
  buildVersionCheck,
  DIRECT_MESSAGE_OVERHEAD,
  decryptDirectMessage,
  encryptDirectMessage,
  matchRequestResponse,
  sessionIdMatchesBlindedId,
  signBlinded,
  signMessage,
  verifyMessage,
  verifyMessages,
} from '../src/index.ts'
import { codeOf } from './code-of.ts'
import { account, accountOfSign, fill, NOW, SERVER } from './world.ts'

beforeAll(() => ready)

const serverPublicKey = SERVER
const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 })
const identity = `01${'0'.repeat(62)}`

describe('ids', () => {
  it('one of the two candidates is real, the other its negative; both signs occur', () => {
    for (const negative of [false, true]) {
      const one = accountOfSign(negative)
      const { id } = blind15KeyPair({ account: one, serverPublicKey })
      expect(blind15Candidates({ sessionId: one.sessionId, serverPublicKey }).indexOf(id)).toBe(negative ? 1 : 0)
      expect(blind25Id({ sessionId: one.sessionId, serverPublicKey })).toBe(
        blind25KeyPair({ account: one, serverPublicKey }).id,
      )
    }
  })

  it('ids of another server, and of another person, do not match', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 250 }), (key, n) => {
        const { id: blindedId } = blind15KeyPair({ account: account(n), serverPublicKey: key })
        const match = (m: number, pk: Uint8Array) =>
          sessionIdMatchesBlindedId({ sessionId: account(m).sessionId, blindedId, serverPublicKey: pk })
        expect([
          match(n, key),
          match(n + 1, key),
          match(
            n,
            key.map((byte) => byte ^ 1),
          ),
        ]).toEqual([true, false, false])
      }),
      { numRuns: 20 },
    )
  })

  it.each(['00', '03', '05', '07'])('matching refuses the prefix %s', (prefix) => {
    const input = { sessionId: account(1).sessionId, blindedId: prefix + 'ab'.repeat(32), serverPublicKey }
    expect(codeOf(() => sessionIdMatchesBlindedId(input))).toBe('OPEN_GROUP_BAD_ID')
  })

  it('matching refuses a session id of another prefix', () => {
    const { id } = blind15KeyPair({ account: account(1), serverPublicKey })
    const input = { sessionId: id, blindedId: id, serverPublicKey }
    expect(codeOf(() => sessionIdMatchesBlindedId(input))).toBe('OPEN_GROUP_BAD_ID')
  })

  it('a session id whose key is no point of the subgroup is invalid and matches nothing', () => {
    // u = 0 and u = p − 1 and a point of the twist.
    const bad = [`${'00'.repeat(31)}80`, `ec${'ff'.repeat(30)}7f`, `02${'00'.repeat(31)}`].map((key) => `05${key}`)
    for (const sessionId of bad) {
      expect(codeOf(() => blind15Candidates({ sessionId, serverPublicKey }))).toBe('OPEN_GROUP_BAD_POINT')
      expect(codeOf(() => blind25Id({ sessionId, serverPublicKey }))).toBe('OPEN_GROUP_BAD_POINT')
      const { id: blindedId } = blind15KeyPair({ account: account(1), serverPublicKey })
      expect(sessionIdMatchesBlindedId({ sessionId, blindedId, serverPublicKey })).toBe(false)
    }
  })

  it('a small-order or off-curve Ed25519 key has no blinded id', () => {
    for (const publicKey of [new Uint8Array(32), Uint8Array.from([1, ...new Uint8Array(31)]), fill(2)(32)]) {
      for (const prefix of ['15', '25'] as const) {
        const run = () => blindedIdFromEd25519({ publicKey, serverPublicKey, prefix })
        expect(codeOf(run)).toBe('OPEN_GROUP_BAD_POINT')
      }
    }
  })

  it('a server key has 32 bytes', () => {
    for (const key of [new Uint8Array(31), undefined as never, 'x' as never]) {
      expect(codeOf(() => blind15KeyPair({ account: account(1), serverPublicKey: key }))).toBe(
        'OPEN_GROUP_BAD_SERVER_KEY',
      )
    }
  })

  it('version checks are for known platforms', () => {
    const input = { account: account(1), timestamp: NOW }
    expect(codeOf(() => buildVersionCheck({ ...input, platform: 'web' as never }))).toBe('OPEN_GROUP_BAD_ARGUMENT')
    expect(buildVersionCheck({ ...input, platform: 'desktop', releaseChannel: 'stable' }).endpoint).toBe(
      '/session_version?platform=desktop&release_channel=stable',
    )
  })
})

describe('signatures', () => {
  it('verify under the blinded key, and fail for every change', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 250 }), (message, n) => {
        for (const prefix of ['15', '25'] as const) {
          const one = account(n)
          const keys = prefix === '15' ? blind15KeyPair : blind25KeyPair
          const { publicKey, id } = keys({ account: one, serverPublicKey })
          const signature = signBlinded({ account: one, serverPublicKey, message, prefix })
          expect(ed25519Verify({ message, signature, publicKey })).toBe(true)
          signature[n % 64]! ^= 1
          expect(verifyMessage({ sessionId: id, data: message, signature })).toBe(false)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('of all dialects of 05 posters verify, for keys of both signs, in one batch', () => {
    const data = utf8ToBytes('padded')
    const signed = [false, true].flatMap((negative) => {
      const one = accountOfSign(negative)
      const sessionId = one.sessionId
      const libsession = signMessage({ account: one, serverPublicKey, data, prefix: '05', random: fill(5) })
      const android = ed25519Sign({ message: data, keyPair: one.ed25519 })
      expect(xed25519Verify({ message: data, signature: libsession, publicKey: one.x25519.publicKey })).toBe(true)
      return [libsession, android].map((signature) => ({ sessionId, data, signature }))
    })
    expect(verifyMessages(signed)).toEqual([true, true, true, true])
    const mixed = signed.map((one, i) => (i % 2 === 0 ? one : { ...one, data: utf8ToBytes('other') }))
    expect(verifyMessages(mixed)).toEqual([true, false, true, false])
  })

  it('a set highest bit is verified under the negative key only', () => {
    const one = accountOfSign(false)
    const data = utf8ToBytes('padded')
    const signature = xed25519Sign({ message: data, secretKey: one.x25519.secretKey, random: fill(5) })
    signature[63]! |= 0x80
    expect(verifyMessage({ sessionId: one.sessionId, data, signature })).toBe(false)
  })

  it('another prefix, a malformed id, a short signature and a key that is none are false, not errors', () => {
    const data = utf8ToBytes('padded')
    const signature = signBlinded({ account: account(1), serverPublicKey, message: data })
    const { id } = blind15KeyPair({ account: account(1), serverPublicKey })
    expect(verifyMessage({ sessionId: id, data, signature })).toBe(true)
    const ids = ['00', '03', '07', 'ff'].map((prefix) => prefix + id.slice(2))
    for (const sessionId of [...ids, '', 'x', `05ec${'ff'.repeat(30)}7f`, `15${identity}`, 5 as never]) {
      expect(verifyMessage({ sessionId, data, signature })).toBe(false)
    }
    expect(verifyMessage({ sessionId: id, data, signature: signature.slice(1) })).toBe(false)
    expect(verifyMessage({ sessionId: id, data: 'x' as never, signature })).toBe(false)
    expect(verifyMessages([])).toEqual([])
    const good = { sessionId: id, data, signature }
    expect(verifyMessages([null as never, good, undefined as never, {} as never])).toEqual([false, true, false, false])
  })

  it('one bad signature among 256 is found, and only that one', () => {
    const messages = Array.from({ length: 256 }, (_, i) => {
      const one = account(1 + (i % 40))
      const data = new Uint8Array(160).fill(i)
      const prefix = (['15', '25', '05'] as const)[i % 3]!
      const sessionId = prefix === '05' ? one.sessionId : blindedKeyPair({ account: one, serverPublicKey, prefix }).id
      const signature = signMessage({ account: one, serverPublicKey, data, prefix, random: fill(i) })
      return { sessionId: sessionId as string, data, signature }
    })
    expect(verifyMessages(messages).every(Boolean)).toBe(true)
    messages[137]!.signature[5]! ^= 1
    expect(verifyMessages(messages).flatMap((valid, i) => (valid ? [] : [i]))).toEqual([137])
  })

  it('have one form only: S is below the group order', () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n
    for (const prefix of ['05', '15', '25'] as const) {
      const one = account(3)
      const data = utf8ToBytes('padded')
      const sessionId = prefix === '05' ? one.sessionId : blindedKeyPair({ account: one, serverPublicKey, prefix }).id
      const signature = signMessage({ account: one, serverPublicKey, data, prefix, random: fill(1) })
      let s = signature.slice(32).reduceRight((value, byte) => value * 256n + BigInt(byte), 0n) + order
      const other = signature.map((byte, i) => {
        if (i < 32) return byte
        const next = Number(s & 0xffn)
        s >>= 8n
        return next
      })
      expect(verifyMessage({ sessionId, data, signature })).toBe(true)
      expect(verifyMessage({ sessionId, data, signature: other })).toBe(false)
    }
  })

  it('under a key of small order, for which anybody could make them, are false', () => {
    const points = [
      identity,
      `${'00'.repeat(32)}`,
      `ec${'ff'.repeat(30)}7f`,
      `ee${'ff'.repeat(30)}7f`,
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    ]
    for (const point of points) {
      const signature = new Uint8Array(64)
      signature.set(hexToBytes(point))
      const sessionIds = ['05', '15', '25'].map((prefix) => prefix + point)
      const messages = Array.from({ length: 16 }, (_, i) => Uint8Array.of(i))
      const signed = messages.flatMap((data) => sessionIds.map((sessionId) => ({ sessionId, data, signature })))
      expect(verifyMessages(signed).some(Boolean)).toBe(false)
    }
  })
})

describe('direct messages', () => {
  const message = utf8ToBytes('hello')
  const people = () => {
    const alice = account(1)
    const bob = account(2)
    const senderId = blind15KeyPair({ account: alice, serverPublicKey }).id
    const recipientId = blind15KeyPair({ account: bob, serverPublicKey }).id
    const ciphertext = encryptDirectMessage({ message, sender: alice, recipientId, serverPublicKey, random: fill(3) })
    return { alice, bob, senderId, recipientId, serverPublicKey, ciphertext }
  }

  it('open in both directions, for both kinds and any account', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 1, max: 120 }), (text, n) => {
        const sender = account(n)
        const recipient = account(n + 1)
        for (const keys of [blind15KeyPair, blind25KeyPair]) {
          const recipientId = keys({ account: recipient, serverPublicKey }).id
          const senderId = keys({ account: sender, serverPublicKey }).id
          const ciphertext = encryptDirectMessage({ message: text, sender, recipientId, serverPublicKey })
          expect(ciphertext.length).toBe(text.length + DIRECT_MESSAGE_OVERHEAD)
          const ids = { ciphertext, senderId, recipientId, serverPublicKey }
          expect(decryptDirectMessage({ ...ids, account: recipient, box: 'inbox' }).message).toEqual(text)
          expect(decryptDirectMessage({ ...ids, account: sender, box: 'outbox' })).toMatchObject({
            message: text,
            outgoing: true,
            sender: sender.sessionId,
          })
        }
      }),
      { numRuns: 20 },
    )
  })

  it.each<[string, (p: ReturnType<typeof people>) => object, string]>([
    ['shorter than 41 bytes', () => ({ ciphertext: new Uint8Array(40) }), 'OPEN_GROUP_TOO_SHORT'],
    ['an inner part shorter than 32 bytes', () => ({ ciphertext: new Uint8Array(72) }), 'OPEN_GROUP_TOO_SHORT'],
    ['a sender id of another kind', (p) => ({ senderId: p.alice.sessionId }), 'OPEN_GROUP_BAD_ID'],
    ['a recipient id that is none', () => ({ recipientId: 'x' }), 'OPEN_GROUP_BAD_ID'],
    [
      'mixed prefixes',
      (p) => ({ senderId: blind25KeyPair({ account: p.alice, serverPublicKey }).id }),
      'OPEN_GROUP_MIXED_PREFIXES',
    ],
    [
      'a version other than 0',
      (p) => ({ ciphertext: p.ciphertext.map((b, i) => (i === 0 ? 1 : b)) }),
      'OPEN_GROUP_UNKNOWN_VERSION',
    ],
    [
      'a changed ciphertext',
      (p) => ({ ciphertext: p.ciphertext.map((b, i) => (i === 9 ? b ^ 1 : b)) }),
      'OPEN_GROUP_OPEN_FAILED',
    ],
    [
      'a changed nonce',
      (p) => ({ ciphertext: p.ciphertext.map((b, i) => (i === 77 ? b ^ 1 : b)) }),
      'OPEN_GROUP_OPEN_FAILED',
    ],
    ['another recipient', () => ({ account: account(3) }), 'OPEN_GROUP_OPEN_FAILED'],
    // The key of 15 does not depend on the server; the sender's id does.
    ['another server', () => ({ serverPublicKey: new Uint8Array(32).fill(1) }), 'OPEN_GROUP_SENDER_MISMATCH'],
    [
      'a sender id of the opposite sign',
      (p) => ({
        senderId:
          p.senderId.slice(0, 64) + (Number.parseInt(p.senderId.slice(64), 16) ^ 0x80).toString(16).padStart(2, '0'),
      }),
      'OPEN_GROUP_OPEN_FAILED',
    ],
    ['a sender id that is no point', () => ({ senderId: `15${identity}` }), 'OPEN_GROUP_BAD_POINT'],
    ["one's own id as sender in the inbox", (p) => ({ account: p.alice, box: 'inbox' }), 'OPEN_GROUP_OWN_MESSAGE'],
    ["somebody else's id as sender in the outbox", () => ({ box: 'outbox' }), 'OPEN_GROUP_OWN_MESSAGE'],
    ['no bytes', () => ({ ciphertext: 'x' }), 'OPEN_GROUP_BAD_ARGUMENT'],
    ['a server key of 31 bytes', () => ({ serverPublicKey: new Uint8Array(31) }), 'OPEN_GROUP_BAD_SERVER_KEY'],
  ])('refuse %s', (_, change, code) => {
    const p = people()
    expect(codeOf(() => decryptDirectMessage({ ...p, account: p.bob, ...change(p) } as never))).toBe(code)
  })

  it.each([
    ['the key of somebody else inside', () => account(3).ed25519.publicKey, 'OPEN_GROUP_SENDER_MISMATCH'],
    [
      'the sender key with the other sign',
      () => account(1).ed25519.publicKey.map((b, i) => (i === 31 ? b ^ 0x80 : b)),
      'OPEN_GROUP_SENDER_MISMATCH',
    ],
    ['a key inside that converts to no account', () => new Uint8Array(32), 'OPEN_GROUP_BAD_SENDER_KEY'],
  ])('refuse %s', (_, inner, code) => {
    const { alice, bob, senderId, recipientId } = people()
    const mine = blind15KeyPair({ account: alice, serverPublicKey }).publicKey
    const theirs = blind15KeyPair({ account: bob, serverPublicKey }).publicKey
    const shared = ed25519ScalarMult({ scalar: alice.x25519.secretKey.reveal(), point: theirs })
    const secret = blake2b({ message: [shared, mine, theirs], length: 32 })
    const nonce = fill(1)(24)
    const sealed = xchacha20poly1305Encrypt({ key: secret, nonce, message: concatBytes(message, inner()) })
    const ciphertext = concatBytes(Uint8Array.of(0), sealed, nonce)
    const run = () => decryptDirectMessage({ ciphertext, account: bob, senderId, recipientId, serverPublicKey })
    expect(codeOf(run)).toBe(code)
  })

  it('are not encrypted to what is no blinded id or no point', () => {
    const input = { message, sender: account(1), serverPublicKey }
    const code = (recipientId: string) => codeOf(() => encryptDirectMessage({ ...input, recipientId }))
    expect(code(account(2).sessionId)).toBe('OPEN_GROUP_BAD_ID')
    expect(code(`15${identity}`)).toBe('OPEN_GROUP_BAD_POINT')
  })
})

describe('request responses', () => {
  const contacts = () =>
    [15, 25].flatMap((kind) =>
      [1, 2].map((n) => {
        const input = { account: account(n), serverPublicKey }
        return { n, serverPublicKey, blindedId: (kind === 15 ? blind15KeyPair(input) : blind25KeyPair(input)).id }
      }),
    )
  const approved = { messageRequestResponse: { isApproved: true } }

  it('find every blinded conversation of their sender', () => {
    const sender = account(2).sessionId
    const { sessionId, matches } = matchRequestResponse({ sender, content: approved, contacts: contacts() })
    expect(sessionId).toBe(sender)
    expect(matches.map(({ n }) => n)).toEqual([2, 2])
  })

  it('from a sender that is not 05, or without isApproved, are dropped', () => {
    const from = (sender: string, content: object) => () => matchRequestResponse({ sender, content, contacts: [] })
    expect(codeOf(from(blind15KeyPair({ account: account(1), serverPublicKey }).id, approved))).toBe(
      'OPEN_GROUP_NOT_APPROVED',
    )
    const { sessionId } = account(1)
    expect(codeOf(from(sessionId, {}))).toBe('OPEN_GROUP_NOT_APPROVED')
    expect(codeOf(from(sessionId, { messageRequestResponse: { isApproved: false } }))).toBe('OPEN_GROUP_NOT_APPROVED')
  })
})
