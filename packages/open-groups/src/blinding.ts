import { concatBytes, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import {
  blake2b,
  ed25519PublicKeyToX25519,
  ed25519ScalarMult,
  ed25519ScalarMultBase,
  scalarAdd,
  scalarMultiply,
  scalarNegate,
  scalarReduce,
  sha512,
  xed25519PublicKey,
} from '@sessionkit/crypto'
import { type Account, type Blinded15Id, type Blinded25Id, idFromPublicKey, idToBytes } from '@sessionkit/session-id'
import { type BlindedId, onPoints, readBlindedId, readId, requireBytes, requireServerKey } from './argument.ts'
import { OpenGroupError } from './error.ts'

const SEED_25: Uint8Array = utf8ToBytes('SessCommBlind25_seed')
const NONCE_25: Uint8Array = utf8ToBytes('SessCommBlind25_sig')

/** An account as one server sees it. */
export interface BlindedKeyPair<Id extends BlindedId = BlindedId> {
  readonly id: Id
  /** 32 bytes, an Ed25519 key: any Ed25519 verifier accepts what `signBlinded` makes under it. */
  readonly publicKey: Uint8Array
  /** 32 bytes, modulo the group order: not an Ed25519 seed. Wipe it after use. */
  readonly scalar: SecretBytes
  /** 32 bytes: what the account's scalar was multiplied by. */
  readonly factor: Uint8Array
}

/** The blinding factor of a server for `15` ids, 32 bytes. Protocol page 08, section 3.1. */
export function blind15Factor(input: { readonly serverPublicKey: Uint8Array }): Uint8Array {
  requireServerKey(input.serverPublicKey)
  return scalarReduce(blake2b({ message: input.serverPublicKey, length: 64 }))
}

/** The blinding factor of an account on a server for `25` ids, 32 bytes. Protocol page 08, section 3.2. */
export function blind25Factor(input: { readonly sessionId: string; readonly serverPublicKey: Uint8Array }): Uint8Array {
  requireServerKey(input.serverPublicKey)
  sessionKey(input.sessionId)
  return scalarReduce(blake2b({ message: [idToBytes(input.sessionId), input.serverPublicKey], length: 64 }))
}

/**
 * The `15` key pair of an account on a server. Throws `OPEN_GROUP_BAD_SERVER_KEY`, `BYTES_SECRET_WIPED`.
 * Protocol page 08, section 3.1.
 */
export function blind15KeyPair(input: {
  readonly account: Account
  readonly serverPublicKey: Uint8Array
}): BlindedKeyPair<Blinded15Id> {
  const { publicKey, ...rest } = multiplied(input.account, blind15Factor(input))
  return { id: idFromPublicKey({ prefix: '15', publicKey }), publicKey, ...rest }
}

/**
 * The `25` key pair of an account on a server. Throws `OPEN_GROUP_BAD_SERVER_KEY`, `BYTES_SECRET_WIPED`.
 * Protocol page 08, section 3.2.
 */
export function blind25KeyPair(input: {
  readonly account: Account
  readonly serverPublicKey: Uint8Array
}): BlindedKeyPair<Blinded25Id> {
  const { account, serverPublicKey } = input
  const factor = blind25Factor({ sessionId: account.sessionId, serverPublicKey })
  // A session id has lost the sign of its key: the owner makes up for it, so that the id follows from the session id.
  const negative = (account.ed25519.publicKey[31]! & 0x80) !== 0
  const { publicKey, ...rest } = multiplied(account, negative ? scalarNegate(factor) : factor)
  return { id: idFromPublicKey({ prefix: '25', publicKey }), publicKey, ...rest }
}

function multiplied(account: Account, factor: Uint8Array): Omit<BlindedKeyPair, 'id'> {
  const scalar = SecretBytes.take(scalarMultiply(factor, account.x25519.secretKey.reveal()))
  return { publicKey: ed25519ScalarMultBase(scalar.reveal()), scalar, factor }
}

/** The key pair of the kind that a blinded id's prefix names. */
export function blindedKeyPair(input: {
  readonly account: Account
  readonly serverPublicKey: Uint8Array
  readonly prefix: '15' | '25'
}): BlindedKeyPair {
  return input.prefix === '15' ? blind15KeyPair(input) : blind25KeyPair(input)
}

/**
 * Both `15` ids that a session id may have on a server: the product and its negative, in this order. Only one of them
 * ever logs in; which one does not follow from the session id. Throws `OPEN_GROUP_BAD_ID`, `OPEN_GROUP_BAD_POINT` for a
 * session id whose key is no key, `OPEN_GROUP_BAD_SERVER_KEY`. Protocol page 08, section 3.1.
 */
export function blind15Candidates(input: {
  readonly sessionId: string
  readonly serverPublicKey: Uint8Array
}): [Blinded15Id, Blinded15Id] {
  const scalar = blind15Factor(input)
  const key = sessionKey(input.sessionId)
  const product = onPoints('sessionId', () => ed25519ScalarMult({ scalar, point: xed25519PublicKey(key) }))
  const flipped = new Uint8Array(product)
  flipped[31]! ^= 0x80
  return [idFromPublicKey({ prefix: '15', publicKey: product }), idFromPublicKey({ prefix: '15', publicKey: flipped })]
}

/**
 * The `25` id that a session id has on a server. Throws `OPEN_GROUP_BAD_ID`, `OPEN_GROUP_BAD_POINT`,
 * `OPEN_GROUP_BAD_SERVER_KEY`. Protocol page 08, section 3.2.
 */
export function blind25Id(input: { readonly sessionId: string; readonly serverPublicKey: Uint8Array }): Blinded25Id {
  const scalar = blind25Factor(input)
  const key = sessionKey(input.sessionId)
  const publicKey = onPoints('sessionId', () => ed25519ScalarMult({ scalar, point: xed25519PublicKey(key) }))
  return idFromPublicKey({ prefix: '25', publicKey })
}

/**
 * The blinded id that the owner of an unblinded Ed25519 key has on a server: what proves the sender of a direct message.
 * Throws `OPEN_GROUP_BAD_POINT`, `OPEN_GROUP_BAD_ARGUMENT`. Protocol page 08, sections 3.1, 3.2 and 4.3.
 */
export function blindedIdFromEd25519(input: {
  readonly publicKey: Uint8Array
  readonly serverPublicKey: Uint8Array
  readonly prefix: '15' | '25'
}): BlindedId {
  const { publicKey, serverPublicKey, prefix } = input
  requireBytes(publicKey, 'publicKey', 32)
  requirePrefix(prefix)
  if (prefix === '25') {
    const x25519 = onPoints('publicKey', () => ed25519PublicKeyToX25519(publicKey))
    return blind25Id({ sessionId: idFromPublicKey({ prefix: '05', publicKey: x25519 }), serverPublicKey })
  }
  const scalar = blind15Factor({ serverPublicKey })
  const point = onPoints('publicKey', () => ed25519ScalarMult({ scalar, point: publicKey }))
  return idFromPublicKey({ prefix, publicKey: point })
}

/**
 * Whether a blinded id (`15` or `25`, in any case) belongs to a session id on a server. A key that is no key matches
 * nothing. Throws `OPEN_GROUP_BAD_ID` for other prefixes, `OPEN_GROUP_BAD_SERVER_KEY`. Protocol page 08, section 3.2.
 */
export function sessionIdMatchesBlindedId(input: {
  readonly sessionId: string
  readonly blindedId: string
  readonly serverPublicKey: Uint8Array
}): boolean {
  const { id, prefix } = readBlindedId(input.blindedId, 'blindedId')
  try {
    return prefix === '25' ? blind25Id(input) === id : blind15Candidates(input).some((candidate) => candidate === id)
  } catch (error) {
    if (error instanceof OpenGroupError && error.code === 'OPEN_GROUP_BAD_POINT') return false
    throw error
  }
}

/**
 * A blinded signature, 64 bytes: plain Ed25519 to whoever verifies it under the blinded key. Deterministic, byte for
 * byte as libsession makes it. Throws `OPEN_GROUP_BAD_ARGUMENT`, `OPEN_GROUP_BAD_SERVER_KEY`. Protocol page 08,
 * section 3.3.
 */
export function signBlinded(input: {
  readonly account: Account
  readonly serverPublicKey: Uint8Array
  readonly message: Uint8Array
  /** `15` when absent. */
  readonly prefix?: '15' | '25' | undefined
}): Uint8Array {
  const { account, serverPublicKey, message, prefix = '15' } = input
  requireBytes(message, 'message')
  requirePrefix(prefix)
  const { publicKey, scalar } = blindedKeyPair({ account, serverPublicKey, prefix })
  const nonce = prefix === '15' ? nonce15(account, publicKey, message) : nonce25(account, publicKey, message)
  const signature = new Uint8Array(64)
  signature.set(ed25519ScalarMultBase(nonce))
  const h = scalarReduce(sha512(concatBytes(signature.subarray(0, 32), publicKey, message)))
  const product = scalarMultiply(h, scalar.reveal())
  signature.set(scalarAdd(nonce, product), 32)
  nonce.fill(0)
  product.fill(0)
  scalar.wipe()
  return signature
}

/** libsession's: it hashes the 64-byte secret key. Desktop hashes the seed alone: other bytes, equally valid. */
function nonce15(account: Account, publicKey: Uint8Array, message: Uint8Array): Uint8Array {
  const secretKey = concatBytes(account.ed25519.seed.reveal(), account.ed25519.publicKey)
  const hash = sha512(secretKey)
  const input = concatBytes(hash.subarray(32), publicKey, message)
  const nonce = scalarReduce(sha512(input))
  secretKey.fill(0)
  hash.fill(0)
  input.fill(0, 0, 32)
  return nonce
}

function nonce25(account: Account, publicKey: Uint8Array, message: Uint8Array): Uint8Array {
  const seed = blake2b({ message: account.ed25519.seed.reveal(), length: 32, key: SEED_25 })
  const nonce = scalarReduce(blake2b({ message: [seed, publicKey, message], length: 64, key: NONCE_25 }))
  seed.fill(0)
  return nonce
}

function sessionKey(sessionId: string): Uint8Array {
  const { prefix, publicKey } = readId(sessionId, 'sessionId')
  if (prefix !== '05') {
    throw new OpenGroupError('OPEN_GROUP_BAD_ID', `sessionId: expected the prefix 05, got ${prefix}`)
  }
  return publicKey
}

function requirePrefix(prefix: unknown): asserts prefix is '15' | '25' {
  if (prefix !== '15' && prefix !== '25') {
    throw new OpenGroupError('OPEN_GROUP_BAD_ARGUMENT', 'prefix: expected 15 or 25')
  }
}
