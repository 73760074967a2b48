import { bytesToBase64, bytesToHex, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { type Ed25519KeyPair, ed25519KeyPairFromSeed, ed25519Sign } from '@sessionkit/crypto'
import { type Account, accountFromSeed } from '@sessionkit/session-id'
import { entrySignedBytes, messageHash, type SwarmRequest } from '../src/index.ts'

export const NOW = 1_753_000_000_456
export const DATA: Uint8Array = utf8ToBytes('hello')

export const account = (): Account => accountFromSeed(new Uint8Array(16).fill(7))

/** The key pair of a member, and its name in answers. */
export function member(n: number): { readonly keys: Ed25519KeyPair; readonly node: string } {
  const keys = ed25519KeyPairFromSeed(SecretBytes.take(new Uint8Array(32).fill(n)))
  return { keys, node: bytesToHex(keys.publicKey) }
}

/** An entry as its node signs it. */
export function signedEntry(keys: Ed25519KeyPair, request: SwarmRequest, entry: Record<string, unknown>): object {
  const owner = request.params.pubkey as string
  const message = entrySignedBytes({ method: request.method, owner, params: request.params, entry })
  return { ...entry, signature: bytesToBase64(ed25519Sign({ message, keyPair: keys })) }
}

export const hashOf = (owner: string, data: Uint8Array, namespace = 0): string =>
  messageHash({ owner, namespace, data })

/** A node of a list, usable unless changed. */
export const listed = (n: number, change: Record<string, unknown> = {}): Record<string, unknown> => ({
  pubkey_ed25519: String(n).padStart(64, 'a'),
  pubkey_x25519: String(n).padStart(64, 'b'),
  public_ip: `10.0.0.${n}`,
  storage_port: 22021,
  ...change,
})
