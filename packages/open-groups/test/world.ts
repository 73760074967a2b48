import { readFileSync } from 'node:fs'
import { hexToBytes, utf8ToBytes } from '@sessionkit/bytes'
import { type Account, accountFromSeed } from '@sessionkit/session-id'

export const SERVER: Uint8Array = hexToBytes('e55075e1c2a2fe63f19f3a47ea29deeb65a8a2d1ebca79b634effba721a6e45a')
export const NOW = 1_700_000_000

export const account = (n: number): Account => accountFromSeed(new Uint8Array(32).fill(n))

/** The first account, from a number on, whose Ed25519 key has this sign. */
export function accountOfSign(negative: boolean, from = 1): Account {
  for (let n = from; ; n++) {
    const one = account(n)
    if (((one.ed25519.publicKey[31]! & 0x80) !== 0) === negative) return one
  }
}

export const fill = (value: number) => (length: number) => new Uint8Array(length).fill(value)
export const json = (value: unknown) => ({ code: 200, body: utf8ToBytes(JSON.stringify(value)) })

// biome-ignore lint/suspicious/noExplicitAny: entries of the files are checked by the tests themselves.
export function vectors(name: string): Record<string, any[]> {
  return JSON.parse(readFileSync(new URL(`../../../vectors/${name}.json`, import.meta.url), 'utf8')).operations
}
