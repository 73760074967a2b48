import { pbkdf2 } from '@noble/hashes/pbkdf2.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8ToBytes } from '@sessionkit/bytes'
import { MnemonicError } from '../error.ts'
import type { ShareSet } from './share.ts'

const ROUNDS = 4
const MAX_PASSPHRASE_LENGTH = 256

type CipherOptions = Pick<ShareSet, 'identifier' | 'extendable' | 'iterationExponent'> & { readonly passphrase: string }

/** The secret under a passphrase: four rounds of a Feistel network around PBKDF2. Any passphrase gives some secret. */
export function encryptSecret(secret: Uint8Array, options: CipherOptions): Uint8Array {
  return feistel(secret, [0, 1, 2, 3], options)
}

export function decryptSecret(encrypted: Uint8Array, options: CipherOptions): Uint8Array {
  return feistel(encrypted, [3, 2, 1, 0], options)
}

function feistel(bytes: Uint8Array, rounds: readonly number[], options: CipherOptions): Uint8Array {
  const half = bytes.length / 2
  const passphrase = passphraseBytes(options.passphrase)
  // Sets that may be extended later do not depend on their identifier.
  const salt = options.extendable
    ? new Uint8Array(0)
    : Uint8Array.of(...utf8ToBytes('shamir'), options.identifier >> 8, options.identifier & 255)
  const c = (10_000 << options.iterationExponent) / ROUNDS
  // Copies, since both are wiped: a Buffer's slice is the caller's memory.
  let left = new Uint8Array(bytes.subarray(0, half))
  let right = new Uint8Array(bytes.subarray(half))
  for (const round of rounds) {
    const password = concatBytes(Uint8Array.of(round), passphrase)
    const salted = concatBytes(salt, right)
    const mask = pbkdf2(sha256, password, salted, { c, dkLen: half })
    for (let i = 0; i < half; i++) mask[i]! ^= left[i]!
    left.fill(0)
    password.fill(0)
    salted.fill(0)
    left = right
    right = mask
  }
  const out = concatBytes(right, left)
  for (const secret of [left, right, passphrase]) secret.fill(0)
  return out
}

/** Printable ASCII only, as SLIP-39 has it: other characters may come in several forms. */
function passphraseBytes(passphrase: string): Uint8Array {
  if (typeof passphrase !== 'string' || passphrase.length > MAX_PASSPHRASE_LENGTH || !/^[ -~]*$/.test(passphrase)) {
    throw new MnemonicError(
      'MNEMONIC_BAD_PASSPHRASE',
      `passphrase: expected at most ${MAX_PASSPHRASE_LENGTH} characters of printable ASCII`,
    )
  }
  return utf8ToBytes(passphrase)
}
