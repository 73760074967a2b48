import { ready } from '@sessionkit/crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  type Content,
  decodeContent,
  decodeEnvelope,
  encodeContent,
  encryptV1,
  openMessage,
  pad,
  sealMessage,
  unwrapEnvelope,
  wrapEnvelope,
} from '../src/index.ts'
import { codeOf } from './code-of.ts'
import { people, timestamp } from './people.ts'
import { seeded } from './random.ts'

beforeAll(() => ready)

const rich: Content = {
  dataMessage: {
    body: 'hello',
    attachments: [{ id: 5n, key: new Uint8Array(32), url: 'https://example.org/1' }],
    quote: { id: 1, author: `05${'ab'.repeat(32)}` },
    reaction: { id: 1, author: `05${'ab'.repeat(32)}`, emoji: '👍', action: 'REACT' },
    groupUpdateMessage: { infoChangeMessage: { type: 'NAME', adminSignature: new Uint8Array(64) } },
  },
  callMessage: { type: 'ICE_CANDIDATES', sdps: ['a'], sdpMLineIndexes: [1], sdpMids: ['b'], uuid: 'u' },
  sigTimestamp: timestamp,
}

/** Random bytes and changed copies of a good input: bits flipped, parts cut out, doubled, or replaced. */
function* inputs(good: Uint8Array, runs: number, seed: number): Generator<Uint8Array> {
  const { int, bytes } = seeded(seed)
  for (let run = 0; run < runs; run++) {
    if (run % 4 === 0) {
      yield bytes(int(200))
      continue
    }
    const changed = good.slice(0, run % 4 === 1 ? int(good.length) : good.length)
    for (let count = 1 + int(4); count > 0 && changed.length > 0; count--) changed[int(changed.length)] = int(256)
    if (run % 4 === 3) changed.copyWithin(int(changed.length), int(changed.length), int(changed.length))
    yield changed
  }
}

describe('10,000 random and changed inputs give a value or a typed error', () => {
  test('decodeContent', () => {
    for (const input of inputs(encodeContent(rich), 10_000, 1)) {
      codeOf(() => encodeContent(decodeContent(input)))
    }
  })

  test('unwrapEnvelope and decodeEnvelope', () => {
    const { alice, bob } = people()
    const stored = sealMessage({ content: { dataMessage: {} }, from: alice, to: bob.sessionId, timestamp })
    for (const input of inputs(stored, 10_000, 2)) {
      codeOf(() => unwrapEnvelope(input))
      codeOf(() => decodeEnvelope(input))
    }
  })

  test('openMessage, changed outside the encryption', () => {
    const { alice, bob } = people()
    const content = { dataMessage: { body: 'hello' } }
    const stored = sealMessage({ content, from: alice, to: bob.sessionId, timestamp })
    for (const input of inputs(stored, 10_000, 3)) {
      codeOf(() => {
        const opened = openMessage(input, { recipient: bob })
        // What opens all the same was changed in bytes that nothing authenticates: never in what it says.
        expect(opened).toMatchObject({ sender: alice.sessionId, timestamp, content })
      })
    }
  })

  test('openMessage, changed inside the encryption', () => {
    const { alice, bob } = people()
    for (const input of inputs(encodeContent(rich), 1_000, 4)) {
      const ciphertext = encryptV1({ message: pad(input), sender: alice, recipient: bob.sessionId })
      const stored = wrapEnvelope({ type: 'SESSION_MESSAGE', timestamp, content: ciphertext })
      codeOf(() => openMessage(stored, { recipient: bob }))
    }
  })

  test('deep groups of unknown fields', () => {
    codeOf(() => decodeContent(new Uint8Array(76_000).fill(0x9b)))
    expect(codeOf(() => decodeContent(new Uint8Array(76_000).fill(0x0b)))).toBe('ENVELOPE_BAD_PROTOBUF')
  })
})
