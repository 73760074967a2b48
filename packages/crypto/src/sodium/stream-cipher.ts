import { checkBytes, type KeyBytes, keyBytes } from '../length.ts'
import { withMemory } from './wasm.ts'

/**
 * XChaCha20 from block 0, without a tag: encrypts and decrypts alike. `key` 32 bytes, `nonce` 24 bytes, never the same
 * pair for two messages. Whoever reads the result must authenticate it in some other way.
 */
export function xchacha20(input: {
  readonly key: KeyBytes
  readonly nonce: Uint8Array
  readonly message: Uint8Array
}): Uint8Array {
  const { nonce, message } = input
  const key = keyBytes(input.key, 'key', 32)
  checkBytes(nonce, 'nonce', 24)
  checkBytes(message, 'message')
  return withMemory(56 + message.length, (wasm, at) => {
    wasm.HEAPU8.set(key, at)
    wasm.HEAPU8.set(nonce, at + 32)
    const text = at + 56
    wasm.HEAPU8.set(message, text)
    wasm._crypto_stream_xchacha20_xor!(text, text, message.length, 0, at + 32, at)
    return wasm.HEAPU8.slice(text, text + message.length)
  })
}
