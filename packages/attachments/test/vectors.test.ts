import { bytesToHex, hexToBytes } from '@sessionkit/bytes'
import { ready, sha256 } from '@sessionkit/crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  AttachmentError,
  buildFileUrl,
  contentFileId,
  DEFAULT_FILE_SERVER,
  decryptDeterministic,
  decryptLegacy,
  decryptPicture,
  deterministicKey,
  deterministicSizes,
  encryptDeterministic,
  encryptLegacy,
  encryptPicture,
  LEGACY_PADDING_BUCKETS,
  legacyPaddedSize,
  parseFileUrl,
} from '../src/index.ts'
import { data, type Row, vectors } from './material.ts'

beforeAll(() => ready)

const hash = (blob: Uint8Array): string => bytesToHex(sha256(blob))
const domainOf = (row: Row) => (row.domain === 'profile_pic' ? 'profile-picture' : 'attachment')
const lift = { allowEmpty: true, allowLarge: true }

function expectBlob(row: Row, blob: Uint8Array): void {
  if (row.encrypted_size !== undefined) expect(blob.length).toBe(row.encrypted_size)
  if (row.encrypted_sha256 !== undefined) expect(hash(blob)).toBe(row.encrypted_sha256)
  if (row.head !== undefined) expect(bytesToHex(blob.subarray(0, 64))).toBe(row.head)
  if (row.tail !== undefined) expect(bytesToHex(blob.slice(-32))).toBe(row.tail)
  if (row.encrypted !== undefined) expect(bytesToHex(blob)).toBe(row.encrypted)
}

function expectRefused(what: string, run: () => unknown): void {
  let caught: unknown
  try {
    run()
  } catch (error) {
    caught = error
  }
  expect(caught, what).toBeInstanceOf(AttachmentError)
}

describe('known answers', () => {
  it('data formula', () => {
    const formula = vectors<Row>('data_formula')
    expect(bytesToHex(data({ size: 16 }))).toBe(formula.first16)
    expect(hash(data({ size: 1000 }))).toBe(formula.sha256_of_1000)
  })

  it('deterministic', () => {
    for (const row of vectors('deterministic')) {
      const content = data(row.data)
      const seed = hexToBytes(row.seed)
      expect(hash(content)).toBe(row.data_sha256)
      expect(bytesToHex(deterministicKey({ content, seed, domain: domainOf(row) }).header)).toBe(row.header)
      const { blob, key } = encryptDeterministic({ content, seed, domain: domainOf(row), ...lift })
      expect(bytesToHex(key)).toBe(row.key)
      expectBlob(row, blob)
      const { padding, chunks, encryptedSize } = deterministicSizes(content.length)
      expect({ padding, chunks, encryptedSize }).toEqual({
        padding: row.padding,
        chunks: row.chunks,
        encryptedSize: row.encrypted_size,
      })
      expect(hash(decryptDeterministic({ blob, key, size: content.length }))).toBe(row.data_sha256)
    }
  })

  it('deterministic sizes', () => {
    for (const row of vectors('deterministic_sizes')) {
      const { padding, encryptedSize } = deterministicSizes(row.size)
      expect([padding, encryptedSize]).toEqual([row.padding, row.encrypted_size])
    }
  })

  it('deterministic: accepted and refused', () => {
    for (const row of vectors('deterministic_accept')) {
      const plain = decryptDeterministic({ blob: hexToBytes(row.encrypted), key: hexToBytes(row.key) })
      expect(bytesToHex(plain), row.why).toBe(row.plaintext)
    }
    for (const row of vectors('deterministic_reject')) {
      const blob = hexToBytes(row.encrypted)
      expectRefused(row.why, () => decryptDeterministic({ blob, key: hexToBytes(row.key) }))
    }
  })

  it('deterministic: refused by construction', () => {
    for (const row of vectors('deterministic_reject_by_construction')) {
      const { base } = row
      const sealed = encryptDeterministic({
        content: data(base.data),
        seed: hexToBytes(base.seed),
        domain: domainOf(base),
      })
      const chunks = cut(sealed.blob)
      const [head, first, second, ...rest] = chunks as [Uint8Array, Uint8Array, Uint8Array, ...Uint8Array[]]
      const built: Record<string, Uint8Array[]> = {
        'the last chunk removed': chunks.slice(0, -1),
        'the first two chunks exchanged': [head, second, first, ...rest],
        'the first chunk removed': [head, second, ...rest],
        'the first chunk doubled': [head, first, first, second, ...rest],
        'the last 100 bytes removed': [sealed.blob.subarray(0, -100)],
      }
      const parts = built[row.why]
      if (parts === undefined) continue
      const blob = new Uint8Array(parts.flatMap((part) => [...part]))
      expectBlob(row, blob)
      expectRefused(row.why, () => decryptDeterministic({ blob, key: sealed.key }))
    }
  })

  it('legacy, padded and not', () => {
    for (const [name, pad] of [
      ['legacy', true],
      ['legacy_unpadded', false],
    ] as const) {
      for (const row of vectors(name)) {
        const content = data(row.data)
        const keys = hexToBytes(row.keys)
        const { blob, digest, size } = encryptLegacy({ content, keys, iv: hexToBytes(row.iv), pad, allowEmpty: true })
        expectBlob(row, blob)
        expect(bytesToHex(digest)).toBe(row.digest)
        if (pad) expect(legacyPaddedSize(size)).toBe(row.padded_size)
        expect(hash(decryptLegacy({ blob, keys, digest, size }))).toBe(hash(content))
      }
    }
  })

  it('legacy: refused', () => {
    for (const row of vectors('legacy_reject')) {
      const digest = row.digest === null ? null : hexToBytes(row.digest)
      const input = { blob: hexToBytes(row.encrypted), keys: hexToBytes(row.keys), digest, size: row.size }
      expectRefused(row.why, () => decryptLegacy(input))
    }
  })

  it('legacy padding buckets', () => {
    const expected = vectors<Row>('legacy_padding_buckets')
    expect(LEGACY_PADDING_BUCKETS).toEqual(expected.list)
    expect(LEGACY_PADDING_BUCKETS.length).toBe(expected.count)
    expect(hash(new TextEncoder().encode(LEGACY_PADDING_BUCKETS.join(',')))).toBe(expected.sha256_of_comma_joined)
  })

  it('profile pictures', () => {
    for (const row of vectors('profile_picture')) {
      const content = data(row.data)
      const { blob, key } = encryptPicture({ content, key: hexToBytes(row.key), iv: hexToBytes(row.iv) })
      expectBlob(row, blob)
      expect(hash(decryptPicture({ blob, key }))).toBe(hash(content))
    }
    for (const row of vectors('profile_picture_reject')) {
      expectRefused(row.why, () => decryptPicture({ blob: hexToBytes(row.encrypted), key: hexToBytes(row.key) }))
    }
  })

  it('the first key derivation opens all the same', () => {
    for (const row of vectors<Row>('deterministic_first_derivation').cases) {
      const content = data(row.data)
      const input = { content, seed: hexToBytes(row.seed), domain: domainOf(row), derivation: 'first' } as const
      const { blob, key } = encryptDeterministic({ ...input, ...lift })
      expect(bytesToHex(deterministicKey(input).header)).toBe(row.header)
      expect(bytesToHex(key)).toBe(row.key)
      expectBlob(row, blob)
      expect(hash(decryptDeterministic({ blob, key }))).toBe(hash(content))
    }
  })

  it('file ids', () => {
    for (const row of vectors<Row>('file_ids').cases) {
      const blob = data(row.data)
      expect(contentFileId({ blob, server: 'http' })).toBe(row.http_server_id)
      expect(contentFileId({ blob, server: 'quic' })).toBe(row.quic_server_id)
    }
  })

  it('URLs', () => {
    const { parse, build } = vectors<Row>('urls')
    for (const row of parse) {
      if (row.expect === 'reject') expectRefused(row.why, () => parseFileUrl({ url: row.url }))
      else {
        const { fileId, deterministic, serverX25519, base } = parseFileUrl({ url: row.url })
        expect([fileId, deterministic, bytesToHex(serverX25519), base]).toEqual([
          row.file_id,
          row.deterministic,
          row.server_x25519,
          row.base,
        ])
      }
    }
    for (const row of build) {
      const server =
        row.server === 'default'
          ? DEFAULT_FILE_SERVER
          : { base: row.server.url, ed25519: hexToBytes(row.server.ed25519) }
      expect(buildFileUrl({ fileId: row.file_id, deterministic: row.deterministic, server })).toBe(row.url)
    }
  })
})

/** Head and sealed chunks of a blob. */
function cut(blob: Uint8Array): Uint8Array[] {
  const parts = [blob.subarray(0, 25)]
  for (let at = 25; at < blob.length; at += 32_785) parts.push(blob.subarray(at, at + 32_785))
  return parts
}
