import { SecretBytes } from '@sessionkit/bytes'
import { ready, type X25519KeyPair, x25519KeyPairFromSecret } from '@sessionkit/crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import {
  buildOnionRequest,
  type OnionEncryption,
  openOnionResponse,
  type PeeledLayer,
  parseOnionRequest,
  peelOnionBlob,
  sealOnionResponse,
} from '../src/index.ts'
import { codeOf } from './code-of.ts'

let nodes: { ed25519: Uint8Array; keyPair: X25519KeyPair }[] = []

beforeAll(async () => {
  await ready
  nodes = Array.from({ length: 6 }, (_, i) => ({
    ed25519: new Uint8Array(32).fill(0x40 + i),
    keyPair: x25519KeyPairFromSecret(SecretBytes.take(new Uint8Array(32).fill(i + 1))),
  }))
})

const encryption = fc.constantFrom<OnionEncryption>('xchacha20', 'aes-gcm')
const bytes = fc.uint8Array({ maxLength: 600 })
const bytesOf = (length: number) => new Uint8Array(length).fill(1)
const hopOf = (i: number) => ({ ed25519: nodes[i]!.ed25519, x25519: nodes[i]!.keyPair.publicKey })

function build(hops: number, payload: Uint8Array, cipher: OnionEncryption) {
  return buildOnionRequest({
    path: Array.from({ length: hops }, (_, i) => hopOf(i)),
    destination: { type: 'node', ...hopOf(5) },
    payload,
    encryption: cipher,
  })
}

/** Peels as the nodes of the path would, one after the other. */
function peelAll(body: Uint8Array, hops: number): PeeledLayer {
  let layer = peelOnionBlob({ ...parseOnionRequest(body), keyPair: nodes[hops === 0 ? 5 : 0]!.keyPair })
  for (let i = 1; i <= hops; i++) {
    if (layer.type !== 'relay') throw new Error(`layer ${i} is ${layer.type}`)
    const next = i === hops ? 5 : i
    expect(layer.destination).toEqual(nodes[next]!.ed25519)
    layer = peelOnionBlob({ ...layer, keyPair: nodes[next]!.keyPair })
  }
  return layer
}

describe('round trips', () => {
  it('what is built for any path peels to the payload, and its answer opens', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5 }), bytes, bytes, encryption, (hops, payload, answer, cipher) => {
        const { body, secret } = build(hops, payload, cipher)
        const last = peelAll(body, hops)
        expect(last.type).toBe('final')
        if (last.type !== 'final') return
        expect(new Uint8Array(last.payload)).toEqual(payload)
        const response = sealOnionResponse({ secret: last.secret, message: answer })
        expect(openOnionResponse({ response, secret })).toEqual({
          message: answer,
          encryption: cipher,
          madeBy: 'destination',
        })
      }),
      { numRuns: 60 },
    )
  })

  it('an answer that a relay made names the relay', () => {
    for (const cipher of ['xchacha20', 'aes-gcm'] as const) {
      const { body, secret } = build(3, Uint8Array.of(1), cipher)
      let layer = peelOnionBlob({ ...parseOnionRequest(body), keyPair: nodes[0]!.keyPair })
      for (let hop = 0; hop < 3; hop++) {
        const response = sealOnionResponse({ secret: layer.secret, message: Uint8Array.of(hop) })
        expect(openOnionResponse({ response, secret })).toEqual({
          message: Uint8Array.of(hop),
          encryption: cipher,
          madeBy: hop,
        })
        if (layer.type !== 'relay') throw new Error('expected a relay')
        layer = peelOnionBlob({ ...layer, keyPair: nodes[hop === 2 ? 5 : hop + 1]!.keyPair })
      }
    }
  })

  it('no changed bit of a layer or an answer is accepted', () => {
    fc.assert(
      fc.property(encryption, bytes, fc.nat(), fc.integer({ min: 0, max: 7 }), (cipher, payload, position, bit) => {
        const { body, secret } = build(1, payload, cipher)
        const outer = parseOnionRequest(body)
        const blob = new Uint8Array(outer.blob)
        blob[position % blob.length]! ^= 1 << bit
        expect(codeOf(() => peelOnionBlob({ ...outer, blob, keyPair: nodes[0]!.keyPair }))).toBe('ONION_LAYER_AUTH')
        const last = peelAll(body, 1)
        const response = sealOnionResponse({ secret: last.secret, message: payload })
        response[position % response.length]! ^= 1 << bit
        expect(codeOf(() => openOnionResponse({ response, secret }))).toBe('ONION_RESPONSE_AUTH')
      }),
      { numRuns: 100 },
    )
  })

  it('an ephemeral key of small order opens nothing', () => {
    const layer = { blob: new Uint8Array(60), ephemeralKey: new Uint8Array(32), keyPair: nodes[0]!.keyPair }
    for (const cipher of ['xchacha20', 'aes-gcm'] as const) {
      expect(codeOf(() => peelOnionBlob({ ...layer, encryption: cipher }))).toBe('ONION_LAYER_AUTH')
    }
  })

  it('a hop without a usable key wipes the layers that were made before', () => {
    const drawn: Uint8Array[] = []
    const random = (length: number) => {
      const bytes = new Uint8Array(length).fill(0x33)
      drawn.push(bytes)
      return bytes
    }
    const destination = { type: 'node' as const, ...hopOf(2) }
    const path = [{ ed25519: new Uint8Array(32), x25519: new Uint8Array(32) }, hopOf(1)]
    const wipe = vi.spyOn(SecretBytes.prototype, 'wipe')
    expect(codeOf(() => buildOnionRequest({ path, destination, payload: new Uint8Array(1), random }))).toBe(
      'ONION_BAD_INPUT',
    )
    // Two layers with key and ephemeral secret each, and the secret of the third.
    expect(wipe).toHaveBeenCalledTimes(5)
    wipe.mockRestore()
  })

  it('randomness of the wrong kind or length', () => {
    const destination = { type: 'node' as const, ...hopOf(2) }
    for (const random of [null, 1, () => undefined, () => 'x', () => new Uint8Array(31)]) {
      const request = () => buildOnionRequest({ path: [], destination, payload: bytesOf(1), random: random as never })
      expect(codeOf(request)).toMatch(/^(CRYPTO_NOT_BYTES|CRYPTO_WRONG_LENGTH)$/)
      const last = peelAll(build(1, bytesOf(1), 'xchacha20').body, 1)
      expect(
        codeOf(() => sealOnionResponse({ secret: last.secret, message: bytesOf(1), random: random as never })),
      ).toBe('ONION_BAD_INPUT')
    }
  })

  it('secrets and keys of the wrong kind', () => {
    const { body, secret } = build(1, bytesOf(3), 'aes-gcm')
    const last = peelAll(body, 1)
    for (const wrong of [undefined, null, 1, 'x', {}]) {
      const of = { secret: wrong as never, message: bytesOf(1), response: bytesOf(60) }
      expect(codeOf(() => sealOnionResponse(of))).toBe('ONION_BAD_INPUT')
      expect(codeOf(() => openOnionResponse(of))).toBe('ONION_BAD_INPUT')
      expect(codeOf(() => peelOnionBlob({ ...parseOnionRequest(body), keyPair: wrong as never }))).toBe(
        'CRYPTO_NOT_BYTES',
      )
    }
    expect(codeOf(() => sealOnionResponse({ secret: secret as never, message: bytesOf(1) }))).toBe('ONION_BAD_INPUT')
    expect(codeOf(() => openOnionResponse({ secret: last.secret as never, response: bytesOf(60) }))).toBe(
      'ONION_BAD_INPUT',
    )
  })

  it('what was parsed does not change with the buffer that it came in', () => {
    const { body } = build(1, bytesOf(3), 'xchacha20')
    const buffer = Buffer.from(body)
    const { blob } = parseOnionRequest(buffer)
    buffer.fill(0)
    expect(blob).toStrictEqual(parseOnionRequest(body).blob)
  })

  it('a wiped key is named as such, not taken for a bad message', () => {
    const { body } = build(1, bytesOf(3), 'xchacha20')
    const keyPair = x25519KeyPairFromSecret(SecretBytes.take(bytesOf(32)))
    keyPair.secretKey.wipe()
    const layer = { ...parseOnionRequest(body), keyPair }
    expect(codeOf(() => peelOnionBlob(layer))).toBe('BYTES_SECRET_WIPED')
    expect(codeOf(() => peelOnionBlob({ ...layer, encryption: 'aes-cbc' as never }))).toBe('ONION_UNKNOWN_ENCRYPTION')
  })
})
