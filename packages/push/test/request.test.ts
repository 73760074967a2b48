import { bytesToBase64, bytesToHex, bytesToUtf8, hexToBytes, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { ed25519KeyPairFromSeed, ed25519Sign, ready } from '@sessionkit/crypto'
import { accountFromSeed, parseGroupId } from '@sessionkit/session-id'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  type BuildSubscribeInput,
  buildSubscribe,
  buildUnsubscribe,
  encodePushBody,
  MAX_ANSWER_MESSAGE_CHARACTERS,
  MAX_PUSH_BODY_BYTES,
  MAX_PUSH_REQUESTS,
  monitorText,
  PushError,
  type PushRequest,
  type PushSigner,
  type PushSubaccountSigner,
  parsePushAnswer,
  parsePushBody,
  unsubscribeText,
  verifySubscribe,
  verifyUnsubscribe,
} from '../src/index.ts'
import { codeOf } from './code-of.ts'
import { read, signerOf } from './known-answers.ts'

beforeAll(() => ready)

const { subscribe, unsubscribe } = read('ours/push.json').operations
const timestamp = 1_737_331_200
const now = timestamp * 1000
const token = 'f'.repeat(40)
const encKey = new Uint8Array(32).fill(9)

const accountOf = () => accountFromSeed(new Uint8Array(16).fill(1))
function groupOf(fill = 2) {
  const ed25519 = ed25519KeyPairFromSeed(SecretBytes.from(new Uint8Array(32).fill(fill)))
  return { groupId: parseGroupId(`03${bytesToHex(ed25519.publicKey)}`), ed25519 }
}
function subaccountOf(flags = 1, prefix = 3): PushSubaccountSigner {
  const group = groupOf()
  const keyPair = ed25519KeyPairFromSeed(SecretBytes.from(new Uint8Array(32).fill(3)))
  const tag = new Uint8Array([prefix, flags, 0, 0, ...keyPair.publicKey])
  return {
    owner: group.groupId,
    token: tag,
    tokenSignature: ed25519Sign({ message: tag, keyPair: group.ed25519 }),
    sign: (message) => ed25519Sign({ message, keyPair }),
  }
}
const inputOf = (signer: PushSigner): BuildSubscribeInput => ({
  signer,
  timestamp,
  service: 'firebase',
  token,
  namespaces: [0],
  encKey,
})

describe('known answers', () => {
  it('builds the recorded subscriptions, and accepts them', () => {
    for (const entry of subscribe) {
      const { request, signed_text, account } = entry
      const { namespaces, data, sig_ts, service, service_info, enc_key } = request
      expect(bytesToUtf8(monitorText({ account, timestamp: sig_ts, data, namespaces }))).toBe(signed_text)
      const input = { signer: signerOf(entry), timestamp: sig_ts, service, token: service_info.token }
      const built = buildSubscribe({
        ...input,
        namespaces: [...namespaces].reverse(),
        data,
        encKey: hexToBytes(enc_key),
      })
      expect(built).toEqual(request)
      expect(verifySubscribe({ request, now: sig_ts * 1000 })).toMatchObject({ account, namespaces, data })
    }
  })

  it('builds the recorded unsubscriptions, and accepts them', () => {
    for (const entry of unsubscribe) {
      const { request, signed_text, account } = entry
      const { sig_ts, service, service_info } = request
      expect(bytesToUtf8(unsubscribeText({ account, timestamp: sig_ts }))).toBe(signed_text)
      const input = { signer: signerOf(entry), timestamp: sig_ts, service, token: service_info.token }
      expect(buildUnsubscribe(input)).toEqual(request)
      expect(verifyUnsubscribe({ request, now: sig_ts * 1000 })).toMatchObject({ account, service })
    }
  })
})

describe('building', () => {
  it('sorts namespaces, takes a wrapped key, asks for data by default', () => {
    const key = SecretBytes.from(encKey)
    const request = buildSubscribe({ ...inputOf(accountOf()), namespaces: [5, -0, -11, 3], encKey: key })
    expect(request).toMatchObject({ namespaces: [-11, 0, 3, 5], data: true, enc_key: '09'.repeat(32) })
    expect(JSON.stringify(request)).not.toContain('-0')
  })

  it.each<[string, Partial<Record<keyof BuildSubscribeInput, unknown>>, string]>([
    ['no namespaces', { namespaces: [] }, 'PUSH_BAD_NAMESPACES'],
    ['namespaces twice', { namespaces: [1, 1] }, 'PUSH_BAD_NAMESPACES'],
    ['fractions', { namespaces: [0.5] }, 'PUSH_BAD_NAMESPACES'],
    ['17 bits', { namespaces: [32_768] }, 'PUSH_BAD_NAMESPACES'],
    ['17 bits below', { namespaces: [-32_769] }, 'PUSH_BAD_NAMESPACES'],
    ['text', { namespaces: ['0'] }, 'PUSH_BAD_NAMESPACES'],
    ['no list', { namespaces: null }, 'PUSH_BAD_NAMESPACES'],
    ['milliseconds', { timestamp: now }, 'PUSH_BAD_TIMESTAMP'],
    ['time 0', { timestamp: 0 }, 'PUSH_BAD_TIMESTAMP'],
    ['half seconds', { timestamp: 1.5 }, 'PUSH_BAD_TIMESTAMP'],
    ['no service', { service: '' }, 'PUSH_BAD_SERVICE'],
    ['a long service', { service: 'ü'.repeat(17) }, 'PUSH_BAD_SERVICE'],
    ['no token', { token: '' }, 'PUSH_BAD_TOKEN'],
    ['no text', { token: 5 }, 'PUSH_BAD_TOKEN'],
    ['a short token', { token: 'x'.repeat(31) }, 'PUSH_BAD_TOKEN'],
    ['a long token', { token: 'x'.repeat(1000) }, 'PUSH_BAD_TOKEN'],
    ['a lone surrogate', { token: `${token}\ud800` }, 'PUSH_BAD_TOKEN'],
    ['an Apple token of 63', { service: 'apns', token: 'a'.repeat(63) }, 'PUSH_BAD_TOKEN'],
    ['an Apple token that is no hex', { service: 'apns-sandbox', token: 'x'.repeat(64) }, 'PUSH_BAD_TOKEN'],
    ['a short key', { encKey: new Uint8Array(31) }, 'PUSH_BAD_KEY'],
    ['no key', { encKey: 'text' }, 'PUSH_BAD_KEY'],
    ['data as a number', { data: 1 }, 'PUSH_BAD_INPUT'],
    ['nobody', { signer: null }, 'PUSH_BAD_SIGNER'],
    ['somebody else', { signer: {} }, 'PUSH_BAD_SIGNER'],
  ])('refuses %s', (_, change, code) => {
    const input = { ...inputOf(accountOf()), ...change } as BuildSubscribeInput
    expect(codeOf(() => buildSubscribe(input))).toBe(code)
    if (!('namespaces' in change || 'data' in change || 'encKey' in change)) {
      expect(codeOf(() => buildUnsubscribe(input))).toBe(code)
    }
  })

  it('refuses signers that are not the account', () => {
    const account = accountOf()
    const other = accountFromSeed(new Uint8Array(16).fill(4))
    const sub = subaccountOf()
    const wrong: PushSigner[] = [
      { sessionId: account.sessionId, ed25519: other.ed25519 },
      { sessionId: groupOf().groupId as never, ed25519: account.ed25519 },
      { groupId: groupOf().groupId, ed25519: groupOf(7).ed25519 },
      { groupId: account.sessionId as never, ed25519: account.ed25519 },
      subaccountOf(2),
      subaccountOf(1, 5),
      { ...sub, token: sub.token.slice(1) },
      { ...sub, tokenSignature: new Uint8Array(63) },
      { ...sub, sign: () => new Uint8Array(63) },
      { ...sub, owner: 'x' },
      { ...sub, owner: account.sessionId, token: sub.token.slice().fill(5, 0, 1) },
    ]
    for (const signer of wrong) expect(codeOf(() => buildSubscribe(inputOf(signer)))).toBe('PUSH_BAD_SIGNER')
  })

  it('knows subaccounts of a 05 account, and tokens for any prefix', () => {
    const account = accountOf()
    const keyPair = ed25519KeyPairFromSeed(SecretBytes.from(new Uint8Array(32).fill(3)))
    const tag = new Uint8Array([3, 9, 0, 0, ...keyPair.publicKey])
    const signer: PushSubaccountSigner = {
      owner: account.sessionId,
      ownerEd25519: account.ed25519.publicKey,
      token: tag,
      tokenSignature: ed25519Sign({ message: tag, keyPair: account.ed25519 }),
      sign: (message) => ed25519Sign({ message, keyPair }),
    }
    const request = buildSubscribe(inputOf(signer))
    expect(verifySubscribe({ request, now }).subaccount?.token).toEqual(tag)
  })
})

describe('bodies', () => {
  it('holds one request or several', () => {
    const request = buildUnsubscribe(inputOf(accountOf()))
    expect(JSON.parse(bytesToUtf8(encodePushBody(request)))).toEqual(request)
    expect(JSON.parse(bytesToUtf8(encodePushBody([request, request])))).toEqual([request, request])
  })

  it('refuses signers and namespaces that are not what they should be', () => {
    const sub = subaccountOf()
    for (const signer of [
      { ...sub, sign: undefined },
      { owner: sub.owner, token: sub.token, tokenSignature: sub.tokenSignature },
      { groupId: groupOf().groupId, ed25519: {} },
      { groupId: groupOf().groupId },
      { sessionId: accountOf().sessionId },
    ]) {
      expect(codeOf(() => buildSubscribe(inputOf(signer as never)))).toBe('PUSH_BAD_SIGNER')
    }
    for (const namespaces of [[5n, 1], ['1', '0'], [Number.NaN], [null, 1], new Set([1])]) {
      const input = { ...inputOf(groupOf()), namespaces: namespaces as never }
      expect(codeOf(() => buildSubscribe(input))).toBe('PUSH_BAD_NAMESPACES')
    }
  })

  it('refuses what is no JSON', () => {
    const circle: Record<string, unknown> = {}
    circle.circle = circle
    for (const request of [circle, { n: 5n }, { toJSON: () => undefined }]) {
      expect(codeOf(() => encodePushBody(request))).toBe('PUSH_BAD_INPUT')
    }
  })

  it('refuses none, too many and too much', () => {
    expect(codeOf(() => encodePushBody([]))).toBe('PUSH_BAD_INPUT')
    expect(codeOf(() => encodePushBody(null as never))).toBe('PUSH_BAD_INPUT')
    expect(codeOf(() => encodePushBody(Array(MAX_PUSH_REQUESTS + 1).fill({})))).toBe('PUSH_BAD_INPUT')
    expect(codeOf(() => encodePushBody({ text: 'x'.repeat(100_000) }))).toBe('PUSH_TOO_LARGE')
  })
})

describe('a server reads bodies', () => {
  const body = (text: string) => parsePushBody(utf8ToBytes(text))

  it('of one request and of several', () => {
    expect(body('{"a":1}')).toEqual({ requests: [{ a: 1 }], isArray: false })
    expect(body('[{"a":1},5]')).toEqual({ requests: [{ a: 1 }, 5], isArray: true })
  })

  it.each<[string, string, string]>([
    ['above 100,000 bytes', `{"a":"${'x'.repeat(MAX_PUSH_BODY_BYTES)}"}`, 'PUSH_TOO_LARGE'],
    ['that are empty', '', 'PUSH_BAD_REQUEST'],
    ['that are no JSON', '{', 'PUSH_BAD_REQUEST'],
    ['that are neither object nor array', '"x"', 'PUSH_BAD_REQUEST'],
    ['that are null', 'null', 'PUSH_BAD_REQUEST'],
    ['that are deep and unclosed', '['.repeat(MAX_PUSH_BODY_BYTES), 'PUSH_BAD_REQUEST'],
    ['of no request', '[]', 'PUSH_BAD_REQUEST'],
    ['of too many requests', `[${Array(101).fill('{}')}]`, 'PUSH_BAD_REQUEST'],
  ])('and refuses those %s', (_, text, code) => {
    expect(codeOf(() => body(text))).toBe(code)
  })

  it('and refuses what is no UTF-8, and no bytes', () => {
    expect(codeOf(() => parsePushBody(Uint8Array.of(0x22, 0xff, 0x22)))).toBe('PUSH_BAD_REQUEST')
    expect(codeOf(() => parsePushBody('{}' as never))).toBe('PUSH_BAD_REQUEST')
  })
})

describe('a server’s checks', () => {
  const good = () => buildSubscribe(inputOf(accountOf()))

  it('accepts what is built, in hex and in base64, of every signer', () => {
    const signers = fc.constantFrom<() => PushSigner>(
      accountOf,
      groupOf,
      () => subaccountOf(),
      () => subaccountOf(15),
    )
    const namespaces = fc.uniqueArray(fc.integer({ min: -32_768, max: 32_767 }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(signers, namespaces, fc.boolean(), fc.boolean(), (signer, some, data, asBase64) => {
        const built = buildSubscribe({ ...inputOf(signer()), namespaces: some, data })
        const key = asBase64 ? bytesToBase64(encKey, { padding: false }) : '09'.repeat(32)
        const checked = verifySubscribe({ request: { ...built, enc_key: key, unknown: 1 }, now })
        expect(checked).toMatchObject({ account: built.pubkey, data, encKey, timestamp, token, service: 'firebase' })
        expect(checked.namespaces).toEqual([...some].sort((a, b) => a - b))
        expect(verifyUnsubscribe({ request: buildUnsubscribe(inputOf(signer())), now }).account).toBe(built.pubkey)
      }),
      { numRuns: 30 },
    )
  })

  it.each<[string, PushRequest, string]>([
    ['another account', { pubkey: `05${'11'.repeat(32)}` }, 'PUSH_BAD_REQUEST'],
    ['an account of another kind', { pubkey: `15${'11'.repeat(32)}` }, 'PUSH_BAD_REQUEST'],
    ['a raw byte string', { pubkey: 'x'.repeat(33) }, 'PUSH_BAD_REQUEST'],
    ['no Ed25519 key', { session_ed25519: undefined }, 'PUSH_BAD_REQUEST'],
    ['another Ed25519 key', { session_ed25519: '22'.repeat(32) }, 'PUSH_BAD_REQUEST'],
    ['data as text', { data: 'true' }, 'PUSH_BAD_REQUEST'],
    ['other data', { data: false }, 'PUSH_BAD_SIGNATURE'],
    ['a short key', { enc_key: '00' }, 'PUSH_BAD_REQUEST'],
    ['no key', { enc_key: null }, 'PUSH_BAD_REQUEST'],
    ['unsorted namespaces', { namespaces: [1, 0] }, 'PUSH_BAD_NAMESPACES'],
    ['namespaces twice', { namespaces: [0, 0] }, 'PUSH_BAD_NAMESPACES'],
    ['no namespaces', { namespaces: [] }, 'PUSH_BAD_NAMESPACES'],
    ['fractions', { namespaces: [0.5] }, 'PUSH_BAD_NAMESPACES'],
    ['more namespaces', { namespaces: [0, 1] }, 'PUSH_BAD_SIGNATURE'],
    ['another time', { sig_ts: timestamp + 1 }, 'PUSH_BAD_SIGNATURE'],
    ['time 0', { sig_ts: 0 }, 'PUSH_BAD_TIMESTAMP'],
    ['time as text', { sig_ts: `${timestamp}` }, 'PUSH_BAD_TIMESTAMP'],
    ['a changed signature', { signature: bytesToBase64(new Uint8Array(64)) }, 'PUSH_BAD_SIGNATURE'],
    ['a short signature', { signature: 'AAAA' }, 'PUSH_BAD_REQUEST'],
    ['no service', { service: undefined }, 'PUSH_BAD_SERVICE'],
    ['no token', { service_info: {} }, 'PUSH_BAD_TOKEN'],
    ['no service info', { service_info: null }, 'PUSH_BAD_TOKEN'],
    ['half a subaccount', { subaccount: bytesToBase64(new Uint8Array(36)) }, 'PUSH_BAD_REQUEST'],
    ['the other half', { subaccount_sig: bytesToBase64(new Uint8Array(64)) }, 'PUSH_BAD_REQUEST'],
  ])('refuses %s', (_, change, code) => {
    expect(codeOf(() => verifySubscribe({ request: { ...good(), ...change }, now }))).toBe(code)
  })

  it('refuses tokens that do not open the group', () => {
    const request = buildSubscribe(inputOf(subaccountOf()))
    const withToken = (flags: number, prefix = 3) => {
      const { token: tag, tokenSignature } = subaccountOf(flags, prefix)
      return { ...request, subaccount: bytesToBase64(tag), subaccount_sig: bytesToBase64(tokenSignature) }
    }
    expect(codeOf(() => verifySubscribe({ request: withToken(6), now }))).toBe('PUSH_BAD_SIGNER')
    expect(codeOf(() => verifySubscribe({ request: withToken(1, 5), now }))).toBe('PUSH_BAD_SIGNER')
    expect(codeOf(() => verifySubscribe({ request: withToken(9, 5), now }))).toBe('nothing thrown')
    const forged = { ...request, subaccount_sig: bytesToBase64(new Uint8Array(64)) }
    expect(codeOf(() => verifySubscribe({ request: forged, now }))).toBe('PUSH_BAD_SIGNATURE')
    const ofAdmin = { ...request, signature: buildSubscribe(inputOf(groupOf())).signature }
    expect(codeOf(() => verifySubscribe({ request: ofAdmin, now }))).toBe('PUSH_BAD_SIGNATURE')
  })

  it('takes no clock that is no number', () => {
    expect(codeOf(() => verifySubscribe({ request: good(), now: Number.NaN }))).toBe('PUSH_BAD_TIMESTAMP')
  })

  it('keeps the times: 14 days back and 24 hours ahead; 24 hours both ways for unsubscribing', () => {
    const day = 86_400_000
    const request = good()
    const forget = buildUnsubscribe(inputOf(accountOf()))
    const at = (clock: number) => codeOf(() => verifySubscribe({ request, now: clock }))
    const forgetAt = (clock: number) => codeOf(() => verifyUnsubscribe({ request: forget, now: clock }))
    expect(at(now + 14 * day - 1)).toBe('nothing thrown')
    expect(at(now + 14 * day)).toBe('PUSH_BAD_TIMESTAMP')
    expect(at(now - day + 1)).toBe('nothing thrown')
    expect(at(now - day)).toBe('PUSH_BAD_TIMESTAMP')
    expect(forgetAt(now + day - 1)).toBe('nothing thrown')
    expect(forgetAt(now + day)).toBe('PUSH_BAD_TIMESTAMP')
    expect(forgetAt(now - day)).toBe('PUSH_BAD_TIMESTAMP')
    expect(codeOf(() => verifyUnsubscribe({ request: { ...forget, sig_ts: timestamp + 1 }, now }))).toBe(
      'PUSH_BAD_SIGNATURE',
    )
  })

  it('gives a typed error for 10,000 changed requests', () => {
    const request = good()
    const paths = Object.keys(request)
    const junk = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(undefined, '05'.repeat(33), [0, 1], {}))
    fc.assert(
      fc.property(fc.constantFrom(...paths), junk, fc.boolean(), (name, value, whole) => {
        const changed = whole ? value : { ...request, [name]: value }
        for (const verify of [verifySubscribe, verifyUnsubscribe]) {
          expect(codeOf(() => verify({ request: changed, now }))).toMatch(/^(nothing thrown|PUSH_BAD_[A-Z]+)$/)
        }
      }),
      { numRuns: 10_000, seed: 9 },
    )
  })
})

describe('answers', () => {
  const one = (value: unknown) => parsePushAnswer({ body: JSON.stringify(value), count: 1 })[0]

  it('tells success and failure', () => {
    expect(one({ success: true, added: true, message: 'x' })).toEqual({ ok: true, change: 'added' })
    expect(one({ success: true, updated: true })).toEqual({ ok: true, change: 'updated' })
    expect(one({ success: true, removed: true })).toEqual({ ok: true, change: 'removed' })
    expect(one({ success: true, removed: false })).toEqual({ ok: true, change: 'not-subscribed' })
    expect(one({ success: true })).toEqual({ ok: true, change: 'unknown' })
    const names = ['BAD_INPUT', 'SERVICE_NOT_AVAILABLE', 'SERVICE_TIMEOUT', 'ERROR', 'INTERNAL_ERROR']
    for (const [i, name] of names.entries()) {
      expect(one({ error: i + 1, message: 'm' })).toEqual({ ok: false, error: i + 1, name, message: 'm' })
    }
    expect(one({ success: true, error: 99 })).toEqual({ ok: false, error: 99, name: 'UNKNOWN', message: '' })
    const long = one({ error: 4, message: 'x'.repeat(10_000) })
    expect(long).toMatchObject({ message: 'x'.repeat(MAX_ANSWER_MESSAGE_CHARACTERS) })
  })

  it('keeps the order of a batch, and gives one error to all', () => {
    const body = JSON.stringify([
      { success: true, added: true },
      { error: 4, message: 'no' },
    ])
    expect(parsePushAnswer({ body, count: 2 }).map(({ ok }) => ok)).toEqual([true, false])
    const all = parsePushAnswer({ body: '{"error":1,"message":"too large"}', count: 3 })
    expect(all.map((outcome) => outcome.ok || outcome.name)).toEqual(['BAD_INPUT', 'BAD_INPUT', 'BAD_INPUT'])
  })

  it.each<[string, string, number]>([
    ['no JSON', '{', 1],
    ['nothing', '', 1],
    ['no object', '5', 1],
    ['null', 'null', 1],
    ['too few', '[{"success":true}]', 2],
    ['one success of several', '{"success":true}', 2],
    ['neither', '{}', 1],
    ['success as text', '{"success":"true"}', 1],
    ['an error without a number', '{"error":"4"}', 1],
    ['lists in a list', '[[]]', 1],
    ['too long', ' '.repeat(200_001), 1],
  ])('refuses %s', (_, body, count) => {
    expect(codeOf(() => parsePushAnswer({ body, count }))).toBe('PUSH_BAD_ANSWER')
  })

  it('gives outcomes or a typed error for 10,000 texts', () => {
    const text = fc.oneof(
      fc.json({ maxDepth: 3 }),
      fc.string(),
      fc.record({ success: fc.jsonValue(), error: fc.jsonValue() }, { requiredKeys: [] }).map((o) => JSON.stringify(o)),
    )
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 3 }), (body, count) => {
        try {
          expect(parsePushAnswer({ body, count })).toHaveLength(count)
        } catch (error) {
          expect(error).toBeInstanceOf(PushError)
        }
      }),
      { numRuns: 10_000, seed: 21 },
    )
  })
})
