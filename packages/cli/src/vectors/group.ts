import { type GroupAdmin, groupFromSeed } from '@sessionkit/closed-groups'
import { bytes, type Entry, object } from './entry.ts'
import { expectField } from './expect.ts'

/** A group object of an entry: made from its seed; the other fields must follow from it. */
export function groupOf(entry: Entry, name: string = 'group'): GroupAdmin {
  const fields = object(entry, name)
  const group = groupFromSeed(bytes(fields, 'ed25519_seed'))
  expectField(fields, 'ed25519_pk', group.ed25519.publicKey, `${name}.ed25519_pk`)
  expectField(fields, 'id', group.groupId, `${name}.id`)
  return group
}
