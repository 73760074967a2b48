import type { ContentKind } from './kind.ts'

const DAY = 86_400_000

/** Milliseconds that a swarm keeps a 1-to-1 message of each kind. Protocol page 02, section 11.1. */
export const TTL_BY_KIND: Readonly<Record<ContentKind, number>> = {
  visible: 14 * DAY,
  reaction: 14 * DAY,
  'timer-update': 14 * DAY,
  'group-update': 14 * DAY,
  'legacy-group': 14 * DAY,
  call: 5 * 60_000,
  receipt: 14 * DAY,
  typing: 20_000,
  extraction: 14 * DAY,
  unsend: 14 * DAY,
  'request-response': 14 * DAY,
}

const timed: readonly ContentKind[] = ['visible', 'reaction', 'timer-update']

/**
 * Milliseconds that a swarm shall keep a message. With a timer, a delete-after-send message lives as long as the timer;
 * a delete-after-read message does so only in the copy for own devices (`syncCopy`). Protocol page 02, section 11.1.
 */
export function ttlFor(
  kind: ContentKind,
  expiry?: {
    readonly expirationType?: 'UNKNOWN' | 'DELETE_AFTER_READ' | 'DELETE_AFTER_SEND' | undefined
    /** Seconds. */
    readonly expirationTimer?: number | undefined
    readonly syncCopy?: boolean | undefined
  },
): number {
  const usual = TTL_BY_KIND[kind]
  const seconds = expiry?.expirationTimer ?? 0
  if (seconds === 0 || !timed.includes(kind)) return usual
  const type = expiry?.expirationType
  const dies = type === 'DELETE_AFTER_SEND' || (type === 'DELETE_AFTER_READ' && expiry?.syncCopy === true)
  return dies ? Math.min(usual, seconds * 1000) : usual
}
