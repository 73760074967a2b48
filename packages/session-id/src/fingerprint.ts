import { concatBytes, utf8ToBytes } from '@sessionkit/bytes'
import { blake2b } from '@sessionkit/crypto'
import { compareIds, idToBytes, parseSessionId, type SessionId } from './id.ts'
import { proquints } from './proquint.ts'

/** What two people compare out of band. Both sides get the same three texts, whoever asks. */
export interface Fingerprint {
  /** 12 words of five letters (proquints), 192 bits, for reading aloud. */
  readonly words: string
  /** 12 groups of five digits, 199 bits. */
  readonly digits: string
  /** Both ids in full, for a QR code; check a scanned one with `verifyFingerprintQr`. */
  readonly qr: string
}

export interface FingerprintInput {
  readonly ours: SessionId
  readonly theirs: SessionId
}

// 16 bytes; the last two are the version of the format.
const personalization = utf8ToBytes('SessionKit-fp-v1')
const groups = 12

/**
 * The fingerprint of two accounts: words, digits and QR text to compare over a channel that an attacker cannot change
 * (in person, in a call). Equal on both sides: the ids are sorted first.
 *
 * `digest` = BLAKE2b-64(lesser id, 33 bytes ‖ greater id, 33 bytes; personal `SessionKit-fp-v1`). Words: the first 24
 * bytes as proquints. Digits: 12 times 5 bytes, big-endian, mod 100000. This is sessionkit's own; other Session
 * clients show nothing to compare. Throws as `parseSessionId`.
 */
export function fingerprint(input: FingerprintInput): Fingerprint {
  const [a, b] = sortedIds(input)
  const message = concatBytes(idToBytes(a), idToBytes(b))
  const digest = blake2b({ message, length: 64, personalization })
  const digits: string[] = []
  for (let i = 0; i < groups; i++) {
    let value = 0
    for (const byte of digest.subarray(i * 5, i * 5 + 5)) value = value * 256 + byte
    digits.push(String(value % 100_000).padStart(5, '0'))
  }
  return { words: proquints(digest.subarray(0, groups * 2)).join(' '), digits: digits.join(' '), qr: qrText(a, b) }
}

/**
 * Whether a scanned QR text is the fingerprint of these two accounts. Any other text is `false`; ids that are none
 * throw as `parseSessionId`.
 */
export function verifyFingerprintQr(input: FingerprintInput & { readonly text: string }): boolean {
  return input.text === qrText(...sortedIds(input))
}

function sortedIds(input: FingerprintInput): [SessionId, SessionId] {
  const ours = parseSessionId(input.ours)
  const theirs = parseSessionId(input.theirs)
  return compareIds(ours, theirs) <= 0 ? [ours, theirs] : [theirs, ours]
}

const qrText = (a: SessionId, b: SessionId): string => `sessionkit:fingerprint?v=1&a=${a}&b=${b}`
