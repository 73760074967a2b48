import { assertBytes, isSessionKitError, type RandomSource } from '@sessionkit/bytes'
import {
  randomBytes,
  secretboxOpen,
  secretboxSeal,
  xchacha20poly1305Decrypt,
  xchacha20poly1305Encrypt,
} from '@sessionkit/crypto'
import { idFromBytes, idToBytes, parseSessionId, type SessionId } from '@sessionkit/session-id'
import { NamesError } from './error.ts'
import { nameKey, rawNameKey } from './key.ts'
import { parseName } from './name.ts'

/** Bytes of a record's value: an id of 33 bytes and a tag of 16. */
export const NAME_VALUE_LENGTH = 49
/** Bytes of a record's nonce. */
export const NAME_NONCE_LENGTH = 24

/** What the network keeps for a name. */
export interface NameRecord {
  /** 49 bytes. */
  readonly encryptedValue: Uint8Array
  /** 24 bytes; undefined in records from before hard fork 16. */
  readonly nonce?: Uint8Array | undefined
}

export interface OpenNameRecordInput {
  readonly name: string
  readonly record: NameRecord
  /** What `legacyNameKey(name)` gave. Without it a record without a nonce is not opened. */
  readonly legacyKey?: Uint8Array | undefined
}

/**
 * The Session ID in a record. Nothing proves that it is the owner's: any node can make a record of its own for a name.
 * Ask three nodes (`agreeOnName`), and show the whole id to the user.
 *
 * Throws `NAMES_BAD_NAME`, `NAMES_BAD_RECORD`, `NAMES_LEGACY_RECORD` and `CRYPTO_NOT_READY`.
 * Protocol page 01, section 6.3.
 */
export function openNameRecord(input: OpenNameRecordInput): SessionId {
  checkRecord(input.record)
  return openRawNameRecord({ ...input, name: parseName(input.name) })
}

/**
 * `openNameRecord` for any text as it is: neither checked nor in lower case, as `rawNameHash`. Errors as
 * `openNameRecord`. Protocol page 01, section 6.3.
 */
export function openRawNameRecord(input: OpenNameRecordInput): SessionId {
  const { name, record, legacyKey } = input
  checkRecord(record)
  const { encryptedValue, nonce } = record
  if (nonce === undefined && legacyKey === undefined) {
    throw new NamesError('NAMES_LEGACY_RECORD', 'this record is from before hard fork 16, and no legacyKey was given')
  }
  if (nonce === undefined) assertBytes(legacyKey, 'legacyKey', 32)
  const key = rawNameKey(name)
  try {
    const opened =
      nonce === undefined
        ? secretboxOpen({ key: legacyKey as Uint8Array, nonce: new Uint8Array(NAME_NONCE_LENGTH), box: encryptedValue })
        : xchacha20poly1305Decrypt({ key, nonce, ciphertext: encryptedValue })
    return parseSessionId(idFromBytes(opened))
  } catch (cause) {
    if (!isSessionKitError(cause) || cause.code === 'CRYPTO_NOT_READY') throw cause
    throw new NamesError('NAMES_BAD_RECORD', 'record: not one of this name, or not of a Session ID', { cause })
  }
}

/** Throws `NAMES_BAD_RECORD` unless the lengths are those of a record. */
export function checkRecord(record: NameRecord): void {
  const value = record?.encryptedValue
  const nonce = record?.nonce
  if (!(value instanceof Uint8Array) || value.length !== NAME_VALUE_LENGTH) {
    throw new NamesError('NAMES_BAD_RECORD', `record: expected a value of ${NAME_VALUE_LENGTH} bytes`)
  }
  if (nonce !== undefined && (!(nonce instanceof Uint8Array) || nonce.length !== NAME_NONCE_LENGTH)) {
    throw new NamesError('NAMES_BAD_RECORD', `record: expected a nonce of ${NAME_NONCE_LENGTH} bytes`)
  }
}

export interface SealNameRecordInput {
  readonly name: string
  readonly sessionId: SessionId
  /** Asked once, for the 24 bytes of the nonce. Default: the platform's. */
  readonly random?: RandomSource | undefined
  /** What `legacyNameKey(name)` gave: makes a record from before hard fork 16, without a nonce. For tests. */
  readonly legacyKey?: Uint8Array | undefined
}

/**
 * A record for a name, as a wallet registers it and as a test network serves it.
 *
 * Throws `NAMES_BAD_NAME`, `NAMES_BAD_INPUT` for another random source, and the codes of `parseSessionId`.
 * Protocol page 01, section 6.3.
 */
export function sealNameRecord(input: SealNameRecordInput): NameRecord {
  const { name, random = randomBytes, legacyKey } = input
  const message = idToBytes(parseSessionId(input.sessionId))
  const key = nameKey(name)
  if (legacyKey !== undefined) {
    assertBytes(legacyKey, 'legacyKey', 32)
    return { encryptedValue: secretboxSeal({ key: legacyKey, nonce: new Uint8Array(NAME_NONCE_LENGTH), message }) }
  }
  const nonce: unknown = random(NAME_NONCE_LENGTH)
  if (!(nonce instanceof Uint8Array) || nonce.length !== NAME_NONCE_LENGTH) {
    throw new NamesError('NAMES_BAD_INPUT', `random: expected ${NAME_NONCE_LENGTH} bytes`)
  }
  return { encryptedValue: xchacha20poly1305Encrypt({ key, nonce, message }), nonce: new Uint8Array(nonce) }
}
