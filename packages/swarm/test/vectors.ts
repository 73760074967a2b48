import { readFileSync } from 'node:fs'
import { hexToBytes, SecretBytes } from '@sessionkit/bytes'
import { type Ed25519KeyPair, ed25519KeyPairFromSeed } from '@sessionkit/crypto'

/** One entry of a vector file. */
// biome-ignore lint/suspicious/noExplicitAny: vectors are data of many shapes
export type Vector = any

const read = (name: string): Vector =>
  JSON.parse(readFileSync(new URL(`../../../vectors/${name}.json`, import.meta.url), 'utf8'))

export const storage: Vector = read('storage')
export const groups: Vector = read('libsession-groups')

export const keyPair = (seedHex: string): Ed25519KeyPair =>
  ed25519KeyPairFromSeed(SecretBytes.from(hexToBytes(seedHex)))
