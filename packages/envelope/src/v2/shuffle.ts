import type { RandomSource } from '@sessionkit/bytes'
import { draw } from './argument.ts'

/**
 * The items in random order. Four bytes are asked for each of all but the first; 32 bits for a few dozen places are even to within one
 * part in 10^8.
 */
export function shuffle<T>(items: readonly T[], random: RandomSource | undefined): T[] {
  const out = [...items]
  for (let i = out.length - 1; i > 0; i--) {
    const bytes = draw(random, 4)
    const j = new DataView(bytes.buffer).getUint32(0, true) % (i + 1)
    const moved = out[i]!
    out[i] = out[j]!
    out[j] = moved
  }
  return out
}
