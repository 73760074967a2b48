import { readFileSync } from 'node:fs'
import { hexToBytes, SecretBytes } from '@sessionkit/bytes'
import { ed25519KeyPairFromSeed, ed25519Sign } from '@sessionkit/crypto'
import { accountFromSeed, parseGroupId } from '@sessionkit/session-id'
import type { PushSigner } from '../src/index.ts'

/** A file of the repository's known answers. */
export const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../vectors/${name}`, import.meta.url), 'utf8'))

export interface SignerEntry {
  readonly signer: 'account' | 'group' | 'subaccount'
  readonly ed25519_seed: string
  readonly account: string
  readonly token?: string
  readonly token_signature?: string
}

/** Who signs in an entry of `ours/push.json`. */
export function signerOf(entry: SignerEntry): PushSigner {
  const seed = hexToBytes(entry.ed25519_seed)
  if (entry.signer === 'account') return accountFromSeed(seed)
  const keyPair = ed25519KeyPairFromSeed(SecretBytes.from(seed))
  if (entry.signer === 'group') return { groupId: parseGroupId(entry.account), ed25519: keyPair }
  return {
    owner: entry.account,
    token: hexToBytes(entry.token!),
    tokenSignature: hexToBytes(entry.token_signature!),
    sign: (message) => ed25519Sign({ message, keyPair }),
  }
}
