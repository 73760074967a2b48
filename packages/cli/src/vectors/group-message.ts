import { concatBytes, decodeBencode } from '@sessionkit/bytes'
import { decryptGroupMessage, encryptGroupMessage, type GroupAdmin } from '@sessionkit/closed-groups'
import { ed25519Verify, xchacha20poly1305Decrypt } from '@sessionkit/crypto'
import { accountOf } from './account.ts'
import { bytes, type Entry, integer, optional, text } from './entry.ts'
import { expectField, expectRefusal, expectSame } from './expect.ts'
import { groupOf } from './group.ts'
import type { VectorHandler } from './runner.ts'

/** What is inside a stored message: the dict without its padding, and how long it was with it. */
export function innerOf(ciphertext: Uint8Array, key: Uint8Array): { inner: Uint8Array; paddedLength: number } {
  const padded = xchacha20poly1305Decrypt({ key, nonce: ciphertext.slice(0, 24), ciphertext: ciphertext.slice(24) })
  const end = padded.findLastIndex((byte) => byte !== 0) + 1
  return { inner: padded.slice(0, end), paddedLength: padded.length }
}

function fieldOf(inner: Uint8Array, key: string): unknown {
  const dict = decodeBencode(inner)
  return dict instanceof Map ? dict.get(key) : undefined
}

/** `ours/closed-groups.json`: the form of the network. Protocol page 06, sections 6.2 and 6.3. */
export const groupMessageHandlers: Readonly<Record<string, VectorHandler>> = {
  group_message: (entry, { random }) => {
    const group = groupOf(entry)
    const { groupId } = group
    const sender = accountOf(entry, 'sender')
    const key = bytes(entry, 'group_key')
    const message = bytes(entry, 'message')
    const frame = optional(entry, 'z', bytes)
    const compress = frame && (() => frame)
    const padding = integer(entry, 'padding')
    const made = encryptGroupMessage({ message, sender, groupId, key, compress, padding, random })
    expectField(entry, 'ciphertext', made)
    const { inner } = innerOf(made, key)
    expectField(entry, 'inner_dict', inner)
    expectField(entry, 'signature', fieldOf(inner, 's'))
    const signed = concatBytes(frame ?? message, group.ed25519.publicKey)
    const signature = bytes(entry, 'signature')
    const publicKey = sender.ed25519.publicKey
    expectSame('signature verifies', true, ed25519Verify({ message: signed, signature, publicKey }))
    const ciphertext = bytes(entry, 'ciphertext')
    const opened = decryptGroupMessage({ ciphertext, groupId, keys: [new Uint8Array(32), key] })
    const senderEd25519 = sender.ed25519.publicKey
    expectSame('opened', { message, sender: sender.sessionId, senderEd25519, keyIndex: 1 }, opened)
    const signatureForm = 'legacy-2025-01'
    expectRefusal('old form', () => decryptGroupMessage({ ciphertext, groupId, keys: [key], signatureForm }))
  },

  group_message_reject: (entry: Entry) => {
    expectSame('expect', 'reject', text(entry, 'expect'))
    const groupId = text(entry, 'group_id') as GroupAdmin['groupId']
    const input = { ciphertext: bytes(entry, 'ciphertext'), keys: [bytes(entry, 'group_key')], groupId }
    expectRefusal('message', () => decryptGroupMessage(input))
  },
}
