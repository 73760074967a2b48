import { equalBytes } from '@sessionkit/bytes'
import { aes256CbcDecrypt, aes256CbcEncrypt, createHmacSha256, createSha256 } from '@sessionkit/crypto'
import { notAuthentic } from './check.ts'
import { AttachmentError } from './error.ts'
import { createSlicer, type Emit, feedZeros } from './slicer.ts'

export const IV = 16
export const MAC = 32
/** A multiple of the AES block. */
const PIECE = 65_536

/** The blob's length for `padded` bytes in front of PKCS#7. */
export const legacyBlobSize = (padded: number): number => IV + 16 * (Math.floor(padded / 16) + 1) + MAC

interface Step<T> {
  update(bytes: Uint8Array): void
  end(): T
}

/** Encrypts a file of `size` bytes, zero-padded to `padded`; `end` answers the digest. */
export function legacyEncryptor(
  input: { readonly keys: Uint8Array; readonly iv: Uint8Array; readonly size: number; readonly padded: number },
  emit: Emit,
): Step<Uint8Array> {
  const { keys, iv, size, padded } = input
  const key = keys.subarray(0, 32)
  const mac = createHmacSha256({ key: keys.subarray(32) })
  const digest = createSha256()
  let chain = iv
  let received = 0
  const out = (piece: Uint8Array): void => {
    mac.update(piece)
    digest.update(piece)
    emit(piece)
  }
  const slicer = createSlicer(PIECE, (piece, last) => {
    const ciphertext = aes256CbcEncrypt({ key, iv: chain, message: piece, padding: last ? 'pkcs7' : 'none' })
    chain = ciphertext.slice(-16)
    out(ciphertext)
  })
  // A copy: what is handed on belongs to the receiver, and `chain` is still needed.
  out(iv.slice())
  return {
    update: (bytes) => {
      received += bytes.length
      if (received > size) throw sourceChanged()
      slicer.update(bytes)
    },
    end: () => {
      if (received !== size) throw sourceChanged()
      feedZeros(padded - size, slicer.update)
      slicer.end()
      const tag = mac.digest()
      digest.update(tag)
      emit(tag)
      return digest.digest()
    },
  }
}

/** Checks MAC, then digest, of a blob of `size` bytes. */
export function legacyVerifier(input: {
  readonly keys: Uint8Array
  readonly digest: Uint8Array
  readonly size: number
}): Step<void> {
  const mac = createHmacSha256({ key: input.keys.subarray(32) })
  const hash = createSha256()
  const parts = splitBlob(input.size, mac.update)
  return {
    update: (bytes) => {
      hash.update(bytes)
      parts.update(bytes)
    },
    end: () => {
      const tag = parts.end()
      if (!equalBytes(mac.digest(), tag)) throw notAuthentic()
      if (!equalBytes(hash.digest(), input.digest)) {
        throw new AttachmentError('ATTACHMENT_BAD_DIGEST', 'the file is not the one that the message names')
      }
    },
  }
}

/**
 * Decrypts a blob of `blobSize` bytes that a verifier passed. With a digest it checks that once more: the bytes are read a
 * second time and may be others, even ones that the MAC fits. Emits at most `size` bytes.
 */
export function legacyDecryptor(
  input: {
    readonly keys: Uint8Array
    readonly blobSize: number
    readonly size: number
    readonly again?: Uint8Array | undefined
  },
  emit: Emit,
): Step<void> {
  const { keys, size, blobSize } = input
  const key = keys.subarray(0, 32)
  const hash = input.again === undefined ? undefined : createSha256()
  let chain: Uint8Array | undefined
  let opened = 0
  const slicer = createSlicer(PIECE, (piece, last) => {
    if (chain === undefined) throw notAuthentic()
    const iv = chain
    chain = piece.slice(-16)
    const message = decryptPiece(key, iv, piece, last)
    if (opened < size) emit(message.subarray(0, size - opened))
    opened += message.length
  })
  const head = new Uint8Array(IV)
  let headLength = 0
  const parts = splitBlob(blobSize, (bytes) => {
    let rest = bytes
    if (headLength < IV) {
      const taken = bytes.subarray(0, IV - headLength)
      head.set(taken, headLength)
      headLength += taken.length
      rest = bytes.subarray(taken.length)
      if (headLength === IV) chain = head
    }
    slicer.update(rest)
  })
  return {
    update: (bytes) => {
      hash?.update(bytes)
      parts.update(bytes)
    },
    end: () => {
      parts.end()
      if (hash !== undefined && !equalBytes(hash.digest(), input.again!)) throw sourceChanged()
      slicer.end()
      if (opened < size) {
        throw new AttachmentError('ATTACHMENT_WRONG_SIZE', `file: ${opened} bytes, the message says ${size}`)
      }
    },
  }
}

function decryptPiece(key: Uint8Array, iv: Uint8Array, piece: Uint8Array, last: boolean): Uint8Array {
  try {
    return aes256CbcDecrypt({ key, iv, ciphertext: piece, padding: last ? 'pkcs7' : 'none' })
  } catch {
    // Bad padding looks the same as a bad MAC: one error, no oracle.
    throw notAuthentic()
  }
}

/** Hands on all but the last 32 bytes of a stream of `size` bytes; `end` answers those. */
function splitBlob(size: number, each: (bytes: Uint8Array) => void): Step<Uint8Array> {
  const tag = new Uint8Array(MAC)
  const border = size - MAC
  let at = 0
  return {
    update: (bytes) => {
      if (at + bytes.length > size) throw sourceChanged()
      const covered = Math.max(0, Math.min(bytes.length, border - at))
      if (covered > 0) each(bytes.subarray(0, covered))
      if (covered < bytes.length) tag.set(bytes.subarray(covered), at + covered - border)
      at += bytes.length
    },
    end: () => {
      if (at !== size) throw sourceChanged()
      return tag
    },
  }
}

export const sourceChanged = (): AttachmentError =>
  new AttachmentError(
    'ATTACHMENT_SOURCE_CHANGED',
    'the source gave other bytes, or another number of them, than it said',
  )
