import { concatBytes, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import {
  type MlKem768KeyPair,
  mlKem768KeyPair,
  shake256,
  type X25519KeyPair,
  x25519KeyPairFromSecret,
} from '@sessionkit/crypto'
import { requireSecret } from './argument.ts'

/** The two key pairs of an account key or of a device key. */
export interface HybridKeyPair {
  readonly x25519: X25519KeyPair
  readonly mlKem768: MlKem768KeyPair
}

/** The public halves: 32 and 1184 bytes. */
export interface HybridPublicKeys {
  readonly x25519: Uint8Array
  readonly mlKem768: Uint8Array
}

/** The keys of an account key seed (32 bytes). Wipe both secrets when they are not needed any more. Protocol page 10, section 3. */
export function expandAccountKeys(seed: SecretBytes): HybridKeyPair {
  return expand('SessionAccountKeys', seed)
}

/** The keys of a device key seed (32 bytes), which never leaves its device. Protocol page 10, section 3. */
export function expandDeviceKeys(seed: SecretBytes): HybridKeyPair {
  return expand('SessionDeviceKeys', seed)
}

export function publicKeysOf(keys: HybridKeyPair): HybridPublicKeys {
  return { x25519: new Uint8Array(keys.x25519.publicKey), mlKem768: new Uint8Array(keys.mlKem768.publicKey) }
}

/** The first two bytes of the ML-KEM public key, by which a message says which account key it needs. */
export function keyIndicator(keys: HybridPublicKeys): Uint8Array {
  return new Uint8Array(keys.mlKem768.subarray(0, 2))
}

function expand(domain: string, seed: SecretBytes): HybridKeyPair {
  requireSecret(seed, 'seed', 32)
  const message = concatBytes(utf8ToBytes(domain), seed.reveal())
  const expanded = shake256({ message, length: 96 })
  message.fill(0)
  const kemSeed = SecretBytes.from(expanded.subarray(32))
  const x25519 = x25519KeyPairFromSecret(SecretBytes.from(expanded.subarray(0, 32)))
  expanded.fill(0)
  const mlKem768 = mlKem768KeyPair({ seed: kemSeed })
  kemSeed.wipe()
  return { x25519, mlKem768 }
}
