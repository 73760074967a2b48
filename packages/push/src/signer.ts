import { bytesToBase64, bytesToHex } from '@sessionkit/bytes'
import { type Ed25519KeyPair, ed25519Sign } from '@sessionkit/crypto'
import {
  ed25519MatchesSessionId,
  type GroupId,
  idToBytes,
  parseGroupId,
  parseSessionId,
  type SessionId,
  SessionIdError,
} from '@sessionkit/session-id'
import { PushError } from './error.ts'

/** An account that signs for itself: the `Account` of session-id is one. */
export interface PushAccountSigner {
  readonly sessionId: SessionId
  readonly ed25519: Ed25519KeyPair
}

/** A group's own key pair, which its admins have. */
export interface PushGroupSigner {
  readonly groupId: GroupId
  readonly ed25519: Ed25519KeyPair
}

/** A member of a group: the `Subaccount` of swarm is one. */
export interface PushSubaccountSigner {
  /** The group; or a `05` account that grants access to its swarm. */
  readonly owner: string
  /** The owner's Ed25519 key, for `05` owners only. */
  readonly ownerEd25519?: Uint8Array | undefined
  /** 36 bytes: prefix, flags, two zeros, key. */
  readonly token: Uint8Array
  /** The owner's signature of the token, 64 bytes. */
  readonly tokenSignature: Uint8Array
  /** Signs under the key in the token; 64 bytes. */
  sign(message: Uint8Array): Uint8Array
}

/** Who may be told of an account's messages. Protocol page 09, section 3.1. */
export type PushSigner = PushAccountSigner | PushGroupSigner | PushSubaccountSigner

/** Bytes of a subaccount token. */
export const TOKEN_LENGTH = 36
const READ = 1
const ANY_PREFIX = 8

export interface Credentials {
  /** 66 lower-case hex characters. */
  readonly account: string
  /** The request's fields that say who signs, without the signature. */
  readonly fields: Readonly<Record<string, string>>
  sign(message: Uint8Array): string
}

/** Throws `PUSH_BAD_SIGNER`. */
export function credentialsOf(signer: PushSigner): Credentials {
  if (typeof signer !== 'object' || signer === null) throw badSigner('expected an account, a group or a subaccount')
  try {
    if ('sessionId' in signer) return ofAccount(signer)
    if ('groupId' in signer) return ofGroup(signer)
    if ('token' in signer) return ofSubaccount(signer)
  } catch (cause) {
    if (!(cause instanceof SessionIdError)) throw cause
    throw new PushError('PUSH_BAD_SIGNER', 'signer: not an id that can be subscribed', { cause })
  }
  throw badSigner('expected an account, a group or a subaccount')
}

function ofAccount({ sessionId, ed25519 }: PushAccountSigner): Credentials {
  const account = parseSessionId(sessionId)
  if (!ed25519MatchesSessionId({ publicKey: ed25519?.publicKey, sessionId: account })) {
    throw badSigner('the key pair is not the one of the id')
  }
  return {
    account,
    fields: { session_ed25519: bytesToHex(ed25519.publicKey) },
    sign: (message) => bytesToBase64(ed25519Sign({ message, keyPair: ed25519 })),
  }
}

function ofGroup({ groupId, ed25519 }: PushGroupSigner): Credentials {
  const account = parseGroupId(groupId)
  if (!isBytes(ed25519?.publicKey, 32) || bytesToHex(ed25519.publicKey) !== account.slice(2))
    throw badSigner('the key pair is not the one of the id')
  return { account, fields: {}, sign: (message) => bytesToBase64(ed25519Sign({ message, keyPair: ed25519 })) }
}

function ofSubaccount(signer: PushSubaccountSigner): Credentials {
  const { token, tokenSignature, ownerEd25519 } = signer
  const isGroup = typeof signer.owner === 'string' && signer.owner.startsWith('03')
  const account = isGroup ? parseGroupId(signer.owner) : parseSessionId(signer.owner)
  if (!isBytes(token, TOKEN_LENGTH)) throw badSigner(`the token has not ${TOKEN_LENGTH} bytes`)
  if (!isBytes(tokenSignature, 64)) throw badSigner('the signature of the token has not 64 bytes')
  if (typeof signer.sign !== 'function') throw badSigner('it does not sign')
  const fault = faultOfToken(token, account)
  if (fault !== undefined) throw badSigner(fault)
  const owner = isGroup ? {} : { session_ed25519: ownerKey(ownerEd25519, parseSessionId(account)) }
  return {
    account,
    fields: { ...owner, subaccount: bytesToBase64(token), subaccount_sig: bytesToBase64(tokenSignature) },
    sign: (message) => {
      const signature: unknown = signer.sign(message)
      if (!isBytes(signature, 64)) throw badSigner('a signature has 64 bytes')
      return bytesToBase64(signature)
    },
  }
}

function ownerKey(publicKey: Uint8Array | undefined, sessionId: SessionId): string {
  if (publicKey === undefined || !ed25519MatchesSessionId({ publicKey, sessionId })) {
    throw badSigner('a subaccount of a 05 account needs ownerEd25519')
  }
  return bytesToHex(publicKey)
}

/** Why a token does not open an account; undefined when it does. Protocol page 09, section 3.2. */
export function faultOfToken(token: Uint8Array, account: string): string | undefined {
  const [prefix = 0, flags = 0] = token
  if ((flags & READ) === 0) return 'the token does not allow to read'
  const isPrefix = prefix === idToBytes(account)[0]
  return isPrefix || (flags & ANY_PREFIX) !== 0 ? undefined : 'the token is for an account of another kind'
}

const isBytes = (value: unknown, length: number): value is Uint8Array =>
  value instanceof Uint8Array && value.length === length

const badSigner = (message: string): PushError => new PushError('PUSH_BAD_SIGNER', `signer: ${message}`)
