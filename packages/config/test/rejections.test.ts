import { ready } from '@sessionkit/crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  binaryToBytes,
  bytesToBinary,
  decompressBody,
  decryptConfig,
  emptyMessage,
  encryptConfig,
  padConfig,
  parseConfigMessage,
  parseConfigPart,
  readDump,
  unpadConfig,
} from '../src/index.ts'
import { codeOf, generic, key } from './devices.ts'

beforeAll(() => ready)

const hash = 'h'.repeat(32)
const message = (fields: string): string => `d1:#i7e${fields}e`
const lags = (list: string): string => message(`1:&de1:<l${list}e1:=de`)
const data = (dict: string): string => message(`1:&${dict}1:<le1:=de`)
const diff = (dict: string): string => message(`1:&de1:<le1:=${dict}`)
const deep = `${'d1:a'.repeat(40)}i1e${'e'.repeat(40)}`

const bad: readonly (readonly [string, string, string])[] = [
  ['an integer with a leading zero', data('d1:ai01ee'), 'CONFIG_BAD_BENCODE'],
  ['minus zero', data('d1:ai-0ee'), 'CONFIG_BAD_BENCODE'],
  ['an integer above int64', data('d1:ai9223372036854775808ee'), 'CONFIG_BAD_BENCODE'],
  ['an integer below int64', data('d1:ai-9223372036854775809ee'), 'CONFIG_BAD_BENCODE'],
  ['a length beyond the end', data('d1:a99999999:xe'), 'CONFIG_BAD_BENCODE'],
  ['a length with a leading zero', data('d1:a01:xe'), 'CONFIG_BAD_BENCODE'],
  ['unsorted keys in the data', data('d1:bi1e1:ai1ee'), 'CONFIG_BAD_BENCODE'],
  ['duplicate keys in the data', data('d1:ai1e1:ai1ee'), 'CONFIG_BAD_BENCODE'],
  ['unsorted keys in a diff', diff('d1:b0:1:a0:e'), 'CONFIG_BAD_BENCODE'],
  ['bytes after the dict', `${data('de')}x`, 'CONFIG_BAD_BENCODE'],
  ['a cut message', data('de').slice(0, -1), 'CONFIG_BAD_BENCODE'],
  ['nesting beyond the limit', data(deep), 'CONFIG_TOO_DEEP'],
  ['nesting beyond the limit in a diff', diff(deep.replace('i1e', '0:')), 'CONFIG_TOO_DEEP'],
  ['nesting beyond the limit in an unknown key', message(`1:$${deep}1:&de1:<le1:=de`), 'CONFIG_TOO_DEEP'],
  ['an empty dict at the top', 'de', 'CONFIG_BAD_MESSAGE'],
  ['a first key that is not #', 'd1:&de1:<le1:=dee', 'CONFIG_BAD_MESSAGE'],
  ['a key before #', 'd1:!i1e1:#i7e1:&de1:<le1:=dee', 'CONFIG_UNREADABLE_VERSION'],
  ['the empty key', 'd0:i1e1:#i7e1:&de1:<le1:=dee', 'CONFIG_UNREADABLE_VERSION'],
  ['a seqno that is no integer', 'd1:#1:71:&de1:<le1:=dee', 'CONFIG_BAD_SEQNO'],
  ['a negative seqno', 'd1:#i-1e1:&de1:<le1:=dee', 'CONFIG_BAD_SEQNO'],
  ['a seqno above 2^53', 'd1:#i9007199254740992e1:&de1:<le1:=dee', 'CONFIG_BAD_SEQNO'],
  ['no data', message('1:<le1:=de'), 'CONFIG_BAD_MESSAGE'],
  ['data that is no dict', message('1:&le1:<le1:=de'), 'CONFIG_BAD_DATA'],
  ['no diff', message('1:&de1:<le'), 'CONFIG_BAD_MESSAGE'],
  ['a diff that is no dict', diff('le'), 'CONFIG_BAD_DIFF'],
  ['top-level keys out of order', message('1:<le1:&de1:=de'), 'CONFIG_BAD_BENCODE'],
  ['a key after ~', message(`1:&de1:<le1:=de1:~64:${'s'.repeat(64)}2:~~i1e`), 'CONFIG_BAD_MESSAGE'],
  ['a key that sorts after ~, without signature', message('1:&de1:<le1:=de1:\x7fi1e'), 'CONFIG_BAD_MESSAGE'],
  ['a signature that is not 64 bytes', message('1:&de1:<le1:=de1:~2:ab'), 'CONFIG_BAD_SIGNATURE'],
  ['an empty dict in the data', data('d1:adee'), 'CONFIG_BAD_DATA'],
  ['an empty set in the data', data('d1:alee'), 'CONFIG_BAD_DATA'],
  ['a set with a dict in it', data('d1:aldeee'), 'CONFIG_BAD_DATA'],
  ['a set with strings before integers', data('d1:al1:xi1eee'), 'CONFIG_BAD_DATA'],
  ['a set with a duplicate', data('d1:ali1ei1eee'), 'CONFIG_BAD_DATA'],
  ['a set that is not sorted', data('d1:al1:y1:xee'), 'CONFIG_BAD_DATA'],
  ['lags that are no list', message('1:&de1:<de1:=de'), 'CONFIG_BAD_LAGS'],
  ['a lag with our seqno', lags(`li7e32:${hash}dee`), 'CONFIG_BAD_LAGS'],
  ['a lag of the future', lags(`li8e32:${hash}dee`), 'CONFIG_BAD_LAGS'],
  ['a lag whose hash is not 32 bytes', lags('li6e2:abdee'), 'CONFIG_BAD_LAGS'],
  ['lags out of order', lags(`li6e32:${hash}deeli5e32:${hash}dee`), 'CONFIG_BAD_LAGS'],
  ['a lag twice', lags(`li6e32:${hash}deeli6e32:${hash}dee`), 'CONFIG_BAD_LAGS'],
  ['a lag of four elements', lags(`li6e32:${hash}dei1ee`), 'CONFIG_BAD_LAGS'],
  ['a lag of two elements', lags(`li6e32:${hash}e`), 'CONFIG_BAD_DIFF'],
  ['a diff with another mark', diff('d1:a1:xe'), 'CONFIG_BAD_DIFF'],
  ['a diff with an integer', diff('d1:ai1ee'), 'CONFIG_BAD_DIFF'],
  ['a diff with one list', diff('d1:alleee'), 'CONFIG_BAD_DIFF'],
  ['a diff with three lists', diff('d1:alleleleee'), 'CONFIG_BAD_DIFF'],
  ['a diff whose member is no scalar', diff('d1:alldeeleee'), 'CONFIG_BAD_DIFF'],
  ['a diff whose members are not sorted', diff('d1:all1:y1:xeleee'), 'CONFIG_BAD_DIFF'],
]

describe('a message is refused for', () => {
  it.each(bad)('%s', (_, text, code) => {
    expect(codeOf(() => parseConfigMessage(binaryToBytes(text)))).toBe(code)
  })

  it.each(bad)('%s, and merging it loses nothing', (_, text, code) => {
    const config = generic()
    config.set(['mine'], 1n)
    const before = bytesToBinary(config.makeDump())
    const encrypted = encryptConfig({ padded: padConfig(binaryToBytes(text)), key, domain: 'Test' })
    const report = config.merge([{ hash: 'bad', data: encrypted }])
    expect(report).toEqual({ accepted: [], rejected: [{ hash: 'bad', code }] })
    expect(bytesToBinary(config.makeDump())).toBe(before)
    expect(config.push().obsoleteHashes).toEqual([])
  })

  it('a signature that is required and missing, or wrong', () => {
    const verify = (): boolean => false
    expect(codeOf(() => parseConfigMessage(binaryToBytes(data('de')), { verify }))).toBe('CONFIG_BAD_SIGNATURE')
    const signed = message(`1:&de1:<le1:=de1:~64:${'s'.repeat(64)}`)
    expect(codeOf(() => parseConfigMessage(binaryToBytes(signed), { verify }))).toBe('CONFIG_BAD_SIGNATURE')
    expect(parseConfigMessage(binaryToBytes(signed), { verify: () => true }).signature?.length).toBe(64)
  })
})

it('lags outside the window are not looked at', () => {
  expect(parseConfigMessage(binaryToBytes(lags('li2e1:xi5ee'))).lags).toEqual([])
})

it('seqno 0 is the constant of page 05', () => {
  expect(bytesToBinary(emptyMessage().plaintext)).toBe('d1:#i0e1:&de1:<le1:=dee')
})

describe('stored bytes are refused for', () => {
  const sealed = (body: string): Uint8Array =>
    encryptConfig({ padded: padConfig(binaryToBytes(body)), key, domain: 'Test' })
  const reason = (bytes: Uint8Array): unknown => generic().merge([{ hash: 'h', data: bytes }]).rejected[0]?.code

  it('less than 40 bytes', () => {
    expect(reason(new Uint8Array(39))).toBe('CONFIG_TOO_SHORT')
  })
  it('a wrong tag, domain or key', () => {
    const bytes = sealed(data('de'))
    expect(codeOf(() => decryptConfig({ encrypted: bytes, keys: [key], domain: 'Other' }))).toBe(
      'CONFIG_DECRYPT_FAILED',
    )
    expect(codeOf(() => decryptConfig({ encrypted: bytes, keys: [new Uint8Array(32)], domain: 'Test' }))).toBe(
      'CONFIG_DECRYPT_FAILED',
    )
    bytes[0]! ^= 1
    expect(reason(bytes)).toBe('CONFIG_DECRYPT_FAILED')
  })
  it('zeros only', () => {
    expect(reason(encryptConfig({ padded: new Uint8Array(216), key, domain: 'Test' }))).toBe('CONFIG_BAD_BODY')
  })
  it('a body of another kind', () => {
    expect(reason(sealed('xyz'))).toBe('CONFIG_BAD_BODY')
  })
  it('a message that came from the seqno of nobody: 0 changes nothing', () => {
    const config = generic()
    expect(config.merge([{ hash: 'h', data: sealed('d1:#i0e1:&d1:ai1ee1:<le1:=dee') }]).accepted).toEqual(['h'])
    expect([config.seqno, config.data().size]).toEqual([0, 0])
  })
})

describe('a part is refused for', () => {
  const part = (hashText: string, i: string, n: string, chunk: string, rest = ''): Uint8Array =>
    binaryToBytes(`ml${hashText.length}:${hashText}${i.length}:${i}${n.length}:${n}${chunk.length}:${chunk}${rest}e`)
  it.each([
    ['a short hash', part('h', '\x00', '\x02', 'x')],
    ['a number of two bytes', part(hash, '\x00\x00', '\x02', 'x')],
    ['a set of one', part(hash, '\x00', '\x01', 'x')],
    ['an index outside', part(hash, '\x02', '\x02', 'x')],
    ['an empty chunk', part(hash, '\x00', '\x02', '')],
    ['a fifth element', part(hash, '\x00', '\x02', 'x', '1:y')],
    ['too many bytes', part(hash, '\x00', '\x02', 'x'.repeat(76_800))],
    ['no list', binaryToBytes('mde')],
  ])('%s', (_, bytes) => {
    expect(codeOf(() => parseConfigPart(bytes))).toBe('CONFIG_BAD_PART')
  })
  it('nothing, when zeros follow the list', () => {
    expect(parseConfigPart(binaryToBytes(`${bytesToBinary(part(hash, '\x01', '\x02', 'xy'))}\0\0`)).index).toBe(1)
  })
})

describe('a dump is refused for', () => {
  it.each([
    ['no bencode', 'x'],
    ['a list', 'le'],
    ['no state', 'd1:$2:dee'],
    ['a state above 2', 'd1:!i3e1:$2:dee'],
    ['no message', 'd1:!i1ee'],
    ['( without )', 'd1:!i0e1:$2:de1:(0:e'],
    ['a hash that is no string', 'd1:!i0e1:$2:de1:(0:1:)li1eee'],
  ])('%s', (_, text) => {
    expect(codeOf(() => readDump(binaryToBytes(text)))).toBe('CONFIG_BAD_DUMP')
    expect(codeOf(() => generic(binaryToBytes(text)))).toBe('CONFIG_BAD_DUMP')
  })
  it('a message in it that cannot be read', () => {
    expect(codeOf(() => generic(binaryToBytes('d1:!i0e1:$2:de1:(0:1:)le1:+dee')))).toBe('CONFIG_BAD_DUMP')
  })
})

it('an empty body', () => {
  expect(codeOf(() => decompressBody(unpadConfig(new Uint8Array(4))))).toBe('CONFIG_BAD_BODY')
})
