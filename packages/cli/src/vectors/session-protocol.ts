import { concatBytes } from '@sessionkit/bytes'
import { ed25519Sign } from '@sessionkit/crypto'
import { decryptV1, encryptV1, encryptV1Deterministic } from '@sessionkit/envelope'
import type { Account } from '@sessionkit/session-id'
import { accountOf } from './account.ts'
import { bytes, type Entry, flag, has } from './entry.ts'
import { expectField, expectRefusal, expectSame } from './expect.ts'
import type { VectorHandler } from './runner.ts'

/** `libsession-session-protocol.json`, protocol page 02, section 10. Messages there are already padded. */
export const sessionProtocolHandlers: Readonly<Record<string, VectorHandler>> = {
  v1_encrypt: (entry, { random }) => {
    const { message, sender, recipient, to } = parties(entry)
    check(entry, encryptV1({ message, sender, recipient: to, random }), { message, sender, recipient })
  },

  v1_encrypt_deterministic: (entry) => {
    const { message, sender, recipient, to } = parties(entry)
    check(entry, encryptV1Deterministic({ message, sender, recipient: to }), { message, sender, recipient })
  },

  v1_decrypt_reject: (entry) => {
    const recipient = accountOf(entry, 'recipient')
    const ciphertext = bytes(entry, 'ciphertext')
    expectRefusal('decrypt', () => decryptV1({ ciphertext, recipient }))
  },
}

interface Parties {
  readonly message: Uint8Array
  readonly sender: Account
  readonly recipient: Account
}

function parties(entry: Entry): Parties & { readonly to: Account['sessionId'] | Uint8Array } {
  const recipient = accountOf(entry, 'recipient')
  const withPrefix = has(entry, 'recipient_given_with_05_prefix') && flag(entry, 'recipient_given_with_05_prefix')
  const to = withPrefix ? recipient.sessionId : recipient.x25519.publicKey
  return { message: bytes(entry, 'message'), sender: accountOf(entry, 'sender'), recipient, to }
}

function check(entry: Entry, ciphertext: Uint8Array, { message, sender, recipient }: Parties): void {
  const signature = ed25519Sign({
    message: concatBytes(message, sender.ed25519.publicKey, recipient.x25519.publicKey),
    keyPair: sender.ed25519,
  })
  expectField(entry, 'signed_inner', concatBytes(message, sender.ed25519.publicKey, signature))
  expectField(entry, 'ciphertext', ciphertext)
  const opened = decryptV1({
    ciphertext: has(entry, 'ciphertext') ? bytes(entry, 'ciphertext') : ciphertext,
    recipient,
  })
  expectSame('decrypted message', entry.message, opened.message)
  expectSame('decrypted sender', sender.sessionId, opened.sender)
  expectSame('decrypted sender key', sender.ed25519.publicKey, opened.senderEd25519)
}
