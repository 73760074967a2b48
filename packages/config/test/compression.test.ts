import { Zstd } from '@hpcc-js/wasm-zstd'
import { ready } from '@sessionkit/crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { Config, compressBody, decompressBody, MAX_PLAINTEXT } from '../src/index.ts'
import { codeOf, key, now } from './devices.ts'

let zstd: Zstd
beforeAll(async () => {
  await ready
  zstd = await Zstd.load()
})

const compress = (bytes: Uint8Array): Uint8Array => zstd.compress(bytes, 1)
const text = (n: number): Uint8Array => new TextEncoder().encode(`d${'1:a3:abc'.repeat(n)}e`)
const z = (...frames: Uint8Array[]): Uint8Array => Uint8Array.from([0x7a, ...frames.flatMap((frame) => [...frame])])

describe('compression', () => {
  it('comes back, in one block and in many', () => {
    for (const n of [100, 5000, 60_000]) expect(decompressBody(compressBody(text(n), compress))).toEqual(text(n))
  })
  it('is left out where it does not help, or without a compressor', () => {
    expect(compressBody(text(1), compress)).toEqual(text(1))
    expect(compressBody(text(100))).toEqual(text(100))
  })
  it('refuses a compressor whose frame does not give the same bytes back', () => {
    const other = zstd.compress(text(99), 1)
    for (const wrong of [other, other.slice(0, -1), new Uint8Array(10), new Uint8Array(0)]) {
      expect(codeOf(() => compressBody(text(100), () => wrong))).toBe('CONFIG_BAD_COMPRESSION')
    }
    const config = new Config({ domain: 'Test', keys: [key], now, compress: () => other })
    config.set(['a'], 'x'.repeat(500))
    expect(codeOf(() => config.push())).toBe('CONFIG_BAD_COMPRESSION')
    expect([config.state, config.getString(['a'])?.length]).toEqual(['dirty', 500])
  })
  it('reads frames that follow each other', () => {
    const half = text(100)
    expect(decompressBody(z(compress(half), compress(half))).length).toBe(2 * half.length)
  })
  it('refuses a bomb, by what it claims and by what comes out', () => {
    const bomb = compress(new Uint8Array(50_000_000).fill(0x64))
    expect(codeOf(() => decompressBody(z(bomb)))).toBe('CONFIG_TOO_LARGE')
    // The same content in RLE blocks of a frame that does not say how much it holds.
    const block = Uint8Array.of(((131_072 << 3) & 0xff) | 2, ((131_072 << 3) >> 8) & 0xff, (131_072 << 3) >> 16, 0x64)
    const header = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x58)
    const blocks = Array.from({ length: 400 }, () => block)
    expect(codeOf(() => decompressBody(z(header, ...blocks, Uint8Array.of(1, 0, 0))))).toBe('CONFIG_TOO_LARGE')
    expect(codeOf(() => decompressBody(z(compress(text(1000))), 1000))).toBe('CONFIG_TOO_LARGE')
    expect(MAX_PLAINTEXT).toBe(20 * 1024 * 1024)
  })
  it('refuses a frame that asks for a huge window', () => {
    const header = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0xa8)
    expect(codeOf(() => decompressBody(z(header, Uint8Array.of(1, 0, 0))))).toBe('CONFIG_TOO_LARGE')
  })
  it('refuses what is cut, followed by garbage, empty, no frame or no message', () => {
    const frame = compress(text(100))
    for (const body of [
      z(frame.slice(0, -1)),
      z(frame.slice(0, 5)),
      z(frame, Uint8Array.of(1)),
      z(frame, Uint8Array.of(1, 2, 3, 4, 5, 6, 7)),
      z(),
      z(Uint8Array.of(1, 2, 3, 4, 5)),
      z(compress(new Uint8Array(0))),
      z(compress(new TextEncoder().encode('x'.repeat(500)))),
    ]) {
      expect(codeOf(() => decompressBody(body))).toBe('CONFIG_BAD_COMPRESSION')
    }
  })
})
