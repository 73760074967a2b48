import { describe, expect, it } from 'vitest'
import { backoffDelay, timerSleep } from '../src/attempts.ts'
import { randomBelow, shuffled } from '../src/random.ts'
import { seededRandom } from './pretend-nodes.ts'

describe('attempts', () => {
  it('wait twice as long each time, within bounds, half of it at random', () => {
    const random = seededRandom(3)
    for (let attempt = 1; attempt < 40; attempt++) {
      const full = Math.min(200 * 2 ** (attempt - 1), 5_000)
      const delay = backoffDelay(attempt, random)
      expect(delay).toBeGreaterThanOrEqual(full / 2)
      expect(delay).toBeLessThanOrEqual(full)
    }
  })

  it('stop waiting when aborted', async () => {
    const aborted = expect.objectContaining({ code: 'NETWORK_ABORTED' })
    await expect(timerSleep(60_000, AbortSignal.abort())).rejects.toEqual(aborted)
    const controller = new AbortController()
    const waiting = timerSleep(60_000, controller.signal)
    controller.abort()
    await expect(waiting).rejects.toEqual(aborted)
    await timerSleep(0, new AbortController().signal)
  })
})

describe('random choice', () => {
  it('reaches every value about equally often', () => {
    const counts = [0, 0, 0, 0, 0]
    const random = seededRandom(9)
    for (let i = 0; i < 5_000; i++) counts[randomBelow(5, random)]! += 1
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(200)
    expect(randomBelow(1, random)).toBe(0)
  })

  it('shuffles into a permutation', () => {
    const items = Array.from({ length: 50 }, (_, i) => i)
    const list = shuffled(items, seededRandom(5))
    expect(list).not.toEqual(items)
    expect(list.sort((a, b) => a - b)).toEqual(items)
  })
})
