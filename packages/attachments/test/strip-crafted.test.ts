import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { stripMetadata } from '../src/index.ts'

const SECRET = 'Rosebud-47.3769N'
const text = (value: string): number[] => [...value].map((letter) => letter.charCodeAt(0))
const u32 = (value: number): number[] => [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255]
const zeros = (length: number): number[] => new Array(length).fill(0)
const has = (content: Uint8Array, value = SECRET): boolean => Buffer.from(content).includes(value)
const image = (): ReturnType<typeof sharp> =>
  sharp(Buffer.from(Array.from({ length: 3 * 64 }, (_, i) => i * 3)), { raw: { width: 8, height: 8, channels: 3 } })
const pixels = (content: Uint8Array): Promise<Buffer> => sharp(content).raw().toBuffer()

async function expectCleaned(original: Uint8Array, plain: Uint8Array): Promise<void> {
  expect(has(original)).toBe(true)
  const result = stripMetadata({ content: original })
  if (!result.stripped) throw new Error(result.reason)
  expect(has(result.content)).toBe(false)
  expect(result.removed.length).toBeGreaterThan(0)
  expect(await pixels(result.content)).toEqual(await pixels(plain))
  expect(stripMetadata({ content: result.content })).toMatchObject({ content: result.content })
}

describe('JPEG', () => {
  const segment = (marker: number, ...parts: string[]): number[] => {
    const body = parts.flatMap(text)
    return [0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255, ...body]
  }
  const EXTENDED = 'http://ns.adobe.com/xmp/extension/\0'

  it('several EXIF and XMP segments, extended XMP, more than Adobe behind its name', async () => {
    const plain = new Uint8Array(await image().jpeg().toBuffer())
    const extra = [
      segment(0xe1, 'Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0', SECRET),
      segment(0xe1, 'Exif\0\0', SECRET),
      segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0', SECRET),
      segment(0xe1, EXTENDED, 'A'.repeat(32), '\0\0\0\x10\0\0\0\0', SECRET),
      segment(0xe1, EXTENDED, 'A'.repeat(32), '\0\0\0\x10\0\0\0\x08', SECRET),
      segment(0xee, 'Adobe\0d\0\0\0\0\x01', SECRET),
      segment(0xef, SECRET),
    ].flat()
    const end = plain.length - 2
    await expectCleaned(Uint8Array.from([...plain.subarray(0, 2), ...extra, ...plain.subarray(2)]), plain)
    // Between the scan and the end, and behind it with a second end.
    const behind = [...extra, 0xff, 0xd9, ...extra, 0xff, 0xd9]
    await expectCleaned(Uint8Array.from([...plain.subarray(0, end), ...behind]), plain)
  })

  it('says not stripped for segments that nobody knows', async () => {
    const plain = new Uint8Array(await image().jpeg().toBuffer())
    for (const marker of [0x02, 0xbf, 0xc8, 0xf7]) {
      const content = Uint8Array.from([...plain.subarray(0, 2), ...segment(marker, SECRET), ...plain.subarray(2)])
      expect(stripMetadata({ content })).toMatchObject({ stripped: false, reason: 'unsupported' })
    }
  })
})

describe('PNG', () => {
  const chunk = (type: string, body: number[]): number[] => [...u32(body.length), ...text(type), ...body, 0, 0, 0, 0]

  it('text, EXIF and times behind the pixels, and more than a number where one belongs', async () => {
    const plain = new Uint8Array(await image().png().toBuffer())
    const late = ['tEXt', 'zTXt', 'iTXt', 'eXIf', 'tIME', 'iDOT'].flatMap((type) => chunk(type, text(SECRET)))
    const end = plain.length - 12
    const original = Uint8Array.from([
      ...plain.subarray(0, 33),
      ...chunk('gAMA', [...u32(45_455), ...text(SECRET)]),
      ...chunk('pHYs', [...zeros(9), ...text(SECRET)]),
      ...plain.subarray(33, end),
      ...late,
      ...plain.subarray(end),
    ])
    const result = stripMetadata({ content: original })
    expect(result).toMatchObject({ stripped: true })
    if (result.stripped) {
      expect(result.removed).toEqual(['gAMA', 'pHYs', 'tEXt', 'zTXt', 'iTXt', 'EXIF', 'tIME', 'iDOT'])
      expect(has(result.content)).toBe(false)
      expect(await pixels(result.content)).toEqual(await pixels(plain))
    }
    const withEnd = Uint8Array.from([...plain.subarray(0, end), ...chunk('IEND', text(SECRET))])
    expect(stripMetadata({ content: withEnd })).toMatchObject({ stripped: false, reason: 'malformed' })
  })
})

describe('GIF', () => {
  it('blocks behind the timing, several comments and applications', async () => {
    const plain = new Uint8Array(await image().gif().toBuffer())
    const table = 13 + (plain[10]! & 0x80 ? 3 * 2 ** ((plain[10]! & 7) + 1) : 0)
    const block = [SECRET.length, ...text(SECRET)]
    const original = Uint8Array.from([
      ...plain.subarray(0, table),
      ...[0x21, 0xfe, ...block, ...block, 0],
      ...[0x21, 0xff, 11, ...text('XMP DataXMP'), ...block, 0],
      ...[0x21, 0xff, 11, ...text('NETSCAPE2.0'), 3, 1, 0, 0, ...block, 0],
      ...[0x21, 0xff, 11, ...text('MGK8BIM0000'), ...block, 0],
      ...[0x21, 0xf9, 4, 0, 9, 0, 0, ...block, 0],
      ...plain.subarray(table, -1),
      ...[0x21, 0xfe, ...block, 0],
      0x3b,
    ])
    await expectCleaned(original, plain)
  })
})

describe('WebP', () => {
  it('EXIF and XMP wherever they are, and bytes behind the header of features', async () => {
    const plain = new Uint8Array(await image().webp({ lossless: true }).withIccProfile('p3').toBuffer())
    const chunk = (type: string, body: number[]): number[] => {
      return [...text(type), body.length & 255, body.length >> 8, 0, 0, ...body, ...zeros(body.length & 1)]
    }
    const features = [...plain.subarray(20, 30), ...text(SECRET)]
    const extra = [...chunk('EXIF', text(SECRET)), ...chunk('XMP ', text(`${SECRET}!`)), ...chunk('EXIF', text(SECRET))]
    const original = Uint8Array.from([
      ...plain.subarray(0, 12),
      ...chunk('VP8X', features),
      ...extra,
      ...plain.subarray(30),
      ...extra,
    ])
    new DataView(original.buffer).setUint32(4, original.length - 8, true)
    original[20]! |= 12
    await expectCleaned(original, plain)
  })
})

describe('ISO media', () => {
  const box = (type: string, ...parts: number[][]): number[] => {
    const body = parts.flat()
    return [...u32(8 + body.length), ...text(type), ...body]
  }
  const full = (type: string, ...parts: number[][]): number[] => box(type, zeros(4), ...parts)
  const entry = box('avc1', zeros(12), text('GoPr'), zeros(26), [16], text(SECRET), zeros(19))

  it('names of cameras in the description of a video, and user data in fragments', () => {
    const trak = box(
      'trak',
      box(
        'mdia',
        full('hdlr', zeros(4), text('vide'), zeros(13)),
        box('minf', box('stbl', full('stsd', u32(1), entry))),
      ),
    )
    const secret = text(SECRET)
    const traf = box('traf', full('tfhd', zeros(4)), box('udta', secret), full('meta', secret), box('uuid', secret))
    const original = Uint8Array.from([
      ...box('ftyp', text('isom'), u32(0), text('isom')),
      ...box('moov', trak),
      ...box('moof', full('mfhd', zeros(4)), traf),
    ])
    const result = stripMetadata({ content: original })
    if (!result.stripped) throw new Error(result.reason)
    expect(result.removed).toContain('maker')
    for (const gone of [SECRET, 'GoPr', 'udta', 'uuid']) expect(has(result.content, gone)).toBe(false)
    for (const kept of ['avc1', 'tfhd', 'stsd']) expect(has(result.content, kept)).toBe(true)
  })

  function heic(kind: string, picture: number[]): Uint8Array {
    const ftyp = box('ftyp', text('heic'), u32(0), text('heic'))
    const build = (at: number): number[] =>
      full(
        'meta',
        full('hdlr', zeros(4), text('pict'), zeros(13)),
        full('iinf', [0, 1], box('infe', [2, 0, 0, 0], [0, 1, 0, 0], text(kind), [0])),
        box('iprp', box('ipco', box('irot', [1]), full('itai', text(SECRET)))),
        full('iloc', [0x44, 0, 0, 1, 0, 1, 0, 0, 0, 1], u32(at), u32(picture.length)),
      )
    const meta = build(0)
    const at = ftyp.length + meta.length + 8 + SECRET.length
    return Uint8Array.from([
      ...ftyp,
      ...build(at),
      ...box('mdat', text(SECRET), picture, text(SECRET)),
      ...box('uuid', zeros(16), text(SECRET)),
    ])
  }

  it('HEIC: what no item names any more, times, and other boxes', () => {
    const result = stripMetadata({ content: heic('hvc1', text('the picture')) })
    if (!result.stripped) throw new Error(result.reason)
    expect(result.removed).toContain('unused space')
    expect(has(result.content)).toBe(false)
    expect(has(result.content, 'the picture')).toBe(true)
    expect(stripMetadata({ content: result.content })).toMatchObject({ content: result.content })
  })

  it('HEIC: says not stripped when the picture is a JPEG with its own metadata', () => {
    const jpeg = [0xff, 0xd8, 0xff, 0xff, 0xe1, 0, 2 + SECRET.length, ...text(SECRET), 0xff, 0xd9]
    expect(stripMetadata({ content: heic('jpeg', jpeg) })).toMatchObject({ stripped: false, reason: 'unsupported' })
    expect(stripMetadata({ content: heic('jpeg', [0xff, 0xd8, 0xff, 0xda, 1, 2]) })).toMatchObject({ stripped: true })
  })

  it('tables that go on behind their box, and fragments in fragments without end, are not followed', () => {
    const table = box('stbl', full('stsc', u32(0)), full('stsz', u32(0), u32(0)), full('stco', u32(100_000)))
    const trak = box('trak', box('mdia', full('hdlr', zeros(4), text('vide'), zeros(13)), box('minf', table)))
    const ftyp = box('ftyp', text('isom'), u32(0), text('isom'))
    const shared = Uint8Array.from([...ftyp, ...box('moov', trak, trak), ...box('mdat', zeros(400_000))])
    expect(stripMetadata({ content: shared })).toMatchObject({ stripped: false, reason: 'malformed' })

    const levels = 100_000
    const nested = Array.from({ length: levels }, (_, i) => [...u32(8 * (levels - i)), ...text('traf')]).flat()
    const deep = Uint8Array.from([...ftyp, ...box('moov'), ...box('moof', nested)])
    expect(stripMetadata({ content: deep })).toMatchObject({ stripped: true })

    const references = full('iref', box('cdsc', [0, 1, 0xff, 0xff], zeros(2)))
    const info = full('iinf', [0, 1], box('infe', [2, 0, 0, 0], [0, 1, 0, 0], text('hvc1'), [0]))
    const meta = full('meta', info, references, box('iprp'), full('iloc', zeros(4)))
    const still = Uint8Array.from([...box('ftyp', text('heic'), u32(0), text('heic')), ...meta, ...zeros(200_000)])
    expect(stripMetadata({ content: still })).toMatchObject({ stripped: false, reason: 'malformed' })
  })

  it('many empty boxes of media data and many items take no time', () => {
    const boxes = Array.from({ length: 90_000 }, () => box('mdat')).flat()
    const content = Uint8Array.from([...heic('hvc1', text('the picture')), ...boxes])
    expect(stripMetadata({ content })).toMatchObject({ stripped: true })
  })
})
