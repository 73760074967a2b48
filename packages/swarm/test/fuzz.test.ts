import { ready } from '@sessionkit/crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  buildBatch,
  buildDelete,
  buildExpire,
  buildGetExpiries,
  buildInfo,
  buildStore,
  errorOfStatus,
  parseActiveNodesBin,
  parseBatchResponse,
  parseDeleteResponse,
  parseExpireResponse,
  parseGetExpiriesResponse,
  parseGetSwarmResponse,
  parseIfElseResponse,
  parseInfoResponse,
  parseOnsResponse,
  parseRedirect,
  parseRetrieveResponse,
  parseRevokedSubaccountsResponse,
  parseServiceNodes,
  parseStoreResponse,
  SwarmError,
} from '../src/index.ts'
import { quoteLongIntegers } from '../src/long-integers.ts'
import { verifyRequest } from '../src/node.ts'
import { account, DATA, hashOf, listed, member, NOW, signedEntry } from './world.ts'

beforeAll(() => ready)

const RUNS = 10_000

/** A small generator with a fixed seed, so that a failure can be run again. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const junk: readonly unknown[] = [
  null,
  undefined,
  true,
  0,
  1,
  -1,
  0.5,
  Number.NaN,
  2 ** 60,
  '',
  'x',
  'A'.repeat(43),
  '\ud800',
  [],
  {},
  [[]],
  [null],
  { a: 1 },
  -0,
]

/** The value with one place of it replaced by junk, taken away, or doubled. */
function mutate(value: unknown, next: () => number): unknown {
  if (typeof value !== 'object' || value === null || next() < 0.15) return junk[Math.floor(next() * junk.length)]
  const keys = Object.keys(value)
  const key = keys[Math.floor(next() * keys.length)]
  const copy: Record<string, unknown> = Array.isArray(value) ? ([...value] as never) : { ...value }
  if (key === undefined) return copy
  const choice = next()
  if (choice < 0.1 && !Array.isArray(value)) delete copy[key]
  else if (choice < 0.15 && Array.isArray(copy)) copy.push(copy[Number(key)])
  else copy[key] = mutate(copy[key], next)
  return copy
}

function mutateText(text: string, next: () => number): string {
  const at = Math.floor(next() * text.length)
  const piece = ['', '"', '\\', '}', '9'.repeat(20), '-', '[', 'e5', '\u0000'][Math.floor(next() * 9)] as string
  return text.slice(0, at) + piece + text.slice(at + Math.floor(next() * 4))
}

const hash = () => hashOf(account().sessionId, DATA)

function parsers(): Record<string, { readonly body: unknown; readonly parse: (body: unknown) => unknown }> {
  const signer = account()
  const keys = member(1).keys
  const nodes = [member(1).node, member(2).node]
  const store = buildStore({ signer, data: DATA, timestamp: NOW, ttl: 86_400_000 })
  const del = buildDelete({ signer, messages: [hash()] })
  const expire = buildExpire({ signer, messages: [hash()], expiry: NOW, mode: 'extend' })
  const expiries = buildGetExpiries({ signer, messages: [hash()], timestamp: NOW })
  const batch = buildBatch({ requests: [buildInfo(), buildInfo()] })
  const swarm = (entry: object) => ({
    swarm: { [nodes[0] as string]: entry, [nodes[1] as string]: { failed: true, code: '421' } },
    t: NOW,
    hf: [19, 4],
  })
  const snodes = [{ ...listed(1), ip: '10.0.0.1', port_https: 22021, port: '22021' }]
  const message = { hash: hash(), timestamp: NOW, expiration: NOW, data: 'aGVsbG8=' }
  return {
    store: {
      body: swarm(signedEntry(keys, store, { hash: hash(), expiry: NOW })),
      parse: (body) => parseStoreResponse({ body, request: store, nodes }),
    },
    delete: {
      body: swarm(signedEntry(keys, del, { deleted: [hash()] })),
      parse: (body) => parseDeleteResponse({ body, request: del, nodes }),
    },
    expire: {
      body: swarm(signedEntry(keys, expire, { expiry: NOW, updated: [], unchanged: { [hash()]: NOW } })),
      parse: (body) => parseExpireResponse({ body, request: expire, nodes }),
    },
    retrieve: {
      body: { messages: [message, message], more: true, t: NOW },
      parse: (body) => parseRetrieveResponse({ body, owner: signer.sessionId, now: NOW }),
    },
    get_expiries: {
      body: { expiries: { [hash()]: NOW } },
      parse: (body) => parseGetExpiriesResponse({ body, request: expiries }),
    },
    batch: {
      body: {
        results: [
          { code: 200, body: {} },
          { code: 421, body: {} },
        ],
      },
      parse: (body) => parseBatchResponse({ body, request: batch }),
    },
    ifelse: {
      body: { condition: true, result: { code: 200, body: 'x' } },
      parse: (body) => parseIfElseResponse({ body }),
    },
    info: { body: { version: [2, 8, 0], timestamp: NOW, t: NOW }, parse: (body) => parseInfoResponse({ body }) },
    get_swarm: { body: { snodes, swarm: 'ab', t: NOW }, parse: (body) => parseGetSwarmResponse({ body }) },
    redirect: { body: { snodes, swarm: 'ab', t: NOW }, parse: (body) => parseRedirect(body) },
    ons: {
      body: { result: { encrypted_value: 'ab'.repeat(49), nonce: 'cd'.repeat(24) } },
      parse: (body) => parseOnsResponse({ body }),
    },
    revoked: {
      body: { revoked_subaccounts: ['A'.repeat(48)] },
      parse: (body) => parseRevokedSubaccountsResponse({ body }),
    },
    status: { body: 'Next node not found: x', parse: (body) => errorOfStatus({ status: 502, body }) },
    request: {
      body: store.params,
      parse: (body) => verifyRequest({ method: 'store', params: Object(body) as Record<string, unknown> }),
    },
  }
}

describe('parsers only return or throw SwarmError', () => {
  it('for mutated answers, as objects and as text', () => {
    const next = generator(20_261_124)
    const all = parsers()
    for (const [name, { body, parse }] of Object.entries(all)) {
      expect(() => parse(body), name).not.toThrow()
      const text = JSON.stringify(body)
      for (let i = 0; i < RUNS; i++) {
        let given: unknown = i % 4 === 0 && name !== 'request' ? mutateText(text, next) : mutate(body, next)
        if (i % 7 === 0) given = mutate(given, next)
        try {
          parse(given)
        } catch (error) {
          if (!(error instanceof SwarmError)) throw new Error(`${name}: ${JSON.stringify(given)}`, { cause: error })
        }
      }
    }
  }, 60_000)

  it('for mutated lists of nodes', () => {
    const next = generator(7)
    const text = JSON.stringify({ result: { service_node_states: [listed(1, { swarm_id: 1 }), listed(2)] } })
    for (let i = 0; i < RUNS; i++) {
      const bytes = Uint8Array.from({ length: Math.floor(next() * 2) * 51 + (i % 9 === 0 ? 1 : 0) }, () => next() * 256)
      for (const parse of [() => parseServiceNodes(mutateText(text, next)), () => parseActiveNodesBin(bytes)]) {
        try {
          parse()
        } catch (error) {
          if (!(error instanceof SwarmError)) throw error
        }
      }
    }
  }, 60_000)
})

describe('quoting of long integers', () => {
  it('changes no other JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value)
        const numbers = JSON.stringify(JSON.parse(quoteLongIntegers(text)), (_, item) =>
          typeof item === 'string' && /^-?\d{16,}$/.test(item) ? undefined : item,
        )
        const expected = JSON.stringify(value, (_, item) =>
          (typeof item === 'string' && /^-?\d{16,}$/.test(item)) ||
          (typeof item === 'number' && /^-?\d{16,}$/.test(JSON.stringify(item)))
            ? undefined
            : item,
        )
        expect(numbers).toBe(expected)
      }),
    )
  })

  it('keeps every digit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 10n ** 15n, max: 2n ** 64n - 1n }), (id) => {
        expect(JSON.parse(quoteLongIntegers(`{"a":[${id},-${id}],"b":"${id}","c":"\\"${id}"}`))).toEqual({
          a: [String(id), `-${id}`],
          b: String(id),
          c: `"${id}`,
        })
      }),
    )
  })
})
