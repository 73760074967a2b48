import { bytesToHex, hexToBytes } from '@sessionkit/bytes'
import { SessionIdError, type SessionIdErrorCode } from './error.ts'

export { SessionIdError, type SessionIdErrorCode } from './error.ts'

declare const kind: unique symbol
type Branded<Name extends string> = string & { readonly [kind]: Name }

/** `05` and an X25519 public key: a person's account. */
export type SessionId = Branded<'SessionId'>
/** `03` and an Ed25519 public key: a closed group. */
export type GroupId = Branded<'GroupId'>
/** `00` and an account's Ed25519 public key, for community servers that do not require blinding. */
export type UnblindedId = Branded<'UnblindedId'>
/** `07` and an Ed25519 public key that only asks the file server for the newest client version. */
export type VersionBlindedId = Branded<'VersionBlindedId'>
/** `15` and a blinded Ed25519 point, the old blinding of communities. */
export type Blinded15Id = Branded<'Blinded15Id'>
/** `25` and a blinded Ed25519 point, the new blinding of communities. */
export type Blinded25Id = Branded<'Blinded25Id'>

export interface IdsByPrefix {
  '00': UnblindedId
  '03': GroupId
  '05': SessionId
  '07': VersionBlindedId
  '15': Blinded15Id
  '25': Blinded25Id
}

export type IdPrefix = keyof IdsByPrefix
/** An id of any prefix: 66 lower-case hex characters. */
export type AccountId = IdsByPrefix[IdPrefix]
export type IdKind = 'unblinded' | 'group' | 'session' | 'version-blinded' | 'blinded15' | 'blinded25'

/** Characters of an id as text. */
export const ID_TEXT_LENGTH = 66
/** Bytes of an id: one of prefix, 32 of key. */
export const ID_BYTE_LENGTH = 33

const kinds: Readonly<Record<IdPrefix, IdKind>> = {
  '00': 'unblinded',
  '03': 'group',
  '05': 'session',
  '07': 'version-blinded',
  '15': 'blinded15',
  '25': 'blinded25',
}

export interface ParsedId<P extends IdPrefix = IdPrefix> {
  readonly kind: IdKind
  readonly prefix: P
  /** In lower case. */
  readonly id: IdsByPrefix[P]
  /** 32 bytes: X25519 for `05`, Ed25519 for the others. */
  readonly publicKey: Uint8Array
}

const isPrefix = (text: string): text is IdPrefix => Object.hasOwn(kinds, text)
const isHexText = (text: string): boolean => /^[0-9a-f]*$/i.test(text)
const zeroSessionId = `05${'0'.repeat(64)}`

interface Fault {
  readonly code: SessionIdErrorCode
  readonly message: string
}

/** The one place that knows what an id is: all parsers, guards and assertions ask it. */
function faultOf(text: unknown, prefix: IdPrefix | undefined): Fault | null {
  if (typeof text !== 'string') {
    return { code: 'SESSION_ID_NOT_TEXT', message: `an id is text, got ${text === null ? 'null' : typeof text}` }
  }
  const wrongLength = `an id has ${ID_TEXT_LENGTH} hex characters, got ${text.length}`
  if (text.length > ID_TEXT_LENGTH) return { code: 'SESSION_ID_WRONG_LENGTH', message: wrongLength }
  if (!isHexText(text)) return { code: 'SESSION_ID_NOT_HEX', message: 'an id has hex characters only' }
  if (text.length !== ID_TEXT_LENGTH) return { code: 'SESSION_ID_WRONG_LENGTH', message: wrongLength }
  const found = text.slice(0, 2)
  if (!isPrefix(found)) {
    return { code: 'SESSION_ID_UNKNOWN_PREFIX', message: `no id has the prefix ${found.toLowerCase()}` }
  }
  if (prefix !== undefined && found !== prefix) {
    return { code: 'SESSION_ID_WRONG_PREFIX', message: `expected the prefix ${prefix}, got ${found}` }
  }
  if (text === zeroSessionId) return { code: 'SESSION_ID_ZERO_KEY', message: 'the key of this id is all zeros' }
  return null
}

/** As `faultOf`, and upper case is a fault as well: a branded id is in lower case. */
function canonicalFaultOf(text: unknown, prefix: IdPrefix | undefined): Fault | null {
  const fault = faultOf(text, prefix)
  if (fault !== null || text === (text as string).toLowerCase()) return fault
  return { code: 'SESSION_ID_NOT_CANONICAL', message: 'an id is in lower case; parse it first' }
}

function parseAs<P extends IdPrefix>(text: unknown, prefix?: P): IdsByPrefix[P] {
  const fault = faultOf(text, prefix)
  if (fault !== null) throw new SessionIdError(fault.code, fault.message)
  return (text as string).toLowerCase() as IdsByPrefix[P]
}

function assertAs(text: unknown, prefix?: IdPrefix): void {
  const fault = canonicalFaultOf(text, prefix)
  if (fault !== null) throw new SessionIdError(fault.code, fault.message)
}

/**
 * An id of any prefix, taken apart. Accepts both cases, gives lower case; trims nothing.
 *
 * Throws `SESSION_ID_NOT_TEXT`, `_NOT_HEX`, `_WRONG_LENGTH`, `_UNKNOWN_PREFIX`, `_ZERO_KEY` (`05` only).
 * Protocol page 01, section 2.
 */
export function parseId(text: string): ParsedId {
  const id = parseAs<IdPrefix>(text)
  const prefix = id.slice(0, 2) as IdPrefix
  return { kind: kinds[prefix], prefix, id, publicKey: hexToBytes(id.slice(2)) }
}

/** Whether `value` is an id of any prefix in its canonical form: 66 lower-case hex characters. */
export function isId(value: unknown): value is AccountId {
  return canonicalFaultOf(value, undefined) === null
}

/** Throws the code of `parseId` that applies, or `SESSION_ID_NOT_CANONICAL` for upper case. */
export function assertId(value: unknown): asserts value is AccountId {
  assertAs(value)
}

/** A `05` id, in lower case. Throws as `parseId`, and `SESSION_ID_WRONG_PREFIX`. Protocol page 01, section 2. */
export function parseSessionId(text: string): SessionId {
  return parseAs(text, '05')
}

/** Whether `value` is a `05` id in its canonical, lower-case form. */
export function isSessionId(value: unknown): value is SessionId {
  return canonicalFaultOf(value, '05') === null
}

/** Throws as `parseSessionId`, and `SESSION_ID_NOT_CANONICAL` for upper case. */
export function assertSessionId(value: unknown): asserts value is SessionId {
  assertAs(value, '05')
}

/** A `03` id, in lower case. Throws as `parseId`, and `SESSION_ID_WRONG_PREFIX`. */
export function parseGroupId(text: string): GroupId {
  return parseAs(text, '03')
}

/** Whether `value` is a `03` id in its canonical, lower-case form. */
export function isGroupId(value: unknown): value is GroupId {
  return canonicalFaultOf(value, '03') === null
}

/** Throws as `parseGroupId`, and `SESSION_ID_NOT_CANONICAL` for upper case. */
export function assertGroupId(value: unknown): asserts value is GroupId {
  assertAs(value, '03')
}

/** A `15` or `25` id, in lower case. Throws as `parseId`, and `SESSION_ID_WRONG_PREFIX`. */
export function parseBlindedId(text: string): Blinded15Id | Blinded25Id {
  const id = parseAs<IdPrefix>(text)
  if (!isBlindedId(id)) {
    throw new SessionIdError('SESSION_ID_WRONG_PREFIX', `expected the prefix 15 or 25, got ${id.slice(0, 2)}`)
  }
  return id
}

/** Whether `value` is a `15` or `25` id in its canonical, lower-case form. */
export function isBlindedId(value: unknown): value is Blinded15Id | Blinded25Id {
  return canonicalFaultOf(value, '15') === null || canonicalFaultOf(value, '25') === null
}

/** Throws as `parseBlindedId`, and `SESSION_ID_NOT_CANONICAL` for upper case. */
export function assertBlindedId(value: unknown): asserts value is Blinded15Id | Blinded25Id {
  assertAs(value)
  parseBlindedId(value as string)
}

/** The id of a prefix and a 32-byte public key. Throws `SESSION_ID_NOT_BYTES`, `_WRONG_LENGTH`, `_ZERO_KEY`. */
export function idFromPublicKey<P extends IdPrefix>(input: {
  readonly prefix: P
  readonly publicKey: Uint8Array
}): IdsByPrefix[P] {
  const { prefix, publicKey } = input
  if (typeof prefix !== 'string' || !isPrefix(prefix)) {
    throw new SessionIdError('SESSION_ID_UNKNOWN_PREFIX', 'no id has this prefix')
  }
  checkBytes(publicKey, 'publicKey', ID_BYTE_LENGTH - 1)
  return parseAs(prefix + bytesToHex(publicKey), prefix)
}

/** The 33 bytes of an id: prefix and key. Accepts both cases; throws as `parseId`. */
export function idToBytes(id: string): Uint8Array {
  return hexToBytes(parseAs<IdPrefix>(id))
}

/** The id of 33 bytes. Throws `SESSION_ID_NOT_BYTES`, `_WRONG_LENGTH`, `_UNKNOWN_PREFIX`, `_ZERO_KEY`. */
export function idFromBytes(bytes: Uint8Array): AccountId {
  checkBytes(bytes, 'bytes', ID_BYTE_LENGTH)
  return parseAs<IdPrefix>(bytesToHex(bytes))
}

/** The prefix of an id. Throws as `parseId`. */
export function idPrefix(id: string): IdPrefix {
  return parseAs<IdPrefix>(id).slice(0, 2) as IdPrefix
}

/** Whether both are valid ids and the same one, in whatever case. Never throws. Ids are public: not constant-time. */
export function equalIds(a: string, b: string): boolean {
  return faultOf(a, undefined) === null && faultOf(b, undefined) === null && a.toLowerCase() === b.toLowerCase()
}

/** -1, 0 or 1: the order of the ids' bytes, for sorting. Throws as `parseId`. */
export function compareIds(a: string, b: string): -1 | 0 | 1 {
  const x = parseAs<IdPrefix>(a)
  const y = parseAs<IdPrefix>(b)
  return x < y ? -1 : x > y ? 1 : 0
}

/**
 * First and last four characters, `05d2…3a72`, as the official clients show ids. For display only: many ids share a
 * short form, and an attacker can make one on purpose. Throws as `parseId`.
 */
export function shortenId(id: string): string {
  const text = parseAs<IdPrefix>(id)
  return `${text.slice(0, 4)}…${text.slice(-4)}`
}

function checkBytes(value: unknown, name: string, length: number): void {
  if (!(value instanceof Uint8Array)) throw new SessionIdError('SESSION_ID_NOT_BYTES', `${name}: expected a Uint8Array`)
  if (value.length !== length) {
    throw new SessionIdError('SESSION_ID_WRONG_LENGTH', `${name}: expected ${length} bytes, got ${value.length}`)
  }
}
