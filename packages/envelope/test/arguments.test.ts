import { ready } from '@sessionkit/crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { decryptV1, encryptV1, encryptV1Deterministic, sealMessage, syncCopy, wrapEnvelope } from '../src/index.ts'
import { codeOf } from './code-of.ts'
import { people, timestamp } from './people.ts'

beforeAll(() => ready)

const message = new Uint8Array(160)
const bad = (value: unknown) => value as never

describe('what a caller mistook for something else', () => {
  test.each([undefined, null, 1, 'x', {}, { ed25519: null, x25519: null }])('%j for an account', (value) => {
    const recipient = people().bob.sessionId
    const content = { dataMessage: { body: 'a' } }
    for (const call of [
      () => encryptV1({ message, sender: bad(value), recipient }),
      () => encryptV1Deterministic({ message, sender: bad(value), recipient }),
      () => decryptV1({ ciphertext: message, recipient: bad(value) }),
      () => sealMessage({ content, from: bad(value), to: recipient, timestamp }),
    ]) {
      expect(codeOf(call)).toBe('ENVELOPE_BAD_ARGUMENT')
    }
  })

  test.each([undefined, null, 1, { dataMessage: null }])('%j for a content', (value) => {
    const { alice, bob } = people()
    const call = () => sealMessage({ content: bad(value), from: alice, to: bob.sessionId, timestamp })
    expect(codeOf(call)).toBe('ENVELOPE_BAD_ARGUMENT')
    expect(codeOf(() => syncCopy({ content: bad(value), syncTarget: bob.sessionId }))).toBe('ENVELOPE_BAD_ARGUMENT')
  })

  test.each([undefined, null, { content: null }, { content: message, proSig: null }, { content: message, source: {} }])(
    '%j for an envelope',
    (value) => {
      const envelope = value && { type: 'SESSION_MESSAGE', timestamp, ...value }
      expect(codeOf(() => wrapEnvelope(bad(envelope)))).toMatch(/^ENVELOPE_BAD_(ARGUMENT|SOURCE)$/)
    },
  )
})
