import { isSessionKitError, utf8ToBytes } from '@sessionkit/bytes'
import { argon2id, blake2b } from '@sessionkit/crypto'
import { NamesError } from './error.ts'
import { parseName } from './name.ts'

const nameBytes = (name: string): Uint8Array => utf8ToBytes(parseName(name))

/**
 * The 32 bytes by which nodes know a name: what `ons_resolve` is asked for, in base64.
 *
 * Throws `NAMES_BAD_NAME`, `CRYPTO_NOT_READY`. Protocol page 01, section 6.2.
 */
export function nameHash(name: string): Uint8Array {
  return rawNameHash(parseName(name))
}

/**
 * The 32-byte key of a name's record. Whoever knows the name can make it: it hides the id only from those who do not.
 *
 * Errors as `nameHash`. Protocol page 01, section 6.3.
 */
export function nameKey(name: string): Uint8Array {
  return rawNameKey(parseName(name))
}

/**
 * `nameHash` of any text as it is: its UTF-8, neither checked nor in lower case. For names of other systems, and to say
 * what somebody else computed; what a person typed goes to `nameHash`.
 *
 * Throws `NAMES_BAD_NAME` for what has no UTF-8, `CRYPTO_NOT_READY`. Protocol page 01, section 6.2.
 */
export function rawNameHash(text: string): Uint8Array {
  return blake2b({ message: rawBytes(text), length: 32 })
}

/** `nameKey` of any text as it is. Errors as `rawNameHash`. Protocol page 01, section 6.3. */
export function rawNameKey(text: string): Uint8Array {
  return blake2b({ message: rawBytes(text), length: 32, key: rawNameHash(text) })
}

function rawBytes(text: string): Uint8Array {
  try {
    return utf8ToBytes(text)
  } catch (cause) {
    if (!isSessionKitError(cause)) throw cause
    throw new NamesError('NAMES_BAD_NAME', 'a text has no UTF-8', { cause })
  }
}

/**
 * The 32-byte key of a record from before hard fork 16, by Argon2id: 256 MiB of memory and a second or more, during
 * which the thread does nothing else. Never make it because a stranger or a node wants it.
 *
 * Errors as `nameHash`, and `CRYPTO_OUT_OF_MEMORY`. Protocol page 01, section 6.3.
 */
export function legacyNameKey(name: string): Uint8Array {
  return argon2id({
    password: nameBytes(name),
    salt: new Uint8Array(16),
    opsLimit: 3,
    memLimit: 268_435_456,
    length: 32,
  })
}
