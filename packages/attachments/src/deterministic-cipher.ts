import { utf8ToBytes } from '@sessionkit/bytes'
import { createBlake2b, type IncrementalHash, secretstreamPull, secretstreamPush } from '@sessionkit/crypto'
import { notAuthentic } from './check.ts'
import { CHUNK, deterministicSizes, HEAD, SEALED_CHUNK } from './deterministic-size.ts'
import { AttachmentError } from './error.ts'
import { sourceChanged } from './legacy-cipher.ts'
import { createSlicer, type Emit, feedZeros } from './slicer.ts'

export const FIRST_BYTE = 0x53

/** What a file is for: the same content under the same seed has another key in each domain. */
export type DeterministicDomain = 'attachment' | 'profile-picture'

const PERSONALIZATION: Readonly<Record<DeterministicDomain, string>> = {
  attachment: 'SessionAttachmnt',
  'profile-picture': 'Session_Prof_Pic',
}

/** How header and key are derived; `first` is the one of late 2025, which only makes blobs that look like old ones. */
export type DeterministicDerivation = 'current' | 'first'

/** The hash whose 56 bytes are header (24) ‖ key (32). Protocol page 07, section 3.2. */
export function derivation(
  seed: Uint8Array,
  domain: DeterministicDomain = 'attachment',
  kind: DeterministicDerivation = 'current',
): IncrementalHash {
  const text = Object.hasOwn(PERSONALIZATION, domain) ? PERSONALIZATION[domain] : undefined
  if (text === undefined) throw new AttachmentError('ATTACHMENT_BAD_INPUT', 'domain: not known')
  if (kind === 'first') {
    const hash = createBlake2b({ length: 56, key: Uint8Array.of(domain === 'attachment' ? 0 : 1) })
    hash.update(seed)
    return hash
  }
  return createBlake2b({ length: 56, key: seed, personalization: utf8ToBytes(text) })
}

interface Step {
  update(bytes: Uint8Array): void
  end(): void
}

/** Encrypts a file of `size` bytes under the derived header and key. */
export function deterministicEncryptor(
  input: { readonly key: Uint8Array; readonly header: Uint8Array; readonly size: number },
  emit: Emit,
): Step {
  const { key, header, size } = input
  const stream = secretstreamPush({ key, header })
  let received = 0
  const slicer = createSlicer(CHUNK, (message, last) => emit(stream.push({ message, tag: last ? 'final' : 'message' })))
  const head = new Uint8Array(HEAD)
  head[0] = FIRST_BYTE
  head.set(header, 1)
  emit(head)
  feedZeros(deterministicSizes(size).padding - 1, slicer.update)
  slicer.update(Uint8Array.of(1))
  return {
    update: (bytes) => {
      received += bytes.length
      if (received > size) throw sourceChanged()
      slicer.update(bytes)
    },
    end: () => {
      if (received !== size) throw sourceChanged()
      slicer.end()
      stream.wipe()
    },
  }
}

/**
 * Opens a blob of `blobSize` bytes. `start` learns the content's length as soon as the padding has ended, before the
 * first `emit`; what was emitted is only good when `end` has returned.
 */
export function deterministicDecryptor(
  input: { readonly key: Uint8Array; readonly blobSize: number; readonly size: number | undefined },
  start: (size: number) => void,
  emit: Emit,
): Step {
  const { key, blobSize, size } = input
  const sealed = blobSize - HEAD
  const inside = sealed - 17 * Math.ceil(sealed / SEALED_CHUNK)
  const head = new Uint8Array(HEAD)
  let received = 0
  let stream: ReturnType<typeof secretstreamPull> | undefined
  let opened = 0
  let padded = true

  const slicer = createSlicer(SEALED_CHUNK, (piece, last) => {
    if (stream === undefined || piece.length < 18) throw notAuthentic()
    const message = openPiece(stream, piece, last)
    let from = 0
    if (padded) {
      while (from < message.length && message[from] === 0) from++
      if (from < message.length) {
        if (message[from] !== 1) throw badPadding()
        from++
        padded = false
        const length = inside - opened - from
        if (size !== undefined && length !== size) {
          throw new AttachmentError('ATTACHMENT_WRONG_SIZE', `file: ${length} bytes, the message says ${size}`)
        }
        start(length)
      }
    }
    opened += message.length
    if (!padded && from < message.length) emit(message.subarray(from))
  })

  return {
    update: (bytes) => {
      let rest = bytes
      if (received < HEAD) {
        const taken = bytes.subarray(0, HEAD - received)
        head.set(taken, received)
        rest = bytes.subarray(taken.length)
        if (received + taken.length === HEAD) {
          if (head[0] !== FIRST_BYTE) throw notAuthentic()
          stream = secretstreamPull({ key, header: head.subarray(1) })
        }
      }
      received += bytes.length
      if (received > blobSize) throw sourceChanged()
      slicer.update(rest)
    },
    end: () => {
      if (received !== blobSize) throw sourceChanged()
      slicer.end()
      stream?.wipe()
      if (padded) throw badPadding()
    },
  }
}

function openPiece(stream: ReturnType<typeof secretstreamPull>, piece: Uint8Array, last: boolean): Uint8Array {
  let opened: ReturnType<typeof stream.pull>
  try {
    opened = stream.pull(piece)
  } catch (cause) {
    throw new AttachmentError('ATTACHMENT_NOT_AUTHENTIC', 'wrong key, or the file was changed', { cause })
  }
  if (opened.tag !== (last ? 'final' : 'message')) {
    throw new AttachmentError('ATTACHMENT_NOT_AUTHENTIC', 'the file is cut, or goes on after its end')
  }
  return opened.message
}

const badPadding = (): AttachmentError =>
  new AttachmentError('ATTACHMENT_NOT_AUTHENTIC', 'the padding in front of the file is malformed')
