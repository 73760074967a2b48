import { bytesToBase64, utf8ToBytes } from '@sessionkit/bytes'
import { blake2b } from '@sessionkit/crypto'
import { checkBytes } from './check.ts'

const TEXT = 'SessionFileSvr\0\0'

/**
 * The id that a file server in content mode gives a blob: 44 characters of base64url. The two server programs use the same
 * text in different places. For servers: a client takes the id that it is told. Protocol page 07, section 8.4.
 */
export function contentFileId(input: { readonly blob: Uint8Array; readonly server: 'http' | 'quic' }): string {
  checkBytes(input.blob, 'blob')
  const text = utf8ToBytes(TEXT)
  const place = input.server === 'http' ? { salt: text } : { key: text }
  return bytesToBase64(blake2b({ message: input.blob, length: 33, ...place }))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
}
