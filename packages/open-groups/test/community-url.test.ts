import { bytesToBase32z, bytesToBase64, bytesToHex } from '@sessionkit/bytes'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  assertSameServerKey,
  canonicalBaseUrl,
  formatCommunityUrl,
  isSameCommunity,
  MAX_BASE_URL_LENGTH,
  parseCommunityUrl,
  parsePartialCommunityUrl,
  roomToken,
  upgradeOfficialServer,
} from '../src/index.ts'
import { codeOf } from './code-of.ts'
import { SERVER } from './world.ts'

const key = bytesToHex(SERVER)
const url = (start: string) => `${start}?public_key=${key}`

describe('forms', () => {
  it.each([
    [`https://example.org/room?public_key=${key.toUpperCase()}`],
    [url('HTTPS://EXAMPLE.org:443/room')],
    [url('https://example.org/r/room')],
    [url('https://example.org:0/room')],
    [url('https://example.org:00443/room')],
    [`https://example.org/room?public_key=${bytesToBase64(SERVER)}`],
    [`https://example.org/room?public_key=${bytesToBase64(SERVER, { padding: false })}`],
    [`https://example.org/room?public_key=${bytesToBase32z(SERVER)}`],
    [`https://example.org/room?public_key=${bytesToBase32z(SERVER).toUpperCase()}`],
  ])('%s', (text) => {
    const community = parseCommunityUrl(text)
    expect(community).toEqual({
      baseUrl: 'https://example.org',
      room: 'room',
      roomToken: 'room',
      serverPublicKey: SERVER,
    })
    expect(formatCommunityUrl(community)).toBe(url('https://example.org/room'))
  })

  it('keeps the case of a room for display, and compares without it', () => {
    const community = parseCommunityUrl(url('http://1.2.3.4:8080/Some-Room_1'))
    expect(community).toMatchObject({ baseUrl: 'http://1.2.3.4:8080', room: 'Some-Room_1', roomToken: 'some-room_1' })
    expect(isSameCommunity(community, { baseUrl: 'HTTP://1.2.3.4:8080/', room: 'SOME-room_1' })).toBe(true)
    expect(isSameCommunity(community, { baseUrl: 'https://1.2.3.4:8080', room: 'some-room_1' })).toBe(false)
  })

  it('drops 80 of http and keeps 80 of https', () => {
    expect(canonicalBaseUrl('http://example.org:80')).toBe('http://example.org')
    expect(canonicalBaseUrl('https://example.org:80')).toBe('https://example.org:80')
    expect(canonicalBaseUrl('https://example.org:008080/')).toBe('https://example.org:8080')
  })

  it('takes the last key and the last room', () => {
    const text = `https://example.org/room?public_key=00?public_key=${key}`
    expect(codeOf(() => parseCommunityUrl(text))).toBe('OPEN_GROUP_BAD_ROOM')
  })

  it('reads a URL without a key where that is allowed', () => {
    expect(parsePartialCommunityUrl('https://example.org/room').serverPublicKey).toBeUndefined()
  })

  it('knows the official server by its old addresses, with its key only', () => {
    const official = 'a03c383cf63c3c4efe67acc52112a6dd734b3a946b9545f488aaa93da7991238'
    const old = parseCommunityUrl(`http://116.203.70.33/session?public_key=${official}`)
    expect(upgradeOfficialServer(old).baseUrl).toBe('https://open.getsession.org')
    expect(upgradeOfficialServer({ ...old, serverPublicKey: SERVER }).baseUrl).toBe('http://116.203.70.33')
  })
})

describe('a URL is refused', () => {
  it.each([
    ['no key', 'https://example.org/room', 'OPEN_GROUP_URL_NO_KEY'],
    ['a key that is not 32 bytes', `https://example.org/room?public_key=${key.slice(2)}`, 'OPEN_GROUP_URL_BAD_KEY'],
    ['a key that is no hex', `https://example.org/room?public_key=${'x'.repeat(64)}`, 'OPEN_GROUP_URL_BAD_KEY'],
    ['data after the key', `${url('https://example.org/room')}&x=y`, 'OPEN_GROUP_URL_BAD_KEY'],
    ['a fragment', `${url('https://example.org/room')}#x`, 'OPEN_GROUP_URL_BAD_KEY'],
    ['another scheme', url('ftp://example.org/room'), 'OPEN_GROUP_URL_BAD_SCHEME'],
    ['no scheme', url('example.org/room'), 'OPEN_GROUP_URL_BAD_SCHEME'],
    ['a host without a dot', url('https://localhost/room'), 'OPEN_GROUP_URL_BAD_HOST'],
    ['a host that ends in a dot', url('https://example.org./room'), 'OPEN_GROUP_URL_BAD_HOST'],
    ['a host with two dots in a row', url('https://example..org/room'), 'OPEN_GROUP_URL_BAD_HOST'],
    ['a host that begins with a dot', url('https://.example.org/room'), 'OPEN_GROUP_URL_BAD_HOST'],
    ['a host of three characters', url('https://a.b/room'), 'OPEN_GROUP_URL_BAD_HOST'],
    ['an IPv6 host', url('https://[::1]/room'), 'OPEN_GROUP_URL_BAD_HOST'],
    ['user-info', url('https://me@example.org/room'), 'OPEN_GROUP_URL_BAD_HOST'],
    ['an underscore', url('https://a_b.example.org/room'), 'OPEN_GROUP_URL_BAD_HOST'],
    ['a host outside ASCII', url('https://exämple.org/room'), 'OPEN_GROUP_URL_BAD_HOST'],
    ['an empty port', url('https://example.org:/room'), 'OPEN_GROUP_URL_BAD_PORT'],
    ['a port above 65535', url('https://example.org:65536/room'), 'OPEN_GROUP_URL_BAD_PORT'],
    ['a path', url('https://example.org/path/room'), 'OPEN_GROUP_URL_HAS_PATH'],
    ['an empty room', url('https://example.org/'), 'OPEN_GROUP_URL_NO_ROOM'],
    ['an empty room after /r/', url('https://example.org/r/'), 'OPEN_GROUP_URL_NO_ROOM'],
    ['no room', url('https:example.org'), 'OPEN_GROUP_URL_NO_ROOM'],
    ['a room of 65 characters', url(`https://example.org/${'a'.repeat(65)}`), 'OPEN_GROUP_BAD_ROOM'],
    ['a bad character in the room', url('https://example.org/ro.om'), 'OPEN_GROUP_BAD_ROOM'],
    ['the Kelvin sign in the room', url('https://example.org/\u212a'), 'OPEN_GROUP_BAD_ROOM'],
    ['a slash after the room', url('https://example.org/r/room/'), 'OPEN_GROUP_BAD_ROOM'],
    ['a base URL above 267 bytes', url(`https://${'a.'.repeat(130)}org/room`), 'OPEN_GROUP_URL_TOO_LONG'],
    ['an endless text', 'x'.repeat(100_000), 'OPEN_GROUP_URL_TOO_LONG'],
    ['a number', 5 as never, 'OPEN_GROUP_BAD_ARGUMENT'],
  ])('%s', (_, text, code) => {
    expect(codeOf(() => parseCommunityUrl(text))).toBe(code)
  })

  it('the same base URL with a different public key than stored', () => {
    const known = parseCommunityUrl(url('https://example.org/room'))
    const given = { ...known, serverPublicKey: new Uint8Array(32).fill(9) }
    expect(codeOf(() => assertSameServerKey({ known, given }))).toBe('OPEN_GROUP_KEY_CHANGED')
    expect(codeOf(() => assertSameServerKey({ known, given: known }))).toBe('none')
    const other = { ...given, baseUrl: 'https://other.example.org' }
    expect(codeOf(() => assertSameServerKey({ known, given: other }))).toBe('none')
  })
})

it('what is written is read back, and canonical already', () => {
  const label = fc.stringMatching(/^[a-z0-9-]{2,10}$/)
  const room = fc.stringMatching(/^[-0-9_a-zA-Z]{1,64}$/)
  const port = fc.option(fc.integer({ min: 1, max: 65535 }))
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 })
  fc.assert(
    fc.property(fc.constantFrom('http', 'https'), label, label, port, room, bytes, (scheme, a, b, number, name, pk) => {
      const written = `${scheme}://${a}.${b}${number === null ? '' : `:${number}`}`
      const text = formatCommunityUrl({ baseUrl: written, room: name, serverPublicKey: pk })
      const read = parseCommunityUrl(text)
      expect(read).toEqual({
        baseUrl: canonicalBaseUrl(written),
        room: name,
        roomToken: roomToken(name),
        serverPublicKey: pk,
      })
      expect(formatCommunityUrl(read)).toBe(text)
      expect(canonicalBaseUrl(read.baseUrl)).toBe(read.baseUrl)
      expect(read.baseUrl.length).toBeLessThanOrEqual(MAX_BASE_URL_LENGTH)
    }),
  )
})
