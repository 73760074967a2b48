import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  assertBlindedId,
  assertGroupId,
  assertId,
  assertSessionId,
  compareIds,
  equalIds,
  type IdPrefix,
  idFromBytes,
  idFromPublicKey,
  idPrefix,
  idToBytes,
  isBlindedId,
  isGroupId,
  isId,
  isSessionId,
  parseBlindedId,
  parseGroupId,
  parseId,
  parseSessionId,
  shortenId,
} from '../src/id.ts'
import * as index from '../src/index.ts'
import { codeOf } from './code-of.ts'

const vectors = JSON.parse(readFileSync(new URL('../../../vectors/identity.json', import.meta.url), 'utf8'))
const key = 'd2ad010eeb72d72e561d9de7bd7b6989af77dcabffa03a5111a6c859ae5c3a72'
const id = `05${key}`
const prefixes: IdPrefix[] = ['00', '03', '05', '07', '15', '25']
const publicKeys = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((bytes) => bytes.some((b) => b !== 0))

const garbage: [unknown, string][] = [
  [undefined, 'SESSION_ID_NOT_TEXT'],
  [null, 'SESSION_ID_NOT_TEXT'],
  [5, 'SESSION_ID_NOT_TEXT'],
  [new Uint8Array(33), 'SESSION_ID_NOT_TEXT'],
  [{ length: 66 }, 'SESSION_ID_NOT_TEXT'],
  ['', 'SESSION_ID_WRONG_LENGTH'],
  ['05', 'SESSION_ID_WRONG_LENGTH'],
  [key, 'SESSION_ID_WRONG_LENGTH'],
  [`${id}0`, 'SESSION_ID_WRONG_LENGTH'],
  [`${id}\n`, 'SESSION_ID_WRONG_LENGTH'],
  [` ${id}`, 'SESSION_ID_WRONG_LENGTH'],
  [`__textsecure_group__!${id}`, 'SESSION_ID_WRONG_LENGTH'],
  ['05zz', 'SESSION_ID_NOT_HEX'],
  [`${id.slice(0, 65)} `, 'SESSION_ID_NOT_HEX'],
  [`${id.slice(0, 65)}\n`, 'SESSION_ID_NOT_HEX'],
  [`${id.slice(0, 30)} ${id.slice(31)}`, 'SESSION_ID_NOT_HEX'],
  [`${id.slice(0, 65)}а`, 'SESSION_ID_NOT_HEX'],
  [`0x${key}`, 'SESSION_ID_NOT_HEX'],
  [`04${key}`, 'SESSION_ID_UNKNOWN_PREFIX'],
  [`ff${key}`, 'SESSION_ID_UNKNOWN_PREFIX'],
  [`05${'0'.repeat(64)}`, 'SESSION_ID_ZERO_KEY'],
]

describe('parse, guard, assert', () => {
  it.each(garbage)('%# refuses garbage', (value, code) => {
    const text = value as string
    for (const parse of [parseId, parseSessionId, idToBytes, shortenId, idPrefix]) {
      expect(codeOf(() => parse(text))).toBe(code)
    }
    for (const parse of [parseGroupId, parseBlindedId]) {
      expect(codeOf(() => parse(text))).toMatch(/^SESSION_ID_(?!BAD)/)
    }
    for (const assert of [assertId, assertSessionId, assertGroupId, assertBlindedId]) {
      expect(codeOf(() => (assert as (v: unknown) => void)(value))).toMatch(/^SESSION_ID_/)
    }
    for (const is of [isId, isSessionId, isGroupId, isBlindedId]) expect(is(value)).toBe(false)
    expect(equalIds(text, text)).toBe(false)
  })

  it('knows every prefix and which parser takes it', () => {
    const kinds = prefixes.map((prefix) => parseId(prefix + key).kind)
    expect(kinds).toEqual(['unblinded', 'group', 'session', 'version-blinded', 'blinded15', 'blinded25'])
    for (const prefix of prefixes) {
      const text = prefix + key
      expect(isId(text)).toBe(true)
      expect(idPrefix(text)).toBe(prefix)
      expect(isSessionId(text)).toBe(prefix === '05')
      expect(isGroupId(text)).toBe(prefix === '03')
      expect(isBlindedId(text)).toBe(prefix === '15' || prefix === '25')
      const wrong = 'SESSION_ID_WRONG_PREFIX'
      expect(codeOf(() => parseSessionId(text))).toBe(prefix === '05' ? 'nothing thrown' : wrong)
      expect(codeOf(() => parseGroupId(text))).toBe(prefix === '03' ? 'nothing thrown' : wrong)
      expect(codeOf(() => parseBlindedId(text))).toBe(isBlindedId(text) ? 'nothing thrown' : wrong)
      expect(codeOf(() => assertSessionId(text))).toBe(prefix === '05' ? 'nothing thrown' : wrong)
    }
  })

  it('takes upper case when parsing, gives lower case, and brands lower case only', () => {
    const upper = id.toUpperCase()
    expect(parseSessionId(upper)).toBe(id)
    expect(parseId(upper).id).toBe(id)
    expect(isSessionId(upper)).toBe(false)
    expect(codeOf(() => assertSessionId(upper))).toBe('SESSION_ID_NOT_CANONICAL')
    expect(codeOf(() => assertId(upper))).toBe('SESSION_ID_NOT_CANONICAL')
    expect(equalIds(upper, id)).toBe(true)
    expect(compareIds(upper, id)).toBe(0)
  })

  it('allows the zero key of other prefixes', () => {
    expect(isId(`03${'0'.repeat(64)}`)).toBe(true)
  })

  it('says nothing of the input in a message', () => {
    expect(() => parseSessionId(`05secret${key}`)).toThrow(/^an id has 66 hex characters, got 72$/)
  })
})

describe('bytes', () => {
  it('round-trips every prefix', () => {
    fc.assert(
      fc.property(fc.constantFrom(...prefixes), publicKeys, (prefix, publicKey) => {
        const made = idFromPublicKey({ prefix, publicKey })
        const parsed = parseId(made.toUpperCase())
        expect(parsed).toMatchObject({ prefix, id: made })
        expect(parsed.publicKey).toEqual(new Uint8Array(publicKey))
        expect(idFromBytes(idToBytes(made))).toBe(made)
      }),
    )
  })

  it('refuses wrong bytes', () => {
    expect(codeOf(() => idFromBytes(new Uint8Array(32)))).toBe('SESSION_ID_WRONG_LENGTH')
    expect(codeOf(() => idFromBytes('05' as never))).toBe('SESSION_ID_NOT_BYTES')
    expect(codeOf(() => idFromBytes(new Uint8Array(33).fill(4)))).toBe('SESSION_ID_UNKNOWN_PREFIX')
    expect(codeOf(() => idFromPublicKey({ prefix: '05', publicKey: new Uint8Array(32) }))).toBe('SESSION_ID_ZERO_KEY')
    expect(codeOf(() => idFromPublicKey({ prefix: '05', publicKey: new Uint8Array(33) }))).toBe(
      'SESSION_ID_WRONG_LENGTH',
    )
    expect(codeOf(() => idFromPublicKey({ prefix: 'toString' as never, publicKey: new Uint8Array(32) }))).toBe(
      'SESSION_ID_UNKNOWN_PREFIX',
    )
  })
})

it('orders ids as their bytes', () => {
  fc.assert(
    fc.property(publicKeys, publicKeys, (a, b) => {
      const x = idFromPublicKey({ prefix: '05', publicKey: a })
      const y = idFromPublicKey({ prefix: '05', publicKey: b })
      const order = compareIds(x, y)
      expect(order === 0).toBe(equalIds(x, y))
      expect(compareIds(y, x) + order).toBe(0)
    }),
  )
})

it('shortens an id for display', () => {
  expect(shortenId(id.toUpperCase())).toBe('05d2…3a72')
})

it('takes the ids of the known answers', () => {
  for (const account of [...vectors.accounts, ...vectors.phrases_english]) {
    expect(isSessionId(account.account_id)).toBe(true)
    if (account.unblinded_id) expect(parseId(account.unblinded_id).kind).toBe('unblinded')
  }
})

it('gives an id or a typed error for 10,000 random and mutated texts', () => {
  let state = 1
  const next = (n: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
  const alphabet = '0123456789abcdefABCDEFgG \n\0ß０'
  for (let i = 0; i < 10_000; i++) {
    const chars = i % 2 ? [...id] : Array.from({ length: next(70) }, () => alphabet[next(alphabet.length)]!)
    for (let n = next(3); n >= 0; n--) chars.splice(next(chars.length + 1), next(2), alphabet[next(alphabet.length)]!)
    const text = chars.join('')
    const code = codeOf(() => {
      const parsed = parseId(text)
      expect(isId(parsed.id)).toBe(true)
    })
    expect(code).toMatch(/^(nothing thrown|SESSION_ID_[A-Z_]+)$/)
  }
})

it('imports no crypto in ./id', () => {
  const seen = new Set<string>()
  const visit = (file: string): void => {
    const text = readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8')
    for (const [, from] of text.matchAll(/from '([^']+)'/g)) {
      seen.add(from!)
      if (from!.startsWith('./')) visit(from!.slice(2))
    }
  }
  visit('id.ts')
  expect([...seen].sort()).toEqual(['./error.ts', '@sessionkit/bytes'])
})

it('exports these names', () => {
  expect(Object.keys(index).sort()).toEqual([
    'ACCOUNT_SEED_LENGTH',
    'ID_BYTE_LENGTH',
    'ID_TEXT_LENGTH',
    'LONG_ACCOUNT_SEED_LENGTH',
    'SessionIdError',
    'accountFromSeed',
    'assertBlindedId',
    'assertGroupId',
    'assertId',
    'assertSessionId',
    'compareIds',
    'createAccount',
    'ed25519MatchesSessionId',
    'equalIds',
    'fingerprint',
    'idFromBytes',
    'idFromPublicKey',
    'idPrefix',
    'idToBytes',
    'isBlindedId',
    'isGroupId',
    'isId',
    'isSessionId',
    'parseBlindedId',
    'parseGroupId',
    'parseId',
    'parseSessionId',
    'sessionIdFromEd25519',
    'shortenId',
    'verifyFingerprintQr',
  ])
})
