import { bytesToBase64, bytesToUtf8, SecretBytes } from '@sessionkit/bytes'
import { ed25519KeyPairFromSeed, ed25519Sign, sha256 } from '@sessionkit/crypto'
import {
  buildSubscribe,
  buildUnsubscribe,
  decryptNotification,
  monitorText,
  openNotification,
  type PushSigner,
  parseNotification,
  sealNotification,
  unsubscribeText,
  verifySubscribe,
  verifyUnsubscribe,
} from '@sessionkit/push'
import { accountFromSeed, parseGroupId } from '@sessionkit/session-id'
import { bytes, type Entry, flag, has, integer, list, object, optional, text } from './entry.ts'
import { expectField, expectSame } from './expect.ts'
import { Mismatch } from './outcome.ts'
import type { VectorHandler } from './runner.ts'

/** `ours/push.json`, protocol page 09. */
export const pushHandlers: Readonly<Record<string, VectorHandler>> = {
  subscribe: (entry) => {
    const request = object(entry, 'request')
    const asked = askedOf(entry, request)
    const data = flag(request, 'data')
    const namespaces = list(request, 'namespaces')
    if (!namespaces.every((n): n is number => typeof n === 'number')) throw new Mismatch('namespaces: not integers')
    const signed = monitorText({ account: text(entry, 'account'), timestamp: asked.timestamp, data, namespaces })
    expectField(entry, 'signed_text', bytesToUtf8(signed))
    const built = buildSubscribe({ ...asked, namespaces, data, encKey: bytes(request, 'enc_key') })
    expectSame('request', request, built)
    const verified = verifySubscribe({ request, now: asked.timestamp * 1000 })
    expectSame('account of the request', entry.account, verified.account)
  },

  unsubscribe: (entry) => {
    const request = object(entry, 'request')
    const asked = askedOf(entry, request)
    const signed = unsubscribeText({ account: text(entry, 'account'), timestamp: asked.timestamp })
    expectField(entry, 'signed_text', bytesToUtf8(signed))
    expectSame('request', request, buildUnsubscribe(asked))
    const verified = verifyUnsubscribe({ request, now: asked.timestamp * 1000 })
    expectSame('account of the request', entry.account, verified.account)
  },

  notification: (entry) => {
    const encKey = bytes(entry, 'enc_key')
    const nonce = bytes(entry, 'nonce')
    const data = dataOf(entry)
    const account = text(entry, 'account')
    const namespace = integer(entry, 'namespace')
    const timestamp = integer(entry, 'timestamp')
    const told = { account, hash: text(entry, 'hash'), namespace, timestamp, expiry: integer(entry, 'expiry') }
    const form = text(entry, 'form') === 'dict' ? 'dict' : 'json'
    const payload = sealNotification({ ...told, encKey, data, form, random: () => nonce })
    expectField(entry, 'payload', payload)
    expectField(entry, 'payload_length', payload.length)
    expectField(entry, 'payload_sha256', sha256(payload))
    const { plaintext, padding } = decryptNotification({ payload: bytesToBase64(bytes(entry, 'payload')), encKey })
    expectField(entry, 'plaintext', plaintext)
    expectField(entry, 'zero_padding_bytes', padding)
    const parsed = parseNotification(plaintext)
    expectField(entry, 'form', parsed.form)
    expectField(entry, 'truncated', parsed.metadata.isTruncated)
    const subscriptions = new Map([[account, [namespace]]])
    const got = openNotification({ payload, encKey, subscriptions, now: timestamp })
    for (const [name, value] of Object.entries(told)) expectSame(name, value, got[name as keyof typeof told])
    expectField(entry, 'type', got.type)
    expectField(entry, 'reason', got.type === 'poll' ? got.reason : null)
    if (got.type === 'message') expectSame('data', data, got.data)
  },
}

function askedOf(entry: Entry, request: Entry) {
  return {
    signer: signerOf(entry),
    timestamp: integer(request, 'sig_ts'),
    service: text(request, 'service'),
    token: text(object(request, 'service_info'), 'token'),
  }
}

function signerOf(entry: Entry): PushSigner {
  const seed = bytes(entry, 'ed25519_seed')
  const kind = text(entry, 'signer')
  if (kind === 'account') return accountFromSeed(seed)
  const keyPair = ed25519KeyPairFromSeed(SecretBytes.from(seed))
  const account = text(entry, 'account')
  if (kind === 'group') return { groupId: parseGroupId(account), ed25519: keyPair }
  if (kind !== 'subaccount') throw new Mismatch('signer: not known')
  return {
    owner: account,
    token: bytes(entry, 'token'),
    tokenSignature: bytes(entry, 'token_signature'),
    sign: (message) => ed25519Sign({ message, keyPair }),
  }
}

/** Long data is written as one byte and a length. */
function dataOf(entry: Entry): Uint8Array | undefined {
  if (!has(entry, 'data_formula')) return optional(entry, 'data', bytes)
  const formula = object(entry, 'data_formula')
  const length = integer(formula, 'length')
  if (length < 0 || length > 100_000) throw new Mismatch('data_formula: too long')
  return new Uint8Array(length).fill(integer(formula, 'byte'))
}
