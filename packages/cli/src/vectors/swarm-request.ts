import { base64ToBytes, hexToBytes, isHex } from '@sessionkit/bytes'
import {
  buildDelete,
  buildDeleteAll,
  buildDeleteBefore,
  buildExpire,
  buildExpireAll,
  buildGetExpiries,
  buildRetrieve,
  buildRevokedSubaccounts,
  buildRevokeSubaccount,
  buildStore,
  buildUnrevokeSubaccount,
  type SwarmRequest,
  type SwarmSigner,
} from '@sessionkit/swarm'
import { type Entry, flag, integer, list, optional, text, texts } from './entry.ts'
import { Mismatch, Unsupported } from './outcome.ts'

/** Builds the request that an entry's `params` describe, through the builder of its method. */
export function buildRequest(method: string, params: Entry, signer: SwarmSigner): SwarmRequest {
  const number = (name: string): number | undefined => optional(params, name, integer)
  const namespace = params.namespace === 'all' ? 'all' : number('namespace')
  const one = namespace === 'all' ? undefined : namespace
  switch (method) {
    case 'store':
      return buildStore({
        signer,
        namespace: one,
        data: base64ToBytes(text(params, 'data')),
        timestamp: integer(params, 'timestamp'),
        ttl: number('ttl'),
        expiry: number('expiry'),
        sigTimestamp: number('sig_timestamp'),
      })
    case 'retrieve':
      return buildRetrieve({
        signer,
        namespace: one,
        lastHash: optional(params, 'last_hash', text),
        maxCount: number('max_count'),
        maxSize: number('max_size'),
        timestamp: integer(params, 'timestamp'),
      })
    case 'delete': {
      const required = optional(params, 'required', flag)
      return buildDelete({
        signer,
        messages: texts(params, 'messages'),
        ...(required === undefined ? {} : { required }),
      })
    }
    case 'delete_all':
      return buildDeleteAll({ signer, namespace, timestamp: integer(params, 'timestamp') })
    case 'delete_before':
      return buildDeleteBefore({ signer, namespace, before: integer(params, 'before') })
    case 'expire':
      return buildExpire({
        signer,
        messages: texts(params, 'messages'),
        expiry: expiryOf(params),
        mode: modeOf(params),
      })
    case 'expire_all':
      return buildExpireAll({ signer, namespace, expiry: integer(params, 'expiry') })
    case 'get_expiries':
      return buildGetExpiries({ signer, messages: texts(params, 'messages'), timestamp: integer(params, 'timestamp') })
    case 'revoke_subaccount':
      return buildRevokeSubaccount({ signer, tokens: tokens(params.revoke), timestamp: integer(params, 'timestamp') })
    case 'unrevoke_subaccount':
      return buildUnrevokeSubaccount({
        signer,
        tokens: tokens(params.unrevoke),
        timestamp: integer(params, 'timestamp'),
      })
    case 'revoked_subaccounts':
      return buildRevokedSubaccounts({ signer, timestamp: integer(params, 'timestamp') })
    default:
      throw new Unsupported(`method ${method}`)
  }
}

function expiryOf(params: Entry): number | readonly number[] {
  if (!Array.isArray(params.expiry)) return integer(params, 'expiry')
  return list(params, 'expiry').map((value) => {
    if (typeof value !== 'number') throw new Mismatch('params.expiry: not a list of integers')
    return value
  })
}

const modeOf = (params: Entry): 'set' | 'extend' | 'shorten' =>
  params.shorten ? 'shorten' : params.extend ? 'extend' : 'set'

/** Tokens may be written as one text or a list, in hex or base64; our builders write a list in base64. */
export function tokens(value: unknown): Uint8Array[] {
  return (Array.isArray(value) ? value : [value]).map((token) => {
    if (typeof token !== 'string') throw new Mismatch('params: a token is not a text')
    return isHex(token) ? hexToBytes(token) : base64ToBytes(token)
  })
}
