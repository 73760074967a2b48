import { bytesToBase64 } from '@sessionkit/bytes'
import { ready } from '@sessionkit/crypto'
import type { GroupId } from '@sessionkit/session-id'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  buildBatch,
  buildDelete,
  buildDeleteAll,
  buildExpire,
  buildGetExpiries,
  buildInfo,
  buildRetrieve,
  buildRevokedSubaccounts,
  buildRevokeSubaccount,
  buildSequence,
  buildStore,
  createSigningValue,
  errorOfStatus,
  keySubaccount,
  MAX_TTL_MS,
  memberSubaccount,
  parseActiveNodesBin,
  parseBatchResponse,
  parseDeleteResponse,
  parseExpireResponse,
  parseGetExpiriesResponse,
  parseGetSwarmResponse,
  parseInfoResponse,
  parseRedirect,
  parseRetrieveResponse,
  parseServiceNodes,
  parseStoreResponse,
  pollMaxSizes,
  SwarmError,
  type SwarmRequest,
  signedBytes,
  verifySigningValue,
} from '../src/index.ts'
import { retrievePage, verifyRequest } from '../src/node.ts'
import { codeOf } from './code-of.ts'
import { account, DATA, hashOf, listed, member, NOW, signedEntry } from './world.ts'

beforeAll(() => ready)

const store = () => buildStore({ signer: account(), data: DATA, timestamp: NOW, ttl: 86_400_000 })
const good = (n: number, request: SwarmRequest) =>
  signedEntry(member(n).keys, request, { hash: hashOf(account().sessionId, DATA), expiry: NOW + 86_400_000 })
const nodes = () => [1, 2, 3].map((n) => member(n).node)
const message = (data: Uint8Array, change: Record<string, unknown> = {}) => ({
  hash: hashOf(account().sessionId, data),
  timestamp: NOW,
  expiration: NOW + 1000,
  data: bytesToBase64(data),
  ...change,
})
const retrieved = (messages: unknown, more: unknown = false) =>
  parseRetrieveResponse({ body: { messages, more, t: NOW, hf: [19, 4] }, owner: account().sessionId, now: NOW })

describe('what a client rejects of a swarm answer', () => {
  it('an entry whose key is not in the swarm of the account', () => {
    const request = store()
    const swarm = { [member(1).node]: good(1, request), [member(9).node]: good(9, request), other: good(1, request) }
    const answer = parseStoreResponse({ body: { swarm, t: NOW, hf: [19, 4] }, request, nodes: nodes() })
    expect(answer.confirmed.map(({ node }) => node)).toEqual([member(1).node])
    expect(answer.foreign).toEqual([member(9).node, 'other'])
  })

  it('an entry whose signature fails', () => {
    const request = store()
    const forged = { ...good(2, request), signature: bytesToBase64(new Uint8Array(64)) }
    const swarm = { [member(1).node]: good(1, request), [member(2).node]: forged, [member(3).node]: good(1, request) }
    const answer = parseStoreResponse({ body: { swarm }, request, nodes: nodes() })
    expect(answer.confirmed).toHaveLength(1)
    expect(answer.misbehaved).toEqual([member(2).node, member(3).node])
  })

  it('an entry that signs another message', () => {
    const request = store()
    const other = { hash: hashOf(account().sessionId, new Uint8Array(3)), expiry: NOW }
    const swarm = { [member(1).node]: signedEntry(member(1).keys, request, other) }
    expect(codeOf(() => parseStoreResponse({ body: { swarm }, request, nodes: nodes() }))).toBe('SWARM_NO_VALID_ENTRY')
  })

  it('an answer with only failed entries, also under 200', () => {
    const request = store()
    const swarm = Object.fromEntries(nodes().map((node) => [node, { failed: true, timeout: true }]))
    expect(codeOf(() => parseStoreResponse({ body: { swarm }, request, nodes: nodes() }))).toBe('SWARM_NO_VALID_ENTRY')
    expect(codeOf(() => parseStoreResponse({ body: { swarm: {} }, request, nodes: nodes() }))).toBe(
      'SWARM_NO_VALID_ENTRY',
    )
  })

  it('members that failed, whether they say true or 1', () => {
    const request = store()
    const swarm = {
      [member(1).node]: { ...good(1, request), already: 1 },
      [member(2).node]: { failed: true, code: '421', reason: 'd2:hf' },
      [member(3).node]: { failed: 1, query_failure: 1 },
    }
    const answer = parseStoreResponse({ body: JSON.stringify({ swarm }), request, nodes: nodes() })
    expect(answer.confirmed[0]?.already).toBe(true)
    expect(answer.failed).toEqual([
      { node: member(2).node, why: 'refused', status: 421 },
      { node: member(3).node, why: 'query-failure', status: undefined },
    ])
  })

  it('hashes in an entry that were not asked for', () => {
    const [a, b] = [hashOf(account().sessionId, DATA), hashOf(account().sessionId, new Uint8Array(1))] as const
    const request = buildDelete({ signer: account(), messages: [a] })
    const swarm = {
      [member(1).node]: signedEntry(member(1).keys, request, { deleted: [a] }),
      [member(2).node]: signedEntry(member(2).keys, request, { deleted: [b] }),
    }
    const answer = parseDeleteResponse({ body: { swarm }, request, nodes: nodes() })
    expect(answer.confirmed).toEqual([{ node: member(1).node, deleted: [a] }])
    expect(answer.misbehaved).toEqual([member(2).node])
  })

  it('expiries that do not go with what was updated', () => {
    const hashes = [hashOf(account().sessionId, DATA), hashOf(account().sessionId, new Uint8Array(1))]
    const request = buildExpire({ signer: account(), messages: hashes, expiry: [NOW, NOW + 1] })
    const updated = [...hashes].sort()
    const swarm = {
      [member(1).node]: signedEntry(member(1).keys, request, { updated, expiry: [NOW, NOW + 1] }),
      [member(2).node]: signedEntry(member(2).keys, request, { updated, expiry: [NOW] }),
    }
    const answer = parseExpireResponse({ body: { swarm }, request, nodes: nodes() })
    expect(answer.confirmed[0]?.updated).toEqual(updated.map((hash, i) => ({ hash, expiry: NOW + i })))
    expect(answer.misbehaved).toEqual([member(2).node])
  })

  it('a request of another method', () => {
    const request = buildDeleteAll({ signer: account(), timestamp: NOW })
    expect(codeOf(() => parseStoreResponse({ body: { swarm: {} }, request, nodes: [] }))).toBe('SWARM_BAD_PARAM')
  })
})

describe('what a client rejects of a retrieve', () => {
  it('a message whose recomputed hash differs, without passing over it silently', () => {
    const bad = message(new Uint8Array(2), { hash: hashOf(account().sessionId, new Uint8Array(9)) })
    const answer = retrieved([message(DATA), bad])
    expect(answer.messages).toHaveLength(1)
    expect(answer.dropped).toEqual([bad.hash])
    expect(answer.lastHash).toBe(bad.hash)
  })

  it('messages that are no list', () => {
    for (const list of [undefined, null, {}, 'x', 5]) expect(codeOf(() => retrieved(list))).toBe('SWARM_BAD_ANSWER')
  })

  it('a message without text for hash or data', () => {
    for (const change of [{ hash: 5 }, { hash: 'short' }, { data: 5 }, { data: null }]) {
      expect(codeOf(() => retrieved([message(DATA), message(DATA, change)]))).toBe('SWARM_BAD_ANSWER')
    }
    expect(codeOf(() => retrieved([null]))).toBe('SWARM_BAD_ANSWER')
  })

  it('numbers that are not finite integers', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, -1, 0.5, '5', 2 ** 60]) {
      expect(codeOf(() => retrieved([message(DATA, { timestamp: bad })]))).toBe('SWARM_BAD_ANSWER')
      expect(codeOf(() => retrieved([message(DATA, { expiration: bad })]))).toBe('SWARM_BAD_ANSWER')
    }
  })

  it('data that is no base64, or larger than a message can be', () => {
    expect(codeOf(() => retrieved([message(DATA, { data: '!!' })]))).toBe('SWARM_BAD_ANSWER')
    expect(codeOf(() => retrieved([message(DATA, { data: 'A'.repeat(102_404) })]))).toBe('SWARM_BAD_ANSWER')
  })

  it('an expiration far beyond 30 days, which is clamped', () => {
    expect(retrieved([message(DATA, { expiration: NOW * 2 })]).messages[0]?.expiration).toBe(NOW + MAX_TTL_MS)
  })

  it('more without any message, which would never end', () => {
    expect(retrieved([], true).more).toBe(false)
    expect(retrieved([message(DATA)], 1).more).toBe(true)
  })

  it('an absurd clock, which is ignored', () => {
    const body = { messages: [], t: 1_500_000_000_000, hf: [19, -1] }
    const answer = parseRetrieveResponse({ body, owner: account().sessionId, now: NOW })
    expect(answer.t).toBeUndefined()
    expect(answer.hardFork).toBeUndefined()
    expect(retrieved([])).toMatchObject({ t: NOW, hardFork: [19, 4] })
  })
})

describe('what a client rejects of a batch', () => {
  const two = () => [buildInfo(), buildInfo()]
  const ok = { code: 200, body: {} }

  it('more or fewer results than requests', () => {
    const request = buildBatch({ requests: two() })
    for (const results of [[], [ok], [ok, ok, ok], [{ code: 401, body: '' }]]) {
      expect(codeOf(() => parseBatchResponse({ body: { results }, request }))).toBe('SWARM_WRONG_COUNT')
    }
    expect(parseBatchResponse({ body: { results: [ok, { code: 421, body: {} }] }, request })).toEqual([
      { status: 200, body: {} },
      { status: 421, body: {} },
    ])
  })

  it('a sequence that stops without a failure, or goes on after one', () => {
    const request = buildSequence({ requests: two() })
    const failed = { code: 421, body: {} }
    expect(parseBatchResponse({ body: { results: [failed] }, request })).toHaveLength(1)
    expect(codeOf(() => parseBatchResponse({ body: { results: [ok] }, request }))).toBe('SWARM_WRONG_COUNT')
    expect(codeOf(() => parseBatchResponse({ body: { results: [failed, ok] }, request }))).toBe('SWARM_WRONG_COUNT')
  })

  it('results that are none', () => {
    const request = buildBatch({ requests: [buildInfo()] })
    for (const results of [undefined, {}, [5], [{}], [{ code: 'x' }], [{ code: 99 }], [{ code: 600 }]]) {
      expect(codeOf(() => parseBatchResponse({ body: { results }, request }))).toBe('SWARM_BAD_ANSWER')
    }
  })
})

describe('what a client rejects of a list of nodes', () => {
  const parse = (list: unknown) => parseServiceNodes(JSON.stringify({ result: { service_node_states: list } }))

  it('duplicates, addresses that are no IPv4, port 0 and bad keys', () => {
    const bad = [
      listed(1),
      listed(2, { public_ip: '0.0.0.0' }),
      listed(2, { public_ip: '255.255.255.255' }),
      listed(2, { public_ip: '::1' }),
      listed(2, { public_ip: '1.2.3' }),
      listed(2, { public_ip: '1.2.3.256' }),
      listed(2, { public_ip: '01.2.3.4' }),
      listed(2, { public_ip: '' }),
      listed(2, { storage_port: 0 }),
      listed(2, { storage_port: 65_536 }),
      listed(2, { storage_port: null }),
      listed(2, { pubkey_ed25519: 'zz' }),
      listed(2, { pubkey_ed25519: '0'.repeat(64) }),
      listed(2, { pubkey_x25519: null }),
      null,
      5,
    ]
    const { nodes: found, skipped } = parse([listed(1), ...bad])
    expect(found.map(({ ip }) => ip)).toEqual(['10.0.0.1'])
    expect(skipped).toBe(bad.length)
  })

  it('a list without a usable node', () => {
    expect(codeOf(() => parse([]))).toBe('SWARM_NO_NODES')
    expect(codeOf(() => parse([listed(1, { storage_port: 0 })]))).toBe('SWARM_NO_NODES')
    expect(codeOf(() => parse(undefined))).toBe('SWARM_BAD_ANSWER')
    expect(codeOf(() => parseServiceNodes('{'))).toBe('SWARM_BAD_ANSWER')
    expect(codeOf(() => parseGetSwarmResponse({ body: { snodes: [], swarm: 'ffffffffffffffff' } }))).toBe(
      'SWARM_NO_NODES',
    )
  })

  it('a binary list of another length, or without a usable node', () => {
    expect(codeOf(() => parseActiveNodesBin(new Uint8Array(50)))).toBe('SWARM_BAD_ANSWER')
    expect(codeOf(() => parseActiveNodesBin('!'))).toBe('SWARM_BAD_ANSWER')
    expect(codeOf(() => parseActiveNodesBin(new Uint8Array(0)))).toBe('SWARM_NO_NODES')
    expect(codeOf(() => parseActiveNodesBin(new Uint8Array(51)))).toBe('SWARM_NO_NODES')
    // A key that is no point of the curve does not convert.
    expect(codeOf(() => parseActiveNodesBin(new Uint8Array(51).fill(2)))).toBe('SWARM_NO_NODES')
  })

  it('a 421 to nodes that are not in the list, and one that is not usable', () => {
    const snodes = [1, 2].map((n) => ({ ...listed(n), ip: `10.0.0.${n}`, port_https: 22021, port: '22021' }))
    const ids = [1, 2].map((n) => listed(n).pubkey_ed25519)
    expect(parseRedirect({ snodes, swarm: '1' })).toEqual(ids)
    expect(parseRedirect({ snodes, swarm: '1' }, (node) => node === ids[1])).toEqual([ids[1]])
    expect(parseRedirect({ snodes, swarm: '1' }, () => false)).toEqual([])
    for (const body of ['', null, {}, { snodes: 5 }, { snodes: [] }, 'text']) expect(parseRedirect(body)).toEqual([])
  })

  it('no rounded swarm id', () => {
    const id = 2n ** 64n - 2n
    const text = JSON.stringify({ service_node_states: [listed(1, { swarm_id: 0 }), listed(2)] })
    const exact = text.replace('"swarm_id":0', `"swarm_id":${id}`)
    expect(parseServiceNodes(exact).nodes.map(({ swarmId }) => swarmId)).toEqual([id, undefined])
    expect(parseServiceNodes(text).nodes[0]?.swarmId).toBe(0n)
    const none = text.replace('"swarm_id":0', `"swarm_id":${2n ** 64n - 1n}`)
    expect(parseServiceNodes(none).nodes[0]?.swarmId).toBeUndefined()
  })
})

describe('other answers', () => {
  it('expiries that were not asked for', () => {
    const hash = hashOf(account().sessionId, DATA)
    const request = buildGetExpiries({ signer: account(), messages: [hash], timestamp: NOW })
    expect(parseGetExpiriesResponse({ body: { expiries: { [hash]: 5 } }, request })).toEqual(new Map([[hash, 5]]))
    for (const expiries of [{ x: 5 }, { [hash]: 'x' }, null, []]) {
      expect(codeOf(() => parseGetExpiriesResponse({ body: { expiries }, request }))).toBe('SWARM_BAD_ANSWER')
    }
  })

  it('an info without version', () => {
    expect(parseInfoResponse({ body: { version: [2, 8, 0], timestamp: NOW, t: NOW } })).toMatchObject({
      version: [2, 8, 0],
    })
    expect(codeOf(() => parseInfoResponse({ body: { version: [2, 8], timestamp: NOW } }))).toBe('SWARM_BAD_ANSWER')
  })

  it('gives every status a code and an advice', () => {
    const of = (status: number, body?: unknown) => errorOfStatus({ status, body })
    expect(of(200)).toBeNull()
    expect([400, 401, 403, 404, 406, 410, 413, 421, 425, 429, 500, 503, 504, 418].map((s) => of(s)?.code)).toEqual([
      'SWARM_BAD_REQUEST',
      'SWARM_UNAUTHORIZED',
      'SWARM_FORBIDDEN',
      'SWARM_NOT_FOUND',
      'SWARM_CLOCK',
      'SWARM_REFUSED_BY_TRANSPORT',
      'SWARM_REFUSED_BY_TRANSPORT',
      'SWARM_WRONG_SWARM',
      'SWARM_CLOCK',
      'SWARM_RATE_LIMITED',
      'SWARM_NODE_FAILED',
      'SWARM_NODE_UNAVAILABLE',
      'SWARM_NODE_UNAVAILABLE',
      'SWARM_UNEXPECTED_STATUS',
    ])
    expect([401, 406, 421, 429, 500].map((s) => of(s)?.retry)).toEqual([
      'never',
      'resign',
      'redirect',
      'back-off',
      'other-node',
    ])
    const next = of(502, `Next node not found: ${'AB'.repeat(32)}`)
    expect(next).toBeInstanceOf(SwarmError)
    expect(next).toMatchObject({ code: 'SWARM_NEXT_NODE', nextNode: 'ab'.repeat(32) })
  })
})

describe('what the builders refuse', () => {
  const signer = account
  const group = () => ({ groupId: `03${member(5).node}` as GroupId, ed25519: member(5).keys })

  it('data, lifetimes and namespaces out of bounds', () => {
    const build = (change: object) => () =>
      buildStore({ signer: signer(), data: DATA, timestamp: NOW, ttl: 86_400_000, ...change })
    expect(codeOf(build({}))).toBe('none')
    expect(codeOf(build({ data: new Uint8Array(76_800) }))).toBe('none')
    expect(codeOf(build({ data: new Uint8Array(76_801) }))).toBe('SWARM_DATA_TOO_LARGE')
    for (const ttl of [9999, 1_209_600_001]) expect(codeOf(build({ ttl }))).toBe('SWARM_BAD_TTL')
    expect(codeOf(build({ ttl: MAX_TTL_MS, namespace: 2 }))).toBe('none')
    expect(codeOf(build({ ttl: MAX_TTL_MS + 1, namespace: 2 }))).toBe('SWARM_BAD_TTL')
    for (const namespace of [32_768, -32_769, 0.5, '0', null]) {
      expect(codeOf(build({ namespace }))).toBe('SWARM_BAD_NAMESPACE')
    }
    for (const timestamp of [-1, 1_753_000_0, Number.NaN, '5']) {
      expect(codeOf(build({ timestamp }))).toBe('SWARM_BAD_PARAM')
    }
    expect(codeOf(build({ expiry: NOW }))).toBe('SWARM_BAD_PARAM')
    expect(codeOf(build({ ttl: undefined }))).toBe('SWARM_BAD_PARAM')
  })

  it('signers that do not fit', () => {
    const other = `05${'1'.repeat(64)}`
    expect(codeOf(() => buildRetrieve({ owner: other, signer: signer(), timestamp: NOW }))).toBe('SWARM_BAD_SIGNER')
    expect(codeOf(() => buildRetrieve({ owner: other }))).toBe('SWARM_BAD_SIGNER')
    expect(codeOf(() => buildRetrieve({}))).toBe('SWARM_BAD_PARAM')
    expect(codeOf(() => buildRetrieve({ owner: other, namespace: -21 }))).toBe('none')
    expect(codeOf(() => buildStore({ owner: other, data: DATA, timestamp: NOW, ttl: 20_000, namespace: 2 }))).toBe(
      'SWARM_BAD_SIGNER',
    )
    expect(codeOf(() => buildRevokedSubaccounts({ signer: signer(), timestamp: NOW }))).toBe('SWARM_BAD_SIGNER')
    expect(codeOf(() => buildRevokedSubaccounts({ signer: group(), timestamp: NOW }))).toBe('none')
    const wrong = { groupId: `03${member(6).node}` as GroupId, ed25519: member(5).keys }
    expect(codeOf(() => buildDeleteAll({ signer: wrong, timestamp: NOW }))).toBe('SWARM_BAD_SIGNER')
    const token = new Uint8Array(36)
    const keySigner = () =>
      keySubaccount({ owner: other, token, tokenSignature: new Uint8Array(64), keyPair: member(1).keys })
    expect(codeOf(keySigner)).toBe('SWARM_BAD_SIGNER')
  })

  it('a subaccount where only the owner may act', () => {
    const signingValue = createSigningValue({ group: group(), member: account().sessionId })
    const sub = memberSubaccount({ groupId: group().groupId, signingValue, member: account() })
    expect(codeOf(() => buildRevokeSubaccount({ signer: sub, tokens: [sub.token], timestamp: NOW }))).toBe(
      'SWARM_BAD_SIGNER',
    )
    expect(codeOf(() => buildRevokeSubaccount({ signer: group(), tokens: [sub.token], timestamp: NOW }))).toBe('none')
  })

  it('too many or malformed hashes, tokens and requests', () => {
    expect(codeOf(() => buildDelete({ signer: signer(), messages: [] }))).toBe('SWARM_BAD_PARAM')
    expect(codeOf(() => buildDelete({ signer: signer(), messages: ['x'] }))).toBe('SWARM_BAD_PARAM')
    const tokens = Array.from({ length: 51 }, () => new Uint8Array(36))
    expect(codeOf(() => buildRevokeSubaccount({ signer: group(), tokens, timestamp: NOW }))).toBe('SWARM_BAD_PARAM')
    expect(codeOf(() => buildBatch({ requests: [] }))).toBe('SWARM_BAD_PARAM')
    expect(codeOf(() => buildBatch({ requests: Array.from({ length: 21 }, buildInfo) }))).toBe('SWARM_BAD_PARAM')
    expect(codeOf(() => buildBatch({ requests: [buildBatch({ requests: [buildInfo()] })] }))).toBe('SWARM_BAD_PARAM')
    expect(codeOf(() => signedBytes(buildInfo()))).toBe('SWARM_BAD_PARAM')
    expect(codeOf(() => pollMaxSizes([0, 0]))).toBe('SWARM_BAD_PARAM')
    expect(codeOf(() => retrievePage({ sizes: [1], maxCount: -1 }))).toBe('SWARM_BAD_PARAM')
  })

  it('a signing value of another member, group or length', () => {
    const signingValue = createSigningValue({ group: group(), member: account().sessionId })
    const groupId = group().groupId
    const memberEd25519 = account().ed25519.publicKey
    expect(verifySigningValue({ groupId, signingValue, memberEd25519 })).toBe(true)
    expect(verifySigningValue({ groupId, signingValue, memberEd25519, requireDelete: true })).toBe(false)
    expect(verifySigningValue({ groupId, signingValue: signingValue.slice(1), memberEd25519 })).toBe(false)
    expect(verifySigningValue({ groupId: `03${member(6).node}` as GroupId, signingValue, memberEd25519 })).toBe(false)
    const changed = signingValue.slice()
    changed[50] = (changed[50] as number) ^ 1
    expect(codeOf(() => memberSubaccount({ groupId, signingValue: changed, member: account() }))).toBe(
      'SWARM_BAD_SIGNING_VALUE',
    )
  })
})

describe('what a node refuses', () => {
  it('a revoked token, except where it may still read', () => {
    const keys = member(5).keys
    const group = { groupId: `03${member(5).node}` as GroupId, ed25519: keys }
    const signingValue = createSigningValue({ group, member: account().sessionId })
    const signer = memberSubaccount({ groupId: group.groupId, signingValue, member: account() })
    const read = (namespace: number) => buildRetrieve({ signer, namespace, timestamp: NOW })
    expect(verifyRequest(read(11))).toBe(true)
    expect(verifyRequest({ ...read(11), isRevoked: () => true })).toBe(false)
    expect(verifyRequest({ ...read(-11), isRevoked: () => true })).toBe(true)
    expect(verifyRequest(buildDeleteAll({ signer, timestamp: NOW }))).toBe(false)
  })

  it('the key of another account, and a key where none belongs', () => {
    const request = store()
    expect(verifyRequest(request)).toBe(true)
    const changed = (params: object) => verifyRequest({ ...request, params: { ...request.params, ...params } })
    expect(changed({ pubkey_ed25519: member(1).node })).toBe(false)
    expect(changed({ pubkey: `03${member(1).node}` })).toBe(false)
    expect(changed({ signature: 'x' })).toBe(false)
    expect(changed({ pubkey: 'x' })).toBe(false)
    expect(verifyRequest(buildInfo())).toBe(false)
  })
})
