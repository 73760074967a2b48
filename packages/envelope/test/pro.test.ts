import { bytesToHex, concatBytes, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { blake2b, type Ed25519KeyPair, ed25519KeyPairFromSeed, ed25519Sign, ready } from '@sessionkit/crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  decodeContent,
  decoyProSignature,
  encodeContent,
  type ProProof,
  pad,
  parseProProof,
  proFeatures,
  proStatus,
  verifyProProof,
  verifyProSignature,
} from '../src/index.ts'
import { codeOf } from './code-of.ts'
import { seeded } from './random.ts'

beforeAll(() => ready)

const keyPair = (byte: number): Ed25519KeyPair =>
  ed25519KeyPairFromSeed(SecretBytes.take(new Uint8Array(32).fill(byte)))
const tag = new Uint8Array(32).fill(0xaa)
const MS = 1_800_000_000_000n
const S = 1_800_000_000n

/** A proof that the backend signed, put together from the page, not from the package. */
function proofOf(generation: 1 | 2, expireAt: bigint = generation === 1 ? MS : S): ProProof {
  const rotatingPublicKey = keyPair(2).publicKey
  const time = new Uint8Array(8)
  new DataView(time.buffer).setBigUint64(0, expireAt, true)
  const personalization = utf8ToBytes('ProProof________')
  const message =
    generation === 1
      ? blake2b({ message: [Uint8Array.of(0), tag, rotatingPublicKey, time], length: 32, personalization })
      : concatBytes(utf8ToBytes('ProProof_v0_____'), tag, rotatingPublicKey, utf8ToBytes(`${expireAt}`))
  const sig = ed25519Sign({ message, keyPair: keyPair(1) })
  return { ...(generation === 1 ? { version: 0 } : {}), genIndexHash: tag, rotatingPublicKey, expireAt, sig }
}

const signed = utf8ToBytes('the content of an envelope')
const status = (change: Partial<Parameters<typeof proStatus>[0]> = {}) =>
  proStatus({
    proMessage: { proof: proofOf(1) },
    signature: ed25519Sign({ message: signed, keyPair: keyPair(2) }),
    signed,
    backendKey: keyPair(1).publicKey,
    timestamp: Number(MS),
    ...change,
  })

describe('Pro proofs', () => {
  test.each([1, 2] as const)('generation %i: read and verified, also through the wire', (generation) => {
    const proof = proofOf(generation)
    const decoded = decodeContent(encodeContent({ proMessage: { proof, profileBitset: 3n, messageBitset: 1n } }))
    expect(decoded.proMessage?.proof).toEqual(proof)
    const parsed = parseProProof(decoded.proMessage!.proof!)
    const expiresAt = generation === 1 ? Number(MS) : Number(S) * 1000
    expect(parsed).toMatchObject({ generation, revocationTag: tag, expiresAt })
    expect(verifyProProof({ proof, backendKey: keyPair(1).publicKey })).toBe(true)
    expect(verifyProProof({ proof, backendKey: keyPair(3).publicKey })).toBe(false)
    expect(proFeatures(decoded.proMessage)).toEqual({ badge: true, animatedPicture: true, longMessage: true })
  })

  test('a changed field, or the other generation, does not verify', () => {
    const backendKey = keyPair(1).publicKey
    for (const generation of [1, 2] as const) {
      const proof = proofOf(generation)
      for (const changed of [
        { ...proof, genIndexHash: new Uint8Array(32) },
        { ...proof, rotatingPublicKey: keyPair(4).publicKey },
        { ...proof, expireAt: proof.expireAt! + 1n },
        { ...proof, sig: new Uint8Array(64) },
      ]) {
        expect(verifyProProof({ proof: changed, backendKey })).toBe(false)
      }
    }
    expect(verifyProProof({ proof: { ...proofOf(1), expireAt: S }, backendKey })).toBe(false)
    const { version: _, ...withoutZero } = proofOf(1)
    expect(verifyProProof({ proof: withoutZero, backendKey })).toBe(true)
  })

  test('a missing field, or one of another size', () => {
    for (const generation of [1, 2] as const) {
      const proof = proofOf(generation)
      for (const changed of [
        { ...proof, genIndexHash: undefined },
        { ...proof, genIndexHash: new Uint8Array(31) },
        { ...proof, rotatingPublicKey: undefined },
        { ...proof, rotatingPublicKey: new Uint8Array(33) },
        { ...proof, expireAt: undefined },
        { ...proof, expireAt: 2n ** 64n - 1n },
        { ...proof, sig: undefined },
        { ...proof, sig: new Uint8Array(63) },
        { ...proof, version: 1 },
      ]) {
        expect(codeOf(() => parseProProof(changed))).toBe('ENVELOPE_BAD_PRO_PROOF')
        expect(verifyProProof({ proof: changed, backendKey: keyPair(1).publicKey })).toBe(false)
      }
    }
    expect(codeOf(() => parseProProof(null as never))).toBe('ENVELOPE_BAD_ARGUMENT')
    expect(codeOf(() => verifyProProof({ proof: proofOf(1), backendKey: 'x' as never }))).toBe('ENVELOPE_BAD_ARGUMENT')
  })

  test('the status, in its order', () => {
    expect(status()).toBe('valid')
    expect(status({ proMessage: { proof: proofOf(2) } })).toBe('valid')
    expect(status({ timestamp: Number(MS) + 1 })).toBe('expired')
    expect(status({ proMessage: { proof: proofOf(2) }, timestamp: Number(S) * 1000 + 1 })).toBe('expired')
    expect(status({ signature: decoyProSignature(), timestamp: Number(MS) + 1 })).toBe('invalid-user-signature')
    expect(status({ backendKey: keyPair(9).publicKey, signature: decoyProSignature() })).toBe(
      'invalid-backend-signature',
    )
    expect(status({ proMessage: undefined })).toBe('none')
    expect(status({ proMessage: {} })).toBe('invalid')
    expect(status({ proMessage: { proof: {} } })).toBe('invalid')
    expect(status({ signature: undefined })).toBe('invalid')
    expect(status({ signature: new Uint8Array(63) })).toBe('invalid')
    expect(status({ timestamp: 0 })).toBe('invalid')
    expect(codeOf(() => status({ signed: 'x' as never }))).toBe('ENVELOPE_BAD_ARGUMENT')
  })

  test('signatures by the rotating key', () => {
    const signature = ed25519Sign({ message: signed, keyPair: keyPair(2) })
    const rotatingPublicKey = keyPair(2).publicKey
    expect(verifyProSignature({ message: signed, signature, rotatingPublicKey })).toBe(true)
    expect(verifyProSignature({ message: utf8ToBytes('other'), signature, rotatingPublicKey })).toBe(false)
    expect(verifyProSignature({ message: signed, signature: signature.slice(1), rotatingPublicKey })).toBe(false)
    expect(verifyProSignature({ message: signed, signature, rotatingPublicKey: new Uint8Array(31) })).toBe(false)
  })

  test('in a community: over the padded content without its signature', () => {
    const proMessage = { proof: proofOf(2) }
    const content = { dataMessage: { body: 'hi' }, sigTimestamp: Number(MS), proMessage }
    const message = pad(encodeContent(content))
    const signature = ed25519Sign({ message, keyPair: keyPair(2) })
    const received = decodeContent(encodeContent({ ...content, proSigForCommunityMessageOnly: signature }))
    const { proSigForCommunityMessageOnly, ...rest } = received
    expect(status({ proMessage, signature: proSigForCommunityMessageOnly, signed: pad(encodeContent(rest)) })).toBe(
      'valid',
    )
  })

  test('known answers, computed by this project', () => {
    expect(bytesToHex(parseProProof(proofOf(2)).signed)).toBe(
      `50726f50726f6f665f76305f5f5f5f5f${'aa'.repeat(32)}${bytesToHex(keyPair(2).publicKey)}31383030303030303030`,
    )
    expect(parseProProof(proofOf(1)).signed).toHaveLength(32)
  })

  test('any numbers and bytes give a value or a typed error', () => {
    const bytes = fc.option(fc.uint8Array({ maxLength: 70 }), { nil: undefined })
    const proof = fc.record({
      version: fc.option(fc.nat(3), { nil: undefined }),
      genIndexHash: fc.oneof(bytes, fc.constant(tag)),
      rotatingPublicKey: fc.oneof(bytes, fc.constant(tag)),
      expireAt: fc.option(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { nil: undefined }),
      sig: fc.oneof(bytes, fc.constant(new Uint8Array(64))),
    })
    fc.assert(
      fc.property(proof, (value) => {
        codeOf(() => parseProProof(value))
        expect(verifyProProof({ proof: value, backendKey: keyPair(1).publicKey })).toBe(false)
      }),
      { numRuns: 500, seed: 20261124 },
    )
  })

  test('10,000 changed contents with a proof', () => {
    const { int } = seeded(11)
    const good = encodeContent({ proMessage: { proof: proofOf(1), profileBitset: 1n }, sigTimestamp: Number(MS) })
    const signature = ed25519Sign({ message: signed, keyPair: keyPair(2) })
    for (let run = 0; run < 10_000; run++) {
      const changed = good.slice(0, run % 3 === 0 ? int(good.length) : good.length)
      for (let count = 1 + int(3); count > 0 && changed.length > 0; count--) changed[int(changed.length)] = int(256)
      codeOf(() => {
        const { proMessage } = decodeContent(changed)
        // Two verifications take their time: every tenth input goes all the way.
        if (run % 10 === 0) status({ proMessage, signature })
        else if (proMessage?.proof !== undefined) parseProProof(proMessage.proof)
      })
    }
  })
})
