import { SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { type X25519KeyPair, x25519KeyPairFromSecret } from '@sessionkit/crypto'
import type { SasEmoji } from '@sessionkit/envelope/v2'
import { bytes, type Entry, has, objects, text } from './entry.ts'
import { expectField } from './expect.ts'
import { Mismatch, Unsupported } from './outcome.ts'
import type { VectorHandler } from './runner.ts'

/** An operation with a list of rows, or a single row. */
export function rows(check: (row: Entry) => void): VectorHandler {
  return (entry) => {
    const list = has(entry, 'rows') ? objects(entry, 'rows') : [entry]
    if (list.length === 0) throw new Mismatch('rows: empty')
    for (const row of list) check(row)
  }
}

export const secret = (entry: Entry, name: string): SecretBytes => SecretBytes.take(bytes(entry, name))
export const x25519Of = (entry: Entry, name: string): X25519KeyPair => x25519KeyPairFromSecret(secret(entry, name))

/** Bytes given as hex, or in words: `0x61 repeated 400 times`, `0x55`, `"text" padded with 0x00 to 8700 bytes`. */
export function described(entry: Entry, name: string, length?: number): Uint8Array {
  const value = text(entry, name)
  const repeated = /^(?:0x)?([0-9a-f]{2}) repeated (\d+) times$/.exec(value)
  if (repeated !== null) return new Uint8Array(Number(repeated[2])).fill(Number.parseInt(repeated[1]!, 16))
  const one = /^0x([0-9a-f]{2})$/.exec(value)
  if (one !== null && length !== undefined) return new Uint8Array(length).fill(Number.parseInt(one[1]!, 16))
  const padded = /^"(.*)" padded with 0x([0-9a-f]{2}) to (\d+) bytes$/.exec(value)
  if (padded !== null) {
    const out = new Uint8Array(Number(padded[3])).fill(Number.parseInt(padded[2]!, 16))
    const start = utf8ToBytes(padded[1]!)
    if (start.length > out.length) throw new Mismatch(`${name}: longer than its padding`)
    out.set(start)
    return out
  }
  if (/^(?:[0-9a-f]{2})*$/.test(value)) return bytes(entry, name)
  throw new Unsupported(`${name}: bytes in unknown words`)
}

/** `<prefix>indices`, and the emoji under whatever of their names the entry has. */
export function expectEmoji(entry: Entry, prefix: string, { indices, emoji }: SasEmoji): void {
  expectField(entry, `${prefix}indices`, indices)
  expectField(entry, `${prefix}emoji`, emoji.join(' '))
  for (const count of [4, 7]) {
    for (const name of ['first', 'short']) {
      expectField(entry, `${prefix}${name}${count}`, emoji.slice(0, count).join(' '))
    }
  }
}
