import { isSessionKitError } from '@sessionkit/bytes'
import { ConfigError } from '@sessionkit/config'
import { ed25519KeyPairToX25519, ready } from '@sessionkit/crypto'
import { beforeAll, expect, it } from 'vitest'
import { decodeDict } from '../src/bencode-dict.ts'
import {
  ClosedGroupError,
  decryptGroupMessage,
  encryptGroupMessage,
  GroupInfo,
  GroupKeys,
  KICKED_DOMAIN,
  multiDecrypt,
  multiEncrypt,
  openGroupContent,
  openKickedMessage,
  sealGroupContent,
  sealKickedMessage,
} from '../src/index.ts'
import { signDict } from '../src/signed-dict.ts'
import { group, inputs, person } from './people.ts'

beforeAll(() => ready)

const COUNT = 10_000
const g = group()
const alice = person('alice')
const bob = person('bob')
const key = new Uint8Array(32).fill(1)
const time = 1_737_000_000_000

/** Only our own error may come out, or what the function is documented to return. */
function outcome(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    expect(error).toBeInstanceOf(ClosedGroupError)
    return (error as ClosedGroupError).code
  }
}

function keyMessages(): { full: Uint8Array; supplement: Uint8Array } {
  const admin = new GroupKeys({ groupId: g.groupId, member: alice, adminSeed: g.ed25519.seed })
  const full = admin.rekey({ memberIds: [alice.sessionId, bob.sessionId] })
  admin.loadMessage({ hash: 'a', message: full, timestamp: time })
  return { full, supplement: admin.supplement({ memberIds: [bob.sessionId] }) }
}

it('key messages', () => {
  const { full, supplement } = keyMessages()
  const keys = new GroupKeys({ groupId: g.groupId, member: bob })
  keys.loadMessage({ hash: 'a', message: full, timestamp: time })
  const before = keys.makeDump()
  for (const message of inputs(COUNT, 1, [full, supplement])) {
    outcome(() => keys.loadMessage({ hash: 'a', message, timestamp: time }))
  }
  expect(keys.makeDump()).toEqual(before)
})

it('key messages that an admin did sign', () => {
  const { full, supplement } = keyMessages()
  const seen = new Set<unknown>()
  const people = [
    new GroupKeys({ groupId: g.groupId, member: bob }),
    new GroupKeys({ groupId: g.groupId, member: alice, adminSeed: g.ed25519.seed }),
  ]
  for (const bytes of inputs(2000, 2, [full, supplement])) {
    let fields: ReturnType<typeof decodeDict>
    try {
      fields = decodeDict(bytes, 'GROUP_BAD_KEY_MESSAGE', 'x')
    } catch {
      continue
    }
    fields.delete('~')
    const message = signDict(fields, g.ed25519)
    for (const keys of people) {
      const result = outcome(() => keys.loadMessage({ hash: 'a', message, timestamp: time }))
      seen.add(typeof result)
    }
  }
  expect([...seen].sort()).toEqual(['object', 'string'])
})

it('keys dumps', () => {
  const keys = new GroupKeys({ groupId: g.groupId, member: alice, adminSeed: g.ed25519.seed })
  const message = keys.rekey({ memberIds: [alice.sessionId] })
  const pending = keys.makeDump()
  keys.loadMessage({ hash: 'a', message, timestamp: time })
  for (const dump of inputs(COUNT, 3, [pending, keys.makeDump()])) {
    outcome(() => new GroupKeys({ groupId: g.groupId, member: bob, dump }).makeDump())
  }
})

it('group messages', () => {
  const samples = [1, 100, 2000].map((length) =>
    encryptGroupMessage({ message: new Uint8Array(length).fill(1), sender: alice, groupId: g.groupId, key }),
  )
  for (const ciphertext of inputs(COUNT, 4, samples)) {
    outcome(() => decryptGroupMessage({ ciphertext, groupId: g.groupId, keys: [new Uint8Array(32), key] }))
  }
})

it('group messages, from a member who encrypts anything', async () => {
  const { xchacha20poly1305Encrypt } = await import('@sessionkit/crypto')
  const { innerSamples } = samplesOfInner()
  const nonce = new Uint8Array(24)
  for (const inner of inputs(COUNT, 5, innerSamples)) {
    const box = xchacha20poly1305Encrypt({ key, nonce, message: inner })
    const ciphertext = Uint8Array.of(...nonce, ...box)
    outcome(() => decryptGroupMessage({ ciphertext, groupId: g.groupId, keys: [key] }))
    outcome(() => decryptGroupMessage({ ciphertext, groupId: g.groupId, keys: [key], signatureForm: 'legacy-2025-01' }))
  }
})

function samplesOfInner(): { innerSamples: Uint8Array[] } {
  const text = (value: string): Uint8Array => Uint8Array.from(value, (char) => char.charCodeAt(0))
  const s = '1:s64:'.concat('s'.repeat(64))
  const a = '1:a32:'.concat(String.fromCharCode(...alice.ed25519.publicKey))
  return { innerSamples: [text(`d0:i1e${a}1:d5:hello${s}e`), text(`d0:i1e${a}${s}1:z5:helloe`)] }
}

it('contents', () => {
  const content = { dataMessage: { body: 'hello' } }
  const sample = sealGroupContent({ content, from: alice, groupId: g.groupId, key, timestamp: time })
  for (const bytes of inputs(2000, 6, [sample])) {
    // What is in it is signed here, so that the layers above are reached.
    if (bytes.length === 0) continue
    const ciphertext = encryptGroupMessage({ message: bytes, sender: alice, groupId: g.groupId, key })
    try {
      openGroupContent({ ciphertext, groupId: g.groupId, keys: [key] })
    } catch (error) {
      expect(isSessionKitError(error) && /^(GROUP|ENVELOPE)_/.test(error.code)).toBe(true)
    }
  }
})

it('containers and kicked messages', () => {
  const sender = ed25519KeyPairToX25519(g.ed25519)
  const samples = [
    sealKickedMessage({ group: g, members: [bob.sessionId, alice.sessionId], generation: 3 }),
    multiEncrypt({ messages: [key], recipients: [bob.x25519.publicKey], sender, domain: KICKED_DOMAIN, padTo: 5 }),
  ]
  for (const message of inputs(COUNT, 7, samples)) {
    outcome(() => openKickedMessage({ message, groupId: g.groupId, member: bob, currentGeneration: 0 }))
    const input = { container: message, recipient: bob.x25519, sender: sender.publicKey, domain: 'd' }
    outcome(() => multiDecrypt(input))
  }
})

it('configs', () => {
  const ours = new GroupInfo({ groupId: g.groupId, admin: g, keys: [key] })
  ours.name = 'x'
  const [sample] = ours.push().messages as [Uint8Array]
  const theirs = new GroupInfo({ groupId: g.groupId, keys: [key] })
  const messages = [...inputs(COUNT, 8, [sample])].map((data, i) => ({ hash: `${i}`, data }))
  expect(theirs.merge(messages).accepted.length).toBeLessThan(COUNT / 100)
  for (const dump of inputs(2000, 9, [ours.dump()])) {
    try {
      new GroupInfo({ groupId: g.groupId, keys: [key], dump }).destroyed
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError)
    }
  }
})
