import { base64ToBytes, bytesToBase64, bytesToHex, bytesToUtf8, SecretBytes } from '@sessionkit/bytes'
import { type Ed25519KeyPair, ed25519KeyPairFromSeed, ed25519Sign, ed25519Verify } from '@sessionkit/crypto'
import { accountFromSeed, type GroupId, parseGroupId } from '@sessionkit/session-id'
import {
  createSigningValue,
  createSwarmMap,
  entrySignedBytes,
  formatSwarmId,
  keySubaccount,
  memberSubaccount,
  messageHash,
  NO_SWARM,
  namespaceClass,
  namespaceText,
  parseActiveNodesBin,
  pollMaxSizes,
  type SwarmSigner,
  signedBytes,
  swarmSpace,
  verifyEntry,
  verifySigningValue,
} from '@sessionkit/swarm'
import { bytes, type Entry, flag, has, integer, list, object, objects, text } from './entry.ts'
import { expectField, expectSame } from './expect.ts'
import { Mismatch, Unsupported } from './outcome.ts'
import type { VectorHandler } from './runner.ts'
import { buildRequest, tokens } from './swarm-request.ts'

/** The client's side of `storage.json`, protocol page 04. */
export const swarmHandlers: Readonly<Record<string, VectorHandler>> = {
  swarm_space: (entry) => {
    const space = swarmSpace(text(entry, 'pubkey'))
    expectField(entry, 'space', space.toString())
    expectField(entry, 'space_hex', space.toString(16))
  },

  swarm_mapping: (entry, { meta }) => {
    const ids = list(object(meta, 'swarm_sets'), text(entry, 'swarms'))
    const swarm = createSwarmMap(ids.map(u64)).swarmFor(text(entry, 'pubkey'))
    expectField(entry, 'space', swarmSpace(text(entry, 'pubkey')).toString())
    expectField(entry, 'swarm_id', swarm === undefined ? null : swarm.toString())
    expectField(entry, 'swarm_hex', formatSwarmId(swarm))
  },

  message_hash: (entry) => {
    const owner = text(entry, 'pubkey')
    expectField(
      entry,
      'hash',
      messageHash({ owner, namespace: integer(entry, 'namespace'), data: bytes(entry, 'data') }),
    )
  },

  namespaces: (entry) => {
    const namespace = integer(entry, 'namespace')
    const rules = namespaceClass(namespace)
    expectField(entry, 'public_inbox', rules.publicInbox)
    expectField(entry, 'public_outbox', rules.publicOutbox)
    expectField(entry, 'retrieve_without_auth', rules.retrieveWithoutAuth)
    expectField(entry, 'unrevocable', rules.unrevocable)
    expectField(entry, 'max_store_ttl_ms', rules.maxTtlMs)
    expectField(entry, 'signed_text_form', namespaceText(namespace))
  },

  request_signatures: (entry) => {
    const method = text(entry, 'method')
    const params = object(entry, 'params')
    const signer = signerOf(entry, params)
    const request = buildRequest(method, params, signer)
    const signed = signedBytes(request)
    expectField(entry, 'signed_text_hex', signed)
    expectSame('signed text of the file’s params', signed, signedBytes({ method, params }))
    if (has(entry, 'signed_text')) expectField(entry, 'signed_text', bytesToUtf8(signed))
    expectSame('params', inOneForm(params), inOneForm(request.params))
    expectField(entry, 'account', request.params.pubkey)
    expectField(entry, 'signature', base64ToBytes(String(request.params.signature)))
    expectField(entry, 'subaccount_token', 'token' in signer ? signer.token : undefined)
    const publicKey = 'token' in signer ? signer.token.slice(4) : signer.ed25519.publicKey
    const signature = bytes(entry, 'signature')
    expectSame('the signature verifies', true, ed25519Verify({ message: signed, signature, publicKey }))
  },

  subaccount_tokens: (entry) => {
    const group = groupOf(bytes(entry, 'group_ed25519_seed'))
    const member = accountFromSeed(bytes(entry, 'member_ed25519_seed'))
    const signingValue = createSigningValue({ group, member: member.sessionId, ...access(integer(entry, 'flags')) })
    const subaccount = memberSubaccount({ groupId: group.groupId, signingValue, member })
    expectField(entry, 'group_id', group.groupId)
    expectField(entry, 'member_id', member.sessionId)
    expectField(entry, 'member_ed25519_pk_sign_bit', member.ed25519.publicKey[31]! >> 7)
    expectField(entry, 'blinding_factor', signingValue.slice(4, 36))
    expectField(entry, 'signing_value', signingValue)
    expectField(entry, 'token', subaccount.token)
    expectField(entry, 'token_base64', bytesToBase64(subaccount.token))
    expectField(entry, 'token_signature', subaccount.tokenSignature)
    const memberEd25519 = member.ed25519.publicKey
    const verified = { groupId: group.groupId, memberEd25519, requireWrite: false }
    expectSame(
      'the signing value verifies',
      true,
      verifySigningValue({ ...verified, signingValue: bytes(entry, 'signing_value') }),
    )
    const message = bytes(entry, 'message')
    const signature = subaccount.sign(message)
    expectField(entry, 'message_signature', signature)
    const publicKey = subaccount.token.slice(4)
    expectSame('the message signature verifies', true, ed25519Verify({ message, signature, publicKey }))
  },

  active_nodes_bin: (entry) => {
    const blob = bytes(entry, 'blob_hex')
    const parsed = parseActiveNodesBin(blob)
    const expected = objects(entry, 'nodes')
    const usable = expected.filter((node) => node.usable !== false)
    expectField(entry, 'body_base64', bytesToBase64(blob))
    expectSame('nodes', usable.length, parsed.nodes.length)
    expectSame('skipped nodes', expected.length - usable.length, parsed.skipped)
    usable.forEach((node, i) => {
      const { id, x25519, swarmId, ip, port, omqPort, version } = parsed.nodes[i]!
      const path = (name: string): string => `nodes[${expected.indexOf(node)}].${name}`
      expectField(node, 'pubkey_ed25519', id, path('pubkey_ed25519'))
      expectField(node, 'pubkey_x25519', x25519, path('pubkey_x25519'))
      expectField(node, 'swarm_id', (swarmId ?? NO_SWARM).toString(), path('swarm_id'))
      expectField(node, 'swarm_hex', formatSwarmId(swarmId), path('swarm_hex'))
      expectField(node, 'ip', ip, path('ip'))
      expectField(node, 'port_https', port, path('port_https'))
      expectField(node, 'port_omq', omqPort, path('port_omq'))
      expectField(node, 'version', version, path('version'))
    })
    if (!has(entry, 'body_base64')) return
    expectSame('nodes of the base64', parsed.nodes.length, parseActiveNodesBin(text(entry, 'body_base64')).nodes.length)
  },

  response_signatures: (entry) => {
    const input = {
      method: text(entry, 'method'),
      owner: text(entry, 'account'),
      params: object(entry, 'request'),
      entry: object(entry, 'entry'),
    }
    if (has(entry, 'signed_text_hex')) expectField(entry, 'signed_text_hex', entrySignedBytes(input))
    if (has(entry, 'signed_text')) expectField(entry, 'signed_text', bytesToUtf8(entrySignedBytes(input)))
    expectSame('valid', flag(entry, 'valid'), verifyEntry({ ...input, node: text(entry, 'node_ed25519') }))
  },

  poll_max_size: (entry) => {
    const namespaces = list(entry, 'namespaces')
    if (!namespaces.every((n): n is number => typeof n === 'number')) throw new Mismatch('namespaces: not integers')
    const sizes = Object.fromEntries(
      [...pollMaxSizes(namespaces)].map(([namespace, size]) => [String(namespace), size]),
    )
    expectField(entry, 'max_size', sizes)
  },
}

/** A server reads tokens in several forms; they count as equal here. */
const inOneForm = (params: Entry): Entry =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, /^(un)?revoke$/.test(name) ? tokens(value) : value]),
  )

function u64(value: unknown): bigint {
  if (typeof value !== 'string' || !/^\d{1,20}$/.test(value)) throw new Mismatch('swarm_sets: not a decimal u64')
  return BigInt(value)
}

interface Group {
  readonly groupId: GroupId
  readonly ed25519: Ed25519KeyPair
}

function groupOf(seed: Uint8Array): Group {
  const ed25519 = ed25519KeyPairFromSeed(SecretBytes.from(seed))
  return { groupId: parseGroupId(`03${bytesToHex(ed25519.publicKey)}`), ed25519 }
}

/** The flags of a token: Read is always there, and the rest is what our grants can say. */
function access(flags: number): { write: boolean; delete: boolean } {
  if ((flags & 1) === 0 || flags > 7) throw new Unsupported(`token flags ${flags}`)
  return { write: (flags & 2) !== 0, delete: (flags & 4) !== 0 }
}

/** Whom an entry lets sign, by the seeds that it gives. */
function signerOf(entry: Entry, params: Entry): SwarmSigner {
  const ownerSeed = bytes(entry, 'owner_ed25519_seed')
  const isGroup = text(entry, 'account').startsWith('03')
  const owner = isGroup ? groupOf(ownerSeed) : accountFromSeed(ownerSeed)
  const ownerId = 'groupId' in owner ? owner.groupId : owner.sessionId
  if (has(entry, 'member_ed25519_seed')) {
    if (!('groupId' in owner)) throw new Unsupported('a blinded member of something else than a group')
    const member = accountFromSeed(bytes(entry, 'member_ed25519_seed'))
    const flags = bytes(entry, 'subaccount_token')[1] ?? 0
    const signingValue = createSigningValue({ group: owner, member: member.sessionId, ...access(flags) })
    return memberSubaccount({ groupId: owner.groupId, signingValue, member })
  }
  if (has(entry, 'subaccount_ed25519_seed')) {
    const keyPair = ed25519KeyPairFromSeed(SecretBytes.from(bytes(entry, 'subaccount_ed25519_seed')))
    const token = bytes(entry, 'subaccount_token')
    const tokenSignature = ed25519Sign({ message: token, keyPair: owner.ed25519 })
    const ownerEd25519 = isGroup ? {} : { ownerEd25519: owner.ed25519.publicKey }
    return keySubaccount({ owner: ownerId, ...ownerEd25519, token, tokenSignature, keyPair })
  }
  if (has(params, 'subaccount')) throw new Unsupported('a subaccount without a seed')
  return owner
}
