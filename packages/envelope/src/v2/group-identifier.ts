import { concatBytes, type RandomSource, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { blake2b, xchacha20 } from '@sessionkit/crypto'
import { draw, requireBytes, requireSeconds, requireSecret, secondsNow } from './argument.ts'
import { V2Error } from './error.ts'
import { type SasEmoji, sasEmoji } from './sas.ts'

const KEY = utf8ToBytes('SessionDvGrpID_K')
const NONCE = utf8ToBytes('SessionDvGrpID_N')
const SAS = utf8ToBytes('SessionDvGrp_SAS')

/** A new group's identifier, 8 bytes: the minute of its creation, and `random(4)`. `now` is in Unix seconds. Protocol page 10, section 7.5. */
export function createGroupIdentifier(options?: {
  readonly now?: number | undefined
  readonly random?: RandomSource | undefined
}): Uint8Array {
  const now = options?.now ?? secondsNow()
  requireSeconds(now, 'now')
  const minutes = Math.floor(now / 60)
  if (minutes > 0xffff_ffff) throw new V2Error('V2_BAD_ARGUMENT', 'now: too far in the future')
  const time = new Uint8Array(4)
  new DataView(time.buffer).setUint32(0, minutes, true)
  return concatBytes(time, draw(options?.random, 4))
}

/** When a group was created, by its identifier: Unix seconds, on a whole minute. */
export function groupCreated(identifier: Uint8Array): number {
  requireBytes(identifier, 'identifier', 8)
  return new DataView(identifier.buffer, identifier.byteOffset).getUint32(0, true) * 60
}

/**
 * Encrypts a group identifier for a message, and decrypts it: the same function both ways. Only the account knows the key;
 * nothing authenticates it but the message's signature. Protocol page 10, section 7.5.
 */
export function maskGroupIdentifier(input: {
  /** 32 bytes: the seed of the account's Ed25519 key. */
  readonly accountSeed: SecretBytes
  /** The ephemeral key of the message. */
  readonly ephemeral: Uint8Array
  readonly identifier: Uint8Array
}): Uint8Array {
  const { accountSeed, ephemeral, identifier } = input
  requireSecret(accountSeed, 'accountSeed', 32)
  requireBytes(ephemeral, 'ephemeral', 32)
  requireBytes(identifier, 'identifier', 8)
  const key = SecretBytes.take(blake2b({ message: accountSeed.reveal(), length: 32, personalization: KEY }))
  const nonce = blake2b({ message: ephemeral, length: 24, personalization: NONCE })
  const masked = xchacha20({ key, nonce, message: identifier })
  key.wipe()
  return masked
}

/** The emoji of a group: show the first 4 with the creation time, when more than one group is in view. */
export function groupEmoji(identifier: Uint8Array): SasEmoji {
  requireBytes(identifier, 'identifier', 8)
  return sasEmoji(blake2b({ message: identifier, length: 16, personalization: SAS }))
}
