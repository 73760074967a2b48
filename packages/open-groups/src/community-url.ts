import { base32zToBytes, base64ToBytes, bytesToHex, equalBytes, hexToBytes, SessionKitError } from '@sessionkit/bytes'
import { requireServerKey } from './argument.ts'
import { OpenGroupError } from './error.ts'
import { MAX_BASE_URL_LENGTH, MAX_COMMUNITY_URL_LENGTH } from './limits.ts'
import { requireRoom, roomToken } from './room-token.ts'

const KEY_PARAMETER = '?public_key='
/** Nothing longer is even looked at; canonical forms are far shorter. */
const MAX_INPUT_LENGTH = 4 * MAX_COMMUNITY_URL_LENGTH

export interface Community {
  /** Canonical: scheme, host and port in one form. */
  readonly baseUrl: string
  /** As written; shown, and kept in full URLs. */
  readonly room: string
  /** In lower case: the room's identity. */
  readonly roomToken: string
  /** 32 bytes, X25519. */
  readonly serverPublicKey: Uint8Array
}

/**
 * Reads the full URL of a community, in the forms that libsession accepts: with or without `/r/`, the key as hex,
 * base64 or base32z. Trims nothing. Throws `OPEN_GROUP_URL_…` for what is wrong, `OPEN_GROUP_BAD_ROOM` for a room
 * token. Protocol page 08, section 1.2.
 */
export function parseCommunityUrl(text: string): Community {
  const { serverPublicKey, ...rest } = parsePartialCommunityUrl(text)
  if (serverPublicKey === undefined) throw new OpenGroupError('OPEN_GROUP_URL_NO_KEY', 'URL: no ?public_key=')
  return { ...rest, serverPublicKey }
}

export interface PartialCommunity extends Omit<Community, 'serverPublicKey'> {
  readonly serverPublicKey: Uint8Array | undefined
}

/** As `parseCommunityUrl`, and the key may be missing. */
export function parsePartialCommunityUrl(text: string): PartialCommunity {
  if (typeof text !== 'string') throw new OpenGroupError('OPEN_GROUP_BAD_ARGUMENT', 'URL: expected a text')
  if (text.length > MAX_INPUT_LENGTH) throw new OpenGroupError('OPEN_GROUP_URL_TOO_LONG', 'URL: too long')
  const keyAt = text.lastIndexOf(KEY_PARAMETER)
  const serverPublicKey = keyAt < 0 ? undefined : parseKey(text.slice(keyAt + KEY_PARAMETER.length))
  const rest = keyAt < 0 ? text : text.slice(0, keyAt)
  const webAt = rest.lastIndexOf('/r/')
  const at = webAt < 0 ? rest.lastIndexOf('/') : webAt
  if (at < 0) throw new OpenGroupError('OPEN_GROUP_URL_NO_ROOM', 'URL: no room in it')
  const room = rest.slice(at + (webAt < 0 ? 1 : 3))
  const baseUrl = canonicalBaseUrl(rest.slice(0, at))
  if (room === '') throw new OpenGroupError('OPEN_GROUP_URL_NO_ROOM', 'URL: no room in it')
  return { baseUrl, room, roomToken: roomToken(room), serverPublicKey }
}

/**
 * The one form of a server's base URL that is compared and stored: lower case, no default port, no trailing slash.
 * Throws `OPEN_GROUP_URL_BAD_SCHEME`, `_BAD_HOST`, `_BAD_PORT`, `_HAS_PATH`, `_TOO_LONG`. Protocol page 08, section 1.2.
 */
export function canonicalBaseUrl(text: string): string {
  if (typeof text !== 'string') throw new OpenGroupError('OPEN_GROUP_BAD_ARGUMENT', 'base URL: expected a text')
  if (text.length > MAX_INPUT_LENGTH) throw new OpenGroupError('OPEN_GROUP_URL_TOO_LONG', 'base URL: too long')
  const scheme = /^https?(?=:\/\/)/i.exec(text)?.[0].toLowerCase()
  if (scheme === undefined) {
    throw new OpenGroupError('OPEN_GROUP_URL_BAD_SCHEME', 'URL: must start with http:// or https://')
  }
  const authority = text.slice(scheme.length + 3)
  const host = /^[0-9a-z.-]*/i.exec(authority)![0].toLowerCase()
  let rest = authority.slice(host.length)
  if (host.length < 4 || !/^[0-9a-z-]+(\.[0-9a-z-]+)+$/.test(host)) {
    throw new OpenGroupError('OPEN_GROUP_URL_BAD_HOST', 'URL: not a host name with a dot')
  }
  let port = ''
  if (rest.startsWith(':')) {
    const digits = /^[0-9]*/.exec(rest.slice(1))![0]
    const number = digits === '' ? Number.NaN : Number(digits)
    if (!(number <= 65535)) throw new OpenGroupError('OPEN_GROUP_URL_BAD_PORT', 'URL: not a port')
    if (number !== 0 && number !== (scheme === 'https' ? 443 : 80)) port = `:${number}`
    rest = rest.slice(1 + digits.length)
  }
  if (rest !== '' && rest !== '/') {
    // What cannot stand after a host at all is a bad host: an underscore, user-info, a bracket.
    const code = rest.startsWith('/') || port !== '' ? 'OPEN_GROUP_URL_HAS_PATH' : 'OPEN_GROUP_URL_BAD_HOST'
    throw new OpenGroupError(code, 'URL: nothing may follow the host and the port')
  }
  const url = `${scheme}://${host}${port}`
  if (url.length > MAX_BASE_URL_LENGTH) throw new OpenGroupError('OPEN_GROUP_URL_TOO_LONG', 'base URL: too long')
  return url
}

/** The canonical full URL, with the room's case kept. Throws as `canonicalBaseUrl`. Protocol page 08, section 1.2. */
export function formatCommunityUrl(community: Pick<Community, 'baseUrl' | 'room' | 'serverPublicKey'>): string {
  const { baseUrl, room, serverPublicKey } = community
  requireServerKey(serverPublicKey)
  requireRoom(room)
  return `${canonicalBaseUrl(baseUrl)}/${room}${KEY_PARAMETER}${bytesToHex(serverPublicKey)}`
}

type CommunityName = Pick<Community, 'baseUrl' | 'room'>

/** Whether two are the same room: base URL and room token are equal, whatever their case. Throws as the parser. */
export function isSameCommunity(a: CommunityName, b: CommunityName): boolean {
  return canonicalBaseUrl(a.baseUrl) === canonicalBaseUrl(b.baseUrl) && roomToken(a.room) === roomToken(b.room)
}

/**
 * A server has one key: throws `OPEN_GROUP_KEY_CHANGED` where a community of the same base URL comes with another. Tell
 * the person, and never overwrite the known one silently. Protocol page 08, sections 1.2 and 13.
 */
export function assertSameServerKey(input: {
  readonly known: Pick<Community, 'baseUrl' | 'serverPublicKey'>
  readonly given: Pick<Community, 'baseUrl' | 'serverPublicKey'>
}): void {
  const { known, given } = input
  requireServerKey(known.serverPublicKey)
  requireServerKey(given.serverPublicKey)
  if (canonicalBaseUrl(known.baseUrl) !== canonicalBaseUrl(given.baseUrl)) return
  if (equalBytes(known.serverPublicKey, given.serverPublicKey)) return
  throw new OpenGroupError('OPEN_GROUP_KEY_CHANGED', 'this server is known with another public key')
}

const OFFICIAL_KEY: Uint8Array = hexToBytes('a03c383cf63c3c4efe67acc52112a6dd734b3a946b9545f488aaa93da7991238')
const OFFICIAL_URL = 'https://open.getsession.org'
const OFFICIAL_ALIASES: readonly string[] = [
  'http://open.getsession.org',
  'http://116.203.70.33',
  'https://116.203.70.33',
]

/** The official server under its old addresses, rewritten to its https one; any other community as it is. */
export function upgradeOfficialServer(community: Community): Community {
  const official = OFFICIAL_ALIASES.includes(community.baseUrl) && equalBytes(community.serverPublicKey, OFFICIAL_KEY)
  return official ? { ...community, baseUrl: OFFICIAL_URL } : community
}

function parseKey(text: string): Uint8Array {
  const read = reader(text)
  if (read !== undefined) {
    try {
      const key = read(text)
      if (key.length === 32) return key
    } catch (error) {
      if (!(error instanceof SessionKitError)) throw error
    }
  }
  throw new OpenGroupError('OPEN_GROUP_URL_BAD_KEY', 'URL: public_key is not 32 bytes as hex, base64 or base32z')
}

function reader(text: string): ((text: string) => Uint8Array) | undefined {
  if (text.length === 64) return hexToBytes
  if (text.length === 43 || (text.length === 44 && text.endsWith('='))) return base64ToBytes
  return text.length === 52 ? (key) => base32zToBytes(key.toLowerCase()) : undefined
}
