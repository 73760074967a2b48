import { bytesToBase64, concatBytes } from '@sessionkit/bytes'
import { ed25519Verify, scalarNegate } from '@sessionkit/crypto'
import {
  blind15Candidates,
  blind15Factor,
  blind15KeyPair,
  blind25Factor,
  blind25Id,
  blind25KeyPair,
  blindedIdFromEd25519,
  buildVersionCheck,
  sessionIdMatchesBlindedId,
  signBlinded,
  signVersionRequest,
  type VersionPlatform,
  versionKeyPair,
} from '@sessionkit/open-groups'
import { accountOf } from './account.ts'
import { bytes, has, integer, object, optional, text } from './entry.ts'
import { expectField, expectSame } from './expect.ts'
import { Unsupported } from './outcome.ts'
import type { VectorHandler } from './runner.ts'

const platforms: readonly string[] = ['desktop', 'android', 'ios'] satisfies VersionPlatform[]
const isPlatform = (name: string): name is VersionPlatform => platforms.includes(name)

/** `libsession-blinding.json`, protocol pages 07, section 8.5, and 08, section 3. */
export const blindingHandlers: Readonly<Record<string, VectorHandler>> = {
  blinded_ids_and_keys: (entry) => {
    const account = accountOf(entry, 'account')
    const serverPublicKey = bytes(entry, 'server_pk')
    const { sessionId } = account
    const { publicKey } = account.ed25519
    const negative = publicKey[31]! >> 7
    expectField(entry, 'ed25519_pk_sign_bit', negative)

    const of15 = blind15KeyPair({ account, serverPublicKey })
    expectField(entry, 'blind15', {
      factor: blind15Factor({ serverPublicKey }),
      factor_used: of15.factor,
      candidates_from_session_id: blind15Candidates({ sessionId, serverPublicKey }),
      id: of15.id,
      pk: of15.publicKey,
      sk_scalar: of15.scalar.copy(),
    })
    const of25 = blind25KeyPair({ account, serverPublicKey })
    const factor = blind25Factor({ sessionId, serverPublicKey })
    expectField(entry, 'blind25', {
      factor,
      factor_used: of25.factor,
      id: of25.id,
      pk: of25.publicKey,
      sk_scalar: of25.scalar.copy(),
    })
    expectSame('25 factor of the owner', negative ? scalarNegate(factor) : factor, of25.factor)
    expectSame('25 id of the session id', of25.id, blind25Id({ sessionId, serverPublicKey }))
    for (const { id, prefix } of [{ ...of15, prefix: '15' } as const, { ...of25, prefix: '25' } as const]) {
      expectSame(`${prefix} id of the key`, id, blindedIdFromEd25519({ publicKey, serverPublicKey, prefix }))
    }
  },

  blinded_signatures: (entry) => {
    const account = accountOf(entry, 'account')
    const serverPublicKey = bytes(entry, 'server_pk')
    const message = bytes(entry, 'message')
    for (const prefix of ['15', '25'] as const) {
      const { id, publicKey } = (prefix === '15' ? blind15KeyPair : blind25KeyPair)({ account, serverPublicKey })
      const signature = signBlinded({ account, serverPublicKey, message, prefix })
      expectField(entry, `blind${prefix}_id`, id)
      expectField(entry, `blind${prefix}_signature`, signature)
      expectSame(`our ${prefix} signature verifies`, true, ed25519Verify({ message, signature, publicKey }))
    }
  },

  version_blinding: (entry) => {
    const account = accountOf(entry, 'account')
    const { publicKey, seed } = versionKeyPair(account)
    expectField(entry, 'blinded_pk', publicKey)
    expectField(entry, 'blinded_sk', concatBytes(seed.reveal(), publicKey))
    const timestamp = integer(entry, 'timestamp')
    const check = object(entry, 'version_check')
    const platform = text(check, 'platform')
    if (!isPlatform(platform)) throw new Unsupported(`version_check.platform ${platform}`)
    const { headers } = buildVersionCheck({ account, platform, timestamp })
    if (has(check, 'signature')) {
      const expected = bytesToBase64(bytes(check, 'signature'))
      expectSame('version_check.signature (base64)', expected, headers['X-FS-Signature'])
    }
    const request = object(entry, 'request')
    const signature = signVersionRequest({
      account,
      timestamp,
      method: text(request, 'method'),
      endpoint: text(request, 'path'),
      body: optional(request, 'body', bytes),
    })
    expectField(request, 'signature', signature, 'request.signature')
  },

  session_id_matches_blinded_id: (entry) => {
    const matches = sessionIdMatchesBlindedId({
      sessionId: text(entry, 'session_id'),
      blindedId: text(entry, 'blinded_id'),
      serverPublicKey: bytes(entry, 'server_pk'),
    })
    expectField(entry, 'matches', matches)
  },
}
