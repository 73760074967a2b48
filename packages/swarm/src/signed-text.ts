import { base64ToBytes, concatBytes, hexToBytes, utf8ToBytes } from '@sessionkit/bytes'
import { isObject } from './answer-body.ts'
import { badParam } from './error.ts'
import { namespaceText } from './namespace.ts'
import { SUBACCOUNT_TOKEN_LENGTH } from './subaccount.ts'

/** The most messages of one delete, expire or get_expiries that this package builds or reads. */
export const MAX_MESSAGES = 60_000
/** The most tokens of one revoke request. */
export const MAX_REVOKE = 50

/** A request as it is sent: `params` is ready for JSON. */
export interface SwarmRequest {
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
}

const encoded = (text: string): Uint8Array => utf8ToBytes(text)

/** An integer as in signed text; decimal strings, which store allows, count as their number. */
export function integerText(value: unknown, name: string): string {
  const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value
  if (!Number.isSafeInteger(number)) throw badParam(`${name}: expected an integer`)
  return String((number as number) + 0)
}

/** Text that has a UTF-8 form: JSON can hold half of a surrogate pair, which nobody can sign. */
export function isWellFormed(value: unknown): value is string {
  return typeof value === 'string' && !/\p{Surrogate}/u.test(value)
}

export function textList(value: unknown, name: string): string[] {
  const list = typeof value === 'string' ? [value] : value
  if (!Array.isArray(list) || list.length > MAX_MESSAGES) throw badParam(`${name}: expected an array of texts`)
  for (const item of list) if (!isWellFormed(item)) throw badParam(`${name}: expected an array of texts`)
  return list
}

/** Throws `SWARM_BAD_PARAM` for what has no method and parameters. */
export function checkRequest(request: unknown): asserts request is SwarmRequest {
  if (!isObject(request) || typeof request.method !== 'string' || !isObject(request.params)) {
    throw badParam('request: expected a method and parameters')
  }
}

function namespaceOf(params: SwarmRequest['params']): string {
  return namespaceText(params.namespace as number | 'all' | undefined)
}

/** Tokens as they stand in requests: base64 of 48 characters or 72 hex digits, one or a list. */
export function tokenList(value: unknown, name: string): Uint8Array[] {
  return textList(value, name).map((text) => {
    const isHex = /^[0-9a-f]{72}$/i.test(text)
    if (!isHex && !/^[A-Za-z0-9+/]{48}$/.test(text)) throw badParam(`${name}: expected subaccount tokens`)
    const token = isHex ? hexToBytes(text.toLowerCase()) : base64ToBytes(text)
    if (token.length !== SUBACCOUNT_TOKEN_LENGTH) throw badParam(`${name}: expected subaccount tokens`)
    return token
  })
}

const expiries = (value: unknown): string =>
  Array.isArray(value) ? value.map((item) => integerText(item, 'expiry')).join('') : integerText(value, 'expiry')

type SignedText = (params: SwarmRequest['params']) => Uint8Array

const byMethod: ReadonlyMap<string, SignedText> = new Map<string, SignedText>([
  ['store', (p) => encoded(`store${namespaceOf(p)}${integerText(p.sig_timestamp ?? p.timestamp, 'timestamp')}`)],
  ['retrieve', (p) => encoded(`retrieve${namespaceOf(p)}${integerText(p.timestamp, 'timestamp')}`)],
  ['delete', (p) => encoded(`delete${textList(p.messages, 'messages').join('')}`)],
  ['delete_all', (p) => encoded(`delete_all${namespaceOf(p)}${integerText(p.timestamp, 'timestamp')}`)],
  ['delete_before', (p) => encoded(`delete_before${namespaceOf(p)}${integerText(p.before, 'before')}`)],
  [
    'expire',
    (p) => {
      const mode = p.shorten ? 'shorten' : p.extend ? 'extend' : ''
      return encoded(`expire${mode}${expiries(p.expiry)}${textList(p.messages, 'messages').join('')}`)
    },
  ],
  ['expire_all', (p) => encoded(`expire_all${namespaceOf(p)}${integerText(p.expiry, 'expiry')}`)],
  [
    'get_expiries',
    (p) => encoded(`get_expiries${integerText(p.timestamp, 'timestamp')}${textList(p.messages, 'messages').join('')}`),
  ],
  ['revoke_subaccount', (p) => withTokens('revoke_subaccount', p, 'revoke')],
  ['unrevoke_subaccount', (p) => withTokens('unrevoke_subaccount', p, 'unrevoke')],
  ['revoked_subaccounts', (p) => encoded(`revoked_subaccounts${integerText(p.timestamp, 'timestamp')}`)],
])

function withTokens(method: string, params: SwarmRequest['params'], field: string): Uint8Array {
  const head = encoded(`${method}${integerText(params.timestamp, 'timestamp')}`)
  return concatBytes(head, ...tokenList(params[field], field))
}

/** Whether requests of this method are signed. */
export const isSignedMethod = (method: string): boolean => byMethod.has(method)

/**
 * The bytes that a request's signature covers, from its parameters as sent (with or without a signature in them).
 * Protocol page 04, section 3.2. Throws `SWARM_BAD_PARAM`, `SWARM_BAD_NAMESPACE`; the former also for methods that
 * are not signed.
 */
export function signedBytes(request: SwarmRequest): Uint8Array {
  checkRequest(request)
  const text = byMethod.get(request.method)
  if (!text) throw badParam('method: its requests are not signed')
  return text(request.params)
}
