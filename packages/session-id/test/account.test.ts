import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { bytesToHex, hexToBytes, SecretBytes } from '@sessionkit/bytes'
import {
  ed25519PublicKeyToX25519,
  ed25519Sign,
  ed25519Verify,
  ready,
  x25519KeyPairFromSecret,
} from '@sessionkit/crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { accountFromSeed, createAccount, ed25519MatchesSessionId, parseId, sessionIdFromEd25519 } from '../src/index.ts'
import { codeOf } from './code-of.ts'

const vectors = JSON.parse(readFileSync(new URL('../../../vectors/identity.json', import.meta.url), 'utf8'))

beforeAll(() => ready)

describe('known answers', () => {
  it.each([...vectors.accounts, ...vectors.phrases_english])('account $account_id', (v) => {
    const account = accountFromSeed(hexToBytes(v.seed))
    expect(bytesToHex(account.seed.reveal())).toBe(v.seed)
    expect(bytesToHex(account.ed25519.seed.reveal())).toBe(v.padded_seed)
    expect(bytesToHex(account.ed25519.publicKey)).toBe(v.ed25519_public)
    expect(bytesToHex(account.x25519.secretKey.reveal())).toBe(v.x25519_secret)
    if (v.x25519_public) expect(bytesToHex(account.x25519.publicKey)).toBe(v.x25519_public)
    expect(account.sessionId).toBe(v.account_id)
    expect(sessionIdFromEd25519(account.ed25519.publicKey)).toBe(v.account_id)
    expect(accountFromSeed(hexToBytes(v.padded_seed)).sessionId).toBe(v.account_id)
  })

  it.each([...vectors.ed25519_to_x25519])('conversion of $ed25519_public', (v: Record<string, string>) => {
    if (v.ed25519_seed) {
      const account = accountFromSeed(hexToBytes(v.ed25519_seed))
      expect(bytesToHex(account.ed25519.publicKey)).toBe(v.ed25519_public)
      expect(bytesToHex(account.x25519.secretKey.reveal())).toBe(v.x25519_secret)
    }
    if (v.x25519_public) expect(sessionIdFromEd25519(hexToBytes(v.ed25519_public!))).toBe(`05${v.x25519_public}`)
  })
})

describe('an account', () => {
  const seed = new Uint8Array(16).fill(7)

  it('keeps the 16 bytes and asks for randomness once', () => {
    const asked: number[] = []
    const random = (n: number): Uint8Array => {
      asked.push(n)
      return seed
    }
    const account = createAccount({ random })
    expect(asked).toEqual([16])
    expect(account.seed.length).toBe(16)
    expect(account.sessionId).toBe(accountFromSeed(SecretBytes.from(seed)).sessionId)
    expect(createAccount().sessionId).not.toBe(createAccount().sessionId)
  })

  it('copies the seed', () => {
    const mine = new Uint8Array(seed)
    const secret = SecretBytes.from(seed)
    const accounts = [accountFromSeed(mine), accountFromSeed(secret)]
    mine.fill(0)
    secret.wipe()
    for (const account of accounts) expect(account.seed.reveal()).toEqual(seed)
  })

  it('never prints a secret', () => {
    const account = accountFromSeed(seed)
    const shown = `[Account ${account.sessionId}]`
    expect(inspect(account, { depth: 9, showHidden: true })).toBe(shown)
    expect(String(account)).toBe(shown)
    expect(JSON.stringify({ account })).toBe(`{"account":{"sessionId":"${account.sessionId}"}}`)
    const spread = inspect({ ...account }, { depth: 9, showHidden: true }) + JSON.stringify({ ...account })
    for (const secret of [account.seed, account.ed25519.seed, account.x25519.secretKey]) {
      expect(spread).not.toContain(bytesToHex(secret.reveal()))
      expect(spread).not.toContain([...secret.reveal()].slice(0, 8).join(','))
    }
  })

  it('wipes all three secrets and keeps the public part', () => {
    const account = accountFromSeed(seed)
    const live = [account.seed, account.ed25519.seed, account.x25519.secretKey].map((s) => s.reveal())
    account.wipe()
    account.wipe()
    for (const bytes of live) expect(bytes.every((b) => b === 0)).toBe(true)
    expect(account.seed.isWiped && account.ed25519.seed.isWiped && account.x25519.secretKey.isWiped).toBe(true)
    expect(account.sessionId).toMatch(/^05/)
    expect(codeOf(() => accountFromSeed(account.seed))).toBe('BYTES_SECRET_WIPED')
  })

  it('refuses every other seed', () => {
    for (const length of [0, 1, 15, 17, 24, 31, 33, 64]) {
      expect(codeOf(() => accountFromSeed(new Uint8Array(length)))).toBe('SESSION_ID_BAD_SEED')
    }
    for (const value of [undefined, null, 'aa'.repeat(16), { length: 16 }]) {
      expect(codeOf(() => accountFromSeed(value as never))).toBe('SESSION_ID_BAD_SEED')
    }
    expect(codeOf(() => createAccount({ random: () => new Uint8Array(15) }))).toBe('SESSION_ID_BAD_SEED')
  })

  it('has keys that belong together', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const { ed25519, x25519, sessionId } = accountFromSeed(bytes)
        expect(x25519KeyPairFromSecret(x25519.secretKey).publicKey).toEqual(x25519.publicKey)
        expect(ed25519PublicKeyToX25519(ed25519.publicKey)).toEqual(x25519.publicKey)
        expect(parseId(sessionId).publicKey).toEqual(x25519.publicKey)
        const message = bytes.subarray(0, 9)
        const signature = ed25519Sign({ message, keyPair: ed25519 })
        expect(ed25519Verify({ message, signature, publicKey: ed25519.publicKey })).toBe(true)
      }),
      { numRuns: 30 },
    )
  })
})

describe('the id of a received Ed25519 key', () => {
  const bad = {
    'the identity, small order': `01${'00'.repeat(31)}`,
    'y = 0, order 4': '00'.repeat(32),
    'y = -1, order 2': `ec${'ff'.repeat(30)}7f`,
    'order 8': '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'not canonical': `ee${'ff'.repeat(30)}7f`,
    'not on the curve': `02${'00'.repeat(31)}`,
    'all ones': 'ff'.repeat(32),
  }

  it.each(Object.entries(bad))('%s is refused', (_, hex) => {
    const publicKey = hexToBytes(hex)
    expect(codeOf(() => sessionIdFromEd25519(publicKey))).toBe('SESSION_ID_BAD_PUBLIC_KEY')
    expect(ed25519MatchesSessionId({ publicKey, sessionId: accountFromSeed(new Uint8Array(16)).sessionId })).toBe(false)
  })

  it('refuses wrong lengths and things', () => {
    expect(codeOf(() => sessionIdFromEd25519(new Uint8Array(31)))).toBe('SESSION_ID_WRONG_LENGTH')
    expect(codeOf(() => sessionIdFromEd25519('aa' as never))).toBe('SESSION_ID_NOT_BYTES')
  })

  it('matches its own id only, and loses the sign', () => {
    const [a, b] = [1, 2].map((n) => accountFromSeed(new Uint8Array(16).fill(n)))
    const publicKey = a!.ed25519.publicKey
    expect(ed25519MatchesSessionId({ publicKey, sessionId: a!.sessionId })).toBe(true)
    expect(ed25519MatchesSessionId({ publicKey, sessionId: b!.sessionId })).toBe(false)
    const negative = new Uint8Array(publicKey)
    negative[31]! ^= 0x80
    expect(sessionIdFromEd25519(negative)).toBe(a!.sessionId)
  })

  it('refuses randomness of the wrong kind', () => {
    for (const random of [1, 'x', {}, () => 'x', () => new Uint8Array(15)]) {
      expect(codeOf(() => createAccount({ random: random as never }))).toBe('SESSION_ID_BAD_SEED')
    }
  })

  it('keeps apart from the array that a random source gave', () => {
    const given = new Uint8Array(16).fill(3)
    const account = createAccount({ random: () => given })
    account.wipe()
    expect(given).toStrictEqual(new Uint8Array(16).fill(3))
    expect(createAccount().seed.equals(createAccount().seed)).toBe(false)
  })
})
