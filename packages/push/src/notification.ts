import type { SecretBytes } from '@sessionkit/bytes'
import type { AccountId } from '@sessionkit/session-id'
import { PushError } from './error.ts'
import { type ParsedNotification, parseNotification } from './notification-list.ts'
import { decryptNotification } from './payload.ts'

/**
 * Why a notification brings no message: it was too long to be sent along; no data was asked for, or the message is
 * empty; data was promised and is not there; it has another length than promised; it is there although the
 * notification says that it is too long; nobody knows the namespace; the namespace was not asked for.
 */
export type PollReason =
  | 'too-long'
  | 'no-data'
  | 'data-missing'
  | 'wrong-length'
  | 'data-and-too-long'
  | 'namespace-unknown'
  | 'namespace-not-subscribed'

interface Told {
  readonly account: AccountId
  /** Drop what was seen already: by account, namespace and hash, from polls and notifications alike. */
  readonly hash: string
  /** Milliseconds, as is `expiry`. */
  readonly timestamp: number | undefined
  readonly expiry: number | undefined
}

/** A message as if polled, or the advice to poll. A notification is a hint: whoever has `encKey` can make one. */
export type PushNotification =
  | (Told & {
      readonly type: 'message'
      readonly namespace: number
      /** Exactly what the swarm stores; not authenticated until it is opened. */
      readonly data: Uint8Array
    })
  | (Told & {
      readonly type: 'poll'
      readonly reason: PollReason
      /** Undefined: poll all namespaces of the account. */
      readonly namespace: number | undefined
    })

export interface OpenNotificationInput {
  /** `enc_payload`: the base64 text, or its bytes. */
  readonly payload: string | Uint8Array
  readonly encKey: SecretBytes | Uint8Array
  /** The accounts and active groups that this device subscribed, each with its namespaces. */
  readonly subscriptions: ReadonlyMap<string, readonly number[]>
  /** Milliseconds. Default: the platform's clock. */
  readonly now?: number | undefined
}

/**
 * Opens a notification and says what to do: process the message, or poll. What it throws means: show nothing of it,
 * and poll.
 *
 * Throws `PUSH_BAD_KEY`, `PUSH_BAD_PAYLOAD`, `PUSH_OPEN_FAILED`, `PUSH_BAD_LIST`, `PUSH_BAD_METADATA`,
 * `PUSH_NOT_SUBSCRIBED`, `PUSH_EXPIRED`, `PUSH_BAD_INPUT`. Protocol page 09, sections 5 and 10.
 */
export function openNotification(input: OpenNotificationInput): PushNotification {
  const { subscriptions, now = Date.now() } = input
  if (!(subscriptions instanceof Map)) throw new PushError('PUSH_BAD_INPUT', 'subscriptions: expected a Map')
  const parsed = parseNotification(decryptNotification(input).plaintext)
  const { account, hash, namespace, timestamp, expiry } = parsed.metadata
  const namespaces = subscriptions.get(account)
  if (namespaces === undefined) {
    throw new PushError('PUSH_NOT_SUBSCRIBED', 'a notification of an account that this device did not subscribe')
  }
  if (expiry !== undefined && !(expiry > now)) throw new PushError('PUSH_EXPIRED', 'the message has expired')
  const told: Told = { account, hash, timestamp, expiry }
  if (namespace === undefined) return { ...told, type: 'poll', reason: 'namespace-unknown', namespace }
  if (!namespaces.includes(namespace)) {
    return { ...told, type: 'poll', reason: 'namespace-not-subscribed', namespace: undefined }
  }
  const { data } = parsed
  const reason = reasonToPoll(parsed)
  if (reason !== undefined || data === undefined) {
    return { ...told, type: 'poll', reason: reason ?? 'no-data', namespace }
  }
  return { ...told, type: 'message', namespace, data }
}

function reasonToPoll({ metadata, data }: ParsedNotification): PollReason | undefined {
  const { dataLength, isTruncated } = metadata
  if (isTruncated) return data === undefined ? 'too-long' : 'data-and-too-long'
  if (data === undefined) return dataLength ? 'data-missing' : 'no-data'
  return dataLength === data.length ? undefined : 'wrong-length'
}
