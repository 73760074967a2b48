import { type BencodeDict, type BencodeInput, concatBytes, encodeBencode, utf8ToBytes } from '@sessionkit/bytes'
import { type Ed25519KeyPair, ed25519Sign, ed25519Verify } from '@sessionkit/crypto'
import { bytesField, decodeDict } from './bencode-dict.ts'
import { ClosedGroupError } from './error.ts'
import { MAX_STORED_GROUP_MESSAGE } from './limits.ts'

/** `1:~64:` in front of the signature, which `e` follows. */
const TAIL_HEAD = utf8ToBytes('1:~64:')
const TAIL = TAIL_HEAD.length + 64 + 1

/**
 * A dict with the signature of its bytes before the key `~` in it. Throws `GROUP_TOO_LARGE` for one that no server stores
 * and no reader takes. Protocol page 06, section 2.3.
 */
export function signDict(fields: ReadonlyMap<string, BencodeInput>, keyPair: Ed25519KeyPair): Uint8Array {
  const dict = encodeBencode(fields)
  if (dict.length + TAIL - 1 > MAX_STORED_GROUP_MESSAGE) {
    throw new ClosedGroupError(
      'GROUP_TOO_LARGE',
      `key message: at most ${MAX_STORED_GROUP_MESSAGE} bytes; name fewer members`,
    )
  }
  const body = dict.subarray(0, dict.length - 1)
  const signature = ed25519Sign({ message: body, keyPair })
  return concatBytes(body, TAIL_HEAD, signature, utf8ToBytes('e'))
}

/**
 * The fields of a signed dict whose last key is a valid signature by `publicKey`.
 * Throws `GROUP_BAD_KEY_MESSAGE` and `GROUP_BAD_SIGNATURE`.
 */
export function openSignedDict(bytes: Uint8Array, publicKey: Uint8Array): BencodeDict {
  const dict = decodeDict(bytes, 'GROUP_BAD_KEY_MESSAGE', 'key message')
  const signature = bytesField(dict, '~', 64)
  if (signature === undefined) throw badSignature('missing, or not 64 bytes')
  // Keys are read in strictly ascending order, so only one above "~" can follow it.
  if ([...dict.keys()].at(-1) !== '~') throw badSignature('not the last key')
  const message = bytes.slice(0, bytes.length - TAIL)
  if (!ed25519Verify({ message, signature, publicKey })) throw badSignature('wrong')
  return dict
}

function badSignature(what: string): ClosedGroupError {
  return new ClosedGroupError('GROUP_BAD_SIGNATURE', `key message: signature ${what}`)
}
