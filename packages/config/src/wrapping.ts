import { concatBytes, equalBytes, isSessionKitError, utf8ToBytes } from '@sessionkit/bytes'
import { blake2b, ed25519Sign, ed25519Verify, sealedBoxOpen, sealedBoxSeal, sha512 } from '@sessionkit/crypto'
import type { Account } from '@sessionkit/session-id'
import { decodeProto, encodeProto, type ProtoFields } from './protobuf.ts'

const ephemeralKey = utf8ToBytes('SessionBoxEphemeralHashKey')
const SIGNED_TAIL = 96

/**
 * Wraps an encrypted user config for old clients: sealed to oneself, deterministically. `kind` is 1 for UserProfile to
 * 4 for UserGroups. Protocol page 05, section 8.
 */
export function wrapConfig(input: {
  readonly encrypted: Uint8Array
  readonly seqno: number
  readonly kind: number
  readonly account: Account
}): Uint8Array {
  const { account } = input
  const shared = encodeProto([
    [1, input.kind],
    [2, input.seqno],
    [3, input.encrypted],
  ])
  const message = concatBytes(encodeProto([[11, shared]]), Uint8Array.of(0x80))
  const { publicKey } = account.x25519
  const sender = account.ed25519.publicKey
  const signature = ed25519Sign({ message: concatBytes(message, sender, publicKey), keyPair: account.ed25519 })
  const seed = blake2b({
    message: [account.ed25519.seed.reveal(), publicKey, message],
    length: 32,
    key: ephemeralKey,
  })
  const sealed = sealedBoxSeal({
    message: concatBytes(message, sender, signature),
    publicKey,
    random: () => sha512(seed).slice(0, 32),
  })
  const envelope = encodeProto([
    [1, 6],
    [5, 1],
    [8, sealed],
  ])
  const nothing = new Uint8Array()
  const request = encodeProto([
    [1, nothing],
    [2, nothing],
    [3, envelope],
    [4, 0],
  ])
  return encodeProto([
    [1, 1],
    [2, request],
  ])
}

/**
 * The encrypted config inside its wrapping, or null when the bytes are not a wrapping by ourselves for this kind: then
 * they are to be taken as they are. Protocol page 05, section 8.
 */
export function unwrapConfig(input: {
  readonly stored: Uint8Array
  readonly kind: number
  readonly account: Account
}): Uint8Array | null {
  try {
    return unwrap(input.stored, input.kind, input.account)
  } catch (error) {
    if (isSessionKitError(error) && error.code !== 'CRYPTO_NOT_READY') return null
    throw error
  }
}

function unwrap(stored: Uint8Array, kind: number, account: Account): Uint8Array | null {
  const outer = decodeProto(stored)
  const request = outer.get(1) === 1n ? bytesOf(outer, 2) : null
  const body = request === null ? null : bytesOf(decodeProto(request), 3)
  if (body === null) return null
  const envelope = decodeProto(body)
  const box = bytesOf(envelope, 8)
  if (typeof envelope.get(1) !== 'bigint' || typeof envelope.get(5) !== 'bigint' || box === null) return null

  const inner = sealedBoxOpen({ box, keyPair: account.x25519 })
  if (inner.length < SIGNED_TAIL) return null
  const length = inner.length - SIGNED_TAIL
  const message = inner.slice(0, length)
  const sender = inner.slice(length, length + 32)
  if (!equalBytes(sender, account.ed25519.publicKey)) return null
  const signed = concatBytes(message, sender, account.x25519.publicKey)
  if (!ed25519Verify({ message: signed, signature: inner.slice(length + 32), publicKey: sender })) return null

  const end = message.findLastIndex((byte) => byte !== 0)
  if (end < 0 || message[end] !== 0x80) return null
  const shared = bytesOf(decodeProto(message.slice(0, end)), 11)
  if (shared === null) return null
  const fields = decodeProto(shared)
  if (fields.get(1) !== BigInt(kind) || typeof fields.get(2) !== 'bigint') return null
  return bytesOf(fields, 3)
}

function bytesOf(fields: ProtoFields, number: number): Uint8Array | null {
  const value = fields.get(number)
  return value instanceof Uint8Array ? value : null
}
