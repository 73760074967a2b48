import { hexToBytes } from '@sessionkit/bytes'
import { isMessageHash, MAX_BATCH_REQUESTS, MAX_DATA_BYTES, MAX_REVOKE, namespaceClass } from '@sessionkit/swarm'
import { MAX_DATA_CHARACTERS, MAX_NESTING } from './limits.ts'
import { ParamError, Params, parseBase64 } from './params.ts'
import type {
  Auth,
  DeleteRequest,
  ExpireRequest,
  GetSwarmRequest,
  IfElseRequest,
  NodeRequest,
  OxendRequest,
  RetrieveRequest,
  RevokedRequest,
  RevokeRequest,
  StoreRequest,
} from './request.ts'

type Parser = (params: Params, nesting: number) => NodeRequest

const parsers: ReadonlyMap<string, Parser> = new Map<string, Parser>([
  ['store', parseStore],
  ['retrieve', parseRetrieve],
  ['delete', parseDelete],
  ['delete_all', (p) => ({ method: 'delete_all', ...signed(p), namespace: p.namespaceOrAll(), ...timed(p) })],
  [
    'delete_before',
    (p) => ({
      method: 'delete_before',
      ...signed(p),
      namespace: p.namespaceOrAll(),
      before: p.requiredTimestamp('before'),
    }),
  ],
  [
    'expire_all',
    (p) => ({
      method: 'expire_all',
      ...signed(p),
      namespace: p.namespaceOrAll(),
      expiry: p.requiredTimestamp('expiry'),
    }),
  ],
  ['expire', parseExpire],
  ['get_expiries', (p) => ({ method: 'get_expiries', ...signed(p), messages: someHashes(p), ...timed(p) })],
  ['revoke_subaccount', (p) => parseRevoke(p, 'revoke_subaccount', 'revoke')],
  ['unrevoke_subaccount', (p) => parseRevoke(p, 'unrevoke_subaccount', 'unrevoke')],
  ['revoked_subaccounts', parseRevoked],
  ['get_swarm', parseGetSwarm],
  ['get_snodes_for_pubkey', parseGetSwarm],
  ['info', () => ({ method: 'info' })],
  ['active_nodes_bin', () => ({ method: 'active_nodes_bin' })],
  ['oxend_request', parseOxend],
  ['batch', (p, nesting) => ({ method: 'batch', requests: parseBatch(p, nesting) })],
  ['sequence', (p, nesting) => ({ method: 'sequence', requests: parseBatch(p, nesting) })],
  ['ifelse', parseIfElse],
])

export function isMethod(name: string): boolean {
  return parsers.has(name)
}

/** Reads a request; anything wrong with a parameter is a `ParamError`. Protocol page 04, section 5. */
export function parseRequest(method: string, params: Params, nesting = 0): NodeRequest {
  const parser = parsers.get(method)
  if (parser === undefined) throw new ParamError(`no method ${method}`)
  return parser(params, nesting)
}

function timed(p: Params): { timestamp: number } {
  return { timestamp: p.requiredTimestamp('timestamp') }
}

function signed(p: Params): { owner: string; auth: Auth } {
  const owner = p.id('pubkey')
  return { owner, auth: parseAuth(p, owner) }
}

function parseAuth(p: Params, owner: string): Auth {
  let ed25519: Uint8Array | undefined
  const key = p.get('pubkey_ed25519')
  if (key !== undefined) {
    if (!owner.startsWith('05')) throw new ParamError('pubkey_ed25519 is only permitted for 05[...] pubkeys')
    if (key instanceof Uint8Array && key.length === 32) ed25519 = key
    else if (typeof key === 'string' && /^[0-9a-fA-F]{64}$/.test(key)) ed25519 = hexToBytes(key.toLowerCase())
    else throw new ParamError('Invalid pubkey_ed25519: expected 64 hex digits (32 bytes)')
  }
  const signature = parseSignature(p, 'signature', p.required('signature'))
  const auth = ed25519 === undefined ? { signature } : { ed25519, signature }
  const token = p.get('subaccount')
  if (token === undefined || token === '' || (token instanceof Uint8Array && token.length === 0)) return auth
  if (!p.has('subaccount_sig')) {
    throw new ParamError('invalid subaccount: subaccount_sig is required when using subaccount')
  }
  return {
    ...auth,
    token: parseToken(p, 'subaccount', token),
    tokenSignature: parseSignature(p, 'subaccount_sig', p.get('subaccount_sig')),
  }
}

function parseSignature(p: Params, name: string, value: unknown): Uint8Array {
  return p.fixedBytes(name, value, 64, false, `invalid ${name}: expected base64 encoded Ed25519 signature`)
}

function parseToken(p: Params, name: string, value: unknown): Uint8Array {
  return p.fixedBytes(name, value, 36, true, `invalid ${name}: expected base64 or hex-encoded subaccount tag`)
}

function parseStore(p: Params): StoreRequest {
  const owner = p.id(p.alias('pubkey', 'pubKey'))
  if (p.has('expiry') && p.has('ttl')) throw new ParamError("Cannot specify both 'expiry' and 'ttl'")
  const givenExpiry = p.timestamp('expiry')
  const ttl = p.decimal('ttl', 'positive integer')
  p.required('timestamp')
  const timestamp = p.decimal('timestamp', 'integer') as number
  if (givenExpiry === undefined && ttl === undefined) throw new ParamError("Required field 'expiry' or 'ttl' missing")
  const expiry = givenExpiry ?? timestamp + (ttl as number)
  const namespace = p.namespace() ?? 0
  const sigTimestamp = p.timestamp('sig_timestamp')
  const auth = p.has('signature') ? parseAuth(p, owner) : undefined
  return {
    method: 'store',
    owner,
    namespace,
    timestamp,
    expiry,
    data: parseData(p),
    ...(sigTimestamp === undefined ? {} : { sigTimestamp }),
    ...(auth === undefined ? {} : { auth }),
  }
}

function parseData(p: Params): Uint8Array {
  const value = p.required('data')
  const tooLong = 'Message body exceeds maximum allowed length of 76800 bytes'
  if (p.bencoded && value instanceof Uint8Array) {
    if (value.length > MAX_DATA_BYTES) throw new ParamError(tooLong)
    return value
  }
  if (typeof value !== 'string') throw new ParamError("Invalid value given for 'data': expected string")
  if (value.length > MAX_DATA_CHARACTERS) throw new ParamError(tooLong)
  const data = parseBase64(value)
  if (data === null) throw new ParamError("Invalid 'data' value: not base64 encoded")
  return data
}

function parseRetrieve(p: Params): RetrieveRequest {
  const owner = p.id(p.alias('pubkey', 'pubKey'))
  const given = p.namespace()
  const namespace = given ?? 0
  const askedSigned = ['timestamp', 'signature', 'pubkey_ed25519'].some((name) => p.has(name))
  // A node demands a signature while parsing as soon as a namespace that needs one is named.
  const isSigned = askedSigned || (given !== undefined && !namespaceClass(given).retrieveWithoutAuth)
  const maxCount = p.integer('max_count')
  if (maxCount !== undefined && maxCount < 0) {
    throw new ParamError("Invalid value given for 'max_count': expected positive integer")
  }
  const maxSize = p.integer('max_size')
  const reverse = p.boolean('reverse_direction')
  const lastHash = p.text(p.alias('last_hash', 'lastHash'))
  if (lastHash !== undefined && lastHash !== '') {
    if (lastHash.length !== 43) throw new ParamError('Invalid last_hash: expected base64 (43 chars)')
    if (!isMessageHash(lastHash)) throw new ParamError('Invalid last_hash: not base64')
  }
  const auth = isSigned ? parseAuth(p, owner) : undefined
  return {
    method: 'retrieve',
    owner,
    namespace,
    reverse,
    ...(lastHash ? { lastHash } : {}),
    ...(maxCount ? { maxCount } : {}),
    ...(maxSize ? { maxSize } : {}),
    ...(auth === undefined ? {} : { auth, timestamp: p.requiredTimestamp('timestamp') }),
  }
}

function someHashes(p: Params): string[] {
  const messages = p.texts('messages')
  if (messages.length === 0) throw new ParamError('messages does not contain any message hashes')
  return messages
}

function realHashes(p: Params): string[] {
  const messages = someHashes(p)
  const bad = messages.find((hash) => !isMessageHash(hash))
  if (bad !== undefined) throw new ParamError(`invalid message hash: ${bad}`)
  return messages
}

function parseDelete(p: Params): DeleteRequest {
  const who = signed(p)
  return { method: 'delete', ...who, messages: realHashes(p), required: p.boolean('required') }
}

function parseExpire(p: Params): ExpireRequest {
  const who = signed(p)
  const messages = realHashes(p)
  const expiries = p.timestamps('expiry')
  if (expiries.length === 0) throw new ParamError("'expiry' does not contain any expiration timestamps")
  if (expiries.length !== 1 && expiries.length !== messages.length) {
    throw new ParamError("'expiry' must be a single expiry, or the same length as 'messages'")
  }
  const shorten = p.boolean('shorten')
  const extend = p.boolean('extend')
  if (shorten && extend) throw new ParamError("cannot specify both 'shorten' and 'extend'")
  return { method: 'expire', ...who, messages, expiries, mode: shorten ? 'shorten' : extend ? 'extend' : 'set' }
}

function parseRevoke(p: Params, method: RevokeRequest['method'], field: 'revoke' | 'unrevoke'): RevokeRequest {
  const owner = p.id('pubkey')
  const value = p.required(field)
  const list = Array.isArray(value) ? value : [value]
  if (field === 'revoke' && list.length > MAX_REVOKE) {
    throw new ParamError(`invalid revoke: cannot revoke more than ${MAX_REVOKE} subaccounts at once`)
  }
  const tokens = list.map((item) => parseToken(p, field, item))
  const { auth } = signed(p)
  return { method, owner, auth: withoutToken(auth), tokens, ...timed(p) }
}

function parseRevoked(p: Params): RevokedRequest {
  const { owner, auth } = signed(p)
  // This method looks at no `pubkey_ed25519`, so an 05 account cannot call it. Protocol page 04, section 5.9.
  return { method: 'revoked_subaccounts', owner, auth: { signature: auth.signature }, ...timed(p) }
}

function withoutToken(auth: Auth): Auth {
  return auth.ed25519 === undefined
    ? { signature: auth.signature }
    : { signature: auth.signature, ed25519: auth.ed25519 }
}

function parseGetSwarm(p: Params): GetSwarmRequest {
  const name = p.alias('pubkey', 'pubKey')
  return { method: 'get_swarm', owner: p.id(name, 'Pubkey must be 66 hex digits/33 bytes long') }
}

function parseOxend(p: Params): OxendRequest {
  p.required('endpoint')
  const endpoint = p.text('endpoint') as string
  if (endpoint !== 'get_service_nodes' && endpoint !== 'ons_resolve') {
    throw new ParamError(`Invalid oxend endpoint '${endpoint}'`)
  }
  const params = p.get('params')
  return { method: 'oxend_request', endpoint, params: isObject(params) ? params : {} }
}

function parseBatch(p: Params, nesting: number): NodeRequest[] {
  const requests = p.get('requests')
  if (!Array.isArray(requests) || requests.length === 0) {
    throw new ParamError('Invalid batch request: no valid "requests" field')
  }
  if (requests.length > MAX_BATCH_REQUESTS) throw new ParamError('Invalid batch request: subrequest limit exceeded')
  return requests.map((item: unknown) => {
    if (!isObject(item)) throw new ParamError('Invalid batch request: requests must be objects')
    const { method, params } = item
    if (typeof method !== 'string' || !isObject(params)) {
      throw new ParamError('Invalid batch request: subrequests must have method/params keys')
    }
    if (!isMethod(method)) throw new ParamError(`Invalid batch subrequest: invalid method "${method}"`)
    const request = nested(method, params, nesting)
    if (request.method === 'batch' || request.method === 'sequence' || request.method === 'ifelse') {
      throw new ParamError('Invalid batch subrequest: subrequests may not contain meta-requests')
    }
    return request
  })
}

function nested(method: string, params: Record<string, unknown>, nesting: number): NodeRequest {
  if (nesting >= MAX_NESTING) throw new ParamError('subrequests nested too deep')
  return parseRequest(method, Params.fromJson(params), nesting + 1)
}

const CONDITIONS = new Map([
  ['hf_at_least', 2],
  ['hf_before', 2],
  ['v_at_least', 3],
  ['v_before', 3],
  ['height_at_least', 0],
  ['height_before', 0],
])

function parseIfElse(p: Params, nesting: number): IfElseRequest {
  const given = p.required('if')
  if (!isObject(given)) throw new ParamError("Invalid value given for 'if': expected object")
  const conditions: Record<string, number[]> = {}
  for (const [name, length] of CONDITIONS) {
    const value = given[name]
    if (value === undefined || value === null) continue
    const list = length === 0 && !Array.isArray(value) ? [value] : value
    const fits =
      Array.isArray(list) && list.length === (length || 1) && list.every((item) => Number.isSafeInteger(item))
    if (!fits) throw new ParamError(`Invalid value given for '${name}': expected integer array`)
    conditions[name] = list as number[]
  }
  const branches: { then?: NodeRequest; else?: NodeRequest } = {}
  for (const name of ['then', 'else'] as const) {
    const branch = p.get(name)
    if (branch === undefined) continue
    if (!isObject(branch) || typeof branch.method !== 'string' || !isObject(branch.params)) {
      throw new ParamError(`Invalid ifelse request: '${name}' must have method/params keys`)
    }
    if (!isMethod(branch.method)) throw new ParamError(`Invalid ifelse subrequest: invalid method "${branch.method}"`)
    branches[name] = nested(branch.method, branch.params, nesting)
  }
  if (branches.then === undefined && branches.else === undefined) {
    throw new ParamError("Invalid ifelse request: at least one of 'then' and 'else' is required")
  }
  return { method: 'ifelse', conditions, ...branches }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
}
