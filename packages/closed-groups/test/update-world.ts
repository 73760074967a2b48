import { readFileSync } from 'node:fs'
import { bytesToHex, isSessionKitError } from '@sessionkit/bytes'
import { type Account, accountFromSeed } from '@sessionkit/session-id'
import { type GroupAdmin, type GroupUpdateReading, groupFromSeed } from '../src/index.ts'

// biome-ignore lint/suspicious/noExplicitAny: the tests themselves check the entries of the files.
export type Entry = any

export const vectors = (name: string): Record<string, Entry[]> =>
  JSON.parse(readFileSync(new URL(`../../../vectors/${name}.json`, import.meta.url), 'utf8')).operations

export const TS = 1_764_000_000_123
export const account = (n: number): Account => accountFromSeed(new Uint8Array(32).fill(n))
export const groupOf = (n: number): GroupAdmin => groupFromSeed(new Uint8Array(32).fill(n))

/** The code that a call throws, or 'none'. Anything but a sessionkit error is a failure of the test. */
export function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (isSessionKitError(error)) return error.code
    throw error
  }
  return 'none'
}

/** Numbers below a limit, the same for the same seed. */
export function generator(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** A reading without key objects, to compare. */
export function summary(reading: GroupUpdateReading): unknown {
  if (!reading.valid) return reading
  const { update } = reading
  if (update.type === 'promote') return { type: 'promote', groupId: update.group.groupId, name: update.name }
  if (update.type === 'invite') return { ...update, authData: bytesToHex(update.authData) }
  return update
}
