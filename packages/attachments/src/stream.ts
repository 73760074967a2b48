import { equalBytes } from '@sessionkit/bytes'
import { checkBytes, checkCount, seedOf } from './check.ts'
import {
  checkDeterministicContent,
  type DecryptDeterministicInput,
  type DeterministicOptions,
  deterministicChecks,
  splitKey,
} from './deterministic.ts'
import { derivation, deterministicDecryptor, deterministicEncryptor } from './deterministic-cipher.ts'
import { deterministicSizes } from './deterministic-size.ts'
import { AttachmentError } from './error.ts'
import { type DecryptLegacyInput, type LegacyOptions, legacyChecks, legacySetUp } from './legacy.ts'
import { legacyBlobSize, legacyDecryptor, legacyEncryptor, legacyVerifier, sourceChanged } from './legacy-cipher.ts'

/** Where a file comes from. It may be read twice, and must give the same bytes each time. */
export interface AttachmentSource {
  /** In bytes. */
  readonly size: number
  open(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/**
 * Where a file goes. What was written is not final before `commit`: write to a temporary place, put it in its place on
 * `commit`, delete it on `abort`, which is also called when `write` or `commit` throws. Neither is called when the arguments
 * are refused, before anything is read. A piece is the sink's own.
 */
export interface AttachmentSink {
  write(piece: Uint8Array): void | Promise<void>
  commit?(): void | Promise<void>
  abort?(): void | Promise<void>
}

export interface StreamOptions {
  readonly source: AttachmentSource
  readonly sink: AttachmentSink
  /** Bytes worked through so far and in all; two passes over a file count twice. The last call has both equal. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  /** Stops between two pieces with `ATTACHMENT_ABORTED`. */
  readonly signal?: AbortSignal | undefined
}

/** Bytes that are worked on before the sink may answer. */
const PIECE = 65_536

/** Bytes in memory as a source. */
export function bytesSource(bytes: Uint8Array): AttachmentSource {
  checkBytes(bytes, 'bytes')
  return { size: bytes.length, open: () => [bytes] }
}

/** `encryptLegacy` in constant memory, in one pass. */
export async function encryptLegacyStream(
  input: StreamOptions & LegacyOptions,
): Promise<{ keys: Uint8Array; digest: Uint8Array; size: number; blobSize: number }> {
  const { source } = input
  const { keys, iv, padded } = legacySetUp(input, sizeOf(source))
  const run = createRun(input, source.size)
  const digest = await run.into(async (emit) => {
    const encryptor = legacyEncryptor({ keys, iv, size: source.size, padded }, emit)
    await run.feed(encryptor.update)
    return encryptor.end()
  })
  return { keys, digest, size: source.size, blobSize: legacyBlobSize(padded) }
}

/** `decryptLegacy` in constant memory, in two passes: nothing is written before MAC and digest are good. */
export async function decryptLegacyStream(input: StreamOptions & DecryptLegacyInput): Promise<void> {
  const { source } = input
  const blobSize = sizeOf(source)
  const checked = legacyChecks(input, blobSize)
  // Copies: the caller may use its arrays again before this has ended.
  const [keys, digest, { size }] = [new Uint8Array(checked.keys), new Uint8Array(checked.digest), checked]
  const run = createRun(input, 2 * blobSize)
  await run.into(async (emit) => {
    const verifier = legacyVerifier({ keys, digest, size: blobSize })
    await run.feed(verifier.update)
    verifier.end()
    const decryptor = legacyDecryptor({ keys, blobSize, size, again: digest }, emit)
    await run.feed(decryptor.update)
    decryptor.end()
  })
}

/**
 * `encryptDeterministic` in constant memory, in two passes: the key depends on the whole file. A file that changes between
 * them ends in `ATTACHMENT_SOURCE_CHANGED`: throw the output away, it is under the key of other content.
 */
export async function encryptDeterministicStream(
  input: StreamOptions & DeterministicOptions,
): Promise<{ key: Uint8Array; size: number; blobSize: number }> {
  const { source, domain } = input
  const size = sizeOf(source)
  checkDeterministicContent(input, size)
  const seed = new Uint8Array(seedOf(input.seed))
  const run = createRun(input, 2 * size)
  try {
    const key = await run.into(async (emit) => {
      const hash = derivation(seed, domain, input.derivation)
      await run.feed(hash.update)
      const derived = hash.digest()
      const again = derivation(seed, domain, input.derivation)
      const expected = new Uint8Array(derived)
      const { header, key } = splitKey(derived)
      const encryptor = deterministicEncryptor({ key, header, size }, emit)
      await run.feed((bytes) => {
        again.update(bytes)
        encryptor.update(bytes)
      })
      if (!equalBytes(again.digest(), expected)) throw sourceChanged()
      encryptor.end()
      return key
    })
    return { key, size, blobSize: deterministicSizes(size).encryptedSize }
  } finally {
    seed.fill(0)
  }
}

/** `decryptDeterministic` in constant memory, in one pass: `commit` is called after the last piece was good. */
export async function decryptDeterministicStream(input: StreamOptions & DecryptDeterministicInput): Promise<void> {
  const blobSize = sizeOf(input.source)
  const checked = deterministicChecks(input, blobSize)
  const [key, { size }] = [new Uint8Array(checked.key), checked]
  const run = createRun(input, blobSize)
  await run.into(async (emit) => {
    const decryptor = deterministicDecryptor({ key, blobSize, size }, () => {}, emit)
    await run.feed(decryptor.update)
    decryptor.end()
  })
}

function createRun(
  { source, sink, onProgress, signal }: StreamOptions,
  total: number,
): {
  feed(update: (bytes: Uint8Array) => void): Promise<void>
  into<T>(body: (emit: (piece: Uint8Array) => void) => Promise<T>): Promise<T>
} {
  let waiting: Uint8Array[] = []
  let done = 0
  const flush = async (): Promise<void> => {
    const pieces = waiting
    waiting = []
    for (const piece of pieces) await sink.write(piece)
  }
  const stopIfAborted = (): void => {
    if (signal?.aborted) throw new AttachmentError('ATTACHMENT_ABORTED', 'stopped by the caller')
  }
  return {
    feed: async (update) => {
      let received = 0
      for await (const chunk of source.open()) {
        checkBytes(chunk, 'a piece of the source')
        for (let from = 0; from < chunk.length; from += PIECE) {
          stopIfAborted()
          const piece = chunk.subarray(from, from + PIECE)
          received += piece.length
          if (received > source.size) throw sourceChanged()
          update(piece)
          await flush()
          done += piece.length
          onProgress?.(done, total)
        }
      }
      if (received !== source.size) throw sourceChanged()
    },
    into: async (body) => {
      try {
        stopIfAborted()
        const result = await body((piece) => {
          if (piece.length > 0) waiting.push(piece)
        })
        await flush()
        await sink.commit?.()
        return result
      } catch (error) {
        try {
          await sink.abort?.()
        } catch {
          // What went wrong first is what the caller has to know.
        }
        throw error
      }
    },
  }
}

function sizeOf(source: AttachmentSource): number {
  checkCount(source?.size, 'source.size')
  return source.size
}
