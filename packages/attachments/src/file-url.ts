import { bytesToHex, equalBytes, hexToBytes, isHex } from '@sessionkit/bytes'
import { ed25519PublicKeyToX25519 } from '@sessionkit/crypto'
import { AttachmentError } from './error.ts'
import { DEFAULT_FILE_SERVER, type FileServer, type KnownFileServer } from './file-server.ts'

/** The longest URL that is read, in characters. */
export const MAX_FILE_URL_LENGTH: number = 2048

export interface FileUrl {
  readonly fileId: string
  /** Whether the fragment says that the file is encrypted deterministically. */
  readonly deterministic: boolean
  /** Scheme, host and port, lower case. */
  readonly base: string
  /** Lower case. */
  readonly host: string
  /** What to ask the server for: the fragment never leaves this machine. */
  readonly path: string
  /** 32 bytes. */
  readonly serverEd25519: Uint8Array
  /** 32 bytes: the key of the onion layer. */
  readonly serverX25519: Uint8Array
  /** Whether host and key are those of the default server or of one the caller named. Fetch others on a click only. */
  readonly isKnownServer: boolean
}

const URL_PARTS = /^(https?):\/\/([^/?#]*)(\/[^?#]*)(?:#(.*))?$/i
const HOST = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/
const FILE_ID = /^[A-Za-z0-9_-]{1,44}$/

/**
 * Reads a download URL: scheme http or https, path exactly `/file/{id}`, in the fragment `d` and `p` in any order, `d` with
 * or without `=`. Without `p` the host must be a known one. Unknown items are ignored. Protocol page 07, section 7.
 *
 * `servers` are known besides the default one. Needs crypto's `ready`. Throws `ATTACHMENT_BAD_URL`,
 * `ATTACHMENT_UNKNOWN_SERVER`.
 */
export function parseFileUrl(input: {
  readonly url: string
  readonly servers?: readonly KnownFileServer[] | undefined
}): FileUrl {
  const { url, servers = [] } = input
  if (typeof url !== 'string' || url.length > MAX_FILE_URL_LENGTH) throw badUrl('too long, or not a text')
  const parts = URL_PARTS.exec(url)
  if (parts === null) throw badUrl('expected http(s)://host/file/id')
  const address = parseAddress(parts[1]!, parts[2]!)
  const fileId = /^\/file\/([^/]*)$/.exec(parts[3]!)?.[1]
  if (fileId === undefined) throw badUrl('the path is not /file/ID')
  if (!FILE_ID.test(fileId)) throw badUrl('the file id is not 1 to 44 characters of A-Z a-z 0-9 _ -')
  const items = fragment(parts[4] ?? '')

  const known = [DEFAULT_FILE_SERVER, ...servers].find((it) => addressOf(it.base).host === address.host)
  const named = items.key === undefined ? undefined : serverKeys(items.key)
  if (named === undefined && known === undefined) {
    throw new AttachmentError('ATTACHMENT_UNKNOWN_SERVER', 'the URL has no key, and its host is not a known one')
  }
  const { ed25519, x25519 } = named ?? known!
  return {
    fileId,
    deterministic: items.deterministic,
    base: address.base,
    host: address.host,
    path: `/file/${fileId}`,
    serverEd25519: new Uint8Array(ed25519),
    serverX25519: new Uint8Array(x25519),
    isKnownServer: known !== undefined && equalBytes(known.ed25519, ed25519),
  }
}

/**
 * The URL of an uploaded file: bare for the default server, with `p=` for any other, with `d` for the deterministic scheme,
 * `p` in front of `d`. Throws `ATTACHMENT_BAD_URL`.
 */
export function buildFileUrl(input: {
  readonly fileId: string
  readonly deterministic: boolean
  readonly server?: FileServer | undefined
}): string {
  const { fileId, server = DEFAULT_FILE_SERVER } = input
  if (typeof fileId !== 'string' || !FILE_ID.test(fileId)) throw badUrl('the file id is malformed')
  const { base } = addressOf(server.base)
  if (!(server.ed25519 instanceof Uint8Array) || server.ed25519.length !== 32) {
    throw badUrl('the server key is not 32 bytes')
  }
  const isDefault = base === DEFAULT_FILE_SERVER.base && equalBytes(server.ed25519, DEFAULT_FILE_SERVER.ed25519)
  const items = [...(isDefault ? [] : [`p=${bytesToHex(server.ed25519)}`]), ...(input.deterministic ? ['d'] : [])]
  return `${base}/file/${fileId}${items.length === 0 ? '' : `#${items.join('&')}`}`
}

function fragment(text: string): { deterministic: boolean; key: string | undefined } {
  let deterministic = false
  let key: string | undefined
  for (const item of text.split('&')) {
    if (item === 'd' || item === 'd=') deterministic = true
    if (item !== 'p' && !item.startsWith('p=')) continue
    const value = item.slice(2).toLowerCase()
    // Two readers that take different ones would talk to different servers.
    if (key !== undefined && key !== value) throw badUrl('two different keys')
    key = value
  }
  return { deterministic, key }
}

function serverKeys(hex: string): { ed25519: Uint8Array; x25519: Uint8Array } {
  if (!isHex(hex, 32)) throw badUrl('the key is not 64 hex digits')
  const ed25519 = hexToBytes(hex)
  try {
    return { ed25519, x25519: ed25519PublicKeyToX25519(ed25519) }
  } catch (cause) {
    if ((cause as { code?: string }).code === 'CRYPTO_NOT_READY') throw cause
    throw badUrl('the key is not an Ed25519 public key')
  }
}

function addressOf(base: string): { base: string; host: string } {
  const parts = typeof base === 'string' ? /^(https?):\/\/([^/?#]*)\/?$/i.exec(base) : null
  if (parts === null) throw badUrl('the server is not http(s)://host')
  return parseAddress(parts[1]!, parts[2]!)
}

function parseAddress(schemeText: string, authority: string): { base: string; host: string } {
  if (authority.includes('@')) throw badUrl('credentials in it')
  const scheme = schemeText.toLowerCase()
  const parts = /^(\[[0-9a-f:.]{2,45}\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(authority)
  if (parts === null) throw badUrl('the host is malformed')
  // Some letters outside ASCII become ones inside.
  if (!/^[\x21-\x7e]+$/.test(parts[1]!)) throw badUrl('the host is malformed')
  const host = parts[1]!.toLowerCase()
  const port = parts[2] === undefined ? undefined : Number(parts[2])
  if (!host.startsWith('[') && !HOST.test(host)) throw badUrl('the host is malformed')
  if (port !== undefined && (port < 1 || port > 65_535)) throw badUrl('the port is not 1 to 65535')
  const isUsual = port === undefined || port === (scheme === 'http' ? 80 : 443)
  return { base: `${scheme}://${host}${isUsual ? '' : `:${port}`}`, host }
}

const badUrl = (why: string): AttachmentError => new AttachmentError('ATTACHMENT_BAD_URL', `file URL: ${why}`)
