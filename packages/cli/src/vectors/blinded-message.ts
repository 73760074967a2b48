import { blindedKeyPair, decryptDirectMessage, encryptDirectMessage } from '@sessionkit/open-groups'
import { accountOf } from './account.ts'
import { bytes, type Entry, has, integer, text } from './entry.ts'
import { expectField, expectRefusal, expectSame } from './expect.ts'
import { Unsupported } from './outcome.ts'
import type { VectorHandler } from './runner.ts'

/** The blinded operations of `libsession-session-protocol.json`, protocol page 08, section 4. */
export const blindedMessageHandlers: Readonly<Record<string, VectorHandler>> = {
  blinded_encrypt: (entry, { random }) => {
    const prefix = prefixOf(entry)
    const sender = accountOf(entry, 'sender')
    const recipient = accountOf(entry, 'recipient')
    const serverPublicKey = bytes(entry, 'server_pk')
    const senderId = blindedKeyPair({ account: sender, serverPublicKey, prefix }).id
    const recipientId = blindedKeyPair({ account: recipient, serverPublicKey, prefix }).id
    expectField(entry, 'sender_blinded_id', senderId)
    expectField(entry, 'recipient_blinded_id', recipientId)
    const made = encryptDirectMessage({
      message: bytes(entry, 'message'),
      sender,
      recipientId,
      serverPublicKey,
      random,
    })
    expectField(entry, 'ciphertext', made)
    const ciphertext = has(entry, 'ciphertext') ? bytes(entry, 'ciphertext') : made
    for (const account of [recipient, sender]) {
      const opened = decryptDirectMessage({ ciphertext, account, senderId, recipientId, serverPublicKey })
      const outgoing = account === sender
      const who = outgoing ? 'the sender' : 'the recipient'
      expectSame(`message as ${who} reads it`, entry.message, opened.message)
      expectSame(`sender as ${who} reads it`, sender.sessionId, opened.sender)
      expectSame(`key of the sender as ${who} reads it`, sender.ed25519.publicKey, opened.senderEd25519)
      expectSame(`outgoing as ${who} reads it`, outgoing, opened.outgoing)
    }
  },

  blinded_decrypt_reject: (entry) => {
    prefixOf(entry)
    const input = {
      ciphertext: bytes(entry, 'ciphertext'),
      account: accountOf(entry, 'recipient'),
      senderId: text(entry, 'sender_blinded_id'),
      recipientId: text(entry, 'recipient_blinded_id'),
      serverPublicKey: bytes(entry, 'server_pk'),
    }
    expectRefusal('decrypt', () => decryptDirectMessage(input))
  },
}

function prefixOf(entry: Entry): '15' | '25' {
  const kind = integer(entry, 'kind')
  if (kind !== 15 && kind !== 25) throw new Unsupported(`kind ${kind}`)
  return kind === 15 ? '15' : '25'
}
