import { bytesToBase64, concatBytes, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { blake2b, type Ed25519KeyPair, ed25519KeyPairFromSeed, ed25519Sign } from '@sessionkit/crypto'
import { type Account, idFromPublicKey, type VersionBlindedId } from '@sessionkit/session-id'
import { requireBytes, requireInteger } from './argument.ts'
import { OpenGroupError } from './error.ts'
import { onText } from './request.ts'

const KEY: Uint8Array = utf8ToBytes('VersionCheckKey_sig')

export interface VersionKeyPair extends Ed25519KeyPair {
  /** `07` and the public key. */
  readonly id: VersionBlindedId
}

/**
 * The key pair under which an account asks a file server for the newest version: the server can count it, and cannot
 * tell whose it is. Wipe its seed after use. Protocol pages 07, section 8.5, and 08, section 3.4.
 */
export function versionKeyPair(account: Account): VersionKeyPair {
  const seed = SecretBytes.take(blake2b({ message: account.ed25519.seed.reveal(), length: 32, key: KEY }))
  const keyPair = ed25519KeyPairFromSeed(seed)
  return { ...keyPair, id: idFromPublicKey({ prefix: '07', publicKey: keyPair.publicKey }) }
}

export interface VersionRequestInput {
  readonly account: Account
  /** Unix seconds. */
  readonly timestamp: number
  readonly method: string
  /** Path and query, exactly as sent. */
  readonly endpoint: string
  readonly body?: Uint8Array | undefined
}

/**
 * The signature (64 bytes) of a request under the version key: timestamp, method, endpoint and the body itself. Throws
 * `OPEN_GROUP_BAD_ARGUMENT`. Protocol page 07, section 8.5.
 */
export function signVersionRequest(input: VersionRequestInput): Uint8Array {
  const timestamp = requireInteger(input.timestamp, 'timestamp')
  const message = versionSignedBytes({ ...input, timestamp: String(timestamp) })
  const keyPair = versionKeyPair(input.account)
  const signature = ed25519Sign({ message, keyPair })
  keyPair.seed.wipe()
  return signature
}

/** What the signature is over. `timestamp` as in the header. Throws `OPEN_GROUP_BAD_ARGUMENT`. */
export function versionSignedBytes(
  input: Pick<VersionRequestInput, 'method' | 'endpoint' | 'body'> & { readonly timestamp: string },
): Uint8Array {
  const { timestamp, method, endpoint, body } = input
  if (typeof method !== 'string' || typeof endpoint !== 'string') {
    throw new OpenGroupError('OPEN_GROUP_BAD_ARGUMENT', 'method, endpoint: expected texts')
  }
  if (body !== undefined) requireBytes(body, 'body')
  return concatBytes(
    onText(() => utf8ToBytes(`${timestamp}${method}${endpoint}`)),
    body ?? new Uint8Array(0),
  )
}

export type VersionPlatform = 'desktop' | 'android' | 'ios'

export interface VersionCheck {
  readonly method: 'GET'
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * The signed request for a platform's newest version, for the file server and never for a community. Throws
 * `OPEN_GROUP_BAD_ARGUMENT`. Protocol page 07, section 8.5.
 */
export function buildVersionCheck(input: {
  readonly account: Account
  readonly platform: VersionPlatform
  /** Unix seconds. */
  readonly timestamp: number
  readonly releaseChannel?: 'stable' | 'prerelease' | 'alpha' | undefined
}): VersionCheck {
  const { account, platform, timestamp, releaseChannel } = input
  if (platform !== 'desktop' && platform !== 'android' && platform !== 'ios') {
    throw new OpenGroupError('OPEN_GROUP_BAD_ARGUMENT', 'platform: expected desktop, android or ios')
  }
  if (releaseChannel !== undefined && !['stable', 'prerelease', 'alpha'].includes(releaseChannel)) {
    throw new OpenGroupError('OPEN_GROUP_BAD_ARGUMENT', 'releaseChannel: expected stable, prerelease or alpha')
  }
  const channel = releaseChannel === undefined ? '' : `&release_channel=${releaseChannel}`
  const endpoint = `/session_version?platform=${platform}${channel}`
  const signature = signVersionRequest({ account, timestamp, method: 'GET', endpoint })
  const { id, seed } = versionKeyPair(account)
  seed.wipe()
  return {
    method: 'GET',
    endpoint,
    headers: {
      'X-FS-Pubkey': id,
      'X-FS-Timestamp': String(timestamp),
      'X-FS-Signature': bytesToBase64(signature),
    },
  }
}
