import exifr from 'exifr'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { imageSize, type MediaFormat, mediaFormatOf, stripMetadata } from '../src/index.ts'

const SECRET = 'Rosebud-47.3769N'
const XMP = `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="${SECRET}"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`
const EXIF = {
  IFD0: { Copyright: SECRET, Artist: SECRET, Make: SECRET, ImageDescription: SECRET },
  IFD2: { UserComment: SECRET, DateTimeOriginal: '2026:11:24 12:00:00' },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '47/1 22/1 36/1', GPSLongitudeRef: 'E', GPSLongitude: '8/1 32/1 24/1' },
}
const WIDTH = 24
const HEIGHT = 16

/** Noise, so that a changed pixel shows; seeded. */
function raw(channels: 3 | 4): Buffer {
  const out = Buffer.alloc(WIDTH * HEIGHT * channels)
  let state = 47
  for (let i = 0; i < out.length; i++) {
    state = (state * 1103515245 + 12345) & 0x7fffffff
    out[i] = state >> 16
  }
  return out
}

type Output = 'jpeg' | 'png' | 'webp' | 'tiff' | 'avif'
const OUTPUTS: Record<Output, MediaFormat> = { jpeg: 'jpeg', png: 'png', webp: 'webp', tiff: 'tiff', avif: 'heic' }

async function picture(output: Output, orientation = 6, options: object = {}): Promise<Uint8Array> {
  const image = sharp(raw(3), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .withIccProfile('p3')
    .withExifMerge(EXIF)
    .withXmp(XMP)
    .withMetadata({ orientation })
    .withExifMerge(EXIF)
  return new Uint8Array(await image[output](options).toBuffer())
}

const pixels = async (content: Uint8Array): Promise<{ data: Buffer; info: object }> =>
  sharp(content, { animated: true }).raw().toBuffer({ resolveWithObject: true })

const contains = (content: Uint8Array, text: string): boolean => Buffer.from(content).includes(text)

function stripped(content: Uint8Array): { content: Uint8Array; removed: readonly string[]; format: MediaFormat } {
  const before = new Uint8Array(content)
  const result = stripMetadata({ content })
  expect(content).toEqual(before)
  if (!result.stripped) throw new Error(`${result.format}: ${result.reason}`)
  return result
}

/** The reader does not know WebP, but what its EXIF chunk holds. */
function exifOfWebp(content: Uint8Array): Buffer {
  const at = Buffer.from(content).indexOf('EXIF')
  return Buffer.from(content.subarray(at + 8))
}

const everything = {
  tiff: true,
  exif: true,
  gps: true,
  xmp: true,
  iptc: true,
  jfif: false,
  ihdr: false,
  icc: false,
  mergeOutput: false,
} as const

describe('pictures of an independent encoder, read by an independent reader', () => {
  const cases = Object.keys(OUTPUTS) as Output[]

  it.each(cases)('%s: nothing is left but the orientation, pixels and colour profile are the same', async (output) => {
    const original = await picture(output)
    expect(contains(original, SECRET)).toBe(true)
    const { content, removed, format } = stripped(original)
    expect(format).toBe(OUTPUTS[output])
    expect(mediaFormatOf(content)).toBe(format)
    expect(removed.length).toBeGreaterThan(0)
    expect(contains(content, SECRET)).toBe(false)
    expect(contains(content, 'xpacket')).toBe(false)

    expect(await pixels(content)).toEqual(await pixels(original))
    const [before, after] = [await sharp(original).metadata(), await sharp(content).metadata()]
    expect(after.orientation).toBe(before.orientation)
    if (output !== 'avif') expect(after.orientation).toBe(6)
    expect(before.icc).toBeDefined()
    expect(after.icc).toEqual(before.icc)
    expect(after.xmp?.toString().trim() ?? '').toBe('')
    expect(after.iptc).toBeUndefined()

    const readable = output === 'webp' ? exifOfWebp(content) : Buffer.from(content)
    const left: Record<string, Record<string, unknown>> = (await exifr.parse(readable, everything)) ?? {}
    const { Orientation: _, ...tags } = left.ifd0 ?? {}
    if (output !== 'tiff') expect(tags).toEqual({})
    for (const block of ['gps', 'exif', 'iptc', 'xmp', 'interop', 'ifd1']) expect(left[block] ?? {}).toEqual({})
    expect(await exifr.gps(readable)).toBeUndefined()
  })

  it.each(cases)('%s: stripping twice gives the same', async (output) => {
    const once = stripped(await picture(output)).content
    expect(stripped(once).content).toEqual(once)
  })

  it.each(['jpeg', 'png', 'webp', 'tiff'] as const)('%s: every orientation is kept', async (output) => {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const { content } = stripped(await picture(output, orientation))
      expect((await sharp(content).metadata()).orientation ?? 1).toBe(orientation)
    }
  })

  it('progressive and restart-marked JPEG, interlaced PNG, lossless WebP, tiled and compressed TIFF', async () => {
    const variants: [Output, object][] = [
      ['jpeg', { progressive: true }],
      ['jpeg', { progressive: true, optimiseScans: true, chromaSubsampling: '4:4:4' }],
      ['png', { progressive: true }],
      ['png', { palette: true }],
      ['webp', { lossless: true }],
      ['tiff', { compression: 'deflate' }],
      ['tiff', { compression: 'lzw', predictor: 'horizontal' }],
      ['tiff', { compression: 'none', tile: true, tileWidth: 16, tileHeight: 16 }],
    ]
    for (const [output, options] of variants) {
      const original = await picture(output, 3, options)
      const { content } = stripped(original)
      expect(contains(content, SECRET), output).toBe(false)
      expect(await pixels(content)).toEqual(await pixels(original))
    }
  })

  it('animated GIF and WebP keep frames, times and loops', async () => {
    const frames = sharp(raw(4), { raw: { width: WIDTH, height: HEIGHT, channels: 4, pageHeight: HEIGHT / 2 } })
    for (const output of ['gif', 'webp'] as const) {
      const plain = await frames
        .clone()
        [output]({ loop: 3, delay: [120, 340] })
        .toBuffer()
      const original =
        output === 'gif' ? withGifMetadata(new Uint8Array(plain)) : withWebpMetadata(new Uint8Array(plain))
      expect(contains(original, SECRET)).toBe(true)
      const { content, removed } = stripped(original)
      expect(removed.length).toBeGreaterThan(0)
      expect(contains(content, SECRET)).toBe(false)
      expect(await pixels(content)).toEqual(await pixels(original))
      const { pages, loop, delay } = await sharp(content, { animated: true }).metadata()
      expect([pages, loop, delay]).toEqual([2, 3, [120, 340]])
    }
  })
})

describe('what encoders do not write', () => {
  const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)]
  const segment = (marker: number, text: string): number[] => [0xff, marker, 0, text.length + 2, ...bytesOf(text)]

  it('JPEG: comments, IPTC, other APPn, JFIF thumbnails, and what follows the picture', async () => {
    const plain = [
      ...(await sharp(raw(3), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
        .jpeg()
        .toBuffer()),
    ]
    const original = Uint8Array.from([
      ...[0xff, 0xd8],
      ...segment(0xe0, `JFIF\0\x01\x01\0\0\x01\0\x01\x01\x01abc`),
      ...segment(0xe0, `JFXX\0${SECRET}`),
      ...segment(0xed, `Photoshop 3.0\0${SECRET}`),
      ...segment(0xe2, `MPF\0${SECRET}`),
      ...[0xff, 0xff, 0xff],
      ...segment(0xe5, SECRET).slice(1),
      ...segment(0xfe, SECRET),
      ...plain.slice(2),
      ...bytesOf(SECRET),
    ])
    const { content, removed } = stripped(original)
    expect(removed).toEqual(['thumbnail', 'JFXX', 'IPTC', 'APP2', 'APP5', 'comment', 'data after the picture'])
    expect(contains(content, SECRET)).toBe(false)
    expect(contains(content, 'abc')).toBe(false)
    expect((await pixels(content)).data).toEqual((await pixels(Uint8Array.from(plain))).data)
  })

  it('JPEG: a file that ends inside its scan is cleaned up to there', async () => {
    const original = await picture('jpeg')
    const { content } = stripped(original.subarray(0, original.length - 20))
    expect(contains(content, SECRET)).toBe(false)
  })

  it('PNG: text chunks, times, unknown chunks and trailing bytes', async () => {
    const plain = await picture('png')
    const chunk = (type: string, text: string): number[] => [0, 0, 0, text.length, ...bytesOf(type + text), 0, 0, 0, 0]
    const extra = ['tEXt', 'zTXt', 'iTXt', 'tIME', 'teSt'].flatMap((type) => chunk(type, SECRET))
    const original = Uint8Array.from([...plain.subarray(0, 33), ...extra, ...plain.subarray(33), ...bytesOf(SECRET)])
    const { content, removed } = stripped(original)
    for (const name of ['tEXt', 'zTXt', 'iTXt', 'tIME', 'teSt', 'EXIF', 'data after the picture']) {
      expect(removed).toContain(name)
    }
    expect(contains(content, SECRET)).toBe(false)
    expect((await pixels(content)).data).toEqual((await pixels(plain)).data)
    const needed = Uint8Array.from([...plain.subarray(0, 33), ...chunk('ABCD', SECRET), ...plain.subarray(33)])
    expect(stripMetadata({ content: needed })).toEqual({ stripped: false, format: 'png', reason: 'unsupported' })
  })

  it.each([true, false])(
    'TIFF (little endian: %s): EXIF, GPS, descriptions, reduced pages and gaps are cleared',
    async (little) => {
      const original = handmadeTiff(little, 1)
      const before = await exifr.parse(Buffer.from(original), everything)
      expect(before.ifd0.Artist).toBe(SECRET)
      expect(before.exif.UserComment ?? before.exif.SpectralSensitivity).toBeDefined()
      const { content, removed } = stripped(original)
      expect(removed).toEqual(['descriptions', 'EXIF', 'GPS', 'thumbnail'])
      expect(content.length).toBe(original.length)
      expect(contains(content, SECRET)).toBe(false)
      expect(await sharp(content, { pages: -1 }).toColourspace('b-w').raw().toBuffer()).toEqual(
        Buffer.from([1, 2, 3, 4, 9, 8, 7, 6]),
      )
      const after = await exifr.parse(Buffer.from(content), everything)
      expect(after.ifd0.Artist).toBeUndefined()
      expect(after.exif).toBeUndefined()
      expect(after.gps).toBeUndefined()
    },
  )

  it('TIFF: raw formats of cameras are left alone', () => {
    expect(stripMetadata({ content: handmadeTiff(true, 32803) })).toEqual({
      stripped: false,
      format: 'tiff',
      reason: 'unsupported',
    })
  })

  it('sizes from the header', async () => {
    for (const output of ['jpeg', 'png', 'webp'] as const) {
      expect(imageSize(await picture(output))).toEqual({ width: WIDTH, height: HEIGHT })
    }
    expect(imageSize(await picture('webp', 1, { lossless: true }))).toEqual({ width: WIDTH, height: HEIGHT })
    for (const lossless of [true, false]) {
      const simple = await sharp(raw(3), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
        .webp({ lossless })
        .toBuffer()
      expect(imageSize(new Uint8Array(simple))).toEqual({ width: WIDTH, height: HEIGHT })
    }
    const gif = await sharp(raw(3), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
      .gif()
      .toBuffer()
    expect(imageSize(new Uint8Array(gif))).toEqual({ width: WIDTH, height: HEIGHT })
    expect(imageSize(Uint8Array.of(0xff, 0xd8, 0xff))).toBeNull()
    expect(imageSize(new Uint8Array(0))).toBeNull()
  })

  function withGifMetadata(gif: Uint8Array): Uint8Array {
    const table = 13 + (gif[10]! & 0x80 ? 3 * 2 ** ((gif[10]! & 7) + 1) : 0)
    const comment = [0x21, 0xfe, SECRET.length, ...bytesOf(SECRET), 0]
    const xmp = [0x21, 0xff, 11, ...bytesOf('XMP DataXMP'), SECRET.length, ...bytesOf(SECRET), 0]
    const control = [0x21, 0xf9, 4, 0, 9, 0, 0, 0]
    const text = [0x21, 0x01, 12, ...new Array(12).fill(0), SECRET.length, ...bytesOf(SECRET), 0]
    return Uint8Array.from([
      ...gif.subarray(0, table),
      ...comment,
      ...xmp,
      ...control,
      ...text,
      ...gif.subarray(table),
      ...bytesOf(SECRET),
    ])
  }

  it('GIF: comments, XMP, plain text and trailing bytes', async () => {
    const gif = await sharp(raw(3), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
      .gif()
      .toBuffer()
    const { content, removed } = stripped(withGifMetadata(new Uint8Array(gif)))
    expect(removed).toEqual(expect.arrayContaining(['comment', 'XMP', 'plain text', 'data after the picture']))
    expect(contains(content, SECRET)).toBe(false)
    expect((await pixels(content)).data).toEqual((await pixels(new Uint8Array(gif))).data)
  })
})

function withGifMetadata(gif: Uint8Array): Uint8Array {
  const table = 13 + (gif[10]! & 0x80 ? 3 * 2 ** ((gif[10]! & 7) + 1) : 0)
  const secret = [...new TextEncoder().encode(SECRET)]
  return Uint8Array.from([...gif.subarray(0, table), 0x21, 0xfe, secret.length, ...secret, 0, ...gif.subarray(table)])
}

function withWebpMetadata(webp: Uint8Array): Uint8Array {
  const secret = [...new TextEncoder().encode(SECRET)]
  const chunk = (type: string): number[] => [...new TextEncoder().encode(type), secret.length, 0, 0, 0, ...secret]
  const out = Uint8Array.from([...webp, ...chunk('XMP '), ...chunk('abcd')])
  new DataView(out.buffer).setUint32(4, out.length - 8, true)
  out[20]! |= 4
  return out
}

/** Two pages of 2 × 2 grey pixels, a reduced one between them, EXIF, GPS and a gap. */
function handmadeTiff(little: boolean, photometric: number): Uint8Array {
  const out = new Uint8Array(2000)
  const view = new DataView(out.buffer)
  const secret = new TextEncoder().encode(SECRET)
  const put = (at: number, data: ArrayLike<number>): number => {
    out.set(data, at)
    return at
  }
  const directory = (
    at: number,
    entries: readonly (readonly [tag: number, type: number, count: number, value: number])[],
    next: number,
  ): number => {
    view.setUint16(at, entries.length, little)
    entries.forEach(([tag, type, count, value], i) => {
      const entry = at + 2 + 12 * i
      view.setUint16(entry, tag, little)
      view.setUint16(entry + 2, type, little)
      view.setUint32(entry + 4, count, little)
      if (type === 3) view.setUint16(entry + 8, value, little)
      else view.setUint32(entry + 8, value, little)
    })
    view.setUint32(at + 2 + 12 * entries.length, next, little)
    return at
  }
  const page = (kind: number, pixelsAt: number) =>
    [
      [254, 4, 1, kind],
      [256, 3, 1, 2],
      [257, 3, 1, 2],
      [258, 3, 1, 8],
      [259, 3, 1, 1],
      [262, 3, 1, photometric],
      [273, 4, 1, pixelsAt],
      [277, 3, 1, 1],
      [278, 3, 1, 2],
      [279, 4, 1, 4],
    ] as const
  out.set(new TextEncoder().encode(little ? 'II*\0' : 'MM\0*'))
  const artist = put(100, [...secret, 0])
  const comment = put(140, [...secret, 0])
  const exif = directory(200, [[0x8824, 2, secret.length + 1, comment]], 0)
  const gps = directory(240, [[0x12, 2, secret.length + 1, put(290, [...secret, 0])]], 0)
  put(340, secret)
  put(500, [1, 2, 3, 4])
  put(520, secret.subarray(0, 4))
  put(540, [9, 8, 7, 6])
  const last = directory(1400, page(0, 540), 0)
  const reduced = directory(1100, page(1, 520), last)
  const tags = [
    [0x013b, 2, secret.length + 1, artist],
    [0x8769, 4, 1, exif],
    [0x8825, 4, 1, gps],
  ] as const
  view.setUint32(4, directory(700, [...page(0, 500), ...tags], reduced), little)
  return out
}
