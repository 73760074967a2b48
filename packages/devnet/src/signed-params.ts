import { type BencodeInput, bytesToHex, hexToBytes } from '@sessionkit/bytes'
import type { AccountRequest } from './request.ts'

/** The fields of a request that its signature or the other members need, tokens as bytes. */
function fieldsOf(request: AccountRequest): Map<string, BencodeInput> {
  const out = new Map<string, BencodeInput>()
  if ('namespace' in request) out.set('namespace', request.namespace)
  if ('timestamp' in request && request.timestamp !== undefined) out.set('timestamp', request.timestamp)
  if ('messages' in request) out.set('messages', request.messages)
  switch (request.method) {
    case 'store':
      if (request.sigTimestamp !== undefined) out.set('sig_timestamp', request.sigTimestamp)
      return out.set('expiry', request.expiry).set('data', request.data)
    case 'delete_before':
      return out.set('before', request.before)
    case 'expire_all':
      return out.set('expiry', request.expiry)
    case 'expire':
      if (request.mode !== 'set') out.set(request.mode, 1)
      return out.set('expiry', request.expiries)
    case 'revoke_subaccount':
      return out.set('revoke', request.tokens)
    case 'unrevoke_subaccount':
      return out.set('unrevoke', request.tokens)
    default:
      return out
  }
}

/** The fields in the form of JSON, from which `swarm` makes the texts that are signed. */
export function signedParams(request: AccountRequest): Record<string, unknown> {
  const params = Object.fromEntries(fieldsOf(request))
  if (!('tokens' in request)) return params
  const name = request.method === 'revoke_subaccount' ? 'revoke' : 'unrevoke'
  return { ...params, [name]: request.tokens.map(bytesToHex) }
}

/**
 * What a node sends to the other members: the original parameters, with an expiry in place of a TTL and raw bytes, so
 * that the client's signature still verifies there. Protocol page 04, section 6.
 */
export function forwardedParams(request: AccountRequest): Map<string, BencodeInput> {
  const out = fieldsOf(request).set('pubkey', hexToBytes(request.owner))
  const { auth } = request
  if (auth === undefined) return out
  out.set('signature', auth.signature)
  if (auth.ed25519 !== undefined) out.set('pubkey_ed25519', auth.ed25519)
  if (auth.token !== undefined) out.set('subaccount', auth.token)
  if (auth.tokenSignature !== undefined) out.set('subaccount_sig', auth.tokenSignature)
  return out
}
