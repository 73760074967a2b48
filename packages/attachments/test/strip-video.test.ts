import { describe, expect, it } from 'vitest'
import { mediaFormatOf, stripMetadata } from '../src/index.ts'

const SECRET = 'Rosebud-47.3769N'
const text = (value: string): number[] => [...new TextEncoder().encode(value)]
const u32 = (value: number): number[] => [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255]
const u16 = (value: number): number[] => [value >> 8, value & 255]
const box = (type: string, ...parts: number[][]): number[] => {
  const body = parts.flat()
  return [...u32(8 + body.length), ...text(type), ...body]
}
const full = (type: string, ...parts: number[][]): number[] => box(type, [0, 0, 0, 0], ...parts)
const zeros = (length: number): number[] => new Array(length).fill(0)
const contains = (content: Uint8Array, value: string): boolean => Buffer.from(content).includes(value)

interface Track {
  readonly handler: string
  readonly samples: readonly number[][]
}

/** A movie with a file header, the samples, and then their description. */
function movie(tracks: readonly Track[], extra: { moov?: number[][]; top?: number[][] } = {}): Uint8Array {
  const head = [...box('ftyp', text('isom'), u32(512), text('isom')), ...(extra.top ?? []).flat()]
  const samples = tracks.flatMap((track) => track.samples.flat())
  let offset = head.length + 8
  const traks = tracks.map((track) => {
    const offsets = track.samples.map((sample) => {
      const at = offset
      offset += sample.length
      return at
    })
    const stbl = box(
      'stbl',
      full('stsd', u32(0)),
      full('stsc', u32(1), u32(1), u32(1), u32(1)),
      full('stsz', u32(0), u32(offsets.length), ...track.samples.map((sample) => u32(sample.length))),
      full('stco', u32(offsets.length), ...offsets.map(u32)),
    )
    const dinf = box('dinf', full('dref', u32(1), box('url ', [0, 0, 0, 1], text(SECRET))))
    const hdlr = full('hdlr', zeros(4), text(track.handler), zeros(12), text(SECRET), [0])
    const mdia = box(
      'mdia',
      full('mdhd', u32(1234), u32(5678), u32(600), u32(60), zeros(4)),
      hdlr,
      box('minf', dinf, stbl),
    )
    return box(
      'trak',
      full('tkhd', u32(1234), u32(5678), u32(1), zeros(68)),
      mdia,
      box('udta', box('name', text(SECRET))),
    )
  })
  const mvhd = full('mvhd', u32(1234), u32(5678), u32(600), u32(60), zeros(80))
  const moov = box('moov', mvhd, ...traks, ...(extra.moov ?? []))
  return Uint8Array.from([...head, ...box('mdat', samples), ...moov])
}

const video: Track = { handler: 'vide', samples: [text('frame one'), text('frame two, longer')] }
const sound: Track = { handler: 'soun', samples: [text('beep')] }

function stripped(content: Uint8Array): { content: Uint8Array; removed: readonly string[] } {
  const result = stripMetadata({ content })
  if (!result.stripped) throw new Error(result.reason)
  return result
}

describe('MP4 and MOV', () => {
  it('user data, tags, times, names, paths and XMP are cleared; samples and offsets stay', () => {
    const original = movie([video, sound], {
      moov: [box('udta', box('\u00a9xyz', text(SECRET))), full('meta', text(SECRET))],
      top: [
        box('uuid', zeros(16), text(SECRET)),
        box('free', text(SECRET)),
        box('sefd', text(SECRET)),
        box('meta', text(SECRET)),
      ],
    })
    expect(mediaFormatOf(original)).toBe('mp4')
    const { content, removed } = stripped(original)
    expect(removed).toEqual(expect.arrayContaining(['user data', 'tags', 'XMP', 'unused space', 'sefd']))
    expect(content.length).toBe(original.length)
    expect(contains(content, SECRET)).toBe(false)
    expect(contains(content, 'udta')).toBe(false)
    for (const sample of ['frame one', 'frame two, longer', 'beep']) {
      expect(Buffer.from(content).indexOf(sample)).toBe(Buffer.from(original).indexOf(sample))
    }
    const times = Buffer.from([...u32(1234), ...u32(5678)])
    expect(Buffer.from(original).includes(times)).toBe(true)
    expect(Buffer.from(content).includes(times)).toBe(false)
    expect(stripped(content).content).toEqual(content)
  })

  it('a track of metadata goes with its samples', () => {
    const original = movie([video, { handler: 'meta', samples: [text(SECRET), text(SECRET)] }, sound])
    const { content, removed } = stripped(original)
    expect(removed).toContain('metadata track')
    expect(contains(content, SECRET)).toBe(false)
    for (const sample of ['frame one', 'frame two, longer', 'beep']) expect(contains(content, sample)).toBe(true)
  })

  it('says not stripped: compressed headers, fragments with a metadata track, data in other files, no header', () => {
    const reason = (content: Uint8Array): unknown => {
      const result = stripMetadata({ content })
      return result.stripped ? 'stripped' : result.reason
    }
    expect(reason(movie([video], { moov: [box('cmov', zeros(8))] }))).toBe('unsupported')
    const meta: Track = { handler: 'meta', samples: [] }
    const fragmented = Uint8Array.from([...movie([video, meta]), ...box('moof', full('mfhd', u32(1)))])
    expect(reason(fragmented)).toBe('unsupported')
    const elsewhere = movie([video])
    const url = Buffer.from(elsewhere).indexOf('url ')
    elsewhere[url + 7] = 0
    expect(reason(elsewhere)).toBe('unsupported')
    expect(reason(Uint8Array.from([...box('ftyp', text('isom'), u32(0)), ...box('mdat', text('x'))]))).toBe('malformed')
    expect(reason(movie([video]).subarray(0, -1))).toBe('malformed')
  })

  it('says not stripped when metadata shares bytes with the picture', () => {
    const original = movie([video, { handler: 'meta', samples: [text(SECRET)] }])
    const all = Buffer.from(original)
    const offset = all.lastIndexOf('stco') + 12
    original.set(u32(all.indexOf('frame two')), offset)
    expect(stripMetadata({ content: original })).toEqual({ stripped: false, format: 'mp4', reason: 'malformed' })
  })
})

describe('HEIC', () => {
  /** Picture (1), thumbnail (2), EXIF (3) and XMP (4) as phones write them. */
  function heic(options: { kind?: string; overlapping?: boolean } = {}): Uint8Array {
    const infe = (id: number, type: string, rest: number[] = [0]): number[] =>
      box('infe', [2, 0, 0, 0], u16(id), u16(0), text(type), rest)
    const exif = [...u32(6), ...text('Exif\0\0'), ...text('MM\0*'), ...u32(8), 0, 0, ...u32(0), ...text(SECRET)]
    const data = [text('the picture'), text(`thumb ${SECRET}`), exif, text(`<x:xmpmeta>${SECRET}</x:xmpmeta>`)]
    const ftyp = box('ftyp', text('heic'), u32(0), text('mif1'), text('heic'))
    const build = (start: number): number[] => {
      let at = start
      const offsets = data.map((part) => {
        const here = at
        at += part.length
        return here
      })
      if (options.overlapping) offsets[2] = offsets[0]!
      return full(
        'meta',
        full('hdlr', zeros(4), text('pict'), zeros(12), [0]),
        full('pitm', u16(1)),
        full(
          'iinf',
          u16(4),
          infe(1, options.kind ?? 'hvc1'),
          infe(2, 'hvc1'),
          infe(3, 'Exif'),
          infe(4, 'mime', [...text('\0application/rdf+xml\0')]),
        ),
        full('iref', box('thmb', u16(2), u16(1), u16(1)), box('cdsc', u16(3), u16(1), u16(1))),
        box('iprp', box('ipco', box('irot', [1]), full('udes', text(SECRET)), box('colr', text('prof icc')))),
        full(
          'iloc',
          [0x44, 0],
          u16(4),
          ...data.flatMap((part, i) => [u16(i + 1), u16(0), u16(1), u32(offsets[i]!), u32(part.length)]),
        ),
      )
    }
    const meta = build(0)
    return Uint8Array.from([...ftyp, ...build(ftyp.length + meta.length + 8), ...box('mdat', data.flat())])
  }

  it('EXIF, XMP, descriptions and thumbnail are cleared; picture, rotation and colour profile stay', () => {
    const original = heic()
    expect(mediaFormatOf(original)).toBe('heic')
    const { content, removed } = stripped(original)
    expect(removed).toEqual(expect.arrayContaining(['EXIF', 'XMP', 'thumbnail', 'descriptions']))
    expect(content.length).toBe(original.length)
    expect(contains(content, SECRET)).toBe(false)
    for (const kept of ['the picture', 'irot', 'prof icc']) {
      expect(Buffer.from(content).indexOf(kept)).toBe(Buffer.from(original).indexOf(kept))
    }
    expect(contains(content, 'thmb')).toBe(false)
    expect(stripped(content).content).toEqual(content)
  })

  it('says not stripped: unknown kinds of items, and metadata that shares bytes with the picture', () => {
    expect(stripMetadata({ content: heic({ kind: 'abcd' }) })).toMatchObject({ stripped: false, reason: 'unsupported' })
    expect(stripMetadata({ content: heic({ overlapping: true }) })).toMatchObject({
      stripped: false,
      reason: 'malformed',
    })
  })
})
