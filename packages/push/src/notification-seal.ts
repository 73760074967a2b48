import {
  type BencodeInput,
  concatBytes,
  encodeBencode,
  type RandomSource,
  type SecretBytes,
  utf8ToBytes,
} from '@sessionkit/bytes'
import { randomBytes, xchacha20poly1305Encrypt } from '@sessionkit/crypto'
import { parseId } from '@sessionkit/session-id'
import { PushError } from './error.ts'
import { checkEncKey, NONCE_LENGTH } from './payload.ts'
import { isNamespace } from './signed-text.ts'

/** Longer data is left out of a notification. */
export const MAX_NOTIFICATION_DATA_BYTES = 2500
/** Plaintexts are padded to a multiple of this. */
export const NOTIFICATION_PADDING = 256

export interface SealNotificationInput {
  readonly encKey: SecretBytes | Uint8Array
  readonly account: string
  /** The storage hash. */
  readonly hash: string
  readonly namespace: number
  /** Milliseconds, as is `expiry`. */
  readonly timestamp: number
  readonly expiry: number
  /** The stored message, of any length; undefined when the subscription asked for none. */
  readonly data?: Uint8Array | undefined
  /** How metadata without data is written. `dict` is what servers before January 2025 did. Default `json`. */
  readonly form?: 'json' | 'dict' | undefined
  /** Asked once, for the 24 bytes of the nonce. Default: the platform's. */
  readonly random?: RandomSource | undefined
}

/**
 * A notification's payload as the push server makes it, for tests and servers of one's own; base64 of it is
 * `enc_payload`.
 *
 * Throws `PUSH_BAD_KEY`, `PUSH_BAD_INPUT`, and the codes of `parseId`. Protocol page 09, section 5.
 */
export function sealNotification(input: SealNotificationInput): Uint8Array {
  const { hash, namespace, timestamp, expiry, data, form = 'json', random = randomBytes } = input
  const key = checkEncKey(input.encKey)
  const account = parseId(input.account).id
  if (typeof hash !== 'string' || !/^[\x21\x23-\x5b\x5d-\x7e]{32,99}$/.test(hash)) throw badInput('hash: not one')
  if (!isNamespace(namespace)) throw badInput('namespace: expected an integer from -32768 to 32767')
  for (const time of [timestamp, expiry]) {
    if (!Number.isSafeInteger(time) || time < 0) throw badInput('timestamp, expiry: expected milliseconds')
  }
  if (data !== undefined && !(data instanceof Uint8Array)) throw badInput('data: expected a Uint8Array')
  const length = data?.length ?? 0
  const isTooLong = length > MAX_NOTIFICATION_DATA_BYTES
  const fields: [string, string | number | true][] = [
    ['@', account],
    ['#', hash],
    ['n', namespace],
    ['t', timestamp],
    ['z', expiry],
  ]
  if (length > 0) fields.push(['l', length])
  if (isTooLong) fields.push(['B', true])
  const hasData = data !== undefined && length > 0 && !isTooLong
  const list: BencodeInput[] = hasData || form === 'json' ? [json(fields)] : [dict(fields)]
  if (hasData) list.push(data)
  const plaintext = encodeBencode(list)
  const padding = new Uint8Array(
    (NOTIFICATION_PADDING - (plaintext.length % NOTIFICATION_PADDING)) % NOTIFICATION_PADDING,
  )
  const nonce: unknown = random(NONCE_LENGTH)
  if (!(nonce instanceof Uint8Array) || nonce.length !== NONCE_LENGTH) throw badInput('random: expected 24 bytes')
  return concatBytes(nonce, xchacha20poly1305Encrypt({ key, nonce, message: concatBytes(plaintext, padding) }))
}

type Fields = readonly (readonly [string, string | number | true])[]

/** With blanks after `:` and `,`, as the server's language writes it. */
const json = (fields: Fields): Uint8Array =>
  utf8ToBytes(`{${fields.map(([name, value]) => `"${name}": ${JSON.stringify(value)}`).join(', ')}}`)

const dict = (fields: Fields): BencodeInput =>
  new Map(fields.map(([name, value]): [string, BencodeInput] => [name, value === true ? 1 : value]))

const badInput = (message: string): PushError => new PushError('PUSH_BAD_INPUT', message)
