import { bytesToHex, concatBytes, hexToBytes } from '@sessionkit/bytes'
import { ready, sha256 } from '@sessionkit/crypto'
import { beforeAll, expect, test } from 'vitest'
import {
  encodeContent,
  encodeEnvelope,
  encryptV1Deterministic,
  openMessage,
  pad,
  unwrapEnvelope,
  wrapEnvelope,
} from '../src/index.ts'
import { people, timestamp } from './people.ts'

beforeAll(() => ready)

// Protocol page 02, section 11.
test('the worked example, byte by byte, in both wrapper forms', () => {
  const { alice, bob } = people()
  expect(alice.sessionId).toBe('05d424904ba1d282efd63d4f48cb343eb76d93357c45862c780155e4cb2af65b62')
  expect(bob.sessionId).toBe('054447880d254f91a6535ae5e215e69d0e1e3d82d88b6ab3670d55654da3632e77')

  const content = encodeContent({
    dataMessage: { body: 'hello' },
    expirationType: 'UNKNOWN',
    expirationTimer: 0,
    sigTimestamp: timestamp,
  })
  expect(bytesToHex(content)).toBe('0a070a0568656c6c6f6000680078fba08988c832')
  const padded = pad(content)
  expect(padded.length).toBe(160)

  const ciphertext = encryptV1Deterministic({ message: padded, sender: alice, recipient: bob.sessionId })
  expect(ciphertext.length).toBe(304)
  // The page names these two values the other way round; the hashes of the whole messages below settle which is which.
  expect(bytesToHex(ciphertext.subarray(0, 32))).toBe(
    '9247b86c8c56c319ef317c2873982c79191c77b50ab51d94abe3211237a7f32f',
  )
  expect(bytesToHex(sha256(ciphertext))).toBe('350a9bc20080ed8314f001246d4e87c29f8496bb8f4374b8e3197662524038cb')

  const envelope = { type: 'SESSION_MESSAGE', timestamp, content: ciphertext } as const
  const stored = wrapEnvelope({ ...envelope, sourceDevice: 1, proSig: new Uint8Array(64).fill(0x11) })
  expect(stored.length).toBe(398)
  expect(bytesToHex(stored)).toMatch(/^08011289030a0012001a8003080628fba08988c832380142b002/)
  expect(bytesToHex(sha256(stored))).toBe('57c4b2d688f2899adb0e96b7b95a3eb2a2c944992975cecc5eb5bae42b9eedc4')

  const old = concatBytes(
    hexToBytes('080112d7020a03505554120f2f6170692f76312f6d6573736167651abc02'),
    encodeEnvelope(envelope),
    hexToBytes('2000'),
  )
  expect(old.length).toBe(348)
  expect(bytesToHex(sha256(old))).toBe('a30b3c3bfcea76f99d2061680895eacd11ad160d6914f65ab387ab3361aacdfe')

  for (const bytes of [stored, old]) {
    expect(unwrapEnvelope(bytes).content).toEqual(ciphertext)
    const opened = openMessage(bytes, { recipient: bob })
    expect(opened).toMatchObject({ sender: alice.sessionId, kind: 'visible', timestamp, timestampAuthenticated: true })
    expect(opened.content.dataMessage).toEqual({ body: 'hello' })
    expect(opened.senderEd25519).toEqual(alice.ed25519.publicKey)
  }
})
