import {
  type BencodeInput,
  bytesToBase64,
  bytesToHex,
  concatBytes,
  encodeBencode,
  hexToBytes,
  SecretBytes,
  utf8ToBytes,
} from '@sessionkit/bytes'
import { ready, sha256, xchacha20poly1305Encrypt } from '@sessionkit/crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import * as index from '../src/index.ts'
import {
  decryptNotification,
  MAX_PAYLOAD_BYTES,
  openNotification,
  PushError,
  parseNotification,
  sealNotification,
} from '../src/index.ts'
import { codeOf } from './code-of.ts'
import { read } from './known-answers.ts'

beforeAll(() => ready)

const { push_notification_decrypt, push_notification_reject } = read('libsession-crypto.json').operations
const { notification } = read('ours/push.json').operations
const encKey = new Uint8Array(32).map((_, i) => i)
const account = `05${'ab'.repeat(32)}`
const hash = 'h'.repeat(43)
const now = 1_737_331_200_000
const subscriptions = new Map([[account, [0, 11]]])
const metadata = { '@': account, '#': hash, n: 0, t: now, z: now + 1000 }
const hello = utf8ToBytes('hello')

const sealed = (plaintext: Uint8Array, nonce = new Uint8Array(24)): Uint8Array =>
  concatBytes(nonce, xchacha20poly1305Encrypt({ key: encKey, nonce, message: plaintext }))
const list = (...items: BencodeInput[]) => encodeBencode(items)
const json = (fields: Record<string, unknown>) => JSON.stringify({ ...metadata, ...fields })
const opened = (...items: BencodeInput[]) =>
  openNotification({ payload: sealed(list(...items)), encKey, subscriptions, now })
const codeFor = (...items: BencodeInput[]) => codeOf(() => opened(...items))

describe('known answers', () => {
  it('decrypts the reference’s payloads and strips their zeros', () => {
    for (const entry of push_notification_decrypt) {
      const key = hexToBytes(entry.enc_key)
      const payload = hexToBytes(entry.payload)
      const { plaintext, padding } = decryptNotification({ payload, encKey: key })
      expect(bytesToHex(plaintext)).toBe(entry.plaintext)
      expect(padding).toBe(entry.zero_padding_bytes)
      const text = bytesToBase64(payload)
      expect(decryptNotification({ payload: text, encKey: SecretBytes.from(key) }).plaintext).toEqual(plaintext)
    }
  })

  it('refuses what the reference refuses', () => {
    for (const { enc_key, payload, why } of push_notification_reject) {
      const code = codeOf(() => decryptNotification({ payload: hexToBytes(payload), encKey: hexToBytes(enc_key) }))
      expect(code, why).toMatch(why.startsWith('shorter') ? /^PUSH_BAD_PAYLOAD$/ : /^PUSH_OPEN_FAILED$/)
    }
  })

  it('makes and opens our own, in both forms', () => {
    for (const entry of notification) {
      const data = entry.data_formula
        ? new Uint8Array(entry.data_formula.length).fill(entry.data_formula.byte)
        : entry.data === null
          ? undefined
          : hexToBytes(entry.data)
      const key = hexToBytes(entry.enc_key)
      const payload = sealNotification({ ...entry, encKey: key, data, random: () => hexToBytes(entry.nonce) })
      expect(bytesToHex(payload)).toBe(entry.payload)
      expect(payload).toHaveLength(entry.payload_length)
      expect(bytesToHex(sha256(payload))).toBe(entry.payload_sha256)
      const { plaintext, padding } = decryptNotification({ payload, encKey: key })
      expect(bytesToHex(plaintext)).toBe(entry.plaintext)
      expect(padding).toBe(entry.zero_padding_bytes)
      const told = { account: entry.account, hash: entry.hash, timestamp: entry.timestamp, expiry: entry.expiry }
      expect(parseNotification(plaintext)).toMatchObject({
        form: entry.form,
        metadata: { ...told, namespace: entry.namespace, isTruncated: entry.truncated, dataLength: data?.length },
      })
      const wanted = new Map([[entry.account, [entry.namespace]]])
      expect(openNotification({ payload, encKey: key, subscriptions: wanted, now: entry.timestamp })).toEqual(
        entry.type === 'message'
          ? { ...told, type: 'message', namespace: entry.namespace, data }
          : { ...told, type: 'poll', namespace: entry.namespace, reason: entry.reason },
      )
    }
  })
})

describe('payloads', () => {
  const good = sealed(list(json({ l: 5 }), hello))

  it('round-trips every size, and pads to steps of 256', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.constantFrom(0, 11), (bytes, namespace) => {
        const data = new Uint8Array(bytes)
        const input = { encKey, account, hash, namespace, timestamp: now, expiry: now + 1, data }
        const payload = sealNotification(input)
        expect((payload.length - 40) % 256).toBe(0)
        expect(payload.length).toBeLessThanOrEqual(2856)
        const got = openNotification({ payload: bytesToBase64(payload), encKey, subscriptions, now })
        expect(got.namespace).toBe(namespace)
        if (data.length === 0) expect(got).toMatchObject({ type: 'poll', reason: 'no-data' })
        else if (data.length > 2500) expect(got).toMatchObject({ type: 'poll', reason: 'too-long' })
        else expect(got).toMatchObject({ type: 'message', data })
      }),
    )
  })

  it('takes any padding, and keeps data that ends in zeros', () => {
    const data = new Uint8Array(300)
    for (const zeros of [0, 1, 255, 1000]) {
      const payload = sealed(concatBytes(list(json({ l: 300 }), data), new Uint8Array(zeros)))
      expect(openNotification({ payload, encKey, subscriptions, now })).toMatchObject({ type: 'message', data })
    }
  })

  it('leaves a plaintext of zeros alone', () => {
    const { plaintext, padding } = decryptNotification({ payload: sealed(new Uint8Array(9)), encKey })
    expect(plaintext).toEqual(new Uint8Array(9))
    expect(padding).toBe(0)
    expect(codeOf(() => parseNotification(plaintext))).toBe('PUSH_BAD_LIST')
    expect(decryptNotification({ payload: sealed(new Uint8Array()), encKey }).plaintext).toHaveLength(0)
  })

  it.each<[string, unknown, unknown, string]>([
    ['no base64', 'enc payload', encKey, 'PUSH_BAD_PAYLOAD'],
    ['absent', undefined, encKey, 'PUSH_BAD_PAYLOAD'],
    ['empty', '', encKey, 'PUSH_BAD_PAYLOAD'],
    ['39 bytes', new Uint8Array(39), encKey, 'PUSH_BAD_PAYLOAD'],
    ['40 bytes of nothing', new Uint8Array(40), encKey, 'PUSH_OPEN_FAILED'],
    ['too long', new Uint8Array(MAX_PAYLOAD_BYTES + 1), encKey, 'PUSH_BAD_PAYLOAD'],
    ['too long a text', 'A'.repeat(2 * MAX_PAYLOAD_BYTES + 4), encKey, 'PUSH_BAD_PAYLOAD'],
    ['a key of 31', new Uint8Array(296), new Uint8Array(31), 'PUSH_BAD_KEY'],
    ['a key of 33', new Uint8Array(296), new Uint8Array(33), 'PUSH_BAD_KEY'],
    ['no key', new Uint8Array(296), null, 'PUSH_BAD_KEY'],
  ])('refuses %s', (_, payload, key, code) => {
    expect(codeOf(() => decryptNotification({ payload: payload as never, encKey: key as never }))).toBe(code)
  })

  it('refuses every change of nonce, ciphertext and tag, and another key', () => {
    for (let i = 0; i < good.length; i++) {
      const payload = good.slice()
      payload[i]! ^= 1
      expect(codeOf(() => decryptNotification({ payload, encKey }))).toBe('PUSH_OPEN_FAILED')
    }
    expect(codeOf(() => decryptNotification({ payload: good, encKey: new Uint8Array(32) }))).toBe('PUSH_OPEN_FAILED')
  })
})

describe('lists', () => {
  it.each<[string, string, string]>([
    ['nothing', '', 'PUSH_BAD_LIST'],
    ['a string', '2:{}', 'PUSH_BAD_LIST'],
    ['a dict', 'de', 'PUSH_BAD_LIST'],
    ['an empty list', 'le', 'PUSH_BAD_LIST'],
    ['no end', 'l2:{}', 'PUSH_BAD_LIST'],
    ['a length with a sign', 'l+2:{}e', 'PUSH_BAD_LIST'],
    ['a negative length', 'l-2:{}e', 'PUSH_BAD_LIST'],
    ['a leading zero', 'l02:{}e', 'PUSH_BAD_LIST'],
    ['a length beyond the end', 'l9:{}e', 'PUSH_BAD_LIST'],
    ['an endless length', `l${'9'.repeat(400)}:{}e`, 'PUSH_BAD_LIST'],
    ['bytes after the end', 'l2:{}ex', 'PUSH_BAD_LIST'],
    ['a number for metadata', 'li1ee', 'PUSH_BAD_LIST'],
    ['a list for metadata', 'llee', 'PUSH_BAD_LIST'],
    ['a number for data', 'l2:{}i1ee', 'PUSH_BAD_LIST'],
    ['depth', `${'l'.repeat(5000)}${'e'.repeat(5000)}`, 'PUSH_BAD_LIST'],
    ['a JSON list', 'l2:[]e', 'PUSH_BAD_METADATA'],
    ['JSON null', 'l4:nulle', 'PUSH_BAD_METADATA'],
    ['no JSON', 'l1:{e', 'PUSH_BAD_METADATA'],
    ['no UTF-8', 'l1:\u00ffe', 'PUSH_BAD_METADATA'],
    ['no fields', 'l2:{}e', 'PUSH_BAD_METADATA'],
    ['no fields in a dict', 'ldee', 'PUSH_BAD_METADATA'],
    ['unsorted keys', 'ld1:@0:1:#0:ee', 'PUSH_BAD_LIST'],
  ])('refuses %s', (_, text, code) => {
    const plaintext = Uint8Array.from(text, (c) => c.charCodeAt(0))
    expect(codeOf(() => parseNotification(plaintext))).toBe(code)
  })

  it('ignores further elements and unknown keys', () => {
    expect(opened(json({ l: 5, new: [1] }), hello, 'more', new Map([['a', 1]]))).toMatchObject({ type: 'message' })
  })

  it.each<[string, Record<string, unknown>, string]>([
    ['no account', { '@': undefined }, 'PUSH_BAD_METADATA'],
    ['an account that is none', { '@': 'ab' }, 'PUSH_BAD_METADATA'],
    ['an account as a number', { '@': 5 }, 'PUSH_BAD_METADATA'],
    ['an account of somebody else', { '@': `05${'cd'.repeat(32)}` }, 'PUSH_NOT_SUBSCRIBED'],
    ['a short hash', { '#': 'h'.repeat(31) }, 'PUSH_BAD_METADATA'],
    ['a long hash', { '#': 'h'.repeat(100) }, 'PUSH_BAD_METADATA'],
    ['a hash as a number', { '#': 5 }, 'PUSH_BAD_METADATA'],
    ['no hash', { '#': undefined }, 'PUSH_BAD_METADATA'],
    ['expired', { z: now }, 'PUSH_EXPIRED'],
    ['an expiry as text', { z: `${now}` }, 'PUSH_BAD_METADATA'],
    ['a time with a fraction', { t: 0.5 }, 'PUSH_BAD_METADATA'],
    ['a time beyond 2^53', { t: 2 ** 53 }, 'PUSH_BAD_METADATA'],
    ['a negative length', { l: -5 }, 'PUSH_BAD_METADATA'],
    ['a flag as text', { B: 'true' }, 'PUSH_BAD_METADATA'],
  ])('refuses %s', (_, fields, code) => {
    expect(codeFor(json({ l: 5, ...fields }), hello)).toBe(code)
  })

  it.each<[string, BencodeInput[], string, number | undefined]>([
    ['B', [json({ l: 3000, B: true })], 'too-long', 0],
    ['B as a number', [json({ l: 3000, B: 1 })], 'too-long', 0],
    ['B with data', [json({ l: 5, B: true }), hello], 'data-and-too-long', 0],
    ['no data asked for', [json({})], 'no-data', 0],
    ['data promised', [json({ l: 5 })], 'data-missing', 0],
    ['data promised, B false', [json({ l: 5, B: false })], 'data-missing', 0],
    ['another length', [json({ l: 4 }), hello], 'wrong-length', 0],
    ['no length', [json({}), hello], 'wrong-length', 0],
    ['namespace null', [json({ n: null, l: 5 }), hello], 'namespace-unknown', undefined],
    ['no namespace', [json({ n: undefined, l: 5 }), hello], 'namespace-unknown', undefined],
    ['a namespace of 17 bits', [json({ n: 32_768, l: 5 }), hello], 'namespace-unknown', undefined],
    ['a namespace as text', [json({ n: '0', l: 5 }), hello], 'namespace-unknown', undefined],
    ['a namespace not asked for', [json({ n: 5, l: 5 }), hello], 'namespace-not-subscribed', undefined],
  ])('says to poll: %s', (_, items, reason, namespace) => {
    const got = opened(...items)
    expect(got).toMatchObject({ type: 'poll', reason, account, hash })
    expect(got.namespace).toBe(namespace)
    expect(got).not.toHaveProperty('data')
  })

  it('reads the dict form, also with data, and B as i1e', () => {
    const dict = (fields: Record<string, BencodeInput>): BencodeInput =>
      new Map<string, BencodeInput>(Object.entries({ ...metadata, ...fields }))
    expect(opened(dict({ l: 5 }), hello)).toMatchObject({ type: 'message', data: hello, timestamp: now })
    expect(opened(dict({ l: 3000, B: 1 }))).toMatchObject({ reason: 'too-long' })
    expect(opened(dict({ n: 11 }))).toMatchObject({ reason: 'no-data', namespace: 11 })
    expect(codeFor(dict({ t: 2n ** 60n }), hello)).toBe('PUSH_BAD_METADATA')
    expect(codeFor(dict({ t: new Uint8Array([255]) }), hello)).toBe('PUSH_BAD_METADATA')
    expect(codeFor(dict({ '#': [] }), hello)).toBe('PUSH_BAD_METADATA')
  })

  it('accepts metadata without times, and ids in upper case', () => {
    const got = opened(json({ t: undefined, z: null, l: 5, '@': account.toUpperCase() }), hello)
    expect(got).toMatchObject({ type: 'message', account, timestamp: undefined, expiry: undefined })
  })

  it('takes nothing from a prototype', () => {
    expect(codeFor(`{"__proto__":${json({})}}`)).toBe('PUSH_BAD_METADATA')
  })

  it('takes no clock that is no number, and no list of accounts but a Map', () => {
    const payload = sealed(encodeBencode([json({ l: 5 }), hello]))
    const input = { payload, encKey, subscriptions: new Map([[account as string, [0]]]) }
    expect(codeOf(() => openNotification({ ...input, now: Number.NaN }))).toBe('PUSH_EXPIRED')
    for (const subscriptions of [undefined, null, {}, [[account, [0]]]]) {
      expect(codeOf(() => openNotification({ ...input, subscriptions } as never))).toBe('PUSH_BAD_INPUT')
    }
  })

  it('returns a copy of the data', () => {
    const plaintext = list(json({ l: 5 }), hello)
    const { data } = parseNotification(plaintext)
    plaintext.fill(0)
    expect(data).toEqual(hello)
  })

  it('gives a notification or a typed error for 10,000 random and changed plaintexts', () => {
    const samples = [list(json({ l: 5 }), hello), list(new Map<string, BencodeInput>(Object.entries(metadata)))]
    const change = fc.tuple(fc.nat(400), fc.integer({ min: 0, max: 255 }), fc.nat(3))
    const changed = fc.tuple(fc.constantFrom(...samples), fc.array(change, { minLength: 1, maxLength: 3 }))
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      changed.map(([sample, changes]) => {
        const out = [...sample]
        for (const [at, value, cut] of changes) out.splice(at % out.length, cut, value)
        return Uint8Array.from(out)
      }),
    )
    fc.assert(
      fc.property(bytes, (plaintext) => {
        try {
          const { metadata: m } = parseNotification(new Uint8Array(plaintext))
          expect(m.account).toHaveLength(66)
        } catch (error) {
          expect(error).toBeInstanceOf(PushError)
        }
      }),
      { numRuns: 10_000, seed: 31 },
    )
  })
})

describe('sealing', () => {
  const input = { encKey, account, hash, namespace: 0, timestamp: now, expiry: now }

  it.each<[string, Record<string, unknown>, string]>([
    ['a hash with quotes', { hash: '"'.repeat(40) }, 'PUSH_BAD_INPUT'],
    ['a namespace of 17 bits', { namespace: 32_768 }, 'PUSH_BAD_INPUT'],
    ['a time with a fraction', { timestamp: 0.5 }, 'PUSH_BAD_INPUT'],
    ['data that is no bytes', { data: 'text' }, 'PUSH_BAD_INPUT'],
    ['a short nonce', { random: () => new Uint8Array(23) }, 'PUSH_BAD_INPUT'],
    ['a short key', { encKey: new Uint8Array(31) }, 'PUSH_BAD_KEY'],
    ['no id', { account: '05' }, 'SESSION_ID_WRONG_LENGTH'],
  ])('refuses %s', (_, change, code) => {
    expect(codeOf(() => sealNotification({ ...input, ...change } as never))).toBe(code)
  })
})

it('exports these names', () => {
  expect(Object.keys(index).sort()).toEqual([
    'ENC_KEY_LENGTH',
    'MAX_ANSWER_MESSAGE_CHARACTERS',
    'MAX_NOTIFICATION_DATA_BYTES',
    'MAX_PAYLOAD_BYTES',
    'MAX_PUSH_BODY_BYTES',
    'MAX_PUSH_REQUESTS',
    'MIN_PAYLOAD_BYTES',
    'MONITOR_MAX_AGE_SECONDS',
    'MONITOR_MAX_FUTURE_SECONDS',
    'NOTIFICATION_PADDING',
    'PUSH_SERVER',
    'PushError',
    'buildSubscribe',
    'buildUnsubscribe',
    'decryptNotification',
    'encodePushBody',
    'monitorText',
    'openNotification',
    'parseNotification',
    'parsePushAnswer',
    'parsePushBody',
    'sealNotification',
    'unsubscribeText',
    'verifySubscribe',
    'verifyUnsubscribe',
  ])
})
