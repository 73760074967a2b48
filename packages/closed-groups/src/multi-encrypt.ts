import { encodeBencode, type RandomSource, utf8ToBytes } from '@sessionkit/bytes'
import {
  blake2b,
  CryptoError,
  randomBytes,
  type X25519KeyPair,
  x25519,
  xchacha20poly1305Decrypt,
  xchacha20poly1305Encrypt,
} from '@sessionkit/crypto'
import { bytesField, decodeDict, listField } from './bencode-dict.ts'
import { ClosedGroupError } from './error.ts'
import { MAX_CONTAINER_ENTRIES, MAX_STORED_GROUP_MESSAGE } from './limits.ts'

const NONCE = 24
const TAG = 16

/**
 * The key between a sender and a recipient; the hash has the sender first on both sides. Null when the other key is one
 * that gives no shared secret.
 */
function pairKey(input: {
  readonly own: X25519KeyPair
  readonly other: Uint8Array
  readonly ownIsSender: boolean
  readonly domain: string
}): Uint8Array | null {
  const { own, other, ownIsSender, domain } = input
  let secret: Uint8Array
  try {
    secret = x25519({ secretKey: own.secretKey, publicKey: other })
  } catch (error) {
    if (error instanceof CryptoError && error.code !== 'CRYPTO_NOT_READY') return null
    throw error
  }
  const order = ownIsSender ? [own.publicKey, other] : [other, own.publicKey]
  const key = utf8ToBytes(domain).subarray(0, 64)
  const message = [secret, ...order]
  const derived = key.length === 0 ? blake2b({ message, length: 32 }) : blake2b({ message, key, length: 32 })
  secret.fill(0)
  return derived
}

/** One entry for one recipient, or null for a key that nobody can have. Protocol page 06, section 2.2. */
export function sealEntry(input: {
  readonly message: Uint8Array
  readonly sender: X25519KeyPair
  readonly recipient: Uint8Array
  readonly domain: string
  readonly nonce: Uint8Array
}): Uint8Array | null {
  const { message, sender, recipient, domain, nonce } = input
  const key = pairKey({ own: sender, other: recipient, ownIsSender: true, domain })
  if (key === null) return null
  const entry = xchacha20poly1305Encrypt({ key, nonce, message })
  key.fill(0)
  return entry
}

/** The first entry that is for us, or null. The key is computed once. */
export function openEntries(input: {
  readonly entries: readonly Uint8Array[]
  readonly recipient: X25519KeyPair
  readonly sender: Uint8Array
  readonly domain: string
  readonly nonce: Uint8Array
}): Uint8Array | null {
  const { entries, recipient, sender, domain, nonce } = input
  const key = pairKey({ own: recipient, other: sender, ownIsSender: false, domain })
  if (key === null) return null
  let found: Uint8Array | null = null
  for (const entry of entries) {
    found = openBox(key, nonce, entry)
    if (found !== null) break
  }
  key.fill(0)
  return found
}

/** XChaCha20-Poly1305, or null when it is not for this key. */
export function openBox(key: Uint8Array, nonce: Uint8Array, ciphertext: Uint8Array): Uint8Array | null {
  if (ciphertext.length < TAG) return null
  try {
    return xchacha20poly1305Decrypt({ key, nonce, ciphertext })
  } catch (error) {
    if (error instanceof CryptoError && error.code !== 'CRYPTO_NOT_READY') return null
    throw error
  }
}

export interface MultiEncryptInput {
  /** One for all recipients, or as many as there are recipients. */
  readonly messages: readonly Uint8Array[]
  /** X25519 public keys of 32 bytes. */
  readonly recipients: readonly Uint8Array[]
  readonly sender: X25519KeyPair
  /** Separates one use from another; may be empty, and only its first 64 bytes count. */
  readonly domain: string
  /** 24 bytes; drawn when absent. */
  readonly nonce?: Uint8Array | undefined
  /** Random entries are added until the count is a multiple of this. Default 0: none. */
  readonly padTo?: number | undefined
  readonly random?: RandomSource | undefined
}

/**
 * Encrypts to several recipients in one container. The random entries have the length of the first message without the
 * tag, as the reference makes them, so that they can be told apart. `random` is asked for the nonce (24 bytes) unless it
 * is given, then once for each random entry.
 *
 * Throws `GROUP_BAD_ARGUMENT`, also for a recipient whose key gives no shared secret. Protocol page 06, section 8.
 */
export function multiEncrypt(input: MultiEncryptInput): Uint8Array {
  const { messages, recipients, sender, domain, padTo = 0, random = randomBytes } = input
  const count = recipients?.length ?? 0
  if (count === 0 || count > MAX_CONTAINER_ENTRIES) throw badArgument('recipients: none, or too many')
  if (messages?.length !== 1 && messages?.length !== count) throw badArgument('messages: one, or one a recipient')
  if (!messages.every((message) => message instanceof Uint8Array)) throw badArgument('messages: expected bytes')
  if (!recipients.every((key) => key instanceof Uint8Array && key.length === 32)) {
    throw badArgument('recipients: expected keys of 32 bytes')
  }
  if (!Number.isInteger(padTo) || padTo < 0 || padTo > MAX_CONTAINER_ENTRIES) throw badArgument('padTo: out of range')
  const nonce = input.nonce ?? random(NONCE)
  if (!(nonce instanceof Uint8Array) || nonce.length !== NONCE) throw badArgument('nonce: expected 24 bytes')
  const entries = recipients.map((recipient, i) => {
    const message = messages[messages.length === 1 ? 0 : i] as Uint8Array
    const entry = sealEntry({ message, sender, recipient, domain, nonce })
    if (entry === null) throw badArgument(`recipients[${i}]: no usable key`)
    return entry
  })
  const junkLength = (messages[0] as Uint8Array).length
  while (padTo > 1 && entries.length % padTo !== 0) entries.push(random(junkLength))
  return encodeContainer(nonce, entries)
}

export function encodeContainer(nonce: Uint8Array, entries: readonly Uint8Array[]): Uint8Array {
  return encodeBencode(
    new Map<string, Uint8Array | readonly Uint8Array[]>([
      ['#', nonce],
      ['e', entries],
    ]),
  )
}

/**
 * What a container holds for us, or null when it holds nothing for this key from this sender.
 * Throws `GROUP_TOO_LARGE` and `GROUP_BAD_CONTAINER`. Protocol page 06, section 8.
 */
export function multiDecrypt(input: {
  readonly container: Uint8Array
  readonly recipient: X25519KeyPair
  /** The sender's X25519 public key. */
  readonly sender: Uint8Array
  readonly domain: string
}): Uint8Array | null {
  const { container, recipient, sender, domain } = input
  if (!(container instanceof Uint8Array)) throw badArgument('container: expected bytes')
  if (container.length > MAX_STORED_GROUP_MESSAGE) {
    throw new ClosedGroupError('GROUP_TOO_LARGE', `container: at most ${MAX_STORED_GROUP_MESSAGE} bytes`)
  }
  const dict = decodeDict(container, 'GROUP_BAD_CONTAINER', 'container')
  const nonce = bytesField(dict, '#', NONCE)
  const entries = listField(dict, 'e')
  if (nonce === undefined || entries === undefined) {
    throw new ClosedGroupError('GROUP_BAD_CONTAINER', 'container: no nonce of 24 bytes, or no list of entries')
  }
  if (entries.length > MAX_CONTAINER_ENTRIES) {
    throw new ClosedGroupError('GROUP_TOO_LARGE', `container: at most ${MAX_CONTAINER_ENTRIES} entries`)
  }
  return openEntries({ entries, recipient, sender, domain, nonce })
}

function badArgument(what: string): ClosedGroupError {
  return new ClosedGroupError('GROUP_BAD_ARGUMENT', what)
}
