import { assertBytes, bytesToBase64 } from '@sessionkit/bytes'
import { badParam } from './error.ts'
import { checkOwner } from './owner.ts'
import type { SwarmRequest } from './signed-text.ts'

/** Most requests of one batch or sequence. */
export const MAX_BATCH_REQUESTS = 20

/** Asks for an account's swarm. Prefer `createSwarmMap` over a node list. Protocol page 04, section 5.10. */
export function buildGetSwarm(input: { readonly owner: string }): SwarmRequest {
  return { method: 'get_swarm', params: { pubkey: checkOwner(input.owner) } }
}

/** Asks for the node's version and clock. Protocol page 04, section 5.11. */
export function buildInfo(): SwarmRequest {
  return { method: 'info', params: {} }
}

/** The fields that `parseServiceNodes` reads. */
export const SERVICE_NODE_FIELDS: readonly string[] = Object.freeze([
  'public_ip',
  'storage_port',
  'storage_lmq_port',
  'pubkey_x25519',
  'pubkey_ed25519',
  'swarm_id',
  'storage_server_version',
  'requested_unlock_height',
  'height',
  'block_hash',
  'hardfork',
])

/** Asks a node for the list of nodes. Protocol page 04, section 5.12; page 03, section 10.3. */
export function buildGetServiceNodes(
  input: { readonly activeOnly?: boolean; readonly fields?: readonly string[] } = {},
): SwarmRequest {
  const fields = Object.fromEntries((input.fields ?? SERVICE_NODE_FIELDS).map((name) => [name, true]))
  const params = { active_only: input.activeOnly ?? true, fields }
  return { method: 'oxend_request', params: { endpoint: 'get_service_nodes', params } }
}

/** Asks a node for the record of a name, by the 32-byte hash of it. Protocol page 04, section 5.12. */
export function buildOnsResolve(input: { readonly nameHash: Uint8Array }): SwarmRequest {
  assertBytes(input.nameHash, 'nameHash', 32)
  const params = { type: 0, name_hash: bytesToBase64(input.nameHash) }
  return { method: 'oxend_request', params: { endpoint: 'ons_resolve', params } }
}

/** Asks a newer node for the binary list of active nodes. Protocol page 04, section 5.14. */
export function buildActiveNodesBin(): SwarmRequest {
  return { method: 'active_nodes_bin', params: {} }
}

const META: ReadonlySet<string> = new Set(['batch', 'sequence', 'ifelse'])

function many(method: string, requests: readonly SwarmRequest[]): SwarmRequest {
  if (!Array.isArray(requests) || requests.length < 1 || requests.length > MAX_BATCH_REQUESTS) {
    throw badParam(`requests: expected 1 to ${MAX_BATCH_REQUESTS}`)
  }
  if (requests.some((request) => typeof request?.method !== 'string')) throw badParam('requests: one is none')
  if (requests.some((request) => META.has(request.method))) throw badParam('requests: batches do not nest')
  return {
    method,
    params: { requests: requests.map((request) => ({ method: request.method, params: request.params })) },
  }
}

/** 1 to 20 requests in one, all of which run. Protocol page 04, section 5.13. */
export function buildBatch(input: { readonly requests: readonly SwarmRequest[] }): SwarmRequest {
  return many('batch', input.requests)
}

/** 1 to 20 requests in one, up to the first that fails. Protocol page 04, section 5.13. */
export function buildSequence(input: { readonly requests: readonly SwarmRequest[] }): SwarmRequest {
  return many('sequence', input.requests)
}

/** What `ifelse` tests; all that is given must hold. */
export interface IfElseConditions {
  readonly hardForkAtLeast?: readonly [number, number]
  readonly hardForkBefore?: readonly [number, number]
  readonly versionAtLeast?: readonly [number, number, number]
  readonly versionBefore?: readonly [number, number, number]
  readonly heightAtLeast?: number
  readonly heightBefore?: number
}

/** One request or another, by the node's fork, version or height. Protocol page 04, section 5.13. */
export function buildIfElse(input: {
  readonly if: IfElseConditions
  readonly then?: SwarmRequest
  readonly else?: SwarmRequest
}): SwarmRequest {
  if (!input.then && !input.else) throw badParam('then or else is needed')
  const names = {
    hf_at_least: input.if.hardForkAtLeast,
    hf_before: input.if.hardForkBefore,
    v_at_least: input.if.versionAtLeast,
    v_before: input.if.versionBefore,
    height_at_least: input.if.heightAtLeast,
    height_before: input.if.heightBefore,
  }
  const condition = Object.fromEntries(Object.entries(names).filter(([, value]) => value !== undefined))
  return {
    method: 'ifelse',
    // biome-ignore lint/suspicious/noThenProperty: the protocol's name; the value is no function
    params: { if: condition, ...(input.then ? { then: input.then } : {}), ...(input.else ? { else: input.else } : {}) },
  }
}
