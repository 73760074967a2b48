import { base64ToBytes, bytesToHex, hexToBytes, isHex, SessionKitError } from '@sessionkit/bytes'
import { ed25519Verify, isValidEd25519Point } from '@sessionkit/crypto'
import {
  type Blinded15Id,
  idFromPublicKey,
  type SessionId,
  sessionIdFromEd25519,
  type UnblindedId,
} from '@sessionkit/session-id'
import { requireServerKey } from './argument.ts'
import { MAX_REQUEST_CLOCK_SECONDS } from './limits.ts'
import { requestSignedBytes, type SignedRequest } from './signed-text.ts'

/** The one text that clients compare: fetch the capabilities again and blind. */
export const TEXT_BLINDING_REQUIRED = 'Invalid authentication: this server requires the use of blinded ids'

export interface CheckRequestInput {
  readonly serverPublicKey: Uint8Array
  /** Names in any case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly request: SignedRequest
  readonly blindingRequired: boolean
  /** Unix seconds. */
  readonly now: number
  /** Whether a user is banned on the whole server. */
  readonly isBanned?: ((id: SessionId | Blinded15Id) => boolean) | undefined
  /** Remembers 16 bytes, hex, for 24 hours over all users: false where they were seen before. */
  readonly takeNonce?: ((nonce: string) => boolean) | undefined
}

export type CheckedRequest =
  | { readonly type: 'anonymous' }
  | {
      readonly type: 'user'
      /** `15`, or `05` of the account for an unblinded request. */
      readonly id: SessionId | Blinded15Id
      /** As in the header. */
      readonly signer: Blinded15Id | UnblindedId
    }
  | { readonly type: 'refused'; readonly status: number; readonly text: string }

/**
 * The server's side: who signed a request, or the status and text that refuse it, in the order of the reference server.
 * Throws `OPEN_GROUP_BAD_SERVER_KEY` and, for a request that could not have arrived, `OPEN_GROUP_BAD_REQUEST`.
 * Protocol page 08, section 5.3.
 */
export function checkRequest(input: CheckRequestInput): CheckedRequest {
  const { serverPublicKey, request, blindingRequired, now, isBanned, takeNonce } = input
  requireServerKey(serverPublicKey)
  const headers = new Map(Object.entries(input.headers).map(([name, value]) => [name.toLowerCase(), value]))
  const values = ['pubkey', 'nonce', 'timestamp', 'signature'].map((name) => headers.get(`x-sogs-${name}`) || undefined)
  const missing = values.filter((value) => value === undefined).length
  if (missing === 4) return { type: 'anonymous' }
  if (missing > 0) {
    return refused(400, `Invalid authentication headers: missing ${missing}/4 required X-SOGS-* headers`)
  }
  const [pubkeyText, nonceText, timestamp, signatureText] = values as [string, string, string, string]

  const pubkey = hexOrBase64(pubkeyText, 33)
  if (pubkey === undefined) return invalid('X-SOGS-Pubkey is not a valid 66-hex digit id')
  if (pubkey[0] !== 0x00 && pubkey[0] !== 0x15) return invalid('X-SOGS-Pubkey must be 00- or 15- prefixed')
  const publicKey = pubkey.slice(1)
  if (!isValidEd25519Point(publicKey)) return invalid('given X-SOGS-Pubkey is not a valid Ed25519 pubkey')
  const blinded = pubkey[0] === 0x15
  if (!blinded && blindingRequired) return refused(400, TEXT_BLINDING_REQUIRED)
  const nonce = hexOrBase64(nonceText, 16)
  if (nonce === undefined) return invalid('X-SOGS-Nonce must be 16 bytes (encoded as base64 or hex)')
  const signature = hexOrBase64(signatureText, 64)
  if (signature === undefined) return invalid('X-SOGS-Signature is not base64[88]')
  if (!/^[0-9]{1,15}$/.test(timestamp)) return invalid('X-SOGS-Timestamp is not a valid timestamp')
  // So written that a clock which is no number accepts nothing.
  if (!(Math.abs(Number(timestamp) - now) <= MAX_REQUEST_CLOCK_SECONDS)) {
    return refused(425, 'Invalid authentication: X-SOGS-Timestamp is too far from current time')
  }
  const signer = idFromPublicKey({ prefix: blinded ? '15' : '00', publicKey })
  const id = blinded ? (signer as Blinded15Id) : sessionIdFromEd25519(publicKey)
  if (isBanned?.(id)) return refused(403, 'Banned')
  // As the reference does it, a nonce is used up even where the signature is wrong.
  if (takeNonce?.(bytesToHex(nonce)) === false) {
    return refused(425, 'Invalid authentication: X-SOGS-Nonce cannot be reused')
  }
  const message = requestSignedBytes({ ...request, serverPublicKey, nonce, timestamp })
  if (!ed25519Verify({ message, signature, publicKey })) {
    return refused(401, 'Invalid authentication: X-SOGS-Signature verification failed')
  }
  return { type: 'user', id, signer }
}

const refused = (status: number, text: string): CheckedRequest => ({ type: 'refused', status, text })
const invalid = (text: string): CheckedRequest => refused(400, `Invalid authentication: ${text}`)

/** Undefined for what is not so many bytes in hex or base64. */
export function hexOrBase64(text: string, length: number): Uint8Array | undefined {
  if (text.length > 2 * length) return undefined
  const hex: boolean = isHex(text, length)
  if (hex) return hexToBytes(text)
  try {
    const bytes = base64ToBytes(text)
    return bytes.length === length ? bytes : undefined
  } catch (error) {
    if (error instanceof SessionKitError) return undefined
    throw error
  }
}
