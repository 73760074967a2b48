import { bytesToHex, hexToBytes, isHex } from '@sessionkit/bytes'

/** Whose fault a failed request is. */
export type FailureScope = 'path' | 'node' | 'guard' | 'destination' | 'clock' | 'swarm' | 'caller'

/** What the caller should do next. */
export type FailureRetry = 'other-path' | 'other-destination' | 'after-clock-sync' | 'after-swarm-update' | 'no'

export interface OnionFailure {
  readonly scope: FailureScope
  /** Ed25519 key of a named node that is in the path behind the guard, or of the destination. */
  readonly blamed?: Uint8Array
  /** The blamed node left the network: remove it rather than count a strike. */
  readonly gone: boolean
  readonly retry: FailureRetry
}

interface Rule {
  readonly status: number
  readonly prefix: string
  readonly failure: Omit<OnionFailure, 'blamed'>
  /** A 64-digit key follows the prefix and ends the text. */
  readonly names?: boolean
}

// Protocol page 03, section 8.1. Exact status, exact prefix: the text comes from a stranger.
const pathRules: readonly Rule[] = [
  {
    status: 502,
    prefix: 'Next node not found: ',
    names: true,
    failure: { scope: 'node', gone: true, retry: 'other-path' },
  },
  {
    status: 502,
    prefix: 'Next node is currently unreachable: ',
    names: true,
    failure: { scope: 'node', gone: false, retry: 'other-path' },
  },
  {
    status: 503,
    prefix: 'Snode not ready: ',
    names: true,
    failure: { scope: 'node', gone: false, retry: 'other-path' },
  },
  { status: 503, prefix: 'Service node is not ready: ', failure: { scope: 'guard', gone: false, retry: 'other-path' } },
  {
    status: 503,
    prefix: 'Server busy, try again later',
    failure: { scope: 'guard', gone: false, retry: 'other-path' },
  },
  // Our own request is refused: another path would refuse it too.
  { status: 400, prefix: 'Error parsing onion request: ', failure: { scope: 'caller', gone: false, retry: 'no' } },
  {
    status: 400,
    prefix: 'onion request max path length exceeded',
    failure: { scope: 'caller', gone: false, retry: 'no' },
  },
  { status: 400, prefix: 'invalid Content-Length', failure: { scope: 'caller', gone: false, retry: 'no' } },
  { status: 413, prefix: '', failure: { scope: 'caller', gone: false, retry: 'no' } },
  {
    status: 404,
    prefix: 'POST /onion_req/v2 Not Found',
    failure: { scope: 'guard', gone: false, retry: 'other-path' },
  },
  { status: 406, prefix: '', failure: { scope: 'clock', gone: false, retry: 'after-clock-sync' } },
  { status: 425, prefix: '', failure: { scope: 'clock', gone: false, retry: 'after-clock-sync' } },
]

const somewhere: OnionFailure = { scope: 'path', gone: false, retry: 'other-path' }

/**
 * What a status other than 200 from the guard means. The body is a stranger's text: a named node counts only when it is
 * in the path behind the guard or is the destination, so that a guard cannot blame whom it likes.
 */
export function classifyPathError(input: {
  readonly status: number
  readonly body: string
  /** Ed25519 keys, guard first. */
  readonly path: readonly Uint8Array[]
  readonly destination?: Uint8Array
}): OnionFailure {
  const { status, body, path, destination } = input
  for (const rule of pathRules) {
    if (rule.status !== status || !body.startsWith(rule.prefix)) continue
    if (!rule.names) return rule.failure
    const key = body.slice(rule.prefix.length).replace(/\n$/, '')
    if (!isHex(key, 32)) return somewhere
    const named = key.toLowerCase()
    if (destination !== undefined && bytesToHex(destination) === named) {
      return { ...rule.failure, scope: 'destination', blamed: hexToBytes(named), retry: 'other-destination' }
    }
    if (path.slice(1).some((hop) => bytesToHex(hop) === named)) return { ...rule.failure, blamed: hexToBytes(named) }
    return somewhere
  }
  return somewhere
}

/** What the status inside a service node's answer means; undefined for 200. Protocol page 03, section 8.2. */
export function classifyNodeAnswer(input: {
  readonly status: number
  readonly body: string
}): OnionFailure | undefined {
  const { status } = input
  if (status >= 200 && status <= 299) return undefined
  if (status === 406 || status === 425) return { scope: 'clock', gone: false, retry: 'after-clock-sync' }
  if (status === 421) return { scope: 'swarm', gone: false, retry: 'after-swarm-update' }
  if (status >= 400 && status <= 499 && status !== 429) return { scope: 'caller', gone: false, retry: 'no' }
  return { scope: 'destination', gone: false, retry: 'other-destination' }
}
