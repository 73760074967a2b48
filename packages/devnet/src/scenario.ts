import { bytesToHex, hexToBytes, SecretBytes } from '@sessionkit/bytes'
import { ed25519KeyPairFromSeed, ready } from '@sessionkit/crypto'
import { bodyToJson } from './body.ts'
import { DevnetError } from './error.ts'
import { StorageNode } from './storage-node.ts'
import type { ServiceNodeContact } from './swarm-table.ts'
import { HARD_FORK } from './version.ts'

/** `scenario_world` of a storage vectors file: what a scenario starts from. */
export interface ScenarioWorldDefinition {
  readonly nodes: readonly {
    /** Lower-case hex, without leading zeros. */
    readonly swarm: string
    readonly ed25519_seed: string
    readonly pubkey_legacy: string
    readonly pubkey_x25519: string
    readonly pubkey_ed25519: string
    readonly port_https: number
    readonly port_omq: number
    readonly port_quic: number
    readonly ip: string
  }[]
}

/** A request at a node, or a change of the world. */
export interface ScenarioStep {
  /** The clock of every node in milliseconds. */
  readonly now: number
  readonly node?: string
  readonly request?: { readonly method: string; readonly params: Readonly<Record<string, unknown>> }
  readonly action?: string
  readonly status?: number
  readonly body?: unknown
}

export interface Scenario {
  readonly name: string
  readonly steps: readonly ScenarioStep[]
}

export interface ScenarioStepResult {
  readonly status: number
  /** Text, or the parsed JSON. */
  readonly body: unknown
}

export interface ScenarioWorld {
  /** Runs one step; null for an action, which has no answer. Unknown nodes and actions are DEVNET_BAD_SCENARIO. */
  step(step: ScenarioStep): Promise<ScenarioStepResult | null>
}

/**
 * A fresh world of storage nodes without a network, for replaying the storage vectors' `scenarios`. Members reach each
 * other directly, through the same bencode as over HTTPS.
 */
export async function createScenarioWorld(definition: ScenarioWorldDefinition): Promise<ScenarioWorld> {
  await ready
  let now = 0
  const silent = new Set<string>()
  const nodes = new Map<string, StorageNode>()
  const table = {
    height: 1,
    blockHash: '00'.repeat(32),
    hardFork: HARD_FORK,
    nodes: definition.nodes.map(
      (node): ServiceNodeContact => ({
        swarmId: BigInt(`0x${node.swarm}`),
        pubkeyLegacy: node.pubkey_legacy,
        pubkeyEd25519: node.pubkey_ed25519,
        pubkeyX25519: node.pubkey_x25519,
        ip: node.ip,
        portHttps: node.port_https,
        portOmq: node.port_omq,
        portQuic: node.port_quic,
      }),
    ),
  }
  for (const { ed25519_seed: seed } of definition.nodes) {
    const keyPair = ed25519KeyPairFromSeed(SecretBytes.take(hexToBytes(seed)))
    const forward = async (peer: ServiceNodeContact, method: string, params: Uint8Array) =>
      silent.has(peer.pubkeyEd25519) ? null : (nodes.get(peer.pubkeyEd25519)?.handleForwarded(method, params) ?? null)
    nodes.set(bytesToHex(keyPair.publicKey), new StorageNode({ keyPair, table, now: () => now, forward }))
  }

  function node(key: string | undefined): StorageNode {
    const found = key === undefined ? undefined : nodes.get(key)
    if (found === undefined) throw new DevnetError('DEVNET_BAD_SCENARIO', 'scenario: a step names an unknown node')
    return found
  }

  return {
    async step(step) {
      now = step.now
      if (step.request !== undefined) {
        const { status, body } = await node(step.node).handle(step.request)
        return { status, body: typeof body === 'string' ? body : JSON.parse(bodyToJson(body)) }
      }
      const action = step.action ?? ''
      if (action.startsWith('sweep')) for (const each of nodes.values()) each.sweep()
      else if (action.startsWith('node does not answer')) silent.add(node(step.node).publicKey)
      else if (action.startsWith('node answers')) silent.delete(node(step.node).publicKey)
      else throw new DevnetError('DEVNET_BAD_SCENARIO', 'scenario: unknown action')
      return null
    },
  }
}

/** Runs a whole scenario in a fresh world and returns the answer of each step, null for actions. */
export async function replayScenario(
  definition: ScenarioWorldDefinition,
  scenario: Scenario,
): Promise<(ScenarioStepResult | null)[]> {
  const world = await createScenarioWorld(definition)
  const results: (ScenarioStepResult | null)[] = []
  for (const step of scenario.steps) results.push(await world.step(step))
  return results
}
