import { bytesToBase64, bytesToHex, utf8ToBytes } from '@sessionkit/bytes'
import { ready } from '@sessionkit/crypto'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import * as og from '../src/index.ts'
import { account, SERVER } from './world.ts'

beforeAll(() => ready)
// A turn of the event loop between tests: vitest gives up on a file that answers nothing for a minute.
beforeEach(() => new Promise<void>((resolve) => void setImmediate(resolve)))

const RUNS = 10_000

/** A small generator with a fixed seed, so that a failure can be run again. */
function generator(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Returns or throws a typed error; anything else fails the test. */
function survives(run: () => unknown): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof og.OpenGroupError)) throw error
  }
}

const A = `15${'ab'.repeat(32)}`
const junk: readonly unknown[] = [
  null,
  true,
  0,
  1,
  -1,
  0.5,
  2 ** 60,
  '',
  'x',
  A,
  'AQID',
  '\ud800',
  [],
  {},
  [[]],
  'A'.repeat(86),
]
const full = {
  ...{
    token: 'r',
    name: 'n',
    info_updates: 1,
    message_sequence: 1,
    created: 1,
    active_users: 1,
    active_users_cutoff: 1,
  },
  ...{ moderators: [A], admins: [], read: true, write: true, upload: true, details: null, capabilities: ['blind'] },
  ...{ id: 1, session_id: A, posted: 1, seqno: 1, data: 'AQID', signature: bytesToBase64(new Uint8Array(64)) },
  ...{ reactions: { x: { index: 0, count: 1, reactors: [A] } }, added: true, removed: 1, unpinned: true, deleted: 3 },
  ...{ total: 1, rooms: { r: 1 }, posted_at: 1, expires_at: 2, sender: A, recipient: A, message: 'AQID', at: 1 },
  ...{ result: '1.2.3', updated: 1, assets: [{ name: 'n', url: 'u' }], prerelease: null },
  ...{ code: 200, headers: { 'content-type': 'application/json' }, body: {} },
}

function mutated(value: unknown, random: (below: number) => number): unknown {
  if (random(8) === 0) return junk[random(junk.length)]
  if (Array.isArray(value)) return value.map((item) => mutated(item, random))
  if (typeof value !== 'object' || value === null) return value
  const list = Object.entries(value).filter(() => random(12) !== 0)
  if (random(20) === 0) list.push(['__proto__', junk[random(junk.length)]])
  return Object.fromEntries(list.map(([key, item]) => [key, random(3) === 0 ? mutated(item, random) : item]))
}

const parsers: Record<string, (answer: og.CommunityAnswer) => unknown> = {
  ...Object.fromEntries(
    Object.entries(og).filter(([name]) => name.startsWith('parse') && !/Url$|Batch|Since/.test(name)),
  ),
  parseMessagesSince: (answer: og.CommunityAnswer) => og.parseMessagesSince(answer, { since: 0 }),
  parseBatch: (answer: og.CommunityAnswer) => og.parseBatch(answer, { count: 3 }),
} as never

it.each(Object.keys(parsers))('%s', (name) => {
  const random = generator(name.length + 1)
  const text = utf8ToBytes(JSON.stringify([full, full]))
  const damaged = () => {
    const bytes = text.slice(0, random(4) === 0 ? random(text.length) + 1 : text.length)
    for (let n = random(4); n > 0; n--) bytes[random(bytes.length)] = random(256)
    return bytes
  }
  for (let i = 0; i < RUNS; i++) {
    const code = random(10) === 0 ? [304, 412, 400, 201, 9, 1.5][random(6)]! : 200
    const body = random(3) === 0 ? damaged() : mutated(random(2) === 0 ? full : [full, full], random)
    survives(() => parsers[name]!({ code, body }))
  }
})

it('community URLs', () => {
  const random = generator(99)
  const start = `https://example.org:8080/r/room?public_key=${bytesToHex(SERVER)}`
  const odd = [':', '/', '?', '.', '@', '#', '%', '\0', 'é', '[', 'r/', '?public_key=', 'ſ', '\ud800']
  for (let i = 0; i < RUNS; i++) {
    let text = start
    for (let n = 1 + random(4); n > 0; n--) {
      const at = random(text.length + 1)
      text = text.slice(0, at) + odd[random(odd.length)]! + text.slice(at + random(3))
    }
    survives(() => {
      const read = og.parseCommunityUrl(text)
      expect(og.formatCommunityUrl(og.parseCommunityUrl(og.formatCommunityUrl(read)))).toBe(og.formatCommunityUrl(read))
    })
  }
})

it('direct messages, room messages and signed requests', () => {
  const random = generator(7)
  const bytes = (length: number) => Uint8Array.from({ length }, () => random(256))
  const me = account(1)
  const recipientId = og.blind15KeyPair({ account: me, serverPublicKey: SERVER }).id
  const sender = account(2)
  const senderId = og.blind15KeyPair({ account: sender, serverPublicKey: SERVER }).id
  const message = new Uint8Array(10)
  const good = og.encryptDirectMessage({ message, sender, recipientId, serverPublicKey: SERVER })
  for (let i = 0; i < RUNS; i++) {
    const cut = good.slice(0, random(good.length + 1))
    if (cut.length > 0) cut[random(cut.length)]! ^= 1 << random(8)
    const ids = { senderId: random(4) === 0 ? `15${bytesToHex(bytes(32))}` : senderId, recipientId }
    // Point arithmetic is slow: most inputs end before it, some do not.
    const ciphertext = i % 20 === 0 ? cut : bytes(random(60))
    survives(() => og.decryptDirectMessage({ ciphertext, account: me, serverPublicKey: SERVER, ...ids }))
    const data = bytes(random(40))
    const room = { sessionId: A as og.MemberId, data, signature: bytes(64), posted: 1 }
    survives(() => og.openRoomMessage({ message: room, blinded: true, verified: true }))
    if (i % 20 === 0) expect(og.verifyMessage(room)).toBe(false)
    const headers = {
      'X-SOGS-Pubkey': random(2) === 0 ? senderId : bytesToHex(bytes(33)),
      'X-SOGS-Nonce': bytesToBase64(bytes(15 + random(3))),
      'X-SOGS-Timestamp': String(random(3)),
      'X-SOGS-Signature': bytesToBase64(bytes(64)),
    }
    const request = { method: 'GET', endpoint: `/${String.fromCharCode(random(300))}%${random(256).toString(16)}` }
    const result = { type: 'none' }
    survives(() =>
      Object.assign(
        result,
        og.checkRequest({ serverPublicKey: SERVER, headers, request, blindingRequired: true, now: 1 }),
      ),
    )
    expect(['none', 'refused']).toContain(result.type)
  }
})
