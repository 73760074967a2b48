import { bytesToHex } from '@sessionkit/bytes'
import { isValidEd25519Point, ready } from '@sessionkit/crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import * as api from '../src/index.ts'
import {
  type Content,
  countCodePoints,
  createTimestampSource,
  decoyProSignature,
  encodeContent,
  encryptV1,
  MAX_CONTENT_LENGTH,
  openMessage,
  pad,
  sealMessage,
  syncCopy,
  truncateBody,
  ttlFor,
  unwrapEnvelope,
  wrapEnvelope,
} from '../src/index.ts'
import { codeOf } from './code-of.ts'
import { people, timestamp } from './people.ts'
import { replay, seeded } from './random.ts'

beforeAll(() => ready)
const hello: Content = { dataMessage: { body: 'hello' } }

describe('sealMessage and openMessage', () => {
  test('the way there and back', () => {
    const { alice, bob } = people()
    const bytes = sealMessage({ content: hello, from: alice, to: bob.sessionId, timestamp })
    expect(openMessage(bytes, { recipient: bob })).toEqual({
      sender: alice.sessionId,
      senderEd25519: alice.ed25519.publicKey,
      content: { dataMessage: { body: 'hello' }, sigTimestamp: timestamp },
      kind: 'visible',
      timestamp,
      timestampAuthenticated: true,
    })
    const { sourceDevice, proSig, type } = unwrapEnvelope(bytes)
    expect({ sourceDevice, type, length: proSig?.length }).toEqual({
      sourceDevice: 1,
      type: 'SESSION_MESSAGE',
      length: 64,
    })
  })

  test('randomness: 32 bytes three times, and equal randomness gives equal bytes', () => {
    const { alice, bob } = people()
    const source = seeded(7)
    const recorded = [32, 32, 32].map((length) => source.bytes(length))
    const run = () => {
      const { random, left } = replay(recorded)
      const bytes = sealMessage({ content: hello, from: alice, to: bob.sessionId, timestamp, random })
      expect(left()).toBe(0)
      return bytesToHex(bytes)
    }
    expect(run()).toBe(run())
  })

  test('the decoy is a point and a scalar, and can be left out', () => {
    const { alice, bob } = people()
    expect(isValidEd25519Point(decoyProSignature().subarray(0, 32))).toBe(true)
    const proSignature = 'none'
    const bytes = sealMessage({ content: hello, from: alice, to: bob.sessionId, timestamp, proSignature })
    expect(unwrapEnvelope(bytes).proSig).toBeUndefined()
  })

  test('the largest content is 76,478 bytes, 76,721 stored', () => {
    const { alice, bob } = people()
    const around = encodeContent({ dataMessage: { body: 'a'.repeat(70_000) }, sigTimestamp: timestamp }).length - 70_000
    const seal = (length: number) => {
      const content = { dataMessage: { body: 'a'.repeat(length - around) } }
      return sealMessage({ content, from: alice, to: bob.sessionId, timestamp })
    }
    expect(seal(MAX_CONTENT_LENGTH).length).toBe(76_721)
    expect(openMessage(seal(MAX_CONTENT_LENGTH), { recipient: bob }).kind).toBe('visible')
    expect(codeOf(() => seal(MAX_CONTENT_LENGTH + 1))).toBe('ENVELOPE_TOO_LARGE')
  })

  test('a sigTimestamp that contradicts, and timestamps that are none', () => {
    const { alice, bob } = people()
    const content = { ...hello, sigTimestamp: 1 }
    const seal =
      (at: number, what = hello) =>
      () =>
        sealMessage({ content: what, from: alice, to: bob.sessionId, timestamp: at })
    expect(codeOf(seal(2, content))).toBe('ENVELOPE_TIMESTAMP_MISMATCH')
    for (const bad of [0, -1, 1.5, 2 ** 53, Number.NaN]) expect(codeOf(seal(bad))).toBe('ENVELOPE_BAD_TIMESTAMP')
    expect(codeOf(seal(1, {}))).toBe('ENVELOPE_NO_PAYLOAD')
  })

  test('an old message without sigTimestamp is accepted and marked', () => {
    const { alice, bob } = people()
    const ciphertext = encryptV1({ message: pad(encodeContent(hello)), sender: alice, recipient: bob.sessionId })
    const stored = wrapEnvelope({ type: 'SESSION_MESSAGE', timestamp, content: ciphertext })
    expect(openMessage(stored, { recipient: bob }).timestampAuthenticated).toBe(false)
  })
})

describe('what goes with a message', () => {
  test('sync copy: syncTarget, no profile', () => {
    const { bob } = people()
    const dataMessage = { body: 'a', profile: { displayName: 'A' }, profileKey: new Uint8Array(32) }
    const copy = syncCopy({ content: { dataMessage, expirationTimer: 60 }, syncTarget: bob.sessionId })
    expect(copy).toEqual({ dataMessage: { body: 'a', syncTarget: bob.sessionId }, expirationTimer: 60 })
    const unsend = { unsendRequest: { timestamp: 1, author: bob.sessionId } }
    expect(codeOf(() => syncCopy({ content: unsend, syncTarget: bob.sessionId }))).toBe('ENVELOPE_BAD_ARGUMENT')
  })

  test('lifetimes', () => {
    expect(ttlFor('visible')).toBe(1_209_600_000)
    expect(ttlFor('typing')).toBe(20_000)
    expect(ttlFor('call', { expirationType: 'DELETE_AFTER_SEND', expirationTimer: 60 })).toBe(300_000)
    expect(ttlFor('visible', { expirationType: 'DELETE_AFTER_SEND', expirationTimer: 60 })).toBe(60_000)
    expect(ttlFor('visible', { expirationType: 'DELETE_AFTER_READ', expirationTimer: 60 })).toBe(1_209_600_000)
    expect(ttlFor('visible', { expirationType: 'DELETE_AFTER_READ', expirationTimer: 60, syncCopy: true })).toBe(60_000)
  })

  test('timestamps never repeat, also when the clock stands or goes back', () => {
    const clock = [5, 5, 9.7, 3, 20]
    const next = createTimestampSource({ now: () => clock.shift() ?? 0 })
    expect([next(), next(), next(), next(), next(), next()]).toEqual([5, 6, 9, 10, 20, 21])
    expect(createTimestampSource({ now: () => 1, after: 7 })()).toBe(8)
  })

  test('bodies are counted and cut in code points', () => {
    expect(countCodePoints('a😀é')).toBe(3)
    expect(truncateBody('😀'.repeat(2001))).toBe('😀'.repeat(2000))
    expect(truncateBody('a😀b', 2)).toBe('a😀')
    expect(truncateBody('short')).toBe('short')
  })
})

test('the exported names', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "EnvelopeError",
      "FLAG_TIMER_UPDATE",
      "MAX_ATTACHMENTS",
      "MAX_BODY_CODE_POINTS",
      "MAX_CONTENT_LENGTH",
      "MAX_DECODED_LENGTH",
      "MAX_EMOJI_LENGTH",
      "MAX_PRO_BODY_CODE_POINTS",
      "MAX_RECEIPT_TIMESTAMPS",
      "MAX_STORED_LENGTH",
      "TTL_BY_KIND",
      "V1_OVERHEAD",
      "checkContent",
      "checkSelfRules",
      "contentKind",
      "countCodePoints",
      "createTimestampSource",
      "decodeContent",
      "decodeEnvelope",
      "decoyProSignature",
      "decryptV1",
      "encodeContent",
      "encodeEnvelope",
      "encryptV1",
      "encryptV1Deterministic",
      "openMessage",
      "pad",
      "paddedLength",
      "parseProProof",
      "proFeatures",
      "proStatus",
      "sealMessage",
      "syncCopy",
      "truncateBody",
      "ttlFor",
      "unpad",
      "unwrapEnvelope",
      "verifyProProof",
      "verifyProSignature",
      "wrapEnvelope",
    ]
  `)
})
