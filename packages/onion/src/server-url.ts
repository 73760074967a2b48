import { MAX_HOST_LENGTH, MAX_TARGET_LENGTH } from './limits.ts'

/** Whether relays take these for a server's URL. Protocol page 03, sections 3.4 and 14. */
export function isServerUrl(protocol: unknown, host: unknown, target: unknown): boolean {
  return (protocol === 'http' || protocol === 'https') && isHost(host) && isServerTarget(target)
}

// Also refused beyond the page's list: `\`, which URL parsers read as `/`, `%`, and a `:` outside an IPv6 literal,
// which would name another port than `port`.
const isHost = (host: unknown): host is string =>
  typeof host === 'string' &&
  host.length <= MAX_HOST_LENGTH &&
  (/^[^\s/@?#\\%:[\]\p{Cc}\p{Surrogate}]+$/u.test(host) || /^\[[0-9a-fA-F:.]+\]$/.test(host))

const isServerTarget = (target: unknown): target is string =>
  typeof target === 'string' &&
  target.length <= MAX_TARGET_LENGTH &&
  /^\/(?:loki|oxen)\//.test(target) &&
  target.endsWith('/lsrpc') &&
  !/[?#\s\\\p{Cc}\p{Surrogate}]/u.test(target)

export const isPort = (port: unknown): port is number =>
  typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535
