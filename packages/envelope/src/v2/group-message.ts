import { concatBytes, equalBytes, type RandomSource, type SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { CryptoError, ed25519Sign, ed25519Verify, x25519KeyPair, xchacha20poly1305Decrypt } from '@sessionkit/crypto'
import type { Account } from '@sessionkit/session-id'
import { draw, requireAccount, requireBytes, requireKeyPairs } from './argument.ts'
import { bytesOf, optionalBytesOf, pair, type RawDict, readDict, signedPart } from './dict.ts'
import { V2Error } from './error.ts'
import { maskGroupIdentifier } from './group-identifier.ts'
import { decodeGroupPayload, encodeGroupPayload, type GroupPayload } from './group-payload.ts'
import { CT, openSlot, payloadNonce, SLOT, sealSlots, slotMatches } from './group-slots.ts'
import type { HybridKeyPair, HybridPublicKeys } from './keys.ts'
import { V2_MAX_LENGTH } from './limits.ts'
import { announcesRemoval, removalEntries } from './removal-entry.ts'
import { shuffle } from './shuffle.ts'

export interface SealGroupInput {
  readonly account: Account
  /** 8 bytes. */
  readonly identifier: Uint8Array
  readonly payload: GroupPayload
  /** The keys of every registered device, this one included. */
  readonly recipients: readonly HybridPublicKeys[]
  /** The X25519 key of the current account key, 32 bytes. */
  readonly linkKey: Uint8Array
  readonly random?: RandomSource | undefined
}

/**
 * A group message for namespace 21: a snapshot of the device group that its registered devices read, and the account key alone
 * cannot. Building it stores nothing. Throws `V2_TOO_LARGE` for what no swarm stores. Protocol page 10, section 7.3.
 */
export function sealGroupMessage(input: SealGroupInput): Uint8Array {
  const { account, identifier, payload, recipients, linkKey, random } = input
  requireAccount(account, 'account')
  requireBytes(linkKey, 'linkKey', 32)
  requireBytes(identifier, 'identifier', 8)
  const accountSeed = account.ed25519.seed
  const plaintext = encodeGroupPayload(payload)
  const removed = [...payload.devices].filter(([, device]) => device.kind === 'removed').map(([id]) => id)
  const slots: (HybridPublicKeys | null)[] = [...recipients]
  while (slots.length % 4 !== 0 || slots.length === 0) slots.push(null)
  const ephemeral = x25519KeyPair({ random: (length) => draw(random, length) })
  const sealed = sealSlots({ ephemeral, slots: shuffle(slots, random), plaintext, random })
  plaintext.fill(0)
  ephemeral.secretKey.wipe()
  const A = ephemeral.publicKey
  const kicked = removalEntries({ accountSeed, deviceIds: removed.map(hexId), ephemeral: A, random })
  const signed = concatBytes(
    utf8ToBytes('d'),
    pair('', utf8ToBytes('G')),
    pair('@', maskGroupIdentifier({ accountSeed, ephemeral: A, identifier })),
    pair('A', A),
    pair('C', sealed.ciphertexts),
    pair('K', sealed.wrapped),
    pair('X', linkKey),
    pair('d', sealed.payload),
    ...(kicked.length === 0 ? [] : [pair('k', kicked)]),
  )
  const signature = ed25519Sign({ message: signed, keyPair: account.ed25519 })
  const message = concatBytes(signed, pair('~', signature), utf8ToBytes('e'))
  if (message.length <= V2_MAX_LENGTH) return message
  throw new V2Error('V2_TOO_LARGE', `group message: ${message.length} bytes, at most ${V2_MAX_LENGTH} are stored`)
}

/** A group message whose signature was verified. */
export interface GroupMessage {
  /** 8 bytes; absent in messages of old clients. */
  readonly identifier: Uint8Array | undefined
  /** To which a link request for this group is encrypted, 32 bytes. */
  readonly linkKey: Uint8Array
  /** Undefined where none of the device keys opens it: it may be another group's. Never delete such a message. */
  readonly payload: GroupPayload | undefined
  /** Whether it announces that the given device was removed. */
  readonly announcesRemoval: boolean
}

/**
 * Opens a group message with the device keys held, current and old ones. `deviceId` (32 bytes) is the device to look for among the
 * removed ones. The payload is not accepted yet: that takes `mergeGroupMessage`.
 *
 * Throws `V2_OTHER_TYPE` for a message of another type, `V2_BAD_FORMAT` and `V2_BAD_SIGNATURE`; a malformed message
 * must not stop a batch. Protocol page 10, section 7.3.
 */
export function openGroupMessage(input: {
  readonly bytes: Uint8Array
  readonly account: Account
  readonly deviceKeys: readonly HybridKeyPair[]
  readonly deviceId?: Uint8Array | undefined
}): GroupMessage {
  const { bytes, account, deviceKeys, deviceId } = input
  requireAccount(account, 'account')
  requireKeyPairs(deviceKeys, 'deviceKeys', (keys) => keys)
  const dict = readTyped(bytes, 'G')
  const accountSeed = account.ed25519.seed
  const ephemeral = bytesOf(dict, 'A', 32)
  const masked = optionalBytesOf(dict, '@', 8)
  const ciphertexts = bytesOf(dict, 'C')
  const wrapped = bytesOf(dict, 'K')
  const linkKey = bytesOf(dict, 'X', 32)
  const payload = bytesOf(dict, 'd')
  const entries = optionalBytesOf(dict, 'k') ?? new Uint8Array(0)
  verifySigned(dict, account)
  const slots = ciphertexts.length / CT
  if (
    !Number.isInteger(slots) ||
    wrapped.length !== slots * SLOT ||
    payload.length <= 16 ||
    entries.length % 16 !== 0
  ) {
    throw new V2Error('V2_BAD_FORMAT', 'group message: parts of sizes that do not fit')
  }
  const plaintext = open({ ephemeral, ciphertexts, wrapped, payload }, deviceKeys)
  return {
    identifier: masked && maskGroupIdentifier({ accountSeed, ephemeral, identifier: masked }),
    linkKey,
    payload: plaintext && readAndWipe(plaintext),
    announcesRemoval: deviceId !== undefined && announcesRemoval({ entries, accountSeed, deviceId, ephemeral }),
  }
}

/** The plaintext holds the seeds of the account keys. */
function readAndWipe(plaintext: Uint8Array): GroupPayload {
  try {
    return decodeGroupPayload(plaintext)
  } finally {
    plaintext.fill(0)
  }
}

/** A dict of namespace 21 of the wanted type. */
export function readTyped(bytes: Uint8Array, type: 'G' | 'L'): RawDict {
  requireBytes(bytes, 'bytes')
  if (bytes.length > V2_MAX_LENGTH) throw new V2Error('V2_BAD_FORMAT', `message: ${bytes.length} bytes are too many`)
  const dict = readDict(bytes)
  if (!equalBytes(bytesOf(dict, ''), utf8ToBytes(type))) {
    throw new V2Error('V2_OTHER_TYPE', `message: not of the type ${type}`)
  }
  return dict
}

/** Verifies the account's plain Ed25519 signature over a received dict. */
export function verifySigned(dict: RawDict, account: Account): void {
  const signature = bytesOf(dict, '~', 64)
  const message = signedPart(dict, '~')
  if (!ed25519Verify({ message, signature, publicKey: account.ed25519.publicKey })) {
    throw new V2Error('V2_BAD_SIGNATURE', 'message: not signed by the account')
  }
}

interface Parts {
  readonly ephemeral: Uint8Array
  readonly ciphertexts: Uint8Array
  readonly wrapped: Uint8Array
  readonly payload: Uint8Array
}

function open(parts: Parts, deviceKeys: readonly HybridKeyPair[]): Uint8Array | undefined {
  const { ephemeral, ciphertexts, wrapped, payload } = parts
  const nonce = payloadNonce(ciphertexts, ephemeral)
  for (let slot = 0; slot * CT < ciphertexts.length; slot++) {
    const ciphertext = ciphertexts.slice(slot * CT, (slot + 1) * CT)
    const place = wrapped.slice(slot * SLOT, (slot + 1) * SLOT)
    for (const keys of deviceKeys) {
      if (!slotMatches({ ephemeral, keys, ciphertext, place })) continue
      const key = openSlot({ ephemeral, keys, ciphertext, place, payload })
      const plaintext = key && decrypt(key, nonce, payload)
      if (plaintext !== undefined) return plaintext
    }
  }
  return undefined
}

/** The wrapped key has no tag of its own: the payload's tag decides. */
function decrypt(key: SecretBytes, nonce: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined {
  try {
    return xchacha20poly1305Decrypt({ key, nonce, ciphertext })
  } catch (error) {
    if (error instanceof CryptoError && error.code === 'CRYPTO_OPEN_FAILED') return undefined
    throw error
  } finally {
    key.wipe()
  }
}

const hexId = (id: string): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, i) => Number.parseInt(id.slice(2 * i, 2 * i + 2), 16))
