import type { RandomSource } from '@sessionkit/bytes'
import { xed25519Sign } from '@sessionkit/crypto'
import { type Content, EnvelopeError, encodeContent, pad } from '@sessionkit/envelope'
import type { Account } from '@sessionkit/session-id'
import { requireBytes, requireInteger, requireServerKey } from './argument.ts'
import { signBlinded } from './blinding.ts'
import { OpenGroupError } from './error.ts'

export interface SignMessageInput {
  readonly account: Account
  readonly serverPublicKey: Uint8Array
  /** Padded content. */
  readonly data: Uint8Array
  /** What the author is called there: `15` on servers with the capability `blind`, else `05`. */
  readonly prefix: '05' | '15' | '25'
  /** Asked for 64 bytes once, for `05` only. */
  readonly random?: RandomSource | undefined
}

/**
 * The signature (64 bytes) of a room message: blinded for `15` and `25`, XEd25519 for `05`. Throws
 * `OPEN_GROUP_BAD_ARGUMENT`, `OPEN_GROUP_BAD_SERVER_KEY`. Protocol page 08, sections 3.3, 3.5 and 6.
 */
export function signMessage(input: SignMessageInput): Uint8Array {
  const { account, serverPublicKey, data, prefix, random } = input
  requireBytes(data, 'data')
  requireServerKey(serverPublicKey)
  if (prefix === '05') return xed25519Sign({ message: data, secretKey: account.x25519.secretKey, random })
  return signBlinded({ account, serverPublicKey, message: data, prefix })
}

export interface SealRoomMessageInput extends Omit<SignMessageInput, 'data'> {
  /** `dataMessage` with something visible; `sigTimestamp` is set here. */
  readonly content: Content
  /** Milliseconds. */
  readonly timestamp: number
}

/**
 * What `buildPostMessage` takes: the padded content and its signature. It is not encrypted. Throws
 * `OPEN_GROUP_NOT_VISIBLE` for content that a room does not carry, `OPEN_GROUP_BAD_CONTENT`. Protocol page 08, section 6.
 */
export function sealRoomMessage(input: SealRoomMessageInput): { data: Uint8Array; signature: Uint8Array } {
  const { content, timestamp, ...signer } = input
  requireInteger(timestamp, 'timestamp')
  requireVisible(content)
  const data = onContent(() => pad(encodeContent({ ...content, sigTimestamp: timestamp })))
  return { data, signature: signMessage({ ...signer, data }) }
}

/** Throws `OPEN_GROUP_NOT_VISIBLE` for content that is not a visible message. */
export function requireVisible(content: Content): void {
  const data = content?.dataMessage
  const visible =
    data !== undefined &&
    ((data.body ?? '') !== '' ||
      (data.attachments?.length ?? 0) > 0 ||
      (data.preview?.length ?? 0) > 0 ||
      data.openGroupInvitation !== undefined)
  if (!visible || data.reaction !== undefined || data.groupUpdateMessage !== undefined || (data.flags ?? 0) !== 0) {
    throw new OpenGroupError('OPEN_GROUP_NOT_VISIBLE', 'a room carries visible messages only')
  }
}

export function onContent<T>(run: () => T): T {
  try {
    return run()
  } catch (cause) {
    if (cause instanceof EnvelopeError) {
      throw new OpenGroupError('OPEN_GROUP_BAD_CONTENT', `content: ${cause.code}`, { cause })
    }
    throw cause
  }
}
