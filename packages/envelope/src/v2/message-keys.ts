import { concatBytes, type SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { blake2b, CryptoError, sha3_256, shake256, x25519 } from '@sessionkit/crypto'

/** Offsets of the parts of a V2 message. Protocol page 10, section 6.2. */
export const INDICATOR_AT = 2
export const EPHEMERAL_AT = 4
export const KEM_AT = 36
export const AEAD_AT = 1124

const KISS = utf8ToBytes('Session-Msg-KISS')
const PFS_DOMAIN = utf8ToBytes('SessionV2MessageSS')
const NON_PFS_DOMAIN = utf8ToBytes('SessionV2NonPFSSS')
const NON_PFS_SUFFIX = utf8ToBytes('SessionV2NonPFS')
/** The label of the X-Wing combiner, drawn in ASCII by its authors. */
const XWING_LABEL = Uint8Array.of(0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c)

export interface AeadKey {
  readonly key: Uint8Array
  readonly nonce: Uint8Array
}

/** The X25519 secret of both, or undefined where the public key is degenerate. */
export function agree(secretKey: SecretBytes, publicKey: Uint8Array): Uint8Array | undefined {
  try {
    return x25519({ secretKey, publicKey })
  } catch (error) {
    if (error instanceof CryptoError && error.code === 'CRYPTO_BAD_PUBLIC_KEY') return undefined
    throw error
  }
}

/** The mask of the key indicator, which only the recipient's long-term key takes off. Wipes `shared`. */
export function indicatorMask(input: { shared: Uint8Array; ephemeral: Uint8Array; recipient: Uint8Array }): Uint8Array {
  const { shared, ephemeral, recipient } = input
  const mask = blake2b({ message: [ephemeral, recipient], length: 2, key: shared, personalization: KISS })
  shared.fill(0)
  return mask
}

export const xor2 = (a: Uint8Array, b: Uint8Array): Uint8Array => Uint8Array.of(a[0]! ^ b[0]!, a[1]! ^ b[1]!)

/** Key and nonce with forward secrecy. Wipes both shared secrets. Protocol page 10, section 6.4. */
export function pfsKey(input: {
  kemShared: Uint8Array
  shared: Uint8Array
  ephemeral: Uint8Array
  accountKey: Uint8Array
}): AeadKey {
  const { kemShared, shared, ephemeral, accountKey } = input
  const joined = concatBytes(kemShared, shared, ephemeral, accountKey, XWING_LABEL)
  kemShared.fill(0)
  shared.fill(0)
  return stretch(PFS_DOMAIN, joined)
}

/** Key and nonce from the long-term key alone. Wipes `shared`. Protocol page 10, section 6.5. */
export function nonPfsKey(input: { shared: Uint8Array; ephemeral: Uint8Array; recipient: Uint8Array }): AeadKey {
  const joined = concatBytes(input.shared, input.recipient, input.ephemeral, NON_PFS_SUFFIX)
  input.shared.fill(0)
  return stretch(NON_PFS_DOMAIN, joined)
}

function stretch(domain: Uint8Array, joined: Uint8Array): AeadKey {
  const secret = sha3_256(joined)
  const message = concatBytes(domain, secret)
  const stretched = shake256({ message, length: 56 })
  for (const bytes of [joined, secret, message]) bytes.fill(0)
  return { key: stretched.subarray(0, 32), nonce: stretched.subarray(32) }
}
