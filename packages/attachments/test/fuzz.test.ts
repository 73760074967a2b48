import { ready } from '@sessionkit/crypto'
import fc from 'fast-check'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  AttachmentError,
  buildFileUrl,
  contentTypeOf,
  DEFAULT_FILE_SERVER,
  decryptDeterministic,
  decryptLegacy,
  decryptPicture,
  deterministicSizes,
  encryptDeterministic,
  encryptLegacy,
  encryptPicture,
  imageSize,
  LEGACY_PADDING_BUCKETS,
  legacyPaddedSize,
  parseFileUrl,
  planAttachmentDownload,
  safeFileName,
  stripMetadata,
  TEST_FILE_SERVER,
} from '../src/index.ts'
import { bytes, expectSameBytes, generator } from './material.ts'

beforeAll(() => ready)

const RUNS = 10_000
const random = generator(20261124)
const below = (n: number): number => Math.floor(random() * n)
const noise = (length: number): Uint8Array => Uint8Array.from({ length }, () => below(256))

/** One of the samples with a few bytes changed, cut out or doubled; sometimes only noise. */
function mutated(samples: readonly Uint8Array[]): Uint8Array {
  if (random() < 0.1) return noise(below(300))
  const sample = new Uint8Array(samples[below(samples.length)]!)
  for (let i = below(6); i >= 0; i--)
    sample[below(sample.length)] = random() < 0.5 ? below(256) : [0, 1, 127, 255][below(4)]!
  const [a, b] = [below(sample.length), below(sample.length)]
  if (random() < 0.15) return sample.slice(0, a)
  if (random() < 0.1) return Uint8Array.from([...sample.subarray(0, a), ...sample.subarray(b)])
  return sample
}

function onlyOurs(run: () => unknown): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof AttachmentError)) throw error
  }
}

describe('random and mutated input gives an answer or an AttachmentError', () => {
  it('blobs of each scheme', () => {
    const content = bytes(60)
    const legacy = encryptLegacy({ content, keys: bytes(64), iv: bytes(16), pad: false })
    const sealed = encryptDeterministic({ content, seed: bytes(32) })
    const picture = encryptPicture({ content, key: bytes(32), iv: bytes(12) })
    for (let i = 0; i < RUNS; i++) {
      onlyOurs(() => decryptLegacy({ ...legacy, blob: mutated([legacy.blob]), size: below(100) }))
      onlyOurs(() => decryptDeterministic({ ...sealed, blob: mutated([sealed.blob]) }))
      onlyOurs(() => decryptPicture({ ...picture, blob: mutated([picture.blob]) }))
    }
  })

  it('URLs and pointers', () => {
    const samples = [
      buildFileUrl({ fileId: 'Abc_-0123', deterministic: true, server: TEST_FILE_SERVER }),
      buildFileUrl({ fileId: '1', deterministic: false }),
      'http://[::1]:80/file/1#d=&p=00&sr=x.sesh',
    ].map((url) => new TextEncoder().encode(url))
    for (let i = 0; i < RUNS; i++) {
      const url = new TextDecoder('latin1').decode(mutated(samples))
      onlyOurs(() => parseFileUrl({ url }))
      const pointer = { url, key: noise(below(70)), digest: noise(32), size: below(2) * below(1e8) }
      onlyOurs(() => planAttachmentDownload({ pointer }))
      safeFileName(url)
      contentTypeOf({ contentType: url, fileName: url })
    }
    for (const value of [null, 5, {}, [], true, Symbol.iterator]) {
      onlyOurs(() => parseFileUrl({ url: value as never }))
      onlyOurs(() =>
        planAttachmentDownload({ pointer: { url: value as never, key: value as never, size: value as never } }),
      )
    }
  })

  it.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)(
    '%s: stripped, or said not to be',
    async (format) => {
      const image = sharp(Buffer.from(noise(8 * 8 * 3)), { raw: { width: 8, height: 8, channels: 3 } })
        .withExif({ IFD0: { Artist: 'Rosebud' }, IFD3: { GPSLatitudeRef: 'N' } })
        .withMetadata({ orientation: 6 })
      const sample = new Uint8Array(await image[format]().toBuffer())
      let cleaned = 0
      for (let i = 0; i < RUNS; i++) {
        const content = mutated([sample])
        const result = stripMetadata({ content })
        if (result.stripped) {
          cleaned++
          // Cleaning what was cleaned finds nothing to do.
          const again = stripMetadata({ content: result.content })
          expect(again.stripped).toBe(true)
          if (again.stripped) expect(Buffer.compare(again.content, result.content)).toBe(0)
        }
        imageSize(content)
      }
      expect(cleaned).toBeGreaterThan(10)
    },
  )
})

describe('properties', () => {
  it('every size has a bucket that holds it, and a deterministic length on the grid', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), (size) => {
        const bucket = legacyPaddedSize(size)
        expect(bucket).toBeGreaterThanOrEqual(size)
        const formula = Math.max(
          541,
          Math.min(10_000_000, Math.floor(1.05 ** Math.ceil(Math.log(size) / Math.log(1.05)))),
        )
        expect(bucket).toBe(formula)
        const { padding, chunks, encryptedSize } = deterministicSizes(size)
        expect(padding).toBeGreaterThanOrEqual(1)
        expect(chunks).toBe(Math.ceil((size + padding) / 32_768))
        expect(encryptedSize).toBe(25 + size + padding + 17 * chunks)
        expect(encryptedSize % 4096).toBe(0)
      }),
      { numRuns: 3000, seed: 20261124 },
    )
    expect(LEGACY_PADDING_BUCKETS.every((bucket) => legacyPaddedSize(bucket) === bucket)).toBe(true)
  })

  it('what was encrypted is what is decrypted', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 5000 }), fc.boolean(), (content, pad) => {
        expectSameBytes(decryptLegacy(encryptLegacy({ content, pad })), content)
        expectSameBytes(decryptDeterministic(encryptDeterministic({ content, seed: bytes(32) })), content)
        expectSameBytes(decryptPicture(encryptPicture({ content })), content)
      }),
      { numRuns: 300, seed: 20261124 },
    )
  })

  it('what was built is what is parsed', () => {
    const fileId = fc.stringMatching(/^[A-Za-z0-9_-]{1,44}$/)
    const host = fc.stringMatching(/^[a-z0-9]{1,10}(\.[a-z0-9]{1,10}){0,3}$/)
    const server = fc.option(
      fc.record({ base: host.map((it) => `https://${it}`), ed25519: fc.constant(TEST_FILE_SERVER.ed25519) }),
      { nil: undefined },
    )
    fc.assert(
      fc.property(fileId, fc.boolean(), server, (id, deterministic, chosen) => {
        const url = parseFileUrl({ url: buildFileUrl({ fileId: id, deterministic, server: chosen }) })
        expect(url).toMatchObject({ fileId: id, deterministic, base: (chosen ?? DEFAULT_FILE_SERVER).base })
        expect(url.serverEd25519).toEqual((chosen ?? DEFAULT_FILE_SERVER).ed25519)
      }),
      { seed: 20261124 },
    )
  })
})
