import { SecretBytes } from '@sessionkit/bytes'
import { ready, type X25519KeyPair, x25519KeyPairFromSecret } from '@sessionkit/crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
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
})
