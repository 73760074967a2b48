/**
 * The headline operations through the packages' public functions. Bundled once per export condition, so that all
 * crypto backends run in one process, each chosen as a user's program would choose it.
 */
import {
  backendName,
  ed25519Sign,
  ed25519Verify,
  ready,
  sealedBoxOpen,
  sealedBoxSeal,
  x25519,
  x25519KeyPair,
} from '@sessionkit/crypto'
import { decryptV1, encryptV1, pad, unpad } from '@sessionkit/envelope'
import { decodePhrase, encodePhrase } from '@sessionkit/mnemonic'
import { buildOnionRequest, type OnionDestination, type OnionHop, peelOnionLayer } from '@sessionkit/onion'
import { accountFromSeed } from '@sessionkit/session-id'
import { createSwarmMap } from '@sessionkit/swarm'

export interface Inputs {
  readonly hops: readonly { readonly ed25519: Uint8Array; readonly x25519: Uint8Array }[]
  readonly payload: Uint8Array
  readonly content: Uint8Array
  readonly aliceSeed: Uint8Array
  readonly bobSeed: Uint8Array
  readonly swarmIds: readonly bigint[]
  readonly ids: readonly string[]
}

export interface Operations {
  readonly backend: string
  readonly ready: Promise<void>
  readonly prepare: (inputs: Inputs) => Record<OperationName, () => unknown>
}

export type OperationName =
  | 'onion build, 3 hops, xchacha20'
  | 'onion build, 3 hops, aes-gcm'
  | 'onion peel'
  | 'v1 seal, 280 bytes'
  | 'v1 open, 280 bytes'
  | 'phrase to id'
  | 'swarm mapping, 100,000 ids'
  | 'X25519 key pair and DH'
  | 'Ed25519 sign, 384 bytes'
  | 'Ed25519 verify, 384 bytes'
  | 'sealed box, 384 bytes'
  | 'sealed box open, 384 bytes'

export const operations: Operations = {
  backend: backendName,
  ready,
  prepare(inputs) {
    const [guard, middle, exit, target] = inputs.hops as readonly OnionHop[]
    const path = [guard!, middle!, exit!]
    const destination: OnionDestination = { type: 'node', ...target! }
    const node = x25519KeyPair()
    const peeled = buildOnionRequest({
      path: [{ ed25519: guard!.ed25519, x25519: node.publicKey }, middle!, exit!],
      destination,
      payload: inputs.payload,
    }).body
    const alice = accountFromSeed(inputs.aliceSeed)
    const bob = accountFromSeed(inputs.bobSeed)
    const box = encryptV1({ message: pad(inputs.content), sender: alice, recipient: bob.sessionId })
    const phrase = encodePhrase(inputs.aliceSeed)
    const map = createSwarmMap(inputs.swarmIds)
    const signed = new Uint8Array(384)
    const signature = ed25519Sign({ message: signed, keyPair: alice.ed25519 })
    const sealed = sealedBoxSeal({ message: signed, publicKey: bob.x25519.publicKey })
    return {
      'onion build, 3 hops, xchacha20': () => buildOnionRequest({ path, destination, payload: inputs.payload }),
      'onion build, 3 hops, aes-gcm': () =>
        buildOnionRequest({ path, destination, payload: inputs.payload, encryption: 'aes-gcm' }),
      'onion peel': () => peelOnionLayer({ body: peeled, keyPair: node }),
      'v1 seal, 280 bytes': () => encryptV1({ message: pad(inputs.content), sender: alice, recipient: bob.sessionId }),
      'v1 open, 280 bytes': () => unpad(decryptV1({ ciphertext: box, recipient: bob }).message),
      'phrase to id': () => accountFromSeed(decodePhrase(phrase)).sessionId,
      'swarm mapping, 100,000 ids': () => {
        for (const id of inputs.ids) map.swarmFor(id)
      },
      // The primitives that the rows above are made of: their ratio is the limit of what a composition can reach.
      'X25519 key pair and DH': () => x25519({ secretKey: x25519KeyPair().secretKey, publicKey: guard!.x25519 }),
      'Ed25519 sign, 384 bytes': () => ed25519Sign({ message: signed, keyPair: alice.ed25519 }),
      'Ed25519 verify, 384 bytes': () =>
        ed25519Verify({ message: signed, signature, publicKey: alice.ed25519.publicKey }),
      'sealed box, 384 bytes': () => sealedBoxSeal({ message: signed, publicKey: bob.x25519.publicKey }),
      'sealed box open, 384 bytes': () => sealedBoxOpen({ box: sealed, keyPair: bob.x25519 }),
    }
  },
}
