import { readFileSync } from 'node:fs'
import { domainToASCII } from 'node:url'
import { bytesToBase64, bytesToHex, hexToBytes, utf8ToBytes } from '@sessionkit/bytes'
import { blake2b, ready, xchacha20poly1305Encrypt } from '@sessionkit/crypto'
import { idFromPublicKey, idToBytes, parseSessionId } from '@sessionkit/session-id'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import * as index from '../src/index.ts'
import {
  agreeOnName,
  isName,
  legacyNameKey,
  MAX_INPUT_CHARACTERS,
  type NameAnswer,
  NamesError,
  nameHash,
  nameKey,
  openNameRecord,
  openRawNameRecord,
  parseName,
  rawNameHash,
  rawNameKey,
  sealNameRecord,
} from '../src/index.ts'
import { codeOf } from './code-of.ts'

beforeAll(() => ready)

const read = (name: string) => JSON.parse(readFileSync(new URL(`../../../vectors/${name}`, import.meta.url), 'utf8'))
const identity = read('identity.json')
const { ons_decrypt, ons_reject } = read('libsession-crypto.json').operations
const sessionId = parseSessionId('05d2ad010eeb72d72e561d9de7bd7b6989af77dcabffa03a5111a6c859ae5c3a72')
const names = fc.stringMatching(/^[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,62}[a-zA-Z0-9_])?$/)

describe('known answers', () => {
  it('makes the hash and the key of a name and opens its record', () => {
    for (const entry of ons_decrypt) {
      expect(bytesToBase64(nameHash(entry.name))).toBe(entry.name_hash_b64)
      expect(bytesToHex(nameKey(entry.name))).toBe(entry.key)
      const record = { encryptedValue: hexToBytes(entry.ciphertext), nonce: hexToBytes(entry.nonce) }
      expect(openNameRecord({ name: entry.name, record })).toBe(entry.session_id)
      const { encryptedValue } = sealNameRecord({
        name: entry.name,
        sessionId: parseSessionId(entry.session_id),
        random: () => record.nonce,
      })
      expect(encryptedValue).toEqual(record.encryptedValue)
    }
  })

  it('refuses changed and short values, and records of another name', () => {
    for (const { name, ciphertext, nonce, why } of ons_reject) {
      const record = { encryptedValue: hexToBytes(ciphertext), nonce: hexToBytes(nonce) }
      expect(
        codeOf(() => openNameRecord({ name, record })),
        why,
      ).toBe('NAMES_BAD_RECORD')
    }
    for (const entry of identity.ons_reject) {
      const bytes = (name: string) =>
        entry[`${name}_ascii`] ? utf8ToBytes(entry[`${name}_ascii`]) : hexToBytes(entry[name])
      const record = { encryptedValue: bytes('encrypted_value'), nonce: bytes('nonce') }
      expect(codeOf(() => openNameRecord({ name: entry.name, record }))).toBe('NAMES_BAD_RECORD')
    }
  })

  it('opens records of before hard fork 16 with the key made for it, and only then', () => {
    for (const entry of identity.ons) {
      const { name, nonce } = entry
      const record = { encryptedValue: hexToBytes(entry.encrypted_value), nonce: nonce ? hexToBytes(nonce) : undefined }
      if (nonce) {
        expect(bytesToHex(nameHash(name))).toBe(entry.name_hash)
        expect(bytesToHex(nameKey(name))).toBe(entry.key)
        expect(openNameRecord({ name, record })).toBe(entry.account_id)
        continue
      }
      expect(codeOf(() => openNameRecord({ name, record }))).toBe('NAMES_LEGACY_RECORD')
      const legacyKey = legacyNameKey(name)
      expect(bytesToHex(legacyKey)).toBe(entry.key)
      expect(openNameRecord({ name, record, legacyKey })).toBe(entry.account_id)
      expect(sealNameRecord({ name, sessionId: parseSessionId(entry.account_id), legacyKey })).toEqual({
        encryptedValue: record.encryptedValue,
      })
      const answers = ['a', 'b', 'c'].map((node) => ({ node, answer: record }))
      expect(codeOf(() => agreeOnName({ name, answers }))).toBe('NAMES_LEGACY_RECORD')
      expect(agreeOnName({ name, answers, legacyKey })).toBe(entry.account_id)
      expect(codeOf(() => openNameRecord({ name, record, legacyKey: nameKey(name) }))).toBe('NAMES_BAD_RECORD')
      expect(codeOf(() => openNameRecord({ name, record, legacyKey: new Uint8Array(31) }))).toBe('BYTES_WRONG_LENGTH')
    }
  })

  it('knows names from other text', () => {
    for (const name of identity.ons_names.valid_session) {
      expect(isName(name), name).toBe(true)
      expect(parseName(name)).toBe(name.toLowerCase())
    }
    for (const name of identity.ons_names.invalid_session) {
      expect(isName(name), name).toBe(false)
      expect(codeOf(() => parseName(name))).toBe('NAMES_BAD_NAME')
    }
  })
})

describe('names', () => {
  it('has 1 to 64 bytes', () => {
    expect(parseName('a'.repeat(64))).toHaveLength(64)
    for (const name of ['', 'a'.repeat(65), 'a'.repeat(MAX_INPUT_CHARACTERS + 1), 'ü'.repeat(80)]) {
      expect(codeOf(() => parseName(name))).toBe('NAMES_BAD_NAME')
      expect(isName(name)).toBe(false)
    }
  })

  it('has no - first or last, no dot, no control character', () => {
    for (const name of [
      '-a',
      'a-',
      '-',
      'a.b',
      'a\n',
      'a\0',
      'a\u3002b',
      'ü.de',
      'a\u200db',
      '\ud800a',
      '\u0308a',
      'ü-',
    ]) {
      expect(
        codeOf(() => parseName(name)),
        JSON.stringify(name),
      ).toBe('NAMES_BAD_NAME')
    }
    for (const value of [undefined, null, 5, {}, ['a']]) {
      expect(codeOf(() => parseName(value as never))).toBe('NAMES_BAD_NAME')
      expect(isName(value)).toBe(false)
    }
  })

  it('writes other scripts as punycode, in one form', () => {
    for (const text of ['ü', 'Ü', ' ü ', 'u\u0308', 'U\u0308']) expect(parseName(text)).toBe('xn--tda')
    expect(parseName('München-Ost')).toBe('xn--mnchen-ost-9db')
    expect(isName('ü')).toBe(false)
    for (const text of ['bücher', 'ελλάδα', 'пример', '例え', 'ไทย', '한국어', 'עברית', 'naïve-café', '𐐨a', 'ø_1']) {
      // The platform's own conversion, with which ours must agree where both take a name.
      expect(parseName(text)).toBe(domainToASCII(text))
    }
  })

  it('hashes a name in whatever case the same, and idempotently', () => {
    fc.assert(
      fc.property(names, (name) => {
        expect(isName(name)).toBe(true)
        expect(parseName(parseName(name))).toBe(name.toLowerCase())
        expect(nameHash(name.toUpperCase())).toEqual(nameHash(name))
      }),
    )
  })

  it('is parsed before anything is hashed', () => {
    for (const run of [nameHash, nameKey, legacyNameKey]) expect(codeOf(() => run('no name'))).toBe('NAMES_BAD_NAME')
  })

  it('is hashed as it is where that is asked for', () => {
    for (const text of ['', 'Test', '@', ' a ', 'a.b', 'ü', 'x'.repeat(300)]) {
      const hash = blake2b({ message: utf8ToBytes(text), length: 32 })
      expect(rawNameHash(text)).toEqual(hash)
      const key = rawNameKey(text)
      expect(key).toEqual(blake2b({ message: utf8ToBytes(text), length: 32, key: hash }))
      const nonce = new Uint8Array(24).fill(1)
      const message = idToBytes(sessionId)
      const record = { encryptedValue: xchacha20poly1305Encrypt({ key, nonce, message }), nonce }
      expect(openRawNameRecord({ name: text, record })).toBe(sessionId)
      expect(codeOf(() => openRawNameRecord({ name: `${text}x`, record }))).toBe('NAMES_BAD_RECORD')
      expect(codeOf(() => openNameRecord({ name: text, record }))).toMatch(/^NAMES_BAD_(NAME|RECORD)$/)
    }
    expect(rawNameHash('test')).toEqual(nameHash('TEST'))
    expect(rawNameKey('test')).toEqual(nameKey('TEST'))
    for (const text of ['\ud800', 5 as never, undefined as never]) {
      expect(codeOf(() => rawNameHash(text))).toBe('NAMES_BAD_NAME')
      expect(codeOf(() => rawNameKey(text))).toBe('NAMES_BAD_NAME')
    }
  })

  it('gives a name or a typed error for 10,000 random texts', () => {
    const text = fc.oneof(fc.string({ maxLength: 80, unit: 'binary' }), fc.string({ maxLength: 30, unit: 'grapheme' }))
    fc.assert(
      fc.property(text, (given) => {
        const code = codeOf(() => {
          expect(isName(parseName(given))).toBe(true)
        })
        expect(code).toMatch(/^(nothing thrown|NAMES_BAD_NAME)$/)
      }),
      { numRuns: 10_000, seed: 3 },
    )
  })
})

describe('records', () => {
  it('opens what was sealed, for that name only', () => {
    fc.assert(
      fc.property(names, fc.uint8Array({ minLength: 32, maxLength: 32 }), (name, key) => {
        key[0] = 1
        const id = idFromPublicKey({ prefix: '05', publicKey: new Uint8Array(key) })
        const record = sealNameRecord({ name, sessionId: id })
        expect(openNameRecord({ name: name.toUpperCase(), record })).toBe(id)
        expect(codeOf(() => openNameRecord({ name: `x${name.slice(0, 60)}_`, record }))).toBe('NAMES_BAD_RECORD')
      }),
      { numRuns: 50 },
    )
  })

  it('refuses ids that are no Session IDs, and other lengths', () => {
    const name = 'test'
    const nonce = new Uint8Array(24)
    const seal = (message: Uint8Array) => ({
      encryptedValue: xchacha20poly1305Encrypt({ key: nameKey(name), nonce, message }),
      nonce,
    })
    for (const prefix of [0x03, 0x15, 0x04, 0x00]) {
      const record = seal(new Uint8Array(33).fill(1).fill(prefix, 0, 1))
      expect(codeOf(() => openNameRecord({ name, record }))).toBe('NAMES_BAD_RECORD')
    }
    const zero = new Uint8Array(33).fill(5, 0, 1)
    expect(codeOf(() => openNameRecord({ name, record: seal(zero) }))).toBe('NAMES_BAD_RECORD')
    for (const length of [0, 32, 34, 49]) {
      const record = seal(new Uint8Array(length).fill(5))
      expect(codeOf(() => openNameRecord({ name, record }))).toBe('NAMES_BAD_RECORD')
    }
    const good = seal(new Uint8Array(33).fill(5))
    expect(openNameRecord({ name, record: good })).toBe('05'.repeat(33))
    for (const record of [
      null,
      {},
      { ...good, nonce: new Uint8Array(23) },
      { ...good, nonce: null },
      { ...good, encryptedValue: 'text' },
    ]) {
      expect(codeOf(() => openNameRecord({ name, record: record as never }))).toBe('NAMES_BAD_RECORD')
    }
  })

  it('refuses wrong arguments when sealing', () => {
    const random = () => new Uint8Array(23)
    expect(codeOf(() => sealNameRecord({ name: 'a', sessionId, random }))).toBe('NAMES_BAD_INPUT')
    expect(codeOf(() => sealNameRecord({ name: 'a', sessionId: '03' as never }))).toBe('SESSION_ID_WRONG_LENGTH')
    expect(codeOf(() => sealNameRecord({ name: 'a b', sessionId }))).toBe('NAMES_BAD_NAME')
  })

  it('returns no array of the caller’s', () => {
    const nonce = new Uint8Array(24)
    const record = sealNameRecord({ name: 'a', sessionId, random: () => nonce })
    nonce.fill(1)
    expect(record.nonce).toEqual(new Uint8Array(24))
  })

  it('gives a typed error for 10,000 changed records', () => {
    const record = sealNameRecord({ name: 'a', sessionId, random: () => new Uint8Array(24) })
    const whole = new Uint8Array([...record.nonce!, ...record.encryptedValue])
    fc.assert(
      fc.property(
        fc.nat(whole.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.integer({ min: -2, max: 2 }),
        (at, x, n) => {
          const bytes = whole.slice()
          bytes[at]! ^= x
          const encryptedValue = new Uint8Array(49 + n)
          encryptedValue.set(bytes.subarray(24, 73 + Math.min(n, 0)))
          const changed = { encryptedValue, nonce: bytes.slice(0, 24) }
          expect(codeOf(() => openNameRecord({ name: 'a', record: changed }))).toBe('NAMES_BAD_RECORD')
        },
      ),
      { numRuns: 10_000, seed: 5 },
    )
  })
})

describe('agreement', () => {
  const name = 'test'
  const record = () => sealNameRecord({ name, sessionId, random: () => new Uint8Array(24).fill(7) })
  const other = () => sealNameRecord({ name, sessionId, random: () => new Uint8Array(24).fill(8) })
  const said = (...answers: NameAnswer['answer'][]): NameAnswer[] =>
    answers.map((answer, i) => ({ node: `node ${i}`, answer }))
  function errorOf(answers: unknown): NamesError {
    try {
      agreeOnName({ name, answers: answers as NameAnswer[] })
    } catch (error) {
      if (error instanceof NamesError) return error
      throw error
    }
    throw new Error('nothing thrown')
  }

  it('gives the id that three or more nodes agree on', () => {
    expect(agreeOnName({ name: 'TEST', answers: said(record(), record(), record()) })).toBe(sessionId)
    expect(agreeOnName({ name, answers: said(record(), record(), record(), record()) })).toBe(sessionId)
  })

  it.each<[string, unknown, string, string]>([
    [
      'all: not registered',
      said({}, {}, { encryptedValue: undefined, nonce: undefined }),
      'NAMES_NOT_FOUND',
      'not-found',
    ],
    [
      'two of three: not registered',
      [...said({}, {}), { node: 'c', answer: { encryptedValue: new Uint8Array(49) } }],
      'NAMES_DISAGREEMENT',
      'unable',
    ],
    ['one failed', said({}, {}, null), 'NAMES_NODE_FAILED', 'unable'],
    ['two answers', said({}, {}), 'NAMES_TOO_FEW_ANSWERS', 'unable'],
    ['no answers', [], 'NAMES_TOO_FEW_ANSWERS', 'unable'],
    ['one node three times', ['A', 'a', 'a'].map((node) => ({ node, answer: {} })), 'NAMES_BAD_INPUT', 'unable'],
    ['no list', null, 'NAMES_BAD_INPUT', 'unable'],
    ['too many', Array.from({ length: 101 }, (_, i) => ({ node: `${i}`, answer: {} })), 'NAMES_BAD_INPUT', 'unable'],
    ['holes', [null, undefined, 5], 'NAMES_BAD_INPUT', 'unable'],
    [
      'a short value',
      said(...Array(3).fill({ encryptedValue: new Uint8Array(48), nonce: new Uint8Array(24) })),
      'NAMES_BAD_RECORD',
      'not-recognised',
    ],
    [
      'a value of another key',
      said(...Array(3).fill({ encryptedValue: new Uint8Array(49), nonce: new Uint8Array(24) })),
      'NAMES_BAD_RECORD',
      'not-recognised',
    ],
    ['no nonce', said(...Array(3).fill({ encryptedValue: new Uint8Array(49) })), 'NAMES_LEGACY_RECORD', 'unable'],
    ['values that are no bytes', said(...Array(3).fill({ encryptedValue: 'text' })), 'NAMES_DISAGREEMENT', 'unable'],
  ])('%s', (_, answers, code, failure) => {
    expect(errorOf(answers)).toMatchObject({ name: 'NamesError', code, failure })
  })

  it('refuses a record of one node’s own, even of the same id', () => {
    expect(errorOf(said(record(), record(), other())).code).toBe('NAMES_DISAGREEMENT')
    expect(errorOf(said(record(), { ...record(), nonce: undefined }, record())).code).toBe('NAMES_DISAGREEMENT')
  })

  it('refuses a name that is none before it looks at answers', () => {
    expect(codeOf(() => agreeOnName({ name: '@', answers: [] }))).toBe('NAMES_BAD_NAME')
    expect(new NamesError('NAMES_BAD_NAME', '').failure).toBe('not-recognised')
  })
})

it('exports these names', () => {
  expect(Object.keys(index).sort()).toEqual([
    'MAX_INPUT_CHARACTERS',
    'MAX_NAME_BYTES',
    'NAME_NONCE_LENGTH',
    'NAME_VALUE_LENGTH',
    'NamesError',
    'REQUIRED_ANSWERS',
    'agreeOnName',
    'isName',
    'legacyNameKey',
    'nameHash',
    'nameKey',
    'openNameRecord',
    'openRawNameRecord',
    'parseName',
    'rawNameHash',
    'rawNameKey',
    'sealNameRecord',
  ])
})
