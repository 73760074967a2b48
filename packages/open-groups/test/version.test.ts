import { bytesToBase64, bytesToHex, hexToBytes } from '@sessionkit/bytes'
import { ready } from '@sessionkit/crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  buildVersionCheck,
  checkVersionRequest,
  parseLatestVersion,
  signVersionRequest,
  versionKeyPair,
} from '../src/index.ts'
import { codeOf } from './code-of.ts'
import { account, json, NOW } from './world.ts'

beforeAll(() => ready)

describe('the newest version', () => {
  const release = { result: '1.2.3', updated: 1700000000.5 }
  const assets = [{ name: 'a.apk', url: 'https://example.org/a.apk' }]

  it('is read, with and without what may be absent', () => {
    const absent = { name: undefined, notes: undefined, assets: [] }
    const own = { version: '1.2.3', updated: 1700000000.5 }
    expect(parseLatestVersion(json({ status_code: 200, ...release }))).toEqual({
      ...own,
      ...absent,
      prerelease: undefined,
    })
    const more = { ...release, name: 'n', notes: 'x', assets }
    expect(parseLatestVersion(json({ ...more, prerelease: more, extra: 1 }))).toEqual({
      ...own,
      name: 'n',
      notes: 'x',
      assets,
      prerelease: { ...own, name: 'n', notes: 'x', assets },
    })
  })

  it.each<[string, unknown, string]>([
    ['nothing', null, 'OPEN_GROUP_BAD_ANSWER'],
    ['a list', [release], 'OPEN_GROUP_BAD_ANSWER'],
    ['no version', { updated: 1 }, 'OPEN_GROUP_BAD_ANSWER'],
    ['a version with a line break', { ...release, result: '1\n2' }, 'OPEN_GROUP_BAD_ANSWER'],
    ['a version that is a number', { ...release, result: 1.2 }, 'OPEN_GROUP_BAD_ANSWER'],
    ['no time', { result: '1' }, 'OPEN_GROUP_BAD_ANSWER'],
    ['a time below zero', { ...release, updated: -1 }, 'OPEN_GROUP_BAD_ANSWER'],
    ['endless files', { ...release, assets: Array(1001).fill(assets[0]) }, 'OPEN_GROUP_BAD_ANSWER'],
    ['a file without an address', { ...release, assets: [{ name: 'x' }] }, 'OPEN_GROUP_BAD_ANSWER'],
    ['a prerelease without a version', { ...release, prerelease: {} }, 'OPEN_GROUP_BAD_ANSWER'],
    ['a failure that only the body tells', { status_code: 502 }, 'OPEN_GROUP_STATUS'],
  ])('is refused: %s', (_, value, code) => {
    expect(codeOf(() => parseLatestVersion(json(value)))).toBe(code)
  })

  it('is refused for another status', () => {
    expect(codeOf(() => parseLatestVersion({ ...json(release), code: 404 }))).toBe('OPEN_GROUP_STATUS')
  })
})

describe('the file server', () => {
  const check = () => buildVersionCheck({ account: account(1), platform: 'desktop', timestamp: NOW })
  const request = () => ({ method: 'GET', endpoint: check().endpoint })
  const ask = (change: Record<string, string>, now = NOW) =>
    checkVersionRequest({ headers: { ...check().headers, ...change }, request: request(), now })

  it('knows who asked, in headers of any case, in hex and in base64', () => {
    const { id } = versionKeyPair(account(1))
    expect(ask({})).toEqual({ type: 'signed', id })
    const { 'X-FS-Pubkey': pubkey, 'X-FS-Signature': signature, ...rest } = check().headers
    const headers = {
      ...rest,
      'x-fs-pubkey': bytesToBase64(hexToBytes(pubkey!)),
      'x-fs-signature': bytesToHex(new Uint8Array(Buffer.from(signature!, 'base64'))),
    }
    expect(checkVersionRequest({ headers, request: request(), now: NOW + 86_400 })).toEqual({ type: 'signed', id })
    expect(checkVersionRequest({ headers: {}, request: request(), now: NOW })).toEqual({ type: 'anonymous' })
  })

  it('checks a body as it is signed', () => {
    const posted = { method: 'POST', endpoint: '/x', body: Uint8Array.of(1) }
    const signature = bytesToBase64(signVersionRequest({ account: account(1), timestamp: NOW, ...posted }))
    const headers = { ...check().headers, 'X-FS-Signature': signature }
    expect(checkVersionRequest({ headers, request: posted, now: NOW }).type).toBe('signed')
    const changed = { ...posted, body: Uint8Array.of(2) }
    expect(checkVersionRequest({ headers, request: changed, now: NOW })).toEqual({ type: 'refused', status: 401 })
  })

  it.each<[string, Record<string, string>, number, number]>([
    ['one missing header', { 'X-FS-Timestamp': '' }, 400, NOW],
    ['a key of 32 bytes', { 'X-FS-Pubkey': '07'.repeat(32) }, 400, NOW],
    ['the prefix 15', { 'X-FS-Pubkey': `15${'ab'.repeat(32)}` }, 400, NOW],
    ['a small-order key', { 'X-FS-Pubkey': `0701${'0'.repeat(62)}` }, 400, NOW],
    ['a signature of 63 bytes', { 'X-FS-Signature': 'ab'.repeat(63) }, 400, NOW],
    ['a timestamp with a fraction', { 'X-FS-Timestamp': `${NOW}.5` }, 400, NOW],
    ['a timestamp more than a day off', {}, 425, NOW + 86_401],
    ['a clock that is none', {}, 425, Number.NaN],
    ['a signature of another time', { 'X-FS-Timestamp': String(NOW + 1) }, 401, NOW],
  ])('refuses %s', (_, change, status, now) => {
    expect(ask(change, now)).toEqual({ type: 'refused', status })
  })
})
