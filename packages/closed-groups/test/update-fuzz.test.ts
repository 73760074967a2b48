import { bytesToHex, hexToBytes, isSessionKitError } from '@sessionkit/bytes'
import { ready } from '@sessionkit/crypto'
import { type Content, decodeContent, encodeContent } from '@sessionkit/envelope'
import type { GroupId, SessionId } from '@sessionkit/session-id'
import { createSigningValue } from '@sessionkit/swarm'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildUpdate, readUpdate, type SignedUpdate, type UpdateDraft, updateSignedBytes } from '../src/index.ts'
import { account, generator, groupOf, TS, vectors } from './update-world.ts'

beforeAll(() => ready)

describe('properties', () => {
  const ids = fc.uniqueArray(
    fc.integer({ min: 1, max: 60 }).map((n) => account(n).sessionId),
    { maxLength: 5 },
  )
  const hashes = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 128, unit: fc.constantFrom(...'aZ09+/=_-') }), {
    maxLength: 5,
  })
  const name = fc.string({ minLength: 1, maxLength: 25, unit: 'grapheme' }).filter((text) => {
    return !text.includes('\0') && new TextEncoder().encode(text).length <= 100
  })
  const drafts: fc.Arbitrary<UpdateDraft> = fc.oneof(
    name.map((text): UpdateDraft => ({ type: 'info-change', change: 'NAME', name: text })),
    fc.constant<UpdateDraft>({ type: 'info-change', change: 'AVATAR' }),
    fc
      .nat({ max: 0xffff_ffff })
      .map((n): UpdateDraft => ({ type: 'info-change', change: 'DISAPPEARING_MESSAGES', expirationSeconds: n })),
    fc
      .tuple(fc.constantFrom('ADDED', 'REMOVED', 'PROMOTED'), ids, fc.boolean())
      .filter(([, members]) => members.length > 0)
      .map(([change, members, historyShared]): UpdateDraft => {
        return { type: 'member-change', change: change as 'ADDED', members, historyShared }
      }),
    fc
      .tuple(ids, hashes)
      .filter(([a, b]) => a.length + b.length > 0)
      .map(([members, list]): UpdateDraft => ({ type: 'delete-content', members, hashes: list })),
  )

  it('what is built is read as it was meant, and no byte of a signed part may change', () => {
    const group = groupOf(1)
    const self = account(2)
    fc.assert(
      fc.property(drafts, fc.integer({ min: 1, max: 2 ** 53 - 1 }), (draft, timestamp) => {
        const content = decodeContent(encodeContent(buildUpdate({ update: draft, timestamp, group })))
        const input = { content, timestamp, from: group.groupId, self }
        expect(readUpdate(input)).toEqual({
          valid: true,
          update: draft.type === 'delete-content' ? { ...draft, authority: 'admin' } : draft,
        })
        expect(readUpdate({ ...input, timestamp: timestamp === 1 ? 2 : timestamp - 1 }).valid).toBe(false)
        expect(readUpdate({ ...input, from: groupOf(3).groupId }).valid).toBe(false)
      }),
      { numRuns: 100, seed: 6 },
    )
  })

  it('different updates never share a signed text, but for where lists are cut', () => {
    const all = fc.record({
      a: fc.constantFrom<SignedUpdate>(
        { type: 'info-change', change: 'NAME', timestamp: 1 },
        { type: 'member-change', change: 'ADDED', timestamp: 1 },
      ),
      b: fc.integer({ min: 1, max: 2 ** 53 - 1 }),
      c: fc.integer({ min: 1, max: 2 ** 53 - 1 }),
    })
    fc.assert(
      fc.property(all, ({ a, b, c }) => {
        const texts = [b, c].map((timestamp) => bytesToHex(updateSignedBytes({ ...a, timestamp })))
        expect(texts[0] === texts[1]).toBe(b === c)
      }),
      { numRuns: 200, seed: 7 },
    )
  })
})

describe('10,000 random and changed inputs', () => {
  const RUNS = 10_000

  it('readUpdate gives a reading for whatever an object holds', () => {
    const random = generator(11)
    const self = account(2)
    const group = groupOf(1)
    const junk: unknown[] = [
      null,
      true,
      0,
      -1,
      1.5,
      '',
      'x',
      '\ud800',
      [],
      {},
      [[]],
      new Uint8Array(64),
      Number.NaN,
      2n,
    ]
    const authData = createSigningValue({ group, member: self.sessionId })
    const full = {
      inviteMessage: { groupSessionId: group.groupId, name: 'n', memberAuthData: authData, adminSignature: authData },
      infoChangeMessage: { type: 'NAME', updatedName: 'n', updatedExpiration: 1, adminSignature: authData.slice(36) },
      memberChangeMessage: { type: 'ADDED', memberSessionIds: [self.sessionId], adminSignature: authData.slice(36) },
      promoteMessage: { groupIdentitySeed: new Uint8Array(32), name: 'n' },
      memberLeftMessage: {},
      inviteResponse: { isApproved: true },
      deleteMemberContent: { memberSessionIds: [self.sessionId], messageHashes: ['h'] },
      memberLeftNotificationMessage: {},
    }
    const names = Object.keys(full) as (keyof typeof full)[]
    let valid = 0
    for (let i = 0; i < RUNS; i++) {
      const kind = names[random(names.length)]!
      const body: Record<string, unknown> = { ...full[kind] }
      for (const key of Object.keys(body)) if (random(4) === 0) body[key] = junk[random(junk.length)]
      const update: Record<string, unknown> = { [kind]: random(20) === 0 ? junk[random(junk.length)] : body }
      if (random(20) === 0) update[names[random(names.length)]!] = {}
      const content = {
        dataMessage: { groupUpdateMessage: update },
        sigTimestamp: random(9) === 0 ? junk[random(9)] : TS,
      }
      const from = random(2) === 0 ? 'contact' : random(9) === 0 ? junk[random(junk.length)] : group.groupId
      const reading = readUpdate({ content: content as Content, timestamp: TS, from: from as GroupId, self })
      if (reading.valid) valid++
    }
    expect(valid).toBeGreaterThan(100)
  })

  it('decoded contents with changed bytes', () => {
    const random = generator(12)
    const entries = vectors('ours/closed-group-updates').update_content!
    for (let i = 0; i < RUNS; i++) {
      const entry = entries[random(entries.length)]
      const bytes = hexToBytes(entry.content)
      for (let n = 1 + random(3); n > 0; n--) bytes[random(bytes.length)] = random(256)
      let content: Content
      try {
        content = decodeContent(bytes)
      } catch (error) {
        if (!isSessionKitError(error)) throw error
        continue
      }
      const from = entry.from === 'contact' ? 'contact' : entry.group_id
      const self = { sessionId: entry.self.session_id as SessionId, ed25519: account(2).ed25519 }
      readUpdate({ content, timestamp: entry.timestamp_ms, from, self })
    }
  })
})
