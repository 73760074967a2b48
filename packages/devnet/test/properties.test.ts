import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ParamError, Params, parseBase64 } from '../src/params.ts'
import { parseJson } from '../src/parse-json.ts'
import { parseRequest } from '../src/parse-request.ts'
import { decodeRows, encodeRows, piecesOf } from '../src/pushed-rows.ts'

const hash = fc.stringMatching(/^[A-Za-z0-9+/]{43}$/)
const row = fc.record({
  hash,
  owner: fc.stringMatching(/^[0-9a-f]{66}$/),
  namespace: fc.integer({ min: -32_768, max: 32_767 }),
  timestamp: fc.maxSafeNat(),
  expiry: fc.maxSafeNat(),
  data: fc.uint8Array({ maxLength: 100 }),
})

test('pushed rows come back as they were', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 8 }), (rows) => {
      expect(decodeRows(encodeRows(rows))).toEqual(rows)
      expect(piecesOf(rows).flat()).toEqual(rows)
    }),
  )
})

test('what is no push has no rows', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      expect(Array.isArray(decodeRows(bytes))).toBe(true)
    }),
  )
})

test('base64 is read with any legal padding', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
      const text = Buffer.from(bytes).toString('base64')
      expect(parseBase64(text)).toEqual(bytes)
      expect(parseBase64(text.replace(/=+$/, ''))).toEqual(bytes)
      expect(parseBase64(`${text}=`)).toBeNull()
    }),
  )
  for (const text of ['A', 'AAAAA', 'A-_A', 'AA=', 'AAA==', '====', 'AA ==', 'A=AA'])
    expect(parseBase64(text)).toBeNull()
  expect(parseBase64('AAB')).toEqual(parseBase64('AAA'))
})

test('JSON is read as JSON.parse does, but for numbers that are not written as integers', () => {
  fc.assert(
    fc.property(fc.json({ noUnicodeString: false }), (text) => {
      const integersOnly = !/\d[.eE]/.test(text)
      if (integersOnly) expect(parseJson(text)).toEqual(JSON.parse(text))
      else expect(typeof parseJson(text)).toBe(typeof JSON.parse(text))
    }),
  )
  expect(parseJson('{"a":1.0,"b":"1.0 \\" 2e3","c":-4}')).toEqual({ a: 0.5, b: '1.0 " 2e3', c: -4 })
})

test('any parameters are a request or a ParamError', () => {
  const methods = [
    'store',
    'retrieve',
    'delete',
    'delete_all',
    'expire',
    'get_expiries',
    'batch',
    'ifelse',
    'oxend_request',
  ]
  const names = ['pubkey', 'timestamp', 'ttl', 'data', 'namespace', 'messages', 'expiry', 'signature', 'requests', 'if']
  const params = fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.jsonValue(), fc.integer(), hash))
  fc.assert(
    fc.property(fc.constantFrom(...methods), params, (method, given) => {
      try {
        expect(parseRequest(method, Params.fromJson(given as Record<string, unknown>)).method).toBe(method)
      } catch (error) {
        expect(error).toBeInstanceOf(ParamError)
      }
    }),
    { numRuns: 1000 },
  )
})
