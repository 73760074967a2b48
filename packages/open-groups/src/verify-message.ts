import { CryptoError, ed25519VerifyBatch, type SignedMessage, xed25519PublicKey } from '@sessionkit/crypto'
import { idToBytes } from '@sessionkit/session-id'
import { OpenGroupError } from './error.ts'
import { memberIdOf } from './schema.ts'

export interface SignedRoomMessage {
  /** The author that the server names: `05`, `15` or `25`. */
  readonly sessionId: string
  /** Padded content, as it came. */
  readonly data: Uint8Array
  /** 64 bytes. */
  readonly signature: Uint8Array
}

/**
 * Whether a message's author signed it. Accepts all dialects of `05` posters: libsession's XEd25519, desktop's, and the
 * plain Ed25519 of Android. Never throws for what came from a server. Protocol page 08, sections 3.5 and 6.
 */
export const verifyMessage = (message: SignedRoomMessage): boolean => verifyMessages([message])[0]!

/** `verifyMessage` for all messages of a poll at once: one answer each, in their order. */
export function verifyMessages(messages: readonly SignedRoomMessage[]): boolean[] {
  if (!Array.isArray(messages)) throw new OpenGroupError('OPEN_GROUP_BAD_ARGUMENT', 'messages: expected a list')
  const keys = new Map<string, AuthorKey | undefined>()
  const first = messages.map((message) => firstAttempt(message, keys))
  const valid = verifySome(first.map((attempt) => attempt?.signed))
  // Android signs with the account's own key, whose sign the id does not tell: the other one, where the first fails.
  const second = verifySome(first.map((attempt, i) => (valid[i] ? undefined : attempt?.otherSign)))
  return valid.map((one, i) => one || second[i]!)
}

interface AuthorKey {
  readonly publicKey: Uint8Array
  /** The same key with its sign bit set; `05` only. */
  readonly negative: Uint8Array | undefined
}

interface Attempt {
  readonly signed: SignedMessage
  readonly otherSign: SignedMessage | undefined
}

function firstAttempt(given: SignedRoomMessage, keys: Map<string, AuthorKey | undefined>): Attempt | undefined {
  const { sessionId, data: message, signature } = given ?? {}
  if (!(message instanceof Uint8Array) || !(signature instanceof Uint8Array) || signature.length !== 64)
    return undefined
  if (!keys.has(sessionId)) keys.set(sessionId, authorKey(sessionId))
  const key = keys.get(sessionId)
  if (key === undefined) return undefined
  const { publicKey, negative } = key
  if (negative === undefined) return { signed: { message, signature, publicKey }, otherSign: undefined }
  if ((signature[63]! & 0x80) === 0) {
    const otherSign = { message, signature, publicKey: negative }
    return { signed: { message, signature, publicKey }, otherSign }
  }
  // Desktop's: the highest bit carries the sign of the key.
  const cleared = new Uint8Array(signature)
  cleared[63]! &= 0x7f
  return { signed: { message, signature: cleared, publicKey: negative }, otherSign: undefined }
}

function authorKey(sessionId: unknown): AuthorKey | undefined {
  const id = memberIdOf(sessionId)
  if (id === undefined) return undefined
  const publicKey = idToBytes(id).slice(1)
  if (!id.startsWith('05')) return { publicKey, negative: undefined }
  try {
    const positive = xed25519PublicKey(publicKey)
    const negative = new Uint8Array(positive)
    negative[31]! |= 0x80
    return { publicKey: positive, negative }
  } catch (error) {
    if (error instanceof CryptoError && error.code === 'CRYPTO_BAD_PUBLIC_KEY') return undefined
    throw error
  }
}

function verifySome(items: readonly (SignedMessage | undefined)[]): boolean[] {
  const present = items.filter((item) => item !== undefined)
  const results = ed25519VerifyBatch(present)
  let next = 0
  return items.map((item) => item !== undefined && results[next++]!)
}
