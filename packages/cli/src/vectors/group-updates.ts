import { SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import {
  buildUpdate,
  decodeLegacyKeyPair,
  encodeLegacyKeyPair,
  type GroupUpdate,
  groupFromSeed,
  openLegacyKeyPair,
  openLegacyMessage,
  readUpdate,
  type SignedUpdate,
  sealLegacyMessage,
  signUpdate,
  type UpdateDraft,
  updateSignedBytes,
  verifyUpdate,
  wrapLegacyKeyPair,
} from '@sessionkit/closed-groups'
import { x25519KeyPairFromSecret } from '@sessionkit/crypto'
import { decodeContent, encodeContent } from '@sessionkit/envelope'
import { accountFromSeed, parseSessionId } from '@sessionkit/session-id'
import { bytes, type Entry, flag, integer, object, optional, text, texts } from './entry.ts'
import { expectField, expectSame } from './expect.ts'
import { Mismatch } from './outcome.ts'
import type { VectorHandler } from './runner.ts'

/** `ours/closed-group-updates.json`, protocol page 06, sections 9 and 14. */
export const groupUpdateHandlers: Readonly<Record<string, VectorHandler>> = {
  signed_text: (entry) => {
    const group = groupFromSeed(bytes(entry, 'group_ed25519_seed'))
    expectField(entry, 'group_id', group.groupId)
    // The fields of an update of another type are not looked at.
    const update = {
      ...{ type: text(entry, 'type'), timestamp: integer(entry, 'timestamp_ms') },
      ...{ member: optional(entry, 'member', text), change: optional(entry, 'change', text) },
      ...{ members: optional(entry, 'members', texts), hashes: optional(entry, 'hashes', texts) },
    } as SignedUpdate
    expectSame('signed_text', utf8ToBytes(text(entry, 'signed_text')), updateSignedBytes(update))
    expectField(entry, 'signature', signUpdate({ update, group }))
    const signature = bytes(entry, 'signature')
    expectSame('the signature verifies', true, verifyUpdate({ update, signature, groupId: group.groupId }))
  },

  update_content: (entry) => {
    const group = groupFromSeed(bytes(entry, 'group_ed25519_seed'))
    expectField(entry, 'group_id', group.groupId)
    const self = accountFromSeed(bytes(object(entry, 'self'), 'ed25519_seed'))
    expectField(object(entry, 'self'), 'session_id', self.sessionId)
    const draft = object(entry, 'draft')
    const timestamp = integer(entry, 'timestamp_ms')
    const content = buildUpdate({
      ...{ update: draftOf(draft), timestamp },
      expirationTimerSeconds: optional(draft, 'timer_seconds', integer),
      // Only what is said to be unsigned is built without the group's key.
      ...(optional(draft, 'signed', flag) === false ? {} : { group }),
    })
    expectField(entry, 'content', encodeContent(content))
    const where = text(entry, 'from')
    if (where !== 'contact' && where !== 'group') throw new Mismatch('from: neither contact nor group')
    const from = where === 'contact' ? 'contact' : group.groupId
    const reading = readUpdate({ content: decodeContent(bytes(entry, 'content')), timestamp, from, self })
    if (!reading.valid) throw new Mismatch(`content: dropped, ${reading.reason}`)
    expectSame('type of the content', text(draft, 'type'), reading.update.type)
    expectReading(draft, reading.update)
  },

  legacy_message: (entry, { random }) => {
    const from = accountFromSeed(bytes(entry, 'sender_ed25519_seed'))
    expectField(entry, 'sender_session_id', from.sessionId)
    const keyPair = x25519KeyPairFromSecret(SecretBytes.from(bytes(entry, 'encryption_secret_key')))
    expectField(entry, 'encryption_public_key', keyPair.publicKey)
    const group = parseSessionId(text(entry, 'group_id'))
    const content = decodeContent(bytes(entry, 'content'))
    const timestamp = integer(entry, 'timestamp_ms')
    const stored = sealLegacyMessage({ content, from, group, encryptionKey: keyPair.publicKey, timestamp, random })
    expectField(entry, 'stored', stored)
    const opened = openLegacyMessage({ bytes: bytes(entry, 'stored'), group, keyPairs: [keyPair] })
    expectField(entry, 'content', encodeContent(opened.content), 'content of what is stored')
    expectField(entry, 'sender_session_id', opened.sender, 'sender of what is stored')
  },

  legacy_key_pair: (entry, { random }) => {
    const admin = accountFromSeed(bytes(entry, 'admin_ed25519_seed'))
    expectField(entry, 'admin_session_id', admin.sessionId)
    const recipient = accountFromSeed(bytes(entry, 'member_ed25519_seed'))
    expectField(entry, 'member_session_id', recipient.sessionId)
    const keyPair = x25519KeyPairFromSecret(SecretBytes.from(bytes(entry, 'secret_key')))
    expectField(entry, 'public_key', keyPair.publicKey)
    expectField(entry, 'key_pair', encodeLegacyKeyPair(keyPair))
    expectField(entry, 'public_key', decodeLegacyKeyPair(bytes(entry, 'key_pair')).publicKey, 'key_pair decoded')
    const members = [recipient.sessionId]
    const [wrapper] = wrapLegacyKeyPair({ keyPair, from: admin, members, random })
    expectField(entry, 'wrapper_public_key', wrapper?.publicKey)
    expectField(entry, 'encrypted_key_pair', wrapper?.encryptedKeyPair)
    const wrappers = [
      { publicKey: bytes(entry, 'wrapper_public_key'), encryptedKeyPair: bytes(entry, 'encrypted_key_pair') },
    ]
    const opened = openLegacyKeyPair({ wrappers, from: admin.sessionId, recipient })
    expectField(entry, 'secret_key', opened?.secretKey.copy(), 'secret_key of the wrapper')
  },
}

function draftOf(draft: Entry): UpdateDraft {
  return {
    ...{ type: text(draft, 'type'), change: optional(draft, 'change', text), name: optional(draft, 'name', text) },
    ...{ member: optional(draft, 'member', text), members: optional(draft, 'members', texts) },
    ...{ hashes: optional(draft, 'hashes', texts), authData: optional(draft, 'auth_data', bytes) },
    historyShared: optional(draft, 'history_shared', flag),
    expirationSeconds: optional(draft, 'expiration_seconds', integer),
  } as UpdateDraft
}

function expectReading(draft: Entry, update: GroupUpdate): void {
  if ('name' in update) expectField(draft, 'name', update.name)
  if ('change' in update) expectField(draft, 'change', update.change)
  if ('members' in update) expectField(draft, 'members', update.members)
  if ('hashes' in update) expectField(draft, 'hashes', update.hashes)
  if ('authData' in update) expectField(draft, 'auth_data', update.authData)
  if ('historyShared' in update) expectField(draft, 'history_shared', update.historyShared)
  if ('expirationSeconds' in update) expectField(draft, 'expiration_seconds', update.expirationSeconds)
  if ('authority' in update) expectField(draft, 'signed', update.authority === 'admin')
}
