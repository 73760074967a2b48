import { readFileSync } from 'node:fs'
import { bytesToHex, concatBytes, hexToBytes } from '@sessionkit/bytes'
import { ed25519Sign, ready } from '@sessionkit/crypto'
import { accountFromSeed, parseSessionId } from '@sessionkit/session-id'
import { beforeAll, describe, expect, test } from 'vitest'
import { decryptV1, encryptV1, encryptV1Deterministic } from '../src/index.ts'
import { codeOf } from './code-of.ts'
import { replay } from './random.ts'
import './v2-known-answers.ts'

interface Account {
  ed25519_seed: string
  x25519_pk: string
  session_id: string
}
interface Entry {
  sender: Account
  recipient: Account
  recipient_given_with_05_prefix: boolean
  message: string
  rng: string[]
  signed_inner: string
  ciphertext: string
}
const url = new URL('../../../vectors/libsession-session-protocol.json', import.meta.url)
const { operations } = JSON.parse(readFileSync(url, 'utf8')) as {
  operations: {
    v1_encrypt: Entry[]
    v1_encrypt_deterministic: Entry[]
    v1_decrypt_reject: { recipient: Account; ciphertext: string }[]
  }
}
const account = (of: Account) => accountFromSeed(hexToBytes(of.ed25519_seed))
beforeAll(() => ready)

function open(entry: Entry): void {
  const opened = decryptV1({ ciphertext: hexToBytes(entry.ciphertext), recipient: account(entry.recipient) })
  expect(bytesToHex(opened.message)).toBe(entry.message)
  expect(opened.sender).toBe(entry.sender.session_id)
}

describe('known answers of Session Protocol v1', () => {
  test('encrypt and decrypt, all forms of the recipient', () => {
    for (const entry of operations.v1_encrypt) {
      const sender = account(entry.sender)
      const message = hexToBytes(entry.message)
      const key = hexToBytes(entry.recipient.x25519_pk)
      for (const recipient of [
        key,
        hexToBytes(entry.recipient.session_id),
        parseSessionId(entry.recipient.session_id),
      ]) {
        const { random, left } = replay(entry.rng.map((hex) => hexToBytes(hex)))
        expect(bytesToHex(encryptV1({ message, sender, recipient, random }))).toBe(entry.ciphertext)
        expect(left()).toBe(0)
      }
      const publicKey = sender.ed25519.publicKey
      const signature = ed25519Sign({ message: concatBytes(message, publicKey, key), keyPair: sender.ed25519 })
      expect(bytesToHex(concatBytes(message, publicKey, signature))).toBe(entry.signed_inner)
      open(entry)
    }
  })

  test('encrypt deterministically and decrypt', () => {
    for (const entry of operations.v1_encrypt_deterministic) {
      const input = { message: hexToBytes(entry.message), sender: account(entry.sender) }
      const recipient = entry.recipient_given_with_05_prefix ? entry.recipient.session_id : entry.recipient.x25519_pk
      expect(bytesToHex(encryptV1Deterministic({ ...input, recipient: hexToBytes(recipient) }))).toBe(entry.ciphertext)
      open(entry)
    }
  })

  test('what must be refused', () => {
    for (const { recipient, ciphertext } of operations.v1_decrypt_reject) {
      const call = () => decryptV1({ ciphertext: hexToBytes(ciphertext), recipient: account(recipient) })
      expect(codeOf(call)).not.toBeNull()
    }
  })
})
