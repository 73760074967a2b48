import { utf8ToBytes } from '@sessionkit/bytes'
import { PushError } from './error.ts'

/** The push server of the main network: where requests go, by v4 onion requests. Protocol page 09, section 2. */
export const PUSH_SERVER: {
  readonly url: string
  /** The key of the onion layer, 64 hex digits. */
  readonly x25519: string
} = Object.freeze({
  url: 'https://push.getsession.org',
  x25519: 'd7557fe563e2610de876c0ac7341b62f3c82d5eea4b62c702392ea4368f51b3b',
})

/** Services of the official server, and any other that a server of one's own may have. Protocol page 09, section 3.3. */
export type PushService = 'apns' | 'apns-sandbox' | 'firebase' | 'huawei' | (string & {})

const MAX_SERVICE_BYTES = 32
const MAX_TOKEN_BYTES = 999
const MIN_ID_BYTES = 32
const APPLE_TOKEN_CHARACTERS = 64

/** Throws `PUSH_BAD_SERVICE`, `PUSH_BAD_TOKEN`. */
export function checkService(service: unknown, token: unknown): void {
  if (typeof service !== 'string' || !isTextOf(service, 1, MAX_SERVICE_BYTES)) {
    throw new PushError('PUSH_BAD_SERVICE', `service: expected text of 1 to ${MAX_SERVICE_BYTES} bytes`)
  }
  if (typeof token !== 'string') throw new PushError('PUSH_BAD_TOKEN', 'token: expected text')
  if (service === 'apns' || service === 'apns-sandbox') {
    if (!/^[0-9a-f]{64}$/i.test(token)) {
      throw new PushError('PUSH_BAD_TOKEN', `token: expected ${APPLE_TOKEN_CHARACTERS} hex digits`)
    }
    return
  }
  // Firebase and Huawei tokens become the service id, which the server refuses below 32 bytes.
  const least = service === 'firebase' || service === 'huawei' ? MIN_ID_BYTES : 1
  if (!isTextOf(token, least, MAX_TOKEN_BYTES)) {
    throw new PushError('PUSH_BAD_TOKEN', `token: expected ${least} to ${MAX_TOKEN_BYTES} bytes`)
  }
}

function isTextOf(text: string, least: number, most: number): boolean {
  if (text.length > most || /\p{Surrogate}/u.test(text)) return false
  const { length } = utf8ToBytes(text)
  return length >= least && length <= most
}
