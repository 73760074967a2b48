import { concatBytes } from '@sessionkit/bytes'
import { type Account, accountFromSeed, parseSessionId, sessionIdFromEd25519 } from '@sessionkit/session-id'
import { bytes, type Entry, object } from './entry.ts'
import { expectField, expectSame } from './expect.ts'

/** An account object of an entry: made from its seed; the other fields must follow from it. */
export function accountOf(entry: Entry, name: string): Account {
  const fields = object(entry, name)
  const account = accountFromSeed(bytes(fields, 'ed25519_seed'))
  expectField(fields, 'ed25519_pk', account.ed25519.publicKey, `${name}.ed25519_pk`)
  expectField(fields, 'x25519_sk', account.x25519.secretKey.copy(), `${name}.x25519_sk`)
  expectField(fields, 'x25519_pk', account.x25519.publicKey, `${name}.x25519_pk`)
  expectField(fields, 'session_id', account.sessionId, `${name}.session_id`)
  return account
}

/** Everything that follows from a seed, where the entry has it. */
export function expectAccount(entry: Entry, seed: Uint8Array): void {
  const account = accountFromSeed(seed)
  const padded = concatBytes(seed, new Uint8Array(32 - seed.length))
  expectField(entry, 'padded_seed', padded)
  expectField(entry, 'ed25519_public', account.ed25519.publicKey)
  expectField(entry, 'x25519_secret', account.x25519.secretKey.copy())
  expectField(entry, 'x25519_public', account.x25519.publicKey)
  expectField(entry, 'account_id', account.sessionId)
  expectSame('id of the padded seed', account.sessionId, accountFromSeed(padded).sessionId)
  expectSame('id of the Ed25519 key', account.sessionId, sessionIdFromEd25519(account.ed25519.publicKey))
  expectSame('id parsed', account.sessionId, parseSessionId(account.sessionId.toUpperCase()))
}
