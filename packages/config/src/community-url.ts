import { base32zToBytes, base64ToBytes, bytesToHex, hexToBytes, isSessionKitError } from '@sessionkit/bytes'
import { ConfigError } from './error.ts'
import { MAX_BASE_URL_LENGTH, MAX_ROOM_LENGTH } from './limits.ts'

/** A room of a community server. */
export interface CommunityAddress {
  /** Canonical: scheme, host, and the port where it is not the scheme's own. */
  readonly baseUrl: string
  /** As it was spelled; lower-cased it is the room's key. */
  readonly room: string
  /** 32 bytes, the server's X25519 key. */
  readonly publicKey: Uint8Array
}

/** The canonical form of a server's URL. Throws `CONFIG_BAD_URL`. Protocol page 05, section 13.1. */
export function canonicalBaseUrl(url: string): string {
  const match = typeof url === 'string' ? /^(https?):\/\/([^/:]+)(?::(\d{1,5}))?\/?$/i.exec(url) : null
  if (match === null) throw bad('not http(s)://host[:port]')
  const scheme = match[1]!.toLowerCase()
  // Checked before it is lower-cased: some letters outside ASCII become ones inside.
  if (match[2]!.length < 4 || !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(match[2]!)) throw bad('not a host name')
  const host = match[2]!.toLowerCase()
  const port = Number(match[3] ?? 0)
  if (port > 65_535) throw bad('no such port')
  const own = port === 0 || port === (scheme === 'http' ? 80 : 443)
  const base = `${scheme}://${host}${own ? '' : `:${port}`}`
  if (base.length > MAX_BASE_URL_LENGTH) throw bad(`more than ${MAX_BASE_URL_LENGTH} bytes`)
  return base
}

/** The key of a room: its token in lower case. Throws `CONFIG_BAD_URL`. */
export function canonicalRoom(room: string): string {
  const lower = typeof room === 'string' ? room.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : ''
  if (lower.length > MAX_ROOM_LENGTH || !/^[-0-9_a-z]+$/.test(lower)) throw bad('not a room token')
  return lower
}

/** Reads `<base>/<room>?public_key=<key>` and `<base>/r/<room>?public_key=<key>`. Throws `CONFIG_BAD_URL`. */
export function parseCommunityUrl(url: string): CommunityAddress {
  const match = typeof url === 'string' ? /^(.*?)(?:\/r)?\/([^/?]+)\?public_key=([^?]+)$/i.exec(url) : null
  if (match === null) throw bad('not <base>/<room>?public_key=<key>')
  canonicalRoom(match[2]!)
  return { baseUrl: canonicalBaseUrl(match[1]!), room: match[2]!, publicKey: serverKey(match[3]!) }
}

/** The short form, with the key in hex. Throws `CONFIG_BAD_URL`. */
export function communityUrl(address: CommunityAddress): string {
  canonicalRoom(address.room)
  if (!(address.publicKey instanceof Uint8Array) || address.publicKey.length !== 32) throw bad('a key of 32 bytes')
  return `${canonicalBaseUrl(address.baseUrl)}/${address.room}?public_key=${bytesToHex(address.publicKey)}`
}

function serverKey(text: string): Uint8Array {
  try {
    const bytes =
      text.length === 64 ? hexToBytes(text) : text.length === 52 ? base32zToBytes(text) : base64ToBytes(text)
    if (bytes.length === 32) return bytes
  } catch (cause) {
    if (!isSessionKitError(cause)) throw cause
    throw bad('not a server key', cause)
  }
  throw bad('not a server key')
}

function bad(what: string, cause?: unknown): ConfigError {
  return new ConfigError('CONFIG_BAD_URL', `community URL: ${what}`, cause === undefined ? {} : { cause })
}
