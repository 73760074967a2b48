import { concatBytes, type RandomSource } from '@sessionkit/bytes'
import {
  CryptoError,
  type Ed25519KeyPair,
  mlKem768Encapsulate,
  x25519KeyPair,
  xchacha20poly1305Encrypt,
} from '@sessionkit/crypto'
import { type Account, idToBytes, isSessionId, type SessionId } from '@sessionkit/session-id'
import { draw, requireAccount, requireBytes } from './argument.ts'
import { V2Error } from './error.ts'
import { buildInner, innerDictLength, wireLength } from './inner-dict.ts'
import type { HybridPublicKeys } from './keys.ts'
import { V2_MAX_LENGTH, V2_OVERHEAD } from './limits.ts'
import { type AeadKey, agree, indicatorMask, nonPfsKey, pfsKey, xor2 } from './message-keys.ts'

export interface SealV2Input {
  /** A serialized `Content`, without padding. */
  readonly content: Uint8Array
  readonly from: Account
  readonly to: SessionId
  /** The account keys that the recipient published. Without them the message has no forward secrecy. */
  readonly keys?: HybridPublicKeys | undefined
  /** The rotating Pro key, whose signature goes in. */
  readonly pro?: Ed25519KeyPair | undefined
  readonly random?: RandomSource | undefined
}

/**
 * A V2 message, as it is stored in namespace 0. Nothing sends it by itself: a client that only knows V1 cannot read it,
 * so use it for recipients who published account keys. `random` is asked for the ephemeral secret (32 bytes) and the ML-KEM
 * coins (32); without `keys` for the secret (32), a key indicator (2) and what stands for an ML-KEM ciphertext (1088).
 *
 * Throws `V2_TOO_LARGE` for what no swarm stores, `V2_BAD_RECIPIENT` for keys that nothing can be encrypted to. Protocol
 * page 10, sections 6.2 to 6.5.
 */
export function sealV2Message(input: SealV2Input): Uint8Array {
  const { content, from, to, keys, pro, random } = input
  requireBytes(content, 'content')
  requireAccount(from, 'from')
  if (!isSessionId(to)) throw new V2Error('V2_BAD_RECIPIENT', 'to: expected a Session ID')
  if (keys !== undefined) {
    requireBytes(keys.x25519, 'keys.x25519', 32)
    requireBytes(keys.mlKem768, 'keys.mlKem768', 1184)
  }
  const length = wireLength(innerDictLength(content.length, pro !== undefined))
  if (length > V2_MAX_LENGTH) {
    throw new V2Error('V2_TOO_LARGE', `message: ${length} bytes, at most ${V2_MAX_LENGTH} are stored`)
  }
  const id = idToBytes(to)
  const padded = new Uint8Array(length - V2_OVERHEAD)
  padded.set(buildInner({ content, from, recipient: id, pro }))
  const sealed = keys === undefined ? nonPfs(id.subarray(1), random) : pfs(id.subarray(1), keys, random)
  const { indicator, ephemeral, kem, aead } = sealed
  const ciphertext = xchacha20poly1305Encrypt({ ...aead, message: padded })
  padded.fill(0)
  aead.key.fill(0)
  return concatBytes(Uint8Array.of(0, 2), indicator, ephemeral, kem, ciphertext)
}

interface Sealed {
  readonly indicator: Uint8Array
  readonly ephemeral: Uint8Array
  readonly kem: Uint8Array
  readonly aead: AeadKey
}

function pfs(recipient: Uint8Array, keys: HybridPublicKeys, random: RandomSource | undefined): Sealed {
  const pair = x25519KeyPair({ random: (length) => draw(random, length) })
  const ephemeral = pair.publicKey
  const longTerm = agree(pair.secretKey, recipient)
  const shared = agree(pair.secretKey, keys.x25519)
  pair.secretKey.wipe()
  if (longTerm === undefined || shared === undefined) throw badRecipient()
  const mask = indicatorMask({ shared: longTerm, ephemeral, recipient })
  const { ciphertext, sharedSecret } = encapsulate(keys.mlKem768, random)
  const aead = pfsKey({ kemShared: sharedSecret, shared, ephemeral, accountKey: keys.x25519 })
  return { indicator: xor2(keys.mlKem768, mask), ephemeral, kem: ciphertext, aead }
}

function nonPfs(recipient: Uint8Array, random: RandomSource | undefined): Sealed {
  const pair = x25519KeyPair({ random: (length) => draw(random, length) })
  const ephemeral = pair.publicKey
  const shared = agree(pair.secretKey, recipient)
  pair.secretKey.wipe()
  if (shared === undefined) throw badRecipient()
  const indicator = draw(random, 2)
  return { indicator, ephemeral, kem: draw(random, 1088), aead: nonPfsKey({ shared, ephemeral, recipient }) }
}

function encapsulate(
  publicKey: Uint8Array,
  random: RandomSource | undefined,
): { ciphertext: Uint8Array; sharedSecret: Uint8Array } {
  try {
    return mlKem768Encapsulate({ publicKey, random: (length) => draw(random, length) })
  } catch (cause) {
    if (!(cause instanceof CryptoError) || cause.code !== 'CRYPTO_BAD_PUBLIC_KEY') throw cause
    throw badRecipient(cause)
  }
}

const badRecipient = (cause?: unknown): V2Error =>
  new V2Error('V2_BAD_RECIPIENT', 'recipient: nothing can be encrypted to these keys', { cause })
