import { bytesToBase64, bytesToUtf8, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { blake2b, type X25519KeyPair, x25519KeyPairFromSecret } from '@sessionkit/crypto'
import {
  buildOnionRequest,
  decodeNodeResponse,
  encryptionFromName,
  type OnionDestination,
  type OnionEncryption,
  OnionError,
  OnionResponseSecret,
  OnionSecret,
  openOnionResponse,
  parseOnionRequest,
  peelOnionBlob,
  peelOnionLayer,
  sealOnionResponse,
} from '@sessionkit/onion'
import { bytes, type Entry, has, hex, integer, list, object, objects, optional, text } from './entry.ts'
import { expectField, expectRefusal, expectSame } from './expect.ts'
import { Mismatch, Unsupported } from './outcome.ts'
import type { VectorContext, VectorHandler } from './runner.ts'

/** `libsession-onion.json`, protocol page 03. */
export const onionHandlers: Readonly<Record<string, VectorHandler>> = {
  onion_request: (entry, { random }) => {
    const encryption = encryptionOf(entry, 'enc_type')
    const hops = objects(entry, 'hops').map((hop, i) => ({
      ed25519: bytes(hop, 'ed25519_pk'),
      keyPair: keyPairOf(hop, 'x25519', `hops[${i}].x25519`),
    }))
    const target = object(entry, 'destination')
    const targetKeys = keyPairOf(target, 'x25519', 'destination.x25519')
    const path = hops.map(({ ed25519, keyPair }) => ({ ed25519, x25519: keyPair.publicKey }))
    const destination = destinationOf(target, targetKeys.publicKey)
    const built = buildOnionRequest({ path, destination, payload: bytes(entry, 'payload'), encryption, random })
    expectField(entry, 'request', built.body)
    expectAnswerKey(entry)

    // The other direction: peel what the file has with the hops' secrets.
    let next = parseOnionRequest(has(entry, 'request') ? bytes(entry, 'request') : built.body)
    const layers = hops.map(({ keyPair }, i) => {
      const layer = peelOnionBlob({ ...next, keyPair })
      const plaintext = openLayer(next, keyPair)
      const { inner, json } = combined(plaintext)
      if (i === hops.length - 1 && target.type === 'server') {
        if (layer.type !== 'server') throw new Mismatch(`layer ${i}: expected a server, got ${layer.type}`)
        const port = optional(target, 'port_given', integer) ?? (target.protocol === 'https' ? 443 : 80)
        const { host, protocol, target: url } = layer
        const expected = { host: target.host, port, protocol: target.protocol, target: target.target }
        expectSame(`layer ${i} peeled`, expected, { host, port: layer.port, protocol, target: url })
        // A server reads the hop's whole plaintext as it was.
        expectSame(`layer ${i} plaintext`, plaintext, layer.plaintext)
        next = parseOnionRequest(layer.plaintext)
      } else {
        if (layer.type !== 'relay') throw new Mismatch(`layer ${i}: expected a relay, got ${layer.type}`)
        expectSame(`layer ${i} goes to`, hops[i + 1]?.ed25519 ?? bytes(target, 'ed25519_pk'), layer.destination)
        next = { ...layer, hopNumber: i + 1 }
      }
      expectSame(`layer ${i} encryption`, encryption, next.encryption)
      return {
        hop: i,
        plaintext_length: plaintext.length,
        inner_length: inner.length,
        routing_json: json,
        inner_blake2b_32: blake2b({ message: inner, length: 32 }),
      }
    })
    if (has(entry, 'layers')) {
      const expected = objects(entry, 'layers')
      expectSame('layers.length', expected.length, layers.length)
      expected.forEach((layer, i) => {
        for (const name of ['hop', 'plaintext_length', 'inner_length', 'routing_json', 'inner_blake2b_32'] as const) {
          expectField(layer, name, layers[i]![name], `layers[${i}].${name}`)
        }
      })
    }
    const opened = openLayer(next, targetKeys)
    expectField(entry, 'destination_plaintext', opened)
    if (target.type === 'server') expectField(entry, 'payload', opened)
    else {
      const last = peelOnionBlob({ ...next, keyPair: targetKeys })
      if (last.type !== 'final') throw new Mismatch(`destination: expected a request, got ${last.type}`)
      expectField(entry, 'payload', last.payload)
    }
  },

  onion_response: (entry, context) => {
    const encryption = encryptionOf(entry, 'enc_type')
    sealAndOpen(entry, context, encryption, encryption)
    expectField(entry, 'ciphertext_b64', bytesToBase64(bytes(entry, 'ciphertext')))
    if (has(entry, 'ciphertext_b64')) {
      expectField(entry, 'ciphertext', decodeNodeResponse(utf8ToBytes(text(entry, 'ciphertext_b64'))))
    }
  },

  onion_response_fallback_to_aes_gcm: (entry, context) => {
    sealAndOpen(entry, context, encryptionOf(entry, 'request_enc_type'), encryptionOf(entry, 'answered_with'))
  },

  onion_reject: (entry) => {
    const encryption = encryptionOf(entry, 'enc_type')
    const kind = text(entry, 'kind')
    if (kind === 'response') {
      const ephemeral = keyPairOf(entry, 'client_x25519', 'client_x25519')
      const recipient = bytes(entry, 'destination_x25519_pk')
      const response = bytes(entry, 'ciphertext')
      const secret = OnionSecret.fromLayer({ encryption, ephemeral, recipient })
      expectRefusal('response', () => openOnionResponse({ response, secret }))
    } else if (kind === 'request') {
      const keyPair = keyPairOf(entry, 'x25519', 'x25519')
      const body = bytes(entry, 'request')
      expectRefusal('request', () => {
        const layer = peelOnionLayer({ body, keyPair })
        // What opens and then makes no sense is refused in a sealed answer, so this result takes the place of an error.
        if (layer.type === 'invalid') throw new OnionError('ONION_BAD_JSON', layer.reason)
        return layer
      })
    } else throw new Unsupported(`kind ${kind}`)
  },
}

function encryptionOf(entry: Entry, name: string): OnionEncryption {
  const encryption = encryptionFromName(text(entry, name))
  if (encryption === undefined) throw new Unsupported(`${name} ${text(entry, name)}`)
  return encryption
}

/** `<name>_sk` and `<name>_pk`: the second must follow from the first. */
function keyPairOf(entry: Entry, name: string, path: string): X25519KeyPair {
  const keyPair = x25519KeyPairFromSecret(SecretBytes.from(bytes(entry, `${name}_sk`)))
  expectField(entry, `${name}_pk`, keyPair.publicKey, `${path}_pk`)
  return keyPair
}

function destinationOf(target: Entry, x25519: Uint8Array): OnionDestination {
  const type = text(target, 'type')
  if (type === 'snode') return { type: 'node', ed25519: bytes(target, 'ed25519_pk'), x25519 }
  if (type !== 'server') throw new Unsupported(`destination.type ${type}`)
  const protocol = text(target, 'protocol')
  if (protocol !== 'http' && protocol !== 'https') throw new Unsupported(`destination.protocol ${protocol}`)
  const port = optional(target, 'port_given', integer)
  const server = { type, host: text(target, 'host'), target: text(target, 'target'), protocol, x25519 } as const
  return port === undefined ? server : { ...server, port }
}

/** The key pair that the answer comes back to is the first one drawn. */
function expectAnswerKey(entry: Entry): void {
  const first = hex(list(entry, 'rng')[0], 'rng[0]')
  expectField(entry, 'response_x25519_sk', first)
  expectField(entry, 'response_x25519_pk', x25519KeyPairFromSecret(SecretBytes.from(first)).publicKey)
}

function openLayer(
  layer: { blob: Uint8Array; ephemeralKey: Uint8Array; encryption: OnionEncryption },
  keyPair: X25519KeyPair,
): Uint8Array {
  const { encryption, ephemeralKey, blob } = layer
  const plaintext = OnionResponseSecret.fromLayer({ encryption, ephemeralKey, keyPair }).open(blob)
  if (plaintext === undefined) throw new Mismatch('a layer does not open with the secret of its hop')
  return plaintext
}

/** A combined payload, protocol page 03, section 2.2. */
function combined(plaintext: Uint8Array): { inner: Uint8Array; json: string } {
  const length = new DataView(plaintext.buffer, plaintext.byteOffset, plaintext.length).getUint32(0, true)
  return { inner: plaintext.slice(4, 4 + length), json: bytesToUtf8(plaintext.slice(4 + length)) }
}

function sealAndOpen(entry: Entry, { random }: VectorContext, asked: OnionEncryption, answered: OnionEncryption): void {
  const destination = keyPairOf(entry, 'destination_x25519', 'destination_x25519')
  const client = keyPairOf(entry, 'client_x25519', 'client_x25519')
  const sealer = OnionResponseSecret.fromLayer({
    encryption: answered,
    keyPair: destination,
    ephemeralKey: client.publicKey,
  })
  const sealed = sealOnionResponse({ secret: sealer, message: bytes(entry, 'plaintext'), random })
  expectField(entry, 'ciphertext', sealed)
  const opener = OnionSecret.fromLayer({ encryption: asked, ephemeral: client, recipient: destination.publicKey })
  const response = has(entry, 'ciphertext') ? bytes(entry, 'ciphertext') : sealed
  const opened = openOnionResponse({ response, secret: opener })
  expectField(entry, 'plaintext', opened.message, 'opened plaintext')
  expectSame('cipher of the answer', answered, opened.encryption)
  expectSame('made by', 'destination', opened.madeBy)
}
