import { bytesToHex, hexToBytes, utf8ToBytes } from '@sessionkit/bytes'
import { ed25519Verify, ready } from '@sessionkit/crypto'
import { accountFromSeed } from '@sessionkit/session-id'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  blind15Candidates,
  blind15Factor,
  blind15KeyPair,
  blind25Factor,
  blind25Id,
  blind25KeyPair,
  blindedIdFromEd25519,
  buildVersionCheck,
  decryptDirectMessage,
  encryptDirectMessage,
  OpenGroupError,
  requestSignedBytes,
  sessionIdMatchesBlindedId,
  signBlinded,
  signRequest,
  signVersionRequest,
  verifyMessage,
  versionKeyPair,
} from '../src/index.ts'
import { vectors } from './world.ts'

beforeAll(() => ready)

const hex = hexToBytes
const accountOf = (entry: { ed25519_seed: string }) => accountFromSeed(hex(entry.ed25519_seed))

describe('blinding', () => {
  const file = vectors('libsession-blinding')

  it.each(file.blinded_ids_and_keys!)('ids and keys of $account.session_id', (entry) => {
    const account = accountOf(entry.account)
    const { sessionId } = account
    const serverPublicKey = hex(entry.server_pk)
    const of15 = blind15KeyPair({ account, serverPublicKey })
    const of25 = blind25KeyPair({ account, serverPublicKey })
    expect({
      factor: bytesToHex(blind15Factor({ serverPublicKey })),
      factor_used: bytesToHex(of15.factor),
      candidates_from_session_id: blind15Candidates({ sessionId, serverPublicKey }),
      id: of15.id,
      pk: bytesToHex(of15.publicKey),
      sk_scalar: bytesToHex(of15.scalar.reveal()),
    }).toEqual(entry.blind15)
    expect({
      factor: bytesToHex(blind25Factor({ sessionId, serverPublicKey })),
      factor_used: bytesToHex(of25.factor),
      id: of25.id,
      pk: bytesToHex(of25.publicKey),
      sk_scalar: bytesToHex(of25.scalar.reveal()),
    }).toEqual(entry.blind25)
    expect(blind25Id({ sessionId, serverPublicKey })).toBe(of25.id)
    const { publicKey } = account.ed25519
    expect(blindedIdFromEd25519({ publicKey, serverPublicKey, prefix: '15' })).toBe(of15.id)
    expect(blindedIdFromEd25519({ publicKey, serverPublicKey, prefix: '25' })).toBe(of25.id)
  })

  it.each(file.blinded_signatures!)('signatures of $account.session_id', (entry) => {
    const account = accountOf(entry.account)
    const serverPublicKey = hex(entry.server_pk)
    const message = hex(entry.message)
    for (const prefix of ['15', '25'] as const) {
      const signature = signBlinded({ account, serverPublicKey, message, prefix })
      expect(bytesToHex(signature)).toBe(entry[`blind${prefix}_signature`])
      expect(verifyMessage({ sessionId: entry[`blind${prefix}_id`], data: message, signature })).toBe(true)
    }
  })

  it.each(file.version_blinding!)('version check of $account.session_id', (entry) => {
    const account = accountOf(entry.account)
    const { timestamp, request, version_check } = entry
    const keyPair = versionKeyPair(account)
    expect(bytesToHex(keyPair.publicKey)).toBe(entry.blinded_pk)
    expect(keyPair.id).toBe(`07${entry.blinded_pk}`)
    expect(bytesToHex(keyPair.seed.reveal()) + bytesToHex(keyPair.publicKey)).toBe(entry.blinded_sk)
    const { platform } = version_check
    const check = buildVersionCheck({ account, platform, timestamp })
    expect(check.headers['X-FS-Signature']).toBe(Buffer.from(version_check.signature, 'hex').toString('base64'))
    const { method, path: endpoint } = request
    const body = request.body === null ? undefined : hex(request.body)
    const signature = signVersionRequest({ account, timestamp, method, endpoint, body })
    expect(bytesToHex(signature)).toBe(request.signature)
  })

  it.each(file.session_id_matches_blinded_id!)('$session_id is $blinded_id: $matches', (entry) => {
    const { session_id: sessionId, blinded_id: blindedId, matches } = entry
    const input = { sessionId, serverPublicKey: hex(entry.server_pk) }
    expect(sessionIdMatchesBlindedId({ ...input, blindedId })).toBe(matches)
    expect(sessionIdMatchesBlindedId({ ...input, blindedId: blindedId.toUpperCase() })).toBe(matches)
  })
})

describe('direct messages', () => {
  const file = vectors('libsession-session-protocol')

  it.each(file.blinded_encrypt!)('$kind: $sender_blinded_id to $recipient_blinded_id', (entry) => {
    const sender = accountOf(entry.sender)
    const recipient = accountOf(entry.recipient)
    const serverPublicKey = hex(entry.server_pk)
    const { sender_blinded_id: senderId, recipient_blinded_id: recipientId } = entry
    const drawn = entry.rng.map(hex)
    const random = (length: number) => {
      const next = drawn.shift()
      expect(next?.length).toBe(length)
      return next
    }
    const message = hex(entry.message)
    const ciphertext = encryptDirectMessage({ message, sender, recipientId, serverPublicKey, random })
    expect(bytesToHex(ciphertext)).toBe(entry.ciphertext)
    expect(drawn).toEqual([])
    for (const [account, outgoing] of [
      [recipient, false],
      [sender, true],
    ] as const) {
      const opened = decryptDirectMessage({ ciphertext, account, senderId, recipientId, serverPublicKey })
      const senderEd25519 = sender.ed25519.publicKey
      expect(opened).toEqual({ message, sender: sender.sessionId, senderEd25519, outgoing })
    }
  })

  it.each(file.blinded_decrypt_reject!)('$kind: $why', (entry) => {
    const account = accountOf(entry.recipient)
    const input = { account, serverPublicKey: hex(entry.server_pk), ciphertext: hex(entry.ciphertext) }
    expect(() =>
      decryptDirectMessage({ ...input, senderId: entry.sender_blinded_id, recipientId: entry.recipient_blinded_id }),
    ).toThrow(OpenGroupError)
  })
})

describe('XEd25519', () => {
  const file = vectors('libsession-xed25519')
  const cases = [...file.sign!, ...file.verify_modified!]

  it.each(cases)('$x25519_pk, valid: $valid', (entry) => {
    const input = { data: hex(entry.message), signature: hex(entry.signature) }
    expect(verifyMessage({ sessionId: `05${entry.x25519_pk}`, ...input })).toBe(entry.valid ?? true)
  })
})

describe('our own answers', () => {
  const file = vectors('ours/open-groups')

  it.each(file.request_signatures!)('$request.method $request.endpoint', (entry) => {
    const account = accountFromSeed(hex(entry.ed25519_seed))
    const serverPublicKey = hex(entry.server_pk)
    const { timestamp } = entry
    const { method, endpoint } = entry.request
    const body = entry.request.body_utf8 === null ? undefined : utf8ToBytes(entry.request.body_utf8)
    const request = { method, endpoint, body }
    const nonce = hex(entry.nonce)
    const message = requestSignedBytes({ ...request, serverPublicKey, nonce, timestamp: String(timestamp) })
    expect(bytesToHex(message.slice(48))).toBe(entry.signed_after_server_pk_and_nonce)
    const signed = (blinded: boolean) =>
      signRequest({ account, serverPublicKey, request, blinded, timestamp, random: () => nonce })
    const base64 = (text: string) => Buffer.from(text, 'hex').toString('base64')
    expect(signed(true)).toEqual({
      'X-SOGS-Pubkey': entry.blinded15_id,
      'X-SOGS-Nonce': base64(entry.nonce),
      'X-SOGS-Timestamp': String(timestamp),
      'X-SOGS-Signature': base64(entry.signature_15),
    })
    expect(signed(false)).toMatchObject({
      'X-SOGS-Pubkey': entry.unblinded_id,
      'X-SOGS-Signature': base64(entry.signature_00),
    })
    // Desktop's nonce: other bytes, as valid under the same key.
    const publicKey = hex(entry.blinded15_id.slice(2))
    expect(ed25519Verify({ message, signature: hex(entry.signature_15_seed_nonce), publicKey })).toBe(true)
  })

  it.each(file.message_dialects!)('$dialect, sign bit $ed25519_pk_sign_bit', (entry) => {
    const data = hex(entry.data)
    const signature = hex(entry.signature)
    expect(verifyMessage({ sessionId: entry.session_id, data, signature })).toBe(true)
    data[0]! ^= 1
    expect(verifyMessage({ sessionId: entry.session_id, data, signature })).toBe(false)
  })
})
