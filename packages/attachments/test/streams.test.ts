import { ready } from '@sessionkit/crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  type AttachmentSink,
  type AttachmentSource,
  bytesSource,
  decryptDeterministic,
  decryptDeterministicStream,
  decryptLegacy,
  decryptLegacyStream,
  encryptDeterministic,
  encryptDeterministicStream,
  encryptLegacy,
  encryptLegacyStream,
} from '../src/index.ts'
import { bytes, coded, data, expectSameBytes } from './material.ts'

beforeAll(() => ready)

const seed = bytes(32)

class Collector implements AttachmentSink {
  readonly pieces: Uint8Array[] = []
  state: 'open' | 'committed' | 'aborted' = 'open'
  write(piece: Uint8Array): void {
    if (this.state !== 'open') throw new Error('written after the end')
    this.pieces.push(piece)
  }
  commit(): void {
    if (this.state !== 'open') throw new Error('ended twice')
    this.state = 'committed'
  }
  abort(): void {
    if (this.state !== 'open') throw new Error('ended twice')
    this.state = 'aborted'
  }
  get bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.pieces))
  }
}

/** A source that gives pieces of the sizes told, over and over. */
function cut(content: Uint8Array, sizes: readonly number[]): AttachmentSource {
  return {
    size: content.length,
    async *open() {
      for (let at = 0, i = 0; at < content.length; i++) {
        const size = sizes[i % sizes.length]!
        yield content.subarray(at, at + size)
        at += size
      }
    },
  }
}

const sizes = fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 5 })
const lengths = fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 30_000, max: 140_000 }))

describe('streams give the bytes of the functions for arrays', () => {
  it('legacy', async () => {
    await fc.assert(
      fc.asyncProperty(lengths, sizes, fc.boolean(), async (size, pieces, pad) => {
        const content = data({ size })
        const given = { keys: bytes(64), iv: bytes(16), pad }
        const whole = encryptLegacy({ content, ...given })
        const sink = new Collector()
        const result = await encryptLegacyStream({ source: cut(content, pieces), sink, ...given })
        expectSameBytes(sink.bytes, whole.blob)
        expect(result).toEqual({ keys: whole.keys, digest: whole.digest, size, blobSize: whole.blob.length })
        const plain = new Collector()
        const { keys, digest } = result
        await decryptLegacyStream({ source: cut(whole.blob, pieces), sink: plain, keys, digest, size })
        expectSameBytes(plain.bytes, content)
        expect([sink.state, plain.state]).toEqual(['committed', 'committed'])
        expectSameBytes(decryptLegacy({ ...whole }), content)
      }),
      { numRuns: 30, seed: 20261124 },
    )
  })

  it('deterministic', async () => {
    await fc.assert(
      fc.asyncProperty(lengths, sizes, async (size, pieces) => {
        const content = data({ size })
        const whole = encryptDeterministic({ content, seed, domain: 'profile-picture' })
        const sink = new Collector()
        const source = cut(content, pieces)
        const result = await encryptDeterministicStream({ source, sink, seed, domain: 'profile-picture' })
        expectSameBytes(sink.bytes, whole.blob)
        expect(result).toEqual({ key: whole.key, size, blobSize: whole.blob.length })
        const plain = new Collector()
        await decryptDeterministicStream({ source: cut(whole.blob, pieces), sink: plain, key: result.key, size })
        expectSameBytes(plain.bytes, content)
        expect(plain.state).toBe('committed')
        expectSameBytes(decryptDeterministic(whole), content)
      }),
      { numRuns: 30, seed: 20261124 },
    )
  })
})

describe('nothing is final before it was verified', () => {
  const content = data({ size: 200_000 })

  it('legacy: not a byte is written when MAC or digest is wrong', async () => {
    const { blob, keys, digest, size } = encryptLegacy({ content })
    for (const change of [
      { at: 100, digest, code: 'ATTACHMENT_NOT_AUTHENTIC' },
      { at: blob.length - 1, digest, code: 'ATTACHMENT_NOT_AUTHENTIC' },
      { at: -1, digest: bytes(32), code: 'ATTACHMENT_BAD_DIGEST' },
    ]) {
      const changed = new Uint8Array(blob)
      if (change.at >= 0) changed[change.at]! ^= 1
      const sink = new Collector()
      const run = decryptLegacyStream({ source: bytesSource(changed), sink, keys, digest: change.digest, size })
      await expect(run).rejects.toThrow(coded(change.code))
      expect([sink.state, sink.pieces.length]).toEqual(['aborted', 0])
    }
  })

  it('legacy: a source that changes after it was verified is not committed', async () => {
    const { blob, keys, digest, size } = encryptLegacy({ content })
    const other = new Uint8Array(blob)
    other[150_000]! ^= 1
    let opened = 0
    const source = { size: blob.length, open: () => [opened++ === 0 ? blob : other] }
    const sink = new Collector()
    const run = decryptLegacyStream({ source, sink, keys, digest, size })
    await expect(run).rejects.toThrow(coded('ATTACHMENT_SOURCE_CHANGED'))
    expect(sink.state).toBe('aborted')
  })

  it('deterministic: a file that is cut or changed at its end is not committed', async () => {
    const { blob, key, size } = encryptDeterministic({ content, seed })
    const changed = new Uint8Array(blob)
    changed[blob.length - 1]! ^= 1
    for (const bad of [changed, blob.subarray(0, 25 + 32_785), blob.subarray(0, -1)]) {
      const sink = new Collector()
      const run = decryptDeterministicStream({ source: bytesSource(bad), sink, key })
      await expect(run).rejects.toThrow(coded('ATTACHMENT_NOT_AUTHENTIC'))
      expect(sink.state).toBe('aborted')
    }
    const sink = new Collector()
    const run = decryptDeterministicStream({ source: bytesSource(blob), sink, key, size: size + 1 })
    await expect(run).rejects.toThrow(coded('ATTACHMENT_WRONG_SIZE'))
    expect(sink.pieces.length).toBe(0)
  })

  it('deterministic: content that changes between the passes is not committed', async () => {
    const other = new Uint8Array(content)
    other[199_999]! ^= 1
    let opened = 0
    const source = { size: content.length, open: () => [opened++ === 0 ? content : other] }
    const sink = new Collector()
    const run = encryptDeterministicStream({ source, sink, seed })
    await expect(run).rejects.toThrow(coded('ATTACHMENT_SOURCE_CHANGED'))
    expect(sink.state).toBe('aborted')
  })

  it('a source of another length than it said', async () => {
    for (const size of [199_999, 200_001]) {
      const source = { size, open: () => [content] }
      for (const run of [
        (sink: AttachmentSink) => encryptLegacyStream({ source, sink }),
        (sink: AttachmentSink) => encryptDeterministicStream({ source, sink, seed }),
        (sink: AttachmentSink) =>
          decryptDeterministicStream({ source: { ...source, size: size + 43 }, sink, key: seed }),
      ]) {
        const sink = new Collector()
        await expect(run(sink)).rejects.toThrow(/source|authentic|changed/)
        expect(sink.state).toBe('aborted')
      }
    }
  })

  it('what a source or sink throws comes out as it was, and the sink is aborted', async () => {
    const broken = new Error('disk full')
    const source: AttachmentSource = {
      size: 10,
      open: () => {
        throw broken
      },
    }
    const sink = new Collector()
    await expect(encryptLegacyStream({ source, sink })).rejects.toBe(broken)
    expect(sink.state).toBe('aborted')
    let aborted = 0
    const full: AttachmentSink = {
      write: () => Promise.reject(broken),
      abort: () => {
        aborted++
      },
    }
    await expect(encryptLegacyStream({ source: bytesSource(content), sink: full })).rejects.toBe(broken)
    expect(aborted).toBe(1)
  })

  it('limits are checked before anything is read', async () => {
    const source = (size: number): AttachmentSource => ({
      size,
      open: () => {
        throw new Error('opened')
      },
    })
    const sink = new Collector()
    const cases: [Promise<unknown>, string][] = [
      [encryptLegacyStream({ source: source(0), sink }), 'ATTACHMENT_EMPTY'],
      [encryptLegacyStream({ source: source(10_000_001), sink }), 'ATTACHMENT_TOO_LARGE'],
      [encryptDeterministicStream({ source: source(10_000_001), sink, seed }), 'ATTACHMENT_TOO_LARGE'],
      [decryptDeterministicStream({ source: source(10_485_761), sink, key: seed }), 'ATTACHMENT_TOO_LARGE'],
      [decryptDeterministicStream({ source: source(42), sink, key: seed }), 'ATTACHMENT_TOO_SHORT'],
      [
        decryptLegacyStream({ source: source(100), sink, keys: bytes(64), digest: null, size: 1 }),
        'ATTACHMENT_NOT_AUTHENTIC',
      ],
      [
        decryptLegacyStream({ source: source(112), sink, keys: bytes(64), digest: null, size: 1 }),
        'ATTACHMENT_BAD_DIGEST',
      ],
      [encryptLegacyStream({ source: source(Number.NaN), sink }), 'ATTACHMENT_BAD_INPUT'],
      [encryptLegacyStream({ source: undefined as never, sink }), 'ATTACHMENT_BAD_INPUT'],
    ]
    for (const [run, code] of cases) await expect(run).rejects.toThrow(coded(code))
  })
})

describe('progress', () => {
  const content = data({ size: 300_000 })

  it('rises to the total, counting both passes', async () => {
    const { blob, keys, digest, size } = encryptLegacy({ content })
    const sealed = encryptDeterministic({ content, seed })
    const sink = (): AttachmentSink => ({ write: () => {} })
    const source = bytesSource(content)
    const runs: [number, (onProgress: (done: number, total: number) => void) => Promise<unknown>][] = [
      [300_000, (onProgress) => encryptLegacyStream({ source, sink: sink(), onProgress })],
      [600_000, (onProgress) => encryptDeterministicStream({ source, sink: sink(), seed, onProgress })],
      [
        2 * blob.length,
        (onProgress) =>
          decryptLegacyStream({ source: bytesSource(blob), sink: sink(), keys, digest, size, onProgress }),
      ],
      [
        sealed.blob.length,
        (onProgress) =>
          decryptDeterministicStream({ source: bytesSource(sealed.blob), sink: sink(), key: sealed.key, onProgress }),
      ],
    ]
    for (const [total, run] of runs) {
      const seen: number[] = []
      await run((done, all) => {
        expect(all).toBe(total)
        seen.push(done)
      })
      expect(seen.length).toBeGreaterThan(4)
      expect(seen).toEqual([...seen].sort((a, b) => a - b))
      expect(seen.at(-1)).toBe(total)
    }
  })

  it('a signal stops it', async () => {
    const stop = new AbortController()
    const sink = new Collector()
    const onProgress = (done: number): void => {
      if (done > 100_000) stop.abort()
    }
    const run = encryptLegacyStream({ source: bytesSource(content), sink, onProgress, signal: stop.signal })
    await expect(run).rejects.toThrow(coded('ATTACHMENT_ABORTED'))
    expect(sink.state).toBe('aborted')
    const before = encryptLegacyStream({ source: bytesSource(content), sink: new Collector(), signal: stop.signal })
    await expect(before).rejects.toThrow(coded('ATTACHMENT_ABORTED'))
  })
})
