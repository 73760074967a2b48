import { bytesToHex } from '@sessionkit/bytes'
import { ready } from '@sessionkit/crypto'
import { accountFromSeed, type GroupId } from '@sessionkit/session-id'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  buildBatch,
  buildDelete,
  buildDeleteAll,
  buildRevokeSubaccount,
  buildStore,
  createSigningValue,
  entrySignedBytes,
  keySubaccount,
  memberSubaccount,
  parseDeleteResponse,
  parseExpireResponse,
  parseGetExpiriesResponse,
  parseStoreResponse,
  signedBytes,
  verifyEntry,
  verifySigningValue,
} from '../src/index.ts'
import { verifyRequest } from '../src/node.ts'
import { codeOf } from './code-of.ts'
import { account, DATA, member, NOW } from './world.ts'

beforeAll(() => ready)

const bad = (value: unknown) => value as never

describe('arguments', () => {
  it('a Buffer is never changed, and what was made from it does not change with it', () => {
    const group = { groupId: `03${member(5).node}` as GroupId, ed25519: member(5).keys }
    const { groupId } = group
    for (let fill = 0; fill < 8; fill++) {
      const person = accountFromSeed(new Uint8Array(16).fill(fill))
      const value = createSigningValue({ group, member: person.sessionId })
      const signingValue = Buffer.from(value)
      const memberEd25519 = Buffer.from(person.ed25519.publicKey)
      expect(verifySigningValue({ groupId, signingValue, memberEd25519 })).toBe(true)
      expect(bytesToHex(memberEd25519)).toBe(bytesToHex(person.ed25519.publicKey))
      const expected = memberSubaccount({ groupId, signingValue: value, member: person })
      const made = memberSubaccount({ groupId, signingValue, member: person })
      signingValue.fill(0)
      expect(made.tokenSignature).toStrictEqual(expected.tokenSignature)
      expect(made.sign(DATA)).toStrictEqual(expected.sign(DATA))

      const token = Buffer.concat([Buffer.of(3, 7, 0, 0), person.ed25519.publicKey])
      const tokenSignature = Buffer.alloc(64, 1)
      const own = keySubaccount({ owner: groupId, token, tokenSignature, keyPair: person.ed25519 })
      token.fill(0)
      tokenSignature.fill(0)
      expect([own.token[0], own.tokenSignature[0]]).toStrictEqual([3, 1])
    }
  })

  it('what is no signer', () => {
    const { sessionId } = account()
    for (const value of [
      undefined,
      null,
      '',
      'x',
      1,
      {},
      { sessionId },
      { groupId: 'x' },
      { sessionId, ed25519: {} },
    ]) {
      for (const call of [
        () => buildDeleteAll({ signer: bad(value), timestamp: NOW }),
        () => buildRevokeSubaccount({ signer: bad(value), tokens: [], timestamp: NOW }),
      ]) {
        expect(codeOf(call)).toBe('SWARM_BAD_SIGNER')
      }
    }
  })

  it('what is no group and no member', () => {
    for (const value of [undefined, null, 1, 'x', {}, { ed25519: member(5).keys.publicKey }]) {
      expect(codeOf(() => createSigningValue({ group: bad(value), member: account().sessionId }))).toBe(
        'SWARM_BAD_SIGNER',
      )
      const groupId = `03${member(5).node}` as GroupId
      const signingValue = new Uint8Array(100)
      expect(codeOf(() => memberSubaccount({ groupId, signingValue, member: bad(value) }))).toBe(
        'SWARM_BAD_SIGNING_VALUE',
      )
    }
  })

  it('what is no list of nodes, and no request', () => {
    const request = buildStore({ signer: account(), data: DATA, timestamp: NOW, ttl: 86_400_000 })
    for (const value of [undefined, null, 1, 'x', {}]) {
      const parse = () => parseStoreResponse({ body: { swarm: {} }, request, nodes: bad(value) })
      expect(codeOf(parse)).toBe('SWARM_BAD_PARAM')
      expect(codeOf(() => buildBatch({ requests: [bad(value)] }))).toBe('SWARM_BAD_PARAM')
      for (const wrong of [value, { method: 'store', params: value }]) {
        const input = { body: { swarm: {} }, request: bad(wrong), nodes: [] }
        for (const parser of [parseStoreResponse, parseDeleteResponse, parseExpireResponse, parseGetExpiriesResponse]) {
          expect(codeOf(() => parser(input))).toBe('SWARM_BAD_PARAM')
        }
        expect(codeOf(() => signedBytes(bad(wrong)))).toBe('SWARM_BAD_PARAM')
        if (wrong) expect(verifyRequest(bad(wrong))).toBe(false)
      }
    }
  })

  it('half of a surrogate pair, which JSON can hold and nobody can sign', () => {
    const messages = JSON.parse('["\\ud800"]') as string[]
    const request = buildDelete({ signer: account(), messages: ['a'.repeat(43)] })
    const changed = { ...request, params: { ...request.params, messages } }
    expect(verifyRequest(changed)).toBe(false)
    expect(codeOf(() => signedBytes(changed))).toBe('SWARM_BAD_PARAM')
    const { node } = member(1)
    const input = { method: 'delete', owner: account().sessionId, params: request.params, entry: { deleted: messages } }
    expect(codeOf(() => entrySignedBytes(input))).toBe('SWARM_BAD_ANSWER')
    expect(verifyEntry({ ...input, node })).toBe(false)
    const expire = { ...input, method: 'expire', entry: { updated: [], expiry: 5, unchanged: { '\ud800': 5 } } }
    expect(codeOf(() => entrySignedBytes(expire))).toBe('SWARM_BAD_ANSWER')
    expect(codeOf(() => entrySignedBytes({ ...input, method: 'store', entry: { hash: '\udc00' } }))).toBe(
      'SWARM_BAD_ANSWER',
    )
  })
})
