import { type BencodeInput, concatBytes, encodeBencode, hexToBytes, utf8ToBytes } from '@sessionkit/bytes'
import { blake2b, ed25519KeyPairToX25519, type X25519KeyPair, xchacha20poly1305Encrypt } from '@sessionkit/crypto'
import { bytesField, countField, listField } from './bencode-dict.ts'
import { ClosedGroupError } from './error.ts'
import type { GroupAdmin } from './group-id.ts'
import { junkBytes } from './junk.ts'
import { adminWrappingKey, deriveGroupKey, MEMBER_KEY_DOMAIN, supplementNonce } from './key-derivation.ts'
import { readKeyList, writeKeyList } from './key-list.ts'
import type { GroupKeyEntry } from './key-store.ts'
import {
  GROUP_KEY_LENGTH,
  KEY_ENTRIES_STEP,
  MAX_FUTURE_MS,
  MAX_STORED_GROUP_MESSAGE,
  MAX_SUPPLEMENT_KEYS,
} from './limits.ts'
import { openBox, openEntries, sealEntry } from './multi-encrypt.ts'
import { openSignedDict, signDict } from './signed-dict.ts'

const NONCE = 24
const ENTRY = GROUP_KEY_LENGTH + 16
/** The smallest entry of a supplement that is not refused. */
const MIN_SUPPLEMENT_ENTRY = 68

/** What a key message says to its reader. `keys` is null when it has none for them. */
export interface ReadKeyMessage {
  readonly generation: number
  readonly keys: readonly GroupKeyEntry[] | null
}

/** A full key message and its key. `memberIds` are sorted. Protocol page 06, section 2.3. */
export function buildKeyMessage(input: {
  readonly group: GroupAdmin
  readonly memberIds: readonly string[]
  readonly generation: number
}): { readonly message: Uint8Array; readonly key: Uint8Array } {
  const { group, memberIds, generation } = input
  const { hash, key, nonce } = deriveGroupKey(group, memberIds, generation)
  const wrapping = adminWrappingKey(group)
  const entries = sealForMembers(group, memberIds, key, nonce)
  const missing = (KEY_ENTRIES_STEP - (entries.length % KEY_ENTRIES_STEP)) % KEY_ENTRIES_STEP
  if (missing > 0) {
    const secretKey = concatBytes(group.ed25519.seed.reveal(), group.ed25519.publicKey)
    const label = utf8ToBytes('SessionGroupJunkMembers')
    const seed = blake2b({ message: [hash, secretKey], key: label, length: 32 })
    secretKey.fill(0)
    const junk = junkBytes(seed, ENTRY * missing)
    for (let i = 0; i < missing; i++) entries.push(junk.subarray(i * ENTRY, (i + 1) * ENTRY))
  }
  const message = signDict(
    new Map<string, BencodeInput>([
      ['#', nonce],
      ['G', generation],
      ['K', xchacha20poly1305Encrypt({ key: wrapping, nonce, message: key })],
      ['k', entries],
    ]),
    group.ed25519,
  )
  for (const secret of [hash, wrapping]) secret.fill(0)
  return { message, key }
}

/** A message that gives confirmed keys to members. `memberIds` are sorted. Protocol page 06, section 2.4. */
export function buildKeySupplement(input: {
  readonly group: GroupAdmin
  readonly memberIds: readonly string[]
  readonly keys: readonly GroupKeyEntry[]
}): Uint8Array {
  const { group, memberIds, keys } = input
  const newest = keys.at(-1)
  if (newest === undefined) throw new ClosedGroupError('GROUP_NO_KEY', 'there is no confirmed key to give')
  const list = encodeBencode(writeKeyList(keys))
  const nonce = supplementNonce(group, memberIds, list)
  const entries = sealForMembers(group, memberIds, list, nonce)
  list.fill(0)
  if (entries.length === 0) throw new ClosedGroupError('GROUP_BAD_ARGUMENT', 'memberIds: none that can read')
  return signDict(
    new Map<string, BencodeInput>([
      ['#', nonce],
      ['+', entries],
      ['G', newest.generation],
    ]),
    group.ed25519,
  )
}

function sealForMembers(
  group: GroupAdmin,
  memberIds: readonly string[],
  message: Uint8Array,
  nonce: Uint8Array,
): Uint8Array[] {
  const sender = ed25519KeyPairToX25519(group.ed25519)
  const entries = memberIds.flatMap((id) => {
    const recipient = hexToBytes(id.slice(2))
    const entry = sealEntry({ message, sender, recipient, domain: MEMBER_KEY_DOMAIN, nonce })
    return entry === null ? [] : [entry]
  })
  sender.secretKey.wipe()
  return entries
}

/**
 * Reads a key message without any state. The signature comes first, so that nothing is tried on what no admin made.
 * Protocol page 06, sections 2.5 and 17.
 */
export function readKeyMessage(input: {
  readonly message: Uint8Array
  /** The swarm's time of the message, milliseconds. */
  readonly timestamp: number
  readonly groupEd25519: Uint8Array
  readonly groupX25519: Uint8Array
  /** When given, we read as an admin. */
  readonly admin: GroupAdmin | null
  readonly member: { readonly x25519: X25519KeyPair }
}): ReadKeyMessage {
  const { message, timestamp, groupEd25519, groupX25519, admin, member } = input
  if (!(message instanceof Uint8Array)) throw new ClosedGroupError('GROUP_BAD_ARGUMENT', 'message: expected bytes')
  if (message.length > MAX_STORED_GROUP_MESSAGE) {
    throw new ClosedGroupError('GROUP_TOO_LARGE', `key message: at most ${MAX_STORED_GROUP_MESSAGE} bytes`)
  }
  const dict = openSignedDict(message, groupEd25519)
  const nonce = bytesField(dict, '#', NONCE)
  if (nonce === undefined) throw bad('no nonce of 24 bytes')
  const generation = countField(dict, 'G')
  if (generation === undefined) throw bad('no generation from 0 to 2^53 − 1')
  const open = (entries: readonly Uint8Array[]): Uint8Array | null =>
    openEntries({ entries, recipient: member.x25519, sender: groupX25519, domain: MEMBER_KEY_DOMAIN, nonce })
  if (dict.has('+')) {
    const entries = listField(dict, '+')
    if (entries === undefined || entries.some((entry) => entry.length < MIN_SUPPLEMENT_ENTRY)) {
      throw bad(`entries that are no list of at least ${MIN_SUPPLEMENT_ENTRY} bytes each`)
    }
    // An admin finds every key in the full messages.
    const plaintext = admin === null ? open(entries) : null
    return { generation, keys: plaintext === null ? null : readSupplement(plaintext, timestamp) }
  }
  const wrapped = bytesField(dict, 'K', ENTRY)
  if (wrapped === undefined) throw bad(`no admin entry of ${ENTRY} bytes`)
  const entries = listField(dict, 'k')
  if (entries === undefined || entries.some((entry) => entry.length !== ENTRY)) {
    throw bad(`entries that are no list of ${ENTRY} bytes each`)
  }
  if (entries.length % KEY_ENTRIES_STEP !== 0) throw bad(`entries that are no multiple of ${KEY_ENTRIES_STEP}`)
  let key: Uint8Array | null
  if (admin === null) key = open(entries)
  else {
    const wrapping = adminWrappingKey(admin)
    key = openBox(wrapping, nonce, wrapped)
    wrapping.fill(0)
    if (key === null) throw new ClosedGroupError('GROUP_DECRYPT_FAILED', 'key message: the admin entry does not open')
  }
  return { generation, keys: key === null ? null : [{ generation, timestamp, key }] }
}

function readSupplement(plaintext: Uint8Array, timestamp: number): readonly GroupKeyEntry[] {
  const keys = readKeyList(plaintext)
  if (keys === null || keys.length === 0) throw bad('a supplement that is no list of keys')
  if (keys.length > MAX_SUPPLEMENT_KEYS) {
    throw new ClosedGroupError('GROUP_TOO_LARGE', `supplement: at most ${MAX_SUPPLEMENT_KEYS} keys`)
  }
  if (keys.some((key) => key.timestamp > timestamp + MAX_FUTURE_MS)) throw bad('a key of the future')
  return keys
}

function bad(what: string): ClosedGroupError {
  return new ClosedGroupError('GROUP_BAD_KEY_MESSAGE', `key message: ${what}`)
}
