import { ed25519Verify, isValidEd25519Point } from '@sessionkit/crypto'
import { idFromPublicKey, type VersionBlindedId } from '@sessionkit/session-id'
import { hexOrBase64 } from './check-request.ts'
import { MAX_REQUEST_CLOCK_SECONDS } from './limits.ts'
import { type VersionRequestInput, versionSignedBytes } from './version-blinding.ts'

export interface CheckVersionRequestInput {
  /** Names in any case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly request: Pick<VersionRequestInput, 'method' | 'endpoint' | 'body'>
  /** Unix seconds. */
  readonly now: number
}

/** Who asked, or the HTTP status that refuses it. */
export type CheckedVersionRequest =
  | { readonly type: 'anonymous' }
  | { readonly type: 'signed'; readonly id: VersionBlindedId }
  | { readonly type: 'refused'; readonly status: 400 | 401 | 425 }

/**
 * The file server's side of a version check: all three headers, or none. Throws `OPEN_GROUP_BAD_ARGUMENT` for a request
 * that could not have arrived. Protocol page 07, section 8.5.
 */
export function checkVersionRequest(input: CheckVersionRequestInput): CheckedVersionRequest {
  const { request, now } = input
  const headers = new Map(Object.entries(input.headers).map(([name, value]) => [name.toLowerCase(), value]))
  const [pubkeyText, timestamp, signatureText] = ['pubkey', 'timestamp', 'signature'].map(
    (name) => headers.get(`x-fs-${name}`) || undefined,
  )
  if (pubkeyText === undefined && timestamp === undefined && signatureText === undefined) return { type: 'anonymous' }
  if (pubkeyText === undefined || timestamp === undefined || signatureText === undefined) return refused(400)
  const pubkey = hexOrBase64(pubkeyText, 33)
  const publicKey = pubkey?.slice(1)
  if (publicKey === undefined || pubkey?.[0] !== 0x07 || !isValidEd25519Point(publicKey)) return refused(400)
  const signature = hexOrBase64(signatureText, 64)
  if (signature === undefined || !/^[0-9]{1,15}$/.test(timestamp)) return refused(400)
  if (!(Math.abs(Number(timestamp) - now) <= MAX_REQUEST_CLOCK_SECONDS)) return refused(425)
  const message = versionSignedBytes({ ...request, timestamp })
  if (!ed25519Verify({ message, signature, publicKey })) return refused(401)
  return { type: 'signed', id: idFromPublicKey({ prefix: '07', publicKey }) }
}

const refused = (status: 400 | 401 | 425): CheckedVersionRequest => ({ type: 'refused', status })
