import { concatBytes, type RandomSource, utf8ToBytes } from '@sessionkit/bytes'
import { xed25519Sign, xed25519Verify } from '@sessionkit/crypto'
import { type Account, idToBytes, isSessionId, type SessionId } from '@sessionkit/session-id'
import { draw, requireAccount, requireBytes } from './argument.ts'
import { bytesOf, pair, readDict, signedPart } from './dict.ts'
import { V2Error } from './error.ts'
import type { HybridPublicKeys } from './keys.ts'
import { MAX_KEY_RECORDS, V2_MAX_LENGTH } from './limits.ts'

/** A key publication record, read but not verified. */
export interface AccountKeyRecord {
  readonly keys: HybridPublicKeys
  /** 64 bytes. */
  readonly signature: Uint8Array
  /** What the signature is over. */
  readonly signed: Uint8Array
}

/**
 * The record by which an account publishes its account keys in namespace -21, 1302 bytes. Building it publishes nothing: a
 * record that is stored tells everybody to write V2, so store it only when all devices of the account can read that. `random` is
 * asked for 64 bytes. Protocol page 10, section 4.
 */
export function buildAccountKeyRecord(input: {
  readonly account: Account
  readonly keys: HybridPublicKeys
  readonly random?: RandomSource | undefined
}): Uint8Array {
  const { account, keys, random } = input
  requireAccount(account, 'account')
  requireBytes(keys?.mlKem768, 'keys.mlKem768', 1184)
  requireBytes(keys.x25519, 'keys.x25519', 32)
  const message = concatBytes(utf8ToBytes('d'), pair('M', keys.mlKem768), pair('X', keys.x25519))
  // The verifier knows the X25519 key only, so this is the signature for the Edwards key with sign bit 0.
  const signature = xed25519Sign({
    message,
    secretKey: account.x25519.secretKey,
    random: (length) => draw(random, length),
  })
  return concatBytes(message, pair('~', signature), utf8ToBytes('e'))
}

/** Reads a record without verifying it. Unknown keys are skipped. Throws `V2_BAD_FORMAT`. Protocol page 10, section 4. */
export function parseAccountKeyRecord(bytes: Uint8Array): AccountKeyRecord {
  requireBytes(bytes, 'bytes')
  if (bytes.length > V2_MAX_LENGTH) throw new V2Error('V2_BAD_FORMAT', `record: ${bytes.length} bytes are too many`)
  const dict = readDict(bytes)
  const keys = { x25519: bytesOf(dict, 'X', 32), mlKem768: bytesOf(dict, 'M', 1184) }
  return { keys, signature: bytesOf(dict, '~', 64), signed: signedPart(dict, '~') }
}

/** Whether the owner of `sessionId` signed this record. False for malformed bytes. Protocol page 10, section 4. */
export function verifyAccountKeyRecord(input: { readonly bytes: Uint8Array; readonly sessionId: SessionId }): boolean {
  return openIfValid(input.bytes, input.sessionId) !== undefined
}

/** The keys of a record that the owner of `sessionId` signed. Throws `V2_BAD_FORMAT` and `V2_BAD_SIGNATURE`. */
export function openAccountKeyRecord(input: {
  readonly bytes: Uint8Array
  readonly sessionId: SessionId
}): HybridPublicKeys {
  const { keys, signature, signed } = parseAccountKeyRecord(input.bytes)
  if (!xed25519Verify({ message: signed, signature, publicKey: keyOf(input.sessionId) })) {
    throw new V2Error('V2_BAD_SIGNATURE', 'record: not signed by this account')
  }
  return keys
}

/**
 * The keys in what a swarm answered for namespace -21: the last valid record, the others are ignored. Undefined where none is
 * valid. Of more than 64 records only the last 64 are looked at. Protocol page 10, section 5.
 */
export function selectAccountKeys(input: {
  readonly records: readonly Uint8Array[]
  readonly sessionId: SessionId
}): HybridPublicKeys | undefined {
  const { records, sessionId } = input
  if (!Array.isArray(records)) throw new V2Error('V2_BAD_ARGUMENT', 'records: expected a list')
  for (const bytes of records.slice(-MAX_KEY_RECORDS).reverse()) {
    const keys = openIfValid(bytes, sessionId)
    if (keys !== undefined) return keys
  }
  return undefined
}

function openIfValid(bytes: Uint8Array, sessionId: SessionId): HybridPublicKeys | undefined {
  try {
    return openAccountKeyRecord({ bytes, sessionId })
  } catch (error) {
    if (error instanceof V2Error && error.code !== 'V2_BAD_ARGUMENT') return undefined
    throw error
  }
}

function keyOf(sessionId: SessionId): Uint8Array {
  if (!isSessionId(sessionId)) throw new V2Error('V2_BAD_ARGUMENT', 'sessionId: expected a Session ID')
  return idToBytes(sessionId).subarray(1)
}
