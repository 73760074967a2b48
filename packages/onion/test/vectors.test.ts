/* biome-ignore-all lint/suspicious/noExplicitAny: entries of a JSON file, checked by what the test compares */
import { readFileSync } from 'node:fs'
import { bytesToBase64, bytesToHex, bytesToUtf8, hexToBytes, type RandomSource, SecretBytes } from '@sessionkit/bytes'
import { blake2b, ready, type X25519KeyPair } from '@sessionkit/crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  buildOnionRequest,
  type OnionDestination,
  OnionResponseSecret,
  OnionSecret,
  openOnionResponse,
  parseOnionRequest,
  peelOnionBlob,
  sealOnionResponse,
} from '../src/index.ts'
import { codeOf } from './code-of.ts'

const file = new URL('../../../vectors/libsession-onion.json', import.meta.url)
const { operations } = JSON.parse(readFileSync(file, 'utf8')) as { operations: Record<string, any[]> }

beforeAll(() => ready)

/** Hands out recorded randomness; another length, or more than there is, fails. */
function recorded(list: string[]): { random: RandomSource; rest: () => number } {
  const left = list.map(hexToBytes)
  return {
    random: (length) => {
      const next = left.shift()
      expect(next?.length).toBe(length)
      return next!
    },
    rest: () => left.length,
  }
}

const pair = (secret: string, publicKey: string): X25519KeyPair => ({
  secretKey: SecretBytes.from(hexToBytes(secret)),
  publicKey: hexToBytes(publicKey),
})

interface Hop {
  ed25519_pk: string
  x25519_sk: string
  x25519_pk: string
}

const hopOf = (hop: Hop) => ({ ed25519: hexToBytes(hop.ed25519_pk), x25519: hexToBytes(hop.x25519_pk) })

function destinationOf(d: Record<string, never>): OnionDestination {
  const x25519 = hexToBytes(d.x25519_pk!)
  if (d.type === 'snode') return { type: 'node', ed25519: hexToBytes(d.ed25519_pk!), x25519 }
  const port = d.port_given === null ? {} : { port: d.port_given! as number }
  return { type: 'server', host: d.host!, target: d.target!, protocol: d.protocol!, ...port, x25519 }
}

describe('known answers', () => {
  it.each(operations.onion_request!.map((e: object, i: number) => ({ i, e })))(
    'onion_request $i: builds and peels',
    ({ e }: any) => {
      const source = recorded(e.rng)
      const { body, secret } = buildOnionRequest({
        path: e.hops.map(hopOf),
        destination: destinationOf(e.destination),
        payload: hexToBytes(e.payload),
        encryption: e.enc_type,
        random: source.random,
      })
      expect(bytesToHex(body)).toBe(e.request)
      expect(source.rest()).toBe(0)
      expect(secret.hops).toBe(e.hops.length)

      let outer: { blob: Uint8Array; ephemeralKey: Uint8Array; encryption: 'xchacha20' | 'aes-gcm' } =
        parseOnionRequest(body)
      e.hops.forEach((hop: Hop, i: number) => {
        const layer = e.layers[i]
        const peeled = peelOnionBlob({ ...outer, keyPair: pair(hop.x25519_sk, hop.x25519_pk) })
        const routing = JSON.parse(layer.routing_json)
        if (peeled.type === 'relay') {
          expect(bytesToHex(peeled.destination)).toBe(routing.destination)
          expect(bytesToHex(peeled.ephemeralKey)).toBe(routing.ephemeral_key)
          expect(peeled.encryption).toBe(routing.enc_type)
          expect(peeled.blob.length).toBe(layer.inner_length)
          expect(bytesToHex(blake2b({ message: peeled.blob, length: 32 }))).toBe(layer.inner_blake2b_32)
          outer = peeled
        } else if (peeled.type === 'server') {
          expect(peeled).toMatchObject({
            host: routing.host,
            port: routing.port,
            protocol: routing.protocol,
            target: routing.target,
          })
          expect(peeled.plaintext.length).toBe(layer.plaintext_length)
          expect(bytesToUtf8(peeled.plaintext.subarray(-layer.routing_json.length))).toBe(layer.routing_json)
          const blob = peeled.plaintext.subarray(4, 4 + layer.inner_length)
          outer = { blob, ephemeralKey: hexToBytes(routing.ephemeral_key), encryption: routing.enc_type }
        } else expect.fail(`hop ${i} is ${peeled.type}`)
      })
      const keyPair = pair(e.destination.x25519_sk, e.destination.x25519_pk)
      if (e.destination.type === 'snode') {
        const last = peelOnionBlob({ ...outer, keyPair })
        expect(last).toMatchObject({ type: 'final', json: false, base64: true })
        expect(last.type === 'final' && bytesToHex(last.payload)).toBe(e.payload)
      } else {
        const opened = OnionResponseSecret.fromLayer({ ...outer, keyPair }).open(outer.blob)
        expect(bytesToHex(opened!)).toBe(e.destination_plaintext)
      }
    },
  )

  const responses = [
    ...operations.onion_response!.map((e: object) => ({ e, name: 'onion_response' })),
    ...operations.onion_response_fallback_to_aes_gcm!.map((e: object) => ({ e, name: 'fallback to aes-gcm' })),
  ].map((c, i) => ({ ...c, i }))
  it.each(responses)('$name $i: opens and seals', ({ e }: any) => {
    const answered = e.answered_with ?? e.enc_type
    const recipient = hexToBytes(e.destination_x25519_pk)
    const secret = OnionSecret.fromLayer({
      encryption: e.request_enc_type ?? e.enc_type,
      ephemeral: pair(e.client_x25519_sk, e.client_x25519_pk),
      recipient,
    })
    const opened = openOnionResponse({ response: hexToBytes(e.ciphertext), secret })
    expect(opened).toMatchObject({ encryption: answered, madeBy: 'destination' })
    expect(bytesToHex(opened.message)).toBe(e.plaintext)
    const source = recorded(e.rng)
    const sealed = sealOnionResponse({
      secret: OnionResponseSecret.fromLayer({
        encryption: answered,
        keyPair: pair(e.destination_x25519_sk, e.destination_x25519_pk),
        ephemeralKey: hexToBytes(e.client_x25519_pk),
      }),
      message: opened.message,
      random: source.random,
    })
    expect(bytesToHex(sealed)).toBe(e.ciphertext)
    if (e.ciphertext_b64 !== undefined) expect(bytesToBase64(sealed)).toBe(e.ciphertext_b64)
  })

  it.each(operations.onion_reject!.map((e: object, i: number) => ({ i, e })))(
    'onion_reject $i: $e.kind, $e.why',
    ({ e }: any) => {
      const run = () => {
        if (e.kind === 'request') {
          return peelOnionBlob({ ...parseOnionRequest(hexToBytes(e.request)), keyPair: pair(e.x25519_sk, e.x25519_pk) })
        }
        const ephemeral = pair(e.client_x25519_sk, e.client_x25519_pk)
        const secret = OnionSecret.fromLayer({
          encryption: e.enc_type,
          ephemeral,
          recipient: hexToBytes(e.destination_x25519_pk),
        })
        return openOnionResponse({ response: hexToBytes(e.ciphertext), secret })
      }
      expect(codeOf(run)).toMatch(/^ONION_/)
    },
  )
})
