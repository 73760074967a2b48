import { hexToBytes } from '@sessionkit/bytes'
import { ready } from '@sessionkit/crypto'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { fingerprint, idFromPublicKey, parseSessionId, verifyFingerprintQr } from '../src/index.ts'
import { proquints } from '../src/proquint.ts'
import { codeOf } from './code-of.ts'

beforeAll(() => ready)

const alice = parseSessionId('05d2ad010eeb72d72e561d9de7bd7b6989af77dcabffa03a5111a6c859ae5c3a72')
const bob = parseSessionId('05aa654f00fc39fc69fd0db829410ca38177d7732a8d2f0934ab3872ac56d5aa74')
const ids = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .filter((bytes) => bytes.some((b) => b !== 0))
  .map((publicKey) => idFromPublicKey({ prefix: '05', publicKey }))

it('writes the proquints of the published examples', () => {
  const of = (...address: number[]): string => proquints(Uint8Array.from(address)).join('-')
  expect(of(127, 0, 0, 1)).toBe('lusab-babad')
  expect(of(63, 84, 220, 193)).toBe('gutih-tugad')
  expect(of(63, 118, 7, 35)).toBe('gutuk-bisog')
  expect(of(140, 98, 193, 141)).toBe('mudof-sakat')
  expect(of(64, 255, 6, 200)).toBe('haguz-biram')
})

it('is stable', () => {
  // Pinned: an update that changed these would make two honest people see a difference.
  expect(fingerprint({ ours: alice, theirs: bob })).toMatchInlineSnapshot(`
    {
      "digits": "09287 09530 73340 74128 80854 49454 84065 24540 69102 40352 30446 55359",
      "qr": "sessionkit:fingerprint?v=1&a=05aa654f00fc39fc69fd0db829410ca38177d7732a8d2f0934ab3872ac56d5aa74&b=05d2ad010eeb72d72e561d9de7bd7b6989af77dcabffa03a5111a6c859ae5c3a72",
      "words": "bahaf pimod mitur popul gabip kisag dagub rufiz dudol zajub taduj vapig",
    }
  `)
})

it('is the same on both sides, whatever the case', () => {
  fc.assert(
    fc.property(ids, ids, (a, b) => {
      const mine = fingerprint({ ours: a, theirs: b })
      expect(fingerprint({ ours: b, theirs: a.toUpperCase() as never })).toEqual(mine)
      expect(mine.words).toMatch(/^([bdfghjklmnprstvz][aiou]){2}[bdfghjklmnprstvz]( [a-z]{5}){11}$/)
      expect(mine.digits).toMatch(/^\d{5}( \d{5}){11}$/)
      expect(verifyFingerprintQr({ text: mine.qr, ours: a, theirs: b })).toBe(true)
      expect(verifyFingerprintQr({ text: mine.qr, ours: b, theirs: a })).toBe(true)
    }),
  )
})

it('differs for another id', () => {
  const other = idFromPublicKey({ prefix: '05', publicKey: hexToBytes('aa'.repeat(32)) })
  const [x, y] = [fingerprint({ ours: alice, theirs: bob }), fingerprint({ ours: alice, theirs: other })]
  expect(x.words).not.toBe(y.words)
  expect(x.digits).not.toBe(y.digits)
  expect(verifyFingerprintQr({ text: x.qr, ours: alice, theirs: other })).toBe(false)
})

it('answers false for any other text', () => {
  const { qr } = fingerprint({ ours: alice, theirs: bob })
  const input = { ours: alice, theirs: bob }
  for (const text of ['', `${qr} `, qr.toUpperCase(), qr.replace('v=1', 'v=2'), alice, null, undefined, 1, {}]) {
    expect(verifyFingerprintQr({ ...input, text: text as never })).toBe(false)
  }
})

it('takes Session IDs only', () => {
  const group = `03${alice.slice(2)}` as never
  expect(codeOf(() => fingerprint({ ours: alice, theirs: group }))).toBe('SESSION_ID_WRONG_PREFIX')
  expect(codeOf(() => verifyFingerprintQr({ text: '', ours: group, theirs: bob }))).toBe('SESSION_ID_WRONG_PREFIX')
})
