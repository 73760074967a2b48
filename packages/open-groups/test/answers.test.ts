import { bytesToBase64, utf8ToBytes } from '@sessionkit/bytes'
import { describe, expect, it } from 'vitest'
import * as og from '../src/index.ts'
import { codeOf } from './code-of.ts'
import { json } from './world.ts'

const A = `15${'ab'.repeat(32)}`
const B = `05${'cd'.repeat(32)}`
const sig64 = bytesToBase64(new Uint8Array(64))
const room = {
  token: 'room',
  name: 'Room',
  info_updates: 1,
  message_sequence: 2,
  created: 1.5,
  active_users: 3,
  active_users_cutoff: 604800,
  moderators: [A],
  admins: [`ff${'00'.repeat(32)}`, B],
  read: true,
  write: true,
  upload: false,
}
const message = {
  id: 5,
  session_id: A,
  posted: 1700000000.25,
  seqno: 9,
  data: 'AQID',
  signature: sig64,
  reactions: { '🍍': { index: 1, count: 2, reactors: [A, B], you: true }, b: { index: 0, count: 1, reactors: [] } },
}

describe('answers', () => {
  it('rooms and poll infos', () => {
    const parsed = og.parseRoom(
      json({ ...room, image_id: '7', extra: 1, pinned_messages: [{ id: 1, pinned_at: 2, pinned_by: A }] }),
    )
    expect(parsed).toMatchObject({
      token: 'room',
      imageId: 7,
      moderators: [A],
      admins: [B],
      upload: false,
      admin: false,
    })
    expect(parsed.pinnedMessages).toEqual([{ id: 1, pinnedAt: 2, pinnedBy: A }])
    expect(og.parseRooms(json([room, room]))).toHaveLength(2)
    const info = { token: 'room', active_users: 1, read: true, write: 1, upload: 0, admin: true }
    expect(og.parsePollInfo(json(info))).toMatchObject({ write: true, upload: false, admin: true, details: undefined })
    const defaults = { default_read: true, default_accessible: true, default_write: false, default_upload: false }
    const withDetails = og.parsePollInfo(json({ ...info, ...defaults, details: room }))
    expect(withDetails.details?.token).toBe('room')
    expect(withDetails.defaults).toEqual({ read: true, accessible: true, write: false, upload: false })
  })

  it('one odd room, pin or reactor does not hide the others, and null is absent', () => {
    const odd = { ...room, token: 'räum' }
    expect(og.parseRooms(json([odd, room, 5]))).toHaveLength(1)
    const pin = { id: 1, pinned_at: 2.5, pinned_by: A }
    const system = { ...pin, id: 2, pinned_by: `ff${'00'.repeat(32)}` }
    expect(og.parseRoom(json({ ...room, pinned_messages: [system, pin] })).pinnedMessages).toHaveLength(1)
    expect(og.parseRoom(json({ ...room, pinned_messages: null, hidden_admins: null })).pinnedMessages).toEqual([])
    const reactors = [
      [`ff${'00'.repeat(32)}`, 1],
      [A, 2.5],
    ]
    expect(og.parseReactors(json(reactors))).toEqual([{ id: A, at: 2.5 }])
    const nulls = { edited: null, whisper: null, whisper_mods: null, whisper_to: null, reactions: null }
    expect(og.parseMessages(json([{ ...message, ...nulls }])).rows).toMatchObject([{ reactions: [] }])
    expect(codeOf(() => og.parseRooms(json(Array(og.MAX_LIST_ENTRIES + 1).fill(0))))).toBe('OPEN_GROUP_BAD_ANSWER')
  })

  it('capabilities, also where some are missing', () => {
    expect(og.parseCapabilities(json({ capabilities: ['blind'] }))).toEqual({ capabilities: ['blind'], missing: [] })
    const missing = { ...json({ capabilities: [], missing: ['x'] }), code: 412 }
    expect(og.parseCapabilities(missing)).toEqual({ capabilities: [], missing: ['x'] })
  })

  it('messages of every kind, in order', () => {
    const rows = [
      message,
      { id: 6, seqno: 10, edited: 1, data: null, deleted: true, session_id: A, posted: 1 },
      { id: 4, seqno: 11, reactions: {} },
    ]
    const parsed = og.parseMessagesSince(json(rows), { since: 8, reactors: 1 })
    expect(parsed).toMatchObject({ dropped: [], highestSeqno: 11, count: 3 })
    expect(parsed.rows.map(({ type }) => type)).toEqual(['message', 'deleted', 'reactions'])
    expect(parsed.rows[0]).toEqual({
      type: 'message',
      id: 5,
      seqno: 9,
      sessionId: A,
      posted: 1700000000.25,
      edited: undefined,
      data: Uint8Array.of(1, 2, 3),
      signature: new Uint8Array(64),
      whisper: undefined,
      reactions: [
        { emoji: 'b', index: 0, count: 1, reactors: [], you: false },
        { emoji: '🍍', index: 1, count: 2, reactors: [A], you: true },
      ],
      filtered: false,
    })
    expect(
      og.parseMessage({ ...json({ ...message, whisper: true, whisper_mods: 0, whisper_to: A }), code: 201 }).whisper,
    ).toEqual({
      to: A,
      moderators: false,
    })
  })

  it.each<[string, object]>([
    ['without session_id', { session_id: undefined }],
    ['without posted', { posted: undefined }],
    ['without signature', { signature: undefined }],
    ['with a signature of 63 bytes', { signature: bytesToBase64(new Uint8Array(63)) }],
    ['of an author that is no 05, 15 or 25', { session_id: `ff${'00'.repeat(32)}` }],
    ['with data that is no base64', { data: '!' }],
    ['with an id above 2^53', { id: 2 ** 53 }],
  ])('a message %s is dropped, and its seqno counts', (_, change) => {
    const parsed = og.parseMessages(
      json([
        { ...message, ...change, seqno: 99 },
        { ...message, id: 1 },
      ]),
    )
    expect(parsed.dropped).toEqual([{ index: 0, reason: 'malformed' }])
    expect(parsed.rows).toHaveLength(1)
    expect(parsed.highestSeqno).toBe(99)
  })

  it('rows whose seqno does not rise, and doubled ones, are ignored', () => {
    const rows = [10, 9, 10, 12].map((seqno) => ({ ...message, seqno, id: seqno }))
    const parsed = og.parseMessagesSince(json(rows), { since: 8 })
    expect(parsed.rows.map(({ seqno }) => seqno)).toEqual([10, 12])
    expect(parsed.dropped.map(({ reason }) => reason)).toEqual(['order', 'order'])
    expect(og.parseMessagesSince(json(rows), { since: 12 }).rows).toEqual([])
    expect(og.parseMessages(json([message, message])).dropped).toEqual([{ index: 1, reason: 'duplicate' }])
  })

  it('a cursor that is no number, and a negative number of reactors, are refused', () => {
    for (const since of [Number.NaN, -1, 0.5, undefined as never]) {
      expect(codeOf(() => og.parseMessagesSince(json([message]), { since }))).toBe('OPEN_GROUP_BAD_ARGUMENT')
    }
    for (const reactors of [-1, Number.NaN, og.MAX_REACTORS + 1]) {
      expect(codeOf(() => og.parseMessages(json([message]), { reactors }))).toBe('OPEN_GROUP_BAD_ARGUMENT')
      expect(codeOf(() => og.parseMessage(json(message), { reactors }))).toBe('OPEN_GROUP_BAD_ARGUMENT')
    }
  })

  it.each(['1e999', '-1', 'null', '"1700000000"', 'true'])('a message posted at %s is dropped', (posted) => {
    const text = JSON.stringify([message]).replace('1700000000.25', posted)
    const parsed = og.parseMessages({ code: 200, body: utf8ToBytes(text) })
    expect(parsed).toMatchObject({ rows: [], dropped: [{ index: 0, reason: 'malformed' }], highestSeqno: 9 })
  })

  it('names from a prototype are names like others', () => {
    const value = '{"index":0,"count":1}'
    const text = `[{"id":1,"seqno":2,"reactions":{"__proto__":${value},"constructor":${value}}}]`
    const [row] = og.parseMessages({ code: 200, body: utf8ToBytes(text) }).rows
    expect(row?.type === 'reactions' && row.reactions.map(({ emoji }) => emoji)).toEqual(['__proto__', 'constructor'])
    const hidden = utf8ToBytes('{"__proto__":{"banned":true,"read":true}}')
    expect(og.parseUserPermissions({ code: 200, body: hidden })).toEqual({})
    const tombstone = utf8ToBytes('[{"id":1,"seqno":2,"__proto__":{"deleted":true,"data":null,"reactions":{}}}]')
    expect(og.parseMessages({ code: 200, body: tombstone }).rows).toEqual([])
    expect(({} as Record<string, unknown>).banned).toBeUndefined()
  })

  it('deep and long answers are read in the time that their length takes', () => {
    const deep = utf8ToBytes(`[${'['.repeat(200_000)}${']'.repeat(200_000)}]`)
    expect(og.parseMessages({ code: 200, body: deep }).dropped).toEqual([{ index: 0, reason: 'malformed' }])
    const many = Object.fromEntries(
      Array.from({ length: og.MAX_LIST_ENTRIES + 1 }, (_, i) => [i.toString(36), { index: i, count: 1 }]),
    )
    expect(og.parseMessages(json([{ ...message, reactions: many }])).rows).toEqual([])
  })

  it('impossible reactions are ignored, lists of reactors cut', () => {
    const given = {
      x: { index: 0, count: 0 },
      [`${'a'.repeat(13)}`]: { index: 0, count: 1 },
      y: { index: 'x', count: 1 },
      z: { index: 3, count: 9, reactors: Array(50).fill(A) },
    }
    const body = utf8ToBytes(JSON.stringify([{ ...message, reactions: given }]).replace('"x"', '"__proto__"'))
    const row = og.parseMessages({ code: 200, body }).rows[0]
    expect(row).toMatchObject({ reactions: [{ emoji: 'z', count: 9 }] })
    expect(row?.type === 'message' && row.reactions[0]?.reactors.length).toBe(og.MAX_REACTORS)
  })

  it('inbox and outbox: 304 is empty, bad ones are dropped and count', () => {
    expect(og.parseBox({ code: 304, body: new Uint8Array(0) })).toEqual({
      messages: [],
      dropped: [],
      highestId: undefined,
      count: 0,
    })
    const one = { id: 1, posted_at: 1, expires_at: 2, sender: A, recipient: A, message: 'AQID' }
    const box = og.parseBox(json([one, { ...one, id: 2, sender: B }, { ...one, id: 3, message: undefined }]))
    expect(box).toMatchObject({ dropped: [1, 2], highestId: 3, count: 3 })
    expect(box.messages).toHaveLength(1)
    expect(og.parsePostedDirectMessage({ ...json({ ...one, message: undefined }), code: 201 }).id).toBe(1)
    expect(og.parseDeletedInbox(json({ deleted: 4 }))).toBe(4)
  })

  it('small ones', () => {
    expect(og.parseReactionAdded(json({ added: true, seqno: 3 }))).toEqual({ added: true, seqno: 3 })
    expect(og.parseReactionsRemoved(json({ removed: true, seqno: 3 }))).toEqual({ removed: 1, seqno: 3 })
    expect(og.parseReactionsRemoved(json({ removed: 5, seqno: 3 })).removed).toBe(5)
    expect(og.parseReactors(json([[A, 1.5]]))).toEqual([{ id: A, at: 1.5 }])
    expect(og.parseInfoUpdates(json({ info_updates: 3 }))).toBe(3)
    expect(og.parseUnpinned(json({ unpinned: false, info_updates: 3 }))).toEqual({ unpinned: 0, infoUpdates: 3 })
    expect(og.parseUploadedFile({ ...json({ id: '12' }), code: 201 })).toBe(12)
    expect(og.parseSetModerator(json({ info_updates: { room: 4 } }))).toEqual(new Map([['room', 4]]))
    expect(og.parseDeletedEverywhere(json({ total: 2, rooms: { room: 2 } }))).toEqual({
      total: 2,
      rooms: new Map([['room', 2]]),
    })
    expect(og.parseUserPermissions(json({ read: false, banned: true }))).toEqual({ read: false, banned: true })
    expect(og.parsePermissions(json({ [A]: { write: true }, x: {} }))).toEqual(new Map([[A, { write: true }]]))
    expect(og.parseFuturePermissions(json([{ session_id: A, at: 1, read: true }]))).toEqual([
      { sessionId: A, at: 1, read: true },
    ])
    expect(og.parseDone(json({}))).toBeUndefined()
  })

  it('files, with their name and times', () => {
    const headers = {
      'content-disposition': "attachment; filename*=UTF-8''a%2F%C3%A9.txt",
      date: 'Tue, 14 Nov 2023 22:13:20 GMT',
    }
    expect(og.parseFile({ code: 200, headers, body: Uint8Array.of(1) })).toEqual({
      bytes: Uint8Array.of(1),
      fileName: 'a\ufffdé.txt',
      uploaded: 1_700_000_000_000,
      expires: undefined,
    })
    const broken = { 'content-disposition': "attachment; filename*=UTF-8''%ff" }
    expect(og.parseFile({ code: 200, headers: broken, body: Uint8Array.of(1) }).fileName).toBeUndefined()
    expect(codeOf(() => og.parseFile({ code: 200, body: 'x' }))).toBe('OPEN_GROUP_BAD_ANSWER')
    expect(codeOf(() => og.parseFile({ code: 404, body: 'x' }))).toBe('OPEN_GROUP_STATUS')
    expect(og.parseFile({ code: 200, headers: null as never, body: new Uint8Array(0) }).fileName).toBeUndefined()
  })

  it('batches: one answer for each request', () => {
    const headers = { 'Content-Type': 'application/json' }
    const items = [
      { code: 200, headers, body: { capabilities: [] } },
      { code: 304, headers: {}, body: '' },
      { headers, body: {} },
      { code: 500, 'content-type': 'text/plain', body: '' },
      {
        code: 400,
        headers: { 'content-type': 'text/plain' },
        body: bytesToBase64(utf8ToBytes(og.TEXT_BLINDING_REQUIRED)),
      },
      { code: 200, headers: {}, body: 5 },
    ]
    const parsed = og.parseBatch(json(items), { count: 7 })
    expect(parsed.map((item) => item?.code)).toEqual([200, 304, undefined, 500, 400, undefined, undefined])
    expect(og.parseCapabilities(parsed[0]!).capabilities).toEqual([])
    expect(og.parseBox(parsed[1]!).count).toBe(0)
    expect(codeOf(() => og.checkStatus(parsed[4]!))).toBe('OPEN_GROUP_BLINDING_REQUIRED')
  })

  it.each<[string, () => unknown, string]>([
    ['a batch reply that is no list', () => og.parseBatch(json({}), { count: 1 }), 'OPEN_GROUP_BAD_ANSWER'],
    [
      'a batch reply longer than the request',
      () => og.parseBatch(json([{}, {}]), { count: 1 }),
      'OPEN_GROUP_BAD_ANSWER',
    ],
    ['no JSON', () => og.parseRooms({ code: 200, body: utf8ToBytes('<html>') }), 'OPEN_GROUP_BAD_ANSWER'],
    ['no UTF-8', () => og.parseRooms({ code: 200, body: Uint8Array.of(0xff) }), 'OPEN_GROUP_BAD_ANSWER'],
    ['no status', () => og.parseRooms({ body: '' } as never), 'OPEN_GROUP_BAD_ANSWER'],
    ['nothing at all', () => og.parseRooms(undefined as never), 'OPEN_GROUP_BAD_ANSWER'],
    ['a status of 403', () => og.parseRooms({ code: 403, body: new Uint8Array(0) }), 'OPEN_GROUP_STATUS'],
    [
      'a number above 2^53',
      () => og.parseInfoUpdates({ code: 200, body: utf8ToBytes('{"info_updates":9007199254740993}') }),
      'OPEN_GROUP_BAD_ANSWER',
    ],
    [
      'an answer above the limit',
      () => og.parseRooms({ code: 200, body: new Uint8Array(og.MAX_ANSWER_BYTES + 1) }),
      'OPEN_GROUP_TOO_LARGE',
    ],
    ['a list of 257 messages', () => og.parseMessages(json(Array(257).fill(message))), 'OPEN_GROUP_BAD_ANSWER'],
    ['a room without a name', () => og.parseRoom(json({ ...room, name: undefined })), 'OPEN_GROUP_BAD_ANSWER'],
    [
      'a deleted message where one was asked for',
      () => og.parseMessage(json({ id: 1, seqno: 1, data: null })),
      'OPEN_GROUP_BAD_ANSWER',
    ],
  ])('refused: %s', (_, run, code) => {
    expect(codeOf(run)).toBe(code)
  })

  it('an error carries the status', () => {
    try {
      og.parseRooms({ code: 429, body: new Uint8Array(0) })
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ code: 'OPEN_GROUP_STATUS', status: 429 })
    }
  })
})
