import { bytesToBase64, type RandomSource } from '@sessionkit/bytes'
import { ed25519Sign, randomBytes } from '@sessionkit/crypto'
import { type Account, idFromPublicKey } from '@sessionkit/session-id'
import { requireBytes, requireInteger, requireServerKey } from './argument.ts'
import { blind15KeyPair, signBlinded } from './blinding.ts'
import { OpenGroupError } from './error.ts'
import { requestSignedBytes, type SignedRequest } from './signed-text.ts'

/** Bytes of `X-SOGS-Nonce`. */
export const REQUEST_NONCE_LENGTH = 16

export interface SignRequestInput {
  readonly account: Account
  readonly serverPublicKey: Uint8Array
  readonly request: SignedRequest
  /** True where the server has the capability `blind`. */
  readonly blinded: boolean
  /** Unix seconds, by the network's clock. */
  readonly timestamp: number
  /** Asked for 16 bytes once. */
  readonly random?: RandomSource | undefined
}

/** The four headers of a signed request. */
export interface RequestHeaders {
  readonly 'X-SOGS-Pubkey': string
  readonly 'X-SOGS-Nonce': string
  readonly 'X-SOGS-Timestamp': string
  readonly 'X-SOGS-Signature': string
}

/**
 * The headers that authenticate a request to a server: `15` when blinded, `00` and the account's Ed25519 key otherwise,
 * which tells the server who one is. For a batch only the outer request is signed. Throws `OPEN_GROUP_BAD_SERVER_KEY`,
 * `OPEN_GROUP_BAD_REQUEST`, `OPEN_GROUP_BAD_ARGUMENT`. Protocol page 08, sections 5.1 and 5.2.
 */
export function signRequest(input: SignRequestInput): RequestHeaders {
  const { account, serverPublicKey, request, blinded, random = randomBytes } = input
  requireServerKey(serverPublicKey)
  if (typeof blinded !== 'boolean') throw new OpenGroupError('OPEN_GROUP_BAD_ARGUMENT', 'blinded: say true or false')
  const timestamp = String(requireInteger(input.timestamp, 'timestamp'))
  const nonce = random(REQUEST_NONCE_LENGTH)
  requireBytes(nonce, 'random', REQUEST_NONCE_LENGTH)
  const message = requestSignedBytes({ ...request, serverPublicKey, nonce, timestamp })
  const signature = blinded
    ? signBlinded({ account, serverPublicKey, message })
    : ed25519Sign({ message, keyPair: account.ed25519 })
  return {
    'X-SOGS-Pubkey': blinded
      ? blindedId(account, serverPublicKey)
      : idFromPublicKey({ prefix: '00', publicKey: account.ed25519.publicKey }),
    'X-SOGS-Nonce': bytesToBase64(nonce),
    'X-SOGS-Timestamp': timestamp,
    'X-SOGS-Signature': bytesToBase64(signature),
  }
}

function blindedId(account: Account, serverPublicKey: Uint8Array): string {
  const { id, scalar } = blind15KeyPair({ account, serverPublicKey })
  scalar.wipe()
  return id
}
