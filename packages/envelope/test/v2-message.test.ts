import { concatBytes, SecretBytes } from '@sessionkit/bytes'
import { ed25519KeyPairFromSeed, ed25519Sign, ed25519Verify, ready, x25519KeyPairFromSecret } from '@sessionkit/crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  ACCOUNT_KEY_RETENTION,
  messageVersion,
  openV2Message,
  publicKeysOf,
  type SealV2Input,
  sealV2Message,
  V2_MAX_LENGTH,
  v2Length,
} from '../src/v2.ts'
import { people } from './people.ts'
import {
  accountKeys,
  encryptRaw,
  encryptRawPfs,
  fill,
  hostile,
  innerOf,
  padTo,
  secretOf,
  text,
  v2CodeOf,
} from './v2-world.ts'

beforeAll(() => ready)
const now = 1_700_000_000

function seal(change: Partial<SealV2Input> = {}): Uint8Array {
  const { alice, bob } = people()
  const keys = publicKeysOf(accountKeys(1))
  return sealV2Message({ content: text('hello'), from: alice, to: bob.sessionId, keys, ...change })
}
const open = (
  bytes: Uint8Array,
  held = [{ keys: accountKeys(1) }] as Parameters<typeof openV2Message>[0]['accountKeys'],
) => openV2Message({ bytes, recipient: people().bob, accountKeys: held, now })

describe('versions', () => {
  test('by the first bytes', () => {
    expect(messageVersion(Uint8Array.of(0, 2))).toBe(2)
    expect(messageVersion(Uint8Array.of(8, 1))).toBe(1)
    expect(messageVersion(Uint8Array.of(1, 2))).toBe(1)
    expect(messageVersion(seal())).toBe(2)
    expect(v2CodeOf(() => messageVersion(new Uint8Array(0)))).toBe('V2_BAD_FORMAT')
    for (const bytes of [[0], [0, 1], [0, 3, 1], [0, 0]]) {
      expect(v2CodeOf(() => messageVersion(Uint8Array.from(bytes)))).toBe('V2_UNKNOWN_VERSION')
    }
    expect(v2CodeOf(() => messageVersion('x' as never))).toBe('V2_BAD_ARGUMENT')
  })
})

describe('round trips', () => {
  test('any content, with and without forward secrecy and Pro', () => {
    const { alice, bob } = people()
    const pro = ed25519KeyPairFromSeed(secretOf(7))
    const input = fc.tuple(fc.uint8Array({ maxLength: 3000 }), fc.boolean(), fc.boolean())
    fc.assert(
      fc.property(input, ([content, pfs, withPro]) => {
        const bytes = seal({ content, ...(pfs ? {} : { keys: undefined }), ...(withPro ? { pro } : {}) })
        expect(bytes.length % 256).toBe(0)
        expect(bytes.length).toBe(v2Length({ contentLength: content.length, pro: withPro }))
        const opened = openV2Message({ bytes, recipient: bob, accountKeys: [{ keys: accountKeys(1) }], now })
        expect(opened).toMatchObject({ version: 2, content, sender: alice.sessionId, pfsEncrypted: pfs })
        expect(opened.senderEd25519).toEqual(alice.ed25519.publicKey)
        expect(opened.pro !== undefined).toBe(withPro)
        if (opened.pro) expect(ed25519Verify({ ...opened.pro, publicKey: pro.publicKey })).toBe(true)
      }),
      { numRuns: 60, seed: 20261124 },
    )
  })

  test('the length shows the bucket only', () => {
    expect(new Set([0, 1, 100, 279].map((size) => seal({ content: fill(1, size) }).length))).toEqual(new Set([1536]))
    expect(seal({ content: fill(1, 280) }).length).toBe(1792)
  })

  test('to oneself, and a fresh ephemeral key each time', () => {
    const { bob } = people()
    const bytes = seal({ from: bob })
    expect(open(bytes).sender).toBe(bob.sessionId)
    expect(bytes.slice(4, 36)).not.toEqual(seal({ from: bob }).slice(4, 36))
  })

  test('nothing of the caller is kept or changed', () => {
    const content = text('hello')
    seal({ content })
    expect(content).toEqual(text('hello'))
    const bytes = seal()
    const copy = bytes.slice()
    const opened = open(bytes)
    expect(bytes).toEqual(copy)
    bytes.fill(0)
    expect(opened.content).toEqual(text('hello'))
  })
})

describe('account keys', () => {
  test('any that is held opens, until 16 days after its rotation', () => {
    const bytes = seal()
    const old = (age: number) => [{ keys: accountKeys(2) }, { keys: accountKeys(1), rotated: now - age }]
    expect(open(bytes, old(0)).pfsEncrypted).toBe(true)
    expect(open(bytes, old(ACCOUNT_KEY_RETENTION)).pfsEncrypted).toBe(true)
    expect(v2CodeOf(() => open(bytes, old(ACCOUNT_KEY_RETENTION + 1)))).toBe('V2_NO_KEY')
    expect(v2CodeOf(() => open(bytes, []))).toBe('V2_NO_KEY')
    expect(v2CodeOf(() => open(bytes, [{ keys: accountKeys(2) }]))).toBe('V2_NO_KEY')
  })

  test('two keys with one indicator are both tried, and a wrong one is passed over', () => {
    const keys = accountKeys(1)
    const twin = { mlKem768: keys.mlKem768, x25519: x25519KeyPairFromSecret(secretOf(9)) }
    expect(open(seal(), [{ keys: twin }, { keys, rotated: now - 5 }]).content).toEqual(text('hello'))
    expect(v2CodeOf(() => open(seal(), [{ keys: twin }]))).toBe('V2_NO_KEY')
    // A message without forward secrecy whose random indicator is that of a key that is held.
    const plain = encryptRaw(padTo(innerOf({ ...good() }), 396), people().bob)
    const { pfsEncrypted } = open(indicatorOf(plain, seal()), [{ keys }])
    expect(pfsEncrypted).toBe(false)
  })

  test('keys that nothing can be encrypted to', () => {
    const keys = publicKeysOf(accountKeys(1))
    expect(v2CodeOf(() => seal({ keys: { ...keys, x25519: fill(0) } }))).toBe('V2_BAD_RECIPIENT')
    expect(v2CodeOf(() => seal({ keys: { ...keys, mlKem768: fill(255, 1184) } }))).toBe('V2_BAD_RECIPIENT')
    expect(v2CodeOf(() => seal({ keys: { ...keys, x25519: fill(1, 31) } }))).toBe('V2_BAD_ARGUMENT')
    expect(v2CodeOf(() => seal({ keys: { ...keys, mlKem768: fill(1, 1183) } }))).toBe('V2_BAD_ARGUMENT')
    expect(v2CodeOf(() => seal({ to: '05' as never }))).toBe('V2_BAD_RECIPIENT')
    expect(v2CodeOf(() => seal({ random: () => fill(1, 3) }))).toBe('V2_BAD_ARGUMENT')
    expect(v2CodeOf(() => seal({ content: fill(1, V2_MAX_LENGTH - 1000) }))).toBe('V2_TOO_LARGE')
    expect(v2CodeOf(() => seal({ from: {} as never }))).toBe('V2_BAD_ARGUMENT')
    expect(v2CodeOf(() => v2Length({ contentLength: -1 }))).toBe('V2_BAD_ARGUMENT')
  })
})

/** The body of a good inner dict. */
function good(): { body: Uint8Array; from: ReturnType<typeof people>['alice']; to: ReturnType<typeof people>['bob'] } {
  const { alice, bob } = people()
  return { body: concatBytes(text('1:S32:'), alice.ed25519.publicKey, text('1:c5:hello')), from: alice, to: bob }
}

/** Not the mask of the other's ephemeral key, so any indicator will do: every one is random here. */
function indicatorOf(message: Uint8Array, other: Uint8Array): Uint8Array {
  const out = message.slice()
  out.set(other.subarray(2, 4), 2)
  return out
}

describe('what is refused', () => {
  test('by length and version', () => {
    const bytes = seal()
    expect(v2CodeOf(() => open(new Uint8Array(0)))).toBe('V2_BAD_FORMAT')
    expect(v2CodeOf(() => open(Uint8Array.of(0, 3, 1)))).toBe('V2_UNKNOWN_VERSION')
    expect(v2CodeOf(() => open(Uint8Array.of(0, 1)))).toBe('V2_UNKNOWN_VERSION')
    expect(v2CodeOf(() => open(Uint8Array.of(8, 1)))).toBe('V2_UNKNOWN_VERSION')
    expect(v2CodeOf(() => open(bytes.slice(0, 1535)))).toBe('V2_BAD_FORMAT')
    expect(v2CodeOf(() => open(padTo(bytes, V2_MAX_LENGTH + 1)))).toBe('V2_BAD_FORMAT')
    expect(v2CodeOf(() => open(padTo(bytes, 1600)))).toBe('V2_NO_KEY')
  })

  test('a degenerate ephemeral key', () => {
    const bytes = seal()
    bytes.fill(0, 4, 36)
    expect(v2CodeOf(() => open(bytes))).toBe('V2_BAD_FORMAT')
  })

  test('a length that is no multiple of 256 is not', () => {
    expect(open(encryptRaw(padTo(innerOf(good()), 397), people().bob)).content).toEqual(text('hello'))
  })

  test('any change outside of the free bytes of the fallback', () => {
    for (const [bytes, free] of [
      [seal(), []],
      [seal({ keys: undefined }), [2, 36, 1123]],
    ] as const) {
      for (const at of [2, 4, 35, 36, 600, 1123, 1124, 1300, bytes.length - 1]) {
        const changed = bytes.slice()
        changed[at]! ^= 1
        // What the fallback does not use is not authenticated, and says nothing.
        if ((free as readonly number[]).some((from) => at === from || (from === 36 && at > 36 && at < 1123))) {
          expect(open(changed).content).toEqual(text('hello'))
        } else expect([at, v2CodeOf(() => open(changed))]).toEqual([at, 'V2_NO_KEY'])
      }
    }
  })

  test('malformed inner dicts', () => {
    const { alice, bob, carol } = people()
    const S = concatBytes(text('1:S32:'), alice.ed25519.publicKey)
    const inner = (body: Uint8Array, after?: Uint8Array, from = alice, to = bob) =>
      v2CodeOf(() => open(encryptRaw(padTo(innerOf({ body, from, to, ...(after ? { after } : {}) }), 396), bob)))
    const c = text('1:c5:hello')
    expect(inner(concatBytes(S, c))).toBe(null)
    expect(inner(concatBytes(text('1:A3:new'), S, text('1:Zi5e'), c, text('1:d2:xx')))).toBe(null)
    expect(inner(c)).toBe('V2_BAD_FORMAT')
    expect(inner(S)).toBe('V2_BAD_FORMAT')
    expect(inner(concatBytes(text('1:S31:'), alice.ed25519.publicKey.slice(1), c))).toBe('V2_BAD_FORMAT')
    expect(inner(concatBytes(S, text('1:ci5e')))).toBe('V2_BAD_FORMAT')
    expect(inner(concatBytes(c, S))).toBe('V2_BAD_FORMAT')
    expect(inner(concatBytes(S, S, c))).toBe('V2_BAD_FORMAT')
    expect(inner(concatBytes(S, c), text('2:~P3:abc'))).toBe('V2_BAD_FORMAT')
    expect(inner(concatBytes(S, c), text('ex'))).toBe('V2_BAD_FORMAT')
    expect(inner(concatBytes(S, c), undefined, carol)).toBe('V2_BAD_SIGNATURE')
    // Passed on: signed by alice for carol, and encrypted to bob.
    expect(inner(concatBytes(S, c), undefined, alice, carol)).toBe('V2_BAD_SIGNATURE')
    const noSignature = concatBytes(text('d'), S, c, text('e'))
    for (const bytes of [noSignature, text('de'), text('le'), text('i1e'), new Uint8Array(0), text('d1:S')]) {
      expect(v2CodeOf(() => open(encryptRaw(padTo(bytes, 396), bob)))).toBe('V2_BAD_FORMAT')
    }
  })

  test('a sender key that is no id', () => {
    const { alice, bob } = people()
    // The neutral element: verifies nothing.
    const body = concatBytes(text('1:S32:'), padTo(Uint8Array.of(1), 32), text('1:c5:hello'))
    const code = v2CodeOf(() => open(encryptRaw(padTo(innerOf({ body, from: alice, to: bob }), 396), bob)))
    expect(code).toBe('V2_BAD_SIGNATURE')
  })

  test('a malformed message under a good account key is refused, not tried with the next key', () => {
    const { bob, carol } = people()
    const fine = encryptRawPfs(padTo(innerOf(good()), 396), bob, accountKeys(1))
    expect(open(fine)).toMatchObject({ pfsEncrypted: true, content: text('hello') })
    const broken = encryptRawPfs(padTo(text('d1:S'), 396), bob, accountKeys(1))
    expect(v2CodeOf(() => open(broken))).toBe('V2_BAD_FORMAT')
    // Carol's signature under alice's name.
    const bytes = encryptRawPfs(padTo(innerOf({ ...good(), from: carol }), 396), bob, accountKeys(1))
    expect(v2CodeOf(() => open(bytes))).toBe('V2_BAD_SIGNATURE')
    expect(v2CodeOf(() => open(bytes, [{ keys: accountKeys(1) }, { keys: accountKeys(1), rotated: now }]))).toBe(
      'V2_BAD_SIGNATURE',
    )
    expect(v2CodeOf(() => open(bytes, []))).toBe('V2_NO_KEY')
    expect(v2CodeOf(() => open(bytes, [{ keys: accountKeys(2) }]))).toBe('V2_NO_KEY')
    expect(v2CodeOf(() => openV2Message({ bytes, recipient: people().bob, accountKeys: [], now: -1 }))).toBe(
      'V2_BAD_ARGUMENT',
    )
    expect(v2CodeOf(() => openV2Message({ bytes, recipient: null as never, now }))).toBe('V2_BAD_ARGUMENT')
    for (const accountKeys of [null, 5, [null], [{}], [{ keys: {} }]]) {
      const open = () => openV2Message({ bytes, recipient: people().bob, accountKeys: accountKeys as never, now })
      expect(v2CodeOf(open)).toBe('V2_BAD_ARGUMENT')
    }
  })

  test('Pro: what is signed covers the sender signature', () => {
    const pro = ed25519KeyPairFromSeed(SecretBytes.take(fill(5)))
    const { pro: found } = open(seal({ pro }))
    expect(found?.signature).toEqual(ed25519Sign({ message: found!.message, keyPair: pro }))
    expect(found!.message.slice(-64)).toHaveLength(64)
  })
})

describe('10,000 random and changed inputs give a value or a typed error', () => {
  test('openV2Message, changed outside the encryption', () => {
    const inputs = [seal(), seal({ keys: undefined })]
    const held = [{ keys: accountKeys(1) }]
    const { alice, bob } = people()
    for (const bytes of hostile(inputs, 10_000, 21)) {
      v2CodeOf(() => {
        const opened = openV2Message({ bytes, recipient: bob, accountKeys: held, now })
        expect(opened).toMatchObject({ sender: alice.sessionId, content: text('hello') })
      })
    }
  })

  test('openV2Message, changed inside the encryption', () => {
    const { bob, alice } = people()
    for (const plain of hostile([innerOf(good())], 10_000, 22)) {
      v2CodeOf(() => {
        const opened = openV2Message({ bytes: encryptRaw(padTo(plain, 396), bob), recipient: bob, now })
        expect(opened.sender).toBe(alice.sessionId)
      })
    }
  })
})
