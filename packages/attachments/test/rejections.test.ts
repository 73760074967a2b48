import { bytesToHex, hexToBytes } from '@sessionkit/bytes'
import { aes256CbcEncrypt, hmacSha256, ready, type SecretstreamTag, secretstreamPush, sha256 } from '@sessionkit/crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  buildFileUrl,
  checkPixelCount,
  contentTypeOf,
  DEFAULT_FILE_SERVER,
  decryptDeterministic,
  decryptLegacy,
  decryptPicture,
  displayFileName,
  downloadFailure,
  encryptDeterministic,
  encryptLegacy,
  encryptPicture,
  isInlineSafe,
  MAX_BLOB_BYTES,
  openDownload,
  parseFileUrl,
  planAttachmentDownload,
  planPictureDownload,
  prepareFile,
  safeFileName,
  stripMetadata,
  TEST_FILE_SERVER,
} from '../src/index.ts'
import { bytes, coded } from './material.ts'

beforeAll(() => ready)

const content = bytes(1000)
const seed = bytes(32)
const FILE = 'http://filev2.getsession.org/file/123'

describe('before a file is fetched', () => {
  const legacy = { url: FILE, key: bytes(64), digest: bytes(32), size: 1000 }
  const plan = (change: object): unknown => planAttachmentDownload({ pointer: { ...legacy, ...change } })

  it('accepts a whole pointer of each scheme', () => {
    expect(plan({})).toMatchObject({ scheme: 'legacy', minBlobBytes: 1048, maxBlobBytes: MAX_BLOB_BYTES })
    const deterministic = { url: `${FILE}#d`, key: bytes(32), digest: null }
    expect(plan(deterministic)).toMatchObject({ scheme: 'deterministic', minBlobBytes: 1043 })
    expect(planPictureDownload({ url: FILE, key: bytes(32) })).toMatchObject({ scheme: 'picture', minBlobBytes: 29 })
    expect(planPictureDownload({ url: `${FILE}#d`, key: bytes(32) })).toMatchObject({ scheme: 'deterministic' })
  })

  it('key length: not 64 without `d`, not 32 with `d`', () => {
    for (const length of [0, 16, 63, 65])
      expect(() => plan({ key: bytes(length) })).toThrow(coded('ATTACHMENT_BAD_KEY'))
    for (const length of [0, 31, 33]) {
      expect(() => plan({ url: `${FILE}#d`, key: bytes(length) })).toThrow(coded('ATTACHMENT_BAD_KEY'))
    }
    expect(() => plan({ key: null })).toThrow(coded('ATTACHMENT_BAD_KEY'))
    expect(() => planPictureDownload({ url: FILE, key: bytes(31) })).toThrow(coded('ATTACHMENT_BAD_KEY'))
  })

  it('`d` absent with a key of 32 bytes, or the reverse: the scheme is not guessed', () => {
    expect(() => plan({ key: bytes(32) })).toThrow(coded('ATTACHMENT_SCHEME_MISMATCH'))
    expect(() => plan({ url: `${FILE}#d=` })).toThrow(coded('ATTACHMENT_SCHEME_MISMATCH'))
  })

  it('legacy digest absent or not 32 bytes', () => {
    for (const digest of [undefined, null, bytes(0), bytes(16), bytes(33)]) {
      expect(() => plan({ digest })).toThrow(coded('ATTACHMENT_BAD_DIGEST'))
    }
  })

  it('size 0, absent, above 10,000,000 (legacy) or 10,218,286', () => {
    for (const size of [0, null, undefined]) expect(() => plan({ size })).toThrow(coded('ATTACHMENT_EMPTY'))
    expect(() => plan({ size: 10_000_001 })).toThrow(coded('ATTACHMENT_TOO_LARGE'))
    const deterministic = { url: `${FILE}#d`, key: bytes(32) }
    expect(plan({ ...deterministic, size: 10_218_286 })).toBeDefined()
    expect(() => plan({ ...deterministic, size: 10_218_287 })).toThrow(coded('ATTACHMENT_TOO_LARGE'))
    for (const size of [-1, 1.5, Number.NaN, '5']) expect(() => plan({ size })).toThrow(coded('ATTACHMENT_BAD_INPUT'))
  })

  it('no URL: the pointer is dropped', () => {
    for (const url of [undefined, null, '']) expect(() => plan({ url })).toThrow(coded('ATTACHMENT_NO_URL'))
  })
})

describe('the answer', () => {
  it('larger than 10,485,760, or smaller than size and overhead', () => {
    const sealed = encryptDeterministic({ content, seed })
    const pointer = { url: `${FILE}#d`, key: sealed.key, size: sealed.size }
    const plan = planAttachmentDownload({ pointer })
    const open = (blob: Uint8Array) => openDownload({ plan, blob, key: sealed.key, size: sealed.size })
    expect(open(sealed.blob)).toEqual(content)
    expect(() => open(new Uint8Array(MAX_BLOB_BYTES + 1))).toThrow(coded('ATTACHMENT_TOO_LARGE'))
    expect(() => open(sealed.blob.subarray(0, 1042))).toThrow(coded('ATTACHMENT_TOO_SHORT'))
    expect(() =>
      decryptLegacy({ blob: new Uint8Array(MAX_BLOB_BYTES + 16), keys: bytes(64), digest: bytes(32), size: 1 }),
    ).toThrow(coded('ATTACHMENT_TOO_LARGE'))
  })

  it('every scheme opens by its plan', () => {
    const legacy = encryptLegacy({ content })
    const pointer = { url: FILE, key: legacy.keys, digest: legacy.digest, size: legacy.size }
    const plan = planAttachmentDownload({ pointer })
    expect(openDownload({ plan, blob: legacy.blob, ...pointer })).toEqual(content)
    const picture = encryptPicture({ content })
    const picturePlan = planPictureDownload({ url: FILE, key: picture.key })
    expect(openDownload({ plan: picturePlan, ...picture })).toEqual(content)
  })

  it('404 is expired, permanently; other failures may be tried again', () => {
    expect([404, 500, 502, 413, 0].map(downloadFailure)).toEqual(['expired', 'retry', 'retry', 'retry', 'retry'])
  })
})

describe('legacy', () => {
  const sealed = () => encryptLegacy({ content })
  const reject = (change: object, code: string): void => {
    const { blob, keys, digest, size } = sealed()
    expect(() => decryptLegacy({ blob, keys, digest, size, ...change })).toThrow(coded(code))
  }
  /** A blob with a right MAC and digest around any ciphertext. */
  function around(keys: Uint8Array, ciphertext: Uint8Array) {
    const body = Uint8Array.from([...bytes(16), ...ciphertext])
    const blob = Uint8Array.from([...body, ...hmacSha256({ key: keys.subarray(32), message: body })])
    return { blob, keys, digest: sha256(blob) }
  }

  it('digest absent, not 32 bytes, or different', () => {
    for (const digest of [null, undefined, bytes(0), bytes(31), bytes(32)]) reject({ digest }, 'ATTACHMENT_BAD_DIGEST')
  })

  it('MAC wrong, and bad PKCS#7: one error', () => {
    const { blob, keys, size } = sealed()
    blob[blob.length - 1]! ^= 1
    const message = (run: () => unknown): unknown => {
      try {
        run()
      } catch (error) {
        return [(error as { code: string }).code, (error as Error).message]
      }
      return undefined
    }
    const badMac = message(() => decryptLegacy({ blob, keys, size, digest: sha256(blob) }))
    expect(badMac).toEqual(['ATTACHMENT_NOT_AUTHENTIC', expect.any(String)])
    for (const last of [0, 17, 2]) {
      const block = new Uint8Array(16).fill(1)
      block[15] = last
      const ciphertext = aes256CbcEncrypt({ key: keys.subarray(0, 32), iv: bytes(16), message: block, padding: 'none' })
      expect(message(() => decryptLegacy({ ...around(keys, ciphertext), size: 1 }))).toEqual(badMac)
    }
    const odd = around(keys, bytes(17))
    expect(message(() => decryptLegacy({ ...odd, size: 1 }))).toEqual(badMac)
  })

  it('length not 48 + 16·k, k ≥ 1', () => {
    const { keys } = sealed()
    for (const length of [0, 47, 48, 63]) reject({ blob: bytes(length) }, 'ATTACHMENT_TOO_SHORT')
    for (const length of [65, 79]) reject({ blob: bytes(length) }, 'ATTACHMENT_NOT_AUTHENTIC')
    expect(() => decryptLegacy({ ...around(keys, new Uint8Array(0)), size: 0 })).toThrow(coded('ATTACHMENT_TOO_SHORT'))
  })

  it('keys of another length', () => {
    for (const length of [0, 32, 63, 65]) reject({ keys: bytes(length) }, 'ATTACHMENT_BAD_KEY')
  })

  it('decrypted length below `size`; a longer one is cut', () => {
    const { blob, keys, digest } = encryptLegacy({ content, pad: false })
    expect(() => decryptLegacy({ blob, keys, digest, size: 1001 })).toThrow(coded('ATTACHMENT_WRONG_SIZE'))
    expect(() => decryptLegacy({ blob, keys, digest, size: 9_000_000 })).toThrow(coded('ATTACHMENT_WRONG_SIZE'))
    expect(decryptLegacy({ blob, keys, digest, size: 10 })).toEqual(content.subarray(0, 10))
    reject({ size: 10_000_001 }, 'ATTACHMENT_TOO_LARGE')
    reject({ size: -1 }, 'ATTACHMENT_BAD_INPUT')
  })

  it('any padding is valid, not only the canonical one', () => {
    const { blob, keys, digest } = encryptLegacy({
      content: new Uint8Array([...content, ...new Uint8Array(77)]),
      pad: false,
    })
    expect(decryptLegacy({ blob, keys, digest, size: 1000 })).toEqual(content)
  })
})

describe('deterministic', () => {
  const key = bytes(32)
  const header = bytes(24)
  /** A blob of any pieces and tags. */
  function blobOf(pieces: readonly (readonly [Uint8Array, SecretstreamTag])[]): Uint8Array {
    const push = secretstreamPush({ key, header })
    return Uint8Array.from([0x53, ...header, ...pieces.flatMap(([message, tag]) => [...push.push({ message, tag })])])
  }
  const open = (blob: Uint8Array, size?: number) => decryptDeterministic({ blob, key, size })
  const full = new Uint8Array(32_768).fill(7)
  full[0] = 1
  const notAuthentic = coded('ATTACHMENT_NOT_AUTHENTIC')

  it('accepts any padding of at least one byte, and content that starts with zeros', () => {
    expect(open(blobOf([[Uint8Array.of(1, 0, 0, 1), 'final']]))).toEqual(Uint8Array.of(0, 0, 1))
    expect(open(blobOf([[Uint8Array.of(0, 0, 1), 'final']]))).toEqual(new Uint8Array(0))
    expect(
      open(
        blobOf([
          [new Uint8Array(32_768), 'message'],
          [Uint8Array.of(0, 1, 5), 'final'],
        ]),
      ),
    ).toEqual(Uint8Array.of(5))
  })

  it('key of another length; blob below 43 bytes; another first byte', () => {
    const { blob } = encryptDeterministic({ content, seed })
    for (const length of [31, 33, 64]) {
      expect(() => decryptDeterministic({ blob, key: bytes(length) })).toThrow(coded('ATTACHMENT_BAD_KEY'))
    }
    for (const length of [0, 25, 42])
      expect(() => open(blob.subarray(0, length))).toThrow(coded('ATTACHMENT_TOO_SHORT'))
    const other = blobOf([[Uint8Array.of(1, 2), 'final']])
    other[0] = 0x54
    expect(() => open(other)).toThrow(notAuthentic)
  })

  it('last chunk of exactly 17 bytes', () => {
    expect(() =>
      open(
        blobOf([
          [full, 'message'],
          [new Uint8Array(0), 'final'],
        ]),
      ),
    ).toThrow(notAuthentic)
  })

  it('a stream of zeros only', () => {
    expect(() => open(blobOf([[new Uint8Array(100), 'final']]))).toThrow(notAuthentic)
    expect(() =>
      open(
        blobOf([
          [new Uint8Array(32_768), 'message'],
          [new Uint8Array(5), 'final'],
        ]),
      ),
    ).toThrow(notAuthentic)
  })

  it('FINAL on a chunk of padding with more chunks behind', () => {
    expect(() =>
      open(
        blobOf([
          [new Uint8Array(32_768), 'final'],
          [Uint8Array.of(1, 2), 'final'],
        ]),
      ),
    ).toThrow(notAuthentic)
    expect(() =>
      open(
        blobOf([
          [full, 'final'],
          [Uint8Array.of(1, 2), 'message'],
        ]),
      ),
    ).toThrow(notAuthentic)
  })

  it('tag PUSH or REKEY in the middle', () => {
    for (const tag of ['push', 'rekey'] as const) {
      expect(() =>
        open(
          blobOf([
            [full, tag],
            [Uint8Array.of(1, 2), 'final'],
          ]),
        ),
      ).toThrow(notAuthentic)
    }
  })

  it('no FINAL at the end', () => {
    for (const tag of ['message', 'push', 'rekey'] as const) {
      expect(() => open(blobOf([[Uint8Array.of(1, 2), tag]]))).toThrow(notAuthentic)
    }
  })

  it('padding that ends with another byte than 0x01', () => {
    for (const wrong of [2, 0x80, 0xff]) {
      expect(() => open(blobOf([[Uint8Array.of(0, wrong, 1), 'final']]))).toThrow(notAuthentic)
    }
  })

  it('chunks cut elsewhere than at 32,768 bytes', () => {
    expect(() =>
      open(
        blobOf([
          [full.subarray(0, 100), 'message'],
          [Uint8Array.of(1, 2), 'final'],
        ]),
      ),
    ).toThrow(notAuthentic)
  })

  it('a length that is not `size`', () => {
    const sealed = encryptDeterministic({ content, seed })
    for (const size of [0, 999, 1001]) {
      expect(() => decryptDeterministic({ ...sealed, size })).toThrow(coded('ATTACHMENT_WRONG_SIZE'))
    }
    expect(() => decryptDeterministic({ ...sealed, size: 10_218_287 })).toThrow(coded('ATTACHMENT_TOO_LARGE'))
  })
})

describe('profile pictures', () => {
  it('below 29 bytes, or a wrong tag, or a wrong key', () => {
    const { blob, key } = encryptPicture({ content })
    expect(decryptPicture({ blob, key })).toEqual(content)
    expect(() => decryptPicture({ blob: blob.subarray(0, 28), key })).toThrow(coded('ATTACHMENT_TOO_SHORT'))
    expect(() => decryptPicture({ blob, key: bytes(16) })).toThrow(coded('ATTACHMENT_BAD_KEY'))
    expect(() => decryptPicture({ blob, key: bytes(32) })).toThrow(coded('ATTACHMENT_NOT_AUTHENTIC'))
    blob[blob.length - 1]! ^= 1
    expect(() => decryptPicture({ blob, key })).toThrow(coded('ATTACHMENT_NOT_AUTHENTIC'))
  })
})

describe('what is sent', () => {
  it('no empty file, none above 10,000,000 bytes', () => {
    const empty = { content: new Uint8Array(0) }
    const large = { content: new Uint8Array(10_000_001) }
    for (const send of [
      encryptLegacy,
      encryptPicture,
      prepareFile,
      (file: { content: Uint8Array }) => encryptDeterministic({ ...file, seed }),
    ]) {
      expect(() => send(empty)).toThrow(coded('ATTACHMENT_EMPTY'))
      expect(() => send(large)).toThrow(coded('ATTACHMENT_TOO_LARGE'))
    }
    expect(encryptDeterministic({ ...large, seed, allowLarge: true }).blob.length).toBe(10_223_616)
    const above = new Uint8Array(10_218_287)
    expect(() => encryptDeterministic({ content: above, seed, allowLarge: true })).toThrow(
      coded('ATTACHMENT_TOO_LARGE'),
    )
  })

  it('a seed below 32 bytes; longer ones are cut', () => {
    expect(() => encryptDeterministic({ content, seed: bytes(31) })).toThrow(coded('ATTACHMENT_BAD_KEY'))
    expect(encryptDeterministic({ content, seed: bytes(64) })).toEqual(
      encryptDeterministic({ content, seed: bytes(32) }),
    )
  })

  it('the same content under another domain or seed has another key', () => {
    const key = (options: object) => bytesToHex(encryptDeterministic({ content, seed, ...options }).key)
    const keys = [{}, { domain: 'profile-picture' }, { seed: bytes(32, 9) }, { derivation: 'first' }].map(key)
    expect(new Set(keys).size).toBe(4)
    expect(() => encryptDeterministic({ content, seed, domain: 'toString' as never })).toThrow(
      coded('ATTACHMENT_BAD_INPUT'),
    )
  })

  it('text where bytes belong', () => {
    for (const run of [
      () => encryptLegacy({ content: 'text' as never }),
      () => decryptDeterministic({ blob: 'text' as never, key: bytes(32) }),
      () => stripMetadata({ content: null as never }),
    ]) {
      expect(run).toThrow(coded('ATTACHMENT_BAD_INPUT'))
    }
  })
})

describe('URLs', () => {
  const key = bytesToHex(TEST_FILE_SERVER.ed25519)
  const parse = (url: string) => parseFileUrl({ url })
  const bad = coded('ATTACHMENT_BAD_URL')

  it.each([
    ['another scheme', 'file:///file/1'],
    ['another scheme', 'javascript://x/file/1'],
    ['credentials', `http://user@filev2.getsession.org/file/1`],
    ['credentials', `http://filev2.getsession.org:x@evil.example/file/1#p=${key}`],
    ['path not /file/ID', 'http://filev2.getsession.org/files/1'],
    ['path not /file/ID', 'http://filev2.getsession.org//file/1'],
    ['path not /file/ID', 'http://filev2.getsession.org/file/1/'],
    ['path not /file/ID', 'http://filev2.getsession.org/a/../file/1'],
    ['a query', 'http://filev2.getsession.org/file/1?x=1'],
    ['id empty', 'http://filev2.getsession.org/file/'],
    ['id too long', `http://filev2.getsession.org/file/${'a'.repeat(45)}`],
    ['id outside the alphabet', 'http://filev2.getsession.org/file/a.b'],
    ['id outside the alphabet', 'http://filev2.getsession.org/file/%41'],
    ['`p` not 64 hex', `http://files.example.org/file/1#p=${key.slice(1)}`],
    ['`p` not 64 hex', `http://files.example.org/file/1#p=${key.slice(1)}g`],
    ['`p` without a value', 'http://files.example.org/file/1#p'],
    ['`p` no valid point', `http://files.example.org/file/1#p=${'00'.repeat(32)}`],
    ['`p` no valid point', `http://files.example.org/file/1#p=02${'00'.repeat(31)}`],
    ['two keys', `http://files.example.org/file/1#p=${key}&p=${'11'.repeat(32)}`],
    ['no host', 'http:///file/1'],
    ['a port out of range', `http://files.example.org:70000/file/1#p=${key}`],
    ['spaces', `http://files.example.org /file/1#p=${key}`],
    ['too long', `http://files.example.org/file/1#p=${key}&${'x'.repeat(2048)}`],
  ])('%s: %s', (_why, url) => {
    expect(() => parse(url)).toThrow(bad)
  })

  it('unknown host without `p`; a host is never compared in part', () => {
    for (const host of [
      'files.example.org',
      'open.getsession.org',
      'xfilev2.getsession.org',
      'filev2.getsession.org.x.example',
    ]) {
      expect(() => parse(`http://${host}/file/1`)).toThrow(coded('ATTACHMENT_UNKNOWN_SERVER'))
    }
  })

  it('hosts in capitals, usual ports, other ports and addresses', () => {
    expect(parse('HTTP://FileV2.GetSession.org:80/file/1')).toMatchObject({
      base: DEFAULT_FILE_SERVER.base,
      isKnownServer: true,
    })
    expect(parse(`https://files.example.org:8443/file/1#p=${key}`)).toMatchObject({
      base: 'https://files.example.org:8443',
      host: 'files.example.org',
      isKnownServer: false,
      path: '/file/1',
    })
    expect(parse(`http://[::1]:80/file/1#p=${key.toUpperCase()}`).base).toBe('http://[::1]')
  })

  it('a server that the caller knows needs no key', () => {
    const url = buildFileUrl({ fileId: '7', deterministic: true }).replace(
      DEFAULT_FILE_SERVER.base,
      TEST_FILE_SERVER.base,
    )
    expect(() => parse(url)).toThrow(coded('ATTACHMENT_UNKNOWN_SERVER'))
    const known = parseFileUrl({ url, servers: [TEST_FILE_SERVER] })
    expect(known).toMatchObject({ deterministic: true, isKnownServer: true, serverX25519: TEST_FILE_SERVER.x25519 })
  })

  it('the default host with a key of somebody else is not the known server', () => {
    expect(parse(`${FILE}#p=${key}`).isKnownServer).toBe(false)
  })

  it('building refuses a malformed id, server or key', () => {
    const input = { fileId: '1', deterministic: false }
    expect(() => buildFileUrl({ ...input, fileId: 'a/b' })).toThrow(bad)
    expect(() => buildFileUrl({ ...input, server: { base: 'ftp://x', ed25519: bytes(32) } })).toThrow(bad)
    expect(() => buildFileUrl({ ...input, server: { base: 'http://x/path', ed25519: bytes(32) } })).toThrow(bad)
    expect(() => buildFileUrl({ ...input, server: { base: 'http://x', ed25519: hexToBytes('00') } })).toThrow(bad)
  })
})

describe('showing and saving', () => {
  it('HTML, SVG and what a machine executes are never shown in place', () => {
    for (const type of [
      'text/html',
      'image/svg+xml',
      'application/x-msdownload',
      'application/javascript',
      'TEXT/HTML; a=b',
      '',
    ]) {
      expect(isInlineSafe(type)).toBe(false)
    }
    for (const type of ['image/jpeg', 'IMAGE/PNG', 'video/mp4', 'audio/aac', 'text/plain; charset=utf-8']) {
      expect(isInlineSafe(type)).toBe(true)
    }
  })

  it('a missing type comes from the extension, else it is octet-stream', () => {
    expect(contentTypeOf({ contentType: 'Image/PNG; q=1' })).toBe('image/png')
    expect(contentTypeOf({ contentType: '', fileName: 'a.JPG' })).toBe('image/jpeg')
    expect(contentTypeOf({ contentType: 'nonsense', fileName: 'a.constructor' })).toBe('application/octet-stream')
    expect(contentTypeOf({})).toBe('application/octet-stream')
  })

  it('images of more than 100 megapixels', () => {
    expect(() => checkPixelCount({ width: 10_000, height: 10_000 })).not.toThrow()
    for (const size of [
      { width: 10_001, height: 10_000 },
      { width: -1, height: 1 },
      { width: Number.NaN, height: 1 },
    ]) {
      expect(() => checkPixelCount(size)).toThrow(coded('ATTACHMENT_TOO_MANY_PIXELS'))
    }
  })

  it('file names: direction marks, paths, controls, dots, devices, length', () => {
    expect(displayFileName('a\u202egnp.exe')).toBe('a\ufffdgnp.exe')
    const cases: [string, string][] = [
      ['../../etc/passwd', '_.._etc_passwd'],
      ['a\0b\nc.txt', 'abc.txt'],
      ['...hidden', 'hidden'],
      ['CON', '_CON'],
      ['lpt1.txt', '_lpt1.txt'],
      ['console.txt', 'console.txt'],
      ['c:\\x', 'c__x'],
      ['name. . ', 'name'],
      ['', 'session-attachment'],
      ['..', 'session-attachment'],
    ]
    for (const [name, safe] of cases) expect(safeFileName(name)).toBe(safe)
    const long = safeFileName(`${'ä'.repeat(400)}.jpeg`)
    expect(new TextEncoder().encode(long).length).toBeLessThanOrEqual(255)
    expect(long.endsWith('ä.jpeg')).toBe(true)
  })

  it('what cannot be stripped is said, and goes out as it was when prepared', () => {
    const text = new TextEncoder().encode('just text')
    expect(stripMetadata({ content: text })).toEqual({ stripped: false, format: null, reason: 'unknown-format' })
    expect(prepareFile({ content: text })).toEqual({
      content: text,
      metadata: { stripped: false, format: null, reason: 'unknown-format' },
    })
    expect(prepareFile({ content: text, strip: false }).metadata).toMatchObject({ reason: 'not-asked' })
    const big = Uint8Array.from([...new TextEncoder().encode('II+\0'), ...new Uint8Array(20)])
    expect(stripMetadata({ content: big }).stripped).toBe(false)
  })
})
