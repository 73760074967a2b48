import { ready } from '@sessionkit/crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  type AttachmentSink,
  bytesSource,
  decryptDeterministic,
  decryptDeterministicStream,
  decryptLegacy,
  decryptLegacyStream,
  encryptDeterministic,
  encryptDeterministicStream,
  encryptLegacy,
  encryptLegacyStream,
  openDownload,
  parseFileUrl,
  planAttachmentDownload,
  safeFileName,
} from '../src/index.ts'
import { expectSameBytes } from './material.ts'

beforeAll(() => ready)

const content = new Uint8Array(200_000).map((_, i) => i * 7 + (i >> 8))
const seed = new Uint8Array(32).fill(1)

/** Keeps a copy of each piece, and uses the piece for something else at once, as its owner may. */
class Reusing implements AttachmentSink {
  readonly pieces: number[] = []
  state = 'open'
  write(piece: Uint8Array): void {
    for (const byte of piece) this.pieces.push(byte)
    piece.fill(0xee)
  }
  commit(): void {
    this.state = 'committed'
  }
  abort(): void {
    this.state = 'aborted'
  }
  get bytes(): Uint8Array {
    return Uint8Array.from(this.pieces)
  }
}

describe('a sink may use the pieces that it was given', () => {
  it.each([1, 100, 65_536, 65_537, 200_000])('%i bytes', async (size) => {
    const source = bytesSource(content.slice(0, size))
    const plain = content.slice(0, size)
    const legacy = new Reusing()
    const sealed = await encryptLegacyStream({ source, sink: legacy })
    expectSameBytes(decryptLegacy({ blob: legacy.bytes, ...sealed }), plain)
    const legacyBack = new Reusing()
    await decryptLegacyStream({ source: bytesSource(legacy.bytes), sink: legacyBack, ...sealed })
    expectSameBytes(legacyBack.bytes, plain)
    const deterministic = new Reusing()
    const other = await encryptDeterministicStream({ source, sink: deterministic, seed })
    expectSameBytes(deterministic.bytes, encryptDeterministic({ content: plain, seed }).blob)
    const back = new Reusing()
    await decryptDeterministicStream({ source: bytesSource(deterministic.bytes), sink: back, key: other.key })
    expectSameBytes(back.bytes, decryptDeterministic({ blob: deterministic.bytes, key: other.key }))
  })
})

describe('the second pass of a legacy stream', () => {
  it('commits nothing but the file of the digest, even another one that the keys fit', async () => {
    const sealed = encryptLegacy({ content })
    const other = encryptLegacy({ content: new Uint8Array(content.length).fill(9), keys: sealed.keys })
    let opened = 0
    const source = { size: sealed.blob.length, open: () => [opened++ === 0 ? sealed.blob : other.blob] }
    const sink = new Reusing()
    await expect(decryptLegacyStream({ source, sink, ...sealed })).rejects.toMatchObject({
      code: 'ATTACHMENT_SOURCE_CHANGED',
    })
    expect(sink.state).toBe('aborted')
  })

  it('does not mind that the caller wiped its key', async () => {
    const sealed = encryptLegacy({ content })
    const keys = sealed.keys.slice()
    const digest = sealed.digest.slice()
    let opened = 0
    const open = (): Uint8Array[] => {
      if (opened++ === 1) for (const array of [keys, digest]) array.fill(0)
      return [sealed.blob]
    }
    const sink = new Reusing()
    await decryptLegacyStream({ source: { size: sealed.blob.length, open }, sink, keys, digest, size: sealed.size })
    expectSameBytes(sink.bytes, content)
  })
})

describe('what goes wrong in the caller', () => {
  const source = bytesSource(content)
  const failed = new Error('first')

  it('progress that throws ends the run, and the sink is aborted', async () => {
    const sink = new Reusing()
    const onProgress = (): never => {
      throw failed
    }
    await expect(encryptLegacyStream({ source, sink, onProgress })).rejects.toBe(failed)
    expect(sink.state).toBe('aborted')
  })

  it('an abort that throws does not hide why', async () => {
    const sink: AttachmentSink = {
      write: () => {
        throw failed
      },
      abort: () => Promise.reject(new Error('second')),
    }
    await expect(encryptLegacyStream({ source, sink })).rejects.toBe(failed)
  })
})

it('a download without a size is no empty file', () => {
  const { blob, keys, digest, size } = encryptLegacy({ content })
  const pointer = { url: 'http://filev2.getsession.org/file/1', key: keys, digest, size }
  const plan = planAttachmentDownload({ pointer })
  for (const none of [undefined, null, 0]) {
    expect(() => openDownload({ plan, blob, key: keys, digest, size: none })).toThrow(
      expect.objectContaining({ code: 'ATTACHMENT_EMPTY' }),
    )
  }
  expect(() => planAttachmentDownload({ pointer: { ...pointer, digest: 'x'.repeat(32) as never } })).toThrow(
    expect.objectContaining({ code: 'ATTACHMENT_BAD_DIGEST' }),
  )
})

it('names of many dots or spaces take no time', () => {
  // It took minutes, and ran into the time limit of a test.
  for (const filler of ['.', ' ', '. ']) {
    expect(safeFileName(`a${filler.repeat(300_000)}x`)).toMatch(/^a(\. ?x)?$/)
    expect(safeFileName(`a${filler.repeat(300_000)}`)).toBe('a')
  }
})

it('a host with a letter that lower-cases into ASCII is none', () => {
  const key = 'b8eef9821445ae16e2e97ef8aa6fe782fd11ad5253cd6723b281341dba22e371'
  expect(() => parseFileUrl({ url: `http://\u212a.example/file/1#p=${key}` })).toThrow(
    expect.objectContaining({ code: 'ATTACHMENT_BAD_URL' }),
  )
})
