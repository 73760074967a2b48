import { pad, unpad } from '@sessionkit/envelope'
import { bytes } from './entry.ts'
import { expectField } from './expect.ts'
import type { VectorHandler } from './runner.ts'

/** `ours/envelope.json`, protocol page 02, section 9. */
export const paddingHandlers: Readonly<Record<string, VectorHandler>> = {
  padding: (entry) => {
    const padded = pad(bytes(entry, 'content'))
    expectField(entry, 'padded', padded)
    expectField(entry, 'padded_length', padded.length)
    expectField(entry, 'content', unpad(bytes(entry, 'padded')))
  },

  unpadding: (entry) => {
    expectField(entry, 'content', unpad(bytes(entry, 'padded')))
  },
}
