import { concatBytes, encodeBencode, equalBytes } from '@sessionkit/bytes'
import { ready } from '@sessionkit/crypto'
import { type Account, accountFromSeed, type SessionId } from '@sessionkit/session-id'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  buildAccountKeyRecord,
  createKeyCache,
  type HybridPublicKeys,
  KEYS_EXPIRE,
  KEYS_FRESH,
  type KeyRow,
  keyIndicator,
  keyState,
  MAX_KEY_RECORDS,
  NO_KEYS_RETRY,
  openAccountKeyRecord,
  parseAccountKeyRecord,
  publicKeysOf,
  selectAccountKeys,
  verifyAccountKeyRecord,
} from '../src/v2.ts'
import { people } from './people.ts'
import { accountKeys, fill, hostile, text, v2CodeOf } from './v2-world.ts'

beforeAll(() => ready)

const keysOf = (byte: number): HybridPublicKeys => publicKeysOf(accountKeys(byte))
const record = (account: Account, byte = 1): Uint8Array => buildAccountKeyRecord({ account, keys: keysOf(byte) })

describe('key records', () => {
  test('round trip, by accounts whose Edwards key is positive and negative', () => {
    const signs = new Set<boolean>()
    for (let first = 1; first <= 12; first++) {
      const account = accountFromSeed(fill(first))
      signs.add((account.ed25519.publicKey[31]! & 0x80) !== 0)
      const bytes = record(account)
      expect(bytes).toHaveLength(1302)
      expect(verifyAccountKeyRecord({ bytes, sessionId: account.sessionId })).toBe(true)
      expect(openAccountKeyRecord({ bytes, sessionId: account.sessionId })).toEqual(keysOf(1))
    }
    expect(signs.size).toBe(2)
  })

  test('what is read of a Buffer is a copy', () => {
    const given = Buffer.from(record(people().alice))
    const keys = { ...keysOf(1), mlKem768: Buffer.from(keysOf(1).mlKem768) }
    const { signed } = parseAccountKeyRecord(given)
    const indicator = keyIndicator(keys)
    given.fill(0)
    keys.mlKem768.fill(0)
    expect(signed[0]).toBe('d'.charCodeAt(0))
    expect(indicator).toEqual(keyIndicator(keysOf(1)))
  })

  test('another account, and any changed byte', () => {
    const { alice, bob } = people()
    const bytes = record(alice)
    expect(verifyAccountKeyRecord({ bytes, sessionId: bob.sessionId })).toBe(false)
    expect(v2CodeOf(() => openAccountKeyRecord({ bytes, sessionId: bob.sessionId }))).toBe('V2_BAD_SIGNATURE')
    for (let at = 0; at < bytes.length; at += 37) {
      const changed = bytes.slice()
      changed[at]! ^= 1
      expect(verifyAccountKeyRecord({ bytes: changed, sessionId: alice.sessionId })).toBe(false)
    }
    expect(v2CodeOf(() => verifyAccountKeyRecord({ bytes, sessionId: 'x' as never }))).toBe('V2_BAD_ARGUMENT')
    expect(v2CodeOf(() => buildAccountKeyRecord({ account: alice, keys: {} as never }))).toBe('V2_BAD_ARGUMENT')
  })

  test('what is missing or of another length', () => {
    const fields: [string, Uint8Array][] = [
      ['M', fill(1, 1184)],
      ['X', fill(1)],
      ['~', fill(1, 64)],
    ]
    for (let gone = 0; gone < 3; gone++) {
      const without = encodeBencode(new Map(fields.filter((_, i) => i !== gone)))
      expect(v2CodeOf(() => parseAccountKeyRecord(without))).toBe('V2_BAD_FORMAT')
      const short = encodeBencode(new Map(fields.map(([key, value], i) => [key, i === gone ? value.slice(1) : value])))
      expect(v2CodeOf(() => parseAccountKeyRecord(short))).toBe('V2_BAD_FORMAT')
    }
    const more = encodeBencode(new Map([...fields, ['A', text('new')], ['Z', fill(2, 3)]]))
    expect(parseAccountKeyRecord(more).keys.x25519).toEqual(fill(1))
    expect(v2CodeOf(() => parseAccountKeyRecord(new Uint8Array(80_000)))).toBe('V2_BAD_FORMAT')
    expect(v2CodeOf(() => parseAccountKeyRecord(concatBytes(encodeBencode(new Map(fields)), fill(0, 1))))).toBe(
      'V2_BAD_FORMAT',
    )
  })

  test('of an answer the last valid one, of at most 64', () => {
    const { alice, bob } = people()
    const { sessionId } = alice
    const select = (...records: Uint8Array[]) => selectAccountKeys({ records, sessionId })?.x25519
    expect(select(record(alice, 1), record(alice, 2), record(bob, 3), fill(7))).toEqual(keysOf(2).x25519)
    expect(select()).toBeUndefined()
    expect(select(record(bob), text('junk'))).toBeUndefined()
    const junk = Array.from({ length: MAX_KEY_RECORDS }, () => text('junk'))
    expect(select(record(alice), ...junk)).toBeUndefined()
    expect(select(record(alice), ...junk.slice(1))).toBeDefined()
  })

  test('10,000 random and changed records', () => {
    const { alice } = people()
    for (const bytes of hostile([record(alice)], 10_000, 31)) {
      v2CodeOf(() => parseAccountKeyRecord(bytes))
    }
    const good = record(alice)
    for (const bytes of hostile([good], 500, 32)) {
      expect(verifyAccountKeyRecord({ bytes, sessionId: alice.sessionId })).toBe(equalBytes(bytes, good))
    }
  })
})

/** A cache with a clock of its own. */
function world(rows?: Map<SessionId, KeyRow>) {
  const time = { now: 1_700_000_000 }
  const cache = createKeyCache({ now: () => time.now, ...(rows ? { rows } : {}) })
  return { time, cache, alice: people().alice, id: people().alice.sessionId }
}

describe('the key cache', () => {
  test('unknown, fresh, stale, expired', () => {
    const { cache, time, alice, id } = world()
    expect(cache.state(id)).toBe('unknown')
    expect(cache.prefetch(id)).toEqual({ answer: 'fetching', fetch: true })
    expect(cache.prefetch(id)).toEqual({ answer: 'fetching', fetch: false })
    expect(cache.fetched(id, [record(alice)])).toBe('new_key')
    expect(cache.state(id)).toBe('fresh')
    expect(cache.prefetch(id)).toEqual({ answer: 'fresh', fetch: false })
    time.now += KEYS_FRESH - 1
    expect(cache.state(id)).toBe('fresh')
    time.now += 1
    expect(cache.state(id)).toBe('stale')
    expect(cache.prefetch(id)).toEqual({ answer: 'stale', fetch: true })
    expect(cache.keys(id)).toEqual(keysOf(1))
    expect(cache.fetched(id, [record(alice)])).toBe('unchanged')
    expect(cache.state(id)).toBe('fresh')
    time.now += KEYS_EXPIRE
    expect(cache.state(id)).toBe('expired')
    expect(cache.keys(id)).toBeUndefined()
    expect(cache.prefetch(id)).toEqual({ answer: 'fetching', fetch: true })
    expect(cache.fetched(id, [record(alice, 2)])).toBe('new_key')
    expect(cache.keys(id)).toEqual(keysOf(2))
  })

  test('without keys: believed for an hour', () => {
    const { cache, time, alice, id } = world()
    cache.prefetch(id)
    expect(cache.fetched(id, [text('junk')])).toBe('not_found')
    expect(cache.prefetch(id)).toEqual({ answer: 'absent', fetch: false })
    time.now += NO_KEYS_RETRY - 1
    expect(cache.state(id)).toBe('absent')
    time.now += 1
    expect(cache.state(id)).toBe('absent-old')
    expect(cache.prefetch(id)).toEqual({ answer: 'fetching', fetch: true })
    expect(cache.fetched(id, [record(alice)])).toBe('new_key')
    expect(cache.state(id)).toBe('fresh')
  })

  test('an answer without keys erases none, and does not keep stale ones from being fetched', () => {
    const { cache, time, alice, id } = world()
    cache.fetched(id, [record(alice)])
    time.now += KEYS_FRESH
    expect(cache.prefetch(id).fetch).toBe(true)
    expect(cache.fetched(id, [])).toBe('not_found')
    expect(cache.state(id)).toBe('stale')
    expect(cache.keys(id)).toEqual(keysOf(1))
    expect(cache.prefetch(id)).toEqual({ answer: 'stale', fetch: true })
  })

  test('a failed fetch writes nothing and releases the next', () => {
    const { cache, id } = world()
    cache.prefetch(id)
    expect(cache.failed(id)).toBe('failed')
    expect(cache.state(id)).toBe('unknown')
    expect(cache.rows().size).toBe(0)
    expect(cache.prefetch(id)).toEqual({ answer: 'fetching', fetch: true })
  })

  test('a clock that goes back', () => {
    const { cache, time, alice, id } = world()
    cache.fetched(id, [record(alice)])
    time.now -= KEYS_EXPIRE
    expect(cache.state(id)).toBe('expired')
  })

  test('the version to send in', () => {
    const { cache, time, alice, id } = world()
    expect(cache.sendVersion(id, { network: false })).toBe('no_network')
    expect(cache.sendVersion(id)).toBe('awaiting_keys')
    cache.prefetch(id)
    expect(cache.sendVersion(id)).toBe('awaiting_keys')
    cache.failed(id)
    expect(cache.sendVersion(id)).toBe('v1')
    expect(cache.sendVersion(id, { forceV2: true })).toBe('v2')
    cache.prefetch(id)
    expect(cache.sendVersion(id)).toBe('awaiting_keys')
    cache.fetched(id, [])
    expect(cache.sendVersion(id)).toBe('v1')
    expect(cache.sendVersion(id, { forceV2: true })).toBe('v2')
    time.now += NO_KEYS_RETRY
    expect(cache.sendVersion(id)).toBe('awaiting_keys')
    cache.fetched(id, [record(alice)])
    for (const options of [{}, { forceV2: true }, { network: false }]) {
      expect(cache.sendVersion(id, options)).toBe('v2-pfs')
    }
    time.now += KEYS_EXPIRE
    expect(cache.sendVersion(id)).toBe('awaiting_keys')
  })

  test('keys that expired and were not published again do not hold back sending for ever', () => {
    const { cache, time, alice, id } = world()
    cache.fetched(id, [record(alice)])
    time.now += KEYS_EXPIRE
    expect(cache.prefetch(id).fetch).toBe(true)
    expect(cache.fetched(id, [])).toBe('not_found')
    expect(cache.state(id)).toBe('expired')
    expect(cache.sendVersion(id)).toBe('v1')
    expect(cache.sendVersion(id, { forceV2: true })).toBe('v2')
    time.now += NO_KEYS_RETRY
    expect(cache.sendVersion(id)).toBe('awaiting_keys')
  })

  test('a fetch has ended even where its answer or the clock was refused', () => {
    const { cache, time, id } = world()
    cache.prefetch(id)
    expect(v2CodeOf(() => cache.fetched(id, ['x' as never]))).toBe('V2_BAD_ARGUMENT')
    expect(cache.prefetch(id).fetch).toBe(true)
    time.now = Number.NaN
    expect(v2CodeOf(() => cache.fetched(id, []))).toBe('V2_BAD_ARGUMENT')
    time.now = 1_700_000_000
    expect(cache.prefetch(id).fetch).toBe(true)
  })

  test('rows are kept, checked and copied', () => {
    const { cache, alice, id } = world()
    cache.fetched(id, [record(alice)])
    const rows = cache.rows()
    const again = world(rows)
    rows.get(id)!.keys!.x25519.fill(0)
    expect(again.cache.keys(id)).toEqual(keysOf(1))
    again.cache.keys(id)!.x25519.fill(0)
    expect(again.cache.keys(id)).toEqual(keysOf(1))
    for (const row of [null, { fetchedAt: -1 }, { keys: { x25519: fill(1) } }, { absentAt: 0.5 }]) {
      expect(v2CodeOf(() => world(new Map([[id, row as never]])))).toBe('V2_BAD_ARGUMENT')
    }
    expect(v2CodeOf(() => cache.state('x' as never))).toBe('V2_BAD_ARGUMENT')
  })

  test('at any time exactly one state, by age', () => {
    const age = fc.integer({ min: 0, max: 4 * KEYS_EXPIRE })
    fc.assert(
      fc.property(fc.option(age, { nil: undefined }), fc.option(age, { nil: undefined }), (fetched, absent) => {
        const now = 1_700_000_000
        const row: KeyRow = {
          ...(fetched === undefined ? {} : { keys: keysOf(1), fetchedAt: now - fetched }),
          ...(absent === undefined ? {} : { absentAt: now - absent }),
        }
        const expected =
          fetched !== undefined
            ? fetched < KEYS_FRESH
              ? 'fresh'
              : fetched < KEYS_EXPIRE
                ? 'stale'
                : 'expired'
            : absent === undefined
              ? 'unknown'
              : absent < NO_KEYS_RETRY
                ? 'absent'
                : 'absent-old'
        expect(keyState(row, now)).toBe(expected)
      }),
      { numRuns: 300, seed: 20261124 },
    )
  })
})
