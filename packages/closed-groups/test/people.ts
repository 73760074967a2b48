import { sha256 } from '@sessionkit/crypto'
import { type Account, accountFromSeed } from '@sessionkit/session-id'
import { type GroupAdmin, groupFromSeed } from '../src/index.ts'

const seed = (label: string): Uint8Array => sha256(new TextEncoder().encode(label))

/** The same account for the same label. */
export const person = (label: string): Account => accountFromSeed(seed(`person ${label}`))
export const group = (label: string = 'g'): GroupAdmin => groupFromSeed(seed(`group ${label}`))

/** Numbers that a failing run can be repeated with. */
export function generator(start: number): () => number {
  let state = start >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

function longer(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes.length + 1)
  copy.set(bytes)
  return copy
}

/** Random and mutated inputs, half of each. */
export function* inputs(count: number, start: number, samples: readonly Uint8Array[]): Generator<Uint8Array> {
  const next = generator(start)
  const below = (limit: number): number => Math.floor(next() * limit)
  for (let i = 0; i < count; i++) {
    const sample = samples[below(samples.length)] as Uint8Array
    if (i % 2 === 0) {
      const text = 'd1:#24:eli-0123456789kKGz~'
      const bytes = Uint8Array.from({ length: below(200) }, () =>
        next() < 0.5 ? below(256) : text.charCodeAt(below(26)),
      )
      yield bytes
      continue
    }
    const copy = new Uint8Array(sample)
    for (let change = 0; change <= below(4); change++) copy[below(copy.length)] = below(256)
    const cut = next()
    yield cut < 0.2 ? copy.slice(0, below(copy.length)) : cut < 0.3 ? longer(copy) : copy
  }
}
