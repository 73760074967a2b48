import { utf8ToBytes } from '@sessionkit/bytes'
import { argon2id, blake2b } from '@sessionkit/crypto'
import { requireBytes } from './argument.ts'
import { V2Error } from './error.ts'
import { V2_MAX_LENGTH } from './limits.ts'

const LINK_EMOJI = utf8ToBytes('SessionLinkEmoji')

/** The 64 emoji by index. Protocol page 10, section 7.9. */
export const SAS_EMOJI: readonly string[] = [
  '🐶',
  '🐱',
  '🦁',
  '🐎',
  '🦄',
  '🐷',
  '🐘',
  '🐰',
  '🐼',
  '🐓',
  '🐧',
  '🐢',
  '🐟',
  '🐙',
  '🦋',
  '🌷',
  '🌳',
  '🌵',
  '🍄',
  '🌏',
  '🌙',
  '☁\u{fe0f}',
  '🔥',
  '🍌',
  '🍎',
  '🍓',
  '🌽',
  '🍕',
  '🎂',
  '❤\u{fe0f}',
  '😀',
  '🤖',
  '🎩',
  '👓',
  '🔧',
  '🎅',
  '👍',
  '☂\u{fe0f}',
  '⌛',
  '⏰',
  '🎁',
  '💡',
  '📕',
  '✏\u{fe0f}',
  '📎',
  '✂\u{fe0f}',
  '🔒',
  '🔑',
  '🔨',
  '☎\u{fe0f}',
  '🏁',
  '🚂',
  '🚲',
  '✈\u{fe0f}',
  '🚀',
  '🏆',
  '⚽',
  '🎸',
  '🎺',
  '🔔',
  '⚓',
  '🎧',
  '📁',
  '📌',
]

/** Emoji to compare on two devices: 21 indices of the table, the first ones are shown. */
export interface SasEmoji {
  readonly indices: readonly number[]
  readonly emoji: readonly string[]
}

/** The 21 emoji of a 16-byte seed, six bits each, the lowest first. Protocol page 10, section 7.9. */
export function sasEmoji(seed: Uint8Array): SasEmoji {
  requireBytes(seed, 'seed', 16)
  const indices: number[] = []
  for (let k = 0; k < 21; k++) {
    const bit = 6 * k
    const two = seed[bit >> 3]! | ((seed[(bit >> 3) + 1] ?? 0) << 8)
    indices.push((two >> (bit & 7)) & 63)
  }
  return { indices, emoji: indices.map((index) => SAS_EMOJI[index]!) }
}

/**
 * The emoji of a link request, from its signed dict exactly as it was decrypted. Both devices show the first 7. Argon2id makes
 * it slow, some 16 MiB and two passes, so that nobody searches for a request with the same emoji. Protocol page 10,
 * section 7.9.
 */
export function linkRequestEmoji(request: Uint8Array): SasEmoji & { readonly seed: Uint8Array } {
  requireBytes(request, 'request')
  if (request.length > V2_MAX_LENGTH) throw new V2Error('V2_TOO_LARGE', `request: ${request.length} bytes are too many`)
  const salt = blake2b({ message: request, length: 16, personalization: LINK_EMOJI })
  const seed = argon2id({ password: request, salt, opsLimit: 2, memLimit: 16_777_216, length: 16 })
  return { ...sasEmoji(seed), seed }
}
