import { bytesToUtf8 } from '@sessionkit/bytes'
import { describe, expect, it } from 'vitest'
import * as og from '../src/index.ts'
import { codeOf } from './code-of.ts'

const A = `15${'ab'.repeat(32)}`
const S = `05${'ab'.repeat(32)}`
const room = 'Room'
const data = Uint8Array.of(1, 2, 3)
const signature = new Uint8Array(64)
const sig64 = 'A'.repeat(86).concat('==')

const shown = ({ method, endpoint, body }: og.CommunityRequest) => [
  `${method} ${endpoint}`,
  ...(body === undefined ? [] : [JSON.parse(bytesToUtf8(body))]),
]

describe('requests', () => {
  it.each<[og.CommunityRequest, unknown[]]>([
    [og.buildGetCapabilities(), ['GET /capabilities']],
    [og.buildGetCapabilities({ required: ['sogs', 'blind'] }), ['GET /capabilities?required=sogs,blind']],
    [og.buildGetRooms(), ['GET /rooms']],
    [og.buildGetRoom({ room }), ['GET /room/Room']],
    [og.buildGetPollInfo({ room, infoUpdates: 3 }), ['GET /room/Room/pollInfo/3']],
    [
      og.buildUpdateRoom({
        room,
        name: 'x',
        description: null,
        defaultRead: true,
        defaultAccessible: false,
        defaultWrite: true,
        defaultUpload: true,
        image: 4,
      }),
      [
        'PUT /room/Room',
        {
          name: 'x',
          description: null,
          default_read: true,
          default_accessible: false,
          default_write: true,
          default_upload: true,
          image: 4,
        },
      ],
    ],
    [og.buildGetRecentMessages({ room, reactors: 5 }), ['GET /room/Room/messages/recent?reactors=5']],
    [og.buildGetMessagesBefore({ room, id: 9, limit: 256 }), ['GET /room/Room/messages/before/9?limit=256']],
    [og.buildGetMessagesSince({ room, seqno: 7, reactors: 5 }), ['GET /room/Room/messages/since/7?t=r&reactors=5']],
    [og.buildGetMessage({ room, id: 9 }), ['GET /room/Room/message/9']],
    [
      og.buildPostMessage({ room, data, signature, whisperTo: A.toUpperCase(), whisperMods: true, files: [1] }),
      ['POST /room/Room/message', { data: 'AQID', signature: sig64, whisper_to: A, whisper_mods: true, files: [1] }],
    ],
    [
      og.buildEditMessage({ room, id: 9, data, signature }),
      ['PUT /room/Room/message/9', { data: 'AQID', signature: sig64 }],
    ],
    [og.buildDeleteMessage({ room, id: 9 }), ['DELETE /room/Room/message/9']],
    [og.buildDeleteAllOfUser({ room, user: A }), [`DELETE /room/Room/all/${A}`]],
    [og.buildDeleteAllOfUserEverywhere({ user: A }), [`DELETE /rooms/all/${A}`]],
    [og.buildAddReaction({ room, id: 1, emoji: '🍍' }), ['PUT /room/Room/reaction/1/%F0%9F%8D%8D', {}]],
    [og.buildRemoveReaction({ room, id: 1, emoji: 'a/b?#%' }), ['DELETE /room/Room/reaction/1/a%2Fb%3F%23%25']],
    [og.buildClearReactions({ room, id: 1 }), ['DELETE /room/Room/reactions/1']],
    [og.buildClearReactions({ room, id: 1, emoji: 'x' }), ['DELETE /room/Room/reactions/1/x']],
    [og.buildGetReactors({ room, id: 1, emoji: 'x', limit: 2 }), ['GET /room/Room/reactors/1/x?limit=2']],
    [og.buildPinMessage({ room, id: 1 }), ['POST /room/Room/pin/1', {}]],
    [og.buildUnpinMessage({ room, id: 1 }), ['POST /room/Room/unpin/1', {}]],
    [og.buildUnpinAll({ room }), ['POST /room/Room/unpin/all', {}]],
    [og.buildGetFile({ room, id: 1 }), ['GET /room/Room/file/1']],
    [
      og.buildSetModerator({ user: S, rooms: [room], admin: true, moderator: true, visible: true }),
      [`POST /user/${S}/moderator`, { rooms: [room], admin: true, moderator: true, visible: true }],
    ],
    [
      og.buildBan({ user: A, global: true, timeoutSeconds: 60 }),
      [`POST /user/${A}/ban`, { global: true, timeout: 60 }],
    ],
    [og.buildUnban({ user: A, rooms: 'all' }), [`POST /user/${A}/unban`, { rooms: ['*'] }]],
    [og.buildGetPermissions({ room }), ['GET /room/Room/permissions']],
    [og.buildGetUserPermissions({ room, user: A }), [`GET /room/Room/permissions/${A}`]],
    [
      og.buildSetPermissions({ room, user: A, read: false, write: 'default', keepScheduled: true }),
      [`POST /room/Room/permissions/${A}`, { read: false, default_write: true, unschedule: false }],
    ],
    [og.buildGetFuturePermissions({ room }), ['GET /room/Room/futurePermissions']],
    [og.buildGetUserFuturePermissions({ room, user: A }), [`GET /room/Room/futurePermissions/${A}`]],
    [
      og.buildSetFuturePermissions({ room, user: A, read: true, inSeconds: 5 }),
      [`POST /room/Room/futurePermissions/${A}`, { read: true, in: 5 }],
    ],
    [og.buildGetInbox(), ['GET /inbox']],
    [og.buildGetInbox({ since: 4, limit: 9 }), ['GET /inbox/since/4?limit=9']],
    [og.buildGetOutbox({ since: 0 }), ['GET /outbox/since/0']],
    [og.buildPostDirectMessage({ recipientId: A, message: data }), [`POST /inbox/${A}`, { message: 'AQID' }]],
    [og.buildDeleteInbox(), ['DELETE /inbox']],
    [
      og.buildBanAndDelete({ room, user: A }),
      [
        'POST /sequence',
        [
          { method: 'POST', path: `/user/${A}/ban`, json: { rooms: [room] } },
          { method: 'DELETE', path: `/room/Room/all/${A}` },
        ],
      ],
    ],
    [
      og.buildBatch([og.buildGetRooms(), og.buildUploadFile({ room, bytes: data, fileName: "a'é/b.txt" })]),
      [
        'POST /batch',
        [
          { method: 'GET', path: '/rooms' },
          {
            method: 'POST',
            path: '/room/Room/file',
            headers: { 'Content-Disposition': "attachment; filename*=UTF-8''a%27%C3%A9%2Fb.txt" },
            b64: 'AQID',
          },
        ],
      ],
    ],
  ])('%#', (request, expected) => {
    expect(shown(request)).toEqual(expected)
    if (request.body !== undefined) expect(request.headers).toEqual({ 'Content-Type': 'application/json' })
  })

  it('an upload is raw bytes', () => {
    expect(og.buildUploadFile({ room, bytes: data })).toEqual({
      method: 'POST',
      endpoint: '/room/Room/file',
      headers: { 'Content-Type': 'application/octet-stream' },
      body: data,
    })
  })

  const bad = 'OPEN_GROUP_BAD_ARGUMENT'
  it.each<[string, () => unknown, string]>([
    ['a bad room', () => og.buildGetRoom({ room: 'a/b' }), 'OPEN_GROUP_BAD_ROOM'],
    ['an id that is no integer', () => og.buildGetMessage({ room, id: 1.5 }), bad],
    ['a negative id', () => og.buildGetMessage({ room, id: -1 }), bad],
    ['a limit above 256', () => og.buildGetRecentMessages({ room, limit: 257 }), bad],
    ['more than 20 reactors', () => og.buildGetRecentMessages({ room, reactors: 21 }), bad],
    ['a signature of 63 bytes', () => og.buildPostMessage({ room, data, signature: new Uint8Array(63) }), bad],
    ['files that are no list', () => og.buildPostMessage({ room, data, signature, files: 1 as never }), bad],
    ['an empty reaction', () => og.buildAddReaction({ room, id: 1, emoji: '' }), bad],
    ['a reaction of 13 code points', () => og.buildAddReaction({ room, id: 1, emoji: '🍍'.repeat(13) }), bad],
    ['a lone surrogate as a reaction', () => og.buildAddReaction({ room, id: 1, emoji: '\ud800' }), bad],
    [
      'a user of another prefix',
      () => og.buildUnban({ user: `25${'ab'.repeat(32)}`, global: true }),
      'OPEN_GROUP_BAD_ID',
    ],
    ['rooms and global together', () => og.buildBan({ user: A, rooms: [room], global: true } as never), bad],
    ['neither rooms nor global', () => og.buildBan({ user: A } as never), bad],
    ['no rooms', () => og.buildBan({ user: A, rooms: [] }), bad],
    ['a time-out of 0, which is for ever', () => og.buildBan({ user: A, global: true, timeoutSeconds: 0 }), bad],
    [
      'an admin that is no moderator',
      () => og.buildSetModerator({ user: A, global: true, admin: true, moderator: false }),
      bad,
    ],
    ['neither admin nor moderator', () => og.buildSetModerator({ user: A, global: true }), bad],
    ['no permission', () => og.buildSetPermissions({ room, user: A }), bad],
    ['a permission that is a text', () => og.buildSetPermissions({ room, user: A, read: 'x' as never }), bad],
    [
      'a schedule of 1e9 seconds',
      () => og.buildSetFuturePermissions({ room, user: A, read: true, inSeconds: 1e9 }),
      bad,
    ],
    ['a schedule of nothing', () => og.buildSetFuturePermissions({ room, user: A, inSeconds: 5 }), bad],
    ['no change of a room', () => og.buildUpdateRoom({ room }), bad],
    ['a name without UTF-8', () => og.buildUploadFile({ room, bytes: data, fileName: '\ud800' }), bad],
    ['a capability with a comma', () => og.buildGetCapabilities({ required: ['a,b'] }), bad],
    ['an inbox of a 05 id', () => og.buildPostDirectMessage({ recipientId: S, message: data }), 'OPEN_GROUP_BAD_ID'],
    [
      'a file above the limit',
      () => og.buildUploadFile({ room, bytes: new Uint8Array(og.MAX_FILE_BYTES + 1) }),
      'OPEN_GROUP_TOO_LARGE',
    ],
    ['an empty batch', () => og.buildBatch([]), 'OPEN_GROUP_BAD_REQUEST'],
    ['a batch of 101', () => og.buildBatch(Array(101).fill(og.buildGetRooms())), 'OPEN_GROUP_BAD_REQUEST'],
    [
      'a batch with a GET that has a body',
      () => og.buildBatch([{ ...og.buildGetRooms(), body: data }]),
      'OPEN_GROUP_BAD_REQUEST',
    ],
    [
      'a batch with a POST that has none',
      () => og.buildBatch([{ method: 'POST', endpoint: '/x', headers: {} }]),
      'OPEN_GROUP_BAD_REQUEST',
    ],
    ...[Uint8Array.of(0x7b), Uint8Array.of(0xff)].map((body): [string, () => unknown, string] => [
      'a batch with a body that is not the JSON that it says',
      () => og.buildBatch([{ method: 'POST', endpoint: '/x', headers: { 'Content-Type': 'application/json' }, body }]),
      'OPEN_GROUP_BAD_REQUEST',
    ]),
    ['a batch with a hole', () => og.buildBatch([undefined as never]), 'OPEN_GROUP_BAD_REQUEST'],
    [
      'a batch with an endpoint without a slash',
      () => og.buildBatch([{ method: 'GET', endpoint: 'x', headers: {} }]),
      'OPEN_GROUP_BAD_REQUEST',
    ],
  ])('are not built for %s', (_, run, code) => {
    expect(codeOf(run)).toBe(code)
  })

  it('only an attachment of the room itself has an id to download', () => {
    const of = (url: string) => og.fileIdOfUrl({ url, baseUrl: 'https://example.org', room })
    expect(of('https://example.org/room/room/file/12')).toBe(12)
    expect(of('https://example.org/room/Room/file/12/name.png')).toBe(12)
    // Android's form; and what somebody wrote who came by http.
    expect(of('https://example.org/file/12')).toBe(12)
    expect(of('http://example.org/room/room/file/12')).toBe(12)
    for (const url of [
      'https://me@example.org/file/12',
      'https://example.org:8443/file/12',
      'https://example.org/file/12?x',
      'https://example.org/file/../file/12',
      'https://example.org/file/-1',
      'https://example.org/file/9007199254740993',
      'ftp://example.org/file/12',
      '//example.org/file/12',
      'https://evil.example/room/Room/file/12',
      'https://example.org/room/other/file/12',
      'https://example.org/room/Room/file/x',
      'https://example.org.evil.example/room/Room/file/1',
      5 as never,
    ]) {
      expect(of(url)).toBeUndefined()
    }
  })
})
