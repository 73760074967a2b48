import { describe, expect, it } from 'vitest'
import { createClock } from '../src/clock.ts'

const local = 1_700_000_000_000

describe('network time', () => {
  it('follows the median, so that a few wrong clocks move nothing', () => {
    const clock = createClock({ now: () => local })
    expect(clock.now()).toBe(local)
    for (const ahead of [5_000, 86_400_000, 5_100, 4_900, 5_000]) clock.observe(local + ahead)
    expect(clock.offset).toBe(5_000)
    expect(clock.now()).toBe(local + 5_000)
  })

  it('takes a large step only on the word of three', () => {
    const clock = createClock({ now: () => local })
    clock.observe(local + 3_600_000)
    clock.observe(local + 3_600_000)
    expect(clock.offset).toBe(0)
    clock.observe(local + 3_600_000)
    expect(clock.offset).toBe(3_600_000)
  })

  it('takes half the round trip into account', () => {
    const clock = createClock({ now: () => local })
    clock.observe(local, 200)
    expect(clock.offset).toBe(100)
  })

  it.each([undefined, null, '1', Number.NaN, -1, 0, 1_600_000_000_000, 2 ** 60, 1.5])('ignores %s', (t) => {
    const clock = createClock({ now: () => local })
    clock.observe(t)
    clock.correct(t)
    expect(clock.offset).toBe(0)
  })

  it('starts afresh when it is corrected', () => {
    const clock = createClock({ now: () => local })
    for (let i = 0; i < 10; i++) clock.observe(local)
    clock.correct(local + 7_000)
    expect(clock.offset).toBe(7_000)
  })
})
