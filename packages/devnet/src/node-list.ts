import { hexToBytes } from '@sessionkit/bytes'
import type { BodyObject, BodyValue } from './body.ts'
import { NO_SWARM, type ServiceNodeContact, type SwarmTable } from './swarm-table.ts'
import { STORAGE_VERSION } from './version.ts'

/**
 * The daemon's `get_service_nodes`, as seeds and `oxend_request` answer it. Parameters that cannot be used count as
 * absent, which is what the daemon does with most of them. Protocol page 03, section 10.2.
 */
export function serviceNodeList(table: SwarmTable, params: Readonly<Record<string, unknown>>): BodyObject {
  if (params.poll_block_hash === table.blockHash) return { unchanged: true, status: 'OK' }
  const fields = wantedFields(params.fields)
  let nodes = table.nodes.filter((node) => params.active_only !== true || node.swarmId !== NO_SWARM)
  if (Array.isArray(params.service_node_pubkeys)) {
    const keys = new Set(params.service_node_pubkeys)
    nodes = nodes.filter((node) => keys.has(node.pubkeyLegacy))
  }
  const limit = Number.isSafeInteger(params.limit) ? (params.limit as number) : 0
  if (limit !== 0) nodes = shuffled(nodes)
  if (limit > 0) nodes = nodes.slice(0, limit)
  const top: Record<string, BodyValue> = {
    height: table.height,
    target_height: table.height,
    block_hash: table.blockHash,
    hardfork: table.hardFork[0],
    snode_revision: table.hardFork[1],
  }
  return {
    ...pick(top, fields),
    service_node_states: nodes.map((node) => pick(state(node), fields)),
    status: 'OK',
  }
}

function wantedFields(given: unknown): ReadonlySet<string> | null {
  const names = Array.isArray(given)
    ? given.filter((name) => typeof name === 'string')
    : typeof given === 'object' && given !== null
      ? Object.entries(given).flatMap(([name, wanted]) => (wanted === true ? [name] : []))
      : []
  return names.length === 0 || names.includes('all') ? null : new Set(names)
}

function pick(object: Record<string, BodyValue>, names: ReadonlySet<string> | null): BodyObject {
  return names === null ? object : Object.fromEntries(Object.entries(object).filter(([name]) => names.has(name)))
}

function state(node: ServiceNodeContact): Record<string, BodyValue> {
  return {
    service_node_pubkey: node.pubkeyLegacy,
    pubkey_ed25519: node.pubkeyEd25519,
    pubkey_x25519: node.pubkeyX25519,
    public_ip: node.ip,
    storage_port: node.portHttps,
    storage_lmq_port: node.portOmq,
    storage_server_version: STORAGE_VERSION,
    swarm_id: node.swarmId,
    active: node.swarmId !== NO_SWARM,
    funded: true,
    requested_unlock_height: 0,
  }
}

function shuffled<T>(list: readonly T[]): T[] {
  const out = [...list]
  for (let i = out.length - 1; i > 0; i--) {
    // The order of a list hides nothing, so plain randomness is enough.
    const j = Math.floor(Math.random() * (i + 1))
    ;[out[i], out[j]] = [out[j]!, out[i]!]
  }
  return out
}

/** The binary list, 51 bytes a node. Protocol page 03, section 10.3; page 04, section 5.14. */
export function activeNodesBin(table: SwarmTable): Uint8Array {
  const nodes = table.nodes.filter((node) => node.swarmId !== NO_SWARM)
  const out = new Uint8Array(nodes.length * 51)
  const view = new DataView(out.buffer)
  for (const [index, node] of nodes.entries()) {
    const at = index * 51
    out.set(hexToBytes(node.pubkeyEd25519), at)
    view.setBigUint64(at + 32, node.swarmId)
    out.set(node.ip.split('.').map(Number), at + 40)
    view.setUint16(at + 44, node.portHttps)
    view.setUint16(at + 46, node.portQuic)
    out.set(STORAGE_VERSION, at + 48)
  }
  return out
}
