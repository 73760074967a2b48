import { type SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { blake2b } from '@sessionkit/crypto'
import { requireBytes, requireSeconds, requireSecret } from './argument.ts'
import { V2Error } from './error.ts'

const ROTATION = utf8ToBytes('SessionAccKeyRot')

export interface RotationInput {
  /** 32 bytes. */
  readonly accountKeySeed: SecretBytes
  /** 32 bytes. */
  readonly deviceId: Uint8Array
  /** How many devices of the group are registered, this one included. */
  readonly devices: number
}

/**
 * Seconds after a key's creation at which this device rotates it, unless another was first: between 11 and 13 hours, spread so that
 * the earliest of the group is spread evenly. Protocol page 10, section 8.
 */
export function rotationDelay({ accountKeySeed, deviceId, devices }: RotationInput): number {
  requireSecret(accountKeySeed, 'accountKeySeed', 32)
  requireBytes(deviceId, 'deviceId', 32)
  if (!Number.isSafeInteger(devices) || devices < 1) throw new V2Error('V2_BAD_ARGUMENT', 'devices: expected 1 or more')
  const hash = blake2b({ message: deviceId, length: 8, key: accountKeySeed, personalization: ROTATION })
  let u = 0
  // From the low end up, so that the sum is rounded once where it matters.
  for (const byte of hash) u = (u + byte) / 256
  return 12 * 3600 - 3600 + 2 * 3600 * (1 - u ** devices)
}

/** The Unix second at which this device rotates a key that was created at `created`. */
export function rotationTime(input: RotationInput & { readonly created: number }): number {
  requireSeconds(input.created, 'created')
  return Math.ceil(input.created + rotationDelay(input))
}
