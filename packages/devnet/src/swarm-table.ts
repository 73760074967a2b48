import { bytesToBase32z, hexToBytes } from '@sessionkit/bytes'
import { createSwarmMap, formatSwarmId, NO_SWARM, type SwarmMap } from '@sessionkit/swarm'
import type { BodyObject } from './body.ts'

export { NO_SWARM }

/** What a node list tells about one service node. Keys are 64 lower-case hex digits. */
export interface ServiceNodeContact {
  readonly swarmId: bigint
  readonly pubkeyLegacy: string
  readonly pubkeyEd25519: string
  readonly pubkeyX25519: string
  readonly ip: string
  readonly portHttps: number
  /** Used by no client of ours; the devnet serves HTTPS only. */
  readonly portOmq: number
  readonly portQuic: number
}

/** The list of nodes that one authority hands to every node. Protocol page 04, section 12. */
export interface SwarmTable {
  readonly height: number
  readonly blockHash: string
  readonly hardFork: readonly [number, number]
  readonly nodes: readonly ServiceNodeContact[]
}

/** Answers questions about a table. */
export class SwarmIndex {
  readonly table: SwarmTable
  readonly #byKey: ReadonlyMap<string, ServiceNodeContact>
  readonly #map: SwarmMap

  constructor(table: SwarmTable) {
    this.table = table
    this.#byKey = new Map(table.nodes.map((node) => [node.pubkeyEd25519, node]))
    this.#map = createSwarmMap(table.nodes.map((node) => node.swarmId))
  }

  node(ed25519: string): ServiceNodeContact | undefined {
    return this.#byKey.get(ed25519)
  }

  swarmOf(account: string): bigint {
    return this.#map.swarmFor(account) ?? NO_SWARM
  }

  members(swarmId: bigint): ServiceNodeContact[] {
    return swarmId === NO_SWARM ? [] : this.table.nodes.filter((node) => node.swarmId === swarmId)
  }

  /** The `snodes` and `swarm` fields of get_swarm and of a 421. Protocol page 04, sections 1.2 and 5.10. */
  describe(account: string): BodyObject {
    const id = this.swarmOf(account)
    return { snodes: this.members(id).map(snode), swarm: formatSwarmId(id) }
  }
}

function snode(node: ServiceNodeContact): BodyObject {
  return {
    address: `${bytesToBase32z(hexToBytes(node.pubkeyLegacy))}.snode`,
    pubkey_legacy: node.pubkeyLegacy,
    pubkey_x25519: node.pubkeyX25519,
    pubkey_ed25519: node.pubkeyEd25519,
    port: String(node.portHttps),
    port_https: node.portHttps,
    port_omq: node.portOmq,
    port_quic: node.portQuic,
    ip: node.ip,
  }
}
