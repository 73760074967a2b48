import { type RetryAdvice, SwarmError, type SwarmErrorCode } from './error.ts'

const known: ReadonlyMap<number, readonly [SwarmErrorCode, RetryAdvice]> = new Map([
  [400, ['SWARM_BAD_REQUEST', 'never']],
  [401, ['SWARM_UNAUTHORIZED', 'never']],
  [403, ['SWARM_FORBIDDEN', 'never']],
  [404, ['SWARM_NOT_FOUND', 'never']],
  [406, ['SWARM_CLOCK', 'resign']],
  [410, ['SWARM_REFUSED_BY_TRANSPORT', 'never']],
  [413, ['SWARM_REFUSED_BY_TRANSPORT', 'never']],
  [421, ['SWARM_WRONG_SWARM', 'redirect']],
  [425, ['SWARM_CLOCK', 'resign']],
  [429, ['SWARM_RATE_LIMITED', 'back-off']],
  [500, ['SWARM_NODE_FAILED', 'other-node']],
  [502, ['SWARM_NODE_FAILED', 'other-node']],
  [503, ['SWARM_NODE_UNAVAILABLE', 'other-node']],
  [504, ['SWARM_NODE_UNAVAILABLE', 'other-node']],
])

const NEXT_NODE = /^Next node (?:not found|is currently unreachable): ([0-9a-fA-F]{64})/

/**
 * The error of a status, or null for 200 to 299. `body` is only read to name the missing node of a 502; what else a
 * node writes does not get into the message. Protocol page 04, section 7.
 */
export function errorOfStatus(answer: { readonly status: number; readonly body?: unknown }): SwarmError | null {
  const { status, body } = answer
  if (status >= 200 && status <= 299) return null
  const next = status === 502 && typeof body === 'string' ? NEXT_NODE.exec(body.slice(0, 200)) : null
  if (next) {
    const nextNode = (next[1] as string).toLowerCase()
    return new SwarmError('SWARM_NEXT_NODE', `a node on the path does not reach ${nextNode}`, {
      retry: 'other-node',
      status,
      nextNode,
    })
  }
  const [code, retry] = known.get(status) ?? (['SWARM_UNEXPECTED_STATUS', 'other-node'] as const)
  return new SwarmError(code, `the node answered with status ${Number(status)}`, { retry, status })
}
