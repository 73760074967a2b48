import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { bytesToHex, concatBytes, hexToBytes, SecretBytes, utf8ToBytes } from '@sessionkit/bytes'
import { blake2b, type Ed25519KeyPair, ed25519KeyPairFromSeed, randomBytes, ready } from '@sessionkit/crypto'
import { NO_SWARM, parseSwarmId } from '@sessionkit/swarm'
import { createCertificate } from './certificate.ts'
import { DevnetError } from './error.ts'
import { type Fault, isFault } from './fault.ts'
import { SWEEP_INTERVAL_MS } from './limits.ts'
import type { NodeRecord } from './record.ts'
import { SeedNode } from './seed-node.ts'
import { ServiceNode } from './service-node.ts'
import type { NameRecord, StorageNode } from './storage-node.ts'
import { type ServiceNodeContact, SwarmIndex, type SwarmTable } from './swarm-table.ts'
import { HARD_FORK } from './version.ts'

export interface DevnetOptions {
  /** Service nodes, 1 to 250. Default 12. */
  readonly nodes?: number
  /** Makes every key the same each time. Default: random keys. */
  readonly seed?: number | Uint8Array
  /** Port of the seed node; node i listens on port + 1 + i. Default 0: any free ports. */
  readonly port?: number
  /** IPv4 address to listen on. With the default 127.0.0.1, nodes get 127.0.x.1 each where the platform allows. */
  readonly host?: string
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly clock?: () => number
  /** Writes the network definition to this file. */
  readonly writeTo?: string
  /** Whether nodes keep records of what they saw. Default true. */
  readonly trace?: boolean
  /** `host:port` of the HTTP(S) servers that nodes relay to. Default none: a relay would be an open proxy. */
  readonly allowedServers?: readonly string[]
}

export interface NetworkFileSeed {
  readonly url: string
  /** SHA-256 of the DER certificate, hex. */
  readonly certSha256: string
}

/** A network as clients read it. */
export interface NetworkFile {
  readonly name: 'devnet'
  readonly seedNodes: readonly NetworkFileSeed[]
  readonly fileServer: null
  readonly pushServer: null
  /** False when all nodes share one address, so that a path cannot be spread over networks. */
  readonly subnetRule: boolean
}

export interface DevnetSeedNode extends NetworkFileSeed {
  /** PEM. */
  readonly certificate: string
}

export interface DevnetNode {
  /** Ed25519 public key, hex. */
  readonly id: string
  readonly index: number
  readonly ed25519: string
  readonly x25519: string
  readonly ip: string
  readonly port: number
  readonly url: string
  /** Lower-case hex without leading zeros; `ffffffffffffffff` for none. */
  readonly swarmId: string
  readonly running: boolean
  /** What the node saw, oldest first. */
  readonly records: readonly NodeRecord[]
  readonly storage: StorageNode
  clockOffset: number
  setFault(fault: Fault | null): void
  /** Reasons for which the node answers 503; none means ready. */
  setNotReady(reasons: readonly string[]): void
}

export interface Devnet {
  readonly nodes: readonly DevnetNode[]
  readonly seedNodes: readonly DevnetSeedNode[]
  /** The records of all nodes, in the order of time. */
  readonly records: readonly NodeRecord[]
  /** Names that `ons_resolve` knows, by base64 name hash. */
  readonly nameRecords: Map<string, NameRecord>
  networkFile(): NetworkFile
  node(id: string): DevnetNode
  /** The nodes that keep the messages of an account (66 hex digits). */
  swarmOf(account: string): readonly DevnetNode[]
  /** Stops a node as a crash would: its port refuses, its data stays. */
  stopNode(id: string): Promise<void>
  /** Starts it again on the same port; the members of its swarm hand over what it missed. */
  restartNode(id: string): Promise<void>
  /**
   * Changes the table of every node and of the seed: `swarmId` in hex, or null for no swarm (decommissioned). Resolves
   * when the nodes have handed over what the change asks for. Protocol page 04, section 12.5.
   */
  assignSwarms(changes: readonly { readonly id: string; readonly swarmId: string | null }[]): Promise<void>
  clearRecords(): void
  close(): Promise<void>
}

/**
 * Starts a network on loopback: service nodes in swarms of at least five (one swarm when there are fewer than ten
 * nodes) and a seed node, each an HTTPS server with its own self-signed certificate and keys.
 *
 * Codes: DEVNET_BAD_OPTION, DEVNET_LISTEN_FAILED. Protocol page 04, section 12.
 */
export async function startDevnet(options: DevnetOptions = {}): Promise<Devnet> {
  const settings = checkOptions(options)
  await ready
  const { count, host, port, clock } = settings
  const spread = host === '127.0.0.1' && (await canListen('127.0.1.1'))
  const hosts = Array.from({ length: count }, (_, index) => (spread ? `127.0.${index + 1}.1` : host))
  const certificates = await Promise.all([host, ...hosts].map(createCertificate))
  const nameRecords = new Map<string, NameRecord>()
  const seedNode = new SeedNode(certificates[0]!)
  const nodes = hosts.map(
    (address, index) =>
      new ServiceNode({
        keyPair: keyPair(settings.secret, 'node', index),
        legacyPublicKey: bytesToHex(keyPair(settings.secret, 'legacy', index).publicKey),
        certificate: certificates[index + 1]!,
        host: address,
        now: clock,
        trace: options.trace ?? true,
        allowedServers: [...(options.allowedServers ?? [])],
        nameRecords,
      }),
  )
  const closeAll = () => Promise.all([seedNode.close(), ...nodes.map((node) => node.close())])
  try {
    await Promise.all([
      seedNode.listen(host, port),
      ...nodes.map((node, index) => node.listen(port === 0 ? 0 : port + 1 + index)),
    ])
  } catch (error) {
    await closeAll()
    throw error
  }

  let table = makeTable(nodes, settings.secret)
  seedNode.setTable(table)
  await Promise.all(nodes.map((node) => node.setTable(table)))
  const contactOf = (id: string) => table.nodes.find((contact) => contact.pubkeyEd25519 === id)!
  const views = nodes.map((node, index) => view(node, index, contactOf))
  const byId = new Map(nodes.map((node, index) => [node.id, { node, view: views[index]! }]))
  const seedNodes: DevnetSeedNode[] = [
    {
      url: `https://${host}:${seedNode.port}/json_rpc`,
      certSha256: certificates[0]!.sha256,
      certificate: certificates[0]!.certificate,
    },
  ]
  let closed = false

  // Sweeping and the repetition of missed writes; unref'ed, so that a finished program ends.
  const timer = setInterval(() => {
    for (const node of nodes) {
      node.storage.sweep()
      if (!node.running) continue
      for (const peer of node.storage.missedPeers()) void node.storage.flushMissed(peer)
    }
  }, SWEEP_INTERVAL_MS)
  timer.unref()

  function entry(id: string) {
    const found = byId.get(id)
    if (found === undefined) throw new DevnetError('DEVNET_UNKNOWN_NODE', 'no node of this devnet has that id')
    return found
  }

  const devnet: Devnet = {
    nodes: views,
    seedNodes,
    nameRecords,
    get records() {
      return nodes.flatMap((node) => node.records.list()).sort((a, b) => a.at - b.at || a.hopNumber - b.hopNumber)
    },
    networkFile: () => ({
      name: 'devnet',
      seedNodes: seedNodes.map(({ url, certSha256 }) => ({ url, certSha256 })),
      fileServer: null,
      pushServer: null,
      subnetRule: spread,
    }),
    node: (id) => entry(id).view,
    swarmOf(account) {
      if (!/^[0-9a-fA-F]{66}$/.test(account)) {
        throw new DevnetError('DEVNET_BAD_OPTION', 'swarmOf: an account id is 66 hex digits')
      }
      const index = new SwarmIndex(table)
      const members = index.members(index.swarmOf(account.toLowerCase()))
      return members.map((member) => entry(member.pubkeyEd25519).view)
    },
    async stopNode(id) {
      await entry(id).node.close()
    },
    async restartNode(id) {
      if (closed) throw new DevnetError('DEVNET_CLOSED', 'this devnet is closed')
      const { node } = entry(id)
      if (node.running) return
      await node.listen(0)
      const others = nodes.filter((other) => other !== node && other.running)
      await Promise.all(others.map((other) => other.storage.flushMissed(contactOf(id))))
      await Promise.all(node.storage.missedPeers().map((peer) => node.storage.flushMissed(peer)))
    },
    async assignSwarms(changes) {
      const ids = new Map(
        changes.map(({ id, swarmId }) => [entry(id).node.id, swarmId === null ? NO_SWARM : parseSwarmId(swarmId)]),
      )
      if ([...ids.values()].includes(undefined)) {
        throw new DevnetError('DEVNET_BAD_OPTION', 'assignSwarms: a swarm id is 1 to 16 hex digits, not all of them f')
      }
      table = {
        ...table,
        height: table.height + 1,
        blockHash: bytesToHex(blake2b({ message: hexToBytes(table.blockHash), length: 32 })),
        nodes: table.nodes.map((contact) => ({
          ...contact,
          swarmId: ids.get(contact.pubkeyEd25519) ?? contact.swarmId,
        })),
      }
      seedNode.setTable(table)
      await Promise.all(nodes.map((node) => node.setTable(table)))
    },
    clearRecords() {
      for (const node of nodes) node.records.clear()
    },
    async close() {
      closed = true
      clearInterval(timer)
      await closeAll()
    },
  }
  if (options.writeTo !== undefined) {
    await writeFile(options.writeTo, `${JSON.stringify(devnet.networkFile(), null, 2)}\n`)
  }
  return devnet
}

interface Settings {
  readonly count: number
  readonly host: string
  readonly port: number
  readonly clock: () => number
  readonly secret: Uint8Array
}

function checkOptions(options: DevnetOptions): Settings {
  const { nodes: count = 12, host = '127.0.0.1', port = 0, clock = Date.now, seed } = options
  const bad = (message: string) => new DevnetError('DEVNET_BAD_OPTION', message)
  if (!Number.isInteger(count) || count < 1 || count > 250) throw bad('nodes: expected 1 to 250')
  if (!Number.isInteger(port) || port < 0 || port > 65_535 - count - 1)
    throw bad('port: expected a port with room above')
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(host)) throw bad('host: expected an IPv4 address')
  if (typeof clock !== 'function') throw bad('clock: expected a function')
  if (typeof seed === 'number' && !Number.isSafeInteger(seed)) throw bad('seed: expected an integer or bytes')
  const secret =
    seed === undefined ? randomBytes(32) : typeof seed === 'number' ? utf8ToBytes(String(seed)) : seed.slice()
  return { count, host, port, clock, secret }
}

function canListen(address: string): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(0, address, () => server.close(() => resolve(true)))
  })
}

function keyPair(secret: Uint8Array, label: string, index: number): Ed25519KeyPair {
  const message = concatBytes(secret, utf8ToBytes(`/devnet/${label}/${index}`))
  return ed25519KeyPairFromSeed(SecretBytes.take(blake2b({ message, length: 32 })))
}

/** Swarms of at least five, their ids from near 0 to near 2^64, so that the wrap is exercised. */
function makeTable(nodes: readonly ServiceNode[], secret: Uint8Array): SwarmTable {
  const swarms = Math.max(1, Math.floor(nodes.length / 5))
  const step = swarms === 1 ? 0n : (2n ** 64n - 2n ** 17n) / BigInt(swarms - 1)
  const ids = Array.from({ length: swarms }, (_, index) => 0x1d01n + step * BigInt(index))
  return {
    height: 100_000,
    blockHash: bytesToHex(blake2b({ message: concatBytes(secret, utf8ToBytes('/devnet/block')), length: 32 })),
    hardFork: HARD_FORK,
    nodes: nodes.map((node, index): ServiceNodeContact => node.contact(ids[index % swarms]!)),
  }
}

function view(node: ServiceNode, index: number, contactOf: (id: string) => ServiceNodeContact): DevnetNode {
  const contact = contactOf(node.id)
  return {
    id: node.id,
    index,
    ed25519: node.id,
    x25519: contact.pubkeyX25519,
    ip: contact.ip,
    port: contact.portHttps,
    url: `https://${contact.ip}:${contact.portHttps}`,
    get swarmId() {
      return contactOf(node.id).swarmId.toString(16)
    },
    get running() {
      return node.running
    },
    get records() {
      return node.records.list()
    },
    get storage() {
      return node.storage
    },
    get clockOffset() {
      return node.clockOffset
    },
    set clockOffset(milliseconds) {
      if (!Number.isSafeInteger(milliseconds)) {
        throw new DevnetError('DEVNET_BAD_OPTION', 'clockOffset: expected whole milliseconds')
      }
      node.clockOffset = milliseconds
    },
    setFault(fault) {
      if (fault !== null && !isFault(fault)) throw new DevnetError('DEVNET_BAD_OPTION', 'setFault: unknown fault')
      node.fault = fault
    },
    setNotReady(reasons) {
      node.notReady = reasons
    },
  }
}
