import { ready } from '@sessionkit/crypto'
import { type Content, encodeContent, encodeEnvelope, pad } from '@sessionkit/envelope'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  blind15KeyPair,
  MAX_MESSAGE_CLOCK_MS,
  openRoomMessage,
  proSignedData,
  sealRoomMessage,
  signMessage,
} from '../src/index.ts'
import { codeOf } from './code-of.ts'
import { account, fill, NOW, SERVER } from './world.ts'

beforeAll(() => ready)

const serverPublicKey = SERVER
const timestamp = NOW * 1000
const hello: Content = { dataMessage: { body: 'hello' } }
const author = () => blind15KeyPair({ account: account(1), serverPublicKey }).id
const signed = (data: Uint8Array, posted = NOW) => ({
  sessionId: author(),
  posted,
  data,
  signature: signMessage({ account: account(1), serverPublicKey, data, prefix: '15' }),
})
const of = (content: Content, posted = NOW) => signed(pad(encodeContent(content)), posted)
const code = (message: ReturnType<typeof signed>, blinded = true) => codeOf(() => openRoomMessage({ message, blinded }))

describe('a room message', () => {
  it('opens as it was sealed, by 15, 25 and 05', () => {
    const prefixes = ['15', '25', '05'] as const
    for (const prefix of prefixes) {
      const one = account(1)
      const sealed = sealRoomMessage({
        content: hello,
        timestamp,
        account: one,
        serverPublicKey,
        prefix,
        random: fill(1),
      })
      expect(sealed.data.length % 160).toBe(0)
      const sessionId = prefix === '05' ? one.sessionId : prefix === '15' ? author() : undefined
      if (sessionId === undefined) continue
      const opened = openRoomMessage({ message: { ...sealed, sessionId, posted: NOW }, blinded: prefix !== '05' })
      expect(opened.author).toBe(sessionId)
      expect(opened.content).toMatchObject({ dataMessage: { body: 'hello' }, sigTimestamp: timestamp })
    }
  })

  it('opens in the form of an envelope, and without a timestamp', () => {
    const content = pad(encodeContent(hello))
    const proSig = new Uint8Array(64)
    const data = encodeEnvelope({ type: 'SESSION_MESSAGE', timestamp, content, proSig })
    expect(openRoomMessage({ message: signed(data), blinded: true })).toMatchObject({ proSignature: proSig })
    expect(code(of(hello))).toBe('none')
  })

  it('has its Pro signature over the content without it', () => {
    const content = { ...hello, proSigForCommunityMessageOnly: new Uint8Array(64).fill(1) }
    const opened = openRoomMessage({ message: of(content), blinded: true })
    expect(opened.proSignature).toEqual(content.proSigForCommunityMessageOnly)
    expect(proSignedData(opened.content)).toEqual(pad(encodeContent(hello)))
  })

  it.each<[string, () => string, string]>([
    [
      'whose signature fails',
      () => code({ ...of(hello), posted: NOW, signature: new Uint8Array(64) }),
      'OPEN_GROUP_BAD_SIGNATURE',
    ],
    [
      'that a batch found unsigned',
      () => codeOf(() => openRoomMessage({ message: of(hello), blinded: true, verified: false })),
      'OPEN_GROUP_BAD_SIGNATURE',
    ],
    [
      'of a 05 author on a server that blinds',
      () => code({ ...of(hello), sessionId: account(1).sessionId as never }),
      'OPEN_GROUP_UNTRUSTED_AUTHOR',
    ],
    [
      'of a 03 author',
      () => code({ ...of(hello), sessionId: `03${'ab'.repeat(32)}` as never }),
      'OPEN_GROUP_UNTRUSTED_AUTHOR',
    ],
    ['whose content does not parse', () => code(signed(fill(0xff)(160))), 'OPEN_GROUP_BAD_CONTENT'],
    ['that is empty', () => code(signed(pad(new Uint8Array(0)))), 'OPEN_GROUP_NOT_VISIBLE'],
    ['with no visible data', () => code(of({ dataMessage: {} })), 'OPEN_GROUP_NOT_VISIBLE'],
    [
      'that is a typing message',
      () => code(of({ typingMessage: { timestamp, action: 'STARTED' } } as Content)),
      'OPEN_GROUP_NOT_VISIBLE',
    ],
    [
      'that is an unsend request',
      () => code(of({ unsendRequest: { timestamp, author: author() } } as Content)),
      'OPEN_GROUP_NOT_VISIBLE',
    ],
    [
      'that is a call message',
      () => code(of({ callMessage: { type: 'OFFER', uuid: 'x', sdps: [] } } as Content)),
      'OPEN_GROUP_NOT_VISIBLE',
    ],
    [
      'that is a read receipt',
      () => code(of({ receiptMessage: { type: 'READ', timestamp: [timestamp] } } as Content)),
      'OPEN_GROUP_NOT_VISIBLE',
    ],
    [
      'that updates a group',
      () =>
        code(of({ dataMessage: { body: 'x', groupUpdateMessage: { memberLeftMessage: {} } } } as unknown as Content)),
      'OPEN_GROUP_NOT_VISIBLE',
    ],
    [
      'that is nothing at all',
      () => codeOf(() => openRoomMessage({ message: null as never, blinded: true })),
      'OPEN_GROUP_BAD_ARGUMENT',
    ],
    [
      'that is a request response',
      () => code(of({ messageRequestResponse: { isApproved: true } })),
      'OPEN_GROUP_NOT_VISIBLE',
    ],
    [
      'that is a reaction of a one-to-one chat',
      () =>
        code(of({ dataMessage: { body: 'x', reaction: { id: 1, author: author(), emoji: 'x', action: 'REACT' } } })),
      'OPEN_GROUP_NOT_VISIBLE',
    ],
    ['that changes a timer', () => code(of({ dataMessage: { body: 'x', flags: 2 } })), 'OPEN_GROUP_NOT_VISIBLE'],
    [
      'with two payloads',
      () => code(of({ ...hello, messageRequestResponse: { isApproved: true } })),
      'OPEN_GROUP_BAD_CONTENT',
    ],
    [
      'more than six hours early',
      () => code(of({ ...hello, sigTimestamp: timestamp + MAX_MESSAGE_CLOCK_MS + 1 })),
      'OPEN_GROUP_CLOCK',
    ],
    [
      'more than six hours late',
      () => code(of({ ...hello, sigTimestamp: timestamp - MAX_MESSAGE_CLOCK_MS - 1 })),
      'OPEN_GROUP_CLOCK',
    ],
    ['six hours off', () => code(of({ ...hello, sigTimestamp: timestamp - MAX_MESSAGE_CLOCK_MS })), 'none'],
  ])('%s', (_, run, expected) => {
    expect(run()).toBe(expected)
  })

  it('has its author in lower case, however the server writes it', () => {
    const message = { ...of(hello), sessionId: author().toUpperCase() as never }
    expect(openRoomMessage({ message, blinded: true }).author).toBe(author())
  })

  it('with a Pro signature in two places, or not of 64 bytes, is refused', () => {
    const inner = pad(encodeContent({ ...hello, proSigForCommunityMessageOnly: new Uint8Array(64) }))
    const twice = encodeEnvelope({ type: 'SESSION_MESSAGE', timestamp, content: inner, proSig: new Uint8Array(64) })
    expect(code(signed(twice))).toBe('OPEN_GROUP_BAD_PRO_SIGNATURE')
    // Content field 17, 63 bytes.
    const short = new Uint8Array([...encodeContent(hello), 0x8a, 0x01, 63, ...new Uint8Array(63)])
    expect(['OPEN_GROUP_BAD_PRO_SIGNATURE', 'OPEN_GROUP_BAD_CONTENT']).toContain(code(signed(pad(short))))
  })

  it('is not sealed without anything visible', () => {
    const input = { account: account(1), serverPublicKey, prefix: '15', timestamp } as const
    expect(codeOf(() => sealRoomMessage({ ...input, content: { dataMessage: { body: '' } } }))).toBe(
      'OPEN_GROUP_NOT_VISIBLE',
    )
    expect(codeOf(() => sealRoomMessage({ ...input, content: {} }))).toBe('OPEN_GROUP_NOT_VISIBLE')
    expect(codeOf(() => sealRoomMessage({ ...input, content: hello, timestamp: 0.5 }))).toBe('OPEN_GROUP_BAD_ARGUMENT')
  })
})
