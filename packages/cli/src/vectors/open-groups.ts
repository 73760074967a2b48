import { bytesToBase64, concatBytes, utf8ToBytes } from '@sessionkit/bytes'
import { ed25519Verify } from '@sessionkit/crypto'
import { checkRequest, requestSignedBytes, signRequest, verifyMessage, verifyMessages } from '@sessionkit/open-groups'
import { accountFromSeed } from '@sessionkit/session-id'
import { bytes, has, integer, object, optional, text } from './entry.ts'
import { expectField, expectSame } from './expect.ts'
import type { VectorHandler } from './runner.ts'

/** `ours/open-groups.json`, protocol page 08, sections 3.5, 5.2 and 5.5. */
export const openGroupHandlers: Readonly<Record<string, VectorHandler>> = {
  request_signatures: (entry) => {
    const account = accountFromSeed(bytes(entry, 'ed25519_seed'))
    const serverPublicKey = bytes(entry, 'server_pk')
    const nonce = bytes(entry, 'nonce')
    const timestamp = integer(entry, 'timestamp')
    const fields = object(entry, 'request')
    const written = optional(fields, 'body_utf8', text)
    const body = written === undefined ? undefined : utf8ToBytes(written)
    const request = { method: text(fields, 'method'), endpoint: text(fields, 'endpoint'), body }
    const message = requestSignedBytes({ ...request, serverPublicKey, nonce, timestamp: String(timestamp) })
    expectSame(
      'signed bytes begin with server key and nonce',
      concatBytes(serverPublicKey, nonce),
      message.slice(0, 48),
    )
    expectField(entry, 'signed_after_server_pk_and_nonce', message.slice(48))
    for (const [blinded, id, signature] of [
      [true, 'blinded15_id', 'signature_15'],
      [false, 'unblinded_id', 'signature_00'],
    ] as const) {
      const headers = signRequest({ account, serverPublicKey, request, blinded, timestamp, random: () => nonce })
      expectField(entry, id, headers['X-SOGS-Pubkey'])
      expectSame('nonce (base64)', bytesToBase64(nonce), headers['X-SOGS-Nonce'])
      expectSame('timestamp', String(timestamp), headers['X-SOGS-Timestamp'])
      if (has(entry, signature)) {
        expectSame(`${signature} (base64)`, bytesToBase64(bytes(entry, signature)), headers['X-SOGS-Signature'])
      }
      const server = { serverPublicKey, request, blindingRequired: blinded, now: timestamp }
      expectSame('what the server says', 'user', checkRequest({ ...server, headers: { ...headers } }).type)
    }
    // Other bytes than libsession's, as valid under the same key.
    const seedNonce = optional(entry, 'signature_15_seed_nonce', bytes)
    if (seedNonce !== undefined) {
      const publicKey = bytes(entry, 'blinded15_id').slice(1)
      const isValid = ed25519Verify({ message, signature: seedNonce, publicKey })
      expectSame('signature_15_seed_nonce verifies', true, isValid)
    }
  },

  message_dialects: (entry) => {
    const account = accountFromSeed(bytes(entry, 'ed25519_seed'))
    expectField(entry, 'ed25519_pk_sign_bit', account.ed25519.publicKey[31]! >> 7)
    expectField(entry, 'session_id', account.sessionId)
    const sessionId = text(entry, 'session_id')
    const data = bytes(entry, 'data')
    const signature = bytes(entry, 'signature')
    const isValid = !has(entry, 'valid') || entry.valid === true
    expectSame('valid', isValid, verifyMessage({ sessionId, data, signature }))
    const changed = Uint8Array.of(...data, 0)
    const both = verifyMessages([
      { sessionId, data: changed, signature },
      { sessionId, data, signature },
    ])
    expectSame('valid, beside a changed one', [false, isValid], both)
  },
}
