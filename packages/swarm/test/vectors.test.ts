import { base64ToBytes, bytesToBase64, bytesToHex, hexToBytes } from '@sessionkit/bytes'
import { ready } from '@sessionkit/crypto'
import { accountFromSeed, type GroupId, type SessionId } from '@sessionkit/session-id'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  buildDelete,
  buildDeleteAll,
  buildDeleteBefore,
  buildExpire,
  buildExpireAll,
  buildGetExpiries,
  buildRetrieve,
  buildRevokeSubaccount,
  buildStore,
  buildUnrevokeSubaccount,
  createSigningValue,
  createSwarmMap,
  entrySignedBytes,
  formatSwarmId,
  keySubaccount,
  memberSubaccount,
  messageHash,
  namespaceClass,
  namespaceText,
  parseActiveNodesBin,
  pollMaxSizes,
  type SwarmRequest,
  type SwarmSigner,
  signedBytes,
  subaccountToken,
  swarmSpace,
  verifyEntry,
  verifySigningValue,
} from '../src/index.ts'
import { retrievePage, subaccountAllows, verifyRequest } from '../src/node.ts'
import { groups, keyPair, storage, type Vector } from './vectors.ts'

beforeAll(() => ready)

const each = (operation: string, run: (entry: Vector, index: number) => void) => {
  it(operation, () => {
    const entries: Vector[] = storage.operations[operation]
    expect(entries.length).toBeGreaterThan(0)
    entries.forEach(run)
  })
}

const tokenBytes = (text: string) => (text.length === 72 ? hexToBytes(text) : base64ToBytes(text))
const listOf = (value: string | string[]) => [value].flat()

/** The signer that a vector names, from the seeds it gives. */
function signerOf(v: Vector): SwarmSigner {
  const owner = keyPair(v.owner_ed25519_seed)
  if (v.subaccount_ed25519_seed) {
    return keySubaccount({
      owner: v.account,
      ...(v.account.startsWith('05') ? { ownerEd25519: owner.publicKey } : {}),
      token: hexToBytes(v.subaccount_token),
      tokenSignature: base64ToBytes(v.params.subaccount_sig),
      keyPair: keyPair(v.subaccount_ed25519_seed),
    })
  }
  if (v.member_ed25519_seed) {
    const member = accountFromSeed(hexToBytes(v.member_ed25519_seed))
    const flags = hexToBytes(v.subaccount_token)[1] as number
    const group = { groupId: v.account as GroupId, ed25519: owner }
    const signingValue = createSigningValue({
      group,
      member: member.sessionId,
      write: (flags & 2) !== 0,
      delete: (flags & 4) !== 0,
    })
    return memberSubaccount({ groupId: group.groupId, signingValue, member })
  }
  return v.account.startsWith('05')
    ? { sessionId: v.account as SessionId, ed25519: owner }
    : { groupId: v.account as GroupId, ed25519: owner }
}

/** The request of a vector, made by the builder of its method. */
function rebuild(v: Vector, signer: SwarmSigner): SwarmRequest {
  const p = v.params
  const mode = p.shorten ? 'shorten' : p.extend ? 'extend' : 'set'
  const { namespace, timestamp, messages } = p
  switch (v.method) {
    case 'store':
      return buildStore({
        signer,
        namespace,
        timestamp,
        ttl: p.ttl,
        expiry: p.expiry,
        data: base64ToBytes(p.data),
        sigTimestamp: p.sig_timestamp,
      })
    case 'retrieve':
      return buildRetrieve({
        signer,
        namespace,
        timestamp,
        lastHash: p.last_hash,
        maxSize: p.max_size,
        maxCount: p.max_count,
      })
    case 'delete':
      return buildDelete({ signer, messages, ...('required' in p ? { required: p.required } : {}) })
    case 'delete_all':
      return buildDeleteAll({ signer, namespace, timestamp })
    case 'delete_before':
      return buildDeleteBefore({ signer, namespace, before: p.before })
    case 'expire':
      return buildExpire({ signer, messages, expiry: p.expiry, mode })
    case 'expire_all':
      return buildExpireAll({ signer, namespace, expiry: p.expiry })
    case 'get_expiries':
      return buildGetExpiries({ signer, messages, timestamp })
    case 'revoke_subaccount':
      return buildRevokeSubaccount({ signer, tokens: listOf(p.revoke).map(tokenBytes), timestamp })
    case 'unrevoke_subaccount':
      return buildUnrevokeSubaccount({ signer, tokens: listOf(p.unrevoke).map(tokenBytes), timestamp })
    default:
      throw new Error(`no builder for ${v.method}`)
  }
}

describe('vectors of storage', () => {
  each('swarm_space', (v) => {
    expect(swarmSpace(v.pubkey)).toBe(BigInt(v.space))
    expect(formatSwarmId(swarmSpace(v.pubkey))).toBe(v.space_hex)
  })

  it('swarm_mapping', () => {
    const maps = new Map(
      Object.entries(storage.swarm_sets as Record<string, string[]>).map(([name, ids]) => [
        name,
        createSwarmMap(ids.map(BigInt)),
      ]),
    )
    for (const v of storage.operations.swarm_mapping) {
      const swarm = maps.get(v.swarms)?.swarmFor(v.pubkey)
      expect(swarm, JSON.stringify(v)).toBe(v.swarm_id === null ? undefined : BigInt(v.swarm_id))
      expect(formatSwarmId(swarm)).toBe(v.swarm_hex)
    }
  })

  each('message_hash', (v) => {
    expect(messageHash({ owner: v.pubkey, namespace: v.namespace, data: hexToBytes(v.data) })).toBe(v.hash)
  })

  each('namespaces', (v) => {
    expect(namespaceClass(v.namespace)).toMatchObject({
      publicInbox: v.public_inbox,
      publicOutbox: v.public_outbox,
      retrieveWithoutAuth: v.retrieve_without_auth,
      unrevocable: v.unrevocable,
      maxTtlMs: v.max_store_ttl_ms,
    })
    expect(namespaceText(v.namespace)).toBe(v.signed_text_form)
  })

  each('request_signatures', (v) => {
    expect(bytesToHex(signedBytes({ method: v.method, params: v.params }))).toBe(v.signed_text_hex)
    const request = rebuild(v, signerOf(v))
    expect(request.method).toBe(v.method)
    const { revoke, unrevoke, ...expected } = v.params
    expect(request.params).toMatchObject(expected)
    expect(Object.keys(request.params).sort()).toEqual(Object.keys(v.params).sort())
    expect(bytesToHex(base64ToBytes(request.params.signature as string))).toBe(v.signature)
    const flags = v.subaccount_token ? (hexToBytes(v.subaccount_token)[1] as number) : undefined
    const needsDelete = /^(delete|expire_all)/.test(v.method) || v.params.shorten
    expect(verifyRequest({ method: v.method, params: v.params })).toBe(
      flags === undefined || !needsDelete || (flags & 4) !== 0,
    )
  })

  each('subaccount_tokens', (v) => {
    const group = { groupId: v.group_id as GroupId, ed25519: keyPair(v.group_ed25519_seed) }
    const member = accountFromSeed(hexToBytes(v.member_ed25519_seed))
    expect(member.sessionId).toBe(v.member_id)
    const grant = { group, member: member.sessionId, write: (v.flags & 2) !== 0, delete: (v.flags & 4) !== 0 }
    expect(bytesToHex(subaccountToken(grant))).toBe(v.token)
    expect(bytesToBase64(subaccountToken(grant))).toBe(v.token_base64)
    const signingValue = createSigningValue(grant)
    expect(bytesToHex(signingValue)).toBe(v.signing_value)
    const subaccount = memberSubaccount({ groupId: group.groupId, signingValue, member })
    expect(bytesToHex(subaccount.token)).toBe(v.token)
    expect(bytesToHex(subaccount.tokenSignature)).toBe(v.token_signature)
    expect(bytesToHex(subaccount.sign(hexToBytes(v.message)))).toBe(v.message_signature)
  })

  each('subaccount_access', (v) => {
    expect(
      subaccountAllows({
        method: v.method,
        accountPrefix: v.account_prefix,
        tokenPrefix: v.token_prefix,
        flags: v.flags,
      }),
      JSON.stringify(v),
    ).toBe(v.allowed)
  })

  each('retrieve_paging', (v) => {
    const { sizes, last_hash_index: lastIndex, max_count: maxCount, max_size: maxSize } = v
    expect(retrievePage({ sizes, lastIndex, maxCount, maxSize })).toEqual({ indices: v.returned, more: v.more })
  })

  each('poll_max_size', (v) => {
    const sizes = pollMaxSizes(v.namespaces)
    expect(Object.fromEntries(sizes)).toEqual(v.max_size)
  })

  each('active_nodes_bin', (v) => {
    const usable = v.nodes.filter((node: Vector) => node.usable !== false)
    for (const data of [hexToBytes(v.blob_hex), v.body_base64 as string]) {
      const { nodes, skipped } = parseActiveNodesBin(data)
      expect(skipped).toBe(v.nodes.length - usable.length)
      expect(
        nodes.map((node) => ({
          pubkey_ed25519: node.id,
          pubkey_x25519: bytesToHex(node.x25519),
          swarm_id: String(node.swarmId),
          swarm_hex: formatSwarmId(node.swarmId),
          ip: node.ip,
          port_https: node.port,
          port_omq: node.omqPort,
          version: node.version,
        })),
      ).toMatchObject(usable.map(({ usable: _, ...node }: Vector) => node))
    }
  })

  each('response_signatures', (v) => {
    const input = { method: v.method, owner: v.account, params: v.request, entry: v.entry }
    expect(verifyEntry({ ...input, node: v.node_ed25519 }), JSON.stringify(v)).toBe(v.valid)
    if (v.signed_text_hex && v.valid) expect(bytesToHex(entrySignedBytes(input))).toBe(v.signed_text_hex)
  })
})

describe('vectors of groups', () => {
  it('subaccount', () => {
    for (const v of groups.operations.subaccount) {
      const group = { groupId: v.group.id as GroupId, ed25519: keyPair(v.group.ed25519_seed) }
      const member = accountFromSeed(hexToBytes(v.member.ed25519_seed))
      const grant = { group, member: v.member.session_id as SessionId, write: v.write, delete: v.delete }
      const signingValue = createSigningValue(grant)
      expect(bytesToHex(signingValue)).toBe(v.signing_value)
      expect(bytesToHex(subaccountToken(grant))).toBe(v.token)
      const subaccount = memberSubaccount({ groupId: group.groupId, signingValue, member })
      expect(bytesToHex(subaccount.token)).toBe(v.subaccount)
      expect(bytesToHex(subaccount.tokenSignature)).toBe(v.subaccount_sig)
      expect(bytesToHex(subaccount.sign(hexToBytes(v.message)))).toBe(v.signature)
    }
  })

  it('subaccount_verify', () => {
    for (const v of groups.operations.subaccount_verify) {
      const valid = verifySigningValue({
        groupId: v.group_id,
        signingValue: hexToBytes(v.signing_value),
        memberEd25519: hexToBytes(v.member.ed25519_pk),
        requireWrite: v.require_write,
        requireDelete: v.require_delete,
      })
      expect(valid, v.why).toBe(v.valid)
    }
  })
})
