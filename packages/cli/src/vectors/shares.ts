import { joinShares } from '@sessionkit/mnemonic/shares'
import { flag, has, optional, text, texts } from './entry.ts'
import { expectField, expectRefusal } from './expect.ts'
import type { VectorHandler } from './runner.ts'

/** `slip39.json`, SLIP-39's own cases; protocol page 01, section 3.9. */
export const shareHandlers: Readonly<Record<string, VectorHandler>> = {
  join: (entry) => {
    const join = (): Uint8Array =>
      joinShares({ shares: texts(entry, 'shares'), passphrase: optional(entry, 'passphrase', text) }).reveal()
    if (has(entry, 'rejected') && flag(entry, 'rejected')) expectRefusal('shares', join)
    else expectField(entry, 'secret', join())
  },
}
