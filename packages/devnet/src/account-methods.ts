import { bytesToHex, hexToBytes } from '@sessionkit/bytes'
import { MAX_REVOKE, MAX_TTL_MS, MIN_TTL_MS, messageHash, namespaceClass } from '@sessionkit/swarm'
import { entrySignedBytes } from '@sessionkit/swarm/node'
import { isAuthentic, mayDelete } from './authenticate.ts'
import type { BodyObject, BodyValue } from './body.ts'
import type { Database, MessageRow } from './database.ts'
import { FORWARDED_TOLERANCE_MS, SIGNATURE_TOLERANCE_MS, STORE_TOLERANCE_MS } from './limits.ts'
import type * as Request from './request.ts'
import { selectRetrievePage } from './retrieve-page.ts'
import { signedParams } from './signed-params.ts'

/** What a method needs of its node. */
export interface MethodContext {
  readonly now: number
  readonly forwarded: boolean
  readonly database: Database
  /** Signs an answer with the node's key. */
  sign(message: Uint8Array): Uint8Array
}

/** A refusal, or the change to make once the other members have been told. */
export type Plan =
  | { readonly status: number; readonly body: string }
  | { readonly apply: () => Record<string, BodyValue> }

type SignedRequest = Request.AccountRequest & { readonly auth: Request.Auth }

/** Swarm membership is checked before this. Protocol page 04, sections 3 and 5. */
export function planAccountRequest(request: Request.AccountRequest, context: MethodContext): Plan {
  switch (request.method) {
    case 'store':
      return store(request, context)
    case 'retrieve':
      return retrieve(request, context)
    case 'delete':
      return deleteMessages(request, context)
    case 'delete_all':
      return deleteAll(request, context)
    case 'delete_before':
      return deleteBefore(request, context)
    case 'expire_all':
      return expireAll(request, context)
    case 'expire':
      return expire(request, context)
    case 'get_expiries':
      return getExpiries(request, context)
    case 'revoke_subaccount':
    case 'unrevoke_subaccount':
      return revoke(request, context)
    case 'revoked_subaccounts':
      return revoked(request, context)
  }
}

function refuse(status: number, body: string): Plan {
  return { status, body }
}

function far(timestamp: number, now: number, tolerance = SIGNATURE_TOLERANCE_MS): boolean {
  return Math.abs(timestamp - now) > tolerance
}

function authentic(request: SignedRequest, context: MethodContext): boolean {
  return isAuthentic({ request, auth: request.auth, database: context.database })
}

/** An entry with the node's signature over what it says. Protocol page 04, section 5. */
function signEntry(request: Request.AccountRequest, entry: Record<string, BodyValue>, context: MethodContext) {
  const { method, owner } = request
  const message = entrySignedBytes({ method, owner, params: signedParams(request), entry })
  return { ...entry, signature: context.sign(message) }
}

function sorted(rows: readonly MessageRow[]): string[] {
  return rows.map((row) => row.hash).sort()
}

function byNamespace(rows: readonly MessageRow[]): BodyObject {
  const lists = new Map<string, MessageRow[]>()
  for (const row of rows) {
    const name = String(row.namespace)
    lists.set(name, [...(lists.get(name) ?? []), row])
  }
  return Object.fromEntries([...lists].map(([name, list]) => [name, sorted(list)]))
}

function store(request: Request.StoreRequest, context: MethodContext): Plan {
  const { owner, namespace, timestamp, expiry, data, auth } = request
  const { now, database } = context
  const rules = namespaceClass(namespace)
  const ttl = expiry - timestamp
  if (ttl < MIN_TTL_MS || ttl > rules.maxTtlMs) return refuse(403, 'Provided expiry/TTL is not valid.')
  if (timestamp > now + STORE_TOLERANCE_MS || expiry < now - STORE_TOLERANCE_MS) {
    return refuse(406, 'Timestamp error: check your clock')
  }
  if (!rules.storeWithoutAuth) {
    if (auth === undefined) return refuse(401, `store: signature required to store to namespace ${namespace}`)
    if (far(request.sigTimestamp ?? timestamp, now))
      return refuse(406, 'store signature timestamp too far from current time')
    const access = rules.publicOutbox ? 'store to outbox' : 'store'
    if (!isAuthentic({ request, auth, database, access })) return refuse(401, 'store signature verification failed')
  }
  return {
    apply: () => {
      const hash = messageHash({ owner, namespace, data })
      if (rules.publicOutbox) {
        for (const row of database.rows(owner, namespace)) if (row.hash !== hash) database.remove(row)
      }
      const { row, already } = database.insert({ hash, owner, namespace, timestamp, expiry, data: data.slice() })
      const entry = { ...(already ? { already: true } : {}), hash, expiry: row.expiry }
      return { ...signEntry(request, entry, context), ...(context.forwarded ? {} : { t: now }) }
    },
  }
}

function retrieve(request: Request.RetrieveRequest, context: MethodContext): Plan {
  const { owner, namespace, auth, timestamp, lastHash, maxCount, maxSize } = request
  const rules = namespaceClass(namespace)
  const { now, database } = context
  if (auth === undefined || timestamp === undefined) {
    if (!rules.retrieveWithoutAuth) return refuse(401, 'retrieve: request signature required')
  } else {
    if (far(timestamp, now)) return refuse(406, 'retrieve timestamp too far from current time')
    if (!isAuthentic({ request, auth, database, revokedMayRead: rules.unrevocable })) {
      return refuse(401, 'retrieve signature verification failed')
    }
  }
  return {
    apply: () => {
      const rows = database.rows(owner, namespace)
      if (request.reverse) rows.reverse()
      const at = lastHash === undefined ? -1 : rows.findIndex((row) => row.hash === lastHash)
      const { returned, more } = selectRetrievePage({
        sizes: rows.map((row) => row.data.length),
        after: at < 0 ? null : at,
        maxCount,
        maxSize,
      })
      const messages = returned.map((index) => {
        const row = rows[index]!
        return { hash: row.hash, timestamp: row.timestamp, expiration: row.expiry, data: row.data }
      })
      return { messages, more }
    },
  }
}

function deleteMessages(request: Request.DeleteRequest, context: MethodContext): Plan {
  const { owner, messages } = request
  const { database } = context
  if (!authentic(request, context)) return refuse(401, 'delete_msgs signature verification failed')
  return {
    apply: () => {
      const rows = [...new Set(messages)].flatMap((hash) => database.find(owner, hash) ?? [])
      for (const row of rows) database.remove(row)
      return signEntry(request, { deleted: sorted(rows) }, context)
    },
  }
}

function deleteAll(request: Request.DeleteAllRequest, context: MethodContext): Plan {
  const { timestamp } = request
  const tolerance = context.forwarded ? FORWARDED_TOLERANCE_MS : SIGNATURE_TOLERANCE_MS
  if (far(timestamp, context.now, tolerance)) return refuse(406, 'delete_all timestamp too far from current time')
  if (!authentic(request, context)) return refuse(401, 'delete_all signature verification failed')
  return { apply: () => remove(request, () => true, context) }
}

function deleteBefore(request: Request.DeleteBeforeRequest, context: MethodContext): Plan {
  const { before } = request
  if (before > context.now + SIGNATURE_TOLERANCE_MS) {
    return refuse(401, 'delete_before timestamp too far in the future')
  }
  if (!authentic(request, context)) return refuse(401, 'delete_before signature verification failed')
  return { apply: () => remove(request, (row) => row.timestamp <= before, context) }
}

function remove(
  request: Request.DeleteAllRequest | Request.DeleteBeforeRequest,
  matches: (row: MessageRow) => boolean,
  context: MethodContext,
): Record<string, BodyValue> {
  const { owner, namespace } = request
  const rows = context.database.rows(owner, namespace).filter(matches)
  for (const row of rows) context.database.remove(row)
  return signEntry(request, { deleted: namespace === 'all' ? byNamespace(rows) : sorted(rows) }, context)
}

function expireAll(request: Request.ExpireAllRequest, context: MethodContext): Plan {
  const { owner, namespace, expiry } = request
  const tolerance = context.forwarded ? FORWARDED_TOLERANCE_MS : SIGNATURE_TOLERANCE_MS
  if (expiry < context.now - tolerance) return refuse(406, 'expire_all timestamp should be >= current time')
  if (!authentic(request, context)) return refuse(401, 'expire_all signature verification failed')
  return {
    apply: () => {
      const rows = context.database.rows(owner, namespace).filter((row) => row.expiry > expiry)
      for (const row of rows) row.expiry = expiry
      return signEntry(request, { updated: namespace === 'all' ? byNamespace(rows) : sorted(rows) }, context)
    },
  }
}

function expire(request: Request.ExpireRequest, context: MethodContext): Plan {
  const { owner, messages, expiries, mode, auth } = request
  const { now, database } = context
  if (expiries.some((expiry) => expiry < now - SIGNATURE_TOLERANCE_MS)) {
    return refuse(401, 'expire: timestamp should be >= current time')
  }
  if (!authentic(request, context)) return refuse(401, 'expire: signature verification failed')
  const mayShorten = mayDelete(owner, auth)
  if (mode === 'shorten' && !mayShorten) {
    return refuse(400, 'expire: shorten parameter cannot be used with this subaccount token (missing delete access)')
  }
  return {
    apply: () => {
      const effective = expiries.map((expiry) => Math.min(expiry, now + MAX_TTL_MS))
      const single = effective.length === 1
      const acts = mode === 'set' && !mayShorten ? 'extend' : mode
      const wanted = single ? [...new Set(messages)] : messages
      const updated: { hash: string; expiry: number }[] = []
      const unchanged = new Map<string, number>()
      for (const [index, hash] of wanted.entries()) {
        const expiry = effective[single ? 0 : index]!
        const row = database.find(owner, hash)
        if (row === undefined) continue
        if (acts === 'set' || (acts === 'extend' ? row.expiry < expiry : row.expiry > expiry)) {
          row.expiry = expiry
          updated.push({ hash, expiry })
          unchanged.delete(hash)
        } else {
          unchanged.set(hash, row.expiry)
        }
      }
      updated.sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0))
      const hashes = updated.map((entry) => entry.hash)
      const times = updated.map((entry) => entry.expiry)
      const entry = {
        expiry: single ? effective[0]! : times,
        updated: hashes,
        ...(mode === 'set' ? {} : { unchanged: Object.fromEntries(unchanged) }),
      }
      return signEntry(request, entry, context)
    },
  }
}

function getExpiries(request: Request.GetExpiriesRequest, context: MethodContext): Plan {
  const { owner, messages, timestamp } = request
  if (far(timestamp, context.now)) return refuse(406, 'get_expiries timestamp too far from current time')
  if (!authentic(request, context)) return refuse(401, 'get_expiries signature verification failed')
  return {
    apply: () => {
      const expiries: Record<string, number> = {}
      for (const hash of messages) {
        const row = context.database.find(owner, hash)
        if (row !== undefined) expiries[hash] = row.expiry
      }
      return { expiries }
    },
  }
}

function revoke(request: Request.RevokeRequest, context: MethodContext): Plan {
  const { method, owner, tokens, timestamp } = request
  if (far(timestamp, context.now)) return refuse(406, `${method} timestamp too far from current time`)
  if (!authentic(request, context)) return refuse(401, `${method} signature verification failed`)
  return {
    apply: () => {
      const names = tokens.map(bytesToHex)
      if (method === 'unrevoke_subaccount') {
        return signEntry(request, { count: context.database.unrevoke(owner, names) }, context)
      }
      context.database.revoke(owner, names, MAX_REVOKE)
      return signEntry(request, {}, context)
    },
  }
}

function revoked(request: Request.RevokedRequest, context: MethodContext): Plan {
  const { owner, timestamp } = request
  if (far(timestamp, context.now)) return refuse(406, 'revoked_subaccounts timestamp too far from current time')
  if (!authentic(request, context)) return refuse(401, 'revoked_subaccounts signature verification failed')
  return { apply: () => ({ revoked_subaccounts: context.database.revoked(owner).map((token) => hexToBytes(token)) }) }
}
