import { assertBytes, isSessionKitError } from '@sessionkit/bytes'
import { OnionError } from './error.ts'

/** A node that peels one layer: its Ed25519 key names it, its X25519 key opens the layer. 32 bytes each. */
export interface OnionHop {
  readonly ed25519: Uint8Array
  readonly x25519: Uint8Array
}

/** A service node at the end of the path. */
export interface NodeDestination extends OnionHop {
  readonly type: 'node'
}

/** A server that the last hop reaches over HTTP. `port` defaults to 443 for https, 80 for http. */
export interface ServerDestination {
  readonly type: 'server'
  readonly host: string
  /** `/oxen/v4/lsrpc` on every current server. */
  readonly target: string
  readonly protocol: 'http' | 'https'
  readonly port?: number
  readonly x25519: Uint8Array
}

export type OnionDestination = NodeDestination | ServerDestination

export function checkHop(hop: OnionHop, name: string): void {
  try {
    assertBytes(hop?.ed25519, `${name}.ed25519`, 32)
    assertBytes(hop.x25519, `${name}.x25519`, 32)
  } catch (cause) {
    if (isSessionKitError(cause)) throw new OnionError('ONION_BAD_INPUT', cause.message, { cause })
    throw cause
  }
}

/** Whether a relay may forward there: protocol page 03, sections 3.4 and 14. */
export function isAllowedUrl(url: {
  readonly protocol: string
  readonly host: string
  readonly target: string
}): boolean {
  if (url.protocol !== 'http' && url.protocol !== 'https') return false
  if (typeof url.host !== 'string' || typeof url.target !== 'string') return false
  if (
    !/^\/(loki|oxen)\/[^?]*lsrpc$/.test(url.target) ||
    !url.target.endsWith('/lsrpc') ||
    /[^\x21-\x7e]|[#\\"]/.test(url.target)
  )
    return false
  return url.host.length > 0 && url.host.length <= 253 && /^[A-Za-z0-9._:[\]-]+$/.test(url.host)
}

export const isPort = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535

export function checkServer(server: ServerDestination): number {
  try {
    assertBytes(server.x25519, 'destination.x25519', 32)
  } catch (cause) {
    throw new OnionError('ONION_BAD_INPUT', 'destination.x25519: expected 32 bytes', { cause })
  }
  const { protocol, host, target } = server
  if (
    typeof protocol !== 'string' ||
    typeof host !== 'string' ||
    typeof target !== 'string' ||
    !isAllowedUrl({ protocol, host, target })
  ) {
    throw new OnionError('ONION_BAD_URL', 'destination: protocol, host or target is not one that a node relays to')
  }
  const port = server.port ?? (protocol === 'https' ? 443 : 80)
  if (!isPort(port)) throw new OnionError('ONION_BAD_URL', 'destination: port must be a whole number from 1 to 65535')
  return port
}
