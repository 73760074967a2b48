import { bytesToBase64, bytesToHex, utf8ToBytes } from '@sessionkit/bytes'
import { ready } from '@sessionkit/crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  type CheckRequestInput,
  checkRequest,
  requestSignedBytes,
  type SignedRequest,
  signRequest,
  TEXT_BLINDING_REQUIRED,
} from '../src/index.ts'
import { codeOf } from './code-of.ts'
import { account, fill, NOW, SERVER } from './world.ts'

beforeAll(() => ready)

const serverPublicKey = SERVER
const request: SignedRequest = { method: 'GET', endpoint: '/rooms' }
const sign = (blinded = true, given = request) =>
  signRequest({ account: account(1), serverPublicKey, request: given, blinded, timestamp: NOW, random: fill(7) })
const check = (change: Partial<CheckRequestInput> = {}) =>
  checkRequest({
    serverPublicKey,
    headers: { ...sign() },
    request,
    blindingRequired: true,
    now: NOW,
    ...change,
  })

describe('a signed request', () => {
  it('is accepted, blinded and not', () => {
    expect(check()).toMatchObject({ type: 'user', id: sign()['X-SOGS-Pubkey'] })
    const unblinded = { ...sign(false) }
    expect(check({ headers: unblinded, blindingRequired: false })).toEqual({
      type: 'user',
      id: account(1).sessionId,
      signer: unblinded['X-SOGS-Pubkey'],
    })
  })

  it('is anonymous without headers', () => {
    expect(check({ headers: {} })).toEqual({ type: 'anonymous' })
  })

  it('has header names of any case, and hex or unpadded values', () => {
    const nonce = bytesToHex(fill(7)(16))
    const { 'X-SOGS-Pubkey': pubkey, 'X-SOGS-Signature': signature, ...rest } = sign()
    const headers = {
      ...rest,
      'x-sogs-PubKey': pubkey,
      'X-SOGS-NONCE': nonce,
      'x-sogs-signature': signature.replace(/=+$/, ''),
    }
    expect(check({ headers })).toMatchObject({ type: 'user' })
  })

  it('covers method, path, query and body, whatever the encoding of the path', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), fc.uint8Array(), (text, body) => {
        const encoded = { method: 'PUT', endpoint: `/room/r/reaction/1/${encodeURIComponent(text)}`, body }
        const result = check({ headers: { ...sign(true, encoded) }, request: encoded })
        expect(result).toMatchObject({ type: 'user' })
        for (const change of [
          { method: 'POST' },
          { endpoint: `${encoded.endpoint}x` },
          { body: Uint8Array.of(1, ...body) },
        ]) {
          const changed = check({ headers: { ...sign(true, encoded) }, request: { ...encoded, ...change } })
          expect(changed).toMatchObject({ type: 'refused', status: 401 })
        }
      }),
      { numRuns: 20 },
    )
  })

  it('signs an empty query as none, a lone % as itself, and no empty body', () => {
    const bytes = (change: Partial<SignedRequest>) =>
      bytesToHex(requestSignedBytes({ serverPublicKey, nonce: fill(7)(16), timestamp: '1', ...request, ...change }))
    expect(bytes({ endpoint: '/rooms?' })).toBe(bytes({}))
    expect(bytes({ body: new Uint8Array(0) })).toBe(bytes({}))
    expect(bytes({ endpoint: '/a%zz%4' })).toContain(bytesToHex(utf8ToBytes('GET/a%zz%4')))
    expect(bytes({ endpoint: '/%61%2F?x=%61' })).toContain(bytesToHex(utf8ToBytes('GET/a/?x=%61')))
  })

  it.each([
    ['an endpoint without a slash', { endpoint: 'rooms' }],
    ['an endpoint with a fragment', { endpoint: '/rooms#x' }],
    ['an endpoint with a line break', { endpoint: '/rooms\n' }],
    ['an endpoint with a lone surrogate', { endpoint: '/\ud800' }],
    ['a path that is no UTF-8', { endpoint: '/%ff' }],
    ['a method in lower case', { method: 'get' }],
    ['no method', { method: undefined as never }],
  ])('is not made for %s', (_, change) => {
    expect(codeOf(() => sign(true, { ...request, ...change }))).toBe('OPEN_GROUP_BAD_REQUEST')
  })

  it('is not made with a bad time, nonce or choice', () => {
    const input = { account: account(1), serverPublicKey, request, blinded: true, timestamp: NOW }
    for (const change of [
      { timestamp: 1.5 },
      { timestamp: -1 },
      { random: fill(1).bind(null, 15) },
      { blinded: undefined },
      { request: { ...request, body: 'text' } },
    ]) {
      expect(codeOf(() => signRequest({ ...input, ...change } as never))).toBe('OPEN_GROUP_BAD_ARGUMENT')
    }
  })
})

describe('the server refuses', () => {
  const header = (name: string, value: string) => ({ headers: { ...sign(), [`X-SOGS-${name}`]: value } })
  const key = (prefix: string, rest: string) => header('Pubkey', prefix + rest)
  const own = () => sign()['X-SOGS-Pubkey'].slice(2)
  const prefixed = 'Invalid authentication: '

  it.each<[string, () => Partial<CheckRequestInput>, number, string]>([
    [
      'one missing header',
      () => header('Nonce', ''),
      400,
      `${prefixed.replace(': ', ' headers: ')}missing 1/4 required X-SOGS-* headers`,
    ],
    [
      'a pubkey that is not 33 bytes',
      () => key('15', 'ab'),
      400,
      `${prefixed}X-SOGS-Pubkey is not a valid 66-hex digit id`,
    ],
    ['the prefix 25', () => key('25', own()), 400, `${prefixed}X-SOGS-Pubkey must be 00- or 15- prefixed`],
    ['the prefix 05', () => key('05', own()), 400, `${prefixed}X-SOGS-Pubkey must be 00- or 15- prefixed`],
    [
      'a small-order key',
      () => key('15', `01${'0'.repeat(62)}`),
      400,
      `${prefixed}given X-SOGS-Pubkey is not a valid Ed25519 pubkey`,
    ],
    ['00 on a blinding server', () => ({ headers: { ...sign(false) } }), 400, TEXT_BLINDING_REQUIRED],
    [
      'a nonce of 15 bytes',
      () => header('Nonce', bytesToBase64(new Uint8Array(15))),
      400,
      `${prefixed}X-SOGS-Nonce must be 16 bytes (encoded as base64 or hex)`,
    ],
    [
      'a signature of 63 bytes',
      () => header('Signature', bytesToBase64(new Uint8Array(63))),
      400,
      `${prefixed}X-SOGS-Signature is not base64[88]`,
    ],
    [
      'a timestamp that is no integer',
      () => header('Timestamp', '1.5'),
      400,
      `${prefixed}X-SOGS-Timestamp is not a valid timestamp`,
    ],
    [
      'a timestamp more than a day off',
      () => ({ now: NOW + 86_401 }),
      425,
      `${prefixed}X-SOGS-Timestamp is too far from current time`,
    ],
    [
      'any timestamp, by a clock that is no number',
      () => ({ now: Number.NaN }),
      425,
      `${prefixed}X-SOGS-Timestamp is too far from current time`,
    ],
    ['a banned user', () => ({ isBanned: () => true }), 403, 'Banned'],
    ['a nonce seen before', () => ({ takeNonce: () => false }), 425, `${prefixed}X-SOGS-Nonce cannot be reused`],
    [
      'a bad signature',
      () => header('Signature', bytesToBase64(new Uint8Array(64))),
      401,
      `${prefixed}X-SOGS-Signature verification failed`,
    ],
    [
      'the other sign of the key',
      () => key('15', own().slice(0, 62) + (Number.parseInt(own().slice(62), 16) ^ 0x80).toString(16).padStart(2, '0')),
      401,
      `${prefixed}X-SOGS-Signature verification failed`,
    ],
  ])('%s', (_, change, status, text) => {
    expect(check(change())).toEqual({ type: 'refused', status, text })
  })

  it('a day off is still accepted, and bans and nonces are asked for in order', () => {
    const asked: string[] = []
    const isBanned = (id: string) => asked.push(id) === 0
    const takeNonce = (nonce: string) => asked.push(nonce) > 0
    expect(check({ now: NOW + 86_400, isBanned, takeNonce })).toMatchObject({ type: 'user' })
    expect(asked).toEqual([sign()['X-SOGS-Pubkey'], bytesToHex(fill(7)(16))])
  })
})
