import { SecretBytes } from '@sessionkit/bytes'
import { x25519KeyPairFromSecret, xed25519PublicKey, xed25519Sign, xed25519Verify } from '@sessionkit/crypto'
import { bytes } from './entry.ts'
import { expectField, expectSame } from './expect.ts'
import type { VectorHandler } from './runner.ts'

/** `libsession-xed25519.json`, protocol page 01, section 7. */
export const xed25519Handlers: Readonly<Record<string, VectorHandler>> = {
  sign: (entry, { random }) => {
    const message = bytes(entry, 'message')
    const keyPair = x25519KeyPairFromSecret(SecretBytes.from(bytes(entry, 'x25519_sk')))
    expectField(entry, 'x25519_pk', keyPair.publicKey)
    const signature = xed25519Sign({ message, secretKey: keyPair.secretKey, random })
    expectField(entry, 'signature', signature)
    expectSame('our signature verifies', true, xed25519Verify({ message, signature, publicKey: keyPair.publicKey }))
  },

  pubkey: (entry) => {
    const ed25519 = xed25519PublicKey(bytes(entry, 'x25519_pk'))
    expectField(entry, 'ed25519_pk_positive', ed25519)
    expectField(entry, 'signature_sign_bit', ed25519[31]! >> 7)
  },

  verify_modified: (entry) => {
    const publicKey = bytes(entry, 'x25519_pk')
    const valid = xed25519Verify({ message: bytes(entry, 'message'), signature: bytes(entry, 'signature'), publicKey })
    expectField(entry, 'valid', valid)
  },
}
