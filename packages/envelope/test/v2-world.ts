import { concatBytes, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import {
  blake2b,
  ed25519Sign,
  mlKem768Encapsulate,
  sha3_256,
  shake256,
  x25519,
  x25519KeyPairFromSecret,
  xchacha20poly1305Encrypt,
} from '@sessionkit/crypto'
import type { Account } from '@sessionkit/session-id'
import { type DeviceRecord, expandAccountKeys, type HybridKeyPair, publicKeysOf, V2Error } from '../src/v2.ts'
import { seeded } from './random.ts'

/** The code that a call throws, null when it returns; anything that is not a V2Error fails the test. */
export function v2CodeOf(call: () => unknown): string | null {
  try {
    call()
  } catch (error) {
    if (error instanceof V2Error) return error.code
    throw error
  }
  return null
}

export const fill = (byte: number, length = 32): Uint8Array => new Uint8Array(length).fill(byte)
export const secretOf = (byte: number): SecretBytes => SecretBytes.take(fill(byte))

const expanded = new Map<number, HybridKeyPair>()
/** The account keys of a seed of equal bytes. */
export function accountKeys(byte: number): HybridKeyPair {
  const keys = expanded.get(byte) ?? expandAccountKeys(secretOf(byte))
  expanded.set(byte, keys)
  return keys
}

export function recordWith(change: Partial<DeviceRecord> = {}): DeviceRecord {
  const keys = publicKeysOf(accountKeys(77))
  return { seqno: 1, timestamp: 1_700_000_000, keys, description: 'laptop', type: 'd', version: 1_002_003, ...change }
}

interface RawKey {
  readonly ephemeral: Uint8Array
  readonly key: Uint8Array
  readonly nonce: Uint8Array
}
const rawKeys = new Map<string, RawKey>()

/** A message without forward secrecy around any plaintext, put together from the page. Protocol page 10, section 6.5. */
export function encryptRaw(padded: Uint8Array, recipient: Account): Uint8Array {
  const raw = rawKeys.get(recipient.sessionId) ?? rawKeyOf(recipient)
  rawKeys.set(recipient.sessionId, raw)
  const { ephemeral, key, nonce } = raw
  const ciphertext = xchacha20poly1305Encrypt({ key, nonce, message: padded })
  return concatBytes(Uint8Array.of(0, 2, 1, 2), ephemeral, fill(9, 1088), ciphertext)
}

function rawKeyOf(recipient: Account): RawKey {
  const ephemeral = x25519KeyPairFromSecret(secretOf(0x42))
  const R = recipient.x25519.publicKey
  const shared = x25519({ secretKey: ephemeral.secretKey, publicKey: R })
  const ss = sha3_256(concatBytes(shared, R, ephemeral.publicKey, utf8ToBytes('SessionV2NonPFS')))
  const stretched = shake256({ message: concatBytes(utf8ToBytes('SessionV2NonPFSSS'), ss), length: 56 })
  return { ephemeral: ephemeral.publicKey, key: stretched.slice(0, 32), nonce: stretched.slice(32) }
}

/** A message to an account key around any plaintext, put together from the page. Protocol page 10, section 6.4. */
export function encryptRawPfs(padded: Uint8Array, recipient: Account, keys: HybridKeyPair): Uint8Array {
  const ephemeral = x25519KeyPairFromSecret(secretOf(0x43))
  const E = ephemeral.publicKey
  const S = recipient.x25519.publicKey
  const X = keys.x25519.publicKey
  const M = keys.mlKem768.publicKey
  const kiss = blake2b({
    message: [E, S],
    length: 2,
    key: x25519({ secretKey: ephemeral.secretKey, publicKey: S }),
    personalization: utf8ToBytes('Session-Msg-KISS'),
  })
  const { ciphertext: kem, sharedSecret } = mlKem768Encapsulate({ publicKey: M })
  const shared = x25519({ secretKey: ephemeral.secretKey, publicKey: X })
  const ss = sha3_256(concatBytes(sharedSecret, shared, E, X, Uint8Array.of(0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c)))
  const stretched = shake256({ message: concatBytes(utf8ToBytes('SessionV2MessageSS'), ss), length: 56 })
  const key = stretched.slice(0, 32)
  const ciphertext = xchacha20poly1305Encrypt({ key, nonce: stretched.slice(32), message: padded })
  return concatBytes(Uint8Array.of(0, 2, M[0]! ^ kiss[0]!, M[1]! ^ kiss[1]!), E, kem, ciphertext)
}

/** An inner dict with a valid signature over whatever stands before it. `body` is without the leading `d`. */
export function innerOf(input: { body: Uint8Array; after?: Uint8Array; from: Account; to: Account }): Uint8Array {
  const { body, after = new Uint8Array(0), from, to } = input
  const signed = concatBytes(utf8ToBytes('d'), body)
  const key = concatBytes(Uint8Array.of(5), to.x25519.publicKey)
  const message = blake2b({ message: signed, length: 64, key, personalization: utf8ToBytes('SessionV2Message') })
  const signature = ed25519Sign({ message, keyPair: from.ed25519 })
  return concatBytes(signed, utf8ToBytes('1:~64:'), signature, after, utf8ToBytes('e'))
}

export const padTo = (bytes: Uint8Array, length: number): Uint8Array => {
  const out = new Uint8Array(Math.max(length, bytes.length))
  out.set(bytes)
  return out
}

export const text = utf8ToBytes

/** Random bytes and changed copies of good inputs: bits flipped, parts cut out, doubled, or replaced. */
export function* hostile(good: readonly Uint8Array[], runs: number, seed: number): Generator<Uint8Array> {
  const { int, bytes } = seeded(seed)
  for (let run = 0; run < runs; run++) {
    if (run % 8 === 0) {
      yield bytes(int(300))
      continue
    }
    const source = good[run % good.length]!
    const changed = source.slice(0, run % 4 === 1 ? int(source.length) : source.length)
    for (let count = 1 + int(4); count > 0 && changed.length > 0; count--) changed[int(changed.length)] = int(256)
    if (run % 4 === 3) changed.copyWithin(int(changed.length), int(changed.length), int(changed.length))
    yield changed
  }
}
