import { assertBytes, bytesToBase64, utf8ToBytes } from '@sessionkit/bytes'
import { blake2b } from '@sessionkit/crypto'
import { namespaceText } from './namespace.ts'
import { ownerBytes } from './owner.ts'

/** Characters of a message hash. */
export const MESSAGE_HASH_LENGTH = 43
const HASH = /^[A-Za-z0-9+/]{43}$/

/**
 * The hash that a storage server gives a message: 43 characters of base64. Neither timestamp nor lifetime enters, so
 * the same bytes stored again are the same message. Protocol page 04, section 4. Throws `SWARM_BAD_ID`,
 * `SWARM_BAD_NAMESPACE`.
 */
export function messageHash(input: {
  readonly owner: string
  /** Default 0. */
  readonly namespace?: number | undefined
  readonly data: Uint8Array
}): string {
  const { owner, namespace, data } = input
  assertBytes(data, 'data')
  const message = [ownerBytes(owner), utf8ToBytes(namespaceText(namespace)), data]
  return bytesToBase64(blake2b({ message, length: 32 }), { padding: false })
}

/** Whether a value looks like a message hash. */
export function isMessageHash(value: unknown): value is string {
  return typeof value === 'string' && value.length === MESSAGE_HASH_LENGTH && HASH.test(value)
}
