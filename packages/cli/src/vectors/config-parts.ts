import { concatBytes, hexToBytes } from '@sessionkit/bytes'
import { binaryToBytes, decryptConfig, encryptConfig, parseConfigPart, splitConfig } from '@sessionkit/config'
import { blake2b } from '@sessionkit/crypto'
import { bytes, integer, object, objects, text } from './entry.ts'
import { expectField, expectSame } from './expect.ts'
import type { VectorHandler } from './runner.ts'

/** `ours/config-multipart.json`, protocol page 05, section 9.4. */
export const configPartHandlers: Readonly<Record<string, VectorHandler>> = {
  multipart: (entry) => {
    const key = bytes(entry, 'key')
    const domain = text(entry, 'domain')
    const size = integer(object(entry, 'padded'), 'size')
    const padded = new Uint8Array(size).map((_, i) => i * 31 + (i >> 8) * 7 + (i >> 16) * 13 + 5)
    const parts = splitConfig(padded)
    expectField(entry, 'count', parts.length)
    const expected = objects(entry, 'parts')
    expectSame('parts.length', expected.length, parts.length)
    const chunks = parts.map((part, i) => {
      const of = expected[i]!
      const at = `parts[${i}]`
      expectField(of, 'length', part.length, `${at}.length`)
      expectField(of, 'head', part.slice(0, 48), `${at}.head`)
      expectField(of, 'tail', part.slice(-8), `${at}.tail`)
      expectField(of, 'blake2b_32', blake2b({ message: part, length: 32 }), `${at}.blake2b_32`)
      const encrypted = encryptConfig({ padded: part, key, domain })
      expectField(of, 'encrypted_length', encrypted.length, `${at}.encrypted_length`)
      expectField(of, 'encrypted_blake2b_32', blake2b({ message: encrypted, length: 32 }), `${at}.encrypted_blake2b_32`)
      const { finalHash, index, count, chunk } = parseConfigPart(decryptConfig({ encrypted, keys: [key], domain }))
      expectSame(`${at}: hash`, hexToBytes(text(entry, 'final_hash')), binaryToBytes(finalHash))
      expectSame(`${at}: index and count`, [i, expected.length], [index, count])
      return chunk
    })
    expectSame('chunks joined', padded, concatBytes(...chunks))
  },
}
