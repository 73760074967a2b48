import { accountFromSeed } from '@sessionkit/session-id'
import { expect } from 'vitest'
import {
  Config,
  ConfigError,
  type ConfigPush,
  Contacts,
  type StoredConfig,
  type UserConfigOptions,
} from '../src/index.ts'

export const seed: Uint8Array = new Uint8Array(32).map((_, i) => i + 1)
export const account = (): ReturnType<typeof accountFromSeed> => accountFromSeed(seed)
export const key: Uint8Array = new Uint8Array(32).fill(7)
export const now = (): number => 1_737_331_200_000

export const generic = (dump?: Uint8Array): Config => new Config({ domain: 'Test', keys: [key], dump, now })
export const contacts = (options: Partial<UserConfigOptions> = {}): Contacts =>
  new Contacts({ account: account(), now, ...options })
export const id = (n: number): never => `05a${n.toString(16).padStart(63, '0')}` as never

let labels = 0
export function stored(push: ConfigPush): StoredConfig[] {
  return push.messages.map((data) => ({ hash: `h${labels++}`, data }))
}

/** Pushes and confirms; what the swarm holds after that. */
export function publish(config: {
  push(): ConfigPush
  confirmPushed(i: { seqno: number; hashes: string[] }): void
}): StoredConfig[] {
  const push = config.push()
  const messages = stored(push)
  config.confirmPushed({ seqno: push.seqno, hashes: messages.map(({ hash }) => hash) })
  return messages
}

export function codeOf(attempt: () => unknown): string {
  try {
    attempt()
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as ConfigError).code
  }
  return 'nothing thrown'
}

export function generator(state: number): () => number {
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
