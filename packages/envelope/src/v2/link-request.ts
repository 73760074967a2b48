import { concatBytes, encodeBencode, equalBytes, type RandomSource, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import {
  blake2b,
  CryptoError,
  ed25519Sign,
  x25519KeyPair,
  xchacha20poly1305Decrypt,
  xchacha20poly1305Encrypt,
} from '@sessionkit/crypto'
import type { Account } from '@sessionkit/session-id'
import { draw, requireAccount, requireBytes, requireKeyPairs } from './argument.ts'
import { type DeviceRecord, encodeDeviceRecord, recordOf } from './device-record.ts'
import { bytesOf, pair, type RawDict, readDict } from './dict.ts'
import { V2Error } from './error.ts'
import { readTyped, verifySigned } from './group-message.ts'
import type { HybridKeyPair } from './keys.ts'
import { agree, xor2 } from './message-keys.ts'

const LINK = utf8ToBytes('SessionDvGrpLink')
const KISS = utf8ToBytes('SessionDvGrpKISS')

export interface SealedLinkRequest {
  /** For namespace 21, to be stored for 10 minutes. */
  readonly bytes: Uint8Array
  /** The signed dict: what `linkRequestEmoji` is of, on both devices. */
  readonly request: Uint8Array
}

/**
 * A request to join a device group, encrypted to the group's link key. Building it stores nothing. `random` is asked for 32
 * bytes. Throws `V2_BAD_RECIPIENT` for a degenerate link key. Protocol page 10, section 7.8.
 */
export function sealLinkRequest(input: {
  readonly account: Account
  /** 32 bytes. */
  readonly deviceId: Uint8Array
  readonly record: DeviceRecord
  /** `linkKey` of the group's newest message. */
  readonly linkKey: Uint8Array
  readonly random?: RandomSource | undefined
}): SealedLinkRequest {
  const { account, deviceId, record, linkKey, random } = input
  requireAccount(account, 'account')
  requireBytes(deviceId, 'deviceId', 32)
  requireBytes(linkKey, 'linkKey', 32)
  const encoded = encodeDeviceRecord(record)
  const signed = concatBytes(utf8ToBytes('d'), pair('I', deviceId), utf8ToBytes('1:i'), encoded)
  const signature = ed25519Sign({ message: signed, keyPair: account.ed25519 })
  const request = concatBytes(signed, pair('~', signature), utf8ToBytes('e'))
  const ephemeral = x25519KeyPair({ random: (length) => draw(random, length) })
  const E = ephemeral.publicKey
  const longTerm = agree(ephemeral.secretKey, account.x25519.publicKey)
  const shared = agree(ephemeral.secretKey, linkKey)
  ephemeral.secretKey.wipe()
  if (longTerm === undefined || shared === undefined) {
    throw new V2Error('V2_BAD_RECIPIENT', 'linkKey: nothing can be encrypted to it')
  }
  const mask = linkMask(longTerm, E, account)
  const { key, nonce } = linkKeyOf(shared, E, linkKey)
  const ciphertext = xchacha20poly1305Encrypt({ key, nonce, message: request })
  key.wipe()
  const bytes = encodeBencode(
    new Map([
      ['', utf8ToBytes('L')],
      ['E', E],
      ['L', ciphertext],
      ['i', xor2(linkKey, mask)],
    ]),
  )
  return { bytes, request }
}

/** A link request whose signature was verified. Nobody was asked yet. */
export interface LinkRequest {
  /** 32 bytes. */
  readonly deviceId: Uint8Array
  readonly record: DeviceRecord
  /** As it was signed. */
  readonly encodedRecord: Uint8Array
  /** What `linkRequestEmoji` is of. */
  readonly request: Uint8Array
}

/**
 * Opens a link request with the account keys held, old ones included. Throws `V2_NO_KEY` for another group's request, which is
 * normal, `V2_OTHER_TYPE`, `V2_BAD_FORMAT` and `V2_BAD_SIGNATURE`. Protocol page 10, section 7.8.
 */
export function openLinkRequest(input: {
  readonly bytes: Uint8Array
  readonly account: Account
  readonly accountKeys: readonly HybridKeyPair[]
}): LinkRequest {
  const { bytes, account, accountKeys } = input
  requireAccount(account, 'account')
  requireKeyPairs(accountKeys, 'accountKeys', (keys) => keys)
  const dict = readTyped(bytes, 'L')
  const E = bytesOf(dict, 'E', 32)
  const ciphertext = bytesOf(dict, 'L')
  const indicator = bytesOf(dict, 'i', 2)
  if (ciphertext.length <= 16) throw new V2Error('V2_BAD_FORMAT', 'link request: nothing in it')
  const longTerm = agree(account.x25519.secretKey, E)
  if (longTerm === undefined) throw new V2Error('V2_BAD_FORMAT', 'link request: a degenerate ephemeral key')
  const prefix = xor2(indicator, linkMask(longTerm, E, account))
  for (const { x25519 } of accountKeys) {
    if (!equalBytes(x25519.publicKey.subarray(0, 2), prefix)) continue
    const shared = agree(x25519.secretKey, E)
    const request = shared && decrypt(linkKeyOf(shared, E, x25519.publicKey), ciphertext)
    if (request !== undefined) return read(request, account)
  }
  throw new V2Error('V2_NO_KEY', 'link request: for no account key that is held')
}

function read(request: Uint8Array, account: Account): LinkRequest {
  const dict: RawDict = readDict(request)
  const deviceId = bytesOf(dict, 'I', 32)
  const value = dict.entries.get('i')?.value
  if (!(value instanceof Map)) throw new V2Error('V2_BAD_FORMAT', 'link request: no device record')
  const record = recordOf(value)
  verifySigned(dict, account)
  return { deviceId, record, encodedRecord: encodeBencode(value), request }
}

/** Wipes `shared`. */
function linkMask(shared: Uint8Array, ephemeral: Uint8Array, account: Account): Uint8Array {
  const message = [ephemeral, account.x25519.publicKey]
  const mask = blake2b({ message, length: 2, key: shared, personalization: KISS })
  shared.fill(0)
  return mask
}

interface LinkKey {
  readonly key: SecretBytes
  readonly nonce: Uint8Array
}

/** Wipes `shared`. */
function linkKeyOf(shared: Uint8Array, ephemeral: Uint8Array, linkKey: Uint8Array): LinkKey {
  const both = blake2b({ message: [shared, ephemeral, linkKey], length: 56, personalization: LINK })
  shared.fill(0)
  const key = SecretBytes.from(both.subarray(0, 32))
  const nonce = both.slice(32)
  both.fill(0)
  return { key, nonce }
}

function decrypt({ key, nonce }: LinkKey, ciphertext: Uint8Array): Uint8Array | undefined {
  try {
    return xchacha20poly1305Decrypt({ key, nonce, ciphertext })
  } catch (error) {
    if (error instanceof CryptoError && error.code === 'CRYPTO_OPEN_FAILED') return undefined
    throw error
  } finally {
    key.wipe()
  }
}
