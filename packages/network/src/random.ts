import type { RandomSource } from '@sessionkit/bytes'

/** A whole number from 0 up to `limit` − 1, without bias. `limit` is at most 2³². */
export function randomBelow(limit: number, random: RandomSource): number {
  if (limit <= 1) return 0
  const ceiling = Math.floor(2 ** 32 / limit) * limit
  for (;;) {
    const bytes = random(4)
    const value = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0)
    if (value < ceiling) return value % limit
  }
}

/** A shuffled copy (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], random: RandomSource): T[] {
  const list = [...items]
  for (let i = list.length - 1; i > 0; i--) {
    const j = randomBelow(i + 1, random)
    const item = list[i] as T
    list[i] = list[j] as T
    list[j] = item
  }
  return list
}
