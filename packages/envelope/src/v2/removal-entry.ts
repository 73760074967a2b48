import { concatBytes, equalBytes, type RandomSource, type SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { blake2b } from '@sessionkit/crypto'
import { draw, requireBytes, requireSecret } from './argument.ts'
import { shuffle } from './shuffle.ts'

const KICKED = utf8ToBytes('SessionDevKicked')

/**
 * How a group message announces that a device was removed, 16 bytes: only the account can tell whom it means. Protocol
 * page 10, section 7.6.
 */
export function removalEntry(input: {
  readonly accountSeed: SecretBytes
  readonly deviceId: Uint8Array
  readonly ephemeral: Uint8Array
}): Uint8Array {
  const { accountSeed, deviceId, ephemeral } = input
  requireSecret(accountSeed, 'accountSeed', 32)
  requireBytes(deviceId, 'deviceId', 32)
  requireBytes(ephemeral, 'ephemeral', 32)
  return blake2b({ message: [accountSeed.reveal(), deviceId], length: 16, key: ephemeral, personalization: KICKED })
}

/** The entries of all removed devices, filled up to a multiple of four and shuffled; empty where there are none. */
export function removalEntries(input: {
  readonly accountSeed: SecretBytes
  readonly deviceIds: readonly Uint8Array[]
  readonly ephemeral: Uint8Array
  readonly random?: RandomSource | undefined
}): Uint8Array {
  const { accountSeed, deviceIds, ephemeral, random } = input
  const entries = deviceIds.map((deviceId) => removalEntry({ accountSeed, deviceId, ephemeral }))
  while (entries.length % 4 !== 0) entries.push(draw(random, 16))
  return concatBytes(...shuffle(entries, random))
}

/** Whether the entries of a message announce the removal of this device. */
export function announcesRemoval(input: {
  readonly entries: Uint8Array
  readonly accountSeed: SecretBytes
  readonly deviceId: Uint8Array
  readonly ephemeral: Uint8Array
}): boolean {
  const { entries } = input
  requireBytes(entries, 'entries')
  const own = removalEntry(input)
  let found = false
  for (let at = 0; at + 16 <= entries.length; at += 16) {
    if (equalBytes(entries.subarray(at, at + 16), own)) found = true
  }
  return found
}
