import { base64ToBytes, bytesToHex, bytesToUtf8, hexToBytes, isHex, isSessionKitError } from '@sessionkit/bytes'
import { ed25519Verify } from '@sessionkit/crypto'
import { ed25519MatchesSessionId, isGroupId, isSessionId } from '@sessionkit/session-id'
import { PushError } from './error.ts'
import { ENC_KEY_LENGTH } from './payload.ts'
import { MAX_PUSH_BODY_BYTES, MAX_PUSH_REQUESTS } from './request.ts'
import { checkService } from './service.ts'
import {
  checkNamespaces,
  checkTimestamp,
  MONITOR_MAX_AGE_SECONDS,
  MONITOR_MAX_FUTURE_SECONDS,
  monitorText,
  unsubscribeText,
} from './signed-text.ts'
import { faultOfToken, TOKEN_LENGTH } from './signer.ts'

export interface VerifyPushInput {
  /** One object of a body, parsed. */
  readonly request: unknown
  /** Milliseconds. Default: the platform's clock. */
  readonly now?: number | undefined
}

/** What an unsubscription asks for, checked. */
export interface PushUnsubscription {
  /** 66 lower-case hex characters. */
  readonly account: string
  /** The account's Ed25519 key, 32 bytes. */
  readonly ed25519: Uint8Array
  /** What storage nodes want of a subaccount's signature; undefined when the account signed itself. */
  readonly subaccount: { readonly token: Uint8Array; readonly tokenSignature: Uint8Array } | undefined
  /** Seconds. */
  readonly timestamp: number
  /** 64 bytes. */
  readonly signature: Uint8Array
  readonly service: string
  readonly token: string
}

/** What a subscription asks for, checked. */
export interface PushSubscription extends PushUnsubscription {
  readonly namespaces: readonly number[]
  readonly data: boolean
  readonly encKey: Uint8Array
}

/**
 * The requests in a body, as a push server reads it: one object, or several in an array, which is answered by an array.
 * Each is for `verifySubscribe` or `verifyUnsubscribe`.
 *
 * Throws `PUSH_TOO_LARGE`, `PUSH_BAD_REQUEST`. Protocol page 09, sections 2 and 3.4.
 */
export function parsePushBody(body: Uint8Array): { readonly requests: readonly unknown[]; readonly isArray: boolean } {
  if (!(body instanceof Uint8Array)) throw badRequest('a body is bytes')
  if (body.length > MAX_PUSH_BODY_BYTES) {
    throw new PushError('PUSH_TOO_LARGE', `a body has at most ${MAX_PUSH_BODY_BYTES} bytes, got ${body.length}`)
  }
  let value: unknown
  try {
    value = JSON.parse(bytesToUtf8(body))
  } catch {
    // Not as a cause: the parser's message quotes the text.
    throw badRequest('not JSON')
  }
  if (typeof value !== 'object' || value === null) throw badRequest('neither object nor array')
  const requests: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (requests.length < 1 || requests.length > MAX_PUSH_REQUESTS) {
    throw badRequest(`expected 1 to ${MAX_PUSH_REQUESTS} in an array`)
  }
  return { requests, isArray: Array.isArray(value) }
}

/**
 * Checks a subscription as a push server must, for servers of one's own and tests. Byte fields in hex of either case or
 * base64, unknown keys ignored.
 *
 * Throws `PUSH_BAD_REQUEST` (fields), `PUSH_BAD_NAMESPACES`, `PUSH_BAD_SERVICE`, `PUSH_BAD_TOKEN`,
 * `PUSH_BAD_TIMESTAMP`, `PUSH_BAD_SIGNER` (a token that does not open the account), `PUSH_BAD_SIGNATURE`.
 * Protocol page 09, sections 3.1 and 3.2.
 */
export function verifySubscribe(input: VerifyPushInput): PushSubscription {
  const fields = fieldsOf(input.request)
  const namespaces = fields.get('namespaces')
  checkNamespaces(namespaces)
  const data = fields.get('data')
  if (typeof data !== 'boolean') throw badRequest('data: expected true or false')
  const encKey = bytesField(fields, 'enc_key', ENC_KEY_LENGTH)
  const asked = readCommon(fields)
  checkTime(asked.timestamp, input.now, MONITOR_MAX_AGE_SECONDS)
  checkSignature(asked, monitorText({ ...asked, data, namespaces }))
  return { ...asked, namespaces: [...namespaces], data, encKey }
}

/** As `verifySubscribe`, for an unsubscription. Protocol page 09, section 4. */
export function verifyUnsubscribe(input: VerifyPushInput): PushUnsubscription {
  const asked = readCommon(fieldsOf(input.request))
  checkTime(asked.timestamp, input.now, MONITOR_MAX_FUTURE_SECONDS)
  checkSignature(asked, unsubscribeText(asked))
  return asked
}

type Fields = ReadonlyMap<string, unknown>

function fieldsOf(request: unknown): Fields {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) throw badRequest('not an object')
  return new Map(Object.entries(request))
}

function readCommon(fields: Fields): PushUnsubscription {
  const account = bytesToHex(bytesField(fields, 'pubkey', 33))
  if (!isSessionId(account) && !isGroupId(account)) throw badRequest('pubkey: not an id that can be subscribed')
  const ed25519 = isSessionId(account) ? bytesField(fields, 'session_ed25519', 32) : hexToBytes(account.slice(2))
  if (isSessionId(account) && !ed25519MatchesSessionId({ publicKey: ed25519, sessionId: account })) {
    throw badRequest('session_ed25519: not the key of this id')
  }
  const hasToken = isGiven(fields.get('subaccount')) || isGiven(fields.get('subaccount_sig'))
  const service = fields.get('service')
  const info = fields.get('service_info')
  const token = typeof info === 'object' && info !== null && Object.hasOwn(info, 'token') ? (info as Info).token : null
  checkService(service, token)
  return {
    account,
    ed25519,
    subaccount: hasToken
      ? {
          token: bytesField(fields, 'subaccount', TOKEN_LENGTH),
          tokenSignature: bytesField(fields, 'subaccount_sig', 64),
        }
      : undefined,
    timestamp: checkTimestamp(fields.get('sig_ts')),
    signature: bytesField(fields, 'signature', 64),
    service: service as string,
    token: token as string,
  }
}

interface Info {
  readonly token: unknown
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null

function bytesField(fields: Fields, name: string, length: number): Uint8Array {
  const value = fields.get(name)
  if (typeof value !== 'string' || value.length > 2 * length) throw badRequest(`${name}: expected ${length} bytes`)
  if (isHex(value, length)) return hexToBytes(value)
  try {
    const bytes = base64ToBytes(value)
    if (bytes.length === length) return bytes
  } catch (error) {
    if (!isSessionKitError(error)) throw error
  }
  throw badRequest(`${name}: expected ${length} bytes in hex or base64`)
}

function checkTime(timestamp: number, now: number = Date.now(), maxAge: number): void {
  const seconds = now / 1000
  // So written that a clock which is no number accepts nothing.
  if (!(timestamp > seconds - maxAge && timestamp < seconds + MONITOR_MAX_FUTURE_SECONDS)) {
    throw new PushError('PUSH_BAD_TIMESTAMP', 'sig_ts: too old, or too far ahead')
  }
}

function checkSignature(asked: PushUnsubscription, message: Uint8Array): void {
  const { account, ed25519, subaccount, signature } = asked
  let publicKey = ed25519
  if (subaccount !== undefined) {
    const { token, tokenSignature } = subaccount
    const fault = faultOfToken(token, account)
    if (fault !== undefined) throw new PushError('PUSH_BAD_SIGNER', `subaccount: ${fault}`)
    if (!ed25519Verify({ message: token, signature: tokenSignature, publicKey: ed25519 })) {
      throw new PushError('PUSH_BAD_SIGNATURE', 'subaccount_sig: not the account’s')
    }
    publicKey = token.slice(4)
  }
  if (!ed25519Verify({ message, signature, publicKey })) {
    throw new PushError('PUSH_BAD_SIGNATURE', 'signature: not of this request')
  }
}

const badRequest = (message: string): PushError => new PushError('PUSH_BAD_REQUEST', `request: ${message}`)
