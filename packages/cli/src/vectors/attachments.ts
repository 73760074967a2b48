import {
  buildFileUrl,
  contentFileId,
  DEFAULT_FILE_SERVER,
  type DeterministicDomain,
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
} from '@sessionkit/attachments'
import { concatBytes, hexToBytes, utf8ToBytes } from '@sessionkit/bytes'
import { sha256 } from '@sessionkit/crypto'
import { bytes, type Entry, flag, has, integer, object, objects, text } from './entry.ts'
import { expectField, expectRefusal, expectSame } from './expect.ts'
import { Mismatch, Unsupported } from './outcome.ts'
import type { VectorHandler } from './runner.ts'

const MAX_DATA = 30_000_000
const HEAD = 25
const CHUNK = 32_785
// Known answers include what ought not to be sent.
const lift = { allowEmpty: true, allowLarge: true } as const

/** `attachments.json`, protocol page 07. */
export const attachmentHandlers: Readonly<Record<string, VectorHandler>> = {
  deterministic: (entry, { meta }) => deterministic(entry, meta, 'current'),

  deterministic_first_derivation: (entry, { meta }) => {
    for (const row of objects(entry, 'cases')) deterministic(row, meta, 'first')
  },

  deterministic_sizes: (entry) => {
    const { padding, encryptedSize } = deterministicSizes(integer(entry, 'size'))
    expectField(entry, 'padding', padding)
    expectField(entry, 'encrypted_size', encryptedSize)
  },

  deterministic_accept: (entry) => {
    const plain = decryptDeterministic({ blob: bytes(entry, 'encrypted'), key: bytes(entry, 'key') })
    expectSame('plaintext', text(entry, 'plaintext'), plain)
  },

  deterministic_reject: (entry) => {
    const input = { blob: bytes(entry, 'encrypted'), key: bytes(entry, 'key') }
    expectRefusal('encrypted', () => decryptDeterministic(input))
  },

  deterministic_reject_by_construction: (entry, { meta }) => {
    const base = object(entry, 'base')
    const content = dataOf(base, meta)
    const input = { content, seed: bytes(base, 'seed'), domain: domainOf(base), ...lift }
    const { blob, key } = encryptDeterministic(input)
    const changed = construct(blob, text(entry, 'why'))
    expectBlob(entry, changed)
    expectRefusal('the changed blob', () => decryptDeterministic({ blob: changed, key }))
  },

  legacy: (entry, { meta }) => legacy(entry, meta, true),
  legacy_unpadded: (entry, { meta }) => legacy(entry, meta, false),

  legacy_reject: (entry) => {
    if (!has(entry, 'digest')) throw new Mismatch('digest: not in the entry')
    const digest = entry.digest === null ? null : bytes(entry, 'digest')
    const input = { blob: bytes(entry, 'encrypted'), keys: bytes(entry, 'keys'), digest, size: integer(entry, 'size') }
    expectRefusal('encrypted', () => decryptLegacy(input))
  },

  legacy_padding_buckets: (entry) => {
    expectField(entry, 'list', [...LEGACY_PADDING_BUCKETS])
    expectField(entry, 'count', LEGACY_PADDING_BUCKETS.length)
    expectField(entry, 'sha256_of_comma_joined', sha256(utf8ToBytes(LEGACY_PADDING_BUCKETS.join(','))))
  },

  profile_picture: (entry, { meta }) => {
    const content = dataOf(entry, meta)
    const { blob, key } = encryptPicture({ content, key: bytes(entry, 'key'), iv: bytes(entry, 'iv') })
    expectBlob(entry, blob)
    expectSame('decrypted', sha256(content), sha256(decryptPicture({ blob, key })))
  },

  profile_picture_reject: (entry) => {
    const input = { blob: bytes(entry, 'encrypted'), key: bytes(entry, 'key') }
    expectRefusal('encrypted', () => decryptPicture(input))
  },

  file_ids: (entry, { meta }) => {
    for (const row of objects(entry, 'cases')) {
      const blob = dataOf(row, meta)
      expectField(row, 'http_server_id', contentFileId({ blob, server: 'http' }))
      expectField(row, 'quic_server_id', contentFileId({ blob, server: 'quic' }))
    }
  },

  urls: (entry) => {
    objects(entry, 'parse').forEach((row, i) => {
      const url = text(row, 'url')
      if (text(row, 'expect') === 'reject') {
        expectRefusal(`parse[${i}]`, () => parseFileUrl({ url }))
        return
      }
      const { fileId, deterministic, serverX25519, base } = parseFileUrl({ url })
      expectField(row, 'file_id', fileId, `parse[${i}].file_id`)
      expectField(row, 'deterministic', deterministic, `parse[${i}].deterministic`)
      expectField(row, 'server_x25519', serverX25519, `parse[${i}].server_x25519`)
      expectField(row, 'base', base, `parse[${i}].base`)
    })
    objects(entry, 'build').forEach((row, i) => {
      const url = buildFileUrl({
        fileId: text(row, 'file_id'),
        deterministic: flag(row, 'deterministic'),
        server: serverOf(row),
      })
      expectSame(`build[${i}].url`, text(row, 'url'), url)
    })
  },
}

function deterministic(entry: Entry, meta: Entry, derivation: 'current' | 'first'): void {
  const content = dataOf(entry, meta)
  const given = { content, seed: bytes(entry, 'seed'), domain: domainOf(entry), derivation }
  expectField(entry, 'data_sha256', sha256(content))
  expectField(entry, 'header', deterministicKey(given).header)
  const { blob, key } = encryptDeterministic({ ...given, ...lift })
  expectField(entry, 'key', key)
  const { padding, chunks } = deterministicSizes(content.length)
  expectField(entry, 'padding', padding)
  expectField(entry, 'chunks', chunks)
  expectBlob(entry, blob)
  expectSame('decrypted', sha256(content), sha256(decryptDeterministic({ blob, key, size: content.length })))
}

function legacy(entry: Entry, meta: Entry, pad: boolean): void {
  const content = dataOf(entry, meta)
  const keys = bytes(entry, 'keys')
  const { blob, digest, size } = encryptLegacy({ content, keys, iv: bytes(entry, 'iv'), pad, ...lift })
  if (pad) expectField(entry, 'padded_size', legacyPaddedSize(size))
  expectField(entry, 'digest', digest)
  expectBlob(entry, blob)
  expectSame('decrypted', sha256(content), sha256(decryptLegacy({ blob, keys, digest, size })))
}

function expectBlob(entry: Entry, blob: Uint8Array): void {
  expectField(entry, 'encrypted_size', blob.length)
  expectField(entry, 'encrypted_sha256', sha256(blob))
  expectField(entry, 'head', blob.subarray(0, 64))
  expectField(entry, 'tail', blob.slice(-32))
  expectField(entry, 'encrypted', blob)
}

/** `{ "size": n }` stands for bytes of a formula, vectors/README.md section 8. */
function dataOf(entry: Entry, meta: Entry): Uint8Array {
  const formula = object(meta, 'data_formula')
  const mul = integer(formula, 'mul')
  const add = integer(formula, 'add')
  const make = (size: number): Uint8Array => {
    const out = new Uint8Array(size)
    for (let i = 0; i < size; i++) out[i] = i * mul + (i >> 8) * 7 + (i >> 16) * 13 + add
    return out
  }
  expectField(formula, 'first16', make(16), 'data_formula.first16')
  expectField(formula, 'sha256_of_1000', sha256(make(1000)), 'data_formula.sha256_of_1000')
  const size = integer(object(entry, 'data'), 'size')
  if (size < 0 || size > MAX_DATA) throw new Unsupported(`data of ${size} bytes`)
  return make(size)
}

function domainOf(entry: Entry): DeterministicDomain {
  const name = text(entry, 'domain')
  if (name === 'attachment') return name
  if (name === 'profile_pic') return 'profile-picture'
  throw new Unsupported(`domain ${name}`)
}

/** The changes that entries tell in words. */
function construct(blob: Uint8Array, why: string): Uint8Array {
  const head = blob.subarray(0, HEAD)
  const chunks: Uint8Array[] = []
  for (let at = HEAD; at < blob.length; at += CHUNK) chunks.push(blob.subarray(at, at + CHUNK))
  const [first, second, ...rest] = chunks as [Uint8Array, Uint8Array, ...Uint8Array[]]
  const removed = /^the last (\d{1,6}) bytes removed$/.exec(why)
  if (removed !== null) return blob.slice(0, -Number(removed[1]))
  if (why === 'the last chunk removed') return concatBytes(head, ...chunks.slice(0, -1))
  if (why === 'the first chunk removed') return concatBytes(head, second, ...rest)
  if (why === 'the first chunk doubled') return concatBytes(head, first, first, second, ...rest)
  if (why === 'the first two chunks exchanged') return concatBytes(head, second, first, ...rest)
  throw new Unsupported(`construction ${JSON.stringify(why)}`)
}

function serverOf(row: Entry): { base: string; ed25519: Uint8Array } {
  if (row.server === 'default') return DEFAULT_FILE_SERVER
  const server = object(row, 'server')
  return { base: text(server, 'url'), ed25519: hexToBytes(text(server, 'ed25519')) }
}
