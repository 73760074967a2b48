import { SecretBytes } from '@sessionkit/bytes'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import * as native from '../src/backend-native.ts'
import type { CryptoBackend } from '../src/index.ts'
import * as node from '../src/node.ts'
import * as portable from '../src/portable.ts'
import { badEdwardsKeys, mixedOrderKeys } from './material.ts'

const exactly = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
const message = fc.oneof(fc.uint8Array({ maxLength: 600 }), fc.uint8Array({ minLength: 3000, maxLength: 3200 }))

/** What a call gives: its bytes, or the code of its error. */
function outcome(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return (error as { code: string }).code
  }
}

function sameOn<T>(input: fc.Arbitrary<T>, call: (crypto: CryptoBackend, input: T) => unknown, numRuns = 100): void {
  fc.assert(
    fc.property(input, (value) => {
      const expected = outcome(() => call(portable, value))
      expect(outcome(() => call(node, value))).toEqual(expected)
      expect(outcome(() => call(native, value))).toEqual(expected)
    }),
    { numRuns, seed: 20261124 },
  )
}

describe('the backends give the same bytes', () => {
  beforeAll(() => portable.ready)

  it('names', () => {
    expect(Object.keys(node).sort()).toEqual(Object.keys(portable).sort())
    expect([node.backendName, portable.backendName, native.backendName]).toEqual(['node', 'portable', 'native'])
  })

  it('keys', () => {
    sameOn(fc.tuple(exactly(32), exactly(32)), (crypto, [a, b]) => {
      const ed25519 = crypto.ed25519KeyPairFromSeed(SecretBytes.from(a))
      const x25519 = crypto.ed25519KeyPairToX25519(ed25519)
      const raw = crypto.x25519KeyPairFromSecret(SecretBytes.from(b))
      return [
        ed25519.publicKey,
        x25519.publicKey,
        x25519.secretKey.copy(),
        crypto.ed25519PublicKeyToX25519(ed25519.publicKey),
        crypto.x25519KeyPairFromSecret(x25519.secretKey).publicKey,
        raw.publicKey,
        crypto.x25519({ secretKey: raw.secretKey, publicKey: x25519.publicKey }),
        crypto.xed25519PublicKey(raw.publicKey),
      ]
    })
    sameOn(fc.tuple(exactly(32), exactly(32)), (crypto, [secretKey, publicKey]) => {
      return crypto.x25519({ secretKey: SecretBytes.from(secretKey), publicKey })
    })
    sameOn(exactly(32), (crypto, key) => outcome(() => crypto.ed25519PublicKeyToX25519(key)))
  })

  it('signatures', () => {
    sameOn(fc.tuple(exactly(32), message, exactly(64)), (crypto, [seed, text, noise]) => {
      const keyPair = crypto.ed25519KeyPairFromSeed(SecretBytes.from(seed))
      const secretKey = SecretBytes.from(seed)
      return [
        crypto.ed25519Sign({ message: text, keyPair }),
        crypto.xed25519Sign({ message: text, secretKey, random: () => noise }),
      ]
    })
  })

  it('verdicts on honest, changed and crafted signatures', () => {
    const crafted = fc.constantFrom(...badEdwardsKeys(), ...mixedOrderKeys())
    const edit = fc.record({ at: fc.nat(95), xor: fc.constantFrom(0, 0, 1, 64, 128, 255) })
    const input = fc.tuple(exactly(32), fc.uint8Array({ maxLength: 40 }), edit, fc.option(crafted), fc.option(crafted))
    sameOn(
      input,
      (crypto, [seed, text, { at, xor }, otherKey, otherR]) => {
        const keyPair = portable.ed25519KeyPairFromSeed(SecretBytes.from(seed))
        const signed = new Uint8Array([...portable.ed25519Sign({ message: text, keyPair }), ...keyPair.publicKey])
        if (otherR !== null) signed.set(otherR)
        if (otherKey !== null) signed.set(otherKey, 64)
        signed[at]! ^= xor
        const signature = signed.subarray(0, 64)
        const publicKey = signed.subarray(64)
        return [
          crypto.ed25519Verify({ message: text, signature, publicKey }),
          crypto.xed25519Verify({ message: text, signature, publicKey }),
        ]
      },
      400,
    )
  })

  it('verdicts where small-order components cancel', () => {
    // A mixed-order key passes the cofactorless equation for one message in eight: no backend may differ.
    for (const publicKey of mixedOrderKeys()) {
      for (let i = 0; i < 40; i++) {
        const text = Uint8Array.of(i)
        const r = portable.scalarReduce(portable.sha512(text))
        const R = portable.ed25519ScalarMultBase(r)
        const k = portable.scalarReduce(portable.sha512(new Uint8Array([...R, ...publicKey, ...text])))
        const a = new Uint8Array(32)
        new DataView(a.buffer).setUint32(0, 1234567, true)
        const signature = new Uint8Array([...R, ...portable.scalarAdd(r, portable.scalarMultiply(k, a))])
        const input = { message: text, signature, publicKey }
        expect(node.ed25519Verify(input)).toBe(portable.ed25519Verify(input))
        expect(native.ed25519Verify(input)).toBe(portable.ed25519Verify(input))
      }
    }
  })

  it('ciphers', () => {
    const input = fc.record({
      key: exactly(32),
      nonce: exactly(24),
      message,
      associatedData: fc.option(fc.uint8Array({ maxLength: 80 }), { nil: undefined }),
      flip: fc.boolean(),
    })
    sameOn(input, (crypto, { flip, ...given }) => {
      const ciphertext = crypto.xchacha20poly1305Encrypt(given)
      const iv = given.nonce.subarray(0, 12)
      const gcm = crypto.aes256GcmEncrypt({ ...given, iv })
      const cbc = crypto.aes256CbcEncrypt({ ...given, iv: given.nonce.subarray(0, 16) })
      const box = crypto.secretboxSeal(given)
      const sealed = [ciphertext, gcm, cbc, box].map((it) => new Uint8Array(it))
      if (flip) for (const it of [ciphertext, gcm, cbc, box]) it[it.length - 1]! ^= 1
      return [
        sealed,
        outcome(() => crypto.xchacha20poly1305Decrypt({ ...given, ciphertext })),
        outcome(() => crypto.aes256GcmDecrypt({ ...given, iv, ciphertext: gcm })),
        outcome(() => crypto.aes256CbcDecrypt({ ...given, iv: given.nonce.subarray(0, 16), ciphertext: cbc })),
        outcome(() => crypto.secretboxOpen({ ...given, box })),
      ]
    })
  })

  it('secretstreams', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 4080, max: 4200 }).map((length) => new Uint8Array(length).fill(length)),
    )
    const input = fc.record({ key: exactly(32), header: exactly(24), pieces: fc.array(piece, { maxLength: 4 }) })
    const tag = fc.constantFrom('message' as const, 'message' as const, 'push' as const, 'rekey' as const)
    sameOn(fc.tuple(input, tag, fc.boolean()), (crypto, [{ pieces, ...given }, middle, flip]) => {
      const push = crypto.secretstreamPush(given)
      const sealed = pieces.map((message, i) =>
        push.push({ message, tag: i === pieces.length - 1 ? 'final' : i === 1 ? middle : 'message' }),
      )
      if (flip && sealed.length > 0) sealed.at(-1)![9]! ^= 1
      const pull = crypto.secretstreamPull(given)
      return [sealed, outcome(() => sealed.map((it) => pull.pull(it)))]
    })
  })

  it('sealed boxes', () => {
    sameOn(fc.tuple(exactly(32), exactly(32), message, fc.boolean()), (crypto, [a, e, text, flip]) => {
      const keyPair = crypto.x25519KeyPairFromSecret(SecretBytes.from(a))
      const box = crypto.sealedBoxSeal({ message: text, publicKey: keyPair.publicKey, random: () => e })
      const sealed = new Uint8Array(box)
      if (flip) box[box.length - 1]! ^= 1
      return [sealed, outcome(() => crypto.sealedBoxOpen({ box, keyPair }))]
    })
    sameOn(fc.tuple(exactly(32), fc.uint8Array({ maxLength: 100 })), (crypto, [a, box]) => {
      return crypto.sealedBoxOpen({ box, keyPair: crypto.x25519KeyPairFromSecret(SecretBytes.from(a)) })
    })
  })

  it('hashes', () => {
    sameOn(fc.tuple(message, fc.uint8Array({ maxLength: 200 })), (crypto, [text, key]) => [
      crypto.sha256(text),
      crypto.sha512(text),
      crypto.hmacSha256({ key, message: text }),
    ])
    const size = fc.integer({ min: 0, max: 70 })
    const key = fc.option(fc.uint8Array({ maxLength: 70 }), { nil: undefined })
    sameOn(fc.tuple(fc.array(message, { maxLength: 3 }), size, key), (crypto, [parts, length, key]) => [
      crypto.blake2b({ message: parts, length, key }),
      crypto.blake2b({ message: parts[0] ?? new Uint8Array(0), length, key }),
    ])
    const password = fc.uint8Array({ maxLength: 30 })
    sameOn(
      fc.tuple(password, exactly(16), fc.integer({ min: 15, max: 40 })),
      (crypto, [password, salt, length]) => crypto.argon2id({ password, salt, opsLimit: 1, memLimit: 8192, length }),
      20,
    )
  })

  it('memory that threads share, and Buffers out of a pool', () => {
    const shared = (bytes: Uint8Array): Uint8Array => {
      const out = new Uint8Array(new SharedArrayBuffer(bytes.length))
      out.set(bytes)
      return out
    }
    const pooled = (bytes: Uint8Array): Uint8Array => Buffer.from(bytes)
    const text = new Uint8Array(80).fill(5)
    const key = new Uint8Array(32).fill(6)
    const pair = portable.x25519KeyPairFromSecret(SecretBytes.from(key))
    const keyPair = portable.ed25519KeyPairFromSeed(SecretBytes.from(key))
    const signature = portable.ed25519Sign({ message: text, keyPair })
    const sealed = portable.sealedBoxSeal({ message: text, publicKey: pair.publicKey })
    const given = { key, nonce: new Uint8Array(24) }
    const box = portable.secretboxSeal({ ...given, message: text })
    for (const form of [shared, pooled]) {
      const publicKey = form(pair.publicKey)
      expect(native.sealedBoxOpen({ box: form(sealed), keyPair: { ...pair, publicKey } })).toEqual(text)
      // A box of shared memory that nobody sealed must not open to zeros.
      const forged = outcome(() => native.sealedBoxOpen({ box: form(text), keyPair: pair }))
      expect(forged).toBe('CRYPTO_OPEN_FAILED')
      expect(native.secretboxOpen({ ...given, box: form(box) })).toEqual(text)
      expect(outcome(() => native.secretboxOpen({ ...given, box: form(text) }))).toBe('CRYPTO_OPEN_FAILED')
      const signed = { signature: form(signature), publicKey: form(keyPair.publicKey) }
      expect(native.ed25519Verify({ ...signed, message: form(text) })).toBe(true)
      expect(native.ed25519Verify({ ...signed, message: form(key) })).toBe(false)
      const hash = { length: 32, key: form(key) }
      const expected = portable.blake2b({ ...hash, message: text })
      expect(native.blake2b({ ...hash, message: form(text) })).toEqual(expected)
      expect(native.blake2b({ ...hash, message: [form(text)] })).toEqual(expected)
    }
    const holes = new Array<Uint8Array>(1)
    expect(outcome(() => native.blake2b({ message: holes, length: 32 }))).toBe('CRYPTO_NOT_BYTES')
  })

  it('scalars and points', () => {
    sameOn(fc.tuple(exactly(32), exactly(32), exactly(64)), (crypto, [a, b, wide]) => {
      const point = crypto.ed25519ScalarMultBase(crypto.scalarReduce(wide))
      return [
        point,
        crypto.scalarReduce(wide),
        crypto.scalarAdd(a, b),
        crypto.scalarNegate(a),
        crypto.scalarMultiply(a, b),
        crypto.isValidEd25519Point(a),
        crypto.isValidEd25519Point(point),
        crypto.ed25519ScalarMult({ scalar: a, point }),
        outcome(() => crypto.ed25519ScalarMult({ scalar: a, point: b })),
      ]
    })
  })
})
