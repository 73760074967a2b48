import { equalBytes } from '@sessionkit/bytes'
import { CryptoError, mlKem768Decapsulate, xchacha20poly1305Decrypt } from '@sessionkit/crypto'
import { type Account, idToBytes, type SessionId } from '@sessionkit/session-id'
import { requireAccount, requireKeyPairs, requireSeconds, secondsNow } from './argument.ts'
import { V2Error } from './error.ts'
import { type InnerMessage, readInner, type V2ProSignature } from './inner-dict.ts'
import type { HybridKeyPair } from './keys.ts'
import { ACCOUNT_KEY_RETENTION, V2_MAX_LENGTH, V2_MIN_LENGTH } from './limits.ts'
import {
  AEAD_AT,
  type AeadKey,
  agree,
  EPHEMERAL_AT,
  INDICATOR_AT,
  indicatorMask,
  KEM_AT,
  nonPfsKey,
  pfsKey,
  xor2,
} from './message-keys.ts'
import { messageVersion } from './version.ts'

/** An account key that the recipient holds, now or from before. */
export interface HeldAccountKey {
  readonly keys: HybridKeyPair
  /** Unix seconds; absent for the current key. */
  readonly rotated?: number | undefined
}

export interface OpenedV2Message {
  readonly version: 2
  /** Verified. */
  readonly sender: SessionId
  /** 32 bytes. */
  readonly senderEd25519: Uint8Array
  /** The serialized `Content`, for `decodeContent`. */
  readonly content: Uint8Array
  /** Whether an account key opened it: false means the long-term key alone, which deserves to be shown. */
  readonly pfsEncrypted: boolean
  /** Not verified: that takes the proof in the content. */
  readonly pro: V2ProSignature | undefined
}

/**
 * Opens a V2 message with the account keys held, then with the long-term key. Keys that were rotated away more than 16 days
 * ago are not used. `now` is in Unix seconds.
 *
 * Throws `V2_UNKNOWN_VERSION` for what is no V2 message, `V2_BAD_FORMAT`, `V2_BAD_SIGNATURE` and `V2_BAD_SENDER` for a malformed one (the page calls all three
 * `bad_format`), and `V2_NO_KEY` when no key opens it: keep such a message and try again when account keys arrived.
 * Protocol page 10, section 6.6.
 */
export function openV2Message(input: {
  readonly bytes: Uint8Array
  readonly recipient: Account
  readonly accountKeys?: readonly HeldAccountKey[] | undefined
  readonly now?: number | undefined
}): OpenedV2Message {
  const { bytes, recipient, accountKeys = [], now = secondsNow() } = input
  requireAccount(recipient, 'recipient')
  requireSeconds(now, 'now')
  requireKeyPairs(accountKeys, 'accountKeys', (held) => held?.keys)
  if (messageVersion(bytes) !== 2) throw new V2Error('V2_UNKNOWN_VERSION', 'message: of version 1')
  if (bytes.length < V2_MIN_LENGTH || bytes.length > V2_MAX_LENGTH) {
    throw new V2Error('V2_BAD_FORMAT', `message: ${bytes.length} bytes, expected ${V2_MIN_LENGTH} to ${V2_MAX_LENGTH}`)
  }
  const ephemeral = bytes.slice(EPHEMERAL_AT, KEM_AT)
  const longTerm = agree(recipient.x25519.secretKey, ephemeral)
  if (longTerm === undefined) throw new V2Error('V2_BAD_FORMAT', 'message: a degenerate ephemeral key')
  const fallback = nonPfsKey({ shared: longTerm.slice(), ephemeral, recipient: recipient.x25519.publicKey })
  const mask = indicatorMask({ shared: longTerm, ephemeral, recipient: recipient.x25519.publicKey })
  const indicator = xor2(bytes.subarray(INDICATOR_AT), mask)
  const aead = bytes.subarray(AEAD_AT)
  const id = idToBytes(recipient.sessionId)
  const ciphertext = bytes.subarray(KEM_AT, AEAD_AT)
  for (const { keys } of candidates(accountKeys, indicator, now)) {
    const key = keyFor(keys, ephemeral, ciphertext)
    const padded = key && decrypt(key, aead)
    if (padded === undefined) continue
    fallback.key.fill(0)
    return opened(readInner(padded, id), true)
  }
  const padded = decrypt(fallback, aead)
  if (padded === undefined) throw new V2Error('V2_NO_KEY', 'message: no key that is held opens it')
  return opened(readInner(padded, id), false)
}

/** The keys that the indicator may mean, the current one first, then the latest rotated. Several may share it. */
function candidates(held: readonly HeldAccountKey[], indicator: Uint8Array, now: number): HeldAccountKey[] {
  return held
    .filter(({ rotated }) => rotated === undefined || now - rotated <= ACCOUNT_KEY_RETENTION)
    .filter(({ keys }) => equalBytes(keys.mlKem768.publicKey.subarray(0, 2), indicator))
    .sort((a, b) => (b.rotated ?? Number.MAX_SAFE_INTEGER) - (a.rotated ?? Number.MAX_SAFE_INTEGER))
}

function keyFor(keys: HybridKeyPair, ephemeral: Uint8Array, ciphertext: Uint8Array): AeadKey | undefined {
  const shared = agree(keys.x25519.secretKey, ephemeral)
  if (shared === undefined) return undefined
  const kemShared = mlKem768Decapsulate({ ciphertext, secretKey: keys.mlKem768.secretKey })
  return pfsKey({ kemShared, shared, ephemeral, accountKey: keys.x25519.publicKey })
}

/** The message, or undefined under a wrong key. Wipes the key. */
function decrypt(aead: AeadKey, ciphertext: Uint8Array): Uint8Array | undefined {
  try {
    return xchacha20poly1305Decrypt({ ...aead, ciphertext })
  } catch (error) {
    if (error instanceof CryptoError && error.code === 'CRYPTO_OPEN_FAILED') return undefined
    throw error
  } finally {
    aead.key.fill(0)
  }
}

function opened(inner: InnerMessage, pfsEncrypted: boolean): OpenedV2Message {
  const { content, sender, senderEd25519, pro } = inner
  return { version: 2, sender, senderEd25519, content, pfsEncrypted, pro }
}
